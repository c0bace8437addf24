/** Names of the Postman files in `openapi/`. */
export const collectionFile = 'dmp-fhir.postman_collection.json';
export const environmentFile = 'demo.postman_environment.json';

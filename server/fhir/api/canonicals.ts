/** Canonical URLs of what others define. */
export const r4 = (name: string): string => `http://hl7.org/fhir/SearchParameter/${name}`;
export const backport = (name: string): string =>
  `http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-${name}`;
export const mhd = (kind: string, name: string): string => `https://profiles.ihe.net/ITI/MHD/${kind}/${name}`;
export const pdsm = (kind: string, name: string): string =>
  `https://interop.esante.gouv.fr/ig/fhir/pdsm/${kind}/${name}`;

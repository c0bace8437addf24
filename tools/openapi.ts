/** `openapi/openapi.yaml`: the document that a server serves at `/openapi.json`, with the addresses of the demonstration. */
import { stringify } from 'yaml';
import { loadConfig } from '../server/config.ts';
import { openApiDocument } from '../server/fhir/openapi/document.ts';

export const openApiYaml = (): string =>
  `# Written by \`npm run docs\` from server/fhir/definition.ts and what it names: edit that.\n` +
  stringify(JSON.parse(JSON.stringify(openApiDocument(loadConfig({})))), {
    lineWidth: 130,
    aliasDuplicateObjects: false,
  });

/** `openapi/openapi.yaml`: the document that a server serves at `/openapi.json`, with the addresses of the demonstration. */
import { stringify } from 'yaml';
import { loadConfig } from '../server/config.ts';
import { documentParts } from '../server/document-parts.ts';
import { openApiDocument, type OpenApiDocument } from '../server/fhir/openapi/document.ts';

/** With the addresses of the demonstration. */
export const wholeDocument = (env: NodeJS.ProcessEnv = {}): OpenApiDocument =>
  openApiDocument(loadConfig(env), documentParts());

export const openApiYaml = (): string =>
  `# Written by \`npm run docs\` from server/fhir/definition.ts, server/document-parts.ts and what these name: edit that.\n` +
  stringify(JSON.parse(JSON.stringify(wholeDocument())), {
    lineWidth: 130,
    aliasDuplicateObjects: false,
  });

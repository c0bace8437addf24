/**
 * The OpenAPI 3.1 document, made of the one definition (`definition.ts`), the error table, the operations' definitions and the R4
 * definitions that the validator reads. Committed as `openapi/openapi.yaml` (`npm run docs`), served at `/openapi.json` with the
 * addresses of the server that serves it.
 */
import type { Config } from '../../config.ts';
import { openResources, resources, type OpenDefinition, type ResourceDefinition } from '../definition.ts';
import { errorExamples, errorResponses } from './errors.ts';
import { exampleComponents } from './examples.ts';
import { closedPaths, openPaths, systemTag } from './operations.ts';
import { searchParameters, sharedParameters } from './parameters.ts';
import { plainPaths } from './plain-paths.ts';
import { sharedHeaders } from './responses.ts';
import { Schemas } from './schemas.ts';
import { securitySchemes } from './security.ts';
import type { Components, Json, Paths } from './types.ts';

export interface OpenApiDocument {
  openapi: '3.1.1';
  info: Record<string, Json>;
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  security: [];
  paths: Paths;
  components: Components;
}

const about = `FHIR R4 en façade du DMP : ce qu’une application dit en FHIR (PDSm, IHE MHD, SMART) part dans les transactions du DMP.

FHIR R4 in front of the French shared medical record (DMP).

**Forms.** FHIR JSON and XML, by \`Accept\` or \`_format\`; \`application/json\`, \`text/json\`, \`application/xml\` and \`text/xml\` are taken as other names of the two. \`text/html\` shows an answer to a person.

**Searches.** A parameter may be repeated (all must fit) and hold several values with commas (one must fit); modifiers stand after a colon (\`title:contains\`). Pages are behind the links of the Bundle, which are followed as they are. Prefer \`POST …/_search\`: an INS in a URL ends in logs.

**Errors.** Always an OperationOutcome, in French or English, whose \`details.coding\` names a row of the error table (/docs/errors).

**Schemas.** Of R4: names, types, cardinalities, short code lists; closed to unknown properties. What the profiles ask for beyond is said by \`$validate\`, and in /docs/rules.

**Examples.** About the invented people of the demonstration; each is validated and sent by the tests.`;

const otherTags: Readonly<Record<string, string>> = {
  [systemTag]: 'The server as a whole: deposit of a set, and what the caller may do.',
  Conformance: 'What the server says about itself. Open: no token is asked.',
  Health: 'For whoever runs it. Open.',
  Documentation: 'Pages for a person. Open.',
};

/** @param config for the addresses */
export function openApiDocument(config: Config): OpenApiDocument {
  const schemas = new Schemas(new Set([...openResources.map((r) => r.type), 'CapabilityStatement']));
  const all: readonly (ResourceDefinition | OpenDefinition)[] = [...resources, ...openResources];
  const paths = { ...plainPaths(schemas), ...openPaths(schemas), ...closedPaths(schemas) };
  const responses = errorResponses(schemas.of('OperationOutcome'));
  return {
    openapi: '3.1.1',
    info: {
      title: 'FHIR R4 / DMP',
      version: config.LPS_VERSION,
      summary: 'FHIR R4 façade in front of the DMP',
      description: about,
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: [{ url: config.fhirBase.replace(/\/fhir$/, ''), description: config.STRUCTURE_NAME }],
    tags: [
      ...Object.entries(otherTags).map(([name, description]) => ({ name, description })),
      ...all.map(({ type, profile }) => ({
        name: type,
        description: `FHIR R4 ${type}.${profile ? ` Profile: ${profile}.` : ''}`,
      })),
    ],
    security: [],
    paths,
    components: {
      schemas: schemas.all(),
      parameters: {
        ...sharedParameters,
        ...Object.fromEntries(all.flatMap(searchParameters)),
      },
      headers: sharedHeaders,
      examples: { ...exampleComponents(), ...errorExamples() },
      responses,
      securitySchemes: securitySchemes(config, scopesIn(paths)),
    },
  };
}

/** Scopes that operations name. */
const scopesIn = (paths: Paths): string[] =>
  Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ security = [] }) => security)
    .flatMap((requirement) => Object.values(requirement).flat());

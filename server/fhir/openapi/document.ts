/**
 * The OpenAPI 3.1 document, made of the one definition (`definition.ts`), the error table, the operations' definitions and the R4
 * definitions that the validator reads; and of the parts that other rooms bring (`server/document-parts.ts`). Committed as `openapi/openapi.yaml` (`npm run docs`), served at `/openapi.json` with the
 * addresses of the server that serves it.
 */
import type { Config } from '../../config.ts';
import { openResources, resources, type OpenDefinition, type ResourceDefinition } from '../definition.ts';
import { errorExamples, errorResponses } from './errors.ts';
import { exampleComponents } from './examples.ts';
import { closedPaths, openPaths, systemTag } from './operations.ts';
import { searchParameters, sharedParameters } from './parameters.ts';
import { plainPart } from './plain-paths.ts';
import { sharedHeaders } from './responses.ts';
import { Schemas } from './schemas.ts';
import { securitySchemes } from './security.ts';
import type { Components, DocumentPart, Json, Paths } from '../../openapi/types.ts';

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

/**
 * @param config for the addresses
 * @param parts what stands beside the FHIR API, from the rooms that serve it
 */
export function openApiDocument(config: Config, parts: readonly DocumentPart[] = []): OpenApiDocument {
  const schemas = new Schemas(new Set([...openResources.map((r) => r.type), 'CapabilityStatement']));
  const all: readonly (ResourceDefinition | OpenDefinition)[] = [...resources, ...openResources];
  const fhir: DocumentPart = {
    tags: [
      { name: systemTag, description: 'The server as a whole: deposit of a set, and what the caller may do.' },
      ...all.map(({ type, profile }) => ({
        name: type,
        description: `FHIR R4 ${type}.${profile ? ` Profile: ${profile}.` : ''}`,
      })),
    ],
    paths: { ...openPaths(schemas), ...closedPaths(schemas) },
  };
  const whole = [plainPart(schemas), fhir, ...parts];
  const named = Object.assign({}, ...whole.map((part) => part.paths)) as Paths;
  const schemes = Object.assign(
    securitySchemes(config, scopesIn(named)),
    ...parts.map((part) => part.securitySchemes),
  ) as Components['securitySchemes'];
  const paths = securedBy(schemes, named);
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
    tags: whole.flatMap((part) => part.tags),
    security: [],
    paths,
    components: {
      schemas: Object.assign(schemas.all(), ...parts.map((part) => part.schemas)) as Components['schemas'],
      parameters: {
        ...sharedParameters,
        ...Object.fromEntries(all.flatMap(searchParameters)),
      },
      headers: sharedHeaders,
      examples: { ...exampleComponents(), ...errorExamples() },
      responses,
      securitySchemes: schemes,
    },
  };
}

/** Scopes that operations name. */
const scopesIn = (paths: Paths): string[] =>
  Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ security = [] }) => security)
    .flatMap((requirement) => Object.values(requirement).flat());

/** The operations, without the ways in that this document does not tell of. */
const securedBy = (schemes: Components['securitySchemes'], paths: Paths): Paths =>
  mapValues(paths, (item) =>
    mapValues(item, ({ security = [], ...operation }) => ({
      ...operation,
      security: security.filter((requirement) => Object.keys(requirement).every((name) => name in schemes)),
    })),
  );

const mapValues = <T extends object>(record: T, change: (value: NonNullable<T[keyof T]>) => T[keyof T]): T =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, change(value as NonNullable<T[keyof T]>)]),
  ) as T;

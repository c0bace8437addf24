/** The admin API in the OpenAPI document: its routes, with what each takes and gives. */
import { byStatus, alwaysHeaders, headerRefs, shared } from '../openapi/refs.ts';
import type { DocumentPart, Json, Method, Operation, Parameter, Paths, Ref, Schema } from '../openapi/types.ts';
import { adminScopes } from '../registry/scopes.ts';
import { adminExamples } from './examples.ts';
import { rulesRows } from './feeding-rules.ts';
import { routes, type Route } from './routes.ts';
import { adminSchemas, type AdminSchema } from './schemas.ts';

const tag = 'Administration';

export interface Row {
  id: string;
  summary: string;
  takes?: keyof typeof adminExamples;
  gives: AdminSchema;
}

/** By method and path of `routes.ts`. */
const rows: Readonly<Record<string, Row>> = {
  'GET /structures': {
    id: 'adminStructures',
    summary: 'Structures that the caller administers',
    gives: 'AdminStructures',
  },
  'POST /structures': {
    id: 'adminStructureAdd',
    summary: 'Register a structure',
    takes: 'AdminNewStructure',
    gives: 'AdminStructure',
  },
  'GET /structures/:id': { id: 'adminStructure', summary: 'One structure', gives: 'AdminStructure' },
  'PATCH /structures/:id': {
    id: 'adminStructureSet',
    summary: 'Change a structure: what is absent stays, lists are replaced',
    takes: 'AdminStructureChange',
    gives: 'AdminStructure',
  },
  'GET /structures/:id/certificates': {
    id: 'adminStructureCertificates',
    summary: 'Certificates of a structure',
    gives: 'AdminCertificates',
  },
  'POST /structures/:id/certificates': {
    id: 'adminCertificateAdd',
    summary: 'Add a certificate: its chain and its private key, which is never given back',
    takes: 'AdminNewCertificate',
    gives: 'AdminCertificate',
  },
  'POST /structures/:id/certificates/:certificate/withdraw': {
    id: 'adminCertificateWithdraw',
    summary: 'Use a certificate no more',
    gives: 'AdminCertificate',
  },
  'GET /structures/:id/history': {
    id: 'adminStructureHistory',
    summary: 'Who changed what of a structure',
    gives: 'AdminHistory',
  },
  'POST /structures/:id/withdraw': {
    id: 'adminStructureWithdraw',
    summary: 'Take a structure out of force',
    gives: 'AdminStructure',
  },
  'POST /structures/:id/restore': {
    id: 'adminStructureRestore',
    summary: 'Put a structure back in force',
    gives: 'AdminStructure',
  },
  'GET /certificates': { id: 'adminCertificates', summary: 'When certificates end', gives: 'AdminWatch' },
  'GET /audit': {
    id: 'adminAudit',
    summary: 'How the record of accesses stands: last checkpoint, what has come since (docs/audit.md)',
    gives: 'AdminChain',
  },
  'GET /feed': {
    id: 'adminFeed',
    summary: 'How the feed of the caller’s structure stands: what waits, what went, what failed and why',
    gives: 'AdminFeed',
  },
  'GET /clients': { id: 'adminClients', summary: 'Clients of those structures', gives: 'AdminClients' },
  'POST /clients': {
    id: 'adminClientAdd',
    summary: 'Register a client; without an id one is made',
    takes: 'AdminNewClient',
    gives: 'AdminClient',
  },
  'GET /clients/:id': { id: 'adminClient', summary: 'One client', gives: 'AdminClient' },
  'PATCH /clients/:id': {
    id: 'adminClientSet',
    summary: 'Change a client: null takes a property away',
    takes: 'AdminClientChange',
    gives: 'AdminClient',
  },
  'POST /clients/:id/secret': {
    id: 'adminClientSecret',
    summary: 'Replace the secret of a client: the old one is good for nothing from then on',
    takes: 'AdminSecret',
    gives: 'AdminClient',
  },
  'GET /clients/:id/history': {
    id: 'adminClientHistory',
    summary: 'Who changed what of a client',
    gives: 'AdminHistory',
  },
  'POST /clients/:id/withdraw': {
    id: 'adminClientWithdraw',
    summary: 'Take a client out of force, and its tokens with it',
    gives: 'AdminClient',
  },
  'POST /clients/:id/restore': { id: 'adminClientRestore', summary: 'Put a client back', gives: 'AdminClient' },
  ...rulesRows,
};

const schemaRef = (name: AdminSchema): Schema => ({ $ref: `#/components/schemas/${name}` });

const pathParameter = (name: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description:
    name === 'id' ? 'Struct_IdNat of the structure, or client_id.' : 'id of the certificate in its structure.',
  schema: { type: 'string' },
});

const versioned: readonly AdminSchema[] = [
  'AdminStructure',
  'AdminClient',
  'AdminFeedingRules',
  'AdminFeedingRulesVersion',
];
const isVersioned = ({ gives }: Row): boolean => versioned.includes(gives);

const isNew = ({ takes }: Row): boolean => takes?.startsWith('AdminNew') ?? false;

/** The secret alone is replaced whatever the version. */
const takesVersion = (row: Row, { method }: Route): boolean =>
  method !== 'GET' && isVersioned(row) && !isNew(row) && row.takes !== 'AdminSecret';

function statusesOf({ method, path, need }: Route, { takes }: Row): number[] {
  return [
    ...[400, 401, 403, 408, 413, 415, 429, 431, 500, 503],
    ...(path.includes(':') ? [404] : []),
    ...(takes === undefined ? [] : [422]),
    // Of a whole that is replaced, which version is replaced is said.
    ...(method === 'PUT' ? [428] : []),
    ...(need === 'write' ? [409, 412, 422] : [412]),
  ];
}

function operationOf(route: Route): Operation {
  const row = rows[`${route.method} ${route.path}`];
  if (row === undefined) throw new RangeError(`${route.method} ${route.path} is not described`);
  const scope = adminScopes[route.need];
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const parameters: (Parameter | Ref)[] = [
    ...names.map(pathParameter),
    ...shared(...(takesVersion(row, route) ? ['If-Match'] : []), 'Accept-Language', 'X-Request-Id', 'traceparent'),
  ];
  const headers = [...alwaysHeaders, ...(isVersioned(row) ? ['ETag'] : [])];
  const success = isNew(row)
    ? { status: 201, description: 'Registered.', headers: isVersioned(row) ? [...headers, 'Location'] : headers }
    : { status: 200, description: 'As asked.', headers };
  return {
    operationId: row.id,
    tags: [tag],
    summary: row.summary,
    parameters,
    ...(row.takes === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: schemaRef(row.takes),
                examples: { usual: { summary: 'As it is usually sent', value: adminExamples[row.takes] as Json } },
              },
            },
          },
        }),
    responses: {
      [success.status]: {
        description: success.description,
        headers: headerRefs(success.headers),
        content: { 'application/json': { schema: schemaRef(row.gives) } },
      },
      ...byStatus(statusesOf(route, row)),
    },
    // A token of somebody who signed in: no client names an administrator by itself (docs/registration.md).
    security: [{ smart: [scope] }, { openid: [scope] }, { bearer: [] }, { dpop: [] }, { bearer: [], mutualTLS: [] }],
  };
}

/** The admin API, as the OpenAPI document shows it. */
export function adminPart(): DocumentPart {
  const paths: Paths = {};
  for (const route of routes) {
    const path = `/admin${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase() as Method]: operationOf(route) };
  }
  return {
    tags: [
      {
        name: tag,
        description:
          'Registration of structures and clients, for the administrator of a structure or of the installation (docs/registration.md), and how the feed stands (docs/asynchronous-deposits.md). JSON; errors are those of the FHIR API (OperationOutcome). Private keys, secrets and homologation numbers go in and never come out.',
      },
    ],
    paths,
    schemas: adminSchemas(),
  };
}

/** What an operation answers when all goes well: statuses, media types, headers. */
import { handlerName, type Interaction, type InteractionCode } from '../definition.ts';
import { fhirJson, fhirXml } from '../negotiation.ts';
import type { Route } from '../router.ts';
import { alwaysHeaders, headerRefs } from '../../openapi/refs.ts';
import type { Components, Media, Response, Schema } from '../../openapi/types.ts';

const text: Schema = { type: 'string' };

/** Headers of answers, by the names of the components. */
export const sharedHeaders: Components['headers'] = {
  'X-Request-Id': { description: 'Name of the request, as it was given or made.', schema: text },
  ETag: { description: 'Version of the resource (weak), or digest of a document’s bytes (strong).', schema: text },
  'Last-Modified': { description: 'When this version came to be.', schema: text },
  Location: { description: 'Where what was created is.', schema: { type: 'string', format: 'uri' } },
  'Content-Location': {
    description: 'Where the resource in the body is; of a deposit that is made later, its Task.',
    schema: { type: 'string', format: 'uri' },
  },
  'Preference-Applied': { description: 'respond-async (RFC 7240 §3).', schema: text },
  'Content-Disposition': { description: 'A name under which the document can be kept.', schema: text },
  'Content-Range': { description: 'Which bytes of how many.', schema: text },
  'Accept-Ranges': { description: 'bytes', schema: text },
  'X-Security-Context': {
    description: 'The DocumentReference of the document (FHIR R4 binary.html#security-context).',
    schema: { type: 'string', format: 'uri' },
  },
  'Retry-After': {
    description: 'Seconds after which the same request can succeed.',
    schema: { type: 'integer', minimum: 1 },
  },
  'WWW-Authenticate': {
    description:
      'What lacks: a token, a good one, or a scope, which is named (RFC 6750 §3); where tokens come from (RFC 9728).',
    schema: text,
  },
  Allow: { description: 'Methods that are allowed.', schema: text },
  RateLimit: { description: 'What is left to this client (draft-ietf-httpapi-ratelimit-headers).', schema: text },
  'RateLimit-Policy': { description: 'What this client may ask in a minute.', schema: text },
  'Content-Language': { description: 'fr or en.', schema: text },
};

/** Without a word in the definition. */
const usual: Readonly<Record<InteractionCode, readonly number[]>> = {
  read: [200],
  vread: [200],
  'history-instance': [200],
  'search-type': [200],
  create: [201],
  update: [200],
  patch: [200],
  delete: [204],
  transaction: [200],
  operation: [200],
};

/** Statuses with which an interaction ends well. An update by id creates nothing (`updateCreate` of `/metadata` is false). */
const successesOf = ({ code, succeeds }: Interaction, path: string): readonly number[] =>
  (succeeds ?? usual[code]).filter((status) => !(code === 'update' && status === 201 && path.includes(':')));

const versionHeaders = ['ETag', 'Last-Modified'] as const;
/** Of an answer, by the kind of interaction. */
const headersByCode: Readonly<Record<InteractionCode, readonly string[]>> = {
  read: versionHeaders,
  vread: versionHeaders,
  'history-instance': [],
  'search-type': [],
  create: [...versionHeaders, 'Location'],
  update: versionHeaders,
  patch: [...versionHeaders, 'Content-Location'],
  delete: [],
  transaction: [],
  operation: [],
};
/** Where a type has others. */
const headersByHandler: Readonly<Record<string, readonly string[]>> = {
  'AuditEvent.read': [],
  'Binary.read': ['ETag', 'Accept-Ranges', 'Content-Disposition', 'X-Security-Context'],
  'DocumentReference.read': [...versionHeaders, 'Content-Location'],
  'List.read': [...versionHeaders, 'Content-Location'],
  // Made of the token: it has no version.
  'Practitioner.read': [],
  // The DMP gives its patients no version.
  'Patient.create': ['Location'],
  'Patient.update': [...versionHeaders, 'Content-Location'],
  'Patient.delete': ['ETag'],
};

/** Those of its kind, unless its type has others. */
const usualHeaders = (handler: string, { code, versioned }: Interaction): readonly string[] =>
  headersByHandler[handler] ?? (versioned ? versionHeaders : headersByCode[code]);

/** Headers of one of its answers. */
function headersOf(handler: string, interaction: Interaction, status: number): readonly string[] {
  const { code } = interaction;
  const own = usualHeaders(handler, interaction);
  if (status === 202) return [...versionHeaders, 'Content-Location', 'Preference-Applied'];
  if (status === 206) return [...own, 'Content-Range'];
  // What an update created has a place of its own; what was there is where it was.
  if (code === 'update' && status === 201) return [...own.filter((name) => name !== 'Content-Location'), 'Location'];
  return own;
}

const said: Readonly<Record<number, string>> = {
  200: 'As asked.',
  201: 'Created.',
  202: 'Accepted and kept: it will be sent to the DMP. The Task says what becomes of it.',
  204: 'Done; nothing to show.',
  206: 'The bytes of the range.',
  304: 'What the client has is still the same.',
};
/** Where 200 stands beside 201. */
const existed = 'It was there already, or the dry run found nothing wrong.';

/** A resource in the forms in which every resource is written. */
export const resourceContent = (schema: Schema): Record<string, Media> => ({
  [fhirJson]: { schema },
  [fhirXml]: { schema: text },
  'text/html': { schema: text },
});

/** A document: its bytes, a Binary resource, what a CDA wraps, or a page for a reader. */
const documentContent = (binary: Schema): Record<string, Media> => ({
  ...resourceContent(binary),
  'text/xml': { schema: text },
  '*/*': { schema: { description: 'The bytes of the document, in its own media type.' } },
});

/**
 * @param schema of the resource in the answer, by its status
 */
export function successResponses(
  { type, interaction, path }: Pick<Route, 'type' | 'interaction' | 'path'>,
  schemaOf: (status: number) => Schema,
): Record<string, Response> {
  const handler = handlerName(type, interaction);
  const statuses = successesOf(interaction, path);
  return Object.fromEntries(
    statuses.map((status) => {
      const description = status === 200 && statuses.includes(201) ? existed : (said[status] ?? '');
      const content = (handler === 'Binary.read' ? documentContent : resourceContent)(schemaOf(status));
      return [
        String(status),
        {
          description,
          headers: headerRefs([...alwaysHeaders, ...headersOf(handler, interaction, status)]),
          ...(status === 204 || status === 304 ? {} : { content }),
        },
      ];
    }),
  );
}

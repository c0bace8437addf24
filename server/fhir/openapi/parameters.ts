/** The parameters of operations: search parameters and in-parameters of operations as they are declared, and the headers. */
import type { OperationDefinitionParameter } from '@medplum/fhirtypes';
import type { ResultParameter } from '../../search/parse.ts';
import { modifiersOf, type OpenDefinition, type ResourceDefinition } from '../definition.ts';
import { dryRun } from '../dry-run-parameter.ts';
import { exampleOf, isUsual } from './parameter-examples.ts';
import type { Parameter, Schema } from '../../openapi/types.ts';

const text: Schema = { type: 'string' };
const header = (name: string, description: string, schema: Schema = text): Parameter => ({
  name,
  in: 'header',
  description,
  schema,
});
const query = (name: string, description: string, schema: Schema = text): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

/** Those that many operations share, by the names of the components. */
export const sharedParameters: Readonly<Record<string, Parameter>> = {
  'Accept-Language': header(
    'Accept-Language',
    'fr or en: the language of sentences, French when it says nothing. OperationOutcome.issue.details.text has the other one as a translation.',
    { type: 'string', examples: ['en'] },
  ),
  'X-Request-Id': header(
    'X-Request-Id',
    'Name of this request, given back in the answer and in OperationOutcome.issue.diagnostics; a new one when absent. No identifier of a person.',
    { type: 'string', pattern: '^[A-Za-z0-9][\\w.:-]{0,63}$', examples: ['ward-2-000042'] },
  ),
  traceparent: header('traceparent', 'W3C Trace Context of the caller: stands in the record of this access, and of the calls of the DMP that it causes, where `AuditEvent?entity.identifier` finds it, and goes on to the DMP. One that is malformed counts as absent.', {
    type: 'string',
    pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
    examples: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  }),
  Prefer: header('Prefer', 'What a write answers with (RFC 7240; FHIR R4 http.html#return).', {
    type: 'string',
    enum: ['return=representation', 'return=minimal', 'return=OperationOutcome'],
  }),
  'Prefer-deposit': header(
    'Prefer',
    'What a write answers with (RFC 7240; FHIR R4 http.html#return). `respond-async`: checked and kept now, sent to the DMP later: 202, and a Task to follow; alone or with the others, separated by commas.',
    {
      type: 'string',
      enum: ['return=representation', 'return=minimal', 'return=OperationOutcome', 'respond-async'],
    },
  ),
  'Prefer-handling': header(
    'Prefer',
    'Whether a parameter that is unknown is passed over with a warning in the Bundle (lenient, when absent) or refused (strict).',
    { type: 'string', enum: ['handling=strict', 'handling=lenient'] },
  ),
  'Prefer-async': header('Prefer', 'What goes on behind the answer is asked for so (R4 async.html): mandatory.', {
    type: 'string',
    enum: ['respond-async'],
  }),
  'If-Match': header('If-Match', 'ETag of the version that is meant to be changed: 412 when there is a later one.', {
    type: 'string',
    examples: ['W/"1"'],
  }),
  'If-None-Exist': header(
    'If-None-Exist',
    'Search criteria: what matches them already is answered with 200, and nothing is created.',
    { type: 'string', examples: ['identifier=urn:ietf:rfc:3986|urn:oid:2.25.1'] },
  ),
  'If-None-Match': header('If-None-Match', 'ETag of what is there already: 304 when it is still the same.', {
    type: 'string',
    examples: ['"0"'],
  }),
  Range: header('Range', 'One range of bytes (RFC 9110 §14.2): 206.', { type: 'string', examples: ['bytes=0-99'] }),
  'If-Range': header('If-Range', 'ETag for which Range counts.', { type: 'string', examples: ['"0"'] }),
  _format: query('_format', 'Media type of the answer, or json or xml; goes before Accept.', {
    type: 'string',
    examples: ['json'],
  }),
  _pretty: query('_pretty', 'Indented.', { type: 'string', enum: ['true', 'false'] }),
  [dryRun]: query(
    dryRun,
    'Everything is checked, with the DMP too, and nothing is written: 200 and an OperationOutcome.',
    {
      type: 'string',
      enum: ['true', 'false'],
    },
  ),
  id: {
    name: 'id',
    in: 'path',
    required: true,
    description: 'Opaque id that an earlier answer gave. No identifier of a person.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9\\-.]{1,64}$' },
  },
  version: {
    name: 'version',
    in: 'path',
    required: true,
    description: 'meta.versionId.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9\\-.]{1,64}$' },
  },
};

/** Of the result of a search, the same for each type. `_format` and `_pretty` are everywhere. */
const resultParameters: Readonly<Record<Exclude<ResultParameter, '_format' | '_pretty' | '_sort'>, Parameter>> = {
  _count: query('_count', 'Resources a page; 0 asks for the total alone.', {
    type: 'integer',
    minimum: 0,
    examples: [10],
  }),
  _summary: query('_summary', 'What of each resource (R4 search.html#summary).', {
    type: 'string',
    enum: ['true', 'false', 'text', 'data', 'count'],
  }),
  _elements: query('_elements', 'Names of elements, separated by commas: only these.', {
    type: 'string',
    examples: ['identifier,meta'],
  }),
  _total: query('_total', 'The total is exact whatever is asked.', {
    type: 'string',
    enum: ['none', 'estimate', 'accurate'],
  }),
};

/** A parameter of searches and the name of its component. */
export type NamedParameter = readonly [component: string, parameter: Parameter];

/** Of `Type` the name of the component of a search parameter: signs that such a name cannot have are `-`. */
const componentOf = (type: string, name: string): string => `${type}.${name.replace(/[^\w.-]/g, '-')}`;

/** The search parameters of a type, then those of the result; none of a type that is not searched. */
export function searchParameters(definition: ResourceDefinition | OpenDefinition): NamedParameter[] {
  const { type, sortable, searchIncludes, interactions } = definition;
  if (!interactions.some((i) => i.code === 'search-type')) return [];
  const some = (name: string, description: string, names: readonly string[] | undefined): Parameter[] =>
    names ? [query(name, `${description}: ${names.join(', ')}.`, { type: 'string', examples: names.slice(0, 1) })] : [];
  const own = [
    ...definition.searchParameters.map((p) => searchParameter(type, p)),
    ...some('_sort', 'Order by any of these, descending with `-` before the name', sortable),
    ...some('_include', 'Resources that are referred to, `*` for all of these', searchIncludes),
  ];
  return [...own.map((p): NamedParameter => [componentOf(type, p.name), p]), ...Object.entries(resultParameters)];
}

function searchParameter(type: string, p: OpenDefinition['searchParameters'][number]): Parameter {
  const modifiers = modifiersOf(p).map((m) => `\`${p.name}:${m}\``);
  const said = [
    `Search parameter of type ${p.type}.`,
    p.documentation,
    p.codes ? `One of ${p.codes.join(', ')}; another code is an error.` : undefined,
    modifiers.length > 0 ? `Also ${modifiers.join(', ')}.` : undefined,
    p.definition ? `Defined by ${p.definition}.` : undefined,
  ];
  const example = exampleOf(type, p);
  return {
    ...query(p.name, said.filter((s) => s !== undefined).join(' '), {
      type: 'string',
      ...(isUsual(type, p.name) ? {} : { examples: [example] }),
    }),
    ...(isUsual(type, p.name) ? { example } : {}),
  };
}

/** An in-parameter of an operation that a query string can hold. */
export function operationParameter(p: OperationDefinitionParameter): Parameter {
  const name = p.name;
  const example = exampleOf('', { name, type: p.searchType ?? p.type ?? 'string' });
  return query(name, p.documentation ?? '', { type: 'string', examples: [example] });
}

/** The routes of the API (`router.ts`, `conformance/router.ts`) as operations of OpenAPI. */
import type { OperationDefinition, OperationDefinitionParameter } from '@medplum/fhirtypes';
import { loadProfiles } from '../../../profiles/index.ts';
import {
  openResources,
  resourceOf,
  type Interaction,
  type OpenDefinition,
  type ResourceDefinition,
} from '../definition.ts';
import { dryRun } from '../dry-run-parameter.ts';
import { routes, type Route } from '../router.ts';
import { byStatus, headerRefs, shared } from '../../openapi/refs.ts';
import { errorsOf } from './errors.ts';
import { foreignOperations, type OperationShape } from './foreign-operations.ts';
import { operationParameter, searchParameters } from './parameters.ts';
import { bodyOf, searchForm } from './requests.ts';
import { successResponses } from './responses.ts';
import type { Schemas } from './schemas.ts';
import { securityOf } from './security.ts';
import { ref, type Method, type Operation, type Parameter, type Paths, type Ref, type Schema } from '../../openapi/types.ts';

/** Tag of what belongs to no type. */
export const systemTag = 'System';

/** `/Patient/:id` → `/fhir/Patient/{id}` */
export const templateOf = (path: string): string => `/fhir${path === '/' ? '' : path.replace(/:(\w+)/g, '{$1}')}`;

const summaries: Readonly<Record<string, (type: string) => string>> = {
  read: (type) => `Read one ${type}`,
  vread: (type) => `Read a version of one ${type}`,
  'history-instance': (type) => `All versions of one ${type}`,
  'search-type': (type) => `Search ${type}`,
  create: (type) => `Create ${type}`,
  update: (type) => `Update ${type}`,
  patch: (type) => `Change ${type}`,
  delete: (type) => `Delete ${type}`,
  transaction: () => 'Deposit a set of documents',
};

/** Every closed route. */
export function closedPaths(schemas: Schemas): Paths {
  const paths: Paths = {};
  for (const route of routes()) put(paths, templateOf(route.path), route.method, operationOf(route, schemas));
  return paths;
}

/** Every route of what is open to anybody. */
export function openPaths(schemas: Schemas): Paths {
  const paths: Paths = {};
  for (const definition of openResources) {
    const { type, interactions } = definition;
    const [read, search] = ['read', 'search-type'].map((code) => interactions.find((i) => i.code === code));
    const add = (method: Method, path: string, i: Interaction | undefined, body: Route['body']): void => {
      if (i)
        put(
          paths,
          templateOf(path),
          method,
          openOperation({ method, path, body, type, interaction: i }, definition, schemas),
        );
    };
    add('get', `/${type}`, search, 'none');
    add('post', `/${type}/_search`, search, 'form');
    add('get', `/${type}/:id`, read, 'none');
  }
  return paths;
}

function put(paths: Paths, path: string, method: Method, operation: Operation): void {
  paths[path] = { ...paths[path], [method]: operation };
}

function operationOf(route: Route, schemas: Schemas): Operation {
  const { type, interaction, path, body } = route;
  const { ihe, dmp, documentation } = interaction;
  const inputs = inputsOf(interaction);
  const definition = type === undefined ? undefined : resourceOf(type);
  const requestBody = body === 'form' && definition ? searchForm(definition) : bodyOf(route, schemas, inputs);
  return {
    ...headOf(route),
    description: [
      documentation,
      ihe.length > 0 ? `IHE: ${ihe.join(', ')}.` : undefined,
      dmp.length > 0 ? `DMP: ${dmp.join(', ')}.` : undefined,
    ]
      .filter((s) => s !== undefined)
      .join('\n\n'),
    parameters: [...pathParameters(path), ...ownParameters(route, definition, inputs), ...shared(...sharedOf(route))],
    ...(requestBody ? { requestBody } : {}),
    responses: {
      ...successResponses(route, (status) => answerOf(type, interaction, schemas, status)),
      ...errorsOf(path, body, interaction),
    },
    security: securityOf(type, interaction),
  };
}

function openOperation(route: Route, definition: OpenDefinition, schemas: Schemas): Operation {
  const { type, interaction, path, body } = route;
  const success = successResponses(route, () => answerOf(type, interaction, schemas))['200'];
  return {
    ...headOf(route),
    description: interaction.documentation,
    parameters: [...pathParameters(path), ...ownParameters(route, definition, []), ...shared(...sharedOf(route))],
    ...(body === 'form' ? { requestBody: searchForm(definition) } : {}),
    responses: {
      // Nobody's limits count here, and our definitions have no versions.
      ...(success ? { 200: { ...success, headers: headerRefs(['X-Request-Id']) } } : {}),
      ...byStatus([400, ...(path.includes(':') ? [404] : []), 406, ...(body === 'form' ? [413, 415] : []), 431, 500]),
    },
    security: [],
  };
}

/** Name, place and one line. */
function headOf({ method, path, body, type, interaction }: Route): Pick<Operation, 'operationId' | 'tags' | 'summary'> {
  const { code, operation, conditional } = interaction;
  const onInstance = path.includes(':');
  const isByCriteria = conditional && !onInstance && code !== 'create';
  const words = [
    type ?? 'system',
    operation?.name ?? code,
    ...(operation?.level === 'instance' ? ['one'] : []),
    ...(isByCriteria ? ['by-criteria'] : []),
    ...(body === 'form' ? ['by-form'] : []),
    ...((operation?.methods.length ?? 0) > 1 ? [method] : []),
  ];
  const summary = operation
    ? `$${operation.name}${onInstance ? ' of one' : ''}`
    : (summaries[code]?.(type ?? '') ?? code);
  return {
    operationId: words
      .join('-')
      .replace(/-(\w)/g, (_, c: string) => c.toUpperCase())
      .replace(/^\w/, (c) => c.toLowerCase()),
    tags: [type ?? systemTag],
    summary: `${summary}${isByCriteria ? ', found by criteria' : ''}${body === 'form' ? ', by a form' : ''}`,
  };
}

const pathParameters = (path: string): Ref[] => shared(...[...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? ''));

/** Query parameters of the interaction itself. */
function ownParameters(
  { method, path, body, interaction }: Route,
  definition: ResourceDefinition | OpenDefinition | undefined,
  inputs: readonly OperationDefinitionParameter[],
): (Parameter | Ref)[] {
  const { code, conditional } = interaction;
  if (code === 'search-type' && definition && body === 'none')
    return searchParameters(definition).map(([component]) => ref('parameters', component));
  if (code === 'operation') {
    const inQuery = method === 'get' || body === 'lines';
    return inQuery ? inputs.filter(isSimple).map(operationParameter) : [];
  }
  if (!conditional || code === 'create' || path.includes(':') || !definition) return [];
  // The criterion that finds the one resource.
  return [{ ...ref('parameters', `${definition.type}.identifier`) }];
}

/** What a query string can hold: R4 operations.html#request. */
const isSimple = (p: OperationDefinitionParameter): boolean => /^[a-z]/.test(p.type ?? '');

/** Names of the parameters that are the same everywhere. */
function sharedOf({ interaction, type, body }: Route): string[] {
  const { code, conditional, operation, succeeds = [], versioned } = interaction;
  const writes = ['create', 'update', 'patch', 'transaction'].includes(code);
  const changes = ['update', 'patch', 'delete'].includes(code) || versioned === true;
  return [
    '_format',
    '_pretty',
    ...(type !== 'Patient' && (dryRunnable.has(`${type ?? ''} ${code}`) || body === 'lines') ? [dryRun] : []),
    ...(code === 'search-type' ? ['Prefer-handling'] : []),
    ...(writes ? [succeeds.includes(202) ? 'Prefer-deposit' : 'Prefer'] : []),
    ...(operation && body === 'any' && succeeds.includes(202) ? ['Prefer-async'] : []),
    ...(changes ? ['If-Match'] : []),
    ...(code === 'create' && conditional ? ['If-None-Exist'] : []),
    ...(succeeds.includes(304) ? ['If-None-Match'] : []),
    ...(succeeds.includes(206) ? ['Range', 'If-Range'] : []),
    'Accept-Language',
    'X-Request-Id',
    'traceparent',
  ];
}

/** Writes of documents. */
const dryRunnable: ReadonlySet<string> = new Set([
  ' transaction',
  'DocumentReference create',
  'DocumentReference patch',
]);

/** The definition of an operation: ours by its URL or as what it is based on, else what is known of another's. */
function shapeOf({ operation }: Interaction): OperationShape | undefined {
  if (!operation) return undefined;
  const own = loadProfiles().filter((d): d is OperationDefinition => d.resourceType === 'OperationDefinition');
  const found = own.find((d) => d.url === operation.definition || d.base === operation.definition);
  return found ? { parameter: found.parameter ?? [] } : foreignOperations[operation.definition];
}

const inputsOf = (interaction: Interaction): readonly OperationDefinitionParameter[] =>
  (shapeOf(interaction)?.parameter ?? []).filter((p) => p.use === 'in');

/** Schema of the resource that is answered; of a write also an OperationOutcome (Prefer, dry run), of one that is made later its Task. */
function answerOf(type: string | undefined, interaction: Interaction, schemas: Schemas, status = 200): Schema {
  const outcome = schemas.of('OperationOutcome');
  if (status === 202 && interaction.code !== 'operation') return { anyOf: [schemas.of('Task'), outcome] };
  switch (interaction.code) {
    case 'read':
    case 'vread':
      return schemas.of(type ?? 'Resource');
    case 'search-type':
    case 'history-instance':
      return schemas.of('Bundle');
    case 'transaction':
      return { anyOf: [schemas.of('Bundle'), outcome] };
    case 'operation': {
      const outputs = (shapeOf(interaction)?.parameter ?? []).filter((p) => p.use === 'out');
      const [only] = outputs;
      const isAlone = outputs.length === 1 && only?.name === 'return' && only.max === '1';
      return schemas.of(isAlone ? (only.type ?? 'Parameters') : 'Parameters');
    }
    default:
      return { anyOf: [schemas.of(type ?? 'Resource'), outcome] };
  }
}

/**
 * The routes of the REST API, derived from `definition.ts`: one path and method per interaction, 405 with `Allow` for the
 * other methods of a known path, 404 for the rest.
 */
import { Router, raw, type Request, type RequestHandler } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import { parsePairs, type Pair } from '../search/pairs.ts';
import { needsOf, needsOfBundle, requireScopes, withScopes } from './access.ts';
import { handlerName, resources, systemInteractions, type Interaction } from './definition.ts';
import type { Call, Handler } from './interaction.ts';
import { parseJson } from './json.ts';
import {
  bodyFormat,
  fhirNdjson,
  formatOf,
  formatOfLines,
  formatOrJson,
  isPretty,
  ndjsonFormat,
  parsePrefer,
  requireForm,
  wanted,
  type Format,
  type MediaRange,
} from './negotiation.ts';
import { requirePurpose } from './purpose.ts';
import { abortSignal, stateOf } from './request.ts';
import { sendReply } from './send.ts';
import type { Services } from './services.ts';
import { withTrail } from './audit/with-trail.ts';
import { readFhirXml } from './xml/read.ts';
import { otherMethods, unknown } from './unserved.ts';
import { wrongType } from './wrong-type.ts';

/** `DocumentReference.search-type`, or `transaction` for the system. */
export type Handlers = Readonly<Record<string, Handler>>;

/**
 * What a route reads of the body: a form, a resource of the route's own type, any resource, resources a line, or bytes that the
 * handler reads by their media type (a patch).
 */
export type BodyKind = 'none' | 'form' | 'own' | 'any' | 'lines' | 'raw';

/** One way to reach an interaction. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  body: BodyKind;
  type?: string;
  interaction: Interaction;
}

function routesOf(type: string | undefined, interaction: Interaction): Route[] {
  const base = type === undefined ? '/' : `/${type}`;
  const route = (method: Route['method'], path: string, body: Route['body']): Route => ({
    method,
    path,
    body,
    type,
    interaction,
  });
  const instance = (method: Route['method'], body: Route['body']): Route[] => [route(method, `${base}/:id`, body)];
  switch (interaction.code) {
    case 'read':
      return [route('get', `${base}/:id`, 'none')];
    case 'vread':
      return [route('get', `${base}/:id/_history/:version`, 'none')];
    case 'history-instance':
      return [route('get', `${base}/:id/_history`, 'none')];
    case 'search-type':
      return [route('get', base, 'none'), route('post', `${base}/_search`, 'form')];
    case 'create':
    case 'transaction':
      return [route('post', base, 'own')];
    case 'patch':
      return [route('patch', `${base}/:id`, 'raw'), ...(interaction.conditional ? [route('patch', base, 'raw')] : [])];
    case 'update':
      return [...instance('put', 'own'), ...(interaction.conditional ? [route('put', base, 'own')] : [])];
    case 'delete':
      return [...instance('delete', 'none'), ...(interaction.conditional ? [route('delete', base, 'none')] : [])];
    case 'operation': {
      const { operation } = interaction;
      if (!operation) throw new Error(`an operation without its name on ${type}`);
      const place = operation.level === 'instance' ? `${base}/:id` : base.replace(/\/$/, '');
      const at = `${place}/$${operation.name}`;
      const posted = operation.ndjson?.reads ? 'lines' : 'any';
      return operation.methods.map((method) => route(method, at, method === 'get' ? 'none' : posted));
    }
  }
}

/** Every route of the API, longest literal paths first. */
export function routes(): Route[] {
  const all = [
    ...systemInteractions.flatMap((i) => routesOf(undefined, i)),
    ...resources.flatMap((r) => r.interactions.flatMap((i) => routesOf(r.type, i))),
  ];
  return all.sort((a, b) => Number(a.path.includes(':')) - Number(b.path.includes(':')));
}

/** Largest form of a `_search`, in bytes. */
const formLimit = 64 * 1024;
const idForm = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * @param handlers exactly one a declared interaction
 * @throws Error at start when a declared interaction has no handler, or a handler is not declared
 */
export function fhirRouter(handlers: Handlers, services: Services): Router {
  const router = Router({ caseSensitive: true });
  const all = routes();
  const declared = new Set(all.map((r) => handlerName(r.type, r.interaction)));
  const wrong = [...declared].filter((n) => !handlers[n]).concat(Object.keys(handlers).filter((n) => !declared.has(n)));
  if (wrong.length > 0) throw new Error(`declared and served differ: ${wrong.join(', ')}`);

  // What stands at a literal path is never an id: its other methods are refused before any `:id` is looked at.
  const literal = (path: string): boolean => !path.includes(':');
  const paths = [...new Set(all.map((r) => r.path))];
  for (const isLiteral of [true, false]) {
    for (const route of all.filter((r) => literal(r.path) === isLiteral)) mount(router, route, handlers, services);
    for (const path of paths.filter((p) => literal(p) === isLiteral)) router.all(path, otherMethods(path, all));
  }
  router.use(unknown);
  return router;
}

function mount(router: Router, route: Route, handlers: Handlers, services: Services): void {
  const handler = handlers[handlerName(route.type, route.interaction)];
  if (!handler) return; // refused at start
  const steps: RequestHandler[] = [name(route), allow(route, services)];
  // The body is read only after the token and its scopes were found good.
  if (route.body === 'form') steps.push(raw({ type: () => true, limit: formLimit }));
  const limit = services.config.MAX_BODY_BYTES;
  if (route.body === 'own') steps.push(requireFhir, raw({ type: () => true, limit }));
  if (route.body === 'any') steps.push(readsFhir, raw({ type: () => true, limit }));
  if (route.body === 'lines') steps.push(requireNdjson);
  if (route.body === 'raw' || route.body === 'lines') steps.push(raw({ type: () => true, limit }));
  router[route.method](route.path, ...steps, serve(route, handler, services));
}

const name =
  (route: Route): RequestHandler =>
  (req, res, next) => {
    const state = stateOf(res);
    const id = req.params['id'] as string | undefined;
    state.route = `/fhir${route.path}`;
    state.asked = { ...route, ...(id !== undefined && idForm.test(id) ? { id } : {}) };
    next();
  };

const allow =
  (route: Route, { config }: Services): RequestHandler =>
  (_req, res, next) => {
    const state = stateOf(res);
    if (!state.caller) throw new IssueError({ key: 'login-required' });
    state.caller = withScopes(state.caller, needsOf(route.type, route.interaction));
    requirePurpose(state.caller, handlerName(route.type, route.interaction), config);
    next();
  };

const isWithoutBody = ({ headers }: Request): boolean =>
  headers['content-length'] === '0' || (!headers['content-length'] && !headers['transfer-encoding']);

/** An operation without parameters may be posted without a body (FHIR R4 operations.html). */
const readsFhir: RequestHandler = (req, _res, next) => {
  if (!isWithoutBody(req)) bodyFormat(req.get('content-type'));
  next();
};

const requireFhir: RequestHandler = (req, _res, next) => {
  if (isWithoutBody(req)) {
    throw new IssueError({ key: 'body-missing', values: { expected: 'FHIR' } });
  }
  bodyFormat(req.get('content-type'));
  next();
};

const requireNdjson: RequestHandler = (req, _res, next) => {
  if (isWithoutBody(req)) throw new IssueError({ key: 'body-missing', values: { expected: fhirNdjson } });
  ndjsonFormat(req.get('content-type'));
  next();
};

function pairsOf(req: Request, route: Route): Pair[] {
  const at = req.originalUrl.indexOf('?');
  const pairs = at < 0 ? [] : parsePairs(req.originalUrl.slice(at + 1));
  const body = req.body as Buffer | undefined;
  if (route.body !== 'form' || !Buffer.isBuffer(body) || body.length === 0) return pairs;
  requireForm(req.get('content-type'));
  const form = body.toString('utf8');
  if (form.includes('\ufffd')) throw new IssueError({ key: 'query-malformed', values: { detail: 'UTF-8' } });
  return [...pairs, ...parsePairs(form)];
}

function bodyOf(req: Request, route: Route, caller: Call['caller']): unknown {
  if (route.body !== 'own' && route.body !== 'any') return undefined;
  const expected = route.body === 'any' ? 'FHIR' : (route.type ?? 'Bundle');
  const bytes = req.body as Buffer | undefined;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    if (route.body === 'any') return undefined;
    throw new IssueError({ key: 'body-missing', values: { expected } });
  }
  const body = bodyFormat(req.get('content-type')) === 'xml' ? readFhirXml(bytes) : parseJson(bytes);
  const given = (body as { resourceType?: unknown } | null)?.resourceType;
  if (route.body === 'any' ? typeof given !== 'string' : given !== expected) {
    throw wrongType(expected, given);
  }
  if (route.interaction.code === 'transaction') requireScopes(caller, needsOfBundle(body));
  return body;
}

function payloadOf(req: Request): Call['payload'] {
  const bytes = req.body as Buffer | undefined;
  return Buffer.isBuffer(bytes) && bytes.length > 0 ? { contentType: req.get('content-type') ?? '', bytes } : undefined;
}

/** How the form of an answer, or of what is wrong with it, is settled. */
function formatFor({ type, interaction }: Route): (accept: readonly MediaRange[]) => Format {
  if (type === 'Binary') return formatOrJson;
  return interaction.operation?.ndjson?.answers ? formatOfLines : formatOf;
}

function serve(route: Route, handler: Handler, services: Services): RequestHandler {
  return async (req, res) => {
    const { caller, language, requestId } = stateOf(res);
    if (!caller) throw new IssueError({ key: 'login-required' });
    const pairs = pairsOf(req, route);
    const accept = wanted(req.get('accept'), pairs);
    // A Binary is served in its own type, and lines are lines; everything else, and what is wrong with these, is FHIR.
    stateOf(res).format = formatFor(route)(accept);
    const id = req.params['id'] as string | undefined;
    if (id !== undefined && !idForm.test(id))
      throw new IssueError({ key: 'not-found', values: { type: route.type ?? '' } });
    const version = req.params['version'] as string | undefined;
    if (version !== undefined && !idForm.test(version))
      throw new IssueError({ key: 'not-found', values: { type: route.type ?? '' } });
    const call: Call = {
      caller,
      ...(id === undefined ? {} : { id }),
      ...(version === undefined ? {} : { version }),
      pairs,
      body: bodyOf(req, route, caller),
      accept,
      prefer: parsePrefer(req.get('prefer')),
      language,
      requestId,
      ifNoneMatch: req.get('if-none-match'),
      ifMatch: req.get('if-match'),
      ...(req.method === 'GET' ? { range: req.get('range'), ifRange: req.get('if-range') } : {}),
      ifNoneExist: req.get('if-none-exist'),
      ...(route.body === 'raw' || route.body === 'lines' ? { payload: payloadOf(req) } : {}),
      signal: abortSignal(res),
    };
    stateOf(res).call = call;
    // What an interaction remembers and is told is its structure's, whatever ids it is given.
    const own = { ...services, store: services.store.as(caller.structure.id) };
    await sendReply(req, res, await handler(call, withTrail(own, stateOf(res).trail)), isPretty(pairs));
  };
}

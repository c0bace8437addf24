/**
 * The Express application: middleware and routes in the order in which a request meets them.
 */
import './authorization/runtime.ts';
import http from 'node:http';
import https from 'node:https';
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { adminBase, adminRouter } from './admin/router.ts';
import type { Caller } from './auth/caller.ts';
import { createLimiter } from './auth/limiter.ts';
import { trustedProxies } from './auth/proxies.ts';
import { createTokenVerifier, type TokenVerifier } from './auth/token.ts';
import { createAuthorizationServer, metadataAt, metadataPath, type AuthorizationParts } from './authorization/index.ts';
import type { Config } from './config.ts';
import type { ExchangeRecorder } from './console/exchanges/recorder.ts';
import { exchangesBase, exchangesRouter } from './console/exchanges/router.ts';
import { consoleRouter } from './console/router.ts';
import { documentParts } from './document-parts.ts';
import type { DmpClient } from './dmp/types.ts';
import { createBackpressure } from './feed/limits/backpressure.ts';
import { rulesAdministration } from './feed/rules/administration.ts';
import { tryOut } from './feed/rules/trial.ts';
import type { Limits } from './feed/types.ts';
import { authenticate } from './fhir/access.ts';
import { onRecord } from './fhir/audit/on-record.ts';
import { behindGate } from './fhir/behind-gate.ts';
import { onClientError } from './fhir/client-error.ts';
import { cors } from './fhir/cors.ts';
import { conformanceRouter } from './fhir/conformance/router.ts';
import { factsOfDraft } from './fhir/deposit/draft.ts';
import { docsRouter } from './fhir/docs/router.ts';
import { handlers } from './fhir/handlers.ts';
import { parseJson } from './fhir/json.ts';
import { IssueError } from '../mappings/outcome.ts';
import { limitClients } from './fhir/limits.ts';
import { capabilityStatement, scopesSupported, smartConfiguration } from './fhir/metadata.ts';
import { formatOf, isPretty, wanted } from './fhir/negotiation.ts';
import { openApiServer } from './fhir/openapi/serve.ts';
import { styleDigest } from './fhir/render/page.ts';
import { accessLog, begin, interactionOf, privacy, stateOf } from './fhir/request.ts';
import { resourceMetadata, resourceMetadataUrl, wellKnown } from './fhir/resource-metadata.ts';
import { loadHabilitations } from './fhir/rights/habilitation-file.ts';
import { fhirRouter, type Handlers } from './fhir/router.ts';
import { onError, sendClosedJson, sendJson, sendResource, sendText } from './fhir/send.ts';
import type { Services } from './fhir/services.ts';
import { checksOf } from './operations/checks.ts';
import { follow } from './operations/follow.ts';
import { healthRouter } from './operations/health.ts';
import type { Operations } from './operations/index.ts';
import { administration } from './registry/administration/index.ts';
import type { Registry } from './registry/index.ts';
import { onlyPrimary } from './registry/primary.ts';
import { adminScopes } from './registry/scopes.ts';
import type { Structures } from './registry/types.ts';
import { parsePairs } from './search/pairs.ts';
import type { Store } from './store/types.ts';

export interface AppOptions {
  config: Config;
  store: Store;
  dmp: DmpClient;
  /** By default those of the registry, or the one that the settings name. */
  structures?: Structures;
  /** Absent: the admin API is not served. */
  registry?: Registry;
  logger: Logger;
  /** By default made from the configuration. */
  verifyToken?: TokenVerifier;
  now?: () => Date;
  /** See `Services`. */
  wakeSubscriptions?: () => void;
  /** See `Services`. */
  wakeFeed?: () => void;
  /** What closes a lane of the feed; absent when nobody works on the feed. */
  limits?: Limits;
  /** The authorization server's parts; absent: this façade issues no tokens. */
  authorization?: AuthorizationParts;
  /** Keeps the last exchanges for integrators; absent: they are not served. */
  exchanges?: ExchangeRecorder;
  /** Told how to end what goes on behind answers that were given. */
  onClose?: (close: () => Promise<void>) => void;
  /** Absent: nobody measures it, nor takes it out of service. */
  operations?: Operations;
  /** Connects to the DMP, for readiness. */
  reachDmp?: () => Promise<void>;
  /** For tests: other interactions than the real ones. */
  handlers?: Handlers;
}

/** The application, without a socket. */
export function createApp(options: AppOptions): Express {
  const { config, store, logger } = options;
  const now = options.now ?? (() => new Date());
  const { wakeSubscriptions, wakeFeed, limits, registry } = options;
  const structures = options.structures ?? registry?.structures ?? onlyPrimary(config);
  const habilitations = loadHabilitations(config);
  const services: Services = {
    config,
    store,
    structures,
    logger,
    now,
    ...behindGate({ config, store, dmp: options.dmp, now }),
    backpressure: createBackpressure(config, store.limits),
    ...(wakeSubscriptions ? { wakeSubscriptions } : {}),
    ...(wakeFeed ? { wakeFeed } : {}),
    ...(limits ? { limits } : {}),
    ...(habilitations ? { habilitations } : {}),
  };
  const isTrusted = trustedProxies(config.TRUSTED_PROXIES ?? []);
  const app = express();
  app.disable('x-powered-by');
  app.set('env', 'production'); // Express's own last resort shows no stack either
  app.set('case sensitive routing', true); // what is open is open under exactly one name
  app.set('etag', false); // FHIR's ETag is the version of a resource, not a digest of its JSON
  app.set('trust proxy', isTrusted); // whose X-Forwarded-For says where a request came from
  app.set('query parser', false); // `server/search` reads query strings, in order and strictly

  app.use(begin);
  const { drain, metrics, traces } = options.operations ?? {};
  const following = follow({ metrics, traces, factsOf: stateOf, interactionOf });
  if (following) app.use(following);
  app.use(accessLog(logger));
  app.use(leave(drain));
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], sandbox: [] },
      },
    }),
  );
  app.use(privacy);
  app.use(
    compression({
      filter: (req, res) => !stateOf(res).incompressible && compression.filter(req, res),
    }),
  );

  // --- where tokens come from
  const authorization =
    options.authorization &&
    createAuthorizationServer({
      ...options.authorization,
      ...{ config, store, isTrusted, now, factsOf: stateOf },
      apiScopes: [...scopesSupported(), ...(registry ? Object.values(adminScopes) : [])],
      onFailure: (details) => logger.error(details, 'unforeseen'),
    });
  if (authorization) {
    options.onClose?.(() => authorization.close());
    // An app may open the login in a window and wait for it there, as our own reference does (server/fhir/docs/reference/files.ts).
    app.use('/oauth', helmet.crossOriginOpenerPolicy({ policy: 'unsafe-none' }), authorization.handle);
    // A proxy may take PUBLIC_URL's path away, as below.
    for (const route of new Set([`${metadataAt}/oauth`, metadataPath(config)]))
      app.use(route, open(route), authorization.metadata);
  }

  // --- open
  const { reachDmp } = options;
  const openKeys = authorization && (() => authorization.openKeys());
  const checks = checksOf({
    ...{ config, store },
    ...(registry ? { registry } : {}),
    ...(reachDmp ? { reachDmp } : {}),
    ...(openKeys ? { openKeys } : {}),
  });
  app.use('/health', healthRouter({ checks, drain, factsOf: stateOf, sendJson }));
  const since = now();
  app.use('/fhir/metadata', open('/fhir/metadata'), (req, res) => {
    const pairs = parsePairs(req.originalUrl.split('?')[1] ?? '');
    stateOf(res).format = formatOf(wanted(req.get('accept'), pairs));
    const statement = capabilityStatement(config, since, authorization?.smart());
    return sendResource(req, res, statement, { status: 200 }, isPretty(pairs));
  });
  // At the root, because RFC 9728 §3.1 puts the name before the path of the resource; a proxy may take PUBLIC_URL's path away.
  for (const route of new Set([`${wellKnown}/fhir`, new URL(resourceMetadataUrl(config)).pathname]))
    app.use(route, open(route), (req, res) =>
      sendJson(req, res, 200, resourceMetadata(config, authorization?.smart().issuer)),
    );
  // JSON whatever the Accept (SMART App Launch 2.2, “conformance”).
  app.use('/fhir/.well-known/smart-configuration', open('/fhir/.well-known/smart-configuration'), (req, res) =>
    sendJson(req, res, 200, smartConfiguration(authorization?.smart())),
  );

  const openApi = openApiServer(
    config,
    documentParts({
      admin: registry !== undefined,
      authorization: !authorization ? 'no' : options.authorization?.psc ? 'persons' : 'services',
      exchanges: options.exchanges !== undefined,
    }),
  );
  app.use('/openapi.json', open('/openapi.json'), (req, res) =>
    sendText(req, res, 200, 'application/json; charset=utf-8', openApi()),
  );

  app.use('/fhir', conformanceRouter(config.fhirBase));
  app.use('/docs', docsRouter(config));
  if (config.CONSOLE_CLIENT_ID !== undefined)
    app.use('/console', consoleRouter({ config, documentStyles: [styleDigest] }, stateOf));

  const { clients } = options.authorization ?? {};
  app.use(
    '/fhir',
    cors(() => [...(config.CORS_ORIGINS ?? []), ...(clients?.origins() ?? [])]),
  );

  // --- closed: nothing below answers without a valid token, nor without being on record
  const verify =
    options.verifyToken ??
    createTokenVerifier(config, undefined, structures, { oauth: store.oauth, ...(clients ? { clients } : {}) });
  const refusals = createLimiter(config.RATE_LIMIT_REFUSED);
  const requests = createLimiter(config.RATE_LIMIT_CLIENT);
  const closed = (base: () => string): RequestHandler[] => [
    onRecord(services),
    authenticate({ verify, isTrusted, base, ...(refusals ? { refusals } : {}) }),
    limitClients(requests),
  ];
  const { exchanges } = options;
  if (exchanges) {
    const doors = { recorder: exchanges, stateOf, sendJson: sendClosedJson };
    app.use('/console/exchanges', ...closed(() => exchangesBase(config)), exchangesRouter(doors));
    app.use('/fhir', exchanges.watch);
  }
  app.use('/fhir', ...closed(() => config.fhirBase), fhirRouter(options.handlers ?? handlers, services));
  if (registry) {
    const admin = administration(config, store.registry, registry);
    const { limits } = options;
    const feed = {
      ...{ feed: store.feed, documents: store.documents, now },
      ...(limits ? { pauseOf: limits.pauseOf.bind(limits) } : {}),
    };
    const doors = {
      ...{ config, admin, feed, stateOf, parseJson, sendJson: sendClosedJson },
      chain: () => store.auditChain(),
      rules: rulesAdministration(store.feedingRules),
      tryRules: (given: unknown, caller: Caller) =>
        tryOut(given, caller.structure.id, store.feedingRules, (document, lane) =>
          factsOfDraft(document, lane, caller, services),
        ),
    };
    app.use('/admin', ...closed(() => adminBase(config)), adminRouter(doors));
  }

  app.use(() => {
    throw new IssueError({ key: 'unknown-route' });
  });
  app.use(onError(logger, () => resourceMetadataUrl(config)));
  return app;
}

/** A document for everybody, from any origin, by GET and HEAD at exactly this path. */
function open(route: string): RequestHandler {
  const allowed = 'GET, HEAD, OPTIONS';
  return (req, res, next) => {
    stateOf(res).route = route;
    if (req.path !== '/') throw new IssueError({ key: 'unknown-route' });
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Access-Control-Expose-Headers', 'X-Request-Id');
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (req.method === 'OPTIONS') {
      res.setHeader('Access-Control-Allow-Methods', allowed);
      res.setHeader('Access-Control-Allow-Headers', 'Accept, Accept-Language, X-Request-Id');
      res.status(204).end();
      return;
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', allowed);
      throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed } });
    }
    next();
  };
}

/** Before the socket is closed, whoever keeps a connection is asked to come by another one. */
const leave =
  (drain: Operations['drain'] | undefined): RequestHandler =>
  (_req, res, next) => {
    if (drain?.isDraining()) res.setHeader('Connection', 'close');
    next();
  };

/**
 * How long an idle connection is kept, ms: longer than balancers keep theirs (nginx and AWS: 60 s). The side that sends the requests
 * has to be the one that lets go, or it sends one into a connection that is being closed.
 */
const keepAliveTimeout = 75_000;

/**
 * An HTTP server whose requests and responses are born with Express's prototypes.
 *
 * Express calls `Object.setPrototypeOf` on every request and response; on Node 20 and 22 that throws the optimised code
 * of both away each time and costs four fifths of the throughput (expressjs/express#5998, nodejs/node#37457). When the
 * prototype is already the one it would set, the call changes nothing. Works for Routers; a mounted sub-application
 * would set prototypes of its own.
 * @param tls for HTTPS; plain HTTP without
 */
export function createHttpServer(app: Express, tls?: https.ServerOptions): http.Server | https.Server {
  class Request extends http.IncomingMessage {}
  class Response extends http.ServerResponse {}
  Object.setPrototypeOf(Request.prototype, express.request);
  Object.setPrototypeOf(Response.prototype, express.response);
  for (const prototype of [Request.prototype, Response.prototype]) {
    Object.defineProperty(prototype, 'app', { value: app, configurable: true, writable: true, enumerable: true });
  }
  Object.assign(app, { request: Request.prototype, response: Response.prototype });
  const born = { IncomingMessage: Request, ServerResponse: Response };
  const options = { ...born, keepAliveTimeout };
  const server = tls ? https.createServer({ ...options, ...tls }, app) : http.createServer(options, app);
  return server.on('clientError', onClientError);
}

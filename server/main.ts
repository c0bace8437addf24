/**
 * Configuration in, listening server out.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import { createApp, createHttpServer, type AppOptions } from './app.ts';
import { openAuditFeed } from './audit/feed/index.ts';
import { traceIdOf } from './audit/trail.ts';
import { tlsOptions } from './auth/tls.ts';
import type { TokenVerifier } from './auth/token.ts';
import type { Config } from './config.ts';
import { createRecorder } from './console/exchanges/recorder.ts';
import { checkDmpSettings, createDmpClient } from './dmp/client.ts';
import type { CallObserver } from './dmp/followers.ts';
import { dmpReach } from './dmp/reach.ts';
import type { DmpClient } from './dmp/types.ts';
import { behindGate } from './fhir/behind-gate.ts';
import { stateOf } from './fhir/request.ts';
import { cleanSpool } from './fhir/spool.ts';
import { createAttempt } from './fhir/feed/attempt.ts';
import { createSubscriptionWorker } from './fhir/subscription/worker.ts';
import { loadEngine } from './fhir/validation/index.ts';
import { followersOf, openOperations, serveMetrics } from './operations/index.ts';
import { createLimits } from './feed/limits/index.ts';
import { createFeedWorker } from './feed/worker.ts';
import { exchangesKept, refuseDemonstration, refuseDemonstrationClients } from './production.ts';
import { administration, type Administration } from './registry/administration/index.ts';
import { startWatch } from './registry/expiry.ts';
import { openRegistry } from './registry/index.ts';
import { onlyPrimary } from './registry/primary.ts';
import type { Structures } from './registry/types.ts';
import { openStore, type Store } from './store/index.ts';
import { authorizationParts } from './tokens.ts';

/** Parts that the caller brings instead of those that the configuration makes; the server closes what it made itself. */
export interface Overrides {
  logger?: Logger;
  store?: Store;
  dmp?: DmpClient;
  structures?: Structures;
  verifyToken?: TokenVerifier;
  authorization?: AppOptions['authorization'];
  now?: () => Date;
}

export interface RunningServer {
  /** FHIR base, e.g. `http://localhost:8080/fhir`, with the port that was taken. */
  url: string;
  /** Of the metrics, where METRICS_PORT has them served. */
  metricsUrl?: string;
  /** Resolves with a reason when a part that cannot be done without has ended by itself. */
  failed: Promise<string>;
  /** What an administrator can do: seen by this instance at once. */
  administration: Administration;
  /** Says at /health/ready that it goes (DRAIN_SECONDS), lets requests under way end, then closes what was opened. May be called twice. */
  close(): Promise<void>;
}

/** How long requests under way may take to end before they are cut, in milliseconds. */
const grace = 10_000;
const idleEvery = 50;

/**
 * Starts the façade: database (migrated), DMP client (certificates loaded), spool emptied, socket.
 * @throws ConfigError, DatabaseError, or the system's error of `listen`; nothing stays open then
 */
export async function startServer(config: Config, overrides: Overrides = {}): Promise<RunningServer> {
  refuseDemonstration(config);
  const logger = overrides.logger ?? pino({ level: config.LOG_LEVEL });
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    await cleanSpool(config.dataDir);
    // So that the first deposit does not wait for the FHIR definitions (0.2 s).
    loadEngine();
    const operations = await openOperations(config);
    opened.push(async () => operations.traces?.close());
    // The certificates first: what is wrong with them is said before a database is started.
    if (!overrides.dmp) checkDmpSettings(config, overrides.structures ?? onlyPrimary(config));
    const tls = await tlsOptions(config);
    const store = overrides.store ?? (await openStore(config, logger, operations.traces?.query));
    if (!overrides.store) opened.push(() => store.close());
    const { verifyToken, now } = overrides;
    const actual: { -readonly [K in keyof Config]: Config[K] } = { ...config };
    const clock = now ?? (() => new Date());
    const feed = openAuditFeed(actual, store, logger);
    if (feed) opened.push(() => feed.close());
    const registry = await openRegistry(config, store.registry, { logger, now: clock });
    opened.push(() => registry.close());
    refuseDemonstrationClients(
      config,
      registry.stored().clients.flatMap(({ id, state }) => (state === 'active' ? [id] : [])),
    );
    const stopWatch = startWatch(config, registry, logger);
    opened.push(async () => stopWatch());
    const structures = overrides.structures ?? registry.structures;
    const limits = createLimits({ config, store, structures, now: clock });
    const most = exchangesKept(config);
    const exchanges = most === undefined ? undefined : createRecorder(most, stateOf, clock);
    const dmp =
      overrides.dmp ??
      createDmpClient(config, structures, {
        ...followersOf(operations, logCalls(logger)),
        ...(exchanges ? { onMessage: exchanges.onMessage } : {}),
        pacing: limits,
        now: overrides.now,
      });
    if (!overrides.dmp) opened.push(() => dmp.close());
    const gated = behindGate({ config: actual, store, dmp, now: clock });
    const inBackground = {
      ...{ config: actual, store, structures, logger, now: clock, ...gated },
      isBarred: registry.isBarred,
    };
    const worker = createSubscriptionWorker(inBackground);
    opened.push(() => worker.close());
    const wakeSubscriptions = (): void => worker.wake();
    const attempt = createAttempt({ ...inBackground, wakeSubscriptions });
    const feedWorker = createFeedWorker({
      ...{ config: actual, store, limits, attempt, logger, now: clock },
      onProgress: wakeSubscriptions,
    });
    const wakeFeed = (): void => feedWorker.wake();
    let { authorization } = overrides;
    if (authorization === undefined) {
      const made = await authorizationParts({ config: actual, store, registry, structures, now: clock });
      opened.push(made.close);
      authorization = made.parts;
    }
    const app = createApp({
      ...{ config: actual, store, dmp, structures, registry, logger, verifyToken, now, wakeSubscriptions, wakeFeed },
      ...{ authorization, operations, limits },
      ...(overrides.dmp ? {} : { reachDmp: dmpReach(config, structures) }),
      ...(exchanges ? { exchanges } : {}),
      onClose: (close) => opened.push(close),
    });
    const metrics = await serveMetrics(operations, { config: actual, store, registry, feed, now: clock }, tls);
    opened.push(async () => metrics?.close());
    const server = createHttpServer(app, tls);
    server.listen(config.PORT, config.HOST);
    await once(server, 'listening');
    opened.push(async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      // Those on which a request was under way are idle later.
      const idle = setInterval(() => server.closeIdleConnections(), idleEvery);
      const cut = setTimeout(() => server.closeAllConnections(), grace);
      await Promise.all([closed, feedWorker.close(grace)]);
      clearInterval(idle);
      clearTimeout(cut);
    });
    opened.push(() => operations.drain.begin());
    // With PORT=0 the system has chosen only now; links and audience follow.
    actual.PORT = (server.address() as AddressInfo).port;
    actual.fhirBase = config.fhirBase.replace(/:0(?=\/|$)/, `:${actual.PORT}`);
    worker.start();
    feedWorker.start();
    feed?.start();
    logger.info({ url: actual.fhirBase, ...(metrics ? { metrics: metrics.url } : {}) }, 'listening');
    const failed = store.lost?.then(() => 'The embedded database has ended.') ?? new Promise<string>(() => undefined);
    return {
      url: actual.fhirBase,
      ...(metrics ? { metricsUrl: metrics.url } : {}),
      failed,
      administration: administration(actual, store.registry, registry),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const traced = (traceparent: string | undefined): { traceId?: string } =>
  traceparent === undefined ? {} : { traceId: traceIdOf(traceparent) };

/** One line a DMP call: name, outcome, time. No person, no content. */
function logCalls(logger: Logger): CallObserver {
  return (transaction, outcome, ms, { traceparent, ...details }) => {
    logger[outcome === 'ok' || outcome === 'aborted' ? 'info' : 'warn'](
      { transaction, outcome, ms: Math.round(ms * 10) / 10, ...details, ...traced(traceparent) },
      'dmp',
    );
  };
}

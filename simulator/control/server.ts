/**
 * The control port: plain HTTP on loopback, for tests and demonstrations. Requests that a browser page makes are
 * refused (Origin), so that no web site can drive it.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';

import { findSeed, parseSeed } from '../seed/read.ts';
import { adjust, adjustable, instant, type Settings } from '../settings.ts';
import { directAccess, isDirectAccess } from '../web/direct-access.ts';
import { createWorld, type Seed, type World } from '../world.ts';
import type { CallLog } from './calls.ts';
import { type FaultQueue, injectedFault } from './faults.ts';
import { patientOperations } from './patients.ts';

/** What the control port may change. */
export interface State {
  /** As the simulator was started; a reset goes back to them. */
  settings: Settings;
  seed: Seed;
  world: World;
  calls: CallLog;
  faults: FaultQueue;
}

/** A new world from a seed, under the settings of the start; the clock stays as it is. */
export function reseed(state: State, seed: Seed): void {
  state.world = createWorld(seed, { ...state.settings }, state.world.clock);
  state.seed = seed;
  state.calls.clear();
  state.faults.clear();
}

type Route = (state: State, body: unknown) => unknown;

const health: Route = ({ world, seed }) => ({
  status: 'ok',
  seed: seed.name,
  clock: world.clock.now().toISOString(),
  patients: world.patients.length,
});

const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;

const setClock: Route = (state, body) => {
  const given = field(body, 'instant');
  if (given !== null && typeof given !== 'string') throw new Error('instant: a text, or null for the machine’s clock');
  state.world.clock.set(given === null ? undefined : instant(given));
  return health(state, undefined);
};

const setSeed: Route = (state, body) => {
  const name = field(body, 'name');
  reseed(state, field(body, 'patients') === undefined && typeof name === 'string' ? findSeed(name) : parseSeed(body));
  return health(state, undefined);
};

const settingList: Route = ({ world }) => Object.fromEntries(adjustable.map((name) => [name, world.settings[name]]));

const setSettings: Route = (state, body) => {
  Object.assign(state.world.settings, adjust(state.world.settings, body));
  return settingList(state, undefined);
};

const faultList: Route = ({ faults }) => ({ faults: faults.list() });

const patientRoutes = Object.fromEntries(
  Object.entries(patientOperations).map(([path, run]): [string, Route] => [
    path,
    ({ world }, body) => run(world, body),
  ]),
);

/** Method and path → what it does. Documented in simulator/README.md. */
const routes: Record<string, Route> = {
  'GET /control/health': health,
  'POST /control/reset': (state) => (reseed(state, state.seed), health(state, undefined)),
  'POST /control/seed': setSeed,
  'GET /control/clock': health,
  'POST /control/clock': setClock,
  'GET /control/settings': settingList,
  'POST /control/settings': setSettings,
  'GET /control/faults': faultList,
  'POST /control/faults': (state, body) => {
    const fault = injectedFault.safeParse(body);
    if (!fault.success) throw new Error(fault.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
    state.faults.add(fault.data);
    return faultList(state, undefined);
  },
  'DELETE /control/faults': (state) => (state.faults.clear(), faultList(state, undefined)),
  'GET /control/calls': ({ calls }) => calls.report(),
  'DELETE /control/calls': ({ calls }) => (calls.clear(), calls.report()),
  ...patientRoutes,
};

const limit = 16 * 1024 * 1024;

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new Error('body too large');
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Error('body: not JSON'); // the parser’s own message quotes it
  }
}

/** The control server, not yet listening. */
export function createControlServer(state: State): Server {
  return createServer((request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    };
    const run = async () => {
      const [path] = (request.url ?? '').split('?');
      if (request.headers.origin !== undefined) return send(403, { error: 'not for browsers' });
      if (isDirectAccess(path ?? '')) {
        const page = directAccess(request.method ?? '', path ?? '');
        return response.writeHead(page.status, page.headers).end(page.body);
      }
      const route = routes[`${request.method ?? ''} ${path ?? ''}`];
      if (route === undefined) return send(404, { error: 'unknown', routes: Object.keys(routes) });
      try {
        send(200, route(state, await readJson(request)));
      } catch (error) {
        send(400, { error: (error as Error).message });
      }
    };
    void run();
  });
}

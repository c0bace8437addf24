/** The control port of the simulated DMP. */
import type { Server } from 'node:http';

import { findSeed, parseSeed } from '../seed/read.ts';
import { instant } from '../setting-rows.ts';
import { adjust, adjustable, type Settings } from '../settings.ts';
import { directAccess, isDirectAccess } from '../web/direct-access.ts';
import { uniqueIdOf } from '../xds/metadata.ts';
import { createWorld, type Seed, type World } from '../world.ts';
import type { Call, CallLog } from './calls.ts';
import { type InjectedFault, injectedFault } from './faults.ts';
import { createControl } from './http.ts';
import { parsed } from './parsed.ts';
import { patientOperations } from './patients.ts';
import type { FaultQueue } from './queue.ts';
import type { SubmissionLog } from './submissions.ts';

/** What the control port may change. */
export interface State {
  /** As the simulator was started; a reset goes back to them. */
  settings: Settings;
  seed: Seed;
  world: World;
  calls: CallLog<Call>;
  submissions: SubmissionLog;
  faults: FaultQueue<InjectedFault>;
}

/** A new world from a seed, under the settings of the start; the clock stays as it is. */
export function reseed(state: State, seed: Seed): void {
  state.world = createWorld(seed, { ...state.settings }, state.world.clock);
  state.seed = seed;
  state.calls.clear();
  state.submissions.clear();
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

const callList: Route = ({ calls }) => {
  const { count, byName, list } = calls.report();
  return { count, byTransaction: byName, calls: list };
};

/** In the order of their registration; a document whose metadata got a new version stands once. */
const documentList: Route = ({ world }) => ({
  documents: world.registry
    .documents()
    .filter(({ signature }) => !signature)
    .map(({ entry }) => ({ uniqueId: uniqueIdOf(entry), status: entry.status?.split(':').at(-1) })),
});

const submissionList: Route = ({ submissions }) => ({ submissions: submissions.report() });

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
    state.faults.add(parsed(injectedFault, body));
    return faultList(state, undefined);
  },
  'DELETE /control/faults': (state) => (state.faults.clear(), faultList(state, undefined)),
  'GET /control/documents': documentList,
  'GET /control/calls': callList,
  'GET /control/submissions': submissionList,
  'DELETE /control/submissions': (state) => (state.submissions.clear(), submissionList(state, undefined)),
  'DELETE /control/calls': (state) => (state.calls.clear(), callList(state, undefined)),
  ...patientRoutes,
};

/** The control server, not yet listening. It answers for the web site too, whose pages a link opens. */
export function createControlServer(state: State): Server {
  const bound = Object.entries(routes).map(([path, route]) => [path, (body: unknown) => route(state, body)] as const);
  return createControl(Object.fromEntries(bound), (request, response, path) => {
    if (!isDirectAccess(path)) return false;
    const page = directAccess(request.method ?? '', path);
    response.writeHead(page.status, page.headers).end(page.body);
    return true;
  });
}

/** The control port of the stand-in: what a test or a demonstration needs, and no client may. */
import type { Server } from 'node:http';
import { z } from 'zod';

import { createControl, type Route } from '../control/http.ts';
import { parsed } from '../control/parsed.ts';
import { decide, pendingRequests } from './ciba.ts';
import { pscFault } from './faults.ts';
import { isAlive, now, type PscWorld, resetPsc } from './world.ts';

const decision = z.strictObject({
  /** As the list says; or whose request it is. */
  request: z.string().optional(),
  person: z.string().optional(),
  decision: z.enum(['approve', 'refuse']),
});
const clock = z.strictObject({ aheadSeconds: z.int() });
const session = z.strictObject({ person: z.string() });
/** What may change while it runs: what it says and asks, not where it listens. Until the next reset. */
const settings = z
  .strictObject({ acr: z.string().min(1), requireNonce: z.boolean(), revokeRefreshTokens: z.boolean() })
  .partial();

/** The control server, not yet listening. Documented in simulator/README.md. */
export function createPscControl(world: PscWorld): Server {
  const initial = { ...world.settings };
  const health = () => ({
    status: 'ok',
    clock: new Date(now(world)).toISOString(),
    aheadSeconds: world.ahead / 1000,
    sessions: [...world.sessions.values()].filter((s) => isAlive(world, s)).length,
  });
  const calls = () => {
    const { count, byName, list } = world.calls.report();
    return { count, byEndpoint: byName, calls: list };
  };
  const faults = () => ({ faults: world.faults.list() });
  const ciba = () => ({
    requests: pendingRequests(world).map(({ ticket, client, person, bindingMessage, channel }) => ({
      request: ticket,
      client: client.id,
      person: person.id,
      bindingMessage,
      channel,
    })),
  });
  const routes: Record<string, Route> = {
    'GET /control/health': health,
    'POST /control/reset': () => {
      Object.assign(world.settings, initial);
      resetPsc(world);
      return health();
    },
    'POST /control/clock': (body) => {
      world.ahead = parsed(clock, body).aheadSeconds * 1000;
      return health();
    },
    'POST /control/settings': (body) => {
      Object.assign(world.settings, parsed(settings, body));
      return health();
    },
    'GET /control/calls': calls,
    'DELETE /control/calls': () => (world.calls.clear(), calls()),
    'GET /control/faults': faults,
    'POST /control/faults': (body) => (world.faults.add(parsed(pscFault, body)), faults()),
    'DELETE /control/faults': () => (world.faults.clear(), faults()),
    'GET /control/ciba': ciba,
    'POST /control/ciba': (body) => {
      const { request, person, decision: said } = parsed(decision, body);
      const found = pendingRequests(world).filter((r) => r.ticket === request || r.person.id === person);
      if (found.length === 0) throw new Error('nothing waits for an answer');
      for (const each of found) decide(world, each, said === 'approve');
      return ciba();
    },
    'POST /control/logout': (body) => {
      const { person } = parsed(session, body);
      for (const each of world.sessions.values()) if (each.person.id === person) each.ended = true;
      return health();
    },
  };
  return createControl(routes);
}

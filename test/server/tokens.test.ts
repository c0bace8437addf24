/** Under which structure the events of the authorization server are kept. */
import { expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { authorizationParts } from '../../server/tokens.ts';
import type { NewRecord, Store } from '../../server/store/types.ts';
import { structuresOf } from '../support/structures.ts';
import { client, lesTilleuls, leVerger } from '../support/authorization.ts';

it('what happened before a structure was chosen is kept where the client acts, and shown to no other', async () => {
  const kept: NewRecord[] = [];
  const records = {
    append(made: readonly NewRecord[]) {
      kept.push(...made);
      return Promise.resolve();
    },
  };
  const clients = new Map(
    [
      client('own'),
      client('both', { structures: [lesTilleuls, leVerger] }),
      client('other', { structures: [lesTilleuls] }),
    ].map((each) => [each.id, each]),
  );
  const { parts } = await authorizationParts({
    config: loadConfig({ STRUCTURE_ID: leVerger }),
    store: { records } as unknown as Store,
    registry: { clients: { byId: (id) => Promise.resolve(clients.get(id)), origins: () => [] } },
    structures: structuresOf(),
    now: () => new Date(),
  });
  const login = { kind: 'login', outcome: 'success', at: new Date(), requestId: 'r', person: '899700101233' } as const;
  for (const each of ['own', 'both', 'other', 'unknown']) await parts.record({ ...login, client: each });
  await parts.record({ ...login, client: 'other', structure: leVerger });
  expect(kept.map(({ structure }) => structure)).toEqual([leVerger, leVerger, lesTilleuls, leVerger, leVerger]);
});

/** What the authorization server is wired to: the registry, Pro Santé Connect, and the record of accesses. */
import type { RecordRoom } from './audit/record.ts';
import { recordSecurity } from './audit/security.ts';
import { traceparentOf } from './audit/trail.ts';
import type { AuthorizationEvent, AuthorizationParts } from './authorization/index.ts';
import { createProSanteConnect } from './authorization/psc/relying-party.ts';
import type { Config } from './config.ts';
import type { Registry } from './registry/index.ts';
import type { Clients, Structures } from './registry/types.ts';
import type { Store } from './store/types.ts';

export interface TokenRoom {
  config: Config;
  store: Store;
  registry: Pick<Registry, 'clients'>;
  structures: Structures;
  now: () => Date;
}

/** @returns the parts, and what ends them */
export async function authorizationParts({
  config,
  store,
  registry: { clients },
  structures,
  now,
}: TokenRoom): Promise<{ parts: AuthorizationParts; close(): Promise<void> }> {
  const psc = await createProSanteConnect(config);
  return {
    parts: {
      clients,
      structures,
      ...(psc ? { psc } : {}),
      record: (event) => onRecord(event, { store, config, now, clients }),
    },
    close: async () => psc?.close(),
  };
}

type Room = RecordRoom & { config: Config; store: Store; clients: Pick<Clients, 'byId'> };

/**
 * Who keeps what happened before a structure was chosen, or where it was refused: one that the client acts for. The façade's own
 * keeps what no known client did; of clients of others it sees nothing.
 */
async function keeperOf(client: string | undefined, { config, clients }: Room): Promise<string> {
  const { structures } = (client === undefined ? undefined : await clients.byId(client)) ?? {};
  const own = config.STRUCTURE_ID;
  return structures === undefined || structures.includes(own) ? own : (structures[0] ?? own);
}

/** @throws RecordUnavailable */
async function onRecord(event: AuthorizationEvent, room: Room): Promise<void> {
  const { kind, outcome, client, person, requestId, address, reason, grantType, scope, purpose, certificate } = event;
  const structure = event.structure ?? (await keeperOf(client, room));
  const traceparent = traceparentOf(event.traceparent);
  const isToken = kind === 'token' || kind === 'revocation' || kind === 'introspection';
  // The event of a token has no place for a patient (BALP, IUA.71): that of the login or authorization before it has.
  const patient = isToken ? undefined : event.patient && (await room.store.as(structure).patients.byIns(event.patient));
  await recordSecurity(room, {
    kind: isToken ? 'token' : 'login',
    outcome,
    author: { structure: { id: structure }, clientId: client ?? '', ...(person === undefined ? {} : { person }) },
    requestId,
    ...(address === undefined ? {} : { address }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(reason === undefined ? {} : { problems: [reason] }),
    ...(patient ? { patientId: patient.id } : {}),
    request: { grant_type: grantType, scope, client_id: client },
    details: {
      event: kind,
      ...(purpose === undefined ? {} : { purpose }),
      ...(certificate === undefined ? {} : { certificate }),
    },
  });
}

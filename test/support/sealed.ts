/** A store with something in every table that holds sealed values, and all that it answers of it. */
import { randomUUID } from 'node:crypto';
import type { Store } from '../../server/store/index.ts';
import { sealedColumns } from '../../server/store/reseal.ts';
import type { TestDatabase } from './database.ts';

const structure = '1990100109';
const person = '899700204581';
const system = 'urn:oid:2.16.840.1.113883.19.7602.9';
const oid = '1.2.250.1.213.1.4.10';
const now = new Date('2026-11-28T09:00:00Z');
const later = new Date('2027-11-28T09:00:00Z');

export interface Filled {
  /** Everything that was written, as a store reads it. */
  read(store: Store): Promise<unknown[]>;
  patientId: string;
}

/** @param value of the INS of the patient of whom it is */
export async function fill(store: Store, value: string): Promise<Filled> {
  const ins = { value, oid };
  const { id: patientId } = await store.patients.byIns(ins);
  const uniqueId = `1.2.${value}`;
  const set = { id: randomUUID(), patientId, uniqueId, payload: { set: value }, documentIds: [] };
  await store.sets.save(set);
  const cursor = await store.searches.save('owner', { hits: [value] });
  const subscription = await store.subscriptions.create(
    { owner: value, structure, patientId, content: { endpoint: value }, endsAt: later },
    { perOwner: 9, perPatient: 9 },
    now,
  );
  const statement = { status: 'active', decision: 'permit', content: { said: value } } as const;
  const consent = await store.consents.record({ patientId, structure, topic: 'feeding' }, statement, now);
  const authorization = await store.authorizations.of(patientId, person);
  const fed = { structure, system, value, ins, patientId, content: { name: value }, active: true };
  const identity = await store.identities.feed(fed, person, now);
  const correction = await store.corrections.create(
    { structure, wrongPatientId: patientId, reason: value, items: [] },
    now,
  );
  const record = await store.records.append({
    ...{ kind: 'consent', at: now, structure, person, clientId: 'demo', patientId, outcome: 'success' },
    details: { value },
  });
  const by = { at: now, action: 'add', content: { by: value } };
  const certificate = {
    kind: 'tls',
    fingerprint: value,
    chain: value,
    key: value,
    notBefore: now,
    notAfter: later,
  } as const;
  const entry = { id: value, expected: 0, content: { name: value } };
  await store.registry.write({ ...entry, entry: 'structure', add: certificate }, by);
  await store.registry.write({ ...entry, entry: 'client', secret: value }, by);
  const item = {
    kind: 'AccessToken',
    id: value,
    grant: value,
    session: value,
    content: { token: value },
    expiresAt: later,
  };
  await store.oauth.put(item);
  await store.oauthKeys.change(() =>
    Promise.resolve({
      add: [{ id: randomUUID(), purpose: 'sign', content: { d: value }, createdAt: now, usedFrom: now }],
      remove: [],
    }),
  );
  const feedItem = await waitingItem(store, patientId, value);
  if (typeof subscription === 'string' || consent === 'conflict' || identity === 'conflict') throw new Error('refused');
  return {
    patientId,
    read: async (of) => [
      await of.patients.byId(patientId),
      await of.patients.byIns(ins),
      await of.sets.byUniqueId(uniqueId),
      await of.searches.load('owner', cursor),
      await of.subscriptions.byId(subscription.id, value),
      await of.consents.history(consent.consent.id, structure),
      await of.consents.decisions(ins, structure),
      await of.authorizations.known(ins, person),
      await of.identities.byLocal(structure, system, value),
      await of.identities.byIns(structure, ins),
      await of.identities.history(identity.identity.id, structure),
      await of.corrections.byId(correction.id, structure),
      await of.records.byId(record, structure),
      (await of.registry.registry()).structures.filter(({ id }) => id === value),
      (await of.registry.registry()).clients.filter(({ id }) => id === value),
      await of.registry.changes('client', value, 9),
      authorization.id,
      await of.oauth.find(item.kind, item.id),
      await of.feed.byId(feedItem, { structure: value }),
      (await of.oauthKeys.all()).filter(({ content }) => (content as { d: string }).d === value),
    ],
  };
}

/** A deposit in the feed that waits for its next attempt: its request is kept, and what came of the first. */
async function waitingItem(store: Store, patientId: string, value: string): Promise<string> {
  // A structure of its own: what others put in line at the same time is not taken.
  const owner = { structure: value, clientId: 'demo', personId: person };
  const { item } = await store.feed.accept(
    {
      ...{ owner, patientId, lane: 'live', kind: 'document', state: 'queued', uniqueIds: [value] },
      ...{ digest: value, size: 1, content: { request: value } },
    },
    now,
  );
  const by = { worker: randomUUID(), most: 9, concurrency: 9, leaseMs: 60_000 };
  const claimed = (await store.feedWork.claim({ structure: value, lane: 'live' }, by)).find(
    ({ id }) => id === item?.id,
  );
  if (claimed === undefined) throw new Error('not claimed');
  const outcome = { state: 'waiting', reason: 'down', nextAt: later, attempted: true, isUncertain: true } as const;
  await store.feedWork.finish(claimed, { ...outcome, result: { answer: value } }, now);
  return claimed.id;
}

/** How many values each key has sealed (id, hex), over all tables. */
export async function sealedBy(database: TestDatabase): Promise<Record<string, number>> {
  const each = sealedColumns.map(
    ({ table, column }) =>
      `SELECT encode(substring("${column}" FROM 2 FOR 4), 'hex') AS key FROM "${table}" WHERE "${column}" IS NOT NULL`,
  );
  const rows = await database.query<{ key: string; n: number }>(
    `SELECT key, count(*)::int AS n FROM (${each.join(' UNION ALL ')}) AS k GROUP BY key ORDER BY key`,
  );
  return Object.fromEntries(rows.map(({ key, n }) => [key, n]));
}

/** Every blind index in the database. */
export function blindIndexes(database: TestDatabase): Promise<Record<string, unknown>[]> {
  const columns = [
    ['patient', 'ins_index'],
    ['patient_structure', 'structure'],
    ['list', 'structure'],
    ['subscription', 'owner'],
    ['subscription', 'structure'],
    ['search', 'owner'],
    ['consent', 'structure'],
    ['dmp_authorization', 'holder'],
    ['identity', 'structure'],
    ['identity', 'local_index'],
    ['identity', 'ins_index'],
    ['correction', 'structure'],
    ['kept_record', 'structure'],
    ['kept_record', 'person'],
    ['feed_item', 'structure'],
    ['feed_item', 'client'],
    ['feed_item', 'owner'],
    ['feed_item', 'digest'],
    ['feed_document', 'unique'],
    ['oauth_item', 'id'],
    ['oauth_item', 'grant_index'],
    ['oauth_item', 'session_index'],
  ];
  return database.query(
    columns
      .map(([t, c]) => `SELECT '${t}.${c}' AS name, encode("${c}", 'hex') AS value FROM "${t}"`)
      .join(' UNION ALL ') + ' ORDER BY 1, 2',
  );
}

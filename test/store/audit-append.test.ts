/** Putting records on the chain: order, batches, failures of every kind. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { DatabaseError, openStore, rotateKeys, type Store } from '../../server/store/index.ts';
import { openStorage } from '../../server/store/storage.ts';
import { createAppender } from '../../server/store/trail/append.ts';
import { canonical, chainHash, NOTHING, recordDigest } from '../../server/store/trail/canonical.ts';
import { verifyAudit } from '../../server/store/trail/commands.ts';
import { checkpointsOf, findingsOf, linksOf, nurse, record, structure, tamper } from '../support/audit.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});
async function world(): Promise<TestStore> {
  const opened = await openTestStore();
  cleanUp.push(() => opened.close());
  return opened;
}
async function another({ config }: TestStore): Promise<Store> {
  const store = await openStore(config);
  cleanUp.push(() => store.close());
  return store;
}
const many = (count: number) => Array.from({ length: count }, (_, i) => record({ requestId: `r-${i}` }));

describe('the canonical form', () => {
  it('is RFC 8785: members sorted by UTF-16 units, no white space, however deep', () => {
    expect(canonical({ b: [1, { d: null, c: 'é' }], a: 1e21, '10': true, '9': '\u20ac\n' })).toBe(
      '{"10":true,"9":"€\\n","a":1e+21,"b":[1,{"c":"é","d":null}]}',
    );
  });

  it('is what docs/audit.md says: a third party that follows it computes the same hash', () => {
    // Computed by another program (Python's json and hashlib).
    const digest = recordDigest({
      ...{
        stream: 's',
        seq: 1,
        id: 'i',
        kind: 'consent',
        at: '2026-11-28T09:00:00.000Z',
        structure: '00',
        person: null,
      },
      ...{ clientId: 'c', requestId: null, patientId: null, outcome: 'success', terms: [], content: { salt: 'x' } },
    });
    expect(digest).toBe('7fd082bf31329c24c1fdb2736049259854a4f632d7f962d4d4812bec2e01ab8c');
    expect(chainHash(NOTHING, digest)).toBe('896559d286428c55810753ecfc1c219c8c4083d35f20f1c6c0f734be2f1d6571');
  });
});

it('numbers an instance’s records without gap, each hash over the one before, and several at once or none', async () => {
  const { store, database, config } = await world();
  const first = await store.records.append(record());
  const ids = await store.records.append(many(3));
  expect(await linksOf(database)).toMatchObject([first, ...ids].map((id, i) => ({ id, seq: i + 1 })));
  expect(await store.records.append([])).toEqual([]);
  const wrong = [record(), record({ patientId: randomUUID() })];
  await expect(store.records.append(wrong)).rejects.toThrow(DatabaseError);
  await store.records.append(record());
  expect((await linksOf(database)).map((link) => link.seq)).toEqual([1, 2, 3, 4, 5]);
  expect(await findingsOf(config)).toEqual([]);
});

it('reads back what was written, also of nobody who is known and of no structure', async () => {
  const { store } = await world();
  const bare = record({ structure: '' });
  delete bare.person;
  const id = await store.records.append(bare);
  expect(await store.records.byId(id, '')).toEqual({ ...bare, id });
});

it('writes what comes together in few statements, and everybody gets their own id', async () => {
  const { store, database } = await world();
  await store.records.append(record());
  const all = many(300);
  const ids = await Promise.all(all.map((one) => store.records.append(one)));
  const rows = await database.query<{ id: string; request: string; xmin: string }>(
    `SELECT id, request_id AS request, xmin::text AS xmin FROM kept_record WHERE request_id IS NOT NULL ORDER BY seq`,
  );
  expect(rows.map((row) => row.id)).toEqual(ids);
  expect(rows.map((row) => row.request)).toEqual(all.map((one) => one.requestId));
  expect(new Set(rows.map((row) => row.xmin)).size).toBeLessThan(10);
});

it('a record that no table takes fails alone, and takes no number', async () => {
  const { store, database, config } = await world();
  await store.records.append(record());
  const wrong = [record({ requestId: 'nul \u0000' }), record({ patientId: 'x' }), record({ patientId: randomUUID() })];
  const results = await Promise.allSettled(
    [many(1), [wrong[0]!], many(2), [wrong[1]!], many(1), [wrong[2]!], many(1)].map((all) => store.records.append(all)),
  );
  expect(results.map((result) => result.status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  ]);
  for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DatabaseError);
  expect((await linksOf(database)).map((link) => link.seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await findingsOf(config)).toEqual([]);
});

it('when the database cannot write, everybody who waits is told, and the chain goes on without gap', async () => {
  const { store, database, config } = await world();
  await store.records.append(record());
  await database.query('ALTER TABLE kept_record RENAME TO kept_elsewhere');
  const results = await Promise.allSettled(many(20).map((one) => store.records.append(one)));
  expect(results.every((result) => result.status === 'rejected' && result.reason instanceof DatabaseError)).toBe(true);
  await database.query('ALTER TABLE kept_elsewhere RENAME TO kept_record');
  await store.records.append(record());
  expect((await linksOf(database)).map((link) => link.seq)).toEqual([1, 2]);
  expect(await findingsOf(config)).toEqual([]);
});

describe('a statement whose outcome is unknown', () => {
  /** An appender whose statements go wrong as told, after or before the database has carried them out. */
  async function shaky({ config }: TestStore) {
    const storage = await openStorage(config);
    cleanUp.push(() => storage.close());
    const faults: ('after' | 'before' | 'blind')[] = [];
    let isBlind = false;
    const prisma = new Proxy(storage.prisma, {
      get(target, name, receiver) {
        if (name === '$queryRaw' && isBlind) return () => Promise.reject(new Error('Connection terminated'));
        if (name !== '$executeRaw') return Reflect.get(target, name, receiver) as unknown;
        return async (...args: Parameters<typeof target.$executeRaw>) => {
          const fault = faults.shift();
          if (fault === 'before') throw new Error('Connection terminated');
          const result = await target.$executeRaw(...args);
          if (fault === undefined) return result;
          isBlind = fault === 'blind';
          throw new Error('Connection terminated');
        };
      },
    });
    let streams = 0;
    const appender = createAppender({
      prisma,
      cipher: storage.keyring.cipher,
      async open() {
        streams++;
        const stream = randomUUID();
        await storage.prisma.auditStream.create({ data: { id: stream } });
        return { stream, seq: 0, hash: NOTHING };
      },
      onWritten: () => undefined,
    });
    return { append: appender.append, faults, see: () => (isBlind = false), streams: () => streams };
  }

  it('was carried out: the records count as written', async () => {
    const opened = await world();
    const { append, faults } = await shaky(opened);
    faults.push('after');
    const ids = await append(many(2));
    await append(many(1));
    const links = await linksOf(opened.database);
    expect(links.map((link) => link.seq)).toEqual([1, 2, 3]);
    expect(links.map((link) => link.id).slice(0, 2)).toEqual(ids);
  });

  it('was not: they fail, and take no number', async () => {
    const opened = await world();
    const { append, faults } = await shaky(opened);
    faults.push('before');
    await expect(append(many(2))).rejects.toThrow(DatabaseError);
    await append(many(1));
    expect((await linksOf(opened.database)).map((link) => link.seq)).toEqual([1]);
  });

  it('cannot be asked about: they fail, and if they are there later, the chain goes on after them', async () => {
    const opened = await world();
    const { append, faults, see, streams } = await shaky(opened);
    await append(many(1));
    faults.push('blind');
    await expect(append(many(2))).rejects.toThrow(DatabaseError);
    see();
    await append(many(1));
    expect((await linksOf(opened.database)).map((link) => link.seq)).toEqual([1, 2, 3, 4]);
    expect(streams()).toBe(1);
  });
});

it('a row that somebody put into its stream is left behind: it goes on in another, and verification shows the row', async () => {
  const { store, database, config } = await world();
  await store.records.append(record());
  await tamper(
    database,
    `
    INSERT INTO kept_record (id, kind, at, structure, person, client_id, request_id, patient_id, outcome, content_sealed, hash, seq, stream, terms)
      SELECT gen_random_uuid(), kind, at, structure, person, client_id, request_id, patient_id,
      outcome, content_sealed, hash, 2, stream, terms FROM kept_record`,
  );
  const id = await store.records.append(record());
  const links = await linksOf(database);
  expect(new Set(links.map((link) => link.stream)).size).toBe(2);
  expect(links.find((link) => link.id === id)).toMatchObject({ seq: 1 });
  await store.close();
  expect(await findingsOf(config)).toContainEqual(
    expect.stringMatching(/record 2: There are records after the signed end/),
  );
});

describe('streams', () => {
  it('are one of each instance, and closed with it; every one stands in a checkpoint before it holds anything', async () => {
    const opened = await world();
    const second = await another(opened);
    await Promise.all([
      ...many(5).map((r) => opened.store.records.append(r)),
      ...many(5).map((r) => second.records.append(r)),
    ]);
    expect(await verifyAudit(opened.config)).toMatchObject({ isGood: true, streams: 2, open: 2, records: 10 });
    await second.close();
    await opened.store.close();
    expect(await verifyAudit(opened.config)).toMatchObject({
      isGood: true,
      streams: 2,
      open: 0,
      records: 10,
      unsigned: 0,
    });
  });

  it('whose instance shows no sign of life are closed by another, and take nothing more', async () => {
    const opened = await world();
    const { store, database, config } = opened;
    await store.records.append(many(3));
    await database.query("UPDATE audit_stream SET seen_at = now() - interval '1 hour'");
    const second = await another(opened);
    await second.records.append(record());
    expect(await verifyAudit(config)).toMatchObject({ isGood: true, streams: 2, open: 1, unsigned: 1 });
    await store.records.append(record());
    expect(await verifyAudit(config)).toMatchObject({ isGood: true, streams: 3, open: 2, records: 5 });
  });
});

it('is signed after so many records, and at an interval, without a word about anyone', async () => {
  const opened = await openTestStore({ AUDIT_CHECKPOINT_RECORDS: 10, AUDIT_CHECKPOINT_SECONDS: 3600 });
  cleanUp.push(() => opened.close());
  await opened.store.records.append(many(25));
  await expect.poll(async () => (await checkpointsOf(opened.database)).length, { timeout: 20_000 }).toBe(2);
  expect(await verifyAudit(opened.config)).toMatchObject({ isGood: true, records: 25, unsigned: 0 });
  const text = (await checkpointsOf(opened.database))
    .map((token) => Buffer.from(token.split('.')[1]!, 'base64url').toString())
    .join('\n');
  for (const secret of [structure, nurse, 'DUPONT', 'demo', 'r-1']) expect(text).not.toContain(secret);
});

it('survives another sealing key: what is hashed is what it reads, not how it is sealed', async () => {
  const { store, database, config } = await world();
  await store.records.append(many(20));
  const before = await database.query("SELECT encode(content_sealed, 'hex') AS sealed FROM kept_record ORDER BY seq");
  await rotateKeys(config, { learnMs: 0, bothMs: 0 });
  expect(
    await database.query("SELECT encode(content_sealed, 'hex') AS sealed FROM kept_record ORDER BY seq"),
  ).not.toEqual(before);
  await store.records.append(record());
  expect(await verifyAudit(config)).toMatchObject({ isGood: true, records: 21 });
});

it('does not let anyone guess a short content by its digest: the same record twice has two', async () => {
  const { store, database } = await world();
  await store.records.append([record(), record()]);
  const rows = await database.query<{ hash: string }>("SELECT encode(hash, 'hex') AS hash FROM kept_record");
  expect(new Set(rows.map((row) => row.hash)).size).toBe(2);
});

it('takes nothing once it is closed', async () => {
  const { store } = await world();
  await store.records.append(record());
  await store.close();
  await expect(store.records.append(record())).rejects.toThrow();
});

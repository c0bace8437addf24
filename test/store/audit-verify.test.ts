/** Whoever owns the database changes it, with every trigger off; the verification names the place. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore, rotateKeys } from '../../server/store/index.ts';
import {
  type CheckpointBody,
  CHECKPOINT_TYPE,
  hashOfToken,
  readToken,
  signingKey,
  signToken,
} from '../../server/store/trail/checkpoint.ts';
import { chainHash, NOTHING, recordDigest } from '../../server/store/trail/canonical.ts';
import { rotateAuditKey, verifyAudit } from '../../server/store/trail/commands.ts';
import { problems } from '../../server/store/trail/findings.ts';
import { chainedOf, streamRows } from '../../server/store/trail/rows.ts';
import { openStorage } from '../../server/store/storage.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { checkpointsOf, findingsOf, type Link, linksOf, record, tamper } from '../support/audit.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

let original: TestStore;
/** Before it is closed: two instances, of which one was closed in order; three checkpoints at least of each. */
beforeAll(async () => {
  original = await openTestStore({ AUDIT_CHECKPOINT_RECORDS: 4 });
  const second = await openStore(original.config);
  for (let i = 0; i < 10; i++)
    for (const store of [original.store, second]) await store.records.append(record({ requestId: `r-${i}` }));
  await vi.waitUntil(async () => (await checkpointsOf(original.database)).length > 5, { timeout: 30_000 });
  await second.close();
  await original.store.close();
});
afterAll(() => original.close());

/** A copy of the database for each test, to be changed. */
let database: TestDatabase;
let config: TestStore['config'];
let links: Link[];
beforeEach(async () => {
  database = await freshDatabase(new URL(original.database.url).pathname.slice(1));
  config = { ...original.config, DATABASE_URL: database.url };
  links = await linksOf(database);
  return () => database.drop();
});

const change = (sql: string) => tamper(database, sql);
const streams = (): string[] => [...new Set(links.map((link) => link.stream))];
const at = (stream: number, seq: number): Link => links.find((l) => l.stream === streams()[stream] && l.seq === seq)!;
const first = async (): Promise<string | undefined> => (await findingsOf(config))[0];

it('finds nothing in a trail that nobody touched', async () => {
  const report = await verifyAudit(config);
  expect(report).toMatchObject({
    isGood: true,
    findings: [],
    streams: 2,
    open: 0,
    records: 20,
    unsigned: 0,
    before: 0,
  });
  expect(report.keys).toHaveLength(1);
});

describe('a record', () => {
  it.each([
    ['kind', "kind = 'identity'"],
    ['time', "at = at + interval '1 millisecond'"],
    ['structure', "structure = '\\x00'"],
    ['person', 'person = NULL'],
    ['client', "client_id = 'other'"],
    ['request', 'request_id = NULL'],
    ['outcome', "outcome = 'failure'"],
    ['terms', "terms = ARRAY['\\x01'::bytea]"],
    ['content', 'content_sealed = set_byte(content_sealed, 40, get_byte(content_sealed, 40) # 1)'],
    ['hash', "hash = sha256('x')"],
    ['identifier', 'id = gen_random_uuid()'],
  ])('whose %s was changed', async (_, set) => {
    const { id, stream } = at(0, 5);
    await change(`UPDATE kept_record SET ${set} WHERE id = '${id}'`);
    expect(await first()).toMatch(`stream ${stream}, record 5, `);
    expect(await first()).toMatch(problems['record-altered']);
  });

  it('that got the content of another, in its own place or with it', async () => {
    const [one, two] = [at(0, 3), at(0, 7)];
    await change(
      `UPDATE kept_record r SET content_sealed = o.content_sealed FROM kept_record o WHERE r.id = '${one.id}' AND o.id = '${two.id}'`,
    );
    expect(await first()).toBe(`stream ${one.stream}, record 3, (AuditEvent/${one.id}): ${problems['record-altered']}`);
  });

  it('that changed places with another', async () => {
    const [one, two] = [at(0, 3), at(0, 7)];
    await change(`
      UPDATE kept_record SET seq = -1 WHERE id = '${one.id}';
      UPDATE kept_record SET seq = 3 WHERE id = '${two.id}';
      UPDATE kept_record SET seq = 7 WHERE id = '${one.id}'`);
    expect(await first()).toBe(`stream ${one.stream}, record 3, (AuditEvent/${two.id}): ${problems['record-altered']}`);
  });

  it('that is gone from the middle', async () => {
    await change(`DELETE FROM kept_record WHERE id = '${at(1, 2).id}'`);
    expect(await first()).toBe(
      `stream ${at(1, 2).stream}, record 3, (AuditEvent/${at(1, 3).id}): ${problems['record-missing']}`,
    );
  });

  it('that is gone, and all after it renumbered', async () => {
    const { id, stream } = at(0, 4);
    await change(`
      DELETE FROM kept_record WHERE id = '${id}';
      UPDATE kept_record SET seq = -seq WHERE stream = '${stream}' AND seq > 4;
      UPDATE kept_record SET seq = -seq - 1 WHERE stream = '${stream}' AND seq < 0`);
    expect(await first()).toMatch(`record 4, (AuditEvent/${at(0, 5).id}): ${problems['record-altered']}`);
  });

  it('that was put in: at the end, before the beginning, in a stream of its own, outside the chain', async () => {
    const copy = (stream: string, seq: string) =>
      change(`
        INSERT INTO kept_record (id, kind, at, structure, person, client_id, request_id, patient_id, outcome, content_sealed, hash, seq, stream, terms)
      SELECT gen_random_uuid(), kind, at, structure, person, client_id, request_id, patient_id, outcome,
          content_sealed, hash, ${seq}, ${stream}, terms FROM kept_record WHERE id = '${at(0, 10).id}'`);
    const { stream } = at(0, 1);
    await copy(`'${stream}'`, '11');
    expect(await first()).toBe(`stream ${stream}, record 11: ${problems['record-after-end']}`);
    await change(`DELETE FROM kept_record WHERE seq = 11`);
    await copy(`'${stream}'`, '0');
    expect(await first()).toBe(`stream ${stream}, record 0: ${problems['record-pruned']}`);
    await change(`DELETE FROM kept_record WHERE seq = 0`);
    const forged = randomUUID();
    await copy(`'${forged}'`, '1');
    expect(await first()).toBe(`stream ${forged}, record 1: ${problems['stream-unknown']}`);
    await change(`DELETE FROM kept_record WHERE stream = '${forged}'`);
    await copy('NULL', 'NULL');
    expect(await first()).toBe(problems['before-changed']);
  });
});

describe('a stream', () => {
  it('that has lost its end', async () => {
    await change(`DELETE FROM kept_record WHERE stream = '${streams()[0]}' AND seq > 7`);
    expect(await first()).toMatch(new RegExp(`stream ${streams()[0]}, record \\d+: ${problems['signed-missing']}`));
  });

  it('that is gone, alone or with all that the tables say of it', async () => {
    await change(`DELETE FROM kept_record WHERE stream = '${streams()[0]}'`);
    expect(await first()).toMatch(problems['signed-missing']);
    await change(`DELETE FROM audit_stream WHERE id = '${streams()[0]}'`);
    expect(await first()).toMatch(problems['signed-missing']);
  });

  it('that was rewritten by somebody who has the keys of the store, hashes and all', async () => {
    const stream = streams()[0]!;
    const storage = await openStorage(config);
    try {
      let hash = NOTHING;
      for await (const row of streamRows(storage.prisma, stream, 0)) {
        const chained = chainedOf(storage.keyring.cipher, row);
        if (chained.seq === 3) chained.outcome = 'failure';
        hash = chainHash(hash, recordDigest(chained));
        await change(
          `UPDATE kept_record SET outcome = '${chained.outcome}', hash = '\\x${hash}' WHERE stream = '${stream}' AND seq = ${chained.seq}`,
        );
      }
    } finally {
      await storage.close();
    }
    expect(await first()).toMatch(new RegExp(`stream ${stream}, record \\d+: ${problems['head-differs']}`));
  });
});

describe('checkpoints', () => {
  const rewrite = async (
    number: number,
    edit: (body: CheckpointBody) => void,
    key?: Parameters<typeof signToken>[1],
  ) => {
    const token = (await checkpointsOf(database))[number - 1]!;
    const body = readToken<CheckpointBody>(token).payload;
    edit(body);
    const forged = key
      ? signToken(body, key, CHECKPOINT_TYPE)
      : [token.split('.')[0], Buffer.from(JSON.stringify(body)).toString('base64url'), token.split('.')[2]].join('.');
    await change(`UPDATE audit_checkpoint SET token = '${forged}' WHERE number = ${number}`);
    return forged;
  };
  const ownKey = () => signingKey(generateKeyPairSync('ed25519').privateKey)!;

  it('that were altered, or are nonsense', async () => {
    await rewrite(3, (body) => (body.streams[0]!.seq = 0));
    expect(await first()).toBe(`checkpoint 3: ${problems['checkpoint-signature']}`);
    await change("UPDATE audit_checkpoint SET token = 'x' WHERE number = 3");
    expect(await first()).toBe(`checkpoint 3: ${problems['checkpoint-unreadable']}`);
  });

  it('that are gone: from the middle, from the beginning, all of them', async () => {
    await change('DELETE FROM audit_checkpoint WHERE number = 3');
    expect(await first()).toBe(`checkpoint 4: ${problems['checkpoint-missing']}`);
    await change('DELETE FROM audit_checkpoint WHERE number < 4');
    expect(await first()).toBe(`checkpoint 4: ${problems['checkpoint-missing']}`);
    await change('DELETE FROM audit_checkpoint');
    expect(await findingsOf(config)).toContain(problems['checkpoint-none']);
  });

  it('that are gone from the end: what they had opened or closed tells, and what was given out does', async () => {
    const tokens = await checkpointsOf(database);
    await change(`DELETE FROM audit_checkpoint WHERE number = ${tokens.length}`);
    expect(await first()).toMatch(problems['stream-state']);
    await change('UPDATE audit_stream SET closed_at = NULL');
    const anchored = await findingsOf(config, { anchors: tokens });
    expect(anchored).toContain(`checkpoint ${tokens.length}: ${problems['anchor-differs']}`);
  });

  it('that were set back with all after them, as if it had never been: only what was given out tells', async () => {
    const tokens = await checkpointsOf(database);
    const kept = tokens.length - 3;
    const { streams: heads } = readToken<CheckpointBody>(tokens[kept - 1]!).payload;
    const open = heads.filter((head) => !head.closed);
    await change(`
      DELETE FROM audit_checkpoint WHERE number > ${kept};
      UPDATE audit_stream SET closed_at = NULL WHERE id = ANY('{${open.map((head) => head.stream).join(',')}}');
      ${heads.map((head) => `DELETE FROM kept_record WHERE stream = '${head.stream}' AND seq > ${head.seq};`).join('\n')}`);
    expect(await findingsOf(config)).toEqual([]);
    expect(await findingsOf(config, { anchors: tokens })).toEqual(
      tokens.slice(kept).map((_, i) => `checkpoint ${kept + i + 1}: ${problems['anchor-differs']}`),
    );
  });

  it('that somebody else has signed anew, all of them and with a key of their own: the public key tells', async () => {
    const { thumbprint: pin } = (await verifyAudit(config)).keys[0]!;
    const key = ownKey();
    let previous = '0'.repeat(64);
    for (let number = 1; number <= (await checkpointsOf(original.database)).length; number++) {
      const forged = await rewrite(
        number,
        (body) => {
          body.previous = previous;
          if (body.key) body.key = key.publicJwk;
        },
        key,
      );
      previous = hashOfToken(forged);
    }
    expect(await findingsOf(config)).toEqual([]);
    expect(await findingsOf(config, { pinned: [pin] })).toEqual([problems['key-unknown']]);
  });

  it('of which one is signed with another key, whatever algorithm it claims', async () => {
    await rewrite(4, () => undefined, ownKey());
    expect(await first()).toBe(`checkpoint 4: ${problems['checkpoint-signature']}`);
    const [, payload] = (await checkpointsOf(original.database))[3]!.split('.');
    const none = Buffer.from('{"alg":"none","kid":"x"}').toString('base64url');
    await change(`UPDATE audit_checkpoint SET token = '${none}.${payload}.' WHERE number = 4`);
    expect(await first()).toBe(`checkpoint 4: ${problems['checkpoint-signature']}`);
  });

  it('that say less than those before, or leave a stream out, though they be signed', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = signingKey(privateKey)!;
    const tokens = await checkpointsOf(database);
    let previous = '0'.repeat(64);
    for (let number = 1; number <= tokens.length; number++) {
      const forged = await rewrite(
        number,
        (body) => {
          body.previous = previous;
          if (body.key) body.key = key.publicJwk;
          if (number === tokens.length) body.streams = [];
        },
        key,
      );
      previous = hashOfToken(forged);
    }
    expect(await first()).toMatch(new RegExp(`checkpoint ${tokens.length}, stream .*: ${problems['stream-dropped']}`));
  });
});

it('the whole trail emptied is no trail: the public key has signed nothing', async () => {
  const { thumbprint: pin } = (await verifyAudit(config)).keys[0]!;
  await change(
    'DELETE FROM kept_record; DELETE FROM audit_checkpoint; DELETE FROM audit_stream; DELETE FROM audit_key',
  );
  expect(await verifyAudit(config)).toMatchObject({ isGood: true, checkpoints: 0, records: 0 });
  expect(await findingsOf(config, { pinned: [pin] })).toEqual([problems['key-unknown']]);
});

it('stays good, and proves as much, after keys were changed: of the store, and of the signatures', async () => {
  const { thumbprint: pin } = (await verifyAudit(config)).keys[0]!;
  const rotated = await rotateAuditKey(config);
  await rotateKeys(config, { learnMs: 0, bothMs: 0 });
  const store = await openStore(config);
  await store.records.append(record());
  await store.close();
  const report = await verifyAudit(config, { pinned: [pin] });
  expect(report).toMatchObject({ isGood: true, records: 21, keys: [{ thumbprint: pin, until: rotated.at }, {}] });
  expect(await findingsOf(config, { pinned: [report.keys[1]!.thumbprint] })).toEqual([]);
  await change(`UPDATE kept_record SET outcome = 'failure' WHERE id = '${at(0, 5).id}'`);
  expect(await first()).toMatch(problems['record-altered']);
});

it('of records from before the chain, none can be added, changed or taken away any more', async () => {
  const old = await openTestStore();
  try {
    const { store, database: db } = old;
    await store.records.append([record(), record()]);
    await store.close();
    // As they were before there was a chain.
    await tamper(
      db,
      'UPDATE kept_record SET stream = NULL, seq = NULL, hash = NULL; DELETE FROM audit_checkpoint; DELETE FROM audit_stream',
    );
    const again = await openStore(old.config);
    const id = await again.records.append(record());
    await again.close();
    expect(await verifyAudit(old.config)).toMatchObject({ isGood: true, before: 2, records: 1 });
    await rotateKeys(old.config, { learnMs: 0, bothMs: 0 });
    expect(await findingsOf(old.config)).toEqual([]);
    const theirs = `WHERE id = (SELECT id FROM kept_record WHERE stream IS NULL LIMIT 1)`;
    for (const sql of [
      `UPDATE kept_record SET outcome = 'failure' ${theirs}`,
      `UPDATE kept_record SET content_sealed = set_byte(content_sealed, 40, get_byte(content_sealed, 40) # 1) ${theirs}`,
      `DELETE FROM kept_record ${theirs}`,
      `UPDATE kept_record SET stream = NULL, seq = NULL WHERE id = '${id}'`,
    ]) {
      await db.query(`CREATE TABLE saved AS SELECT * FROM kept_record`);
      await tamper(db, sql);
      expect(await findingsOf(old.config), sql).toContain(problems['before-changed']);
      await tamper(db, 'DELETE FROM kept_record; INSERT INTO kept_record SELECT * FROM saved; DROP TABLE saved');
    }
    expect(await findingsOf(old.config)).toEqual([]);
  } finally {
    await old.close();
  }
});

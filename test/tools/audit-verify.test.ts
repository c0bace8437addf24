/** The commands of the audit trail, as an operator runs them: what they say, and their exit codes. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { openStore } from '../../server/store/index.ts';
import { signingKey } from '../../server/store/trail/checkpoint.ts';
import { anchorsIn, main as verify, pinnedKeys } from '../../tools/audit-verify.ts';
import { main as exportTo } from '../../tools/audit-export.ts';
import { main as keys } from '../../tools/audit-key.ts';
import { main as prune } from '../../tools/audit-prune.ts';
import { checkpointsOf, record, tamper } from '../support/audit.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const root = path.resolve(import.meta.dirname, '../..');
let world: TestStore;
let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'audit-tools-'));
  world = await openTestStore({ AUDIT_CHECKPOINT_FILE: path.join(folder, 'anchors') });
  env = {
    PATH: process.env.PATH,
    DATABASE_URL: world.database.url,
    STORE_KEY: world.config.STORE_KEY,
    DATA_DIR: folder,
  };
  await world.store.records.append([record({ at: new Date('2010-01-01') }), record()]);
  await world.store.close();
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});
const file = (name: string) => path.join(folder, name);

/** What a command says, and its exit code. */
const run = (tool: string, ...args: string[]): Promise<{ code: number; text: string }> =>
  new Promise((resolve) => {
    const program = [`--import`, 'tsx', `tools/${tool}.ts`, ...args];
    execFile(process.execPath, program, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
    );
  });
async function verdict(args: string[], settings: NodeJS.ProcessEnv = env) {
  const said: string[] = [];
  const code = await verify(args, settings, (text) => said.push(text));
  return { code, text: said.join('\n') };
}

it('the trail, its export and its keys, verified from the command line', async () => {
  const good = await run('audit-verify', '--anchors', file('anchors'));
  expect(good.text).toMatch(
    /^2 records in 1 streams \(0 open\), 2 checkpoints, the last of .*Z\.\nKey \S+, in force from/,
  );
  expect(good.text).toMatch(/Good: nothing was changed, removed or inserted\.\n$/);
  expect(good.code).toBe(0);

  const exported = await run('audit-export', '--out', file('all.ndjson'), '--until', '2099-01-01');
  expect(exported).toEqual({ code: 0, text: '2 events: 2 of the chain, 0 from before it.\n' });
  await writeFile(file('jwks.json'), (await run('audit-key', 'export')).text);
  expect(
    await run('audit-verify', '--export', file('all.manifest.json'), '--public-key', file('jwks.json')),
  ).toMatchObject({
    code: 0,
    text: expect.stringMatching(/Good: this is what was exported/) as string,
  });
  expect((await run('audit-key', 'list')).text).toMatch(/^\S{43} \(Ed25519\) \S+ – in force\n$/);
});

describe('exit code', () => {
  it('1, and the first bad place, when something was found; also as JSON', async () => {
    await tamper(world.database, "UPDATE kept_record SET outcome = 'failure' WHERE seq = 2");
    const found = await run('audit-verify');
    expect(found.code).toBe(1);
    expect(found.text).toMatch(
      /First: stream \S+, record 2, \(AuditEvent\/\S+\): This record is not as it was written/,
    );
    expect(found.text).toMatch(/NOT GOOD\.\n$/);
    const json = await verdict(['--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.text)).toMatchObject({ isGood: false, findings: [{ problem: 'record-altered', seq: 2 }] });
    await tamper(world.database, "UPDATE kept_record SET outcome = 'success' WHERE seq = 2");
    const { publicKey } = generateKeyPairSync('ed25519');
    await writeFile(file('other.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    expect((await verdict(['--public-key', file('other.pem')])).code).toBe(1);
    expect((await verdict(['--export', file('all.manifest.json'), '--public-key', file('other.pem')])).code).toBe(1);
  });

  it('2 when it cannot be told: no database, another key, no such file or option', async () => {
    const gone = new URL(world.database.url);
    gone.pathname = 'nowhere';
    const cases: [string[], NodeJS.ProcessEnv?][] = [
      [[], { ...env, DATABASE_URL: gone.href }],
      [[], { ...env, STORE_KEY: Buffer.alloc(32).toString('base64') }],
      [['--anchors', file('none')]],
      [['--public-key', file('none')]],
      [['--export', file('none')]],
      [['--export', file('jwks.json')]],
      [['--nonsense']],
    ];
    for (const [args, settings] of cases) {
      const { code, text } = await verdict(args, settings);
      expect(code, args.join(' ')).toBe(2);
      expect(text).toMatch(/^It could not be verified: /);
    }
  });
});

it('anchors are found in the lines of a log, among anything else', async () => {
  const tokens = await checkpointsOf(world.database);
  const line = (checkpoint: string) => JSON.stringify({ level: 30, number: 1, checkpoint, msg: 'audit checkpoint' });
  await writeFile(file('log'), ['', 'eyJ.eyJ.x', ...tokens.map(line), 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.AA'].join('\n'));
  const found: string[] = [];
  for await (const anchor of anchorsIn(file('log'))) found.push(anchor);
  expect(found).toEqual(tokens);
  expect(await readFile(file('anchors'), 'utf8')).toBe(tokens.map((token) => `${token}\n`).join(''));
});

it('a public key is read as PEM, JWK or JWKS', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { thumbprint, publicJwk } = signingKey(privateKey)!;
  for (const [name, text] of Object.entries({
    pem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    jwk: JSON.stringify(publicJwk),
    jwks: JSON.stringify({ keys: [publicJwk] }),
  })) {
    await writeFile(file(name), text);
    expect(await pinnedKeys(file(name)), name).toEqual([thumbprint]);
  }
  await writeFile(file('nothing'), '{"keys":[]}');
  await expect(pinnedKeys(file('nothing'))).rejects.toThrow('holds no public key');
});

it('a prune is asked for with a date and a manifest, and keeps what must be kept', async () => {
  const exported = ['--exported', file('all.manifest.json')];
  await expect(prune(['--before', '2011-01-01'], env)).rejects.toThrow('--exported');
  await expect(prune(['--before', 'yesterday', ...exported], env)).rejects.toThrow('yesterday is no day');
  await expect(prune(['--before', '2026-01-01', ...exported], env, new Date('2026-06-01'))).rejects.toThrow(
    'kept for 10 years',
  );
  expect(await run('audit-prune', '--before', '2011-01-01', ...exported)).toEqual({
    code: 0,
    text: expect.stringMatching(/^1 records deleted, as checkpoint 3 says\. Keep the export\.\n$/) as string,
  });
  expect((await verdict([])).code).toBe(0);
  await expect(exportTo([], env)).rejects.toThrow('--out');
});

describe('the key that signs', () => {
  it('is replaced by another of the store, which the old one introduces', async () => {
    expect(await keys(['rotate'], env)).toMatch(/^Checkpoint 4 puts key \S{43} in force\.$/);
    expect((await keys(['list'], env)).split('\n')).toHaveLength(2);
    await expect(keys(['nonsense'], env)).rejects.toThrow('list, export or rotate');
    expect((await verdict(['--public-key', file('jwks.json')])).code).toBe(0);
  });

  it('is the operator’s own, of either kind, and is replaced by the next with the one before', async () => {
    const pem = (pair: { privateKey: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer } }) =>
      pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    await writeFile(file('one.key'), pem(generateKeyPairSync('ed25519')));
    await writeFile(file('two.key'), pem(generateKeyPairSync('ec', { namedCurve: 'P-256' })));
    await writeFile(file('rsa.key'), pem(generateKeyPairSync('rsa', { modulusLength: 2048 })));
    const withKeys = async (own: string, previous?: string) => {
      const store = await openStore(
        loadConfig({
          ...env,
          AUDIT_SIGNING_KEY: file(own),
          ...(previous ? { AUDIT_SIGNING_KEY_PREVIOUS: file(previous) } : {}),
        }),
      );
      await store.records.append(record()).finally(() => store.close());
    };
    await withKeys('one.key');
    await expect(withKeys('two.key'), 'nobody vouches for the new one').rejects.toThrow(/is not at hand/);
    await withKeys('two.key', 'one.key');
    await expect(withKeys('one.key', 'two.key'), 'the old one does not come back').rejects.toThrow(
      /another has replaced/,
    );
    await expect(withKeys('rsa.key')).rejects.toThrow(/AUDIT_SIGNING_KEY: not a file with the PEM/);
    await expect(keys(['rotate'], { ...env, AUDIT_SIGNING_KEY: file('two.key') })).rejects.toThrow('The key is yours');
    const { code, text } = await verdict(['--public-key', file('jwks.json')]);
    expect(text).toMatch(/Good/);
    expect(code).toBe(0);
    expect((await keys(['list'], env)).split('\n')).toHaveLength(4);
  });
});

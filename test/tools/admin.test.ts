/** The command line as an administrator uses it: a process of its own, on the database of a façade that runs or does not. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import type { CertificateView, ChangeView } from '../../server/registry/administration/index.ts';
import { openRegistry, type Registry } from '../../server/registry/index.ts';
import { openStore } from '../../server/store/index.ts';
import {
  homologation,
  publicJwk,
  saules,
  structureInput,
  type TestAuthority,
  testAuthority,
  verger,
} from '../support/registry.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const root = path.resolve(import.meta.dirname, '../..');
const exec = promisify(execFile);
let dir: string;
let authority: TestAuthority;
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'admin-'));
  authority = await testAuthority();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** @param input of the standard input */
function run(env: Record<string, string>, args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tools/admin.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], DATA_DIR: dir, ...env },
  });
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (ended.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ended.err += chunk.toString()));
  child.stdin.on('error', () => undefined); // it did not want to read
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...ended, code })));
}

async function file(name: string, text: string): Promise<string> {
  const at = path.join(dir, name);
  await writeFile(at, text);
  return at;
}

const structure = structureInput();
const structureArgs = [
  ...['structure', 'add', saules.id, '--name', structure.name, '--sector', 'SA17', '--practice-setting', 'ESSMS'],
  ...['--content-type', '11', '--lps-name', 'SAULES-DUI', '--lps-version', '3.2', '--lps-id', 'SAULES-0001'],
  ...['--lps-oid', structure.lps.oid, '--homologation-file', '-'],
  ...['--administrator', structure.administrators[0]!, '--professional', structure.professionals[0]!],
];
const clientArgs = [
  ...['client', 'add', '--id', 'app.saules', '--name', 'Carnet', '--structure', saules.id, '--structure', verger.id],
  ...['--auth', 'client_secret_basic', '--grant', 'authorization_code', '--grant', 'refresh_token'],
  ...['--scope', 'openid', '--scope', 'user/*.rs', '--redirect-uri', 'https://app.example/back', '--json'],
];

// Each command is a process of its own: on a busy machine a test of several takes its time.
describe('on an external database, beside an instance that runs', { timeout: 120_000 }, () => {
  let world: TestStore;
  let registry: Registry;
  const env = () => ({ DATABASE_URL: world.config.DATABASE_URL!, STORE_KEY: world.config.STORE_KEY! });
  const admin = (args: readonly string[], input?: string) => run(env(), args, input);
  const json = async <T = Record<string, unknown>>(...args: string[]): Promise<T> => {
    const { code, out, err } = await admin([...args, '--json']);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out) as T;
  };
  beforeAll(async () => {
    world = await openTestStore();
    registry = await openRegistry(loadConfig({}), world.store.registry, { pollMs: 0 });
  });
  afterAll(async () => {
    await registry.close();
    await world.close();
  });

  it('registers a structure and its certificates, secrets by file and standard input; the instance sees it', async () => {
    const added = await admin(structureArgs, `${homologation}\n`);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toContain('inForce: false');
    for (const [kind, name] of [
      ['tls', 'AUTH_CLI'],
      ['seal', 'SIGN'],
    ] as const) {
      const { chain, key } = await authority.issue(kind);
      const certificate = ['certificate', 'add', saules.id, '--kind', name, '--cert', await file(`${kind}.crt`, chain)];
      const { code, err, out } = await admin([...certificate, '--key', '-'], key);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(/inForce: true/);
      expect(out).not.toMatch(/PRIVATE/);
    }
    await registry.refresh();
    expect(registry.structures.of(saules.id)).toEqual(structure);
    const all = (await admin(['structure', 'list'])).out;
    expect(
      all
        .split('\n')
        .slice(0, 3)
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual(['id', verger.id, saules.id]);
    expect(await json('certificate', 'list', saules.id)).toMatchObject([{ kind: 'AUTH_CLI' }, { kind: 'SIGN' }]);
    expect(await json('structure', 'set', saules.id, '--lps-version', '4', '--clear', 'professional')).toMatchObject({
      lps: { version: '4', id: 'SAULES-0001' },
      professionals: [],
      administrators: structure.administrators,
    });
    expect(await json('structure', 'show', saules.id)).toMatchObject({ inForce: true, version: 4 });
    const history = await json<ChangeView[]>('structure', 'history', saules.id);
    expect(history).toHaveLength(4);
    expect(history[0]).toMatchObject({
      action: 'structure-set',
      author: { by: 'cli', account: os.userInfo().username },
    });
    expect(JSON.stringify([all, history])).not.toMatch(/HOMOL|PRIVATE/);
  });

  it('registers a client, and shows its secret once', async () => {
    const added = await admin(clientArgs);
    const { secret } = JSON.parse(added.out) as { secret: string };
    await registry.refresh();
    expect((await registry.clients.byId('app.saules'))?.secret).toBe(secret);
    const reads = [['list'], ['show', 'app.saules'], ['history', 'app.saules']];
    for (const { out } of await Promise.all(reads.map((args) => admin(['client', ...args, '--json']))))
      expect(out).not.toContain(secret);
    const next = await json('client', 'new-secret', 'app.saules');
    await registry.refresh();
    expect((await registry.clients.byId('app.saules'))?.secret).toBe(next.secret);
    const given = 'B'.repeat(43);
    const { out } = await admin(['client', 'new-secret', 'app.saules', '--secret-file', '-'], given);
    expect(out).not.toContain(given);
    await registry.refresh();
    expect((await registry.clients.byId('app.saules'))?.secret).toBe(given);
    const jwks = await file('jwks.json', JSON.stringify({ keys: [publicJwk('k1')] }));
    const changed = await json(
      'client',
      'set',
      'app.saules',
      '--auth',
      'private_key_jwt',
      '--jwks',
      jwks,
      '--dpop-required',
    );
    expect(changed).toMatchObject({ hasSecret: false, dpopRequired: true, jwks: { keys: [{ kid: 'k1' }] } });
    const back = ['--clear', 'jwks', '--jwks-uri', 'https://app.example/jwks', '--no-dpop-required'];
    expect(await json('client', 'set', 'app.saules', ...back)).toMatchObject({
      jwksUri: 'https://app.example/jwks',
      dpopRequired: false,
    });
    await admin(['client', 'withdraw', 'app.saules']);
    await registry.refresh();
    expect(await registry.clients.byId('app.saules')).toBeUndefined();
    expect(await json('client', 'restore', 'app.saules')).toMatchObject({ state: 'active' });
  });

  it('records feeding rules from YAML and JSON, and gives them back as they can be recorded again', async () => {
    const yaml = [
      'decision: { date: 2026-11-12, reference: CME 2026-14 }',
      'rules:',
      '  - name: reports',
      '    when: { type: [11488-4] }',
      '    then: automatic',
      'otherwise: { then: never, reason: Nothing else }',
    ].join('\n');
    const importing = (base: string, from: string) => ['rules', 'import', verger.id, '--file', from, '--base', base];
    const recorded = await admin(importing('0', '-'), yaml);
    expect([recorded.code, recorded.err]).toEqual([0, '']);
    expect(recorded.out).toContain('version: 1');
    const exported = path.join(dir, 'rules.json');
    expect((await admin(['rules', 'export', verger.id, '--to', exported])).code).toBe(0);
    const decision = JSON.parse(await readFile(exported, 'utf8')) as { rules: unknown[] };
    expect(decision).toMatchObject({
      decision: { date: '2026-11-12', reference: 'CME 2026-14' },
      rules: [{ name: 'reports', when: { type: ['11488-4'] }, then: 'automatic' }],
      otherwise: { then: 'never', reason: 'Nothing else' },
    });
    // Somebody who has not read the last version, and who does not say which one it was.
    for (const [base, said] of [
      ['0', /the last version is 1/],
      ['?', /--base: number of the last version/],
    ] as const) {
      const { code, err } = await admin(importing(base, exported));
      expect([code, err]).toEqual([1, expect.stringMatching(said)]);
    }
    expect((await admin(importing('1', exported))).code).toBe(0);
    const history = await json<{ version: number; recordedBy: object }[]>('rules', 'history', verger.id);
    expect(history.map(({ version }) => version)).toEqual([2, 1]);
    expect(history[0]?.recordedBy).toEqual({ by: 'cli', account: os.userInfo().username });
    expect(await json('rules', 'show', verger.id)).toMatchObject({ latest: 2, inForce: { version: 2 } });
    expect(await json('rules', 'export', verger.id, '--version', '1')).toEqual(decision);
    const wrong = await admin(importing('2', '-'), yaml.replace('11488-4', '00000-0'));
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringMatching(/^rules\[0\]\.when\.type\[0\]: .*JDV_J66/)]);
    expect((await admin(['rules', 'import', '1990199999', '--file', exported, '--base', '0'])).code).toBe(1);
  });

  it('says when certificates end, and by its status whether somebody should care', async () => {
    const check = await admin(['certificate', 'check']);
    expect(check.code).toBe(0);
    expect(check.out).toMatch(new RegExp(`${saules.id} +AUTH_CLI +valid +7\\d\\d`));
    const { chain, key } = await authority.issue('seal', saules, { notAfter: new Date(Date.now() + 5 * 86_400_000) });
    const paths = ['--cert', await file('short.crt', chain), '--key', await file('short.key', key)];
    for (const { id, kind } of await json<CertificateView[]>('certificate', 'list', saules.id))
      if (kind === 'SIGN') await admin(['certificate', 'withdraw', saules.id, id!]);
    await admin(['certificate', 'add', saules.id, '--kind', 'SIGN', ...paths]);
    const late = await admin(['certificate', 'check']);
    expect(late.code).toBe(2);
    expect(late.out).toMatch(new RegExp(`${saules.id} +SIGN +urgent +4`));
  });

  it('says what is wrong, in sentences and without what was given', async () => {
    const bad = [
      ...clientArgs.filter((arg) => arg !== '--json'),
      '--redirect-uri',
      'http://evil.example/',
      '--scope',
      'root',
    ];
    bad[3] = 'other';
    const { code, err, out } = await admin(bad);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^redirectUris\[1\]: This address is not allowed\..*\nscopes\[2\]: Unknown scope: root\./);
    const { key } = await authority.issue('tls');
    const other = await authority.issue('tls', verger);
    const paths = ['--cert', await file('other.crt', other.chain), '--key', await file('other.key', key)];
    const refused = await admin(['certificate', 'add', saules.id, '--kind', 'AUTH_CLI', ...paths]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/private key is not that of the certificate.*\n.*must be the structure, 1990100117/);
    expect(refused.err).not.toContain(key.split('\n')[1]!);
  });

  it.each([
    [['structure'], /npm run -s admin/],
    [['constructor', 'add'], /npm run -s admin/],
    [['client', 'show'], /client show ID/],
    [['client', 'new-secret', 'x', '--secret', 'S3CRET'], /Unknown option '--secret'/],
    [['structure', 'show', '1990100999'], /Nothing that is open to you is registered/],
    [['structure', 'set', saules.id, '--clear', 'nothing'], /there is no such option/],
    [['client', 'add', '--jwks', '/nowhere'], /ENOENT/],
  ])('%j fails with a word of help', async (args, said) => {
    const { code, out, err } = await admin(args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(said);
    expect(err).not.toContain('S3CRET');
  });

  it('explains itself without a database', async () => {
    const { code, out } = await run({ DATABASE_URL: 'postgresql://127.0.0.1:1/none' }, []);
    expect(code).toBe(0);
    for (const command of ['structure add ID', 'certificate check', 'client new-secret ID'])
      expect(out).toContain(command);
    expect((await run({ DATABASE_URL: 'postgresql://127.0.0.1:1/none' }, ['client', 'add', '--help'])).out).toContain(
      '--jwks-uri …',
    );
  });
});

describe('docs/registration.md', { timeout: 120_000 }, () => {
  it('its commands work as they stand there', async () => {
    const world = await openTestStore();
    const own = await mkdtemp(path.join(os.tmpdir(), 'admin-docs-'));
    try {
      const page = await readFile(path.join(root, 'docs/registration.md'), 'utf8');
      const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block!);
      const documented = blocks.filter((block) => / add /.test(block));
      expect(documented).toHaveLength(2);
      const [tls, seal] = await Promise.all([authority.issue('tls'), authority.issue('seal')]);
      const files = {
        'homologation.txt': homologation,
        'auth-cli.pem': tls.chain,
        'auth-cli.key': tls.key,
        'sign.pem': seal.chain,
        'sign.key': seal.key,
        npm: `#!/bin/sh\nshift 4\nexec "${process.execPath}" --import "${root}/node_modules/tsx/dist/loader.mjs" "${root}/tools/admin.ts" "$@"\n`,
      };
      for (const [name, text] of Object.entries(files)) await writeFile(path.join(own, name), text, { mode: 0o700 });
      const { DATABASE_URL, STORE_KEY } = world.config;
      const env = { PATH: `${own}:${process.env['PATH']}`, DATABASE_URL, STORE_KEY, DATA_DIR: own };
      for (const block of documented) await exec('sh', ['-ec', block], { cwd: own, env });
      const { structures, clients } = await world.store.registry.registry();
      expect(structures.map(({ id, certificates }) => [id, certificates.length])).toEqual([[saules.id, 2]]);
      expect(clients.map(({ id }) => id)).toEqual(['carnet', 'dui', 'proxy']);
    } finally {
      await world.close();
      await rm(own, { recursive: true, force: true });
    }
  });
});

describe('on the embedded database', { timeout: 120_000 }, () => {
  it('while the façade runs, and when it does not', async () => {
    const config = loadConfig({ DATA_DIR: dir });
    const store = await openStore(config);
    const registry = await openRegistry(config, store.registry, { pollMs: 0 });
    const added = await run({}, structureArgs, homologation);
    expect([added.code, added.err]).toEqual([0, '']);
    await registry.refresh();
    expect(registry.stored().structures.map(({ id }) => id)).toEqual([saules.id]);
    await registry.close();
    await store.close();
    const shown = await run({}, ['structure', 'show', saules.id, '--json']);
    expect(JSON.parse(shown.out)).toMatchObject({ id: saules.id, version: 1 });
  });
});

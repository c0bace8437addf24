import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../server/auth/caller.ts';
import { createTokenVerifier } from '../../server/auth/token.ts';
import { type Config, loadConfig } from '../../server/config.ts';
import { makeToken } from '../../tools/token.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let dataDir: string;
let config: Config;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'token-'));
  config = loadConfig({ DATA_DIR: dataDir });
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('a demonstration token', () => {
  it('makes the façade’s own verifier see the nurse, authenticated by the establishment', async () => {
    const caller = await createTokenVerifier(config)(await makeToken(config));
    expect(caller).toMatchObject({
      personId: '899700204581',
      family: 'LE BIHAN',
      given: 'YANN',
      roles: [{ code: '60', system: '1.2.250.1.71.1.2.7', display: 'Infirmier' }],
      structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' },
      strength: 'local',
      purpose: 'normal',
    });
    expect(caller.scopes).toContain('user/DocumentReference.crus');
    expect(caller.tokenId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('makes it see the doctor, authenticated by Pro Santé Connect, who may not feed', async () => {
    const caller = await createTokenVerifier(config)(await makeToken(config, { person: 'doctor' }));
    expect(caller).toMatchObject({ personId: '899700101233', strength: 'psc', purpose: 'normal' });
    expect(caller.roles.map(({ code }) => code)).toEqual(['10', 'SM18']);
    expect(caller.scopes.some((scope) => /DocumentReference\.c/.test(scope))).toBe(false);
    expect(caller).not.toHaveProperty('isAdministrator');
  });

  it('makes it see the director, who administers the establishment and is no professional', async () => {
    const caller = await createTokenVerifier(config)(await makeToken(config, { person: 'admin' }));
    expect(caller).toMatchObject({ personId: '3990100109/DIR-01', strength: 'local', isAdministrator: true });
    expect(caller.roles.map(({ code }) => code)).toEqual(['99', '312']);
    const anybody = await makeToken(config, { person: 'admin', administrator: false });
    expect(await createTokenVerifier(config)(anybody)).not.toHaveProperty('isAdministrator');
  });

  it('of an emergency names its reason, its patient and the traits that the story confirms', async () => {
    const options = { person: 'doctor', purpose: 'bris_de_glace', reason: 'Malaise, traitement inconnu' } as const;
    const token = await makeToken(config, { ...options, patient: '147096399001732' });
    const caller = await createTokenVerifier(config)(token);
    expect(caller).toMatchObject({
      purpose: 'bris_de_glace',
      reason: 'Malaise, traitement inconnu',
      emergency: {
        patient: { value: '147096399001732', oid: '1.2.250.1.213.1.4.10' },
        confirmed: { family: "D'AUBERIVE", given: 'JEAN-NOËL', birthDate: '1947-09-05' },
        tokenId: caller.tokenId,
      },
    });
    expect(caller.expiresAt!.getTime() - caller.emergency!.grantedAt.getTime()).toBe(600_000);
    const half = [{ ...options, patient: '147096399001732', confirmed: null }, options];
    for (const o of half) await expect(createTokenVerifier(config)(await makeToken(config, o))).rejects.toThrow();
  });

  it('is signed with RSA for clients that know nothing else', async () => {
    const token = await makeToken(config, { algorithm: 'RS256' });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect((await createTokenVerifier(config)(token)).personId).toBe('899700204581');
  });

  it('is refused when it has expired, or is another installation’s', async () => {
    const verify = createTokenVerifier(config);
    await expect(verify(await makeToken(config, { expires: '-1 hour' }))).rejects.toThrow();
    const other = loadConfig({ DATA_DIR: path.join(dataDir, 'other') });
    await expect(verify(await makeToken(other))).rejects.toThrow();
    await expect(verify(await makeToken(loadConfig({ DATA_DIR: dataDir, PORT: '9999' })))).rejects.toThrow();
  });

  it('keeps its private keys to itself', async () => {
    await makeToken(config);
    expect((await stat(path.join(dataDir, 'auth/signing-keys.json'))).mode & 0o777).toBe(0o600);
    const { keys } = JSON.parse(await readFile(path.join(dataDir, 'auth/jwks.json'), 'utf8')) as { keys: object[] };
    expect(keys).toHaveLength(2);
    for (const key of keys)
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(member);
  });

  it('of an emergency is printed as the story has it, or as the command line says', async () => {
    const env = { ...process.env, DATA_DIR: dataDir };
    const print = async (...args: string[]): Promise<Caller> => {
      const all = ['--import', 'tsx', 'tools/token.ts', 'doctor', '--purpose', 'bris_de_glace', ...args];
      const { stdout } = await run(process.execPath, all, { cwd: root, env });
      return createTokenVerifier(config)(stdout.trim());
    };
    expect(await print()).toMatchObject({
      reason: expect.stringContaining('patient non communicant') as string,
      emergency: { patient: { value: '141112A99004563' }, confirmed: { given: 'ANGE-TOUSSAINT' } },
    });
    const others = ['--patient', '150027499020861', '--reason', 'Malaise, traitement inconnu'];
    expect(await print(...others, '--confirmed', 'LEPRATE,MARC,1950-02-18')).toMatchObject({
      reason: 'Malaise, traitement inconnu',
      emergency: { patient: { value: '150027499020861' }, confirmed: { given: 'MARC' } },
    });
    await expect(print('--confirmed', 'LEPRATE,MARC')).rejects.toThrow(/FAMILY,GIVEN/);
  });

  it('is all that the command prints, before the first start too', async () => {
    const env = { ...process.env, DATA_DIR: path.join(dataDir, 'fresh') };
    const tsx = ['--import', 'tsx', 'tools/token.ts'];
    const { stdout, stderr } = await run(process.execPath, [...tsx, 'doctor'], { cwd: root, env });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(stderr).toBe('');
    const fresh = loadConfig({ DATA_DIR: env.DATA_DIR });
    expect((await createTokenVerifier(fresh)(stdout.trim())).family).toBe('MAUREL');
    await expect(run(process.execPath, [...tsx, 'burglar'], { cwd: root, env })).rejects.toThrow(/nurse \| doctor/);
  });
});

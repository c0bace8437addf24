import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tlsOptions } from '../../../server/auth/tls.ts';
import { loadConfig } from '../../../server/config.ts';
import { testPki } from '../dmp/pki.ts';

let dir: string;
const file = (name: string): string => path.join(dir, name);
beforeAll(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-tls-'));
  const pki = await testPki();
  writeFileSync(file('cert'), pki.server.certificate);
  writeFileSync(file('key'), pki.server.key);
  writeFileSync(file('other'), pki.otherServer.key);
  writeFileSync(file('ca'), pki.root + pki.authority);
  writeFileSync(file('garbage'), 'garbage');
});
afterAll(() => rmSync(dir, { recursive: true }));

const options = (names: Record<string, string>, more: Record<string, string> = {}) =>
  tlsOptions(
    loadConfig({ ...Object.fromEntries(Object.entries(names).map(([name, value]) => [name, file(value)])), ...more }),
  );

describe('TLS of the façade', () => {
  it('is off by default, and the base says which it is', async () => {
    expect(await options({})).toBeUndefined();
    expect(loadConfig({}).fhirBase).toBe('http://localhost:8080/fhir');
    expect(loadConfig({ TLS_CERT: 'x', TLS_KEY: 'y' }).fhirBase).toBe('https://localhost:8080/fhir');
  });

  it('is 1.2 at least, and asks for no certificate without authorities', async () => {
    const plain = await options({ TLS_CERT: 'cert', TLS_KEY: 'key' });
    expect(plain).toMatchObject({ minVersion: 'TLSv1.2' });
    expect(plain).not.toHaveProperty('requestCert');
  });

  it('asks for the client’s certificate, and takes no connection without one when told so', async () => {
    const files = { TLS_CERT: 'cert', TLS_KEY: 'key', TLS_CLIENT_CA: 'ca' };
    expect(await options(files)).toMatchObject({ requestCert: true, rejectUnauthorized: false });
    expect(await options(files, { TLS_CLIENT_CERT: 'require' })).toMatchObject({ rejectUnauthorized: true });
  });

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['a certificate without key', { TLS_CERT: 'cert' }, {}, 'TLS_CERT and TLS_KEY'],
    ['a key without certificate', { TLS_KEY: 'key' }, {}, 'TLS_CERT and TLS_KEY'],
    ['authorities without TLS', { TLS_CLIENT_CA: 'ca' }, {}, 'TLS_CLIENT_CA'],
    [
      'a certificate demanded of everybody, and no authorities',
      { TLS_CERT: 'cert', TLS_KEY: 'key' },
      { TLS_CLIENT_CERT: 'require' },
      'TLS_CLIENT_CERT',
    ],
    ['a file that is not there', { TLS_CERT: 'cert', TLS_KEY: 'nowhere' }, {}, 'TLS_KEY'],
    ['the key of another', { TLS_CERT: 'cert', TLS_KEY: 'other' }, {}, 'TLS_KEY'],
    ['no PEM', { TLS_CERT: 'garbage', TLS_KEY: 'key' }, {}, 'TLS_CERT'],
  ])('stops the start, with the setting’s name: %s', async (_, names, more, said) => {
    await expect(options(names, more)).rejects.toThrow(said);
  });
});

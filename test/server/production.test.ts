import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { demonstrationClients, refuseDemonstration, refuseDemonstrationClients } from '../../server/production.ts';
import { demoClients } from '../../tools/demo/clients.ts';
import { ensurePki } from '../../tools/pki.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'production-'));
let throwAway: string;
beforeAll(async () => {
  throwAway = (await ensurePki(path.join(dir, 'elsewhere'))).orgAuth.chain;
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** What a real installation says. */
const real = {
  ENVIRONMENT: 'production',
  DATA_DIR: path.join(dir, 'data'),
  STRUCTURE_ID: '1010000017',
  STRUCTURE_NAME: 'MAISON DES TILLEULS',
  LPS_OID: '1.2.250.1.999.1',
  LPS_ID: 'A-12',
  LPS_HOMOLOGATION: 'number',
  LOCAL_ID_SYSTEMS: 'urn:oid:1.2.250.1.999.2',
  DMP_URL: 'https://dmp.example/si-dmp-server/v2/services',
  DMP_TLS_CERT: '/etc/dmp/auth.pem',
  DMP_SIGN_CERT: '/etc/dmp/sign.pem',
  PUBLIC_URL: 'https://dmp.tilleuls.example',
};

const refusal = (settings: Record<string, string | undefined>): string => {
  try {
    refuseDemonstration(loadConfig(settings));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('production', () => {
  it('starts with settings of its own', () => {
    expect(refusal(real)).toBe('');
  });

  it.each(Object.keys(real).filter((name) => !['ENVIRONMENT', 'DATA_DIR'].includes(name)))(
    'does not start without %s, and names nothing else',
    (name) => {
      const said = refusal({ ...real, [name]: undefined });
      expect(said).toContain(`\n  ${name}: `);
      expect(said.split('\n')).toHaveLength(2);
    },
  );

  it.each([
    ['DMP_URL', 'https://localhost:9443/si-dmp-server/v2/services'],
    ['DMP_URL', 'https://127.0.0.1:9443/si-dmp-server/v2/services'],
    ['LPS_OID', '2.16.840.1.113883.19.1'],
    ['LOCAL_ID_SYSTEMS', 'urn:oid:1.2.250.1.999.2,urn:oid:2.16.840.1.113883.19.5'],
    ['DMP_TLS_CERT', path.join(real.DATA_DIR, 'pki', 'any.pem')],
    ['PUBLIC_URL', 'http://dmp.tilleuls.example'],
    ['DMP_WEB_URL', 'http://localhost:9448'],
    ['PSC_DISCOVERY', 'http://localhost:9445/auth/realms/esante-wallet/.well-known/wallet-openid-configuration'],
    ['PSC_DISCOVERY', 'https://127.0.0.1:9446/auth/realms/esante-wallet/.well-known/wallet-openid-configuration'],
    [
      'PSC_DISCOVERY',
      'https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet/.well-known/wallet-openid-configuration',
    ],
    ['PSC_ISSUER', 'https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet'],
    ['PSC_ISSUER', 'http://psc.example/auth/realms/esante-wallet'],
    ['AUTH_SERVERS', 'https://login.tilleuls.example,http://localhost:8080/oauth'],
    ['AUTH_JWKS', path.join(real.DATA_DIR, 'auth', 'jwks.json')],
    ['AUTH_JWKS', path.join(real.DATA_DIR, 'other', '..', 'auth', 'jwks.json')],
    ['AUTH_JWKS', 'https://localhost:8090/jwks'],
    ['AUTH_ISSUER', 'urn:dmp-fhir:demo'],
    ['DOCS_CLIENT_ID', 'demo-docs'],
    ['CONSOLE_CLIENT_ID', 'demo-console'],
  ])('does not start with %s=%s', (name, value) => {
    const keys = { AUTH_JWKS: 'https://login.tilleuls.example/jwks', AUTH_ISSUER: 'https://login.tilleuls.example' };
    const said = refusal({ ...real, ...keys, [name]: value });
    expect(said).toContain(`\n  ${name}: `);
    expect(said.split('\n')).toHaveLength(2);
    expect(said.split(' — ')[0]).not.toContain(value);
  });

  it.each(['DMP_TLS_CERT', 'DMP_SIGN_CERT'])('knows an authority of tests wherever %s lies', (name) => {
    expect(refusal({ ...real, [name]: throwAway })).toContain(`${name}: was issued by an authority of tests`);
  });

  it('takes Pro Santé Connect, keys of another issuer, and a client of its own', () => {
    const psc = 'https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet';
    expect(
      refusal({
        ...real,
        PSC_DISCOVERY: `${psc}/.well-known/wallet-openid-configuration`,
        PSC_ISSUER: psc,
        AUTH_JWKS: path.join(dir, 'keys', 'jwks.json'),
        AUTH_ISSUER: 'https://login.tilleuls.example',
        AUTH_SERVERS: 'https://login.tilleuls.example',
        DOCS_CLIENT_ID: 'reference',
        CONSOLE_CLIENT_ID: 'console',
      }),
    ).toBe('');
  });

  it('does not start with clients of the demonstration in force, and says how to withdraw them', () => {
    const key = { kty: 'EC', kid: 'k' };
    const registered = demoClients({ STRUCTURE_ID: '1990100109' }, 'http://localhost:8080/fhir', key);
    expect(registered.map(({ id }) => id)).toEqual(demonstrationClients);
    const config = loadConfig(real);
    for (const id of demonstrationClients)
      expect(() => refuseDemonstrationClients(config, ['app', id])).toThrow(`client withdraw ${id}`);
    expect(() => refuseDemonstrationClients(config, ['app', 'demo'])).not.toThrow();
    expect(() => refuseDemonstrationClients(loadConfig({}), demonstrationClients)).not.toThrow();
  });

  it('names everything at once', () => {
    expect(refusal({ ENVIRONMENT: 'production' }).split('\n').length).toBeGreaterThan(8);
  });

  it('is no business of a test environment', () => {
    expect(refusal({})).toBe('');
  });
});

/** Settings of the client that are wrong, and rights that are missing: both said before anything is sent. */
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { createDmpClient } from '../../../server/dmp/client.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { byNurse, materialOf, p1 } from './setup.ts';
import { list, wire } from './wire.ts';

const w = wire();

describe('settings', () => {
  it.each([
    ['DMP_URL', {}],
    ['DMP_URL', { DMP_URL: 'http://x' }],
    ['DMP_TLS_CERT', { DMP_URL: 'https://x' }],
    ['DMP_TLS_CERT', { DMP_URL: 'https://x', DMP_TLS_CERT: '/nowhere/secret-name.pem' }],
  ])('%s is named when it is wrong', (name, env) => {
    let error: unknown;
    try {
      createDmpClient(loadConfig(env));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(`${name}: `);
    expect((error as Error).message).not.toContain('secret-name');
  });

  it('a key that is not that of the certificate', () => {
    const config = loadConfig({ DMP_URL: 'https://x' });
    const m = materialOf(w.pki);
    expect(() => createDmpClient(config, { material: { ...m, tls: { ...m.tls, key: w.pki.sign.key } } })).toThrow(
      /^DMP_TLS_CERT: /,
    );
    expect(() => createDmpClient(config, { material: { ...m, seal: { ...m.seal, key: w.pki.client.key } } })).toThrow(
      /^DMP_SIGN_CERT: /,
    );
  });
});

describe('rights', () => {
  it('nothing is sent when no mode fits, and the observer hears of it', async () => {
    await expect(list(w.client(), byNurse)).rejects.toMatchObject({ kind: 'rights', code: 'psc' });
    await expect(
      w
        .client()
        .call(
          td0_2,
          { patient: p1 },
          { ...byNurse, requester: { ...byNurse.requester, purpose: 'bris_de_glace', reason: 'x' } },
        ),
    ).rejects.toMatchObject({ kind: 'rights', code: 'psc' });
    expect(w.far.received).toHaveLength(0);
    expect(w.calls.map((c) => [c.outcome, c.details])).toEqual([
      ['rights', { attempts: 0, code: 'psc' }],
      ['rights', { attempts: 0, code: 'psc' }],
    ]);
  });
});

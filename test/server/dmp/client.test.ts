/** Settings of the client that are wrong, and rights that are missing: both said before anything is sent. */
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { createDmpClient } from '../../../server/dmp/client.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { onlyPrimary } from '../../../server/registry/primary.ts';
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
      const config = loadConfig(env);
      createDmpClient(config, onlyPrimary(config));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(`${name}: `);
    expect((error as Error).message).not.toContain('secret-name');
  });

  it('a key that is not that of the certificate', () => {
    const m = materialOf(w.pki);
    expect(() => w.client({}, { ...m, tls: { ...m.tls, key: w.pki.sign.key } })).toThrow(/^DMP_TLS_CERT: /);
    expect(() => w.client({}, { ...m, seal: { ...m.seal, key: w.pki.client.key } })).toThrow(/^DMP_SIGN_CERT: /);
  });

  type Material = ReturnType<typeof materialOf>;
  it.each<[string, string, (own: Material) => Material]>([
    ['another structure’s', 'DMP_TLS_CERT', (own) => ({ ...own, tls: materialOf(w.pki, w.pki.other).tls })],
    ['another structure’s', 'DMP_SIGN_CERT', (own) => ({ ...own, seal: materialOf(w.pki, w.pki.other).seal })],
    [
      'a person’s',
      'DMP_SIGN_CERT',
      (own) => ({ ...own, seal: { key: w.pki.card.key, chain: w.pki.card.certificate } }),
    ],
    ['nobody’s', 'DMP_TLS_CERT', ({ seal }) => ({ tls: {} as Material['tls'], seal })],
  ])('%s %s stops the start', (_, name, change) => {
    expect(() => w.client({}, change(materialOf(w.pki)))).toThrow(new RegExp(`^${name}: has not STRUCTURE_ID`));
  });

  it.each(['199010010', '19901001090', '1990300444'])('certificates that are not those of STRUCTURE_ID=%s', (id) => {
    expect(() => w.client({ STRUCTURE_ID: id })).toThrow(/^DMP_TLS_CERT: has not STRUCTURE_ID/);
  });

  it('the certificates of another go with its own STRUCTURE_ID', () => {
    expect(() => w.client({ STRUCTURE_ID: '1990300444' }, materialOf(w.pki, w.pki.other))).not.toThrow();
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

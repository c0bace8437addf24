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

describe('one structure', () => {
  type Material = ReturnType<typeof materialOf>;
  const samu = { id: '1990300444', name: 'SAMU FICTIF DES TROIS VALS', sector: 'SA01' };
  const ofOther = (): Material => {
    const { client, sign } = w.pki.other;
    return {
      tls: { ...materialOf(w.pki).tls, cert: client.certificate + w.pki.authority, key: client.key },
      seal: { key: sign.key, chain: sign.certificate + w.pki.authority + w.pki.root },
    };
  };

  it('nothing is sent in the name of another, whoever made the requester, tried out or not', async () => {
    const c = w.client();
    const context = { ...byNurse, requester: { ...byNurse.requester, structure: samu } };
    await expect(c.call(td0_2, { patient: p1 }, context)).rejects.toMatchObject({ kind: 'rights', code: 'structure' });
    expect(() => c.rehearse(td0_2, { patient: p1 }, context)).toThrow(
      expect.objectContaining({ kind: 'rights', code: 'structure' }),
    );
    expect(w.far.received).toHaveLength(0);
    expect(w.calls.map((call) => [call.outcome, call.details])).toEqual([
      ['rights', { attempts: 0, code: 'structure' }],
    ]);
  });

  it.each<[string, string, (own: Material) => Material]>([
    ['another structure’s', 'DMP_TLS_CERT', (own) => ({ ...own, tls: ofOther().tls })],
    ['another structure’s', 'DMP_SIGN_CERT', (own) => ({ ...own, seal: ofOther().seal })],
    [
      'a person’s',
      'DMP_SIGN_CERT',
      (own) => ({ ...own, seal: { key: w.pki.card.key, chain: w.pki.card.certificate } }),
    ],
    ['nobody’s', 'DMP_TLS_CERT', ({ tls: { ca }, seal }) => ({ tls: { ca } as Material['tls'], seal })],
  ])('%s %s stops the start, and a renewal', (_, name, change) => {
    const material = change(materialOf(w.pki));
    expect(() => w.client({}, material)).toThrow(new RegExp(`^${name}: has not STRUCTURE_ID`));
    const c = w.client();
    expect(() => c.renew(material)).toThrow(ConfigError);
    // It goes on as it was.
    expect(() => c.rehearse(td0_2, { patient: p1 }, byNurse)).not.toThrow();
  });

  it.each(['199010010', '19901001090', '1990300444'])('certificates that are not those of STRUCTURE_ID=%s', (id) => {
    expect(() => w.client({ STRUCTURE_ID: id })).toThrow(/^DMP_TLS_CERT: has not STRUCTURE_ID/);
  });

  it('the certificates of another go with its own STRUCTURE_ID', () => {
    expect(() => w.client({ STRUCTURE_ID: samu.id }, ofOther())).not.toThrow();
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

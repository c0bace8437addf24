/** Assertions used again: for the same content only, for a short while, within the token's life, never under other certificates. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { createSeal } from '../../../server/dmp/seal.ts';
import type { CallContext, DmpEnvironment, Requester, VihfMode } from '../../../server/dmp/types.ts';
import { createVihfCache } from '../../../server/dmp/vihf-cache.ts';
import { buildVihf } from '../../../server/dmp/vihf.ts';
import '../../support/fast-check.ts';
import { assertionVerifies } from './oracles.ts';
import { byDoctor, doctor, materialOf, nurse, p1 } from './setup.ts';
import { good, list, say, soapType, wire } from './wire.ts';

const w = wire();
const start = Date.parse('2026-10-20T05:00:00.000Z');
let clock = start;
let env: DmpEnvironment;
beforeAll(() => {
  const { key, chain } = materialOf(w.pki).seal;
  const { LPS_NAME: name, LPS_VERSION: version, LPS_ID: id, LPS_HOMOLOGATION: homologation } = loadConfig({});
  env = {
    seal: createSeal(key, chain),
    options: {
      vihfVersion: '3.0',
      vihfSignature: 'rsa-sha256',
      airContextDecl: 'APP_BROWSER_AUTH',
      contextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      xadesDigest: 'sha1',
      sendHash: true,
      authorizationWords: ['EXPIRE', 'NON_EXISTE', 'INTERDIT'],
    },
    lps: { name, version, id, homologation, oid: '2.25.1' },
    now: () => new Date(clock),
    newUuid: randomUUID,
  };
});
const keeping = (seconds = 20): DmpEnvironment => {
  clock = start;
  return { ...env, vihfs: createVihfCache(seconds)! };
};
const idOf = (text: string): string => / ID="(_[^"]+)"/.exec(text)![1]!;
/** Without what is new in each: ID, instant, signature. */
const said = (vihf: string): string =>
  vihf.replace(/<ds:Signature .*<\/ds:Signature>/s, '').replace(/ (ID|IssueInstant)="[^"]*"/g, '');

describe('an assertion is used again', () => {
  it('for the same call, and is signed', () => {
    const e = keeping();
    const first = buildVihf(byDoctor, 'INDIRECTE', e);
    clock += 19_999;
    expect(buildVihf(structuredClone({ ...byDoctor }), 'INDIRECTE', e)).toBe(first);
    expect(assertionVerifies(first, w.pki.sign.certificate)).toBe(true);
    clock += 1;
    expect(idOf(buildVihf(byDoctor, 'INDIRECTE', e))).not.toBe(idOf(first));
  });

  it('not beyond the end of the token that it was made for', () => {
    const e = keeping(300);
    const by = (expiresAt: Date): string =>
      buildVihf({ requester: { ...doctor, expiresAt }, patient: p1 }, 'INDIRECTE', e);
    const end = new Date(start + 5000);
    const first = by(end);
    clock += 4999;
    expect(by(end)).toBe(first);
    clock += 1;
    const second = by(new Date(start + 600_000));
    expect(second).not.toBe(first);
    expect(by(end)).toBe(second);
  });

  it('not when the clock was set back', () => {
    const e = keeping();
    const first = buildVihf(byDoctor, 'INDIRECTE', e);
    clock -= 1000;
    expect(buildVihf(byDoctor, 'INDIRECTE', e)).not.toBe(first);
  });

  it('not when it was forgotten; the others are', () => {
    const e = keeping();
    const first = buildVihf(byDoctor, 'INDIRECTE', e);
    const other = buildVihf({ ...byDoctor, requester: nurse }, 'INDIRECTE', e);
    e.vihfs!.forget(first);
    expect(buildVihf(byDoctor, 'INDIRECTE', e)).not.toBe(first);
    expect(buildVihf({ ...byDoctor, requester: nurse }, 'INDIRECTE', e)).toBe(other);
  });

  it('nothing is kept with 0 seconds', () => {
    expect(createVihfCache(0)).toBeUndefined();
    expect(buildVihf(byDoctor, 'INDIRECTE', env)).not.toBe(buildVihf(byDoctor, 'INDIRECTE', env));
  });

  it('as many as are allowed, and the oldest goes first', () => {
    const cache = createVihfCache(20, 3)!;
    let made = 0;
    const get = (content: string, at = start): string =>
      cache.get(content, new Date(at), undefined, () => `${content}${++made}`);
    const [a, b, c, d] = [get('a'), get('b'), get('c'), get('d')];
    expect([get('b'), get('c'), get('d')]).toEqual([b, c, d]);
    expect(get('a')).not.toBe(a);
    // Those that are over make room all at once.
    const late = get('e', start + 20_000);
    expect([get('e', start + 20_001), made]).toEqual([late, 6]);
  });
});

describe('two calls that differ never share one', () => {
  const r = (more: Partial<Requester>): CallContext => ({ requester: { ...doctor, ...more }, patient: p1 });
  const variants: [string, CallContext, VihfMode?][] = [
    ['the doctor', r({})],
    ['another person', r({ personId: '899700101234' })],
    ['of other names', r({ given: 'HÉLÈN', family: 'E MAUREL' })],
    ['of another specialty', r({ roles: [doctor.roles[0]!, { ...doctor.roles[1]!, code: 'SM26' }] })],
    ['of another structure', r({ structure: { ...doctor.structure, id: '1990300444' } })],
    ['of another sector', r({ structure: { ...doctor.structure, sector: 'SA01' } })],
    ['authenticated again', r({ authenticatedAt: new Date('2026-10-20T05:00:01Z') })],
    ['another purpose', r({ purpose: 'centre_15' })],
    ['an emergency', r({ purpose: 'bris_de_glace', reason: 'Détresse' })],
    ['another emergency', r({ purpose: 'bris_de_glace', reason: 'Détresse respiratoire' })],
    ['in secret', r({ secret: true })],
    ['in the other mode', r({}), 'INDIRECTE_RENFORCEE'],
    ['another patient', { ...r({}), patient: { ...p1, value: '141112A99004563' } }],
    ['the same number of another authority', { ...r({}), patient: { ...p1, oid: '1.2.250.1.213.1.4.11' } }],
    ['no patient', { requester: doctor }],
  ];

  it('each of a list of differences', () => {
    const e = keeping();
    const made = variants.map(([, context, mode = 'INDIRECTE']) => buildVihf(context, mode, e));
    expect(new Set(made.map(idOf)).size).toBe(variants.length);
    // And each is found again.
    expect(variants.map(([, context, mode = 'INDIRECTE']) => buildVihf(context, mode, e))).toEqual(made);
  });

  it('whatever is asked in whatever order, it says what it would say without a cache', () => {
    const name = fc.constantFrom('A', 'B', 'A B', 'A", "B', 'A</saml2:AttributeValue>', '');
    const any = fc.record({
      family: name,
      given: name,
      personId: fc.constantFrom('899700101233', '3990100109/A', '3990100109/B'),
      reason: name,
      purpose: fc.constantFrom('normal', 'bris_de_glace', 'centre_15'),
      secret: fc.boolean(),
      value: fc.constantFrom(p1.value, '141112A99004563', undefined),
      mode: fc.constantFrom<VihfMode>('INDIRECTE', 'INDIRECTE_RENFORCEE'),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 2, maxLength: 8 }), (calls) => {
        const e = keeping();
        for (const { value, secret, mode, ...more } of calls) {
          const context: CallContext = {
            requester: { ...doctor, ...(more as Partial<Requester>), ...(secret ? { secret } : {}) },
            ...(value ? { patient: { ...p1, value } } : {}),
          };
          expect(said(buildVihf(context, mode, e))).toBe(said(buildVihf(context, mode, env)));
        }
      }),
      { numRuns: 150 },
    );
  }, 30_000);
});

describe('on the wire', () => {
  const ids = (): string[] => w.far.received.map((r) => idOf(/<saml2:Assertion .*?>/s.exec(r.body.toString())![0]));
  const fault = say(
    (id) =>
      `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:RelatesTo>${id}</a:RelatesTo></s:Header><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="fr">non</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`,
    soapType,
    500,
  );

  it('one for two calls by default, in two messages', async () => {
    w.far.reply = good;
    const c = w.client();
    await list(c);
    await list(c);
    await list(c, { ...byDoctor, patient: { ...p1, value: '141112A99004563' } });
    const [a, b, other] = ids();
    expect(b).toBe(a);
    expect(other).not.toBe(a);
    expect(new Set(w.far.received.map((r) => r.messageId)).size).toBe(3);
  });

  it('one for each call with VIHF_CACHE_SECONDS=0', async () => {
    w.far.reply = good;
    const c = w.client({ VIHF_CACHE_SECONDS: '0' });
    await list(c);
    await list(c);
    expect(new Set(ids()).size).toBe(2);
  });

  it('a new one after a refusal', async () => {
    const c = w.client();
    w.far.reply = fault;
    await expect(list(c)).rejects.toMatchObject({ kind: 'fault' });
    w.far.reply = good;
    await list(c);
    expect(new Set(ids()).size).toBe(2);
  });

  it('a new one after the certificates were renewed, even by the same', async () => {
    w.far.reply = good;
    const c = w.client();
    await list(c);
    c.structures.put(c.structures.primary, materialOf(w.pki));
    await list(c);
    expect(new Set(ids()).size).toBe(2);
  });

  it('another client of the same process has its own', async () => {
    w.far.reply = good;
    await list(w.client());
    await list(w.client());
    expect(new Set(ids()).size).toBe(2);
  });
});

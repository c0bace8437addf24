/** Several structures through one client: each speaks with its own certificates and software, and none for another. */
import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import type { CallContext } from '../../../server/dmp/types.ts';
import type { Structure, StructureMaterial } from '../../../server/registry/types.ts';
import { savs } from '../../support/structures.ts';
import { byDoctor, byNurse, materialOf, p1, type TestClient } from './setup.ts';
import { good, list, wire } from './wire.ts';

const w = wire();
/** The other structure of the PKI, with software of its own. */
const samu: Structure = { ...savs, id: '1990300444', name: 'SAMU FICTIF DES TROIS VALS', sector: 'SA01' };
const ofSamu = (): StructureMaterial => materialOf(w.pki, w.pki.other);
const inNameOf = ({ id, name, sector }: Structure, context = byDoctor): CallContext => ({
  ...context,
  requester: { ...context.requester, structure: { id, name, sector } },
});
const both = (settings: Record<string, string> = {}): TestClient => {
  const c = w.client(settings);
  c.structures.put(samu, ofSamu());
  return c;
};
/** Of each request that arrived: the certificate of the connection, that of the seal, and the software. */
const arrived = () =>
  w.far.received.map(({ body, tls }) => {
    const text = body.toString();
    const [, seal = ''] = /<ds:X509Certificate>([^<]+)</.exec(text) ?? [];
    return {
      tls,
      seal: new X509Certificate(Buffer.from(seal, 'base64')).serialNumber,
      lps: /Name="LPS_Nom"[^>]*><[^>]+>([^<]+)</.exec(text)?.[1],
      structure: /Name="Identifiant_Structure"[^>]*><[^>]+>([^<]+)</.exec(text)?.[1],
    };
  });
const serials = ({ client, sign }: { client: { certificate: string }; sign: { certificate: string } }) => ({
  tls: new X509Certificate(client.certificate).serialNumber,
  seal: new X509Certificate(sign.certificate).serialNumber,
});
const refusal = { kind: 'rights', code: 'structure' };

describe('several structures', () => {
  it('each with its own certificates and software, also when they call at once', async () => {
    w.far.reply = good;
    const c = both();
    await Promise.all([list(c), list(c, inNameOf(samu)), list(c), list(c, inNameOf(samu))]);
    const care = { ...serials(w.pki), lps: 'LumiDUI Passerelle', structure: '1990100109' };
    const other = { ...serials(w.pki.other), lps: 'TILLEULS-DUI', structure: samu.id };
    expect(arrived()).toHaveLength(4);
    expect(arrived()).toEqual(expect.arrayContaining([care, other]));
    for (const one of arrived()) expect([care, other]).toContainEqual(one);
  });

  it('nothing is sent in the name of one that is not registered, tried out or not', async () => {
    const c = w.client();
    const context = inNameOf(samu, byNurse);
    await expect(c.call(td0_2, { patient: p1 }, context)).rejects.toMatchObject(refusal);
    expect(() => c.rehearse(td0_2, { patient: p1 }, context)).toThrow(expect.objectContaining(refusal));
    expect(w.far.received).toHaveLength(0);
    expect(w.calls.map((call) => [call.outcome, call.details])).toEqual([
      ['rights', { attempts: 0, code: 'structure' }],
    ]);
  });

  it.each<[string, () => StructureMaterial]>([
    ['another’s, both', () => materialOf(w.pki)],
    ['another’s for the connection', () => ({ ...ofSamu(), tls: materialOf(w.pki).tls })],
    ['another’s for the seal', () => ({ ...ofSamu(), seal: materialOf(w.pki).seal })],
    ['a key that is not theirs', () => ({ ...ofSamu(), tls: { ...ofSamu().tls, key: w.pki.client.key } })],
    ['a card’s', () => ({ ...ofSamu(), seal: { key: w.pki.card.key, chain: w.pki.card.certificate } })],
  ])('certificates that are not its own are not used: %s', async (_, material) => {
    w.far.reply = good;
    const c = w.client();
    c.structures.put(samu, material());
    await expect(list(c, inNameOf(samu))).rejects.toMatchObject(refusal);
    expect(() => c.rehearse(td0_2, { patient: p1 }, inNameOf(samu))).toThrow(expect.objectContaining(refusal));
    expect(w.far.received).toHaveLength(0);
    // The others go on.
    await expect(list(c)).resolves.toBeDefined();
  });

  it('follows a change at once: calls under way end with what they began with', async () => {
    const c = both();
    let release = (): void => undefined;
    w.far.reply = async (received, response) => {
      await new Promise<void>((resolve) => (release = resolve));
      good(received, response);
    };
    const underWay = list(c, inNameOf(samu));
    await vi.waitFor(() => expect(w.far.received).toHaveLength(1), 10_000);
    c.structures.put({ ...samu, lps: { ...samu.lps, version: '9.9' } }, materialOf(w.pki, w.pki.nextOther));
    w.far.reply = good;
    await list(c, inNameOf(samu));
    release();
    await expect(underWay).resolves.toBeDefined();
    expect(arrived().map(({ tls, seal }) => ({ tls, seal }))).toEqual([serials(w.pki.other), serials(w.pki.nextOther)]);
    expect(w.far.received.map(({ body }) => body.toString().includes('>9.9<'))).toEqual([false, true]);
  });

  it('is silent for one that was withdrawn, until it is registered again', async () => {
    w.far.reply = good;
    const c = both();
    await list(c, inNameOf(samu));
    c.structures.withdraw(samu.id);
    await expect(list(c, inNameOf(samu))).rejects.toMatchObject(refusal);
    c.structures.put(samu, ofSamu());
    await expect(list(c, inNameOf(samu))).resolves.toBeDefined();
    expect(w.far.received).toHaveLength(2);
  });
});

describe('lines', () => {
  afterEach(() => vi.useRealTimers());

  it('as many as the setting says: the longest unused one is closed, and opened again at the next call', async () => {
    w.far.reply = good;
    const c = both({ DMP_STRUCTURES_OPEN: '1', DMP_CONNECTIONS: '1' });
    const before = w.far.connections;
    await list(c);
    await list(c);
    expect(w.far.connections - before, 'one connection while nobody else calls').toBe(1);
    await list(c, inNameOf(samu));
    await vi.waitFor(() => expect(w.far.open).toBe(1), 10_000);
    await list(c);
    expect(w.far.connections - before).toBe(3);
  });

  it('is closed when it was not used for a while, never with a call on it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let release = (): void => undefined;
    w.far.reply = async (received, response) => {
      await new Promise<void>((resolve) => (release = resolve));
      good(received, response);
    };
    const c = both({ VIHF_CACHE_SECONDS: '300' });
    const call = list(c, inNameOf(samu));
    await vi.waitFor(() => expect(w.far.received).toHaveLength(1), 10_000);
    vi.advanceTimersByTime(3_600_000);
    release();
    await call;
    w.far.reply = good;
    // The assertion is kept with the line: used again as long as it is open.
    await list(c, inNameOf(samu));
    vi.advanceTimersByTime(3_600_000);
    await list(c, inNameOf(samu));
    const ids = w.far.received.map(({ body }) => / ID="(_[^"]+)"/.exec(body.toString())![1]);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[1]);
  });
});

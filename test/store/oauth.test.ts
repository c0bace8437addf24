import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../server/store/index.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

let bench: TestStore;
let store: Store;
let elsewhere: Store;
beforeAll(async () => {
  bench = await openTestStore();
  store = bench.store;
  elsewhere = await openStore(bench.config);
});
afterAll(async () => {
  await elsewhere.close();
  await bench.close();
});

const soon = () => new Date(Date.now() + 60_000);
const past = () => new Date(Date.now() - 1000);
let n = 0;
const item = (over: object = {}) => ({
  kind: 'AccessToken',
  id: `token-${++n}`,
  content: { n },
  expiresAt: soon(),
  ...over,
});

describe('what the authorization server keeps', () => {
  it('is found again by every instance, by its secret', async () => {
    const one = item();
    await store.oauth.put(one);
    expect(await elsewhere.oauth.find(one.kind, one.id)).toEqual({ content: one.content, expiresAt: one.expiresAt });
    expect(await elsewhere.oauth.find('RefreshToken', one.id)).toBeUndefined();
    await store.oauth.put({ ...one, content: 'changed' });
    expect((await elsewhere.oauth.find(one.kind, one.id))?.content).toBe('changed');
    await elsewhere.oauth.remove(one.kind, one.id);
    expect(await store.oauth.find(one.kind, one.id)).toBeUndefined();
  });

  it('is used once where it may be, also by many at once, and stays used when it is saved again', async () => {
    const code = item({ kind: 'AuthorizationCode' });
    await store.oauth.put(code);
    const used = await Promise.all(
      [store, elsewhere, store, elsewhere].map((s) => s.oauth.consume(code.kind, code.id)),
    );
    expect(used.filter(Boolean)).toHaveLength(1);
    await store.oauth.put(code);
    expect((await store.oauth.find(code.kind, code.id))?.consumedAt).toBeInstanceOf(Date);
    expect(await store.oauth.consume('AuthorizationCode', 'unknown')).toBe(false);
  });

  it('is taken by one, unless it has expired', async () => {
    const errand = item({ kind: 'Errand' });
    await store.oauth.put(errand);
    const taken = await Promise.all([store, elsewhere].map((s) => s.oauth.take(errand.kind, errand.id)));
    expect(taken.filter((t) => t !== undefined)).toEqual([errand.content]);
    const old = item({ kind: 'Errand', expiresAt: past() });
    await store.oauth.put(old);
    expect(await store.oauth.take(old.kind, old.id)).toBeUndefined();
  });

  it('is new once, until it has expired', async () => {
    const proof = item({ kind: 'DPoPProof' });
    const news = await Promise.all([store, elsewhere, store].map((s) => s.oauth.putOnce(proof)));
    expect(news.filter(Boolean)).toHaveLength(1);
    const old = item({ kind: 'DPoPProof', expiresAt: past() });
    expect([await store.oauth.putOnce(old), await store.oauth.putOnce({ ...old, expiresAt: soon() })]).toEqual([
      true,
      true,
    ]);
    expect(await store.oauth.putOnce(old)).toBe(false);
  });

  it('that nobody can use any more is gone some time later', async () => {
    const old = item({ expiresAt: new Date(Date.now() - 2 * 3_600_000) });
    await store.oauth.put(old);
    const other = await openStore(bench.config);
    await other.oauth.put(item());
    expect(await store.oauth.find(old.kind, old.id)).toBeUndefined();
    await other.close();
  });
});

describe('a token', () => {
  const granted = async (over: object = {}) => {
    const grant = `grant-${++n}`;
    const session = `session-${n}`;
    await store.oauth.put({ kind: 'Grant', id: grant, content: {}, expiresAt: soon(), grant });
    const token = item({ grant, session, ...over });
    await store.oauth.put(token);
    return { token, grant, session };
  };
  const isLive = async (id: string) => (await elsewhere.oauth.liveToken(id)) !== undefined;

  it('is live with its grant and session, or alone', async () => {
    const { token } = await granted();
    expect(await elsewhere.oauth.liveToken(token.id)).toEqual({ kind: 'AccessToken', content: token.content });
    const alone = item({ kind: 'ClientCredentials' });
    await store.oauth.put(alone);
    expect(await isLive(alone.id)).toBe(true);
  });

  it('is none when it is of another kind, unknown or expired', async () => {
    const refresh = item({ kind: 'RefreshToken' });
    await store.oauth.put(refresh);
    const { token } = await granted({ expiresAt: past() });
    for (const id of [refresh.id, token.id, 'unknown', '']) expect(await isLive(id), id).toBe(false);
  });

  it('is over with its grant: revoked, or expired', async () => {
    const one = await granted();
    await store.oauth.remove('Grant', one.grant);
    expect(await isLive(one.token.id)).toBe(false);
    const two = await granted();
    await store.oauth.put({ kind: 'Grant', id: two.grant, content: {}, expiresAt: past(), grant: two.grant });
    expect(await isLive(two.token.id)).toBe(false);
    const three = await granted();
    await store.oauth.removeOfGrant('AccessToken', three.grant);
    expect(await isLive(three.token.id)).toBe(false);
  });

  it('is over with its session, also when it is issued a moment later', async () => {
    const { token, session, grant } = await granted();
    await elsewhere.oauth.endSession(session, soon());
    await elsewhere.oauth.endSession(session, soon());
    expect(await isLive(token.id)).toBe(false);
    const late = item({ grant, session });
    await store.oauth.put(late);
    expect(await isLive(late.id)).toBe(false);
    expect(await store.oauth.find('EndedSession', session)).toBeDefined();
  });
});

describe('Practitioner.id', () => {
  it('is a UUID that is the same everywhere, and says nothing', async () => {
    const id = await store.practitioners.idOf('899700101233');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await elsewhere.practitioners.idOf('899700101233')).toBe(id);
    expect(await store.practitioners.idOf('899700101234')).not.toBe(id);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeys, LEAD_MS, REFRESH_MS } from '../../../server/authorization/provider/keys.ts';
import { loadConfig } from '../../../server/config.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let bench: TestStore;
beforeAll(async () => {
  bench = await openTestStore();
});
afterAll(() => bench.close());
beforeEach(() => bench.database.query('DELETE FROM oauth_key'));

const config = loadConfig({ OAUTH_KEY_DAYS: '10' });
const day = 86_400_000;
/** One instance, with a clock that a test holds. */
function instance(start = new Date('2026-11-28T09:00:00Z')) {
  let at = start.getTime();
  const keys = createKeys(bench.store.oauthKeys, config, () => new Date(at));
  return { keys, pass: (ms: number) => (at += ms) };
}
const kids = ({ jwks }: { jwks: { kid?: string }[] }) => jwks.map((jwk) => jwk.kid);

describe('the keys of the authorization server', () => {
  it('are made once by instances that start at once, and are the same after a restart', async () => {
    const all = await Promise.all([instance(), instance(), instance()].map(({ keys }) => keys()));
    expect(new Set(all.map((k) => k.version)).size).toBe(1);
    expect((await instance().keys()).version).toBe(all[0]!.version);
    const [jwk] = all[0]!.jwks;
    expect(jwk).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', d: expect.any(String) as string });
    expect(all[0]!.cookies).toHaveLength(1);
  });

  it('are changed by themselves: the new one is published first, then signs, then the old one goes', async () => {
    const { keys, pass } = instance();
    const before = await keys();
    pass(10 * day);
    const published = await keys();
    expect(kids(published), 'the old one signs, and both are published').toEqual([kids(before)[0], expect.any(String)]);
    expect(published.cookies[0]).toBe(before.cookies[0]);
    pass(LEAD_MS);
    const signing = await keys();
    expect(kids(signing), 'the new one signs, and the old one is believed').toEqual([
      kids(published)[1],
      kids(before)[0],
    ]);
    expect(signing.cookies).toEqual([published.cookies[1], before.cookies[0]]);
    pass(day + REFRESH_MS);
    expect(kids(await keys())).toEqual([kids(published)[1]]);
  });

  it('are changed once by several instances, and every one of them learns of it', async () => {
    const some = [instance(), instance(), instance()];
    await Promise.all(some.map(({ keys }) => keys()));
    for (const { pass } of some) pass(10 * day);
    const all = await Promise.all(some.map(({ keys }) => keys()));
    expect(new Set(all.map((k) => k.version)).size).toBe(1);
    expect(all[0]!.jwks).toHaveLength(2);
  });

  it('that could not be read are read again at the next request', async () => {
    const { oauthKeys } = bench.store;
    let isDown = true;
    const keys = createKeys(
      { ...oauthKeys, all: () => (isDown ? Promise.reject(new Error('down')) : oauthKeys.all()) },
      config,
      () => new Date(),
    );
    await expect(keys()).rejects.toThrow('down');
    isDown = false;
    expect((await keys()).jwks).toHaveLength(1);
  });
});

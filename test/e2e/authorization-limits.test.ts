/** How much of the authorization server one address, and one client, may have; and what it never starts with. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { createAuthorizationServer } from '../../server/authorization/index.ts';
import { client, neighbours, type Neighbours } from '../support/authorization.ts';
import { Browser } from '../../tools/demo/browser.ts';
import { ask, launch, logIn } from '../support/login.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let events: Neighbours['events'];
const settings = { RATE_LIMIT_LOGIN: '60', RATE_LIMIT_TOKENS: '3', RATE_LIMIT_REFUSED: '4' };
beforeAll(async () => {
  const world = neighbours([client('app'), client('other')]);
  events = world.events;
  const { parts } = world;
  stack = await startStack(settings, {}, { authorization: parts, consents: false });
});
afterAll(() => stack.close());

describe('limits', () => {
  it('of tokens are each client’s own', async () => {
    const { body } = await logIn(stack.base, 'app');
    let refresh = body.refresh_token!;
    const statuses = [];
    for (let i = 0; i < 3; i++) {
      const next = await ask(stack.base, { grant_type: 'refresh_token', client_id: 'app', refresh_token: refresh });
      statuses.push(next.status);
      refresh = next.body.refresh_token ?? refresh;
    }
    expect(statuses).toEqual([200, 200, 429]);
    // What was asked with is not used up by a refusal: a minute later it is good, and nobody takes it for stolen.
    const [left] = await stack.database.query<{ count: string }>(
      `SELECT count(*) FROM oauth_item WHERE kind = 'RefreshToken' AND consumed_at IS NULL`,
    );
    expect(Number(left!.count)).toBe(1);
    expect((await logIn(stack.base, 'other')).status).toBe(200);
  });

  it('of refusals are each address’s, and let pass what is right', async () => {
    const wrong = () => ask(stack.base, { grant_type: 'refresh_token', client_id: 'other', refresh_token: 'guessed' });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await wrong()).status);
    expect(statuses.at(0)).toBe(400);
    const refused = await wrong();
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await logIn(stack.base, 'other')).status).toBe(200);
  });

  it('of guesses at tokens by who proves nothing', async () => {
    const statuses = [];
    for (const endpoint of ['introspect', 'revoke'])
      for (let i = 0; i < 6; i++)
        statuses.push((await ask(stack.base, { client_id: 'other', token: 'guessed' }, { endpoint })).status);
    expect(statuses.at(-1)).toBe(429);
  });

  it('of what a flood of refusals leaves on record: within the limit each, beyond it one a minute', async () => {
    const before = events.length;
    const wrong = () => ask(stack.base, { grant_type: 'refresh_token', client_id: 'other', refresh_token: 'guessed' });
    const answers = [];
    for (let i = 0; i < 20; i++) answers.push((await wrong()).status);
    const within = answers.filter((status) => status === 400).length;
    expect(events.length - before).toBeLessThanOrEqual(within + 1);
  });

  it('of what a flood without tokens leaves on record at the API and the administration', async () => {
    const kept = async (): Promise<number> =>
      Number((await stack.database.query<{ n: string }>('SELECT count(*) AS n FROM kept_record'))[0]!.n);
    const before = await kept();
    const answers = [];
    for (let i = 0; i < 20; i++)
      answers.push(
        (await fetch(`${stack.base}/Patient`)).status,
        (await fetch(`${stack.origin}/admin/structures`)).status,
      );
    const within = answers.filter((status) => status === 401).length;
    expect(within).toBeGreaterThan(0);
    const left = (await kept()) - before;
    expect(left).toBeGreaterThan(within);
    // One more for each of the two doors.
    expect(left).toBeLessThanOrEqual(within + 2);
  });

  it('of logins are each address’s', async () => {
    const browser = new Browser(stack.origin);
    const statuses = [];
    for (let i = 0; i < 61; i++) statuses.push((await browser.fetch(launch(stack.base, 'app').url)).status);
    expect(statuses[0]).toBe(303);
    const page = await browser.go(launch(stack.base, 'app').url);
    expect([page.status, page.html]).toEqual([429, expect.stringContaining('Trop de tentatives')]);
  });
});

describe('production', () => {
  it('has no login without TLS', () => {
    const config = loadConfig({ ENVIRONMENT: 'production', PUBLIC_URL: 'http://fhir.example' });
    const options = { ...neighbours([]).parts, config } as unknown as Parameters<typeof createAuthorizationServer>[0];
    expect(() => createAuthorizationServer(options)).toThrow('PUBLIC_URL');
  });
});

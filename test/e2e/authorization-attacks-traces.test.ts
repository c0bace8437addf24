/**
 * Issue 5, line 5 for line 1: attacks on the authorization server, over real HTTP, with the store, the façade and the DMP's simulator behind it:
 * break-glass, and what a login must leave behind and must not.
 */
import { describe, expect, it, vi } from 'vitest';
import { authorizationServer, documentsOf, P1, P2 } from '../support/authorization-server.ts';
import { leVerger } from '../support/authorization.ts';
import { ask, authorize, codeOf, exchange, launch, logIn } from '../support/login.ts';
import { INS_TEST } from '../support/resources.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { formsOf } from '../../tools/demo/browser.ts';

const { world, stack, issuer, api, newBrowser } = authorizationServer([], { LOG_LEVEL: 'debug' });
const usual = world.psc.who;

describe('break-glass', () => {
  const over = {
    purpose_of_use: 'bris_de_glace',
    scope: 'openid user/Patient.rs user/DocumentReference.rs online_access',
  };
  const traits = { family: 'ROUSSELIN', given: 'ODETTE', birthdate: '1936-04-12' };
  const reason = 'Détresse respiratoire, patient non communicant (cas fictif)';
  const emergency = { emergency: { system: INS_TEST, value: P1, ...traits, reason } };

  it('opens the one patient’s record, for a while, without a refresh token', async () => {
    const { status, body } = await logIn(stack.base, 'app', { over, answers: emergency });
    expect([status, body.refresh_token, body.expires_in <= 1800]).toEqual([200, undefined, true]);
    expect(body.scope).not.toContain('online_access');
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(200);
    const other = await api(documentsOf(P2), body.access_token);
    expect([other.status, JSON.stringify(await other.json())]).toEqual([
      403,
      expect.stringContaining('break-glass-patient'),
    ]);
    expect(world.events.filter((e) => e.kind === 'authorization')).toMatchObject([
      { purpose: 'bris_de_glace', patient: { value: P1 }, person: usual.personId },
    ]);
  });

  it('is asked for anew each time', async () => {
    const browser = newBrowser();
    await logIn(stack.base, 'app', { over, answers: emergency, browser });
    const again = await browser.go(launch(stack.base, 'app', over).url);
    expect(formsOf(again.html)[0]!.action).toMatch(/\/emergency$/);
    const normal = await browser.go(launch(stack.base, 'app', { scope: over.scope, prompt: 'none' }).url);
    expect(normal.url.searchParams.get('error')).toBe('consent_required');
  });

  it.each([
    ['without a reason of substance', { reason: 'urgent urgent urgent' }, 'motif doit dire pourquoi'],
    ['with an INS in the reason', { reason: `${reason} ${P1}` }, 'motif doit dire pourquoi'],
    ['for an INS that is none', { value: '123' }, 'n’est pas valable'],
    ['without the traits', { family: ' ' }, 'nom, le prénom et la date'],
    ['with a day that is none', { birthdate: '12/04/1936' }, 'nom, le prénom et la date'],
  ])('is not given %s', async (_, wrong, says) => {
    const browser = newBrowser();
    const page = await authorize(browser, launch(stack.base, 'app', over));
    const refused = await browser.submit(page, '/emergency', { ...emergency.emergency, ...wrong });
    expect([refused.status, refused.html]).toEqual([400, expect.stringContaining(says)]);
    expect(refused.html).not.toContain(P1);
  });
});

describe('what a login leaves behind', () => {
  it('is on record: who, where, for which app, what for', async () => {
    await logIn(stack.base, 'app', {
      over: { scope: 'launch/patient patient/Patient.rs' },
      answers: { patient: { system: INS_TEST, value: P1 } },
    });
    const common = { client: 'app', outcome: 'success', person: usual.personId };
    const there = { ...common, structure: leVerger, purpose: 'normal' };
    expect(world.events).toMatchObject([
      { kind: 'login', ...common },
      { kind: 'authorization', ...there, patient: { value: P1 }, scope: 'launch/patient patient/Patient.rs' },
      { kind: 'token', ...there, grantType: 'authorization_code', scope: 'launch/patient patient/Patient.rs' },
    ]);
    for (const event of world.events) expect(event.requestId).toMatch(/^[\w-]{36}$/);
  });

  it('is nothing when it cannot be put on record', async () => {
    const request = launch(stack.base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    world.recorder.isFull = true;
    const lost = await exchange(stack.base, 'app', request, code).finally(() => (world.recorder.isFull = false));
    expect([lost.status, lost.body]).toEqual([503, { error: 'temporarily_unavailable' }]);
    world.recorder.isFull = true;
    const place = await newBrowser()
      .go(launch(stack.base, 'app', { aud: 'https://other.example' }).url)
      .finally(() => (world.recorder.isFull = false));
    expect([place.status, place.url.origin]).toEqual([503, stack.origin]);
  });

  it('costs nobody the session when it cannot be put on record: the refresh token is good afterwards', async () => {
    const { refresh_token } = (await logIn(stack.base, 'app')).body;
    const again = () =>
      ask(stack.base, { grant_type: 'refresh_token', client_id: 'app', refresh_token: refresh_token! });
    world.recorder.isFull = true;
    const lost = await again().finally(() => (world.recorder.isFull = false));
    expect([lost.status, lost.body]).toEqual([503, { error: 'temporarily_unavailable' }]);
    const { status, body } = await again();
    expect(status).toBe(200);
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(200);
    expect((await again()).body.error, 'and used up then').toBe('invalid_grant');
  });

  it('is nothing of a logout, a revocation or an introspection either: 503, and no trace of it on standard error', async () => {
    const { browser, body } = await logIn(stack.base, 'app');
    const question = await browser.go(`${issuer()}/logout`);
    const said = vi.spyOn(console, 'error');
    world.recorder.isFull = true;
    try {
      expect((await browser.submit(question, '/logout/confirm', { logout: 'yes' })).status).toBe(503);
      const form = { client_id: 'app', token: 'x'.repeat(43) };
      for (const endpoint of ['revoke', 'introspect'])
        expect((await ask(stack.base, form, { endpoint })).status, endpoint).toBe(503);
      expect(said).not.toHaveBeenCalled();
    } finally {
      world.recorder.isFull = false;
      said.mockRestore();
    }
    // It has ended all the same: what cannot be put on record never leaves more open than it was.
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(401);
  });

  it('are introspections, and what is refused of them, of revocations and of requests by CIBA', async () => {
    for (const endpoint of ['introspect', 'revoke', 'backchannel'])
      await ask(stack.base, { client_id: 'nobody', token: 'x'.repeat(43) }, { endpoint });
    await ask(stack.base, { client_id: 'app', token: 'x'.repeat(43) }, { endpoint: 'introspect' });
    const refused = { outcome: 'refused', reason: 'invalid_client' };
    expect(world.events).toMatchObject([
      { kind: 'introspection', ...refused },
      { kind: 'revocation', ...refused },
      { kind: 'login', ...refused },
      { kind: 'introspection', outcome: 'success', client: 'app' },
    ]);
  });

  it('is no token, code, name or INS in a URL, in the log or in clear in the database', async () => {
    const browser = newBrowser();
    const { body, code } = await logIn(stack.base, 'app', {
      browser,
      over: { scope: 'openid launch/patient patient/DocumentReference.rs online_access' },
      answers: { patient: { system: INS_TEST, value: P1 } },
    });
    await api(documentsOf(P1), body.access_token);
    const here = browser.visited.filter((url) => url.startsWith(stack.origin)).join('\n');
    const rows = await rawRows(stack.database, ['oauth_item', 'oauth_key']);
    for (const secret of [body.access_token, body.refresh_token!, body.id_token!, P1, usual.personId, usual.family]) {
      expect(stack.log()).not.toContain(secret);
      expect(rows).not.toContain(secret);
      expect(here).not.toContain(secret);
    }
    expect(stack.log()).not.toContain(code);
    expect(rows).not.toContain(code);
    expect(rows).not.toContain('PRIVATE');
    expect(stack.log()).toContain('/oauth/interaction/:uid');
  });
});

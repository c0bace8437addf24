/**
 * Issue 5, line 5 for line 1: attacks on the authorization server, over real HTTP, with the store, the façade and the DMP's simulator behind it:
 * the pages of a login, the structures that it is for, and the sessions that it opens.
 */
import { describe, expect, it } from 'vitest';
import type { Situation } from '../../server/authorization/psc/types.ts';
import { authorizationServer, documentsOf, P1 } from '../support/authorization-server.ts';
import { lesTilleuls, leVerger } from '../support/authorization.ts';
import { ask, authorize, codeOf, exchange, launch, logIn, passFake, walk } from '../support/login.ts';
import { Browser, formsOf, linkOf } from '../../tools/demo/browser.ts';

const { world, stack, issuer, api, newBrowser } = authorizationServer([], { LOG_LEVEL: 'debug' });
const usual = world.psc.who;

describe('the pages of a login', () => {
  it('hold no script, and let nobody frame them or send their forms elsewhere', async () => {
    const browser = newBrowser();
    const { html, headers } = await browser.go(launch(stack.base, 'app').url);
    expect(html).not.toMatch(/<script|\son\w+=|javascript:/i);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' https://app.example;");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(html).toContain('<html lang="fr">');
  });

  it('speak English to who prefers it, and write what an app is called as text', async () => {
    const app = world.registered.get('app')!;
    world.registered.set('app', { ...app, name: '<img src=x onerror=alert(1)> & Co' });
    const browser = new Browser(stack.origin, { 'accept-language': 'en' });
    const { html } = await browser.go(launch(stack.base, 'app').url);
    world.registered.set('app', app);
    expect(html).toContain('asks to act for you');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; Co');
  });

  it('set cookies that scripts and other sites do not get', async () => {
    const browser = newBrowser();
    await authorize(browser, launch(stack.base, 'app'));
    expect(browser.seen.length).toBeGreaterThan(3);
    for (const header of browser.seen.filter((c) => !c.includes('expires=Thu, 01 Jan 1970'))) {
      expect(header.toLowerCase(), header).toContain('httponly');
      expect(header.toLowerCase(), header).toContain('samesite=lax');
    }
  });

  it('take no form that did not come from one of them', async () => {
    const browser = newBrowser();
    await browser.go(launch(stack.base, 'app').url);
    const page = await browser.go(browser.visited.at(-1)!);
    const back = await browser.go(passFake((await browser.go(linkOf(page.html)!)).url) as URL);
    const { action } = formsOf(back.html)[0]!;
    for (const fields of [{}, { csrf: '' }, { csrf: 'x'.repeat(43) }] as Record<string, string>[]) {
      const refused = await browser.post(action, fields);
      expect(refused.status).toBe(400);
    }
    const json = await browser.go(action, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(json.status).toBe(400);
    expect((await browser.submit(back, '/consent')).url.searchParams.get('code')).not.toBeNull();
  });

  it('of one browser are not another’s, even with its form', async () => {
    const mine = newBrowser();
    const start = await mine.go(launch(stack.base, 'app').url);
    const back = await mine.go(passFake((await mine.go(linkOf(start.html)!)).url) as URL);
    const theirs = newBrowser();
    const form = formsOf(back.html)[0]!;
    expect((await theirs.go(start.url)).status).toBe(400);
    expect((await theirs.post(form.action, form.fields)).status).toBe(400);
  });

  it('do not let a browser be logged in as somebody else by a link (login CSRF)', async () => {
    const attacker = newBrowser();
    const start = await attacker.go(launch(stack.base, 'app').url);
    const back = passFake((await attacker.go(linkOf(start.html)!)).url) as URL;
    const victim = newBrowser();
    await victim.go(launch(stack.base, 'app').url);
    const place = await victim.go(back);
    expect(place.status).toBe(400);
    expect(place.html).toContain('autre navigateur');
  });

  it('take each return from Pro Santé Connect once, and none that nobody was sent for', async () => {
    const browser = newBrowser();
    const start = await browser.go(launch(stack.base, 'app').url);
    const back = passFake((await browser.go(linkOf(start.html)!)).url) as URL;
    await browser.go(back);
    expect((await browser.go(back)).status).toBe(400);
    expect((await browser.go(`${issuer()}/psc/callback?state=made-up&code=x`)).status).toBe(400);
    expect((await browser.go(`${issuer()}/psc/callback`)).status).toBe(400);
  });

  it('do not let a step be left out', async () => {
    const browser = newBrowser();
    const start = await browser.go(launch(stack.base, 'app', { scope: 'launch/patient patient/Patient.rs' }).url);
    const { fields, action } = formsOf(start.html)[0]!;
    const consent = action.replace(/abort$/, 'consent');
    expect(linkOf((await browser.post(consent, fields)).html), 'who it is').toMatch(/\/login$/);
    const back = await browser.go(passFake((await browser.go(linkOf(start.html)!)).url) as URL);
    expect(formsOf(back.html)[0]!.action).toMatch(/\/patient$/);
    const skipped = await browser.post(consent, formsOf(back.html)[0]!.fields);
    expect(formsOf(skipped.html)[0]!.action, 'which patient').toMatch(/\/patient$/);
  });

  it('change the session’s cookie at the login: one that was planted is worth nothing', async () => {
    const browser = newBrowser();
    browser.cookies.push({ name: 'oauth_session', value: 'planted', path: '/oauth', attributes: '' });
    await authorize(browser, launch(stack.base, 'app'));
    expect(browser.cookies.find((c) => c.name === 'oauth_session')!.value).not.toBe('planted');
  });

  it('send the professional who says no back to the app, with no code', async () => {
    const browser = newBrowser();
    const request = launch(stack.base, 'app');
    const start = await browser.go(request.url);
    const { url } = await browser.submit(start, '/abort');
    expect([url.searchParams.get('error'), url.searchParams.get('state')]).toEqual(['access_denied', request.state]);
    expect(world.events).toMatchObject([
      { kind: 'authorization', outcome: 'refused', reason: 'access_denied', client: 'app' },
    ]);
  });

  it('say that Pro Santé Connect did not, and let it be tried again', async () => {
    world.psc.refuses = 'access_denied';
    const browser = newBrowser();
    const start = await browser.go(launch(stack.base, 'app').url);
    const refused = await browser.go(passFake((await browser.go(linkOf(start.html)!)).url) as URL);
    expect(refused.html).toContain('n’a pas confirmé votre identité');
    expect(world.events).toMatchObject([{ kind: 'login', outcome: 'refused', reason: 'psc-refused', client: 'app' }]);
    world.psc.refuses = undefined;
    expect((await walk(browser, { ...refused, status: 200 })).url.searchParams.get('code')).not.toBeNull();
  });
});

describe('structures', () => {
  const situation = (id: string, structureIds: string[]): Situation => ({ ...usual.situations[0]!, id, structureIds });

  it('are those of the app and of the professional both: else nothing is given, and it is said why', async () => {
    const browser = newBrowser();
    const request = launch(stack.base, 'elsewhere');
    const place = await authorize(browser, request, {});
    expect([place.status, place.html]).toEqual([200, expect.stringContaining('Aucune de vos situations d’exercice')]);
    const { url } = await browser.submit(place, '/abort');
    expect(url.searchParams.get('error')).toBe('access_denied');
    expect(world.events.map((e) => [e.kind, e.outcome, e.reason])).toEqual([
      ['login', 'success', undefined],
      ['authorization', 'refused', 'structure-mismatch'],
      ['authorization', 'refused', 'access_denied'],
    ]);
  });

  it('that have a professional on their list are theirs too, in the situation that they choose', async () => {
    const tilleuls = world.structures.get(lesTilleuls)!;
    world.structures.set(lesTilleuls, { ...tilleuls, professionals: [usual.personId] });
    const place = await authorize(newBrowser(), launch(stack.base, 'elsewhere'));
    world.structures.set(lesTilleuls, tilleuls);
    expect(place.url.searchParams.get('code')).not.toBeNull();
  });

  it('are chosen where there are several, and nothing that was not offered is taken', async () => {
    world.psc.who = { ...usual, situations: [situation('0.0', [leVerger]), situation('1.0', [lesTilleuls])] };
    const browser = newBrowser();
    const request = launch(stack.base, 'both');
    const page = await authorize(browser, request);
    expect(page.html).toContain('EHPAD FICTIF LES TILLEULS');
    const wrong = await browser.submit(page, '/situation', { option: `0.0 ${lesTilleuls}` });
    expect([wrong.status, wrong.html]).toEqual([400, expect.stringContaining('Choisissez une des situations')]);
    const place = await walk(browser, page, { situation: { option: `1.0 ${lesTilleuls}` } });
    const { body } = await exchange(stack.base, 'both', request, codeOf(place));
    // This façade speaks for Le Verger: a token of another structure opens nothing here.
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(403);
    expect(world.events.filter((e) => e.kind === 'token')).toMatchObject([
      { structure: lesTilleuls, person: usual.personId },
    ]);
  });
});

describe('sessions', () => {
  it('ask again for nothing that was agreed to in them, for the same app and no patient', async () => {
    const browser = newBrowser();
    await authorize(browser, launch(stack.base, 'app'));
    const again = await browser.go(launch(stack.base, 'app', { prompt: 'none' }).url);
    expect(again.url.searchParams.get('code')).not.toBeNull();
    const other = await browser.go(launch(stack.base, 'other').url);
    expect(formsOf(other.html)[0]!.action, 'another app asks, without a second login').toMatch(/\/consent$/);
    const more = await browser.go(launch(stack.base, 'app', { prompt: 'none', scope: 'openid user/List.rs' }).url);
    expect(more.url.searchParams.get('error'), 'more than before').toBe('consent_required');
    const patient = await browser.go(launch(stack.base, 'app', { scope: 'launch/patient patient/Patient.rs' }).url);
    expect(formsOf(patient.html)[0]!.action).toMatch(/\/patient$/);
  });

  it('are needed where the app says that nobody may be asked', async () => {
    const { url } = await newBrowser().go(launch(stack.base, 'app', { prompt: 'none' }).url);
    expect(url.searchParams.get('error')).toBe('login_required');
  });

  it('are left out where the app wants a new login', async () => {
    const browser = newBrowser();
    await authorize(browser, launch(stack.base, 'app'));
    const again = await browser.go(launch(stack.base, 'app', { prompt: 'login' }).url);
    expect(linkOf(again.html)).toMatch(/\/login$/);
  });

  it('of one person end when another logs in in the same browser, with what they gave', async () => {
    const first = await logIn(stack.base, 'app');
    world.psc.who = { ...usual, personId: '899700307715', family: 'ROBIN', sub: 'f:x:899700307715' };
    const request = launch(stack.base, 'app', { prompt: 'login' });
    const confirm = await authorize(first.browser, request);
    // A page of oidc-provider's that a script sends; its policy lets that script run.
    expect(confirm.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'/);
    const place = await first.browser.post(formsOf(confirm.html)[0]!.action, formsOf(confirm.html)[0]!.fields);
    expect(place.url.searchParams.get('code')).not.toBeNull();
    expect((await api(documentsOf(P1), first.body.access_token)).status).toBe(401);
    expect((await exchange(stack.base, 'app', request, codeOf(place))).status).toBe(200);
  });

  it('end here and at Pro Santé Connect, and everything that was given in them with them', async () => {
    const browser = newBrowser();
    const one = await logIn(stack.base, 'app', { browser });
    const two = await logIn(stack.base, 'other', { browser });
    const url = new URL(`${issuer()}/logout`);
    url.search = new URLSearchParams({
      id_token_hint: one.body.id_token!,
      post_logout_redirect_uri: 'https://app.example/bye',
      state: 'see-you',
    }).toString();
    const question = await browser.go(url);
    expect(question.html).toContain('Se déconnecter');
    expect((await api(documentsOf(P1), one.body.access_token)).status, 'asked first').toBe(200);
    const away = await browser.submit(question, '/logout/confirm', { logout: 'yes' });
    expect(away.url.origin).toBe('https://psc.example');
    for (const { body } of [one, two]) expect((await api(documentsOf(P1), body.access_token)).status).toBe(401);
    const refreshed = await ask(stack.base, {
      grant_type: 'refresh_token',
      client_id: 'other',
      refresh_token: two.body.refresh_token!,
    });
    expect(refreshed.body.error).toBe('invalid_grant');
    const back = await browser.go(away.url.searchParams.get('post_logout_redirect_uri')!);
    expect(back.url.href).toBe('https://app.example/bye?state=see-you');
    expect(world.events.filter((e) => e.kind === 'logout')).toMatchObject([
      { person: usual.personId, outcome: 'success' },
    ]);
    const next = await browser.go(launch(stack.base, 'app', { prompt: 'none' }).url);
    expect(next.url.searchParams.get('error')).toBe('login_required');
  });

  it('lead to no address that an app has not registered for it', async () => {
    const { body, browser } = await logIn(stack.base, 'app');
    const url = new URL(`${issuer()}/logout`);
    url.search = new URLSearchParams({
      id_token_hint: body.id_token!,
      post_logout_redirect_uri: 'https://evil.example/',
    }).toString();
    const refused = await browser.go(url);
    expect([refused.status, refused.url.origin]).toEqual([400, stack.origin]);
  });
});

/**
 * Issue 5, line 5 for line 1: attacks on the authorization server, its pages and its tokens, and what a login must not leave behind; real HTTP, with the store, the
 * façade and the DMP's simulator behind it.
 */
import { randomUUID, createHash } from 'node:crypto';
import http from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { Situation } from '../../server/authorization/psc/types.ts';
import { client, lesTilleuls, leVerger, neighbours, redirectUri, type Neighbours } from '../support/authorization.ts';
import { Browser, formsOf, linkOf } from '../../tools/demo/browser.ts';
import { ask, authorize, codeOf, exchange, launch, logIn, passFake, walk } from '../support/login.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { rawRows } from '../support/rows-at-rest.ts';
import { startStack, type Stack } from '../support/stack.ts';

let world: Neighbours;
let stack: Stack;
let base: string;
beforeAll(async () => {
  world = neighbours([
    client('app'),
    client('other'),
    client('elsewhere', { structures: [lesTilleuls] }),
    client('both', { structures: [leVerger, lesTilleuls] }),
    client('bound', { dpopRequired: true }),
  ]);
  stack = await startStack({ LOG_LEVEL: 'debug' }, {}, { authorization: world.parts });
  base = stack.base;
}, 60_000);
afterAll(() => stack.close());
const doctor = () => world.psc.who;
let usual: Neighbours['psc']['who'];
beforeAll(() => (usual = doctor()));
beforeEach(() => {
  world.psc.who = usual;
  world.psc.refuses = undefined;
  world.events.length = 0;
});

const issuer = (): string => base.replace(/fhir$/, 'oauth');
const documentsOf = (ins: string) =>
  `/DocumentReference?status=current&patient.identifier=${encodeURIComponent(`${INS_TEST}|${ins}`)}`;
const api = (path: string, token: string, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json', ...headers },
  });
const P1 = patients.P1.ins;
const P2 = patients.P2.ins;
const newBrowser = () => new Browser(stack.origin);

describe('redirects', () => {
  it.each([
    ['another host', 'https://evil.example/callback'],
    ['below it', `${redirectUri}/more`],
    ['its parent', 'https://app.example/'],
    ['with a query', `${redirectUri}?next=https://evil.example`],
    ['with a fragment', `${redirectUri}#x`],
    ['in capitals', 'https://APP.example/callback'],
    ['on another port', 'https://app.example:8443/callback'],
    ['without TLS', 'http://app.example/callback'],
    ['with a user in front', 'https://app.example@evil.example/callback'],
    ['by a way round', 'https://app.example/x/../callback'],
    ['a script', 'javascript:alert(1)'],
  ])('never lead to what is not registered, character by character: %s', async (_, uri) => {
    const place = await newBrowser().go(launch(base, 'app', { redirect_uri: uri }).url);
    expect(place.url.origin).toBe(stack.origin);
    expect(place.status).toBe(400);
    expect(place.html).not.toContain('evil');
    expect(place.html).not.toContain('alert(1)');
  });

  it('of an app that nobody knows end on a page that says so, and repeats nothing', async () => {
    const place = await newBrowser().go(launch(base, '<script>x</script>').url);
    expect([place.status, place.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(place.html).toContain('n’est pas connue de ce serveur');
    expect(place.html).not.toContain('<script');
  });

  it('to the token endpoint hold too: a code is good with the address that it was given for', async () => {
    const request = launch(base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    const { status, body } = await exchange(base, 'app', request, code, { redirect_uri: 'https://app.example/other' });
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });
});

describe('codes', () => {
  it('are good once; shown again, what they gave is gone', async () => {
    const { body, code, launch: request } = await logIn(base, 'app');
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(200);
    const again = await exchange(base, 'app', request, code);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(401);
    const refreshed = await ask(base, {
      grant_type: 'refresh_token',
      client_id: 'app',
      refresh_token: body.refresh_token!,
    });
    expect(refreshed.body.error).toBe('invalid_grant');
  });

  it('are redeemed by one of many at once', async () => {
    const request = launch(base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    const answers = await Promise.all(Array.from({ length: 6 }, () => exchange(base, 'app', request, code)));
    expect(answers.filter((a) => a.status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.filter((a) => a.body.error === 'invalid_grant').length).toBeGreaterThanOrEqual(5);
  });

  it('injected into another app, or into another login of the same, are worth nothing', async () => {
    const mine = launch(base, 'app');
    const code = codeOf(await authorize(newBrowser(), mine));
    const stolen = await exchange(base, 'other', mine, code);
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
    const injected = await exchange(base, 'app', launch(base, 'app'), code);
    expect([injected.status, injected.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('are not got by leaving the verifier out, or by sending the challenge in its place', async () => {
    const request = launch(base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    const challenge = request.url.searchParams.get('code_challenge')!;
    for (const verifier of ['', challenge]) {
      const { body } = await exchange(base, 'app', { ...request, verifier }, code);
      expect(body.error).toBe('invalid_grant');
    }
  });
});

describe('another host', () => {
  /** As only a client of its own makes it: Node's fetch says the true Host. */
  const raw = (path: string, headers: Record<string, string>): Promise<{ location?: string; body: string }> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(base);
      http
        .get({ hostname, port, path, headers }, (answer) => {
          let body = '';
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
          answer.on('end', () =>
            resolve({ body, ...(answer.headers.location ? { location: answer.headers.location } : {}) }),
          );
        })
        .on('error', reject);
    });
  const forged = [
    { host: 'evil.example' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    { forwarded: 'host=evil.example;proto=https' },
  ];

  it.each(forged)('in the headers changes nothing: %j', async (headers) => {
    for (const path of [
      '/oauth/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/oauth',
      '/fhir/.well-known/smart-configuration',
      '/fhir/metadata',
    ])
      expect((await raw(path, headers as never)).body, path).not.toContain('evil');
    const { pathname, search } = launch(base, 'app').url;
    const { location } = await raw(`${pathname}${search}`, headers as never);
    expect(location).toMatch(/^\/oauth\/interaction\/[\w-]+$/);
  });

  it('in the request line changes nothing', async () => {
    const path = 'http://evil.example/oauth/.well-known/openid-configuration';
    const { body } = await raw(path, { host: 'evil.example' });
    expect(JSON.parse(body)).toMatchObject({ issuer: issuer(), token_endpoint: `${issuer()}/token` });
  });

  it('is not sent to by the pages, nor kept for later', async () => {
    const { pathname, search } = launch(base, 'app').url;
    const browser = newBrowser();
    browser.headers['x-forwarded-host'] = 'evil.example';
    const place = await walk(browser, await browser.go(`${pathname}${search}`));
    expect(place.url.origin).toBe('https://app.example');
    expect(browser.visited.join(' ')).not.toContain('evil');
  });
});

describe('the pages of a login', () => {
  it('hold no script, and let nobody frame them or send their forms elsewhere', async () => {
    const browser = newBrowser();
    const { html, headers } = await browser.go(launch(base, 'app').url);
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
    const { html } = await browser.go(launch(base, 'app').url);
    world.registered.set('app', app);
    expect(html).toContain('asks to act for you');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; Co');
  });

  it('set cookies that scripts and other sites do not get', async () => {
    const browser = newBrowser();
    await authorize(browser, launch(base, 'app'));
    expect(browser.seen.length).toBeGreaterThan(3);
    for (const header of browser.seen.filter((c) => !c.includes('expires=Thu, 01 Jan 1970'))) {
      expect(header.toLowerCase(), header).toContain('httponly');
      expect(header.toLowerCase(), header).toContain('samesite=lax');
    }
  });

  it('take no form that did not come from one of them', async () => {
    const browser = newBrowser();
    await browser.go(launch(base, 'app').url);
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
    const start = await mine.go(launch(base, 'app').url);
    const back = await mine.go(passFake((await mine.go(linkOf(start.html)!)).url) as URL);
    const theirs = newBrowser();
    const form = formsOf(back.html)[0]!;
    expect((await theirs.go(start.url)).status).toBe(400);
    expect((await theirs.post(form.action, form.fields)).status).toBe(400);
  });

  it('do not let a browser be logged in as somebody else by a link (login CSRF)', async () => {
    const attacker = newBrowser();
    const start = await attacker.go(launch(base, 'app').url);
    const back = passFake((await attacker.go(linkOf(start.html)!)).url) as URL;
    const victim = newBrowser();
    await victim.go(launch(base, 'app').url);
    const place = await victim.go(back);
    expect(place.status).toBe(400);
    expect(place.html).toContain('autre navigateur');
  });

  it('take each return from Pro Santé Connect once, and none that nobody was sent for', async () => {
    const browser = newBrowser();
    const start = await browser.go(launch(base, 'app').url);
    const back = passFake((await browser.go(linkOf(start.html)!)).url) as URL;
    await browser.go(back);
    expect((await browser.go(back)).status).toBe(400);
    expect((await browser.go(`${issuer()}/psc/callback?state=made-up&code=x`)).status).toBe(400);
    expect((await browser.go(`${issuer()}/psc/callback`)).status).toBe(400);
  });

  it('do not let a step be left out', async () => {
    const browser = newBrowser();
    const start = await browser.go(launch(base, 'app', { scope: 'launch/patient patient/Patient.rs' }).url);
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
    await authorize(browser, launch(base, 'app'));
    expect(browser.cookies.find((c) => c.name === 'oauth_session')!.value).not.toBe('planted');
  });

  it('send the professional who says no back to the app, with no code', async () => {
    const browser = newBrowser();
    const request = launch(base, 'app');
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
    const start = await browser.go(launch(base, 'app').url);
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
    const request = launch(base, 'elsewhere');
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
    const place = await authorize(newBrowser(), launch(base, 'elsewhere'));
    world.structures.set(lesTilleuls, tilleuls);
    expect(place.url.searchParams.get('code')).not.toBeNull();
  });

  it('are chosen where there are several, and nothing that was not offered is taken', async () => {
    world.psc.who = { ...usual, situations: [situation('0.0', [leVerger]), situation('1.0', [lesTilleuls])] };
    const browser = newBrowser();
    const request = launch(base, 'both');
    const page = await authorize(browser, request);
    expect(page.html).toContain('EHPAD FICTIF LES TILLEULS');
    const wrong = await browser.submit(page, '/situation', { option: `0.0 ${lesTilleuls}` });
    expect([wrong.status, wrong.html]).toEqual([400, expect.stringContaining('Choisissez une des situations')]);
    const place = await walk(browser, page, { situation: { option: `1.0 ${lesTilleuls}` } });
    const { body } = await exchange(base, 'both', request, codeOf(place));
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
    await authorize(browser, launch(base, 'app'));
    const again = await browser.go(launch(base, 'app', { prompt: 'none' }).url);
    expect(again.url.searchParams.get('code')).not.toBeNull();
    const other = await browser.go(launch(base, 'other').url);
    expect(formsOf(other.html)[0]!.action, 'another app asks, without a second login').toMatch(/\/consent$/);
    const more = await browser.go(launch(base, 'app', { prompt: 'none', scope: 'openid user/List.rs' }).url);
    expect(more.url.searchParams.get('error'), 'more than before').toBe('consent_required');
    const patient = await browser.go(launch(base, 'app', { scope: 'launch/patient patient/Patient.rs' }).url);
    expect(formsOf(patient.html)[0]!.action).toMatch(/\/patient$/);
  });

  it('are needed where the app says that nobody may be asked', async () => {
    const { url } = await newBrowser().go(launch(base, 'app', { prompt: 'none' }).url);
    expect(url.searchParams.get('error')).toBe('login_required');
  });

  it('are left out where the app wants a new login', async () => {
    const browser = newBrowser();
    await authorize(browser, launch(base, 'app'));
    const again = await browser.go(launch(base, 'app', { prompt: 'login' }).url);
    expect(linkOf(again.html)).toMatch(/\/login$/);
  });

  it('of one person end when another logs in in the same browser, with what they gave', async () => {
    const first = await logIn(base, 'app');
    world.psc.who = { ...usual, personId: '899700307715', family: 'ROBIN', sub: 'f:x:899700307715' };
    const request = launch(base, 'app', { prompt: 'login' });
    const confirm = await authorize(first.browser, request);
    // A page of oidc-provider's that a script sends; its policy lets that script run.
    expect(confirm.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'/);
    const place = await first.browser.post(formsOf(confirm.html)[0]!.action, formsOf(confirm.html)[0]!.fields);
    expect(place.url.searchParams.get('code')).not.toBeNull();
    expect((await api(documentsOf(P1), first.body.access_token)).status).toBe(401);
    expect((await exchange(base, 'app', request, codeOf(place))).status).toBe(200);
  });

  it('end here and at Pro Santé Connect, and everything that was given in them with them', async () => {
    const browser = newBrowser();
    const one = await logIn(base, 'app', { browser });
    const two = await logIn(base, 'other', { browser });
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
    const refreshed = await ask(base, {
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
    const next = await browser.go(launch(base, 'app', { prompt: 'none' }).url);
    expect(next.url.searchParams.get('error')).toBe('login_required');
  });

  it('lead to no address that an app has not registered for it', async () => {
    const { body, browser } = await logIn(base, 'app');
    const url = new URL(`${issuer()}/logout`);
    url.search = new URLSearchParams({
      id_token_hint: body.id_token!,
      post_logout_redirect_uri: 'https://evil.example/',
    }).toString();
    const refused = await browser.go(url);
    expect([refused.status, refused.url.origin]).toEqual([400, stack.origin]);
  });
});

describe('break-glass', () => {
  const over = {
    purpose_of_use: 'bris_de_glace',
    scope: 'openid user/Patient.rs user/DocumentReference.rs online_access',
  };
  const traits = { family: 'ROUSSELIN', given: 'ODETTE', birthdate: '1936-04-12' };
  const reason = 'Détresse respiratoire, patient non communicant (cas fictif)';
  const emergency = { emergency: { system: INS_TEST, value: P1, ...traits, reason } };

  it('opens the one patient’s record, for a while, without a refresh token', async () => {
    const { status, body } = await logIn(base, 'app', { over, answers: emergency });
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
    await logIn(base, 'app', { over, answers: emergency, browser });
    const again = await browser.go(launch(base, 'app', over).url);
    expect(formsOf(again.html)[0]!.action).toMatch(/\/emergency$/);
    const normal = await browser.go(launch(base, 'app', { scope: over.scope, prompt: 'none' }).url);
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
    const page = await authorize(browser, launch(base, 'app', over));
    const refused = await browser.submit(page, '/emergency', { ...emergency.emergency, ...wrong });
    expect([refused.status, refused.html]).toEqual([400, expect.stringContaining(says)]);
    expect(refused.html).not.toContain(P1);
  });
});

describe('DPoP', () => {
  let key: CryptoKey;
  let jwk: JWK;
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    key = pair.privateKey;
    jwk = await exportJWK(pair.publicKey);
  });
  const proof = (
    htm: string,
    htu: string,
    token?: string,
    over: { claims?: Record<string, unknown>; header?: Record<string, unknown>; iat?: number; key?: CryptoKey } = {},
  ) =>
    new SignJWT({
      ...{ htm, htu, jti: randomUUID() },
      ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
      ...over.claims,
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...over.header })
      .setIssuedAt(over.iat)
      .sign(over.key ?? key);
  async function bound() {
    const request = launch(base, 'bound');
    const code = codeOf(await authorize(newBrowser(), request));
    const form = {
      ...{ grant_type: 'authorization_code', client_id: 'bound', code, redirect_uri: redirectUri },
      code_verifier: request.verifier,
    };
    const answer = await ask(base, form, { headers: { dpop: await proof('POST', `${issuer()}/token`) } });
    expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP']);
    return answer.body.access_token;
  }
  const call = async (token: string, dpop: string | undefined, scheme = 'DPoP') => {
    const answer = await fetch(`${base}${documentsOf(P1)}`, {
      headers: {
        authorization: `${scheme} ${token}`,
        accept: 'application/fhir+json',
        ...(dpop === undefined ? {} : { dpop }),
      },
    });
    const row = /"code":"(token-[\w-]+|scope-[\w-]+)"/.exec(await answer.text())?.[1];
    return [answer.status, row, answer.headers.get('www-authenticate')?.split(' ')[0]];
  };
  const documents = () => `${base}/DocumentReference`;

  it('lets a bound token be used with a fresh proof of its key, once', async () => {
    const token = await bound();
    const good = await proof('GET', documents(), token);
    expect(await call(token, good)).toEqual([200, undefined, undefined]);
    expect(await call(token, good), 'again').toEqual([401, 'token-proof-invalid', 'DPoP']);
  });

  it('lets it be used in no other way', async () => {
    const token = await bound();
    const stranger = await generateKeyPair('ES256', { extractable: true });
    const strangers = { key: stranger.privateKey, header: { jwk: await exportJWK(stranger.publicKey) } };
    const old = Math.floor(Date.now() / 1000) - 300;
    const refused = [401, 'token-proof-invalid', 'DPoP'];
    expect(await call(token, undefined)).toEqual([401, 'token-proof-missing', 'DPoP']);
    expect(await call(token, await proof('GET', documents(), token), 'Bearer')).toEqual([
      401,
      'token-proof-missing',
      'DPoP',
    ]);
    expect(await call(token, await proof('POST', documents(), token))).toEqual(refused);
    expect(await call(token, await proof('GET', `${base}/List`, token))).toEqual(refused);
    expect(await call(token, await proof('GET', 'https://evil.example/fhir/DocumentReference', token))).toEqual(
      refused,
    );
    expect(await call(token, await proof('GET', documents(), 'another token'))).toEqual(refused);
    expect(await call(token, await proof('GET', documents()))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { iat: old }))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { iat: old + 600 }))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, strangers))).toEqual(refused);
    expect(
      await call(token, await proof('GET', documents(), token, { header: { jwk: await exportJWK(key) } })),
    ).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { header: { typ: 'JWT' } }))).toEqual(refused);
    expect(await call(token, await proof('GET', documents(), token, { claims: { jti: '' } }))).toEqual(refused);
    expect(await call(token, 'garbage')).toEqual(refused);
  });

  it('is not taken for a token that is not bound', async () => {
    const { access_token } = (await logIn(base, 'app')).body;
    const refused = await call(access_token, await proof('GET', documents(), access_token));
    expect(refused.slice(0, 2)).toEqual([401, 'token-invalid']);
  });

  it('is demanded of clients that are registered with it', async () => {
    const request = launch(base, 'bound');
    const code = codeOf(await authorize(newBrowser(), request));
    const { status, body } = await exchange(base, 'bound', request, code);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });
});

describe('what a login leaves behind', () => {
  it('is on record: who, where, for which app, what for', async () => {
    await logIn(base, 'app', {
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
    const request = launch(base, 'app');
    const code = codeOf(await authorize(newBrowser(), request));
    world.recorder.isFull = true;
    const lost = await exchange(base, 'app', request, code).finally(() => (world.recorder.isFull = false));
    expect([lost.status, lost.body]).toEqual([503, { error: 'temporarily_unavailable' }]);
    world.recorder.isFull = true;
    const place = await newBrowser()
      .go(launch(base, 'app', { aud: 'https://other.example' }).url)
      .finally(() => (world.recorder.isFull = false));
    expect([place.status, place.url.origin]).toEqual([503, stack.origin]);
  });

  it('costs nobody the session when it cannot be put on record: the refresh token is good afterwards', async () => {
    const { refresh_token } = (await logIn(base, 'app')).body;
    const again = () => ask(base, { grant_type: 'refresh_token', client_id: 'app', refresh_token: refresh_token! });
    world.recorder.isFull = true;
    const lost = await again().finally(() => (world.recorder.isFull = false));
    expect([lost.status, lost.body]).toEqual([503, { error: 'temporarily_unavailable' }]);
    const { status, body } = await again();
    expect(status).toBe(200);
    expect((await api(documentsOf(P1), body.access_token)).status).toBe(200);
    expect((await again()).body.error, 'and used up then').toBe('invalid_grant');
  });

  it('is nothing of a logout, a revocation or an introspection either: 503, and no trace of it on standard error', async () => {
    const { browser, body } = await logIn(base, 'app');
    const question = await browser.go(`${issuer()}/logout`);
    const said = vi.spyOn(console, 'error');
    world.recorder.isFull = true;
    try {
      expect((await browser.submit(question, '/logout/confirm', { logout: 'yes' })).status).toBe(503);
      const form = { client_id: 'app', token: 'x'.repeat(43) };
      for (const endpoint of ['revoke', 'introspect'])
        expect((await ask(base, form, { endpoint })).status, endpoint).toBe(503);
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
      await ask(base, { client_id: 'nobody', token: 'x'.repeat(43) }, { endpoint });
    await ask(base, { client_id: 'app', token: 'x'.repeat(43) }, { endpoint: 'introspect' });
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
    const { body, code } = await logIn(base, 'app', {
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

/** The authorization endpoint and the login page: what is refused, and where the refusal goes. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { Browser } from './support/browser.ts';
import { authorizationUrl, getCode, people, redirectUri, pscOfTests } from './support/psc.ts';

const psc = pscOfTests();

const open = (changes: Record<string, string | undefined>, browser = new Browser()) =>
  browser.open(authorizationUrl(psc, changes));

describe('is shown, and sent nowhere, that', () => {
  it.each<[string, Record<string, string | undefined>]>([
    ['the client is unknown', { client_id: 'nobody' }],
    ['there is no client', { client_id: undefined }],
    ['there is no redirect URI', { redirect_uri: undefined }],
    ['the redirect URI is another', { redirect_uri: 'https://elsewhere.invalid/oauth/psc/callback' }],
    ['its path is another', { redirect_uri: `${redirectUri}/more` }],
    ['it has a query', { redirect_uri: `${redirectUri}?a=b` }],
    ['it has a fragment', { redirect_uri: `${redirectUri}#a` }],
    ['its host only begins so', { redirect_uri: 'http://localhost:80@elsewhere.invalid/oauth/psc/callback' }],
    ['it is exact for another client', { client_id: 'jwt-client', redirect_uri: redirectUri.replace('8080', '8081') }],
  ])('%s', async (_, changes) => {
    const { status, location, html } = await open(changes);
    expect([status, location]).toEqual([400, undefined]);
    expect(html).toMatch(/role="alert"/);
  });
});

it('the demonstration’s client may be at any port of this machine', async () => {
  for (const uri of ['http://localhost:1234/oauth/psc/callback', 'http://127.0.0.1:80/oauth/psc/callback'])
    expect((await open({ redirect_uri: uri })).status).toBe(200);
});

describe('goes back to the client, with state and issuer, that', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['response_type is absent', { response_type: undefined }, 'invalid_request'],
    ['response_type is token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type is hybrid', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['response_mode is fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['a request object is given', { request: 'eyJ' }, 'request_not_supported'],
    ['a request URI is given', { request_uri: 'urn:x' }, 'request_uri_not_supported'],
    ['openid is not asked for', { scope: 'scope_all' }, 'invalid_scope'],
    ['scope_all is not asked for', { scope: 'openid profile' }, 'invalid_scope'],
    ['a scope is unknown', { scope: 'openid scope_all dmp' }, 'invalid_scope'],
    ['scope is absent', { scope: undefined }, 'invalid_request'],
    ['acr_values is absent', { acr_values: undefined }, 'invalid_request'],
    ['acr_values is another', { acr_values: 'eidas2' }, 'invalid_request'],
    ['nonce is absent', { nonce: undefined }, 'invalid_request'],
    ['the method of PKCE is plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['the method of PKCE is not said', { code_challenge_method: undefined }, 'invalid_request'],
    ['PKCE has no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['the challenge is no hash', { code_challenge: 'short' }, 'invalid_request'],
    ['prompt is unknown', { prompt: 'create' }, 'invalid_request'],
    ['prompt contradicts itself', { prompt: 'none login' }, 'invalid_request'],
    ['nobody is logged in', { prompt: 'none' }, 'login_required'],
  ])('%s', async (_, changes, error) => {
    const { status, location } = await open(changes);
    expect([status, location?.origin, location?.pathname]).toEqual([
      303,
      'http://localhost:8080',
      '/oauth/psc/callback',
    ]);
    expect(Object.fromEntries(location!.searchParams)).toEqual({
      state: 'state-1',
      error,
      error_description: expect.stringMatching(/.{10}/),
      iss: psc.issuer,
    });
  });

  it('there is no state', async () => {
    const { location } = await open({ state: undefined });
    expect([location?.searchParams.get('error'), location?.searchParams.has('state')]).toEqual([
      'invalid_request',
      false,
    ]);
  });
  it('max_age is no number, for whoever is logged in', async () => {
    const browser = new Browser();
    await getCode(psc, people.maurel, {}, browser);
    expect((await open({ max_age: '-1' }, browser)).location?.searchParams.get('error')).toBe('invalid_request');
  });
  it('a parameter stands twice', async () => {
    const { location } = await new Browser().open(`${authorizationUrl(psc)}&scope=openid`);
    expect(location?.searchParams.get('error')).toBe('invalid_request');
  });
  it.each([
    ['refuse', 'access_denied'],
    ['expire', 'temporarily_unavailable'],
  ])('the professional answered “%s”', async (action, error) => {
    const back = await new Browser().logIn(authorizationUrl(psc), people.maurel, action);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error, state: 'state-1', iss: psc.issuer });
    expect(back.searchParams.has('code')).toBe(false);
  });
});

it('state and nonce are not asked for where the setting says so', async () => {
  await psc.control('POST', 'settings', { requireNonce: false });
  expect((await open({ state: undefined, nonce: undefined })).status).toBe(200);
});

it('takes a request that is posted', async () => {
  const url = new URL(authorizationUrl(psc));
  const body = new URLSearchParams(url.search);
  expect((await new Browser().open(`${url.origin}${url.pathname}`, { method: 'POST', body })).status).toBe(200);
});

describe('the login page', () => {
  it('lists the professionals, in French, and runs nothing', async () => {
    const { html, headers } = await open({});
    expect(html).toContain('<html lang="fr">');
    for (const name of ['HÉLÈNE MAUREL', 'YANN LE BIHAN', 'SOLÈNE ROUVIÈRE', 'BENOÎT FAUCONNET', 'CLAIRE ARSENAULT'])
      expect(html).toContain(name);
    expect(html).not.toMatch(/<script|\son\w+=|javascript:/i);
    const style = /<style>([^]*?)<\/style>/.exec(html)![1]!;
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('cache-control')).toBe('no-store');
    // Each field has its label, the group its legend.
    expect(html.match(/<label><input type="radio"/g)).toHaveLength(7);
    expect(html).toMatch(/<fieldset><legend>/);
  });

  const submitted = async (chosen: Record<string, string>, headers: Record<string, string> = {}) => {
    const browser = new Browser();
    const url = authorizationUrl(psc);
    const { html } = await browser.open(url);
    return browser.submit(url, html, chosen, headers);
  };
  it('says that the answer came from another device, and waits', async () => {
    const { status, location, html } = await submitted({ action: 'other-device' });
    expect([status, location]).toEqual([200, undefined]);
    expect(html).toMatch(/role="alert">Cet appareil/);
  });
  it.each([{ action: 'login' }, { action: 'login', person: 'nobody' }, { person: people.maurel }])(
    'asks again after %o',
    async (chosen) => {
      const { location, html } = await submitted(chosen as Record<string, string>);
      expect([location, html.includes('role="alert"')]).toEqual([undefined, true]);
    },
  );
  it('is answered from its own origin only', async () => {
    const chosen = { action: 'login', person: people.maurel };
    expect(await submitted(chosen, { origin: 'http://attacker.invalid' })).toMatchObject({ status: 400 });
    expect(await submitted(chosen)).toMatchObject({ status: 303 });
  });
  it('is answered in the browser that opened it only', async () => {
    const url = authorizationUrl(psc);
    const { html } = await new Browser().open(url);
    const other = new Browser();
    await other.open(url);
    const answered = await other.submit(url, html, { action: 'login', person: people.maurel });
    expect([answered.status, answered.location]).toEqual([400, undefined]);
  });
  it('is answered once, and not too late', async () => {
    const browser = new Browser();
    const url = authorizationUrl(psc);
    const { html } = await browser.open(url);
    const chosen = { action: 'login', person: people.maurel };
    expect((await browser.submit(url, html, chosen)).status).toBe(303);
    expect((await browser.submit(url, html, chosen)).status).toBe(400);
    const late = new Browser();
    const page = await late.open(url);
    await psc.control('POST', 'clock', { aheadSeconds: 600 });
    expect((await late.submit(url, page.html, chosen)).status).toBe(400);
  });
});

describe('who is logged in', () => {
  const loggedIn = async () => {
    const browser = new Browser();
    await getCode(psc, people.maurel, {}, browser);
    return browser;
  };
  const isAsked = async (browser: Browser, changes = {}) => (await open(changes, browser)).status === 200;

  it('is not asked again, by any client, with or without prompt=none', async () => {
    const browser = await loggedIn();
    for (const changes of [{}, { prompt: 'none' }, { client_id: 'jwt-client' }]) {
      const { location } = await open(changes, browser);
      expect(location?.searchParams.get('code')).toMatch(/^[\w-]{43}$/);
    }
  });
  it('is asked again when the client says so, and by another browser', async () => {
    const browser = await loggedIn();
    expect(await isAsked(browser, { prompt: 'login' })).toBe(true);
    expect(await isAsked(browser, { prompt: 'select_account' })).toBe(true);
    await psc.control('POST', 'clock', { aheadSeconds: 100 });
    expect(await isAsked(browser, { max_age: '99' })).toBe(true);
    expect(await isAsked(browser, { max_age: '200' })).toBe(false);
    expect(await isAsked(new Browser())).toBe(true);
  });
  it('is asked again after half an hour without use', async () => {
    const browser = await loggedIn();
    await psc.control('POST', 'clock', { aheadSeconds: 1790 });
    expect(await isAsked(browser)).toBe(false);
    await psc.control('POST', 'clock', { aheadSeconds: 1790 + 1790 });
    expect(await isAsked(browser)).toBe(false);
    await psc.control('POST', 'clock', { aheadSeconds: 1790 + 1790 + 1800 });
    expect(await isAsked(browser)).toBe(true);
  });
  it('is asked again after four hours of use', async () => {
    const browser = await loggedIn();
    for (let at = 0; at < 14_400; at += 1500) {
      await psc.control('POST', 'clock', { aheadSeconds: at });
      expect(await isAsked(browser), String(at)).toBe(false);
    }
    await psc.control('POST', 'clock', { aheadSeconds: 14_400 });
    expect(await isAsked(browser)).toBe(true);
  });
});

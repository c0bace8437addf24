/** CIBA at the stand-in of Pro Santé Connect: poll mode, and the e-CPS. */
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';

import { Browser } from './support/browser.ts';
import { basic, people, post, pscOfTests } from './support/psc.ts';

const psc = pscOfTests();

const request = (changes: Record<string, string | undefined> = {}, by = basic()) => {
  const all: Record<string, string | undefined> = {
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    login_hint: people.leBihan,
    binding_message: '42',
    channel: 'MOBILE',
    ...changes,
  };
  const form = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return post(psc, 'ext/ciba/auth', form, by);
};
const start = async () => String((await request()).json['auth_req_id']);
const poll = (auth_req_id: string, by = basic()) =>
  post(psc, 'token', { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id }, by);
const ahead = (aheadSeconds: number) => psc.control('POST', 'clock', { aheadSeconds });
const decide = (decision: string, more = { person: people.leBihan } as Record<string, string>) =>
  psc.control('POST', 'ciba', { decision, ...more });

it('tells where it stands: pending, then tokens, once', async () => {
  const begun = await request();
  expect(begun).toMatchObject({ status: 200, json: { expires_in: 120, interval: 5 } });
  const id = String(begun.json['auth_req_id']);
  expect(await poll(id)).toMatchObject({ status: 400, json: { error: 'authorization_pending' } });
  await decide('approve');
  await ahead(5);
  const { status, json } = await poll(id);
  expect(status).toBe(200);
  const claims = decodeJwt(String(json['id_token']));
  expect(claims).toMatchObject({ SubjectNameID: people.leBihan, aud: 'dmp-fhir', acr: 'eidas1' });
  expect(claims).not.toHaveProperty('nonce');
  const state = await post(psc, 'token/introspect', { token: String(json['access_token']) });
  expect(state.json).toMatchObject({ active: true, nonce: '' });
  await ahead(10);
  expect((await poll(id)).json['error']).toBe('invalid_grant');
});

it('a refusal is access_denied', async () => {
  const id = await start();
  await decide('refuse');
  expect((await poll(id)).json['error']).toBe('access_denied');
});

it('nobody answered: expired_token, whatever is said later', async () => {
  const id = await start();
  await ahead(120);
  await expect(decide('approve')).rejects.toThrow('nothing waits');
  expect((await poll(id)).json['error']).toBe('expired_token');
});

it('who asks too often waits five seconds more, from then on', async () => {
  const id = await start();
  await decide('approve');
  await ahead(10);
  const other = await start();
  await poll(other);
  await ahead(12);
  expect((await poll(other)).json).toMatchObject({ error: 'slow_down' });
  await ahead(19);
  expect((await poll(other)).json['error']).toBe('slow_down'); // five seconds: enough at first, not now
  await ahead(50);
  expect((await poll(other)).json['error']).toBe('authorization_pending');
  expect((await poll(id)).status).toBe(200);
});

it('is the client’s own', async () => {
  const id = await start();
  await decide('approve');
  expect((await poll(id, basic('plain-client'))).json['error']).toBe('invalid_grant');
  expect((await poll('x')).json['error']).toBe('invalid_grant');
  expect((await poll(id)).status).toBe(200);
});

describe('refuses', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['a client for which it is not activated', {}, 'unauthorized_client'],
    ['no scope', { scope: undefined }, 'invalid_request'],
    ['a scope without scope_all', { scope: 'openid' }, 'invalid_scope'],
    ['no acr_values', { acr_values: undefined }, 'invalid_request'],
    ['no login_hint', { login_hint: undefined }, 'invalid_request'],
    ['a login_hint that names nobody', { login_hint: '899799999999' }, 'unknown_user_id'],
    ['no binding_message', { binding_message: undefined }, 'invalid_request'],
    ['a binding_message with spaces', { binding_message: 'le code 42' }, 'invalid_binding_message'],
    ['a binding_message that is long', { binding_message: '4'.repeat(51) }, 'invalid_binding_message'],
    ['another channel', { channel: 'SMS' }, 'invalid_request'],
    ['another hint', { login_hint_token: 'x' }, 'invalid_request'],
    ['ping mode', { client_notification_token: 'x' }, 'invalid_request'],
  ])('%s', async (what, changes, error) => {
    const by = basic(what.startsWith('a client') ? 'plain-client' : 'dmp-fhir');
    const { status, json } = await request(changes, by);
    expect([status, json['error']]).toEqual([400, error]);
    expect(await psc.control('GET', 'ciba')).toEqual({ requests: [] });
  });
});

describe('the e-CPS', () => {
  it('shows what waits, with its message, and what it is told to do', async () => {
    await request({ channel: 'CARD', binding_message: 'A-17', login_hint: people.maurel });
    const id = await start();
    const phone = new Browser();
    const { html } = await phone.open(psc.phoneUrl);
    expect(html).toMatch(/HÉLÈNE MAUREL \(carte CPS\)[^]*A-17[^]*YANN LE BIHAN \(e-CPS\)[^]*42/);
    expect(html).not.toContain(id);
    const own = html.slice(html.indexOf('YANN') - 200);
    const form = own.slice(own.indexOf('<form'));
    expect((await phone.submit(psc.phoneUrl, form, { action: 'approve' })).location?.href).toBe(psc.phoneUrl);
    expect((await phone.open(psc.phoneUrl)).html).not.toContain('YANN');
    expect((await poll(id)).status).toBe(200);
  });
  it('is answered from its own page, once', async () => {
    await start();
    const phone = new Browser();
    const { html } = await phone.open(psc.phoneUrl);
    const answer = (action: string, headers = {}) => phone.submit(psc.phoneUrl, html, { action }, headers);
    expect((await answer('approve', { origin: 'http://attacker.invalid' })).status).toBe(400);
    expect((await answer('else')).status).toBe(400);
    expect((await answer('refuse')).status).toBe(303);
    expect((await answer('approve')).status).toBe(400);
    expect((await phone.open(psc.phoneUrl)).html).toContain('Aucune demande');
  });
});

it('the control port answers for one request, too', async () => {
  const [first, second] = [await start(), await start()];
  const { requests } = (await psc.control('GET', 'ciba')) as { requests: { request: string }[] };
  expect(requests).toMatchObject([{ person: people.leBihan, client: 'dmp-fhir', bindingMessage: '42' }, {}]);
  await decide('approve', { request: requests[1]!.request });
  expect((await poll(first)).json['error']).toBe('authorization_pending');
  expect((await poll(second)).status).toBe(200);
});

/**
 * Issue 5, line 1 (CIBA), over real HTTP: an app without a browser asks for a professional, Pro Santé Connect's stand-in asks them on
 * their own device, and the app searches in their name; and every way to ask in vain.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Bundle } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createProSanteConnect } from '../../server/authorization/psc/relying-party.ts';
import { loadConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';
import { people, secret, startTestPsc, type TestPsc } from '../simulator/psc/support/psc.ts';
import { postForm, type TokenAnswer } from '../support/assertions.ts';
import { client, lesTilleuls, leVerger, neighbours, type Neighbours } from '../support/authorization.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const ciba = 'urn:openid:params:grant-type:ciba';
const institute = '1990200768';
const credentials = 'x'.repeat(43);
const dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-ciba-'));

let psc: TestPsc;
let around: Neighbours;
let relyingParty: Awaited<ReturnType<typeof createProSanteConnect>>;
let stack: Stack;

beforeAll(async () => {
  psc = await startTestPsc({ cibaInterval: 1 });
  const secretFile = path.join(dir, 'psc-secret');
  writeFileSync(secretFile, secret);
  const settings = {
    PSC_DISCOVERY: psc.discoveryUrl,
    PSC_CLIENT_ID: 'dmp-fhir',
    PSC_CLIENT_AUTH: 'client_secret_basic',
    PSC_CLIENT_SECRET_FILE: secretFile,
  };
  relyingParty = await createProSanteConnect(loadConfig(settings));
  const thick = (id: string, structures = [leVerger]) =>
    client(id, {
      authMethod: 'client_secret_basic',
      secret: credentials,
      grants: [ciba, 'refresh_token'],
      structures,
      redirectUris: [],
      postLogoutRedirectUris: [],
      origins: [],
    });
  around = neighbours([
    thick('thick'),
    thick('group', [leVerger, institute]),
    thick('elsewhere', [lesTilleuls]),
    client('browser', { authMethod: 'client_secret_basic', secret: credentials }),
  ]);
  around.structures.set(institute, {
    ...around.structures.get(lesTilleuls)!,
    id: institute,
    name: 'IME LES CERISIERS',
  });
  stack = await startStack(
    { ...settings, CONSENT_CONSULTATION: 'presumed', RATE_LIMIT_CIBA: '24' },
    {},
    { consents: false, authorization: { ...around.parts, psc: relyingParty! } },
  );
});
afterAll(async () => {
  await stack.close();
  await relyingParty?.close();
  await psc.close();
  rmSync(dir, { recursive: true });
});
afterEach(() => psc.control('DELETE', 'faults'));

const as = (id: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${credentials}`).toString('base64')}` });
const form = async (id: string, route: string, fields: Record<string, string | undefined>): Promise<TokenAnswer> => {
  const given = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return postForm(`${stack.origin}/oauth/${route}`, Object.fromEntries(given) as Record<string, string>, as(id));
};
const start = (change: Record<string, string | undefined> = {}, id = 'thick') =>
  form(id, 'backchannel', {
    scope: 'openid fhirUser user/DocumentReference.rs user/Patient.rs online_access',
    login_hint: people.maurel,
    binding_message: 'AB-12',
    ...change,
  });
const poll = (auth_req_id: string, id = 'thick') => form(id, 'token', { grant_type: ciba, auth_req_id });
const waiting = async () =>
  ((await psc.control('GET', 'ciba')) as { requests: { person: string; bindingMessage: string; channel: string }[] })
    .requests;
/** The professional answers on their device, as soon as it has rung. */
async function decide(decision: 'approve' | 'refuse', person: string = people.maurel): Promise<void> {
  await expect.poll(async () => (await waiting()).some((request) => request.person === person)).toBe(true);
  await psc.control('POST', 'ciba', { person, decision });
}
/** Polls until there is an answer. */
async function answered(request: string, id?: string): Promise<TokenAnswer> {
  let last: TokenAnswer | undefined;
  await expect
    .poll(
      async () => {
        last = await poll(request, id);
        return last.body.error;
      },
      { timeout: 20_000, interval: 250 },
    )
    .not.toBe('authorization_pending');
  return last!;
}
const requestOf = (answer: TokenAnswer): string => answer.body['auth_req_id'] as string;
const documents = () =>
  `${stack.base}/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current`;

describe('an app without a browser', () => {
  it('finds where to ask in the metadata', async () => {
    const metadata = await fetch(`${stack.origin}/.well-known/oauth-authorization-server/oauth`);
    expect(await metadata.json()).toMatchObject({
      backchannel_authentication_endpoint: `${stack.origin}/oauth/backchannel`,
      backchannel_token_delivery_modes_supported: ['poll'],
      grant_types_supported: expect.arrayContaining([ciba]) as unknown,
    });
  });

  it('waits until the professional approves, and searches in their name', async () => {
    const started = await start({ channel: 'CARD' });
    expect(started.status, JSON.stringify(started.body)).toBe(200);
    expect(started.body).toMatchObject({ auth_req_id: expect.any(String) as string, expires_in: 300 });
    expect((await poll(requestOf(started))).body.error).toBe('authorization_pending');
    await expect.poll(waiting).toMatchObject([{ person: people.maurel, bindingMessage: 'AB-12', channel: 'CARD' }]);
    await decide('approve');
    const { status, body, headers } = await answered(requestOf(started));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) as string });
    expect(headers.get('cache-control')).toContain('no-store');
    await stack.resetCalls();
    const found = await fetch(documents(), { headers: { authorization: `Bearer ${body.access_token}` } });
    expect(found.status).toBe(200);
    expect(((await found.json()) as Bundle).type).toBe('searchset');
    expect(await stack.calls()).toContain('TD3.1a');
    // Once only.
    expect((await poll(requestOf(started))).body.error).toBe('invalid_grant');
  });

  it('and both what was approved and what was given is on record; nothing secret in the log', async () => {
    around.events.length = 0;
    const started = await start();
    await decide('approve');
    const { body } = await answered(requestOf(started));
    const expected = { outcome: 'success', client: 'thick', person: people.maurel, structure: leVerger };
    expect(around.events.filter(({ outcome }) => outcome === 'success')).toMatchObject([
      { kind: 'login', ...expected },
      { kind: 'token', grantType: ciba, ...expected },
    ]);
    for (const word of [requestOf(started), body.access_token!, people.maurel]) expect(stack.log()).not.toContain(word);
  });

  it('is told that the professional refused', async () => {
    const started = await start();
    await decide('refuse');
    expect((await answered(requestOf(started))).body.error).toBe('access_denied');
    expect(around.events.findLast(({ kind }) => kind === 'login')).toMatchObject({
      outcome: 'refused',
      person: people.maurel,
    });
  });

  it('is told when Pro Santé Connect does not answer', async () => {
    await psc.control('POST', 'faults', { kind: 'http500', endpoint: 'ciba', times: 5 });
    const started = await start();
    expect((await answered(requestOf(started))).body.error).toBe('temporarily_unavailable');
  });

  it('is not answered about somebody else than was asked for', async () => {
    await psc.control('POST', 'faults', { kind: 'otherSubject' });
    const started = await start();
    await decide('approve');
    expect((await answered(requestOf(started))).body.error).toBe('invalid_grant');
  });
});

describe('the situation', () => {
  it('must be named when several fit; the refusal lists them', async () => {
    const started = await start({}, 'group');
    await decide('approve');
    const several = await answered(requestOf(started), 'group');
    expect(several.body.error).toBe('invalid_request');
    expect(several.body.error_description).toContain(`1.0@${institute}`);
    const named = await start({ situation: `0.0@${leVerger}` }, 'group');
    await decide('approve');
    expect((await answered(requestOf(named), 'group')).status).toBe(200);
  });

  it('is at a structure of the client, or there is none', async () => {
    const started = await start({}, 'elsewhere');
    await decide('approve');
    expect((await answered(requestOf(started), 'elsewhere')).body.error).toBe('invalid_grant');
  });
});

describe('nobody’s device rings', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['without a message for both screens', { binding_message: undefined }, 'invalid_binding_message'],
    [
      'for a message that is a text',
      { binding_message: 'Please approve at once, it is urgent' },
      'invalid_binding_message',
    ],
    ['for a message that is markup', { binding_message: '<b>' }, 'invalid_binding_message'],
    ['for somebody by another name', { login_hint: 'helene.maurel@example.org' }, 'unknown_user_id'],
    ['for an identifier that breaks out', { login_hint: '899700101233&x=1' }, 'unknown_user_id'],
    ['for nobody', { login_hint: undefined }, 'invalid_request'],
    ['for a token about somebody', { login_hint: undefined, login_hint_token: 'x.y.z' }, 'invalid_request'],
    ['on another channel', { channel: 'FAX' }, 'invalid_request'],
    ['in an emergency, which is not said here', { purpose_of_use: 'bris_de_glace' }, 'invalid_request'],
    ['for the launch of a patient', { scope: 'openid launch/patient patient/DocumentReference.rs' }, 'invalid_scope'],
    ['for scopes that the client has not', { scope: 'openid user/Consent.cruds' }, 'invalid_scope'],
    ['with a user code', { user_code: '1234' }, 'invalid_user_code'],
  ])('%s', async (_, change, error) => {
    const answer = await start(change);
    expect(answer.body.error, JSON.stringify(answer.body)).toBe(error);
    expect(await waiting()).toEqual([]);
  });

  it('for a client that may not ask, or cannot prove who it is', async () => {
    expect((await start({}, 'browser')).body.error).toBe('invalid_request');
    const forged = await postForm(`${stack.origin}/oauth/backchannel`, {
      client_id: 'thick',
      login_hint: people.maurel,
    });
    expect(forged.body.error).toBe('invalid_client');
    expect(await waiting()).toEqual([]);
  });

  it('again and again, until they give in', async () => {
    const answers = [];
    for (let i = 0; i < 25; i++) answers.push((await start({ login_hint: people.leBihan })).body.error);
    expect(answers.slice(0, 24)).toEqual(Array(24).fill(undefined));
    expect(answers[24]).toBe('slow_down');
  });
});

it('another client gets nothing for a request that is not its own', async () => {
  const started = await start();
  await decide('approve');
  expect((await poll(requestOf(started), 'group')).body.error).toBe('invalid_grant');
  expect((await poll('made-up')).body.error).toBe('invalid_grant');
});

it('who waits when the server is stopped is told to ask again, by the next one', async () => {
  const started = await start({ login_hint: people.director });
  await expect.poll(waiting).toContainEqual(expect.objectContaining({ person: people.director }));
  await stack.closeServer();
  const next = await startServer(loadConfig({ ...stack.environment, LOG_LEVEL: 'silent' }), {
    authorization: { ...around.parts, psc: relyingParty! },
  });
  try {
    expect((await poll(requestOf(started))).body).toMatchObject({
      error: 'access_denied',
      error_description: expect.stringContaining('ask again') as unknown,
    });
  } finally {
    await next.close();
  }
});

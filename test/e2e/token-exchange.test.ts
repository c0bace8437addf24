/**
 * Issue 5, line 1 (token exchange), over real HTTP and mutual TLS: a proxy shows the access token that Pro Santé Connect's stand-in gave
 * a professional, gets one of ours that is bound to its certificate, and searches with it; and every way to ask in vain.
 */
import 'reflect-metadata';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import { X509Certificate as Named } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProSanteConnect } from '../../server/authorization/psc/relying-party.ts';
import { loadConfig } from '../../server/config.ts';
import { testPki, type TestPki } from '../server/dmp/pki.ts';
import {
  basic,
  getCode,
  getTokens,
  people,
  post,
  redeemForm,
  secret,
  startTestPsc,
  type TestPsc,
} from '../simulator/psc/support/psc.ts';
import { client, lesTilleuls, leVerger, neighbours, type Neighbours } from '../support/authorization.ts';
import { holderOf, type Called, type Holder } from '../support/holder.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const scope = 'user/DocumentReference.rs user/Patient.rs';
const institute = '1990200768';
const dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-exchange-'));
const file = (name: string, content: string): string => {
  writeFileSync(path.join(dir, name), content);
  return path.join(dir, name);
};

let pki: TestPki;
let psc: TestPsc;
let around: Neighbours;
let relyingParty: Awaited<ReturnType<typeof createProSanteConnect>>;
let stack: Stack;
/** With the proxy's certificate; with another of the same authority; with none. */
let proxy: Holder;
let other: Holder;
let nobody: Holder;

const thumbprint = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
const cnf = (pem: string) => JSON.stringify({ 'x5t#S256': thumbprint(pem) });

beforeAll(async () => {
  [pki, psc] = await Promise.all([testPki(), startTestPsc()]);
  const settings = {
    PSC_DISCOVERY: psc.discoveryUrl,
    PSC_CLIENT_ID: 'dmp-fhir',
    PSC_CLIENT_AUTH: 'client_secret_basic',
    PSC_CLIENT_SECRET_FILE: file('psc-secret', secret),
  };
  relyingParty = await createProSanteConnect(loadConfig(settings));
  const proxyClient = (id: string, pem: string, structures = [leVerger]) =>
    client(id, {
      authMethod: 'tls_client_auth',
      tlsSubject: new Named(pem).subject,
      boundTokens: true,
      grants: [exchange],
      scopes: ['user/DocumentReference.rs', 'user/Patient.rs', 'user/AuditEvent.rs'],
      structures,
      redirectUris: [],
      postLogoutRedirectUris: [],
      origins: [],
    });
  around = neighbours([
    proxyClient('proxy', pki.client.certificate),
    proxyClient('group', pki.client.certificate, [leVerger, institute]),
    proxyClient('elsewhere', pki.client.certificate, [lesTilleuls]),
    client('secretive', { authMethod: 'client_secret_basic', secret: 'x'.repeat(43), grants: [exchange] }),
  ]);
  around.structures.set(institute, {
    ...around.structures.get(lesTilleuls)!,
    id: institute,
    name: 'IME LES CERISIERS',
  });
  stack = await startStack(
    {
      ...settings,
      PSC_EXCHANGE_CLIENTS: 'dmp-fhir, tls-client',
      TLS_CERT: file('cert.pem', pki.server.certificate + pki.authority),
      TLS_KEY: file('key.pem', pki.server.key),
      TLS_CLIENT_CA: file('ca.pem', pki.root + pki.authority),
      CONSENT_CONSULTATION: 'presumed',
    },
    {},
    { consents: false, authorization: { ...around.parts, psc: relyingParty! } },
  );
  proxy = holderOf(pki, pki.client);
  other = holderOf(pki, pki.other.client);
  nobody = holderOf(pki);
});
afterAll(async () => {
  await Promise.all([proxy, other, nobody].map((each) => each.close()));
  await stack.close();
  await relyingParty?.close();
  await psc.close();
  rmSync(dir, { recursive: true });
});

const subjectToken = async (person?: string) => (await getTokens(psc, person)).access_token;
const endpoint = () => `${stack.origin}/oauth/token`;
const ask = async (change: Record<string, string | undefined> = {}, by: Holder = proxy): Promise<Called> => {
  const form = {
    grant_type: exchange,
    client_id: 'proxy',
    subject_token_type: accessToken,
    scope,
    cnf: cnf(pki.client.certificate),
    ...change,
    subject_token: 'subject_token' in change ? change['subject_token'] : await subjectToken(),
  };
  const given = Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return by.form(endpoint(), Object.fromEntries(given) as Record<string, string>);
};
const documents = () =>
  `${stack.base}/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current`;

describe('a proxy exchanges the token of a professional', () => {
  it('for one that is bound to its certificate, and searches as who Pro Santé Connect authenticated', async () => {
    const answer = await ask();
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String) as string,
      issued_token_type: accessToken,
      token_type: 'Bearer',
      // A second may have begun since.
      expires_in: expect.toSatisfy((n: number) => n === 3600 || n === 3599) as number,
      scope,
    });
    expect(answer.headers.get('cache-control')).toContain('no-store');
    await stack.resetCalls();
    const found = await proxy.get(documents(), answer.body.access_token);
    expect(found.status, JSON.stringify(found.body)).toBe(200);
    expect((found.body as unknown as Bundle).type).toBe('searchset');
    // Only in INDIRECTE_RENFORCEE: the strength is psc.
    expect(await stack.calls()).toContain('TD3.1a');
  });

  it('with cnf as the ANS’s guide writes it, and as a JWT', async () => {
    const hex = createHash('sha256').update(new X509Certificate(pki.client.certificate).raw).digest('hex');
    const answer = await ask({
      cnf: JSON.stringify({ 'x5t#S256': Buffer.from(hex).toString('base64') }),
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const { body } = await proxy.form(`${stack.origin}/oauth/introspect`, {
      client_id: 'proxy',
      token: answer.body.access_token!,
    });
    expect(body).toMatchObject({
      active: true,
      client_id: 'proxy',
      cnf: { 'x5t#S256': thumbprint(pki.client.certificate) },
    });
  });

  it('is on record with the person and the structure', async () => {
    await ask();
    expect(around.events.at(-1)).toMatchObject({
      kind: 'token',
      outcome: 'success',
      grantType: exchange,
      client: 'proxy',
      person: people.maurel,
      structure: leVerger,
      certificate: thumbprint(pki.client.certificate),
    });
  });

  it('gives it back, and it is worth nothing from then on', async () => {
    const { body } = await ask();
    expect((await proxy.get(documents(), body.access_token)).status).toBe(200);
    await proxy.form(`${stack.origin}/oauth/revoke`, { client_id: 'proxy', token: body.access_token! });
    expect((await proxy.get(documents(), body.access_token)).status).toBe(401);
  });

  it('and says neither token nor person to the log', async () => {
    const subject = await subjectToken();
    const { body } = await ask({ subject_token: subject });
    for (const word of [subject, body.access_token!, people.maurel, 'MAUREL']) expect(stack.log()).not.toContain(word);
  });
});

describe('the situation', () => {
  it('must be named when several fit; the error lists them', async () => {
    const several = await ask({ client_id: 'group' });
    expect([several.status, several.body.error]).toEqual([400, 'invalid_request']);
    expect(several.body.error_description).toContain(`0.0@${leVerger}`);
    expect(several.body.error_description).toContain(`1.0@${institute}`);
    expect(several.body.error_description).not.toMatch(/MAUREL|HELENE|899700101233/i);
    expect((await ask({ client_id: 'group', situation: `0.0@${leVerger}` })).status).toBe(200);
    expect((await ask({ client_id: 'group', situation: `0.0@${institute}` })).body.error).toBe('invalid_request');
  });

  it('is at a structure of the client, or there is none', async () => {
    expect((await ask({ client_id: 'elsewhere' })).body.error).toBe('invalid_grant');
    const guilloux = '899700613278';
    expect((await ask({ subject_token: await subjectToken(guilloux) })).body.error).toBe('invalid_grant');
    around.structures.set(leVerger, { ...around.structures.get(leVerger)!, professionals: [guilloux] });
    expect((await ask({ subject_token: await subjectToken(guilloux) })).status).toBe(200);
  });
});

describe('nothing is given', () => {
  it('without a certificate, nor with another than the client’s', async () => {
    expect((await ask({}, nobody)).body.error).toBe('invalid_client');
    expect((await ask({}, other)).body.error).toBe('invalid_client');
    expect((await ask({ cnf: cnf(pki.other.client.certificate) }, other)).body.error).toBe('invalid_client');
  });

  it('with a header that says a certificate, but for a trusted proxy’s', async () => {
    const said = `:${new X509Certificate(pki.client.certificate).raw.toString('base64')}:`;
    const answer = await nobody.form(endpoint(), { grant_type: exchange, client_id: 'proxy' }, { 'client-cert': said });
    expect(answer.body.error).toBe('invalid_client');
  });

  it('to a client that a secret authenticates', async () => {
    const form = { grant_type: exchange, subject_token: 'x', subject_token_type: accessToken, scope, cnf: '{}' };
    const authorization = `Basic ${Buffer.from(`secretive:${'x'.repeat(43)}`).toString('base64')}`;
    expect((await proxy.form(endpoint(), form, { authorization })).body.error).toBe('unauthorized_client');
  });

  it.each<[string, () => Record<string, string | undefined>, string]>([
    ['with the cnf of somebody else', () => ({ cnf: cnf(pki.other.client.certificate) }), 'invalid_request'],
    ['without cnf', () => ({ cnf: undefined }), 'invalid_request'],
    ['without scope', () => ({ scope: undefined }), 'invalid_request'],
    ['for a scope that the client has not', () => ({ scope: 'user/Consent.cruds' }), 'invalid_scope'],
    [
      'for the scopes of servers or of a launch',
      () => ({ scope: 'system/Patient.rs openid launch/patient' }),
      'invalid_scope',
    ],
    ['for nobody', () => ({ subject_token: undefined }), 'invalid_request'],
    ['for a token that Pro Santé Connect does not know', () => ({ subject_token: 'a.b.c' }), 'invalid_grant'],
    ['for an actor', () => ({ actor_token: 'a.b.c' }), 'invalid_request'],
  ])('%s', async (_, change, error) => {
    const answer = await ask(change());
    expect([answer.status, answer.body.error]).toEqual([400, error]);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  it('for a token that was revoked, nor for a refresh or id token', async () => {
    const tokens = await getTokens(psc);
    for (const subject_token of [tokens.refresh_token, tokens.id_token])
      expect((await ask({ subject_token })).body.error).toBe('invalid_grant');
    expect((await ask({ subject_token: tokens.access_token })).status).toBe(200);
    await post(psc, 'revoke', { token: tokens.access_token });
    expect((await ask({ subject_token: tokens.access_token })).body.error).toBe('invalid_grant');
  });

  it('for the token of a client of Pro Santé Connect that is not believed', async () => {
    const code = await getCode(psc, people.maurel, { client_id: 'plain-client' });
    const { json } = await post(psc, 'token', redeemForm(code), basic('plain-client'));
    const answer = await ask({ subject_token: json['access_token'] as string });
    expect(answer.body.error).toBe('invalid_grant');
    expect(answer.body.error_description).toContain('not exchanged here');
  });

  it.each([
    ['down', 503, 'temporarily_unavailable'],
    ['http500', 503, 'temporarily_unavailable'],
    ['garbage', 503, 'temporarily_unavailable'],
    ['inactive', 400, 'invalid_grant'],
    ['otherSubject', 400, 'invalid_grant'],
    ['userinfoWithoutSubjectNameID', 400, 'invalid_grant'],
  ])('while Pro Santé Connect is not as it should be: %s', async (kind, status, error) => {
    const subject_token = await subjectToken();
    await psc.control('POST', 'faults', { kind });
    const answer = await ask({ subject_token });
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    await psc.control('DELETE', 'faults');
  });

  it('twice the same parameter', async () => {
    const body = new URLSearchParams({ grant_type: exchange, client_id: 'proxy', scope });
    body.append('scope', 'user/AuditEvent.rs');
    const answer = await proxy.form(endpoint(), body as never);
    expect(answer.status).toBe(400);
  });
});

it('a token opens nothing without the certificate, nor with another', async () => {
  const { body } = await ask();
  for (const [by, row] of [
    [nobody, 'token-certificate-missing'],
    [other, 'token-certificate-other'],
  ] as const) {
    const refused = await by.get(documents(), body.access_token);
    expect(refused.status).toBe(401);
    expect((refused.body as unknown as OperationOutcome).issue[0]!.details?.coding?.[0]?.code).toBe(row);
  }
});

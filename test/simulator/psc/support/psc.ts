/** The stand-in of Pro Santé Connect for tests: started with clients of every kind, and called with raw fetch. */
import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { type Psc, type PscOptions, startPsc } from '../../../../simulator/psc/server.ts';
import { createPki, type Pki } from '../../../../tools/pki.ts';
import { pem } from '../../../../tools/pki/issue.ts';
import { Browser } from './browser.ts';

export const redirectUri = 'http://localhost:8080/oauth/psc/callback';
export const secret = 'a-secret-of-the-tests-only';
export const people = {
  maurel: '899700101233',
  leBihan: '899700204581',
  director: '3990100109/DIR-01',
} as const;

export interface TestPsc extends Psc {
  pki: Pki;
  /** Of `jwt-client`. */
  clientKey: CryptoKey;
  clientJwk: JWK;
  /** undici with the client's certificate; without one when `certificate` is false. */
  tls(certificate?: boolean): Agent;
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

const subject = 'CN=DMP-FHIR AUTH DMP,OU=1990100109,O=EHPAD FICTIF LE VERGER,ST=Isère (38),C=FR';

/** Starts it at free ports, with `dmp-fhir` (a secret), `jwt-client`, `tls-client` and `plain-client` (no CIBA). */
export async function startTestPsc(options: PscOptions = {}): Promise<TestPsc> {
  const [pki, pair] = await Promise.all([
    createPki({ id: '1990100109', name: 'EHPAD FICTIF LE VERGER' }),
    generateKeyPair('RS256'),
  ]);
  const intermediate = pem(pki.organisations.certificate);
  const ca = [pem(pki.root.certificate), intermediate];
  const clientJwk = { ...(await exportJWK(pair.publicKey)), kid: 'client-key' };
  const common = { redirectUris: [redirectUri], postLogoutRedirectUris: ['http://localhost:8080/bye'], ciba: true };
  const psc = await startPsc({
    port: 0,
    tlsPort: 0,
    controlPort: 0,
    clientSecret: secret,
    clientCert: 'none',
    material: { key: pki.server.key, cert: pki.server.certificate + intermediate, clientCa: ca },
    clients: [
      { ...common, id: 'jwt-client', jwks: { keys: [clientJwk] } },
      { ...common, id: 'tls-client', tlsSubjectDn: subject },
      { ...common, id: 'plain-client', secret, ciba: false },
    ],
    ...options,
  });
  const agents: Agent[] = [];
  return {
    ...psc,
    pki,
    clientKey: pair.privateKey,
    clientJwk,
    tls(certificate = true) {
      const client = certificate ? { key: pki.orgAuth.key, cert: pki.orgAuth.certificate + intermediate } : {};
      const agent = new Agent({ connect: { ca: ca.join('\n'), ...client } });
      agents.push(agent);
      return agent;
    },
    async control(method, path, body) {
      const response = await fetch(`${psc.controlUrl}/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const data = (await response.json()) as Record<string, unknown>;
      if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(data)}`);
      return data;
    },
    async close() {
      await Promise.all(agents.map((agent) => agent.destroy()));
      await psc.close();
    },
  };
}

/** One for all tests of a file, reset after each of them. It holds nothing before the first. */
export function pscOfTests(): TestPsc {
  const psc = {} as TestPsc;
  beforeAll(async () => {
    Object.assign(psc, await startTestPsc());
  });
  afterAll(() => psc.close());
  afterEach(() => psc.control('POST', 'reset'));
  return psc;
}

export const basic = (id = 'dmp-fhir', password = secret): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`).toString('base64')}`;

export interface Answer {
  status: number;
  headers: { get(name: string): string | null };
  json: Record<string, unknown>;
}

type Form = Record<string, string> | [string, string][];

/** POSTs a form to an endpoint of the realm, e.g. `token`, as `dmp-fhir` unless `authorization` is another or null. */
export async function post(
  psc: Pick<Psc, 'issuer'>,
  endpoint: string,
  form: Form,
  authorization: string | null = basic(),
): Promise<Answer> {
  const response = await fetch(`${psc.issuer}/protocol/openid-connect/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: authorization === null ? {} : { authorization },
  });
  return read(response);
}

/** The same over mutual TLS. */
export async function postTls(psc: TestPsc, agent: Agent, endpoint: string, form: Form, headers = {}): Promise<Answer> {
  const response = await undiciFetch(`${psc.tlsUrl}/protocol/openid-connect/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    dispatcher: agent,
  });
  return read(response);
}

async function read(response: Omit<Answer, 'json'> & { text(): Promise<string> }): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

export const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

/** The authorization request of a good client. @param changes parameters to change; undefined: left out */
export function authorizationUrl(psc: Psc, changes: Record<string, string | undefined> = {}): string {
  const url = new URL(`${psc.walletUrl}/auth`);
  const all: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: 'dmp-fhir',
    redirect_uri: redirectUri,
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    state: 'state-1',
    nonce: 'nonce-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.append(name, value);
  return url.href;
}

/** A code, by the login page. */
export async function getCode(
  psc: Psc,
  person: string = people.maurel,
  changes: Record<string, string | undefined> = {},
  browser = new Browser(),
): Promise<string> {
  const back = await browser.logIn(authorizationUrl(psc, changes), person);
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${back.search}`);
  return code;
}

/** The form that redeems a code. */
export const redeemForm = (code: string, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: redirectUri,
  code_verifier: verifier,
  ...more,
});

/** Tokens of a login. */
export async function getTokens(
  psc: Psc,
  person: string = people.maurel,
  changes: Record<string, string | undefined> = {},
): Promise<Record<'access_token' | 'refresh_token' | 'id_token', string> & Record<string, unknown>> {
  const { status, json } = await post(psc, 'token', redeemForm(await getCode(psc, person, changes)));
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json as Awaited<ReturnType<typeof getTokens>>;
}

/** What userinfo answers to a token. */
export async function getUserinfo(psc: Psc, token: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  return read(await fetch(`${psc.issuer}/protocol/openid-connect/userinfo`, { headers }));
}

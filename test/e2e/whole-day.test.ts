/**
 * Issue 5, lines 1 to 4 together, nothing replaced: HTTPS with client certificates at the façade, the real registry with two structures,
 * Pro Santé Connect's stand-in, the simulator, two instances on one database. Tokens of every kind deposit, search and are on record, each
 * in the name of the structure that it says; then something is withdrawn, a key is replaced, and the trail is verified.
 */
import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { AuditEvent, Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { X509Certificate as Named } from '@peculiar/x509';
import { pino } from 'pino';
import { Agent, fetch as fetchOver } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { startServer, type RunningServer } from '../../server/main.ts';
import { rotateKeys, type RotationStep } from '../../server/store/index.ts';
import { main as verify } from '../../tools/audit-verify.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { testPki, type TestPki } from '../server/dmp/pki.ts';
import {
  getTokens,
  people,
  redirectUri as pscRedirect,
  secret,
  startTestPsc,
  type TestPsc,
} from '../simulator/psc/support/psc.ts';
import { Browser as PscBrowser } from '../simulator/psc/support/browser.ts';
import { assertion, assertionType, clientKey, nurseAsserted, type ClientKey } from '../support/assertions.ts';
import { linksOf, tamper } from '../support/audit.ts';
import { leVerger, redirectUri } from '../support/authorization.ts';
import { Browser } from '../../tools/demo/browser.ts';
import { text } from '../support/documents.ts';
import { holderOf, type Holder } from '../support/holder.ts';
import type { PassPsc } from '../../tools/demo/login.ts';
import { ask, launch, logIn } from '../support/login.ts';
import { consent, INS_TEST, newOid, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const cerisiers = { id: '1990200768', name: 'IME FICTIF LES CERISIERS' };
const both = [leVerger, cerisiers.id];
const director = people.director;
const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-day-'));
const file = (name: string, content: string): string => {
  writeFileSync(path.join(dir, name), content);
  return path.join(dir, name);
};

let pki: TestPki;
let psc: TestPsc;
let stack: Stack;
/** The other instance: same database, same public address, another port. */
let second: RunningServer;
let agent: Agent;
let proxy: Holder;
let duiKey: ClientKey;
/** Of the director, by the code flow. */
let adminToken: string;

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  pki = await testPki();
  agent = new Agent({ connect: { ca: pki.root } });
  // What calls the façade here trusts its authority, as a browser of the establishment does.
  vi.stubGlobal('fetch', (url: string, init: object = {}) => fetchOver(url, { dispatcher: agent, ...init }));
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  psc = await startTestPsc({
    redirectUris: [`${origin}/oauth/psc/callback`, pscRedirect],
    postLogoutRedirectUris: [`${origin}/oauth/psc/logout`],
    cibaInterval: 1,
  });
  duiKey = await clientKey('ES384');
  stack = await startStack(
    {
      PORT: String(port),
      PSC_DISCOVERY: psc.discoveryUrl,
      PSC_CLIENT_ID: 'dmp-fhir',
      PSC_CLIENT_AUTH: 'client_secret_basic',
      PSC_CLIENT_SECRET_FILE: file('psc-secret', secret),
      TLS_CERT: file('cert.pem', pki.server.certificate + pki.authority),
      TLS_KEY: file('key.pem', pki.server.key),
      TLS_CLIENT_CA: file('ca.pem', pki.root + pki.authority),
      STRUCTURE_ADMINISTRATORS: director,
      INSTALLATION_ADMINISTRATORS: director,
      REGISTRY_POLL_SECONDS: '1',
      AUDIT_CHECKPOINT_RECORDS: '20',
    },
    {},
    { consents: false },
  );
  second = await startServer(loadConfig({ ...stack.environment, PORT: String(await freePort()), PUBLIC_URL: origin }), {
    logger: pino({ level: 'silent' }),
  });
  proxy = holderOf(pki, pki.client);
}, 120_000);
afterAll(async () => {
  vi.unstubAllGlobals();
  await proxy.close();
  await agent.destroy();
  await second.close();
  await stack.close();
  await psc.close();
  rmSync(dir, { recursive: true });
});

const asPerson =
  (person: string): PassPsc =>
  (sentTo) =>
    new PscBrowser().logIn(sentTo.href, person);

/** The admin API, over HTTPS, with the director's token. */
async function admin(method: string, route: string, body?: unknown) {
  const answer = await fetch(`${stack.origin}/admin${route}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const common = { structures: both, scopes: ['user/DocumentReference.cruds', 'user/Patient.rs', 'user/AuditEvent.rs'] };
const personal = { redirectUris: [redirectUri], scopes: [...common.scopes, 'openid', 'fhirUser', 'online_access'] };
const credentials = 'x'.repeat(43);
const ciba = 'urn:openid:params:grant-type:ciba';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

it('1. an administrator signs in by Pro Santé Connect and registers a structure and its applications', async () => {
  const client = ['client', 'add', '--id', 'console', '--name', 'Console', '--structure', leVerger, '--auth', 'none'];
  const rights = ['--grant', 'authorization_code', '--scope', 'admin/registry.rw', '--scope', 'user/AuditEvent.rs'];
  await run(
    process.execPath,
    ['--import', 'tsx', 'tools/admin.ts', ...client, ...rights, '--redirect-uri', redirectUri],
    { cwd: root, env: { PATH: process.env['PATH'], ...stack.environment } },
  );
  // What the command line wrote, the instance sees by itself.
  await expect
    .poll(async () => (await new Browser(stack.origin).go(launch(stack.base, 'console').url)).status, {
      timeout: 10_000,
    })
    .toBeUndefined();
  const { status, body } = await logIn(stack.base, 'console', {
    over: { scope: 'admin/registry.rw user/AuditEvent.rs' },
    pass: asPerson(director),
  });
  expect([status, body.scope]).toEqual([200, 'admin/registry.rw user/AuditEvent.rs']);
  adminToken = body.access_token;

  const made = await admin('POST', '/structures', {
    ...cerisiers,
    sector: 'SA16',
    practiceSetting: 'ESSMS',
    contentType: '11',
    lps: {
      name: 'CERISIERS-DUI',
      version: '2.0',
      id: 'C-1',
      homologation: 'HOMOL-C',
      oid: '2.16.840.1.113883.19.7605',
    },
    administrators: [people.maurel],
    professionals: [people.leBihan],
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const { tls, seal } = await stack.certify(cerisiers);
  for (const certificate of [
    { kind: 'AUTH_CLI', chain: tls.cert, key: tls.key },
    { kind: 'SIGN', chain: seal.chain, key: seal.key },
  ]) {
    const added = await admin('POST', `/structures/${cerisiers.id}/certificates`, certificate);
    expect(added.status, JSON.stringify(added.body)).toBe(201);
  }
  for (const input of [
    {
      id: 'app',
      name: 'App',
      authMethod: 'none',
      grants: ['authorization_code', 'refresh_token'],
      ...common,
      ...personal,
    },
    {
      ...{ id: 'dui', name: 'DUI', authMethod: 'private_key_jwt', grants: ['client_credentials'], ...common },
      jwks: { keys: [duiKey.jwk] },
    },
    {
      ...{ id: 'proxy', name: 'Proxy', authMethod: 'tls_client_auth', grants: [tokenExchange], ...common },
      tlsSubject: new Named(pki.client.certificate).subject,
      boundTokens: true,
    },
    {
      ...{ id: 'thick', name: 'Thick', authMethod: 'client_secret_basic', grants: [ciba, 'refresh_token'], ...common },
      scopes: [...common.scopes, 'openid', 'online_access'],
      secret: credentials,
    },
  ]) {
    const added = await admin('POST', '/clients', input);
    expect(added.status, JSON.stringify(added.body)).toBe(201);
  }
});

interface Held {
  token: string;
  refresh?: string;
}
type Kind = 'outside' | 'code' | 'backend' | 'exchange' | 'ciba';
const choice = (structure: string) => (structure === leVerger ? '0.0' : '1.0');
const scope = 'user/DocumentReference.cruds user/Patient.rs';

/** How each kind of token is had, for a structure. */
const given: Record<Kind, (structure: { id: string; name: string }) => Promise<Held>> = {
  outside: async (structure) => ({
    token: await makeToken(loadConfig(stack.environment), { person: 'doctor', structure, scope }),
  }),
  async code({ id }) {
    const { status, body } = await logIn(stack.base, 'app', {
      over: { scope: `openid fhirUser online_access ${scope}` },
      answers: { situation: { option: `${choice(id)} ${id}` } },
      pass: asPerson(people.maurel),
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return { token: body.access_token, refresh: body.refresh_token! };
  },
  async backend({ id }) {
    const extensions = { ihe_iua: { ...nurseAsserted.ihe_iua, subject_organization_id: id } };
    const { status, body } = await ask(stack.base, {
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion: await assertion(`${stack.origin}/oauth/token`, 'dui', duiKey, { claims: { extensions } }),
      scope,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return { token: body.access_token };
  },
  async exchange({ id }) {
    const thumbprint = createHash('sha256').update(new X509Certificate(pki.client.certificate).raw).digest('base64url');
    const { status, body } = await proxy.form(`${stack.origin}/oauth/token`, {
      grant_type: tokenExchange,
      client_id: 'proxy',
      subject_token: (await getTokens(psc)).access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      cnf: JSON.stringify({ 'x5t#S256': thumbprint }),
      situation: `${choice(id)}@${id}`,
      scope,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return { token: body.access_token! };
  },
  async ciba({ id }) {
    const headers = { authorization: `Basic ${Buffer.from(`thick:${credentials}`).toString('base64')}` };
    const started = await ask(
      stack.base,
      {
        scope: `openid online_access ${scope}`,
        login_hint: people.maurel,
        binding_message: 'AB-12',
        situation: `${choice(id)}@${id}`,
      },
      { endpoint: 'backchannel', headers },
    );
    expect(started.status, JSON.stringify(started.body)).toBe(200);
    await expect
      .poll(async () => ((await psc.control('GET', 'ciba')) as { requests: unknown[] }).requests.length)
      .toBeGreaterThan(0);
    await psc.control('POST', 'ciba', { person: people.maurel, decision: 'approve' });
    const form = { grant_type: ciba, auth_req_id: (started.body as unknown as { auth_req_id: string }).auth_req_id };
    let last = await ask(stack.base, form, { headers });
    await expect
      .poll(async () => (last.status === 200 ? last : (last = await ask(stack.base, form, { headers }))).body.error, {
        timeout: 20_000,
        interval: 1100,
      })
      .toBeUndefined();
    return { token: last.body.access_token, refresh: last.body.refresh_token! };
  },
};

interface Asked {
  status: number;
  id: string;
  body: Record<string, unknown>;
}
/** @param at the FHIR base of an instance */
async function api(
  kind: Kind,
  token: string,
  method: string,
  url: string,
  body?: unknown,
  at = stack.base,
): Promise<Asked> {
  const id = `day-${++requests}`;
  const init = {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/fhir+json',
      'x-request-id': id,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const answer = kind === 'exchange' ? await proxy.send(`${at}${url}`, init) : await send(`${at}${url}`, init);
  return { ...answer, id };
}
async function send(url: string, init: RequestInit) {
  const answer = await fetch(url, init);
  const said = await answer.text();
  return { status: answer.status, body: (said === '' ? {} : JSON.parse(said)) as Record<string, unknown> };
}
let requests = 0;
const rowOf = (body: unknown): string | undefined =>
  (body as Partial<OperationOutcome>).issue?.[0]?.details?.coding?.at(-1)?.code;
const documents = `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current`;
const note = (uniqueId: string): DocumentReference => {
  const {
    author: _a,
    custodian: _c,
    contained = [],
    ...rest
  } = simplified({
    ...{ who: 'P1', uniqueId, content: text(uniqueId), contentType: 'text/plain' },
  });
  return { ...rest, contained: contained.filter((c) => c.resourceType === 'Patient') };
};
const trail = async (query: string, token = adminToken): Promise<AuditEvent[]> => {
  const { status, body } = await send(`${stack.base}/AuditEvent?_count=500&${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return ((body as unknown as Bundle<AuditEvent>).entry ?? []).flatMap((e) =>
    e.search?.mode === 'match' ? [e.resource!] : [],
  );
};
const identifiersOf = ({ agent: agents }: AuditEvent): string[] =>
  agents.flatMap(({ who }) => who?.identifier?.value ?? []);

const kinds: Kind[] = ['outside', 'code', 'backend', 'exchange', 'ciba'];
const structures = [{ id: leVerger, name: 'EHPAD FICTIF LE VERGER' }, cerisiers];
const cases = kinds.flatMap((kind) => structures.map((structure) => [kind, structure.id, structure] as const));
const clients: Record<Kind, string> = {
  ...{ outside: 'urn:dmp-fhir:outside-client', code: 'app', backend: 'dui', exchange: 'proxy', ciba: 'thick' },
};
/** Whoever a structure's administrator is reads what was done in its name. */
const readers = new Map<string, string>();

describe('1, 3, 4. A token', () => {
  beforeAll(async () => {
    readers.set(leVerger, adminToken);
    const { body } = await logIn(stack.base, 'app', {
      over: { scope: 'user/AuditEvent.rs' },
      answers: { situation: { option: `${choice(cerisiers.id)} ${cerisiers.id}` } },
      pass: asPerson(people.maurel),
    });
    readers.set(cerisiers.id, body.access_token);
    for (const structure of structures)
      for (const topic of ['feeding', 'consultation']) {
        const token = await makeToken(loadConfig(stack.environment), { structure, scope: 'user/Consent.cruds' });
        expect((await api('outside', token, 'POST', '/Consent', consent('P1', topic))).status).toBe(201);
      }
  });

  it.each(cases)(
    'of the kind %s, at structure %s: deposits, searches, is on record there and nowhere else',
    async (kind, id, structure) => {
      const { token } = await given[kind](structure);
      await stack.resetCalls();
      const uniqueId = newOid();
      const made = await api(kind, token, 'POST', '/DocumentReference', note(uniqueId));
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const found = await api(kind, token, 'GET', documents, undefined, second.url.replace(/fhir$/, 'fhir'));
      if (kind === 'backend') expect([found.status, rowOf(found.body)]).toEqual([403, 'dmp-rights-psc']);
      else
        expect([found.status, rowOf(found.body), JSON.stringify(found.body).includes(uniqueId)]).toEqual([
          200,
          undefined,
          true,
        ]);

      const { calls } = (await (await fetch(`${stack.simulator.controlUrl}/calls`)).json()) as {
        calls: { structure?: string; outcome: string }[];
      };
      expect(new Set(calls.map((c) => `${c.structure} ${c.outcome}`))).toEqual(new Set([`${id} ok`]));

      for (const asked of [made, found]) {
        const events = await trail(`entity.identifier=${asked.id}`, readers.get(id));
        const [event] = events.filter((e) => e.subtype!.some((s) => s.code === 'request'));
        const person = kind === 'backend' ? people.leBihan : people.maurel;
        expect(identifiersOf(event!)).toEqual(expect.arrayContaining([person, id, clients[kind]]));
        if (kind === 'exchange') expect(event!.agent.some((a) => a.altId !== undefined)).toBe(true);
        const other = both.find((each) => each !== id)!;
        expect(await trail(`entity.identifier=${asked.id}`, readers.get(other))).toEqual([]);
      }
    },
  );
});

describe('4. Logins and tokens', () => {
  const codesOf = (event: AuditEvent): string[] => event.subtype!.map((s) => s.code!);

  it('are on record with their structure, found by the administrator with the parameters of ITI-81', async () => {
    const director = await trail(`agent.identifier=${encodeURIComponent(people.director)}&subtype=login`);
    expect(director.length).toBeGreaterThan(0);
    const [login] = director;
    expect(identifiersOf(login!)).toEqual(expect.arrayContaining([people.director, 'console']));
    for (const [client, grant] of Object.entries({
      ...{ app: 'authorization_code', dui: 'client_credentials', proxy: tokenExchange, thick: ciba },
    }))
      for (const id of both) {
        const events = await trail(`type=110114&subtype=ITI-71&agent.identifier=${client}&outcome=0`, readers.get(id));
        const asked = events.map((e) => Buffer.from(e.entity![0]!.query!, 'base64').toString());
        expect(
          asked.map((said) => new URLSearchParams(said).get('grant_type')),
          `${client} ${id}`,
        ).toContain(grant);
      }
    expect((await trail('type=110114&date=lt2026-01-01')).length).toBe(0);
  });

  it('carry the request’s id and trace, as every request does; so do introspection and what is refused', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const traced = (id: string) => ({ 'x-request-id': id, traceparent });
    const basic = `Basic ${Buffer.from(`thick:${credentials}`).toString('base64')}`;
    const { token } = await given.ciba(structures[0]!);
    for (const [endpoint, form, headers, outcome] of [
      ['token', { grant_type: 'refresh_token', refresh_token: 'guessed' }, { authorization: basic }, '4'],
      ['introspect', { token }, { authorization: basic }, '0'],
      ['introspect', { token }, {}, '4'],
      ['backchannel', { scope, login_hint: 'nobody', binding_message: 'A' }, { authorization: basic }, '4'],
      ['revoke', { token }, { authorization: basic }, '0'],
    ] as const) {
      const id = `oauth-${++requests}`;
      await ask(stack.base, form, { endpoint, headers: { ...headers, ...traced(id) } });
      const events = (await trail('_count=500')).filter((e) => JSON.stringify(e).includes(id));
      expect([endpoint, events.length, events[0]?.outcome]).toEqual([endpoint, 1, outcome]);
      expect(JSON.stringify(events[0]!.entity), endpoint).toContain(traceparent);
      expect(JSON.stringify(events[0]), codesOf(events[0]!).join()).not.toContain(token);
    }
  });
});

describe('1. What is changed in the registry counts at once', () => {
  const elsewhere = (token: string) => api('code', token, 'GET', documents, undefined, second.url);
  const refreshed = ({ refresh }: Held, more: Record<string, string> = {}) =>
    ask(stack.base, { grant_type: 'refresh_token', client_id: 'app', refresh_token: refresh!, ...more });
  /** Until the other instance has looked too. */
  const soon = { timeout: 10_000, interval: 200 };

  it('a client that may no more act for a structure, or has lost a scope: its tokens and sessions with it', async () => {
    const there = await given.code(cerisiers);
    const here = await given.code(structures[0]!);
    const less = await admin('PATCH', '/clients/app', { structures: [leVerger] });
    expect(less.status, JSON.stringify(less.body)).toBe(200);
    expect([
      rowOf((await api('code', there.token, 'GET', documents)).body),
      (await refreshed(there)).body.error,
    ]).toEqual(['token-invalid', 'invalid_grant']);
    await expect.poll(async () => (await elsewhere(there.token)).status, soon).toBe(401);
    expect((await elsewhere(here.token)).status).toBe(200);

    const scopes = personal.scopes.filter((each) => !each.startsWith('user/DocumentReference'));
    expect((await admin('PATCH', '/clients/app', { scopes: [...scopes, 'user/DocumentReference.s'] })).status).toBe(
      200,
    );
    const again = await refreshed(here);
    expect(again.status, JSON.stringify(again.body)).toBe(200);
    expect(again.body.scope.split(' ')).not.toContain('user/DocumentReference.cruds');
    expect((await api('code', again.body.access_token, 'POST', '/DocumentReference', note(newOid()))).status).toBe(403);
    await admin('PATCH', '/clients/app', { structures: both, scopes: personal.scopes });
  });

  it('a client that is withdrawn, and one that comes back', async () => {
    const held = await given.code(structures[0]!);
    expect((await admin('POST', '/clients/app/withdraw')).status).toBe(200);
    expect((await api('code', held.token, 'GET', documents)).status).toBe(401);
    expect((await refreshed(held)).body.error).toBe('invalid_client');
    await expect.poll(async () => (await elsewhere(held.token)).status, soon).toBe(401);
    expect((await new Browser(stack.origin).go(launch(stack.base, 'app').url)).status).toBe(400);
    expect((await admin('POST', '/clients/app/restore')).status).toBe(200);
    expect((await given.code(structures[0]!)).token).toBeDefined();
  });

  it('a structure that is withdrawn while people work there', async () => {
    const tokens = new Map<Kind, Held>();
    for (const kind of kinds) tokens.set(kind, await given[kind](cerisiers));
    expect((await admin('POST', `/structures/${cerisiers.id}/withdraw`)).status).toBe(200);
    await stack.resetCalls();
    for (const [kind, { token }] of tokens) {
      const refused = await api(kind, token, 'GET', documents);
      expect([kind, refused.status, rowOf(refused.body)]).toEqual([kind, 403, 'structure-mismatch']);
      await expect
        .poll(async () => (await api(kind, token, 'GET', documents, undefined, second.url)).status, soon)
        .toBe(403);
    }
    expect(await stack.calls()).toEqual([]);
    expect((await refreshed(tokens.get('code')!)).body.error).toBe('invalid_grant');
    expect((await admin('POST', `/structures/${cerisiers.id}/restore`)).status).toBe(200);
    await expect.poll(async () => (await elsewhere(tokens.get('code')!.token)).status, soon).toBe(200);
  });

  it('an administrator who is one no more reads, and registers, no more', async () => {
    const { body } = await logIn(stack.base, 'app', {
      over: { scope: 'online_access user/AuditEvent.rs' },
      answers: { situation: { option: `${choice(cerisiers.id)} ${cerisiers.id}` } },
      pass: asPerson(people.maurel),
    });
    const persons = async (token: string) =>
      new Set((await trail('subtype=request', token)).flatMap(identifiersOf).filter((id) => /^8\d{11}$/.test(id)));
    expect((await persons(body.access_token)).size).toBe(2);
    const changed = await admin('PATCH', `/structures/${cerisiers.id}`, { administrators: [] });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect(await persons(body.access_token)).toEqual(new Set([people.maurel]));
    const next = await refreshed({ token: '', refresh: body.refresh_token! });
    expect(await persons(next.body.access_token)).toEqual(new Set([people.maurel]));
    await admin('PATCH', `/structures/${cerisiers.id}`, { administrators: [people.maurel] });
  });
});

describe('1, 4. A new key of the store', () => {
  it('leaves sessions, registry and the trail as they were', async () => {
    const tokens = new Map<Kind, Held>();
    for (const kind of kinds) tokens.set(kind, await given[kind](cerisiers));
    // What `npm run store:rotate` runs, without its pauses between the steps.
    const sealed: string[] = [];
    const onStep = (step: RotationStep) => sealed.push('table' in step ? step.table : step.step);
    await rotateKeys(loadConfig(stack.environment), { learnMs: 0, bothMs: 0, onStep });
    expect(sealed).toEqual(
      expect.arrayContaining(['oauth_item', 'registry_client', 'registry_certificate', 'removed']),
    );
    for (const [kind, { token }] of tokens) {
      const made = await api(kind, token, 'POST', '/DocumentReference', note(newOid()), second.url);
      expect([kind, made.status], JSON.stringify(made.body)).toEqual([kind, 201]);
    }
    const form = { grant_type: 'refresh_token', client_id: 'app', refresh_token: tokens.get('code')!.refresh! };
    expect((await ask(stack.base, form)).status).toBe(200);
    // A restart reads the registry and the keys of the authorization server with the new key.
    await second.close();
    const config = { ...stack.environment, PORT: String(await freePort()), PUBLIC_URL: stack.origin };
    second = await startServer(loadConfig(config), { logger: pino({ level: 'silent' }) });
    expect((await api('ciba', tokens.get('ciba')!.token, 'GET', documents, undefined, second.url)).status).toBe(200);
    expect((await given.code(cerisiers)).token).toBeDefined();
  }, 120_000);
});

it('4. at the end of the day the trail of all instances is verified, and no secret stands in the log', async () => {
  let said = '';
  expect(await verify([], stack.environment, (text) => (said += text)), said).toBe(0);
  expect((await linksOf(stack.database)).length).toBeGreaterThan(100);
  for (const hidden of [credentials, secret, 'HOMOL-C', adminToken, 'PRIVATE KEY', patients.P1.ins])
    expect(stack.log().includes(hidden), hidden.slice(0, 8)).toBe(false);
  const [victim] = await linksOf(stack.database);
  await tamper(stack.database, `UPDATE kept_record SET client_id = 'another' WHERE id = '${victim!.id}'`);
  expect(await verify([], stack.environment, () => undefined)).toBe(1);
});

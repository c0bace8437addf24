/**
 * The whole product for an end-to-end test: simulator behind mutual TLS, a database of its own, the façade on a socket.
 * Everything is real: HTTP, TLS, signatures, PostgreSQL.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { loadConfig } from '../../server/config.ts';
import { startServer, type Overrides } from '../../server/main.ts';
import { primaryMaterial, primaryOf } from '../../server/registry/primary.ts';
import type { Structure, StructureMaterial } from '../../server/registry/types.ts';
import { openStore } from '../../server/store/index.ts';
import { startSimulator, type SimulatorOptions } from '../../simulator/server.ts';
import { uniqueIdOf } from '../../simulator/xds/metadata.ts';
import { chainOf, createPki, issueOrganisation, keepPki, type Establishment, type Pki } from '../../tools/pki.ts';
import { makeToken, type TokenOptions } from './outside-issuer.ts';
import { freshDatabase } from './database.ts';
import { outsideJwks } from './outside-keys.ts';
import { consent, INS_TEST, patients, type Who } from './resources.ts';
import { structuresOf } from './structures.ts';

export type Kind = 'nurse' | 'doctor' | 'admin';
/** A failure of the DMP, as a test names it. */
export type FaultSpec = { transaction?: string } & (
  | { kind: 'reset' | 'html503' | 'garbage' | 'relatesTo' | 'corrupt' | 'truncate' }
  | { kind: 'delay'; milliseconds: number }
  | { kind: 'registryError'; code: string }
  | { kind: 'soapFault'; code: string }
);

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface TokenSpec {
  /** seconds; negative: expired */
  expiresIn?: number;
  scope?: string;
  structure?: string;
  forge?: 'otherKey' | 'otherAudience' | 'otherIssuer' | 'none';
}

export interface Registered {
  id: string;
  confidentialityCodes: string[];
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function materialFor(pki: Pki, of: Establishment): Promise<StructureMaterial> {
  const [tls, seal] = await Promise.all([
    issueOrganisation(pki.organisations, of, 'clientAuth'),
    issueOrganisation(pki.organisations, of, 'sign'),
  ]);
  return { tls: { cert: chainOf(pki, tls), key: tls.key }, seal: { chain: chainOf(pki, seal), key: seal.key } };
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * Starts the whole stack; close it in `afterAll`.
 * @param settings of the façade
 * @param world settings of the simulator
 * @param consents whether the story's patients have agreed to feeding and consultation, on record
 * @param second another structure that the façade speaks for, with certificates of the same authority
 * @param others establishments that the DMP's authority gives certificates too
 * @param authorization parts of the authorization server; without them no tokens are issued
 */
export async function startStack(
  settings: Record<string, string> = {},
  world: Partial<SimulatorOptions> = {},
  {
    consents = true,
    second,
    others = [],
    authorization,
  }: {
    consents?: boolean;
    second?: Structure;
    others?: readonly Establishment[];
    authorization?: Overrides['authorization'];
  } = {},
) {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-e2e-'));
  const { STRUCTURE_ID: id, STRUCTURE_NAME: name } = loadConfig({});
  const made = await createPki({ id, name }, new Date(), others);
  const pki = await keepPki(path.join(dataDir, 'pki'), made);
  const simulator = await startSimulator({
    port: 0,
    controlPort: 0,
    tlsKey: pki.server.key,
    tlsCert: pki.server.chain,
    tlsClientCa: [pki.ca],
    vihfCa: [pki.ca],
    ...world,
  });
  const database = await freshDatabase();
  const environment: Record<string, string> = {
    PORT: String(await freePort()),
    DATA_DIR: dataDir,
    AUTH_JWKS: outsideJwks(dataDir),
    DATABASE_URL: database.url,
    DMP_URL: simulator.url.replace('127.0.0.1', 'localhost'),
    DMP_TLS_KEY: pki.orgAuth.key,
    DMP_TLS_CERT: pki.orgAuth.chain,
    DMP_SIGN_KEY: pki.orgSign.key,
    DMP_SIGN_CERT: pki.orgSign.chain,
    DMP_CA: pki.ca,
    DMP_WEB_URL: simulator.webUrl,
    // Deposits as fast as they come, and failures as many as a test wants: limits have tests of their own (limits.test.ts).
    FEED_PACE: '0',
    FEED_BREAKER_FAILURES: '0',
    ...settings,
  };
  const config = loadConfig(environment);
  await makeToken(config); // the public keys exist before the façade reads them
  let log = '';
  const logger = pino(
    { level: config.LOG_LEVEL },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        log += chunk.toString();
        done();
      },
    }),
  );
  const structures = structuresOf(primaryOf(config), primaryMaterial(config));
  if (second) structures.put(second, await materialFor(made, second));
  const server = await startServer(config, {
    logger,
    // One alone is the registry’s own business.
    ...(second ? { structures } : {}),
    ...(authorization ? { authorization } : {}),
  });
  const origin = config.fhirBase.replace(/\/fhir$/, '');

  const tokens = new Map<Kind, Promise<string>>();
  const cached = (kind: Kind): Promise<string> => {
    if (!tokens.has(kind)) tokens.set(kind, makeToken(config, { person: kind }));
    return tokens.get(kind)!;
  };

  async function request<T>(
    method: string,
    url: string,
    kind: Kind,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Answer<T>> {
    const answer = await fetch(`${config.fhirBase}${url}`, {
      method,
      headers: { authorization: `Bearer ${await cached(kind)}`, accept: 'application/fhir+json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  if (consents)
    for (const who of Object.keys(patients) as Who[])
      for (const topic of ['feeding', 'consultation'])
        await request(
          'POST',
          '/Consent',
          'nurse',
          { 'content-type': 'application/fhir+json' },
          JSON.stringify(consent(who, topic)),
        );

  // The doctor has seen that P1 and P2 give access: what is believed then is not asked again (AUTHORIZATION_TTL_SECONDS).
  if (consents)
    for (const who of ['P1', 'P2'] as const) {
      const identifier = encodeURIComponent(`${INS_TEST}|${patients[who].ins}`);
      await request('GET', `/Patient?identifier=${identifier}`, 'doctor');
    }

  const control = async (method: string, route: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${simulator.controlUrl}/${route}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`control ${route}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };

  await control('DELETE', 'calls');

  const registeredAll = (uniqueId: string): Registered[] => {
    const { registry } = simulator.world();
    return registry
      .documents()
      .filter((d) => registry.byUniqueId(uniqueId)?.entry.id === d.entry.id)
      .map((d) => ({
        id: d.entry.id,
        confidentialityCodes: d.entry.classifications
          .filter((c) => c.classificationScheme === 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f')
          .map((c) => c.nodeRepresentation ?? ''),
      }));
  };

  return {
    base: config.fhirBase,
    origin,
    dataDir,
    pki,
    environment,
    simulator,
    database,
    /** Those in force, to be changed while it runs. */
    structures,
    /** New certificates of the authority that the simulator trusts. */
    certify: (of: Establishment) => materialFor(made, of),
    /** A2 of the simulator's story: deposited by other software. */
    storyUniqueId: simulator
      .world()
      .registry.documents()
      .filter((d) => !d.signature)
      .map((d) => uniqueIdOf(d.entry))[0]!,
    get: <T>(url: string, kind: Kind, headers?: Record<string, string>) => request<T>('GET', url, kind, headers),
    request: <T>(method: string, url: string, kind: Kind, headers?: Record<string, string>) =>
      request<T>(method, url, kind, headers),
    post: <T>(url: string, resource: unknown, kind: Kind, headers: Record<string, string> = {}) =>
      request<T>('POST', url, kind, { 'content-type': 'application/fhir+json', ...headers }, JSON.stringify(resource)),
    send: <T>(url: string, body: string, contentType: string, kind: Kind) =>
      request<T>('POST', url, kind, { 'content-type': contentType }, body),
    put: <T>(url: string, resource: unknown, kind: Kind) =>
      request<T>('PUT', url, kind, { 'content-type': 'application/fhir+json' }, JSON.stringify(resource)),
    patch: <T>(url: string, body: unknown, contentType: string, kind: Kind, headers: Record<string, string> = {}) =>
      request<T>(
        'PATCH',
        url,
        kind,
        { 'content-type': contentType, ...headers },
        typeof body === 'string' ? body : JSON.stringify(body),
      ),
    form: <T>(url: string, parameters: Record<string, string>, kind: Kind) =>
      request<T>(
        'POST',
        url,
        kind,
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams(parameters).toString(),
      ),
    /** As somebody whose token is made for this request. `body` is FHIR. */
    async as<T>(
      who: TokenOptions,
      method: string,
      url: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer<T>> {
      const answer = await fetch(`${config.fhirBase}${url}`, {
        method,
        headers: {
          authorization: `Bearer ${await makeToken(config, who)}`,
          accept: 'application/fhir+json',
          ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        body: (text === '' ? undefined : JSON.parse(text)) as T,
      };
    },
    async raw(url: string, kind: Kind, headers: Record<string, string>) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${await cached(kind)}`, ...headers } });
      return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
    },
    async token(kind: Kind, spec: TokenSpec = {}): Promise<string> {
      const { expiresIn, scope, structure, forge } = spec;
      const forged = {
        ...config,
        ...(structure ? { STRUCTURE_ID: structure } : {}),
        ...(forge === 'otherAudience' ? { AUTH_AUDIENCE: 'https://elsewhere.invalid/fhir' } : {}),
        ...(forge === 'otherIssuer' ? { AUTH_ISSUER: 'https://elsewhere.invalid' } : {}),
      };
      const token = await makeToken(forged, {
        person: kind,
        ...(expiresIn === undefined ? {} : { expires: `${expiresIn}s` }),
        ...(scope === undefined ? {} : { scope }),
      });
      const [head, payload] = token.split('.');
      const parse = (part: string | undefined): Record<string, unknown> =>
        JSON.parse(Buffer.from(part!, 'base64url').toString()) as Record<string, unknown>;
      if (forge === 'none') return `${base64url({ ...parse(head), alg: 'none' })}.${payload}.`;
      if (forge === 'otherKey') {
        const { privateKey } = await generateKeyPair('ES256');
        return new SignJWT(parse(payload)).setProtectedHeader(parse(head) as { alg: string }).sign(privateKey);
      }
      return token;
    },
    /** Names of the transactions that the DMP was asked since `resetCalls`, in order. */
    async calls(): Promise<string[]> {
      const { calls } = (await control('GET', 'calls')) as { calls: { transaction?: string }[] };
      return calls.map((c) => c.transaction ?? 'refused');
    },
    resetCalls: () => control('DELETE', 'calls'),
    /** The next 20 calls of the transaction (or of any) go wrong. */
    fault(spec: FaultSpec): Promise<unknown> {
      const { transaction } = spec;
      const common = { ...(transaction ? { transaction } : {}), times: 20 };
      const body =
        spec.kind === 'reset'
          ? { kind: 'down' }
          : spec.kind === 'html503'
            ? { kind: 'http503' }
            : spec.kind === 'delay'
              ? { kind: 'delay', ms: spec.milliseconds }
              : spec.kind === 'truncate'
                ? { kind: 'truncate', bytes: 2500 }
                : spec.kind === 'soapFault'
                  ? { kind: 'soapFault', code: 'Sender', subcode: spec.code }
                  : { kind: spec.kind, ...('code' in spec ? { code: spec.code } : {}) };
      return control('POST', 'faults', { ...body, ...common });
    },
    clearFaults: () => control('DELETE', 'faults'),
    registered(uniqueId: string): Promise<Registered> {
      const [first] = registeredAll(uniqueId);
      if (!first) throw new Error('not registered');
      return Promise.resolve(first);
    },
    registeredAll: (uniqueId: string) => Promise.resolve(registeredAll(uniqueId)),
    /** Files that the spool still holds. */
    spooled: (): string[] => {
      try {
        return readdirSync(path.join(dataDir, 'spool'));
      } catch {
        return [];
      }
    },
    log: () => log,
    /** As the façade says it in `fhirUser`. */
    async practitionerId(personId: string): Promise<string> {
      const store = await openStore(config);
      try {
        return await store.practitioners.idOf(personId);
      } finally {
        await store.close();
      }
    },
    /** Ends the façade alone: another may be started in its place. */
    closeServer: () => server.close(),
    async close() {
      await server.close();
      await simulator.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
export type Stack = Awaited<ReturnType<typeof startStack>>;

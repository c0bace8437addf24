/** The façade over real HTTP with a real store, tokens that say who calls, and a DMP that answers what a test wants. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import request from 'supertest';
import type { DocumentEntry, RegistryError } from '../../../mappings/xds.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { createApp, createHttpServer } from '../../../server/app.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import { loadConfig, type Config } from '../../../server/config.ts';
import type { CallContext, DmpClient, Transaction } from '../../../server/dmp/types.ts';
import type { Handlers } from '../../../server/fhir/router.ts';
import { doctor } from '../../support/callers.ts';
import { withoutConsents } from '../../support/gate.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

export const P1 = '236046999012376';
export const testOid = '1.2.250.1.213.1.4.10';
export const insToken = `urn:oid:${testOid}|${P1}`;

/** A DMP whose answers a test sets by transaction name; it keeps what it was asked. */
export class FakeDmp implements DmpClient {
  calls: { name: string; input: unknown; context: CallContext }[] = [];
  answers: Record<string, (input: never, context: CallContext) => unknown> = {};

  async call<In, Out>(transaction: Transaction<In, Out>, input: In, context: CallContext): Promise<Out> {
    this.calls.push({ name: transaction.name, input, context });
    const answer = this.answers[transaction.name];
    if (!answer) throw new Error(`no answer for ${transaction.name}`);
    return (await answer(input as never, context)) as Out;
  }
  rehearse = (): void => undefined;
  close = (): Promise<void> => Promise.resolve();
  names = (): string[] => this.calls.map((c) => c.name);
}

const caller: Caller = { ...doctor, clientId: 'dui', authenticatedAt: new Date('2026-11-21T02:00:00Z') };

/** Tokens of these tests are `<scopes joined by +>`, `all`, `nurse`, `admin`, or `other` for another person of the same rights. */
export const verifyToken = (token: string): Promise<Caller> => {
  if (token === 'bad') return Promise.reject(new IssueError({ key: 'token-invalid', values: { reason: 'signature' } }));
  if (token === 'nurse') {
    const role = { code: '60', system: '1.2.250.1.71.1.2.7', display: 'Infirmier' };
    return Promise.resolve({
      ...caller,
      personId: '899700204581',
      family: 'LE BIHAN',
      given: 'YANN',
      roles: [role],
      strength: 'local',
    });
  }
  if (token === 'admin')
    return Promise.resolve({ ...caller, personId: '3990100109/DIR-01', strength: 'local', isAdministrator: true });
  if (token === 'regulator') return Promise.resolve({ ...caller, purpose: 'centre_15' });
  if (token === 'emergency') return Promise.resolve({ ...caller, ...emergency() });
  if (token === 'other') return Promise.resolve({ ...caller, personId: '899700307715' });
  return Promise.resolve(
    token === 'all' ? caller : { ...caller, scopes: token.split('+').map((s) => s.replace('~', '/')) },
  );
};

const emergency = (): Pick<Caller, 'purpose' | 'reason' | 'emergency'> => ({
  purpose: 'bris_de_glace',
  reason: 'Détresse respiratoire, patient non communicant (cas fictif)',
  emergency: {
    patient: { value: P1, oid: testOid },
    confirmed: { family: 'ROUSSELIN', given: 'ODETTE', birthDate: '1936-04-12' },
    tokenId: 'emergency-1',
    grantedAt: new Date(),
  },
});

export interface Bench {
  config: Config;
  dmp: FakeDmp;
  store: TestStore['store'];
  /** For looking at what stands in the tables. */
  query: TestStore['database']['query'];
  dataDir: string;
  log(): string;
  /** A supertest request with a token (`all` unless said otherwise; '' for none). */
  get(url: string, token?: string): request.Test;
  post(url: string, token?: string): request.Test;
  any(
    method: 'get' | 'post' | 'put' | 'delete' | 'patch' | 'head' | 'options',
    url: string,
    token?: string,
  ): request.Test;
  origin: string;
  close(): Promise<void>;
}

export async function startBench(
  settings: Record<string, string> = {},
  handlers?: Handlers,
  verify: (token: string) => Promise<Caller> = verifyToken,
): Promise<Bench> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-rest-'));
  const config = loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'debug', ...withoutConsents, ...settings });
  const { store, database, close } = await openTestStore();
  const dmp = new FakeDmp();
  let log = '';
  const sink = new Writable({
    write(chunk: Buffer, _e, done) {
      log += chunk.toString();
      done();
    },
  });
  const app = createApp({
    config,
    store,
    dmp,
    logger: pino({ level: 'debug' }, sink),
    verifyToken: verify,
    ...(handlers ? { handlers } : {}),
  });
  const server = createHttpServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const authorised = (test: request.Test, token: string): request.Test =>
    token === '' ? test : test.set('Authorization', `Bearer ${token}`);
  return {
    config,
    dmp,
    store,
    query: database.query,
    dataDir,
    origin,
    log: () => log,
    get: (url, token = 'all') => authorised(request(origin).get(url), token),
    post: (url, token = 'all') => authorised(request(origin).post(url), token),
    any: (method, url, token = 'all') => authorised(request(origin)[method](url), token),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** For supertest's `buffer(true).parse(…)`: the body as a text, whatever its type. */
export function asText(res: request.Response, done: (error: Error | null, body: string) => void): void {
  const chunks: Buffer[] = [];
  const stream = res as unknown as NodeJS.ReadableStream;
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(null, Buffer.concat(chunks).toString('utf8')));
}

/** A document entry as the registry answers it. */
export function entry(n: number, over: Partial<DocumentEntry> = {}): DocumentEntry {
  const code = (c: string, scheme: string) => ({ code: c, scheme, display: c });
  return {
    id: `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    logicalId: `urn:uuid:10000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    version: '1',
    objectType: 'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1',
    availabilityStatus: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
    mimeType: 'text/xml',
    title: `Document ${n}`,
    creationTime: `202601${String((n % 28) + 1).padStart(2, '0')}080000`,
    serviceStartTime: `202601${String((n % 28) + 1).padStart(2, '0')}080000`,
    hash: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    size: '0',
    languageCode: 'fr-FR',
    repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2',
    sourcePatientId: `${P1}^^^&${testOid}&ISO^NH`,
    sourcePatientInfo: ['PID-5|ROUSSELIN^ODETTE^^^^^D', 'PID-7|19360412', 'PID-8|F'],
    referenceIdList: [],
    authors: [
      {
        person: '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
        institutions: ['EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109'],
        roles: [],
        specialties: ['G15_10/SM18^Médecin - Gériatrie (SM)^1.2.250.1.213.1.1.4.5'],
        telecommunications: [],
        slots: {},
      },
    ],
    classCode: code('10', '1.2.250.1.213.1.1.4.1'),
    typeCode: code('28653-4', '2.16.840.1.113883.6.1'),
    formatCode: code('urn:ihe:iti:xds-sd:pdf:2008', '1.3.6.1.4.1.19376.1.2.3'),
    healthcareFacilityTypeCode: code('SA17', '1.2.250.1.71.4.2.4'),
    practiceSettingCode: code('ESSMS', '1.2.250.1.213.1.1.4.9'),
    confidentialityCodes: [code('N', '2.16.840.1.113883.5.25')],
    eventCodes: [],
    patientId: `${P1}^^^&${testOid}&ISO^NH`,
    uniqueId: `2.16.840.1.113883.19.7601.9.${n}`,
    slots: {},
    ...over,
  };
}

/** What TD3.1 gives for some entries. */
export const answerOf = (entries: DocumentEntry[], errors: RegistryError[] = []) => ({
  total: entries.length,
  objects: { documentEntries: entries, submissionSets: [], folders: [], associations: [], objectRefs: [] },
  errors,
});

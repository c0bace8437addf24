/** The gate with a real store, and a DMP that answers what a test wants: words that nobody knows, refusals, silence. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExistenceAnswer } from '../../../mappings/hl7v3/facts.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import { loadConfig } from '../../../server/config.ts';
import { createGate, guard } from '../../../server/consent/gate.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td1_3a } from '../../../server/dmp/transactions/td1-3a.ts';
import { td3_1 } from '../../../server/dmp/transactions/td3-1.ts';
import { td3_3c } from '../../../server/dmp/transactions/td3-3.ts';
import {
  DmpError,
  type CallContext,
  type DmpClient,
  type PatientIns,
  type Transaction,
} from '../../../server/dmp/types.ts';
import type { StoredRecord } from '../../../server/store/types.ts';
import { doctor } from '../../support/callers.ts';
import { patients } from '../../support/resources.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const oid = '1.2.250.1.213.1.4.10';
const ins: PatientIns = { value: patients.P1.ins, oid };
const other: PatientIns = { value: patients.P2.ins, oid };
const caller: Caller = { ...doctor, clientId: 'dui', scopes: [], authenticatedAt: new Date('2026-11-28T09:00:00Z') };
const urgent = (tokenId: string, more: Partial<NonNullable<Caller['emergency']>> = {}): Caller => ({
  ...caller,
  purpose: 'bris_de_glace',
  reason: 'Détresse respiratoire, patient non communicant (cas fictif)',
  tokenId,
  emergency: {
    patient: ins,
    confirmed: { family: 'BASTIDE', given: 'ODETTE', birthDate: '1936-04-12' },
    grantedAt: new Date(),
    tokenId,
    ...more,
  },
});
const active: ExistenceAnswer['patients'][number] = {
  identifiers: [],
  status: 'active',
  name: { given: ['ODETTE'], birth: 'BASTIDE' },
  birthDate: '19360412',
};
const answer = (more: Partial<ExistenceAnswer> = {}): ExistenceAnswer => ({
  interaction: 'PRPA_IN201308UV02',
  acknowledgement: 'AA',
  details: [],
  patients: [active],
  ...more,
});

let world: TestStore;
let asked: string[];
let dmp: Record<string, () => unknown>;
const config = loadConfig({});
const now = (): Date => new Date();
const client: DmpClient = {
  call(transaction) {
    asked.push(transaction.name);
    return Promise.resolve().then(() => (dmp[transaction.name] ?? (() => ({})))()) as Promise<never>;
  },
  rehearse: () => undefined,
  close: () => Promise.resolve(),
};
const guarded = (): DmpClient => {
  const record: Parameters<typeof createGate>[0]['record'] = async ({ requester }, what) => {
    const { personId: person, structure } = requester;
    await world.store.records.append({ ...what, at: now(), structure: structure.id, person, clientId: 'dui' });
  };
  return guard(client, createGate({ config, store: world.store, dmp: client, now, record }));
};
const context = (requester: Caller, patient = ins): CallContext => ({ requester, patient });
const consult = (requester: Caller = caller, patient = ins) =>
  guarded().call(td3_1, {} as never, context(requester, patient));
const refused = async (call: Promise<unknown>): Promise<string[]> =>
  call.then(
    () => ['let through'],
    (e: unknown) =>
      e instanceof IssueError ? e.issues.map((i) => i.key) : e instanceof DmpError ? [e.code] : [String(e)],
  );
const trail = async (): Promise<StoredRecord[]> =>
  (await world.store.records.search({ structure: caller.structure.id, kinds: ['break-glass'], most: 50 })).records;
const problemsOf = ({ details }: StoredRecord): unknown => (details as { problems?: unknown }).problems;
const allow = async (topic: 'consultation' | 'break-glass', decision: 'permit' | 'deny') => {
  const { id: patientId } = await world.store.patients.byIns(ins);
  const about = { patientId, structure: caller.structure.id, topic };
  await world.store.consents.record(about, { status: 'active', decision, content: {} }, now());
};

beforeEach(async () => {
  asked = [];
  dmp = {};
  world = await openTestStore();
});
afterEach(() => world.close());

describe('an authorisation', () => {
  beforeEach(() => allow('consultation', 'permit'));

  it.each([
    ['NON_EXISTE', ['let through']],
    ['EXPIRE', ['let through']],
    ['INTERDIT', ['authorization-blocked']],
    ['SUSPENDU_PAR_LE_PATIENT', ['authorization-missing']],
  ])('that the DMP calls %s: %j', async (authorization, expected) => {
    dmp['TD0.2'] = () => answer({ authorization });
    expect(await refused(consult())).toEqual(expected);
    expect(asked.includes('TD0.3')).toBe(expected[0] === 'let through');
  });

  it.each([
    ['a state that nobody knows', [{ ...active, status: 'suspended' }]],
    ['no state', [{ ...active, status: undefined }]],
  ])('is wanted of a DMP in %s too', async (_, found) => {
    dmp['TD0.2'] = () => answer({ authorization: 'INTERDIT', patients: found });
    expect(await refused(consult())).toEqual(['authorization-blocked']);
  });

  it('is not declared in vain when the DMP was asked before somebody else had declared it', async () => {
    const declared = async (): Promise<boolean> =>
      (await world.store.authorizations.known(ins, caller.personId))?.declaredAt !== undefined;
    const late = { asked: false };
    dmp['TD0.2'] = async () => {
      const isLate = late.asked;
      late.asked = true;
      while (isLate && !(await declared())) await wait(20);
      return answer({ authorization: 'EXPIRE' });
    };
    expect(await Promise.all([refused(consult()), refused(consult())])).toEqual([['let through'], ['let through']]);
    expect(asked.filter((name) => name === 'TD0.3')).toHaveLength(1);
  });

  it('that was declared and is refused is not declared again, for a while', async () => {
    dmp['TD0.2'] = () => answer({ authorization: 'NON_EXISTE' });
    expect(await refused(consult())).toEqual(['let through']);
    dmp['TD3.1a'] = () => {
      throw new DmpError('fault', 'DMPAuthorizationDenied', 'TD3.1a');
    };
    expect(await refused(consult())).toEqual(['DMPAuthorizationDenied']);
    expect(await refused(consult())).toEqual(['authorization-missing']);
    expect(asked.filter((name) => name === 'TD0.3')).toHaveLength(1);
  });

  it('that cannot be declared holds nobody up, and leaves no claim behind', async () => {
    dmp['TD0.2'] = () => answer({ authorization: 'EXPIRE' });
    dmp['TD0.3'] = async () => {
      // Until all have met the claim.
      while (asked.filter((name) => name === 'TD0.2').length < 5) await wait(20);
      await wait(300);
      throw new DmpError('fault', 'Receiver', 'TD0.3');
    };
    const began = Date.now();
    const answers = await Promise.all(Array.from({ length: 5 }, () => refused(consult())));
    expect(Date.now() - began).toBeLessThan(5000);
    expect(answers.flat().filter((key) => key === 'Receiver')).toHaveLength(1);
    expect(answers.flat().filter((key) => key === 'authorization-missing')).toHaveLength(4);
    expect(asked.filter((name) => name === 'TD0.3')).toHaveLength(1);
    dmp['TD0.3'] = () => ({});
    expect(await refused(consult())).toEqual(['let through']);
  });
});

describe('an emergency', () => {
  beforeEach(() => {
    dmp['TD1.3a'] = () => answer();
  });

  it('that is opposed here is on record, whatever is asked, and also when the token was good before', async () => {
    expect(await refused(consult(urgent('t1')))).toEqual(['let through']);
    await allow('break-glass', 'deny');
    asked = [];
    for (const transaction of [td3_1, td1_3a, td3_3c] as unknown as Transaction<object, unknown>[])
      expect(await refused(guarded().call(transaction, {}, context(urgent('t1'))))).toEqual([
        'consent-break-glass-opposed',
      ]);
    expect(asked).toEqual([]);
    expect((await trail()).map((r) => [r.outcome, problemsOf(r)])).toEqual([
      ...Array<unknown>(3).fill(['refused', ['consent-break-glass-opposed']]),
      ['success', []],
    ]);
  });

  it('about another patient, or when its time is over, is on record', async () => {
    expect(await refused(consult(urgent('t1'), other))).toEqual(['break-glass-patient']);
    const old = urgent('t1', { grantedAt: new Date(Date.now() - 3_600_000) });
    expect(await refused(consult(old))).toEqual(['break-glass-expired']);
    const records = await trail();
    expect(records.map((r) => [r.outcome, problemsOf(r)])).toEqual([
      ['refused', ['break-glass-expired']],
      ['refused', ['break-glass-patient']],
    ]);
    expect(records.map((r) => r.ins?.value)).toEqual([ins.value, other.value]);
    expect(asked).toEqual([]);
  });

  it('does not show the administrative data of a patient whose traits are not those confirmed', async () => {
    const wrong = urgent('t1', { confirmed: { family: 'BASTIDE', given: 'OLGA', birthDate: '1936-04-12' } });
    expect(await refused(guarded().call(td1_3a, { patient: ins }, context(wrong)))).toEqual(['break-glass-traits']);
    expect(asked).toEqual(['TD1.3a']);
    expect((await trail()).map((r) => r.outcome)).toEqual(['refused']);
  });

  it.each([
    ['nobody', [], ['dmp-absent']],
    ['a closed DMP', [{ ...active, status: 'terminated' }], ['dmp:DMPClosed']],
    [
      'a state that nobody knows and other traits',
      [{ ...active, status: 'new', birthDate: '1900' }],
      ['break-glass-traits'],
    ],
  ])('of whom the DMP knows %s opens nothing, and is on record', async (_, found, expected) => {
    dmp['TD1.3a'] = () => answer({ patients: found });
    expect(await refused(consult(urgent('t1')))).toEqual(expected);
    expect(asked).toEqual(['TD1.3a']);
    expect((await trail()).map((r) => [r.outcome, problemsOf(r)])).toEqual([['refused', expected]]);
  });

  it.each([
    ['fault', 'DMPAuthorizationDenied', ['dmp:DMPAuthorizationDenied']],
    ['hl7', 'DMPClosed', ['dmp:DMPClosed']],
    ['fault', 'SomethingNew', ['dmp-fault']],
  ] as const)(
    'that the DMP refuses by %s %s is on record, by a sentence that there is',
    async (kind, code, problems) => {
      dmp['TD1.3a'] = () => {
        throw new DmpError(kind, code, 'TD1.3a');
      };
      expect(await refused(consult(urgent('t1')))).toEqual([code]);
      expect((await trail()).map((r) => [r.outcome, problemsOf(r)])).toEqual([['refused', problems]]);
    },
  );

  it('that the DMP does not answer opens nothing', async () => {
    dmp['TD1.3a'] = () => {
      throw new DmpError('timeout', '', 'TD1.3a');
    };
    expect(await refused(consult(urgent('t1')))).toEqual(['']);
    dmp['TD1.3a'] = () => answer();
    expect(await refused(consult(urgent('t1')))).toEqual(['let through']);
    expect((await trail()).map((r) => r.outcome)).toEqual(['success']);
  });

  it('is examined before a change, although the same request has asked whether there is a DMP', async () => {
    dmp['TD0.2'] = () => answer();
    dmp['TD1.3a'] = () => answer({ patients: [{ ...active, birthDate: '19000101' }] });
    const { signal } = new AbortController();
    const request = { ...context(urgent('t1')), signal, requestId: 'r1' };
    const behind = guarded();
    await behind.call(td0_2, { patient: ins }, request);
    expect(await refused(behind.call(td3_3c, {} as never, request))).toEqual(['break-glass-traits']);
    expect(asked).toEqual(['TD0.2', 'TD1.3a']);
  });
});

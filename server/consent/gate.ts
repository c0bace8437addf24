/**
 * The consent gate: what the patient allows, asked before the DMP is called, for every transaction, in one place (`guard`). What a
 * transaction needs stands in its declaration; nothing reaches the DMP around it.
 */
import type { Patient } from '@medplum/fhirtypes';
import { traitsOfPatient } from '../../mappings/identity/traits.ts';
import { isValid } from '../../mappings/consent/authorization.ts';
import { emergencyProblems, reachProblems, regulationProblems } from '../../mappings/rights/purposes.ts';
import { isCertainlyAdult } from '../../mappings/rights/secret.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import type { Config } from '../config.ts';
import { chooseMode } from '../dmp/rights.ts';
import { td0_2 } from '../dmp/transactions/td0-2.ts';
import {
  DmpError,
  type CallContext,
  type DmpClient,
  type PatientIns,
  type Requester,
  type Transaction,
} from '../dmp/types.ts';
import type { NewRecord, Store } from '../store/types.ts';
import { ensureAuthorization, remember } from './authorization.ts';
import { consultationIssues, feedingIssues, isFresh, type Decision } from './decide.ts';
import { openEmergency, tellRefused } from './emergency.ts';

/** What the gate works with. `dmp` is the client itself, not the guarded one. */
export interface Gatekeeping {
  config: Config;
  store: Store;
  dmp: DmpClient;
  now: () => Date;
  /** Puts something on record, in the name of who is calling. */
  record: (context: CallContext, what: Pick<NewRecord, 'kind' | 'patientId' | 'outcome' | 'details'>) => Promise<void>;
}

type Declared = Pick<Transaction<never, unknown>, 'name' | 'modes' | 'purposes' | 'consent'>;

export interface Gate {
  /** @throws IssueError, DmpError: why a transaction must not go out */
  admit(transaction: Declared, context: CallContext): Promise<void>;
  /**
   * What forbids the requester's purpose for a patient, or for what is about none: for doors that do not lead to the DMP, too.
   * Nothing is asked.
   */
  purpose(requester: Requester, ins: PatientIns | undefined): Issue[];
  /** What keeps a secret access from this patient: an adult, by a qualified identity that was fed here; nothing is asked of the DMP. */
  secret(requester: Requester, ins: PatientIns): Promise<Issue[]>;
  /** What keeps the caller's structure from feeding this patient's record; nothing is asked of the DMP. */
  feeding(ins: PatientIns, requester: Requester): Promise<Issue[]>;
  /** Why the caller could not do each of the two now, as far as it is known here; nothing is asked or declared. */
  explain(ins: PatientIns, requester: Requester): Promise<{ feeding: Issue[]; consultation: Issue[] }>;
  /** Keeps what an answer of the DMP tells of the caller's authorisation. */
  learn(transaction: string, context: CallContext, answer: unknown): Promise<void>;
  /** The DMP refused: what was believed is asked again next time. */
  refused(context: CallContext, error: unknown): Promise<void>;
}

export function createGate(keeping: Gatekeeping): Gate {
  const { config, store, now } = keeping;
  const decisionsOf = (ins: PatientIns, { structure }: Requester): Promise<Decision[]> =>
    store.consents.decisions(ins, structure.id, now());
  const purposeIssues: Gate['purpose'] = (requester, ins) => [
    ...emergencyProblems(requester, ins, {
      now: now(),
      minutes: config.BREAK_GLASS_MINUTES,
      reasonMin: config.BREAK_GLASS_REASON_MIN,
    }),
    ...regulationProblems(requester, config),
    ...reachProblems(requester, ins),
  ];
  const secretIssues: Gate['secret'] = async ({ secret, structure }, ins) => {
    if (!secret) return [];
    const fed = await store.identities.byIns(structure.id, ins);
    const adult = fed.some(
      ({ active, reliability, content }) =>
        active && reliability === 'VALI' && isCertainlyAdult(traitsOfPatient(content as Patient).birthDate, now()),
    );
    return adult ? [{ key: 'secret-adult' }] : [];
  };
  /** Within one request the same question is asked once; a patient may withdraw before the next. */
  const admitted = new WeakMap<AbortSignal, Set<string>>();

  async function consultation(ins: PatientIns, context: CallContext): Promise<void> {
    const { requester } = context;
    const [decisions, known] = await Promise.all([
      decisionsOf(ins, requester),
      store.authorizations.known(ins, requester.personId),
    ]);
    const issues = consultationIssues(decisions, requester.purpose, config, now());
    if (issues.length > 0) throw new IssueError(issues);
    if (requester.purpose === 'normal' && config.AUTHORIZATION !== 'dmp')
      await ensureAuthorization(ins, context, decisions, known, keeping);
  }

  async function allow(transaction: Declared, ins: PatientIns, context: CallContext): Promise<void> {
    if (transaction.consent === 'consultation') await consultation(ins, context);
    if (transaction.consent === 'feeding') {
      const issues = feedingIssues(await decisionsOf(ins, context.requester), config, now());
      if (issues.length > 0) throw new IssueError(issues);
    }
  }

  return {
    async admit(transaction, context) {
      const { requester, patient, signal } = context;
      // What no mode of the DMP takes is refused before anything is asked.
      chooseMode(transaction, requester);
      const isEmergency = requester.purpose === 'bris_de_glace';
      const problems = purposeIssues(requester, patient);
      if (problems.length > 0) {
        if (isEmergency) await tellRefused(problems, patient, context, keeping);
        throw new IssueError(problems);
      }
      if (!patient) {
        if (transaction.consent !== 'none') throw new DmpError('rights', 'patient', transaction.name);
        return;
      }
      const closed = await secretIssues(requester, patient);
      if (closed.length > 0) throw new IssueError(closed);
      // In an emergency what a transaction needs is not its consent alone (`openEmergency`).
      const needs = isEmergency ? transaction.name : transaction.consent;
      const { structure, personId, purpose } = requester;
      const key = [needs, structure.id, personId, purpose, patient.oid, patient.value].join(' ');
      const done = signal && context.requestId !== undefined ? (admitted.get(signal) ?? new Set<string>()) : undefined;
      if (done?.has(key)) return;
      if (isEmergency) await openEmergency(transaction.name, patient, context, keeping);
      await allow(transaction, patient, context);
      if (signal && done) admitted.set(signal, done.add(key));
    },

    purpose: purposeIssues,

    secret: secretIssues,

    feeding: async (ins, requester) => feedingIssues(await decisionsOf(ins, requester), config, now()),

    async explain(ins, requester) {
      const decisions = await decisionsOf(ins, requester);
      const consultation = consultationIssues(decisions, requester.purpose, config, now());
      const known = await store.authorizations.known(ins, requester.personId);
      const asks = requester.purpose === 'normal' && config.AUTHORIZATION === 'check';
      if (asks && !isFresh(known, requester.structure.id, config, now()))
        consultation.push({ key: 'authorization-missing', values: { status: known?.status ?? '—' } });
      return { feeding: feedingIssues(decisions, config, now()), consultation };
    },

    async learn(transaction, { requester, patient }, answer) {
      if (transaction !== td0_2.name || !patient || requester.strength !== 'psc' || config.AUTHORIZATION === 'dmp')
        return;
      const told = answer as Parameters<typeof remember>[2];
      if (told.patients.length === 0) return;
      const known = await store.authorizations.known(patient, requester.personId);
      const isBelieved = isFresh(known, requester.structure.id, config, now());
      if (isValid(told.authorization)) {
        // Each further visit would write a row without need.
        if (!isBelieved) await remember(patient, requester, told, keeping);
      } else if (isBelieved && known) {
        await store.authorizations.save(known.id, { checkedAt: null }, now());
      }
    },

    async refused({ requester, patient }, error) {
      const isDenied = error instanceof DmpError && error.code === 'DMPAuthorizationDenied';
      if (!isDenied || !patient) return;
      const known = await store.authorizations.known(patient, requester.personId);
      if (known) await store.authorizations.save(known.id, { checkedAt: null, emergency: null }, now());
    },
  };
}

/** A client behind the gate: the only one that interactions see. */
export function guard(dmp: DmpClient, gate: Gate): DmpClient {
  return {
    async call(transaction, input, context) {
      await gate.admit(transaction, context);
      try {
        const answer = await dmp.call(transaction, input, context);
        await gate.learn(transaction.name, context, answer);
        return answer;
      } catch (error) {
        // That this cannot be kept now must not hide why it was refused.
        await gate.refused(context, error).catch(() => undefined);
        throw error;
      }
    },
    rehearse: (transaction, input, context) => dmp.rehearse(transaction, input, context),
    close: () => dmp.close(),
  };
}

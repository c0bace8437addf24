/**
 * A client of the DMP that leaves a record of every call before its result is used, in the name of whoever it is made for. What has
 * an effect in the DMP is on record before it is sent, too: a crash between sending and answer leaves a trace.
 */
import { IssueError } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import {
  DmpError,
  type CallContext,
  type CallDetails,
  type DmpClient,
  type PatientIns,
  type Transaction,
} from '../dmp/types.ts';
import type { RecordOutcome, Store } from '../store/types.ts';
import { record, type RecordRoom } from './record.ts';

export interface DmpRecordRoom extends RecordRoom {
  store: Pick<Store, 'records' | 'as'>;
}

type Declared = Pick<Transaction<never, unknown>, 'name' | 'idempotent'>;

/** How a call ended, as it is kept: the DMP's own code or the row of the error table, none of its words. */
interface Ending {
  outcome: RecordOutcome;
  details: { kind?: string; code?: string | undefined; attempts?: number; mode?: string };
}

/** Answers that hold refusals beside what was found. */
const refusalIn = (answer: unknown): string | undefined =>
  (answer as { errors?: readonly { code: string; severity: string }[] } | undefined)?.errors?.find(
    (e) => e.severity === 'Error',
  )?.code;

/** What the DMP said no to, by kind of failure; everything else went wrong. */
const refusals: readonly string[] = ['registry', 'fault', 'hl7', 'habilitation', 'rights'];

function endingOf(error: unknown): Ending {
  // Of our own limits (`Pacing`): nothing was sent.
  if (error instanceof IssueError)
    return { outcome: 'refused', details: { kind: 'limit', code: error.issues[0]?.key } };
  if (!(error instanceof DmpError)) return { outcome: 'failure', details: {} };
  const { kind, code } = error;
  return { outcome: refusals.includes(kind) ? 'refused' : 'failure', details: { kind, code } };
}

/** @param dmp what really goes out: nothing may stand between it and the wire */
export function onRecord(dmp: DmpClient, room: DmpRecordRoom): DmpClient {
  async function keep(
    { name }: Declared,
    { requester, requestId, trail }: CallContext,
    patientId: string | undefined,
    { outcome, details }: Ending,
  ): Promise<void> {
    const { purpose } = requester;
    const traceparent = trail?.traceparent;
    // Whoever calls the DMP through the REST API, or has a subscription do it, is a caller.
    await record(room, requester as Caller, {
      kind: 'dmp',
      outcome,
      ...(patientId === undefined ? {} : { patientId }),
      ...(requestId === undefined ? {} : { requestId }),
      details: { transaction: name, purpose, ...details, ...(traceparent === undefined ? {} : { traceparent }) },
    });
  }

  /** Whose record it is; and that something is about to be sent, when that cannot be taken back. */
  async function before(transaction: Declared, context: CallContext): Promise<string | undefined> {
    const { patient, trail } = context;
    try {
      const patientId = patient && (await (trail?.patientIdOf(patient) ?? idOf(patient, context, room)));
      if (!transaction.idempotent) await keep(transaction, context, patientId, { outcome: 'pending', details: {} });
      return patientId;
    } catch {
      // Nothing was sent.
      throw new IssueError({ key: 'audit-unavailable' });
    }
  }

  return {
    async call(transaction, input, context) {
      const patientId = await before(transaction, context);
      let told: Partial<CallDetails> = {};
      const observed = { ...context, onEnd: (details: CallDetails) => void (told = details) };
      // Not kept, it is RecordUnavailable: the DMP has done it, and nobody may build on it.
      const end = ({ outcome, details }: Ending): Promise<void> => {
        const { mode, attempts } = told;
        return keep(transaction, context, patientId, { outcome, details: { ...details, mode, attempts } });
      };
      let answer;
      try {
        answer = await dmp.call(transaction, input, observed);
      } catch (error) {
        await end(endingOf(error));
        throw error;
      }
      const code = refusalIn(answer);
      await end(code === undefined ? { outcome: 'success', details: {} } : { outcome: 'refused', details: { code } });
      return answer;
    },
    rehearse: (transaction, input, context) => dmp.rehearse(transaction, input, context),
    close: () => dmp.close(),
  };
}

const idOf = async (patient: PatientIns, { requester }: CallContext, { store }: DmpRecordRoom): Promise<string> =>
  (await store.as(requester.structure.id).patients.byIns(patient)).id;

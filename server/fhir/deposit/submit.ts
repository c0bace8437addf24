/**
 * The submission: uniqueIds reserved, one TD2.1, then confirmed. Idempotent by uniqueId and bytes (design « Identity of
 * things »): the same again finds the first without a call, other bytes are a conflict.
 *
 * When the answer is lost the reservation stays pending. The same deposit, sent again, takes it over and is submitted again:
 * if the DMP then says that it has these uniqueIds, the first attempt had arrived. A reservation without outcome (still in
 * flight, or left by a crash) is taken over after a while only.
 */
import { randomUUID } from 'node:crypto';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { DocumentEntry, SubmissionSet } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import { td2_1 } from '../../dmp/transactions/td2-1.ts';
import { DmpError, type PatientIns } from '../../dmp/types.ts';
import type { NewDocument, Reservation, StoredDocument, StoredPatient } from '../../store/types.ts';
import { upstreamSystem } from '../outcome.ts';
import type { Services } from '../services.ts';
import { alreadyRegistered, surelyNotRegistered } from './failure.ts';
import { readSetPayload, type SetPayload } from './payload.ts';
import type { Prepared } from './prepare.ts';
import { membership } from './submission-set.ts';

export interface Submission {
  ins: PatientIns;
  set: SubmissionSet;
  /** FHIRPath of the set; undefined when the façade made it. */
  setPath?: string;
  documents: readonly Prepared[];
  caller: Caller;
  requestId?: string;
}

export interface Submitted {
  /** False: everything was there already. */
  created: boolean;
  /** List.id */
  setId: string;
  /** Our Patient.id. */
  patientId: string;
  payload: SetPayload;
  /** Warnings of the DMP. */
  issues: Issue[];
}

/**
 * Submits a set. Nothing half-done stays behind: either all is confirmed, or all is free again, or all stays pending
 * because the DMP's answer is not known.
 * @throws IssueError unique-id-repeated, duplicate (409), document-already-deposited (409), deposit-pending (503)
 * @throws DmpError as the DMP refused or failed
 */
export async function submit(submission: Submission, services: Services): Promise<Submitted> {
  const { patients } = services.store;
  checkRepeated(submission.documents);
  const patient = await patients.byIns(submission.ins);
  try {
    return await submitFor(patient, submission, services);
  } catch (error) {
    // Of whom the DMP refused, nothing is kept; that this cannot be done now must not hide why it was refused.
    if (patient.isNew) await patients.forget(patient.id).catch(() => undefined);
    throw error;
  }
}

async function submitFor(patient: StoredPatient, submission: Submission, services: Services): Promise<Submitted> {
  const { store, config } = services;
  const { set, documents } = submission;
  const setId = randomUUID();
  const deposits = documents.map((d): NewDocument => ({
    uniqueId: d.entry.uniqueId,
    repositoryUniqueId: config.REPOSITORY_UNIQUE_ID,
    patientId: patient.id,
    setId,
    contentDigest: d.digest,
    hash: d.entry.hash ?? '',
    size: d.content.length,
    mimeType: d.entry.mimeType,
  }));
  const reservations = await store.documents.reserve(deposits);
  const verdict = judge(reservations, documents);
  if (verdict === 'existing') return existing(reservations, submission, patient.id, services);
  if (verdict === 'pending') await takeOver(reservations, services);
  const held = reservations.map((r) => r.document);
  const keptSetId = verdict === 'pending' ? (held[0]?.setId ?? setId) : setId;
  const sameSet = await store.sets.byUniqueId(set.uniqueId);
  if (sameSet && sameSet.id !== keptSetId) {
    if (verdict === 'new') await store.documents.release(held.map((d) => d.id));
    throw new IssueError({
      key: 'duplicate',
      ...(submission.setPath ? { expression: `${submission.setPath}.identifier` } : {}),
    });
  }
  const issues = await call(submission, held, verdict === 'pending', services);
  const payload: SetPayload = {
    set,
    documents: documents.map((d, i) => ({ id: held[i]?.id ?? '', entry: d.entry })),
    submittedAt: services.now().toISOString(),
  };
  const ids = held.map((d) => d.id);
  // The set first: what is confirmed can always be read.
  await store.sets.save({ id: keptSetId, patientId: patient.id, uniqueId: set.uniqueId, payload, documentIds: ids });
  await store.documents.confirm(ids);
  return { created: true, setId: keptSetId, patientId: patient.id, payload, issues };
}

/** What the reservations say together. @throws IssueError when they say no */
function judge(reservations: readonly Reservation[], documents: readonly Prepared[]): 'new' | 'existing' | 'pending' {
  const at = (state: Reservation['state']): number[] => reservations.flatMap((r, i) => (r.state === state ? [i] : []));
  const refuse = (key: string, indices: readonly number[]): never => {
    throw new IssueError(indices.map((i) => ({ key, expression: `${documents[i]?.path ?? ''}.masterIdentifier` })));
  };
  const conflicts = at('conflict');
  if (conflicts.length > 0) refuse('duplicate', conflicts);
  const pending = at('pending');
  const known = at('existing');
  const sets = new Set(reservations.map((r) => r.document.setId));
  if (known.length > 0 && (known.length < reservations.length || sets.size > 1)) {
    refuse(pending.length > 0 ? 'deposit-pending' : 'document-already-deposited', pending.length > 0 ? pending : known);
  }
  if (pending.length > 0 && (pending.length < reservations.length || sets.size > 1)) refuse('deposit-pending', pending);
  return known.length > 0 ? 'existing' : pending.length > 0 ? 'pending' : 'new';
}

/** How long a deposit may be without outcome before another may take it over: twice what the DMP is given to answer. */
export const pendingFor = (timeoutMs: number): number => Math.max(60_000, 2 * timeoutMs);

async function takeOver(reservations: readonly Reservation[], services: Services): Promise<void> {
  const olderThan = new Date(services.now().getTime() - pendingFor(services.config.DMP_TIMEOUT_MS));
  for (const { document } of reservations)
    if (!(await services.store.documents.takeOver(document.id, olderThan)))
      throw new IssueError({ key: 'deposit-pending' });
}

/** TD2.1. On failure the reservation is released if the DMP surely registered nothing, else left to be taken over. */
async function call(
  submission: Submission,
  held: readonly StoredDocument[],
  again: boolean,
  services: Services,
): Promise<Issue[]> {
  const { set, documents, caller, ins, requestId } = submission;
  const input = {
    set,
    entries: documents.map(({ entry, content }) => ({ entry, content })),
    associations: membership(
      set,
      documents.map((d) => d.entry.id),
    ),
  };
  try {
    // Not tied to the client's connection: once sent, its outcome must be known.
    const response = await services.dmp.call(td2_1, input, {
      requester: caller,
      patient: ins,
      ...(requestId ? { requestId } : {}),
    });
    return response.errors.map((e) => ({
      key: 'dmp-warning',
      severity: 'warning',
      values: { code: e.code },
      upstream: { system: upstreamSystem('registry'), code: e.code },
    }));
  } catch (error) {
    if (error instanceof DmpError && again && alreadyRegistered(error)) return [];
    const ids = held.map((d) => d.id);
    if (error instanceof DmpError && surelyNotRegistered(error)) await services.store.documents.release(ids);
    else {
      services.logger.warn({ documents: ids.length }, 'TD2.1 ended without a known outcome: the deposit stays pending');
      await services.store.documents.abandon(ids);
    }
    throw error;
  }
}

/** Everything is in the DMP already: what is on record of it. */
async function existing(
  reservations: readonly Reservation[],
  submission: Submission,
  patientId: string,
  services: Services,
): Promise<Submitted> {
  const setId = reservations[0]?.document.setId ?? '';
  const stored = await services.store.sets.byId(setId);
  const onRecord = stored && readSetPayload(stored.payload);
  const entryOf = (id: string, i: number): DocumentEntry | undefined =>
    onRecord?.documents.find((d) => d.id === id)?.entry ?? submission.documents[i]?.entry;
  const documents = reservations.flatMap(({ document: { id } }, i) => {
    const entry = entryOf(id, i);
    return entry ? [{ id, entry }] : [];
  });
  const payload: SetPayload = {
    set: onRecord?.set ?? submission.set,
    documents,
    submittedAt: onRecord?.submittedAt ?? services.now().toISOString(),
  };
  return { created: false, setId, patientId, payload, issues: [] };
}

/** @throws IssueError unique-id-repeated */
function checkRepeated(documents: readonly Prepared[]): void {
  const repeated = documents.filter((d, i) => documents.findIndex((o) => o.entry.uniqueId === d.entry.uniqueId) !== i);
  if (repeated.length > 0)
    throw new IssueError(
      repeated.map((d) => ({ key: 'unique-id-repeated', expression: `${d.path}.masterIdentifier` })),
    );
}

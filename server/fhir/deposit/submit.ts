/**
 * The submission: uniqueIds reserved, what it relates to looked up, one TD2.1, then confirmed. Idempotent by uniqueId and
 * bytes (`reservation.ts`): the same again finds the first without a call.
 *
 * When the answer is lost the reservation stays pending. The same deposit, sent again, takes it over and is submitted again:
 * if the DMP then says that it has these uniqueIds, the first attempt had arrived. A reservation without outcome (still in
 * flight, or left by a crash) is taken over after a while only.
 *
 * An attempt of the feed (`attempt.ts`) is the only one of its deposit: it takes over at once what an earlier one left, and looks up in
 * the registry what that may have sent, before it is sent again.
 */
import { randomUUID } from 'node:crypto';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { SubmissionSet } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import { td2_1, type SubmissionInput } from '../../dmp/transactions/td2-1.ts';
import { DmpError, type PatientIns } from '../../dmp/types.ts';
import { requireUnchanged } from '../../identity/links.ts';
import type { HeldDocument, StoredPatient } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { tellDeposited } from '../subscription/deposited.ts';
import { placed, warningsOf } from './answer.ts';
import { connect, contextOf, type Connection } from './connect.ts';
import { establishment } from './defaults.ts';
import { existing } from './existing.ts';
import type { Attempt } from './attempt.ts';
import { alreadyRegistered, surelyNotRegistered } from './failure.ts';
import type { PreparedFolder } from './folders.ts';
import { missingAfterPartial, missingIn, registeredOf } from './partial.ts';
import type { SetPayload } from './payload.ts';
import type { Prepared } from './prepare.ts';
import { keep, supersede } from './keep.ts';
import { checkCurrent, checkReplacedOnce } from './relations.ts';
import { checkRepeated, checkSet, judge, letGo, takeOver, toReserve } from './reservation.ts';
import type { Target } from './target.ts';

export { pendingFor } from './reservation.ts';

export interface Submission {
  ins: PatientIns;
  set: SubmissionSet;
  /** FHIRPath of the set; undefined when the façade made it. */
  setPath?: string;
  documents: readonly Prepared[];
  /** Documents of the DMP that the set lists. */
  outside: readonly Target[];
  folders: readonly PreparedFolder[];
  caller: Caller;
  requestId?: string;
  attempt?: Attempt;
}

export interface Submitted {
  /** False: everything was there already. */
  created: boolean;
  /** List.id */
  setId: string;
  /** Our Patient.id. */
  patientId: string;
  payload: SetPayload;
  /** List.id of each folder, in the order of the submission. */
  folderIds: string[];
  /** `DocumentReference.id` of what was related to or listed, by uniqueId. */
  targetIds: ReadonlyMap<string, string>;
  /** uniqueIds that the DMP did not register although it did others (a partial success, which ITI-41 does not know). */
  missing: ReadonlySet<string>;
  /** Warnings of the DMP, and what was not processed. */
  issues: Issue[];
}

/**
 * Submits a set. Nothing half-done stays behind: either all is confirmed, or all is free again, or all stays pending
 * because the DMP's answer is not known.
 * @throws IssueError unique-id-repeated, replaced-twice, duplicate (409), document-already-deposited (409), deposited-otherwise
 * (409), deposit-pending (503), target-unknown (422), identity-… (422) when a link has changed meanwhile
 * @throws DmpError as the DMP refused or failed
 */
export async function submit(submission: Submission, services: Services): Promise<Submitted> {
  const { patients } = services.store;
  checkRepeated(submission.documents);
  checkReplacedOnce(submission.documents);
  const patient = await patients.byIns(submission.ins);
  try {
    const submitted = await submitFor(patient, submission, services);
    const isCut = !submitted.created && submission.attempt?.isUncertain === true;
    // How far an attempt that was cut short had got, nobody knows: what comes last is done again, and does nothing twice.
    if (isCut) await supersede(submitted.payload.documents, services);
    // What becomes of the news changes nothing of the deposit.
    if (submitted.created || isCut) await tellDeposited(submitted, submission.caller, services);
    return submitted;
  } catch (error) {
    // Of whom the DMP refused, nothing is kept; that this cannot be done now must not hide why it was refused.
    if (patient.isNew && submission.attempt?.signal?.aborted !== true)
      await patients.forget(patient.id).catch(() => undefined);
    throw error;
  }
}

async function submitFor(patient: StoredPatient, submission: Submission, services: Services): Promise<Submitted> {
  const { store, config } = services;
  const { documents } = submission;
  const setId = randomUUID();
  const reservations = await store.documents.reserve(
    documents.map((d) => toReserve(d, patient.id, setId, config.REPOSITORY_UNIQUE_ID)),
  );
  const verdict = judge(reservations, documents);
  const heldSetId = reservations[0]?.document.setId;
  const isUnkept = verdict === 'existing' && (await isCutShort(heldSetId, submission, services));
  if (verdict === 'existing' && !isUnkept) return existing(heldSetId, reservations, submission, patient.id, services);
  const { attempt } = submission;
  const held =
    verdict === 'pending' ? await takeOver(reservations, services, attempt) : reservations.map((r) => r.document);
  const keptSetId = verdict === 'new' ? setId : (heldSetId ?? setId);
  // What reserves nothing (a set without documents), or no longer does, may have been sent all the same: its attempt knows.
  const isAgain = verdict !== 'new' || attempt?.isUncertain === true;

  let connection: Connection;
  let registered: ReadonlyMap<string, string> = new Map(isUnkept ? documents.map((d) => [d.entry.uniqueId, '']) : []);
  try {
    const sameSet = await checkSet(submission, keptSetId, services);
    if (sameSet) return await existing(sameSet.id, [], submission, patient.id, services);
    if (verdict === 'new') checkCurrent(documents);
    if (isAgain && !isUnkept && attempt) registered = await registeredOf(submission, services);
    connection = await connect(submission, services, keptSetId);
    if (registered.size === 0) await checkLinks(submission, services);
  } catch (error) {
    // Nothing was sent now.
    await letGo(held, !isAgain, submission, services);
    throw error;
  }
  const { issues, missing } =
    registered.size > 0
      ? { issues: [], missing: missingIn(registered, submission) }
      : await call(submission, connection, held, isAgain, services);
  attempt?.signal?.throwIfAborted();
  const kept = await keep(submission, connection, { setId: keptSetId, patientId: patient.id, held, missing }, services);
  await bindRegistered(registered, patient.id, services);
  return {
    ...kept,
    created: true,
    setId: keptSetId,
    patientId: patient.id,
    missing,
    issues: [...connection.issues, ...issues],
  };
}

/** Somebody saw the documents in the registry (a search) before the attempt that had sent them could keep its set. */
const isCutShort = async (setId: string | undefined, { attempt }: Submission, { store }: Services): Promise<boolean> =>
  attempt?.isUncertain === true && setId !== undefined && (await store.sets.byId(setId)) === undefined;

/** What was found of an earlier attempt. */
async function bindRegistered(
  registered: ReadonlyMap<string, string>,
  patientId: string,
  { store, config }: Services,
): Promise<void> {
  const found = [...registered].filter(([, entryUuid]) => entryUuid !== '');
  await store.documents.bind(
    found.map(([uniqueId, entryUuid]) => ({
      ...{ repositoryUniqueId: config.REPOSITORY_UNIQUE_ID, uniqueId, entryUuid },
      ...{ mimeType: 'text/xml', patientId, assumed: true },
    })),
  );
}

/**
 * Preparing takes a while, and asks the DMP: an identity may have been linked to another INS meanwhile, merged, or found doubtful.
 * @throws IssueError identity-…
 */
async function checkLinks({ documents, ins, caller }: Submission, services: Services): Promise<void> {
  const all = new Map(documents.flatMap(({ named, path }) => named.map((n) => [n.id, { named: n, path }] as const)));
  for (const { named, path } of all.values())
    await requireUnchanged(named, ins, caller.structure.id, services, `${path}.subject`);
}

/** What TD2.1 carries. */
export const inputOf = (
  { set, documents, caller }: Submission,
  { associations, folders }: Pick<Connection, 'associations' | 'folders'>,
  services: Pick<Services, 'structures'>,
): SubmissionInput => ({
  set,
  entries: documents.map(({ entry, content }) => ({ entry, content })),
  folders: folders.filter((f) => f.isNew).map((f) => f.folder),
  associations,
  context: establishment(structureOf(caller, services)),
});

/** TD2.1. On failure the reservation is released if the DMP surely registered nothing, else left to be taken over. */
async function call(
  submission: Submission,
  connection: Connection,
  held: readonly HeldDocument[],
  again: boolean,
  services: Services,
): Promise<{ issues: Issue[]; missing: ReadonlySet<string> }> {
  const { uuids } = connection;
  const { attempt } = submission;
  const wasUncertain = attempt?.isUncertain ?? false;
  try {
    if (attempt) attempt.isUncertain = true;
    // Not tied to the client's connection: once sent, its outcome must be known.
    const response = await services.dmp.call(td2_1, inputOf(submission, connection, services), contextOf(submission));
    const missing = await missingAfterPartial(response, submission, services);
    return { issues: warningsOf(response.errors, submission, uuids), missing };
  } catch (error) {
    if (!(error instanceof DmpError)) {
      // An issue is raised before anything is sent (the patient has withdrawn meanwhile); of a first attempt nobody knows.
      if (attempt && error instanceof IssueError) attempt.isUncertain = wasUncertain;
      await letGo(held, error instanceof IssueError && !again, submission, services);
      throw error;
    }
    if (again && alreadyRegistered(error, attempt)) return await arrived(error, submission, held, services);
    const isFree = surelyNotRegistered(error, again);
    if (attempt) attempt.isUncertain = !isFree;
    if (!isFree)
      services.logger.warn(
        { documents: held.length },
        'TD2.1 ended without a known outcome: the deposit stays pending',
      );
    await letGo(held, isFree, submission, services);
    throw placed(error, submission, uuids);
  }
}

/** The DMP has these uniqueIds already: an earlier attempt had arrived, as far as its registry knows them now. */
async function arrived(
  error: DmpError,
  submission: Submission,
  held: readonly HeldDocument[],
  services: Services,
): Promise<{ issues: Issue[]; missing: ReadonlySet<string> }> {
  const { attempt, documents } = submission;
  if (!attempt || documents.length === 0) return { issues: [], missing: new Set() };
  try {
    const registered = await registeredOf(submission, services);
    if (registered.size === 0) throw error;
    return { issues: [], missing: missingIn(registered, submission) };
  } catch (problem) {
    await letGo(held, false, submission, services);
    throw problem;
  }
}

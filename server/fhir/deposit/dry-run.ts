/**
 * A deposit tried out (`_dryRun=true`, and `$validate`): every step of the real thing but the ones that write. What the DMP
 * would refuse is asked of it as far as it can be told without feeding it: whether the patient has an open DMP (TD0.2), whether
 * the uniqueIds are taken (TD3.1b), whether what the documents relate to is there (TD3.1b) and, where the caller may read
 * it, still current (TD3.1a). Nothing is stored: no patient, no reservation, no set, no id.
 */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { insFromCx } from '../../../mappings/ins.ts';
import { getDocuments } from '../../../mappings/query.ts';
import { replaces } from '../../../mappings/relates-to.ts';
import { chooseMode } from '../../dmp/rights.ts';
import { td0_2 } from '../../dmp/transactions/td0-2.ts';
import { td2_1 } from '../../dmp/transactions/td2-1.ts';
import { td3_1, td3_1b } from '../../dmp/transactions/td3-1.ts';
import type { Foreseen } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { connect, contextOf } from './connect.ts';
import { checkCurrent, checkReplacedOnce } from './relations.ts';
import { checkRelationsKept } from './existing.ts';
import { checkNotUnderWay, checkRepeated, checkSet, judge, toReserve } from './reservation.ts';
import { inputOf, type Submission } from './submit.ts';

/**
 * Tries a submission out.
 * @returns what to say of it: warnings, and one information (`dry-run`, or `dry-run-existing` when it was deposited already)
 * @throws IssueError, DmpError as the real thing would
 */
export async function rehearse(submission: Submission, services: Services): Promise<Issue[]> {
  const { verdict, foreseen } = await foretell(submission, services);
  if (verdict === 'existing') return [{ key: 'dry-run-existing', severity: 'information' }];
  if (verdict === 'pending') checkNotUnderWay(foreseen, services);
  await checkRecord(submission, services);
  if (verdict === 'new') await checkFree(submission, foreseen, services);
  const connection = await connect(submission, services);
  await checkTargetsCurrent(submission, services);
  services.dmp.rehearse(td2_1, inputOf(submission, connection, services), contextOf(submission));
  return [...connection.issues, { key: 'dry-run', severity: 'information' }];
}

/**
 * What can be told of a submission here, without a word to the DMP: whether it was deposited already, or is under way.
 * @throws IssueError as `submit` would, before anything is sent; DmpError kind `rights`
 */
export async function foretell(
  submission: Submission,
  services: Services,
): Promise<{ verdict: ReturnType<typeof judge>; foreseen: Foreseen[] }> {
  const { documents, caller, ins } = submission;
  const { store, config } = services;
  checkRepeated(documents);
  checkReplacedOnce(documents);
  chooseMode(td2_1, caller);
  const foreseen = await store.documents.foresee(
    documents.map((d) => toReserve(d, '', '', config.REPOSITORY_UNIQUE_ID)),
    ins,
  );
  const verdict = judge(foreseen, documents);
  if (verdict === 'existing') {
    await checkRelationsKept(foreseen, documents, services);
    return { verdict, foreseen };
  }
  if (await checkSet(submission, foreseen[0]?.document?.setId, services)) return { verdict: 'existing', foreseen };
  if (verdict === 'new') checkCurrent(documents);
  return { verdict, foreseen };
}

/** The patient has a DMP, and it is open. */
async function checkRecord(submission: Submission, { dmp }: Services): Promise<void> {
  const { ins } = submission;
  const expression = submission.setPath === undefined ? 'DocumentReference.subject' : `${submission.setPath}.subject`;
  const { patients } = await dmp.call(td0_2, { patient: ins }, contextOf(submission));
  const [found] = patients;
  if (!found) throw new IssueError({ key: 'dmp-absent', expression });
  if (found.status === 'terminated') throw new IssueError({ key: 'dmp-closed', expression });
}

/** No document of the DMP has one of the uniqueIds. */
async function checkFree(submission: Submission, foreseen: readonly Foreseen[], { dmp }: Services): Promise<void> {
  const issues: Issue[] = [];
  for (const [i, { entry, path }] of submission.documents.entries()) {
    if (foreseen[i]?.state !== 'new') continue;
    const query = getDocuments({ uniqueIds: [entry.uniqueId] }, 'ObjectRef');
    const { objects } = await dmp.call(td3_1b, query, contextOf(submission));
    if (objects.objectRefs.length > 0)
      issues.push({ key: 'dmp:XDSDuplicateUniqueIdInRegistry', expression: `${path}.masterIdentifier` });
  }
  if (issues.length > 0) throw new IssueError(issues);
}

/** What is related to is this patient's and in force: only who may read metadata can be told before the DMP refuses. */
async function checkTargetsCurrent(submission: Submission, { dmp }: Services): Promise<void> {
  const relations = submission.documents.flatMap((d) => d.relations);
  if (relations.length === 0 || submission.caller.strength !== 'psc') return;
  const query = getDocuments({ uniqueIds: [...new Set(relations.map((r) => r.target.uniqueId))] });
  const { objects } = await dmp.call(td3_1, query, contextOf(submission));
  const issues = relations.flatMap(({ type, target, path }): Issue[] => {
    const versions = objects.documentEntries.filter((e) => e.uniqueId === target.uniqueId);
    const entry = versions.sort((a, b) => Number(b.version ?? 1) - Number(a.version ?? 1))[0];
    // What may not be seen cannot be judged.
    if (!entry) return [];
    const owner = insFromCx(entry.patientId);
    if (owner?.value !== submission.ins.value) return [{ key: 'target-other-patient', expression: `${path}.target` }];
    const status = entry.availabilityStatus;
    // Only what is Approved can be replaced, completed or transformed: an archived one cannot either.
    if (status === undefined || status === statuses.approved) return [];
    const key = replaces(type) ? 'dmp:XDSReplaceFailed' : 'dmp:XDSRegistryDeprecatedDocumentError';
    return [{ key, expression: path, values: { context: status.replace(/^.*:/, '') } }];
  });
  if (issues.length > 0) throw new IssueError(issues);
}

/**
 * An identity is created, updated, linked to an INS, or taken out (PIXm ITI-104). The INS that comes with it is checked; when it
 * is new, or the traits are, they are compared with the DMP's once, and the names of those that differ are kept.
 *
 * A difference, a person without a DMP or a DMP that does not answer do not stop the feed: they are warnings. What differs can
 * keep documents from being deposited (IDENTITY_TRAITS).
 */
import type { Patient } from '@medplum/fhirtypes';
import { insInForce, type LocalId } from '../../mappings/identity/identifiers.ts';
import { reliabilityOf } from '../../mappings/identity/reliability.ts';
import { traitsOfPatient } from '../../mappings/identity/traits.ts';
import { checkIns } from '../../mappings/ins.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { record as keep } from '../audit/record.ts';
import type { FedIdentity, Ins, StoredIdentity } from '../store/types.ts';
import { compareInDmp, type Compared } from './compare.ts';
import { differs } from './feeding.ts';
import { contextOf, type Asker, type IdentityRoom } from './room.ts';

export interface Fed {
  identity: StoredIdentity;
  isNew: boolean;
  /** Warnings. */
  issues: Issue[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/**
 * Feeds an identity.
 * @param patient as the establishment knows the person; was validated
 * @param expected version that it follows (If-Match); absent: whatever is current
 * @throws IssueError patient-inconsistent, ins-*, identity-merged, version-conflict
 */
export async function feedIdentity(
  patient: Patient,
  local: LocalId,
  asker: Asker,
  room: IdentityRoom,
  expected?: number,
): Promise<Fed> {
  const { store } = room;
  const structure = asker.caller.structure.id;
  const { ins, issues } = insOf(patient, room);
  const seen = await store.identities.byLocal(structure, local.system, local.value);
  if (seen?.replacedBy !== undefined)
    throw new IssueError({ key: 'identity-merged', expression: 'Patient', values: { survivor: seen.replacedBy } });
  // Before the DMP is asked in vain; the store has the last word.
  if (expected !== undefined && seen?.version !== expected) throw versionConflict(expected);
  const comparison = ins && (await comparisonOf(patient, ins, seen, asker, room));
  const { status } = reliabilityOf(patient);
  const fed: FedIdentity = {
    structure,
    ...local,
    ...(ins ? { ins, patientId: (await store.patients.byIns(ins)).id } : {}),
    ...(status === undefined ? {} : { reliability: status }),
    content: patient,
    active: patient.active ?? true,
    ...comparison?.kept,
  };
  // Another may have fed it since it was seen: what it took the place of is for the store to say.
  const { identity, isNew, before } = await put(fed, asker, room, expected);
  if (!same(before?.ins, ins)) await record('link', identity, [before?.patientId], asker, room);
  if (before?.active && !identity.active) await record('delete', identity, [], asker, room);
  return { identity, isNew, issues: [...issues, ...(comparison?.issues ?? []), ...relinked(before, ins)] };
}

/**
 * Takes an identity out: it becomes inactive, its history stays.
 * @returns undefined when it was never fed; what is inactive already stays as it is
 * @throws IssueError version-conflict
 */
export async function removeIdentity(
  local: LocalId,
  asker: Asker,
  room: IdentityRoom,
  expected?: number,
): Promise<StoredIdentity | undefined> {
  const { store, now } = room;
  const { caller } = asker;
  const structure = caller.structure.id;
  for (let i = 0; i < attempts; i++) {
    const before = await store.identities.byLocal(structure, local.system, local.value);
    if (!before?.active) return before;
    // What is fed at the same time is not overwritten with what it was before.
    const given = { ...before, structure, active: false };
    const result = await store.identities.feed(given, caller.personId, now(), expected ?? before.version);
    if (result !== 'conflict') {
      await record('delete', result.identity, [], asker, room);
      return result.identity;
    }
    if (expected !== undefined) break;
  }
  throw versionConflict(expected);
}

/** How often a removal is tried when others feed the same identity. */
const attempts = 5;

async function put(
  fed: FedIdentity,
  { caller }: Asker,
  { store, now }: IdentityRoom,
  expected: number | undefined,
): Promise<{ identity: StoredIdentity; isNew: boolean; before?: StoredIdentity }> {
  const result = await store.identities.feed(fed, caller.personId, now(), expected);
  if (result === 'conflict') throw versionConflict(expected);
  return result;
}

/** `given`: the version that was named, whatever is current. */
export const versionConflict = (given: number | undefined): IssueError =>
  new IssueError({ key: 'version-conflict', values: { given: `W/"${given ?? '*'}"`, current: 'W/"…"' } });

/** The INS of the Patient, checked; one person has one. */
function insOf(patient: Patient, { config }: IdentityRoom): { ins?: Ins; issues: Issue[] } {
  const [first, ...more] = insInForce(patient);
  const at = (index: number): string => `Patient.identifier[${index}]`;
  if (more[0]) throw new IssueError({ key: 'patient-inconsistent', expression: at(more[0].index) });
  if (!first) return { issues: [] };
  const issues = checkIns(first.ins, config.ENVIRONMENT).map((issue) => ({ ...issue, expression: at(first.index) }));
  if (issues.some((i) => (i.severity ?? 'error') === 'error')) throw new IssueError(issues);
  return { ins: first.ins, issues };
}

type Kept = Pick<FedIdentity, 'differences' | 'comparedAt'>;

/** What is known of the comparison: made now when it must be, else that of before. */
async function comparisonOf(
  patient: Patient,
  ins: Ins,
  before: StoredIdentity | undefined,
  asker: Asker,
  room: IdentityRoom,
): Promise<{ kept: Kept; issues: Issue[] }> {
  const known =
    before?.comparedAt !== undefined &&
    same(before.ins, ins) &&
    same(traitsOfPatient(before.content as Patient), traitsOfPatient(patient));
  if (known) {
    const { differences = [], comparedAt } = before;
    return { kept: { differences, ...(comparedAt ? { comparedAt } : {}) }, issues: differences.map(differs) };
  }
  const found = await compareInDmp(traitsOfPatient(patient), ins, contextOf(asker, ins), room);
  return {
    kept: found.state === 'compared' ? { differences: found.differing, comparedAt: room.now() } : {},
    issues: warningsOf(found),
  };
}

function warningsOf(found: Compared): Issue[] {
  switch (found.state) {
    case 'compared':
      return found.differing.map(differs);
    case 'absent':
      return [{ key: 'identity-compare-absent', severity: 'warning' }];
    case 'failed':
      return [{ key: 'identity-compare-failed', severity: 'warning', values: { code: found.code } }];
  }
}

/** The INS was another: what was fed under it is in the wrong record. */
export function relinked(before: StoredIdentity | undefined, ins: Ins | undefined): Issue[] {
  if (!before?.patientId || same(before.ins, ins)) return [];
  return [{ key: 'identity-wrong-record', severity: 'warning', values: { wrong: before.patientId } }];
}

/**
 * A link, a merge or a removal stays on record.
 * @param others ids of the Patients that it also concerns: the one of the INS before, the survivor
 */
export async function record(
  event: 'link' | 'merge' | 'delete',
  { id, patientId }: StoredIdentity,
  others: readonly (string | undefined)[],
  { caller, requestId }: Asker,
  room: IdentityRoom,
): Promise<void> {
  const references = [id, ...others].flatMap((other) => (other === undefined ? [] : `Patient/${other}`));
  await keep(room, caller, {
    kind: 'identity',
    ...(requestId === undefined ? {} : { requestId }),
    ...(patientId === undefined ? {} : { patientId }),
    outcome: 'success',
    details: { event, references },
  });
}

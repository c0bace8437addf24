/** Two identities of one person become one (PIXm ITI-104 « Resolve Duplicate Patient »). */
import type { Patient } from '@medplum/fhirtypes';
import { localOf, type LocalId } from '../../mappings/identity/identifiers.ts';
import { IssueError } from '../../mappings/outcome.ts';
import type { StoredIdentity } from '../store/types.ts';
import { feedIdentity, record, relinked, versionConflict, type Fed } from './feed.ts';
import type { Asker, IdentityRoom } from './room.ts';

/** An identity of the establishment, by its id here, by its local identifier, or by both. */
export interface Designation {
  id?: string;
  local?: LocalId;
}

const expression = 'Patient.link.other';
const refused = (detail: string): IssueError =>
  new IssueError({ key: 'identity-survivor', expression, values: { detail } });

/**
 * Merges the identity of `local` into the `other`. One that is merged into it already stays so; one that was
 * never fed is fed first, so that its history begins.
 * @throws IssueError identity-survivor, identity-merged, version-conflict
 */
export async function mergeIdentity(
  patient: Patient,
  local: LocalId,
  other: Designation,
  asker: Asker,
  room: IdentityRoom,
  expected?: number,
): Promise<Fed> {
  const { identities } = room.store;
  const { caller } = asker;
  const structure = caller.structure.id;
  const survivor = await survivorBy(other, structure, room);
  requireSurvivor(survivor, local);
  const before = await identities.byLocal(structure, local.system, local.value);
  if (expected !== undefined && before?.version !== expected) throw versionConflict(expected);
  if (before?.replacedBy === survivor.id) return { identity: before, isNew: false, issues: [] };
  if (before?.replacedBy !== undefined)
    throw new IssueError({ key: 'identity-merged', expression, values: { survivor: before.replacedBy } });
  const fed = before
    ? { identity: before, isNew: false, issues: [] }
    : await feedIdentity({ ...patient, active: true, link: undefined }, local, asker, room, expected);
  await identities
    .merge(survivor.id, fed.identity.id, structure, caller.personId, room.now())
    .catch((error: unknown) => {
      // Meanwhile one of them was merged by somebody else.
      throw error instanceof RangeError ? versionConflict(expected) : error;
    });
  const identity = (await identities.byId(fed.identity.id, structure)) ?? fed.identity;
  await record('merge', identity, [survivor.id], asker, room);
  // Where both bear an INS and not the same, what was fed for the one that is gone stands in another's record.
  const issues = survivor.ins ? relinked(fed.identity, survivor.ins) : [];
  return { identity, isNew: fed.isNew, issues: [...fed.issues, ...issues] };
}

async function survivorBy(
  { id, local }: Designation,
  structure: string,
  { store, config }: IdentityRoom,
): Promise<StoredIdentity | undefined> {
  const known = local && localOf(local, config.LOCAL_ID_SYSTEMS);
  const found = known && (await store.identities.byLocal(structure, known.system, known.value));
  if (id === undefined) return found;
  const byId = await store.identities.byId(id, structure);
  if (local && byId?.id !== found?.id) throw refused('reference ≠ identifier');
  return byId;
}

function requireSurvivor(survivor: StoredIdentity | undefined, local: LocalId): asserts survivor is StoredIdentity {
  if (!survivor) throw refused('—');
  if (survivor.system !== local.system) throw refused(survivor.system);
  if (survivor.value === local.value) throw refused(`Patient/${survivor.id} = Patient/${survivor.id}`);
  if (survivor.replacedBy !== undefined) throw refused(`Patient/${survivor.id} → Patient/${survivor.replacedBy}`);
  if (!survivor.active) throw refused(`Patient/${survivor.id}: active = false`);
}

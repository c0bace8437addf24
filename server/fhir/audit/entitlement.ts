/**
 * Who may read what of the record: the structure's administrator all of the structure's; a professional their own accesses; and the
 * médecin traitant of a patient, as the DMP last said, every access to that patient that was made through this structure.
 */
import type { Criterion } from '../../../mappings/criteria.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { StoredRecord } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { and, personOf, type Wanted } from './query.ts';

const refused = (): IssueError => new IssueError({ key: 'audit-not-entitled' });

async function isTreating(
  { personId }: Caller,
  patientId: string,
  { store }: Pick<Services, 'store'>,
): Promise<boolean> {
  const patient = await store.patients.byId(patientId);
  const known = patient && (await store.authorizations.known(patient.ins, personId));
  return known?.treatingPhysician === true;
}

/** @throws IssueError `audit-not-entitled` */
export async function requireReadable(record: StoredRecord, caller: Caller, services: Services): Promise<void> {
  if (caller.isAdministrator === true || record.person === caller.personId) return;
  const { patientId } = record;
  if (patientId === undefined || !(await isTreating(caller, patientId, services))) throw refused();
}

/**
 * What is looked for, narrowed to what the caller may see.
 * @throws IssueError `audit-not-entitled` when somebody else's accesses are asked for
 */
export async function entitled(
  wanted: Wanted,
  criteria: readonly Criterion[],
  caller: Caller,
  services: Services,
): Promise<{ wanted: Wanted; warnings: Issue[] }> {
  if (caller.isAdministrator === true) return { wanted, warnings: [] };
  const { patientId } = wanted;
  if (patientId !== undefined && (await isTreating(caller, patientId, services))) return { wanted, warnings: [] };
  const asked = criteria.map(personOf).filter((person) => person !== undefined);
  if (asked.some((person) => person !== caller.personId)) throw refused();
  const warnings: Issue[] = [{ key: 'audit-own-only', severity: 'information' }];
  return { wanted: and(wanted, { person: caller.personId }), warnings };
}

/**
 * Who may change what (dmp-wire §1.4, notes 8 and 9), as far as it is certain before the DMP is asked: what is not is left to
 * the DMP. The médecin traitant may do more than the façade knows of a doctor, and who deposited counts as an author too.
 */
import type { Change } from '../../../mappings/attributes.ts';
import { xcn, xon } from '../../../mappings/codecs/people.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Found } from '../registry.ts';

/** Whether the caller wrote it, or answers for it, as a person. */
export const isAuthor = (entry: DocumentEntry, caller: Caller): boolean =>
  [...entry.authors.map((a) => a.person), entry.legalAuthenticator].some(
    (wire) => wire !== undefined && xcn.decode(wire)?.id === caller.personId,
  );

/** Whether the caller's structure is that of an author. */
export const isOfStructure = (entry: DocumentEntry, { structure }: Caller): boolean =>
  entry.authors.some((a) => a.institutions.some((i) => xon.decode(i)?.id === structure.id));

/** A patient's document, which the médecin traitant may archive and delete (§1.4, *): no institution, class 90. */
const isByPatient = (entry: DocumentEntry): boolean =>
  entry.classCode?.code === '90' || entry.authors.every((a) => a.institutions.length === 0);

const doctor = '10';

/**
 * @param found the entry as far as it is known: without authors nothing is decided
 * @throws IssueError not-author (403)
 */
export function requireRight(change: Change, { entry, document }: Found, caller: Caller): void {
  const isDepositedHere = document.setId !== undefined;
  if (change.kind === 'none' || entry.authors.length === 0 || isAuthor(entry, caller) || isDepositedHere) return;
  const isDoctor = caller.roles[0]?.code === doctor;
  const refuse = (right: string): never => {
    throw new IssueError({ key: 'not-author', expression: 'DocumentReference.author', values: { right } });
  };
  switch (change.kind) {
    case 'delete':
      if (isOfStructure(entry, caller) || (isDoctor && isByPatient(entry))) return;
      return refuse(change.transaction);
    case 'unmask': // one's own, and any as médecin traitant
    case 'archive': // any doctor, of a patient's document the médecin traitant
    case 'unarchive':
      return isDoctor ? undefined : refuse(change.transaction);
    default:
      return;
  }
}

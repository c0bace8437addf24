/**
 * Which registered documents a requester is shown (rights matrix, row "masqués PS", and FI-526 note 6: the author keeps
 * reading what was masked). Masking hides metadata as well as content.
 */
import { type Requester, rightFor } from '../rights.ts';
import { readXcn, readXon } from './composites.ts';
import { type Association, classifiedBy, codes, slotValue, slotValues } from './metadata.ts';
import type { StoredDocument } from './registry.ts';
import { entryScheme, oid } from './vocabulary.ts';

const isMasked = ({ entry }: StoredDocument): boolean =>
  codes(entry, entryScheme.confidentialityCode).some((c) => c.system === oid.visibility && c.code === 'MASQUE_PS');

/** True when the requester wrote, signed or deposited the document. */
export function isOwn({ entry, depositor }: StoredDocument, { vihf }: Requester): boolean {
  const authors = classifiedBy(entry, entryScheme.author).map((a) => slotValue(a, 'authorPerson'));
  const persons = [...authors, slotValue(entry, 'legalAuthenticator')].map((xcn) => readXcn(xcn)?.id);
  return depositor.person === vihf.nameId || persons.includes(vihf.nameId);
}

/** True when the requester's structure deposited or wrote it. */
export function isOfStructure({ entry, depositor }: StoredDocument, { vihf }: Requester): boolean {
  const institutions = classifiedBy(entry, entryScheme.author).flatMap((a) => slotValues(a, 'authorInstitution'));
  return depositor.structure === vihf.structure || institutions.some((i) => readXon(i)?.id === vihf.structure);
}

/** True when the requester may see a document of the patient that the VIHF names. */
export function isVisible(document: StoredDocument, requester: Requester): boolean {
  const { patient } = requester.vihf;
  if (document.patient.value !== patient?.value || document.patient.oid !== patient.oid) return false;
  if (!isMasked(document)) return true;
  switch (rightFor(requester, 'TD3.2 masked')) {
    case 'y':
      return true;
    case 'own':
    case 'pat': // no patient of this world lifted the masking for emergencies
      return isOwn(document, requester);
    default:
      // a structure: only references, to what it deposited (FI-526 notes 5 and 9)
      return isOfStructure(document, requester);
  }
}

/** True unless one end of the association is a document that the requester is not shown. */
export const isVisibleAssociation = (association: Association, requester: Requester): boolean =>
  [association.sourceObject, association.targetObject].every((id) => {
    const document = requester.world.registry.byEntryUuid(id);
    return document === undefined || isVisible(document, requester);
  });

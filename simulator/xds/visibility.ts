/**
 * Which registered documents a requester is shown (rights matrix, row "masqués PS", and FI-526 note 6: the author keeps
 * reading what was masked). Masking hides metadata as well as content.
 */
import { isReadable } from '../habilitations/matrix.ts';
import { type Requester, rightFor } from '../rights.ts';
import { findPatient } from '../world.ts';
import { readXcn, readXon } from './composites.ts';
import { type Association, classifiedBy, codes, slotValue, slotValues } from './metadata.ts';
import type { StoredDocument, StoredPackage } from './registry.ts';
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

const patientOf = ({ vihf, world }: Requester) =>
  vihf.patient === undefined ? undefined : findPatient(world, vihf.patient);

/**
 * False when the matrix of habilitations keeps a document from who consults. Assumed: not from its author, nor from the
 * médecin traitant; signatures are no documents (docs/habilitations.md).
 */
export function isReadableBy(document: StoredDocument, requester: Requester): boolean {
  const { vihf, world } = requester;
  const { habilitationMatrix: matrix } = world.settings;
  if (matrix === undefined || document.signature || rightFor(requester, 'TD3.1a') === '-') return true;
  if (isOwn(document, requester) || patientOf(requester)?.treatingPhysician === vihf.nameId) return true;
  const code = (scheme: string) => codes(document.entry, scheme)[0]?.code;
  const [role, speciality] = vihf.roles;
  return isReadable(matrix, {
    role: role?.code,
    specialtyCode: speciality?.code,
    classCode: code(entryScheme.classCode),
    typeCode: code(entryScheme.typeCode),
  });
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
      return isOwn(document, requester);
    case 'pat':
      return isOwn(document, requester) || patientOf(requester)?.maskedInEmergencies === true;
    default:
      // an occupational physician unmasks their own; a structure: only references, to what it deposited (notes 5, 8 and 9)
      return rightFor(requester, 'TD3.3a unmask') === 'own'
        ? isOwn(document, requester)
        : isOfStructure(document, requester);
  }
}

/** True when a search shows the document: what is visible, and readable by the matrix of habilitations. */
export const isListed = (document: StoredDocument, requester: Requester): boolean =>
  isVisible(document, requester) && isReadableBy(document, requester);

/** True for a set or folder of the patient that the VIHF names. */
export const isOfPatient = ({ patient }: StoredPackage, { vihf }: Requester): boolean =>
  patient.value === vihf.patient?.value && patient.oid === vihf.patient.oid;

/** True unless every document that a set brought is hidden from the requester; its signature tells nothing. */
export function isVisibleSet(set: StoredPackage, requester: Requester): boolean {
  const { registry } = requester.world;
  const documents = registry
    .associationsOf(set.object.id)
    .map((a) => (a.sourceObject === set.object.id ? registry.byEntryUuid(a.targetObject) : undefined))
    .filter((d) => d !== undefined && !d.signature) as StoredDocument[];
  return isOfPatient(set, requester) && (documents.length === 0 || documents.some((d) => isListed(d, requester)));
}

/** True unless one end of the association is something that the requester is not shown; what is unknown hides nothing. */
export function isVisibleAssociation({ sourceObject, targetObject }: Association, requester: Requester): boolean {
  const { registry } = requester.world;
  return [sourceObject, targetObject].every((id) => {
    const document = registry.byEntryUuid(id);
    if (document !== undefined) return isListed(document, requester);
    const set = registry.setById(id);
    if (set !== undefined) return isVisibleSet(set, requester);
    const folder = registry.folderById(id);
    if (folder !== undefined) return isOfPatient(folder, requester);
    const member = registry.associationById(id); // a set also contains the associations that fill a registered folder
    return member === undefined || isVisibleAssociation(member, requester);
  });
}

/**
 * What a submission does with folders (ITI TF-3 §4.1.4, §4.2.1.3): it makes new ones, puts new or registered documents in
 * new or registered ones. Everything is of one patient. No source says whether the DMP takes folders: a setting.
 */
import type { PatientKey } from '../../vihf/types.ts';
import { readIns } from '../composites.ts';
import { type Association, identifier } from '../metadata.ts';
import { isVisible } from '../visibility.ts';
import { associationType, setScheme, status } from '../vocabulary.ts';
import { collect, type Finding, type Rule, setOf, type Submission } from './rule.ts';

export const folderRules = {
  'folder.unknown': { code: 'UnresolvedReferenceException', context: 'Classeur inconnu : {id}' },
  'folder.patient': { code: 'XDSPatientIdDoesNotMatch', context: 'Le classeur {id} est celui d’un autre patient' },
  'folder.document.unknown': { code: 'UnresolvedReferenceException', context: 'Document inconnu : {id}' },
  'folder.document.patient': {
    code: 'XDSPatientIdDoesNotMatch',
    context: 'Le document {id} est celui d’un autre patient',
  },
} satisfies Record<string, Rule>;

/** The associations of a submission that put a document in a folder. */
export const folderMemberships = ({ list }: Pick<Submission, 'list'>): Association[] =>
  list.associations.filter(
    (a) => a.associationType === associationType.hasMember && !list.sets.some((s) => s.id === a.sourceObject),
  );

/** The associations by which a set lists what is registered already (ITI TF-3 §4.2.2.1, SubmissionSetStatus Reference). */
export function listedDocuments({ list }: Pick<Submission, 'list'>): Association[] {
  const local = new Set([...list.documents, ...list.folders, ...list.associations].map((o) => o.id));
  return list.associations.filter(
    (a) =>
      a.associationType === associationType.hasMember &&
      list.sets.some((s) => s.id === a.sourceObject) &&
      !local.has(a.targetObject) &&
      /^urn:uuid:/i.test(a.targetObject),
  );
}

/** Findings about registered folders and documents that a submission brings together. */
export const checkFolders = (submission: Submission): Finding[] =>
  collect<keyof typeof folderRules>(folderRules, (report) => {
    const { list, world } = submission;
    const patient = readIns(identifier(setOf(submission), setScheme.patientId));
    const isOther = (key: PatientKey): boolean => key.value !== patient?.id || key.oid !== patient.authority;
    const listed = listedDocuments(submission);
    for (const association of [...folderMemberships(submission), ...listed]) {
      const { sourceObject, targetObject } = association;
      const folder = world.registry.folderById(sourceObject);
      if (!listed.includes(association) && !list.folders.some((f) => f.id === sourceObject)) {
        if (folder === undefined) report('folder.unknown', sourceObject, { id: sourceObject });
        else if (isOther(folder.patient)) report('folder.patient', sourceObject, { id: sourceObject });
      }
      if (list.documents.some((d) => d.id === targetObject)) continue;
      const document = world.registry.byEntryUuid(targetObject);
      if (document !== undefined && isOther(document.patient))
        report('folder.document.patient', targetObject, { id: targetObject });
      else if (document === undefined || !isVisible(document, submission) || document.entry.status === status.deleted)
        report('folder.document.unknown', targetObject, { id: targetObject });
    }
  });

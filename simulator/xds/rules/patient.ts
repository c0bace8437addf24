/** Whose record it is and who writes in it: one patient everywhere, a DMP that is open, an author who is the caller. */
import { findPatient } from '../../world.ts';
import { readCx, readIns, readXcn, readXon } from '../composites.ts';
import { classifiedBy, identifier, slotValue, slotValues } from '../metadata.ts';
import { entryScheme, folderScheme, setScheme } from '../vocabulary.ts';
import { collect, type Finding, type Rule, setOf, type Submission } from './rule.ts';

export const patientRules = {
  'patient.vihf': { code: 'XDSPatientIdDoesNotMatch', context: 'Le patientId du lot diffère de celui du VIHF' },
  'patient.entry': { code: 'XDSPatientIdDoesNotMatch', context: 'Le patientId de {id} diffère de celui du lot' },
  'patient.source': {
    code: 'XDSPatientIdDoesNotMatch',
    context: 'L’INS du sourcePatientId de {id} diffère du patientId',
  },
  'patient.unknown': { code: 'XDSUnknownPatientId', context: 'Aucun DMP pour {ins}' },
  'patient.closed': { code: 'DMPClosed', context: 'Le DMP de ce patient est fermé' },
  'author.vihf': {
    code: 'DMPInvalidData',
    context: "L'auteur du lot n'est pas le professionnel identifié par le VIHF",
  },
  'author.structure': {
    code: 'DMPInvalidData',
    context: "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF",
  },
  'author.link': { code: 'DMPInvalidData', context: 'PS et Structure non liés' },
} satisfies Record<string, Rule>;

/** Findings about the patient. */
export const checkPatient = (submission: Submission): Finding[] =>
  collect<keyof typeof patientRules>(patientRules, (report) => {
    const set = setOf(submission);
    const { vihf, world, list } = submission;
    const patient = readIns(identifier(set, setScheme.patientId));
    if (patient === undefined) return; // said by the metadata rules
    if (vihf.patient?.value !== patient.id || vihf.patient.oid !== patient.authority) report('patient.vihf', set.id);
    for (const entry of list.documents) {
      const own = readIns(identifier(entry, entryScheme.patientId));
      if (own?.id !== patient.id || own.authority !== patient.authority)
        report('patient.entry', entry.id, { id: entry.id });
      const source = readCx(slotValue(entry, 'sourcePatientId'));
      if (source?.type === 'NH' && (source.id !== patient.id || source.authority !== patient.authority))
        report('patient.source', entry.id, { id: entry.id });
    }
    for (const folder of list.folders) {
      const own = readIns(identifier(folder, folderScheme.patientId));
      if (own?.id !== patient.id || own.authority !== patient.authority)
        report('patient.entry', folder.id, { id: folder.id });
    }
    const known = findPatient(world, { value: patient.id, oid: patient.authority });
    if (known === undefined || known.dmp === 'none') report('patient.unknown', set.id, { ins: patient.id });
    else if (known.dmp === 'terminated') report('patient.closed', set.id);
  });

/** Findings about the author of the set: the VIHF's professional, in the VIHF's structure (messages of §5). */
export const checkAuthor = (submission: Submission): Finding[] =>
  collect<keyof typeof patientRules>(patientRules, (report) => {
    const { vihf } = submission;
    const set = setOf(submission);
    const authors = classifiedBy(set, setScheme.author).map((author) => ({
      person: readXcn(slotValue(author, 'authorPerson'))?.id,
      structures: slotValues(author, 'authorInstitution').map((i) => readXon(i)?.id),
    }));
    if (!authors.some((a) => a.person === vihf.nameId)) report('author.vihf', set.id);
    else if (!authors.some((a) => a.structures.includes(vihf.structure))) report('author.structure', set.id);
    else if (!authors.some((a) => a.person === vihf.nameId && a.structures.includes(vihf.structure)))
      report('author.link', set.id);
  });

/** ITI-57 mutants: a golden update of attributes with one thing wrong, and the error that refuses it. */
import type { World } from '../../../simulator/world.ts';
import {
  addSlot,
  append,
  association,
  both,
  classification,
  drop,
  dropSlot,
  type Edit,
  identifier,
  object,
  replace,
  setIdentifier,
  setValue,
  slot,
  twice,
  within,
} from '../support/edit-ebxml.ts';
import { associationXml, hasMember, withFolder } from '../support/folder.ts';

export interface UpdateMutant {
  name: string;
  of: keyof typeof goldenUpdates;
  rule: string;
  edit: Edit;
  code: string;
  context: string;
  location: string;
  world?: (world: World) => void;
  /** Leaves as a SOAP fault: `location` is not told. */
  fault?: true;
}

export const goldenUpdates = {
  mask: 'td3-3a/01-request-mask.xml',
  unmask: 'td3-3a/02-request-unmask.xml',
  patient: 'td3-3b/01-request-visible-patient.xml',
  representatives: 'td3-3b/02-request-visible-representatives.xml',
  deleteArchived: 'td3-3c/01-request-delete-archived.xml',
  deleteByStructure: 'td3-3c/02-request-delete-approved.xml',
  archive: 'td3-3d/01-request-archive.xml',
  archivePatients: 'td3-3d/02-request-archive-patient-document.xml',
  unarchive: 'td3-3d/03-request-unarchive.xml',
} as const;

const set = 'SubmissionSet01';
const doc = 'Document01';
const metadata = 'XDSRegistryMetadataError';
const refused = 'XDSMetadataUpdateError';
const unsupported = 'XDSMetadataUpdateOperationError';
const none: Edit = (text) => text;

const nobody = 'urn:uuid:00000000-0000-1000-8000-000000000000';
const a1 = 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31';
const a2 = 'urn:uuid:bf918179-c890-11f1-86c4-02420a1e0f31';
const b1 = 'urn:uuid:703cf27c-c610-11f1-849f-02420a1e0f31';
const c = 'urn:uuid:6c9d3b9d-b373-11f1-8b88-02420a1e0f31';
const d = 'urn:uuid:7edfddef-6000-11f1-8dea-02420a1e0f31';
const p = 'urn:uuid:29c3d3c1-9e5c-11f1-904c-02420a1e0f31';
const status = {
  approved: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
  deprecated: 'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated',
  archived: 'urn:asip:ci-sis:2010:StatusType:Archived',
  deleted: 'urn:asip:ci-sis:2010:StatusType:Deleted',
} as const;
const cavallini = { value: '141112A99004563', oid: '1.2.250.1.213.1.4.10' };
const notTreating = (world: World): void => void delete world.patients[0]!.treatingPhysician;

// --- the message
const other = (node: string): string =>
  `<rim:RegistryPackage id="Other01"><rim:Classification id="c99" classificationNode="urn:uuid:${node}" classifiedObject="Other01"/></rim:RegistryPackage>`;

/** A slot of the golden message's association (`a17`, `a16`, `a18` or `a07`). */
const ofAssociation = (id: string, name: string, change: Edit): Edit =>
  association(id, within(new RegExp(`<rim:Slot name="${name}">.*?</rim:Slot>`), change));
const slotsOfAssociation: [of: 'mask' | 'archive', id: string, name: string, bad: string][] = [
  ['mask', 'a17', 'SubmissionSetStatus', 'Reference'],
  ['mask', 'a17', 'PreviousVersion', '1.0'],
  ['archive', 'a07', 'OriginalStatus', 'Approved'],
  ['archive', 'a07', 'NewStatus', 'urn:asip:ci-sis:2010:StatusType:Hidden'],
];

const message: UpdateMutant[] = [
  {
    name: 'no RegistryObjectList',
    of: 'archive',
    rule: 'update.incomplete',
    edit: replace(/<rim:RegistryObjectList.*<\/rim:RegistryObjectList>/s, ''),
    code: metadata,
    context: 'Enveloppe de mise à jour incomplète',
    location: '',
  },
  {
    name: 'an element that ebRIM does not have',
    of: 'archive',
    rule: 'update.unexpected',
    edit: append('<rim:Nom/>'),
    code: metadata,
    context: 'Élément inattendu : Nom',
    location: '',
  },
  {
    name: 'no set',
    of: 'archive',
    rule: 'update.set',
    edit: object(set, drop),
    code: metadata,
    context: 'Un lot et un seul est attendu',
    location: '',
  },
  {
    name: 'two sets',
    of: 'archive',
    rule: 'update.set',
    edit: append(other('a54d6aa5-d40d-43f9-88c5-b4633d873bdd')),
    code: metadata,
    context: 'Un lot et un seul est attendu',
    location: '',
  },
  {
    name: 'two objects with one id',
    of: 'mask',
    rule: 'update.id',
    edit: association('a17', replace('id="a17"', `id="${doc}"`)),
    code: metadata,
    context: `Identifiant d’objet absent ou en double : ${doc}`,
    location: doc,
  },
  ...(
    [
      ['nothing is asked for', 'archive', association('a07', drop)],
      ['two changes of status', 'archive', association('a07', (text) => text + text.replace('a07', 'a08'))],
      [
        'a version and a status',
        'mask',
        append(associationXml('a90', 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus', set, b1)),
      ],
      ['a version that no association brings', 'mask', association('a17', drop)],
      [
        'a status with an entry',
        'mask',
        association('a17', replace(hasMember, 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus')),
      ],
      [
        'an association that the DMP does not carry out',
        'archive',
        association('a07', replace('UpdateAvailabilityStatus', 'SubmitAssociation')),
      ],
      ['a folder beside it', 'mask', withFolder],
    ] as [string, UpdateMutant['of'], Edit][]
  ).map(([name, of, edit]): UpdateMutant => ({
    name,
    of,
    rule: 'update.operation',
    edit,
    code: unsupported,
    context: 'Opération non prise en charge',
    location: set,
  })),
  {
    name: 'an association that starts nowhere',
    of: 'archive',
    rule: 'update.end',
    edit: association('a07', replace(`sourceObject="${set}"`, 'sourceObject="SubmissionSet02"')),
    code: metadata,
    context: 'Association a07 : objet inconnu SubmissionSet02',
    location: 'a07',
  },
  {
    name: 'a version whose association leads elsewhere',
    of: 'mask',
    rule: 'update.end',
    edit: association('a17', replace(`targetObject="${doc}"`, `targetObject="${b1}"`)),
    code: metadata,
    context: `Association a17 : objet inconnu ${b1}`,
    location: 'a17',
  },
  ...slotsOfAssociation.flatMap(([of, id, name, bad]): UpdateMutant[] => [
    {
      name: `no ${name}`,
      of,
      rule: 'update.slot.missing',
      edit: ofAssociation(id, name, drop),
      code: metadata,
      context: `Slot absent : ${name}`,
      location: id,
    },
    ...[setValue(bad), within(/<rim:Value>.*<\/rim:Value>/, twice)].map((edit, i): UpdateMutant => ({
      name: `${name} ${i === 0 ? `is ${bad}` : 'has two values'}`,
      of,
      rule: 'update.slot.value',
      edit: ofAssociation(id, name, edit),
      code: metadata,
      context: `Slot invalide : ${name}`,
      location: id,
    })),
  ]),
  {
    name: 'a set whose uniqueId was used',
    of: 'archive',
    rule: 'update.duplicate',
    edit: identifier(set, 'XDSSubmissionSet.uniqueId', setIdentifier('2.16.840.1.113883.19.7601.3.40.20261012.1')),
    code: 'XDSDuplicateUniqueIdInRegistry',
    context: 'uniqueId=2.16.840.1.113883.19.7601.3.40.20261012.1',
    location: set,
  },
];

// --- what a submission must keep, an update must too: one mutant of each table shows that it is looked at
const shared: UpdateMutant[] = [
  {
    name: 'a set without content type',
    of: 'archive',
    rule: 'code.missing',
    edit: classification(set, 'contentTypeCode', drop),
    code: metadata,
    context: 'Classification absente : contentTypeCode',
    location: set,
  },
  {
    name: 'an entry without typeCode',
    of: 'mask',
    rule: 'code.missing',
    edit: classification(doc, 'typeCode', drop),
    code: metadata,
    context: 'Classification absente : typeCode',
    location: doc,
  },
  {
    name: 'an entry without base level',
    of: 'mask',
    rule: 'confidentiality.base',
    edit: classification(doc, 'confidentialityCode', drop),
    code: metadata,
    context: 'Un niveau N, R ou V et un seul est attendu : confidentialityCode',
    location: doc,
  },
  {
    name: 'a visibility code that does not exist',
    of: 'mask',
    rule: 'code.value',
    edit: replace('nodeRepresentation="MASQUE_PS"', 'nodeRepresentation="MASQUE"'),
    code: metadata,
    context: 'Code hors du jeu de valeurs : confidentialityCode',
    location: doc,
  },
  {
    name: 'a set about another patient',
    of: 'archive',
    rule: 'patient.vihf',
    edit: identifier(set, 'XDSSubmissionSet.patientId', replace('236046999012376', '141112A99004563')),
    code: 'XDSPatientIdDoesNotMatch',
    context: 'Le patientId du lot diffère de celui du VIHF',
    location: set,
  },
  {
    name: 'an entry about another patient',
    of: 'mask',
    rule: 'patient.entry',
    edit: identifier(doc, 'XDSDocumentEntry.patientId', replace('236046999012376', '141112A99004563')),
    code: 'XDSPatientIdDoesNotMatch',
    context: 'Le patientId de Document01 diffère de celui du lot',
    location: doc,
  },
  {
    name: 'a patient without DMP',
    of: 'archive',
    rule: 'patient.unknown',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'none'),
    code: 'XDSUnknownPatientId',
    context: 'Aucun DMP pour 236046999012376',
    location: set,
  },
  {
    name: 'a closed DMP',
    of: 'archive',
    rule: 'patient.closed',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'terminated'),
    code: 'DMPClosed',
    context: 'Le DMP de ce patient est fermé',
    location: set,
    fault: true,
  },
  {
    name: 'a set by another professional',
    of: 'mask',
    rule: 'author.vihf',
    edit: classification(set, 'set author', replace('899700101233', '899700204581')),
    code: 'DMPInvalidData',
    context: "L'auteur du lot n'est pas le professionnel identifié par le VIHF",
    location: set,
    fault: true,
  },
  {
    name: 'a set by another structure',
    of: 'deleteByStructure',
    rule: 'author.structure',
    edit: classification(set, 'set author', replace('1990100109', '1990200776')),
    code: 'DMPInvalidData',
    context: "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF",
    location: set,
    fault: true,
  },
];

// --- which document
const unknown = (name: string, of: UpdateMutant['of'], from: string, to: string): UpdateMutant => ({
  name,
  of,
  rule: 'update.unknown',
  edit: replace(from, to),
  code: refused,
  context: `Document inconnu : ${to}`,
  location: to,
});
const target: UpdateMutant[] = [
  {
    name: 'an entry that says of no document that it is a version of it',
    of: 'mask',
    rule: 'update.lid',
    edit: replace(` lid="${b1}"`, ''),
    code: refused,
    context: `lid absent : ${doc} n’est pas une nouvelle version`,
    location: doc,
  },
  unknown('a version of nothing', 'mask', b1, nobody),
  unknown('a version named by the entryUUID of one', 'unmask', b1, 'urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31'),
  unknown('a status of nothing', 'archive', d, nobody),
  unknown('a status of a set', 'archive', d, 'urn:uuid:7edfd91a-6000-11f1-8dad-02420a1e0f31'),
  unknown('a status of a version that is no more', 'archivePatients', p, b1),
  {
    name: 'a document that the requester is not shown',
    of: 'patient',
    rule: 'update.unknown',
    edit: none,
    world: (world) => {
      notTreating(world);
      const document = world.registry.byLogicalId(c)!;
      const [code] = document.entry.classifications.filter((k) => k.nodeRepresentation === 'INVISIBLE_PATIENT');
      const classifications = [...document.entry.classifications, { ...code!, nodeRepresentation: 'MASQUE_PS' }];
      document.entry = { ...document.entry, classifications };
    },
    code: refused,
    context: `Document inconnu : ${c}`,
    location: c,
  },
  {
    name: 'another patient’s document',
    of: 'archive',
    rule: 'update.patient',
    edit: none,
    world: (world) => void (world.registry.byEntryUuid(d)!.patient = cavallini),
    code: 'XDSPatientIdDoesNotMatch',
    context: "Le patientId du lot n'est pas celui du document",
    location: set,
  },
  ...(
    [
      ['a new version of', 'mask', b1],
      ['a new status for', 'archive', d],
    ] as const
  ).map(([name, of, id]): UpdateMutant => ({
    name: `${name} a deleted document`,
    of,
    rule: 'update.deleted',
    edit: none,
    world: (world) => world.registry.setStatus(id, status.deleted),
    code: refused,
    context: `Document supprimé : ${id}`,
    location: id,
  })),
];

// --- who
const denied = (
  name: string,
  of: UpdateMutant['of'],
  row: string,
  edit: Edit = none,
  world?: UpdateMutant['world'],
): UpdateMutant => ({
  name,
  of,
  rule: 'update.right',
  edit,
  ...(world === undefined ? {} : { world }),
  code: 'DMPAccessDenied',
  context: `${row} n’est pas permis sur ce document pour ce profil`,
  location: '',
  fault: true,
});
const rights: UpdateMutant[] = [
  denied('a physician archives what another wrote', 'archivePatients', 'TD3.3d', replace(p, a2), notTreating),
  denied('a physician archives what the patient wrote', 'archivePatients', 'TD3.3d patient', none, notTreating),
  denied('a médecin traitant deletes what another wrote', 'deleteArchived', 'TD3.3c', replace(d, a2)),
  denied('a physician deletes what the patient wrote', 'deleteArchived', 'TD3.3c patient', replace(d, p), notTreating),
  denied('a structure deletes what another wrote', 'deleteByStructure', 'TD3.3c', replace(a2, d), (world) =>
    world.registry.setStatus(d, status.approved),
  ),
  denied('a structure deletes what the patient wrote', 'deleteByStructure', 'TD3.3c patient', replace(a2, p)),
];

// --- a new version
const fixed = (
  name: string,
  attribute: string,
  edit: Edit,
  more: Partial<Pick<UpdateMutant, 'of' | 'location'>> = {},
): UpdateMutant => ({
  name: `a version ${name}`,
  of: 'mask',
  rule: 'version.fixed',
  edit,
  code: refused,
  context: `${attribute} ne peut être modifié : ${more.location ?? b1}`,
  location: b1,
  ...more,
});
const changedSlots: [name: string, value: string][] = [
  ['creationTime', '20261010141501'],
  ['languageCode', 'fr-BE'],
  ['legalAuthenticator', '899700204581^LE BIHAN^YANN^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS'],
  ['hash', '22a62ec47a32a5316b8d61cdaafbee441bf80a22'],
  ['size', '5092'],
  ['serviceStartTime', '20261005'],
  ['serviceStopTime', '20261010'],
  ['sourcePatientId', 'R-000472^^^&amp;2.16.840.1.113883.19.7601.3.9&amp;ISO^PI'],
];
const versions: UpdateMutant[] = [
  ...changedSlots.map(([name, value]) => fixed(`with another ${name}`, name, slot(doc, name, setValue(value)))),
  ...['hash', 'size', 'repositoryUniqueId', 'serviceStopTime'].map((name) =>
    fixed(`without ${name}`, name, dropSlot(doc, name)),
  ),
  fixed(
    'with a name less',
    'sourcePatientInfo',
    slot(doc, 'sourcePatientInfo', replace(/<rim:Value>PID-5\|ROUSSELIN[^<]*<\/rim:Value>/, '')),
  ),
  fixed('with a slot more', 'urn:example:note', addSlot(doc, 'urn:example:note', 'x')),
  fixed('with another title', 'title', object(doc, replace('accompagnement 2026"', 'accompagnement 2027"'))),
  fixed('without comments', 'comments', object(doc, replace(/<rim:Description>.*?<\/rim:Description>/, '')), {
    of: 'patient',
    location: c,
  }),
  fixed(
    'of another media type',
    'mimeType',
    object(doc, replace('mimeType="text/xml"', 'mimeType="application/dicom"')),
  ),
  fixed(
    'with another uniqueId',
    'uniqueId',
    identifier(doc, 'XDSDocumentEntry.uniqueId', setIdentifier('2.16.840.1.113883.19.7601.3.50.20261012.3')),
  ),
  fixed(
    'by another author',
    'author',
    classification(doc, 'entry author', replace(/899700204581\^LE BIHAN\^YANN/, '899700101233^MAUREL^HÉLÈNE')),
  ),
  fixed(
    'with an author more',
    'author',
    classification(
      doc,
      'entry author',
      (text) =>
        text +
        text.replace('id="c07"', 'id="c07b"').replace('899700204581^LE BIHAN^YANN', '899700101233^MAUREL^HÉLÈNE'),
    ),
  ),
  fixed(
    'of another class',
    'classCode',
    classification(doc, 'classCode', replace('nodeRepresentation="44"', 'nodeRepresentation="10"')),
  ),
  fixed(
    'of another type',
    'typeCode',
    classification(doc, 'typeCode', replace('nodeRepresentation="80788-3"', 'nodeRepresentation="11488-4"')),
  ),
  fixed(
    'of another format',
    'formatCode',
    classification(
      doc,
      'formatCode',
      both(
        replace('urn:asipSante:modelesHorsProfils:2011', 'urn:ihe:iti:xds-sd:pdf:2008'),
        replace('1.2.250.1.213.1.1.4.2.282', '1.3.6.1.4.1.19376.1.2.3'),
      ),
    ),
  ),
  fixed(
    'of another sector',
    'healthcareFacilityTypeCode',
    classification(
      doc,
      'healthcareFacilityTypeCode',
      replace('nodeRepresentation="SA17"', 'nodeRepresentation="SA16"'),
    ),
  ),
  fixed(
    'of another practice',
    'practiceSettingCode',
    classification(doc, 'practiceSettingCode', replace('nodeRepresentation="ESSMS"', 'nodeRepresentation="HAD"')),
  ),
  fixed('without its event', 'eventCodeList', classification(doc, 'eventCodeList', drop), {
    of: 'patient',
    location: c,
  }),
  {
    name: 'a version after another than the current one',
    of: 'mask',
    rule: 'version.previous',
    edit: ofAssociation('a17', 'PreviousVersion', setValue('2')),
    code: 'XDSMetadataVersionError',
    context: 'PreviousVersion=2 alors que la version courante est 1',
    location: b1,
  },
  {
    name: 'a version that comes too late',
    of: 'unmask',
    rule: 'version.previous',
    edit: ofAssociation('a16', 'PreviousVersion', setValue('1')),
    code: 'XDSMetadataVersionError',
    context: 'PreviousVersion=1 alors que la version courante est 2',
    location: b1,
  },
  ...[b1, a1].map((id): UpdateMutant => ({
    name: `a version that calls itself ${id === b1 ? 'as the one before' : 'as another document'}`,
    of: 'mask',
    rule: 'version.id',
    edit: both(replace('"Document01"', `"${id}"`)),
    code: refused,
    context: `Une nouvelle version ne reprend pas l’entryUUID d’un objet enregistré : ${id}`,
    location: id,
  })),
  {
    name: 'a version with another status',
    of: 'mask',
    rule: 'version.status',
    edit: object(doc, replace(`status="${status.approved}"`, `status="${status.archived}"`)),
    code: refused,
    context: `Le statut ne se modifie pas par une nouvelle version : ${b1}`,
    location: b1,
  },
  {
    name: 'a version of another level',
    of: 'mask',
    rule: 'version.level',
    edit: classification(doc, 'confidentialityCode', replace('nodeRepresentation="N"', 'nodeRepresentation="R"')),
    code: refused,
    context: `Le niveau de confidentialité ne peut être modifié : ${b1}`,
    location: b1,
  },
  {
    name: 'a version that changes nothing',
    of: 'mask',
    rule: 'version.same',
    edit: replace(/<rim:Classification id="c11".*?<\/rim:Classification>/, ''),
    code: refused,
    context: `Rien n’est modifié : ${b1}`,
    location: b1,
  },
  {
    name: 'a version that masks and shows at once',
    of: 'patient',
    rule: 'version.both',
    edit: within(
      /<rim:Classification id="c11".*?<\/rim:Classification>/,
      (text) => text + text.replace('c11', 'c11b').replace('INVISIBLE_REPRESENTANTS_LEGAUX', 'MASQUE_PS'),
    ),
    code: unsupported,
    context: `Masquage et visibilité se modifient séparément : ${c}`,
    location: c,
  },
  ...['INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'].map((code): UpdateMutant => ({
    name: `a version that is ${code} where it was visible`,
    of: 'mask',
    rule: 'version.hide',
    edit: replace('nodeRepresentation="MASQUE_PS"', `nodeRepresentation="${code}"`),
    code: refused,
    context: `Un document visible ne peut plus être rendu invisible (${code}) : ${b1}`,
    location: b1,
  })),
];

// --- a new status
/** Unlike `setValue`, may put what stands there already. */
const put =
  (value: string): Edit =>
  (text) =>
    text.replace(/<rim:Value>[^<]*/, `<rim:Value>${value}`);
const asks = (id: string, from: string, to: string): Edit =>
  both(ofAssociation(id, 'OriginalStatus', put(from)), ofAssociation(id, 'NewStatus', put(to)));
const transition = (name: string, from: keyof typeof status, to: keyof typeof status): UpdateMutant => ({
  name,
  of: 'archive',
  rule: 'status.transition',
  edit: asks('a07', status[from], status[to]),
  world: (world) => world.registry.setStatus(d, status[from]),
  code: refused,
  context: `Passage de ${capital(from)} à ${capital(to)} non admis : ${d}`,
  location: d,
});
const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);
const statuses: UpdateMutant[] = [
  {
    name: 'another OriginalStatus than the registry’s',
    of: 'archive',
    rule: 'status.original',
    edit: none,
    world: (world) => world.registry.setStatus(d, status.archived),
    code: metadata,
    context: 'OriginalStatus ne correspond pas au statut courant',
    location: d,
  },
  transition('what is archived is archived again', 'archived', 'archived'),
  transition('what is Approved is approved again', 'approved', 'approved'),
  transition('a document is declared obsolete', 'approved', 'deprecated'),
  transition('a replaced document is brought back', 'deprecated', 'approved'),
  transition('a replaced document is archived', 'deprecated', 'archived'),
  transition('a replaced document is deleted', 'deprecated', 'deleted'),
];

export const iti57Mutants: UpdateMutant[] = [...message, ...shared, ...target, ...rights, ...versions, ...statuses];

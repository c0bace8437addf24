/**
 * ITI-41 mutants of folders and relations: golden td2-1/02 with a folder, or with another relation than its RPLC, and one
 * thing wrong with it.
 */
import type { World } from '../../../simulator/world.ts';
import {
  association,
  both,
  classification,
  drop,
  type Edit,
  identifier,
  object,
  replace,
  type SchemeName,
  setIdentifier,
  twice,
} from '../support/edit-ebxml.ts';
import { associate, hasMember, iti, withFolder } from '../support/folder.ts';
import type { Mutant } from './iti41.ts';

const metadata = 'XDSRegistryMetadataError';
const folder = 'Folder01';
const nobody = 'urn:uuid:00000000-0000-1000-8000-000000000000';
/** Of the story: the letter that the golden message replaces, the project, the hospital's letter, the seeded folder. */
const a1 = 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31';
const c = 'urn:uuid:6c9d3b9d-b373-11f1-8b88-02420a1e0f31';
const registered = 'urn:uuid:5fe1b8a0-a1b2-11f1-8d10-02420a1e0f31';
const cavallini = { value: '141112A99004563', oid: '1.2.250.1.213.1.4.10' };

type More = Partial<Mutant> & Pick<Mutant, 'rule' | 'context'>;

const inFolder = (name: string, edit: Edit, more: More): Mutant => ({
  name: `a folder ${name}`,
  of: '02',
  code: metadata,
  location: folder,
  ...more,
  edit: both(withFolder, edit),
});

const codeList = (name: string, rule: string, edit: Edit, context: string): Mutant =>
  inFolder(name, classification(folder, 'codeList', edit), { rule, attribute: 'codeList', context });

const identifiers = (id: SchemeName & `XDSFolder.${string}`, bad: string): Mutant[] => [
  inFolder(`without ${id}`, identifier(folder, id, drop), {
    rule: 'identifier.missing',
    attribute: id,
    context: `Identifiant absent : ${id}`,
  }),
  inFolder(`with ${id} twice`, identifier(folder, id, twice), {
    rule: 'identifier.repeated',
    attribute: id,
    context: `Identifiant multiple : ${id}`,
  }),
  inFolder(`with a wrong ${id}`, identifier(folder, id, setIdentifier(bad)), {
    rule: 'identifier.value',
    attribute: id,
    context: `Identifiant invalide : ${id}`,
  }),
];

/** A folder has no slot of its own that `addSlot` could stand before. */
const lastUpdate = (...values: string[]): Edit =>
  object(
    folder,
    replace(
      /<rim:Name>/,
      `<rim:Slot name="lastUpdateTime"><rim:ValueList>${values.map((v) => `<rim:Value>${v}</rim:Value>`).join('')}</rim:ValueList></rim:Slot><rim:Name>`,
    ),
  );

const folders: Mutant[] = [
  inFolder('without title', object(folder, replace(/<rim:Name>.*?<\/rim:Name>/, '')), {
    rule: 'folder.title',
    context: 'Titre absent',
  }),
  inFolder('whose last update is no time', lastUpdate('2026-10-15'), {
    rule: 'slot.value',
    attribute: 'lastUpdateTime',
    context: 'Slot invalide : lastUpdateTime',
  }),
  inFolder('last updated twice', lastUpdate('20261015', '20261016'), {
    rule: 'slot.repeated',
    attribute: 'lastUpdateTime',
    context: 'Slot multiple : lastUpdateTime',
  }),
  codeList('without code', 'code.missing', drop, 'Classification absente : codeList'),
  codeList(
    'with an empty code',
    'code.value',
    replace('nodeRepresentation="SORTIE"', 'nodeRepresentation=""'),
    'Code hors du jeu de valeurs : codeList',
  ),
  codeList(
    'with a code of no system',
    'code.system',
    replace(/<rim:Slot.*<\/rim:Slot>/, ''),
    'codingScheme absent : codeList',
  ),
  codeList(
    'with a code without display',
    'code.display',
    replace(/<rim:Name>.*<\/rim:Name>/, ''),
    'Libellé absent : codeList',
  ),
  ...identifiers('XDSFolder.patientId', '236046999012376'),
  ...identifiers('XDSFolder.uniqueId', 'urn:oid:2.16.840.1.113883.19.7601.3.70.2'),
  inFolder(
    'whose parts name another object',
    object(folder, replace('registryObject="Folder01"', 'registryObject="Folder02"')),
    {
      rule: 'object.reference',
      context: 'Référence incohérente : registryObject f03',
      more: true,
    },
  ),
  inFolder(
    'of another patient',
    identifier(folder, 'XDSFolder.patientId', replace('236046999012376', '141112A99004563')),
    {
      rule: 'patient.entry',
      code: 'XDSPatientIdDoesNotMatch',
      context: 'Le patientId de Folder01 diffère de celui du lot',
    },
  ),
  inFolder('outside the set', association('a50', drop), {
    rule: 'member.missing',
    context: 'Association HasMember absente : Folder01',
  }),
  inFolder(
    'that holds a set',
    association('a51', replace('targetObject="Document01"', 'targetObject="SubmissionSet01"')),
    {
      rule: 'association.end',
      context: 'Association a51 : objet inconnu SubmissionSet01',
      location: 'a51',
    },
  ),
  inFolder(
    'whose uniqueId is that of a registered one',
    identifier(folder, 'XDSFolder.uniqueId', replace('3.70.2', '3.70.1')),
    {
      rule: 'uniqueId.folder',
      seed: 'folders',
      code: 'XDSDuplicateUniqueIdInRegistry',
      context: 'uniqueId=2.16.840.1.113883.19.7601.3.70.1',
    },
  ),
  inFolder(
    'whose uniqueId is that of a document of the lot',
    identifier(folder, 'XDSFolder.uniqueId', setIdentifier('2.16.840.1.113883.19.7601.3.50.20261015.1')),
    {
      rule: 'uniqueId.message',
      code: 'XDSDuplicateUniqueIdInMessage',
      context: 'uniqueId=2.16.840.1.113883.19.7601.3.50.20261015.1',
    },
  ),
];

const member = (name: string, source: string, target: string, more: More): Mutant => ({
  name,
  of: '02',
  seed: 'folders',
  code: 'UnresolvedReferenceException',
  location: target,
  ...more,
  edit: both(withFolder, associate('a52', hasMember, source, target)),
});

const members: Mutant[] = [
  member('a document in a folder that nobody knows', nobody, 'Document01', {
    rule: 'folder.unknown',
    context: `Classeur inconnu : ${nobody}`,
    location: nobody,
  }),
  member('a document in another patient’s folder', registered, 'Document01', {
    rule: 'folder.patient',
    code: 'XDSPatientIdDoesNotMatch',
    context: `Le classeur ${registered} est celui d’un autre patient`,
    location: registered,
    world: (world) => void (world.registry.folderById(registered)!.patient = cavallini),
  }),
  member('a document that nobody knows in a folder', folder, nobody, {
    rule: 'folder.document.unknown',
    context: `Document inconnu : ${nobody}`,
  }),
  member('a deleted document in a folder', folder, c, {
    rule: 'folder.document.unknown',
    context: `Document inconnu : ${c}`,
    world: (world) => world.registry.setStatus(c, 'urn:asip:ci-sis:2010:StatusType:Deleted'),
  }),
  member('another patient’s document in a folder', folder, c, {
    rule: 'folder.document.patient',
    code: 'XDSPatientIdDoesNotMatch',
    context: `Le document ${c} est celui d’un autre patient`,
    world: (world) => void (world.registry.byEntryUuid(c)!.patient = cavallini),
  }),
  member('a registered document listed without SubmissionSetStatus Reference', 'SubmissionSet01', c, {
    rule: 'member.reference',
    code: metadata,
    context: 'SubmissionSetStatus absent ou différent de Reference : a52',
    location: 'a52',
  }),
  member('an association that contains itself', 'SubmissionSet01', 'a52', {
    rule: 'association.end',
    code: metadata,
    context: 'Association a52 : objet inconnu a52',
    location: 'a52',
  }),
];

/** The golden RPLC as another relation. */
const related = (
  name: string,
  type: 'APND' | 'XFRM' | 'XFRM_RPLC',
  more: More & { change?: Edit; code: string },
): Mutant => {
  const { change = (text: string) => text, ...rest } = more;
  return {
    name: `${type}: ${name}`,
    of: '02',
    location: a1,
    ...rest,
    edit: both(association('a34', both(replace('AssociationType:RPLC', `AssociationType:${type}`), change))),
  };
};
const unknown = replace(a1, nobody);
const to = (status: string) => (world: World) => world.registry.setStatus(a1, status);
const deprecated = to('urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated');
const archived = to('urn:asip:ci-sis:2010:StatusType:Archived');
const deleted = to('urn:asip:ci-sis:2010:StatusType:Deleted');

const relations: Mutant[] = [
  ...(['APND', 'XFRM'] as const).flatMap((type) => [
    related('of nothing that is known', type, {
      rule: 'relate.unknown',
      code: 'UnresolvedReferenceException',
      context: `${nobody} est inconnu`,
      location: nobody,
      change: unknown,
    }),
    related('of another patient’s document', type, {
      rule: 'relate.patient',
      code: 'XDSPatientIdDoesNotMatch',
      context: `${a1} est celui d’un autre patient`,
      world: (world) => void (world.registry.byEntryUuid(a1)!.patient = cavallini),
    }),
    related('by the signature', type, {
      rule: 'relate.source',
      code: metadata,
      context: 'Signature01 ne peut compléter ni transformer un document',
      location: 'Signature01',
      change: replace('sourceObject="Document01"', 'sourceObject="Signature01"'),
    }),
    ...(
      [
        ['a replaced', deprecated],
        ['an archived', archived],
        ['a deleted', deleted],
      ] as const
    ).map(([which, world]) =>
      related(`of ${which} document`, type, {
        rule: 'relate.status',
        code: 'XDSRegistryDeprecatedDocumentError',
        context: `${a1} n’est plus en vigueur`,
        world,
      }),
    ),
    related('of a folder by name', type, {
      rule: 'association.end',
      code: metadata,
      context: 'Association a34 : objet inconnu Folder01',
      location: 'a34',
      change: replace(a1, 'Folder01'),
    }),
  ]),
  related('of nothing that is known', 'XFRM_RPLC', {
    rule: 'replace.unknown',
    code: 'XDSReplaceFailed',
    context: `${nobody} est inconnu`,
    location: nobody,
    change: unknown,
  }),
  related('of a replaced document', 'XFRM_RPLC', {
    rule: 'replace.replaced',
    code: 'XDSReplaceFailed',
    context: `${a1} est déjà remplacé`,
    world: deprecated,
  }),
  {
    name: 'RPLC: of an archived document',
    rule: 'replace.archived',
    of: '02',
    edit: (text) => text,
    code: 'XDSReplaceFailed',
    context: `${a1} est archivé`,
    location: a1,
    world: archived,
  },
  {
    name: 'RPLC: of a document that the structure may not see',
    rule: 'replace.unknown',
    of: '02',
    edit: association('a34', replace(a1, 'urn:uuid:29c3d3c1-9e5c-11f1-904c-02420a1e0f31')),
    code: 'XDSReplaceFailed',
    context: 'urn:uuid:29c3d3c1-9e5c-11f1-904c-02420a1e0f31 est inconnu',
    location: 'urn:uuid:29c3d3c1-9e5c-11f1-904c-02420a1e0f31',
    world: (world) => {
      const document = world.registry.byEntryUuid('urn:uuid:29c3d3c1-9e5c-11f1-904c-02420a1e0f31')!;
      const [code] = document.entry.classifications.filter((k) => k.nodeRepresentation === 'N');
      const mask = {
        ...code!,
        nodeRepresentation: 'MASQUE_PS',
        slots: [{ name: 'codingScheme', values: ['1.2.250.1.213.1.1.4.13'] }],
      };
      document.entry = { ...document.entry, classifications: [...document.entry.classifications, mask] };
    },
  },
  {
    name: 'RPLC: of a document of the same lot',
    rule: 'association.end',
    of: '02',
    edit: both(association('a34', drop), associate('a35', iti('RPLC'), 'Document01', 'Signature01')),
    code: metadata,
    context: 'Association a35 : objet inconnu Signature01',
    location: 'a35',
  },
];

export const relationMutants: Mutant[] = [...folders, ...members, ...relations];

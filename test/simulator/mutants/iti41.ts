/**
 * ITI-41 mutants: a golden submission with one mandatory attribute, slot, classification, identifier, association, part
 * or digest removed or altered, and the error that must refuse it. `of`: td2-1/01 (a new lot) or td2-1/02 (RPLC).
 */
import type { World } from '../../../simulator/world.ts';
import {
  addSlot,
  association,
  both,
  classification,
  drop,
  dropSlot,
  type Edit,
  identifier,
  object,
  part,
  replace,
  type SchemeName,
  setIdentifier,
  setValue,
  slot,
  twice,
  within,
} from '../support/edit-ebxml.ts';

export interface Mutant {
  name: string;
  /** Rule that must speak. */
  rule: string;
  /** Attribute that the rule is about, where the rule serves many. */
  attribute?: string;
  edit: Edit;
  code: string;
  context: string;
  location?: string;
  of?: '01' | '02';
  /** What is done to the world before the message arrives. */
  world?: (world: World) => void;
  /** Message sent unchanged before. */
  after?: 'same';
  /** `folders`: the story with a folder. */
  seed?: 'folders';
  /** The same mistake shows in other findings too. */
  more?: true;
  /** Leaves as a SOAP fault with this subcode. */
  fault?: true;
}

const metadata = 'XDSRegistryMetadataError';
const doc = 'Document01';
const set = 'SubmissionSet01';
const sig = 'Signature01';
const none: Edit = (text) => text;

// --- slots: absent, repeated, of the wrong form
const slotMutants = (
  location: string,
  rows: [name: string, bad: string, options?: { optional?: true; many?: true; absent?: true }][],
): Mutant[] =>
  rows.flatMap(([name, bad, { optional, many, absent } = {}]): Mutant[] => {
    const common = { attribute: name, code: metadata, location };
    const invalid: Edit = absent ? addSlot(location, name, bad) : slot(location, name, setValue(bad));
    const repeated: Edit = absent
      ? both(addSlot(location, name, bad), slot(location, name, twice))
      : slot(location, name, twice);
    return [
      ...(optional
        ? []
        : [
            {
              ...common,
              name: `${location} without ${name}`,
              rule: 'slot.missing',
              edit: dropSlot(location, name),
              context: `Slot absent : ${name}`,
            },
          ]),
      ...(many
        ? []
        : [
            {
              ...common,
              name: `${location} with two ${name}`,
              rule: 'slot.repeated',
              edit: repeated,
              context: `Slot multiple : ${name}`,
            },
          ]),
      {
        ...common,
        name: `${location} with a wrong ${name}`,
        rule: 'slot.value',
        edit: invalid,
        context: `Slot invalide : ${name}`,
      },
    ];
  });

const slots: Mutant[] = [
  ...slotMutants(doc, [
    ['creationTime', '2026-10-12T07:30:00Z'],
    ['languageCode', 'french'],
    ['legalAuthenticator', '899700101233^MAUREL^HÉLÈNE'],
    ['serviceStartTime', '20260931120000'],
    ['serviceStopTime', '202610120700000', { optional: true }],
    ['sourcePatientId', 'R-000471'],
    ['sourcePatientInfo', 'BASTIDE^ODETTE', { many: true }],
    ['hash', 'ABCDEF', { optional: true, absent: true }],
    ['size', '-1', { optional: true, absent: true }],
    ['repositoryUniqueId', '1.2.250.1.213.4.1.1.1.3', { optional: true, absent: true }],
    ['URI', '', { optional: true, absent: true, many: true }],
    ['urn:ihe:iti:xds:2013:referenceIdList', 'LD-ACC-20261012-7', { optional: true, many: true }],
  ]),
  ...slotMutants(set, [
    ['submissionTime', '20261012'.padEnd(15, '0')],
    ['intendedRecipient', '', { optional: true, absent: true, many: true }],
  ]),
  {
    name: 'a month that does not exist',
    rule: 'slot.value',
    attribute: 'creationTime',
    edit: slot(doc, 'creationTime', setValue('20261312073000')),
    code: metadata,
    context: 'Slot invalide : creationTime',
    location: doc,
  },
];

// --- coded attributes
const codeMutants = (
  location: string,
  name: SchemeName,
  bad: string | undefined,
  max: number,
  min: 0 | 1,
): Mutant[] => {
  const common = { attribute: name, code: metadata, location };
  const many: Edit = (text) => Array.from({ length: max + 1 }, () => text).join('');
  return [
    ...(min === 0
      ? []
      : [
          {
            ...common,
            name: `${location} without ${name}`,
            rule: 'code.missing',
            edit: classification(location, name, drop),
            context: `Classification absente : ${name}`,
          },
        ]),
    ...(max === Infinity
      ? []
      : [
          {
            ...common,
            name: `${location} with too many ${name}`,
            rule: 'code.repeated',
            edit: classification(location, name, many),
            context: `Classification multiple : ${name}`,
            more: true as const,
          },
        ]),
    {
      ...common,
      name: `${location}: ${name} without codingScheme`,
      rule: 'code.system',
      edit: classification(location, name, replace(/<rim:Slot name="codingScheme">.*?<\/rim:Slot>/, '')),
      context: `codingScheme absent : ${name}`,
      ...(name === 'confidentialityCode' ? { more: true as const } : {}),
    },
    {
      ...common,
      name: `${location}: ${name} without a display name`,
      rule: 'code.display',
      edit: classification(location, name, replace(/<rim:Name>.*?<\/rim:Name>/, '')),
      context: `Libellé absent : ${name}`,
    },
    {
      ...common,
      name: `${location}: ${name} outside its value set`,
      rule: 'code.value',
      edit: classification(location, name, replace(/nodeRepresentation="[^"]*"/, `nodeRepresentation="${bad ?? ''}"`)),
      context: `Code hors du jeu de valeurs : ${name}`,
    },
    ...(bad === undefined
      ? []
      : [
          {
            ...common,
            name: `${location}: ${name} in another code system`,
            rule: 'code.value',
            edit: classification(location, name, setValue('1.2.250.1.213.1.1.4.999')),
            context: `Code hors du jeu de valeurs : ${name}`,
            ...(name === 'confidentialityCode' ? { more: true as const } : {}),
          },
        ]),
  ];
};

const codes: Mutant[] = [
  ...codeMutants(doc, 'classCode', '99', 1, 1),
  ...codeMutants(doc, 'typeCode', '00000-0', 1, 1),
  ...codeMutants(doc, 'formatCode', 'urn:exemple-fictif:format', 1, 1),
  ...codeMutants(doc, 'healthcareFacilityTypeCode', 'SA99', 1, 1),
  ...codeMutants(doc, 'practiceSettingCode', 'HOPITAL', 1, 1),
  ...codeMutants(doc, 'confidentialityCode', 'L', 4, 1),
  ...codeMutants(doc, 'eventCodeList', undefined, Infinity, 0),
  ...codeMutants(set, 'contentTypeCode', '99', 1, 1),
  {
    name: 'two levels of confidentiality',
    rule: 'confidentiality.base',
    edit: classification(
      doc,
      'confidentialityCode',
      (t) => t + t.replace('nodeRepresentation="N"', 'nodeRepresentation="R"'),
    ),
    code: metadata,
    context: 'Un niveau N, R ou V et un seul est attendu : confidentialityCode',
    location: doc,
  },
  {
    name: 'masked, but without a level of confidentiality',
    rule: 'confidentiality.base',
    edit: object(sig, within(/<rim:Classification id="c31".*?<\/rim:Classification>/s, drop)),
    code: metadata,
    context: 'Un niveau N, R ou V et un seul est attendu : confidentialityCode',
    location: sig,
  },
  {
    name: 'the same confidentiality twice',
    rule: 'confidentiality.repeated',
    edit: classification(doc, 'confidentialityCode', twice),
    code: metadata,
    context: 'Code en double : confidentialityCode',
    location: doc,
  },
];

// --- identifiers
const identifierMutants = (location: string, name: SchemeName, bad: string[]): Mutant[] => {
  const common = { attribute: name, code: metadata, location };
  return [
    {
      ...common,
      name: `${location} without ${name}`,
      rule: 'identifier.missing',
      edit: identifier(location, name, drop),
      context: `Identifiant absent : ${name}`,
    },
    {
      ...common,
      name: `${location} with two ${name}`,
      rule: 'identifier.repeated',
      edit: identifier(location, name, twice),
      context: `Identifiant multiple : ${name}`,
    },
    ...bad.map((value) => ({
      ...common,
      name: `${location}: ${name} ${value.slice(0, 30)}`,
      rule: 'identifier.value',
      edit: identifier(location, name, setIdentifier(value)),
      context: `Identifiant invalide : ${name}`,
      // without a patient of the set, no entry can agree with it
    })),
  ];
};

const identifiers: Mutant[] = [
  ...identifierMutants(doc, 'XDSDocumentEntry.patientId', [
    '236046999012376',
    '236046999012376^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^PI',
    '236046999012376^^^&amp;2.16.840.1.113883.19.7601.3.9&amp;ISO^NH',
  ]),
  ...identifierMutants(doc, 'XDSDocumentEntry.uniqueId', [
    'urn:oid:2.16.840.1.113883.19.7601.3.50.20261012.1',
    '2.16.840.1.113883.19.7601.3.50.020261012.1',
    `2.16.840.1.113883.19.7601.3.50.${'1'.repeat(40)}`,
  ]),
  ...identifierMutants(set, 'XDSSubmissionSet.patientId', ['^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH']),
  ...identifierMutants(set, 'XDSSubmissionSet.sourceId', ['LumiDUI']),
  ...identifierMutants(set, 'XDSSubmissionSet.uniqueId', ['4e5f7a10-0000-4000-8000-000000000000']),
];

// --- authors, other attributes, references
const author = (name: string, rule: string, change: Edit, context: string, location = doc): Mutant => ({
  name,
  rule,
  edit: classification(location, location === set ? 'set author' : 'entry author', change),
  code: metadata,
  context,
  location,
});
const inSlot = (name: string, change: Edit): Edit =>
  within(new RegExp(`<rim:Slot name="${name}">.*?</rim:Slot>`, 's'), change);

const others: Mutant[] = [
  author('a set without author', 'author.missing', drop, 'Classification absente : author', set),
  author(
    'an author without person',
    'author.person.missing',
    inSlot('authorPerson', drop),
    'Slot absent : authorPerson',
  ),
  author(
    'an author without name',
    'author.person.value',
    inSlot('authorPerson', replace('^MAUREL^', '^^')),
    'Slot invalide : authorPerson',
  ),
  author(
    'an author without given name',
    'author.person.value',
    inSlot('authorPerson', replace('^HÉLÈNE^', '^^')),
    'Slot invalide : authorPerson',
  ),
  author(
    'an author identified by nobody',
    'author.person.value',
    inSlot('authorPerson', replace('&amp;1.2.250.1.71.4.2.1&amp;ISO', '')),
    'Slot invalide : authorPerson',
  ),
  author(
    'an author without institution',
    'author.institution.missing',
    inSlot('authorInstitution', drop),
    'Slot absent : authorInstitution',
  ),
  author(
    'an institution without identifier',
    'author.institution.value',
    inSlot('authorInstitution', replace('^1990100109', '^')),
    'Slot invalide : authorInstitution',
  ),
  author(
    'an institution of another authority',
    'author.institution.value',
    inSlot('authorInstitution', replace('1.2.250.1.71.4.2.2', '1.2.250.1.71.4.2.3')),
    'Slot invalide : authorInstitution',
  ),
  author(
    'an author without specialty',
    'author.specialty.missing',
    inSlot('authorSpecialty', drop),
    'Slot absent : authorSpecialty',
  ),
  author(
    'a specialty that does not exist',
    'author.specialty.value',
    inSlot('authorSpecialty', replace('SM18', 'SM99')),
    'Slot invalide : authorSpecialty',
  ),
  author(
    'a specialty without code system',
    'author.specialty.value',
    inSlot('authorSpecialty', replace('^1.2.250.1.213.1.1.4.5', '')),
    'Slot invalide : authorSpecialty',
  ),
  author(
    'the lot without author person',
    'author.person.missing',
    inSlot('authorPerson', drop),
    'Slot absent : authorPerson',
    set,
  ),
  {
    name: 'a classification of another object',
    rule: 'object.reference',
    edit: classification(doc, 'typeCode', replace(/classifiedObject="[^"]*"/, 'classifiedObject="Document02"')),
    code: metadata,
    context: 'Référence incohérente : classifiedObject c10',
    location: doc,
  },
  {
    name: 'an identifier of another object',
    rule: 'object.reference',
    edit: identifier(
      doc,
      'XDSDocumentEntry.uniqueId',
      replace(/registryObject="[^"]*"/, 'registryObject="Document02"'),
    ),
    code: metadata,
    context: 'Référence incohérente : registryObject e18',
    location: doc,
  },
  {
    name: 'another objectType',
    rule: 'entry.objectType',
    edit: object(doc, replace(/objectType="[^"]*"/, 'objectType="urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248"')),
    code: metadata,
    context: 'objectType invalide',
    location: doc,
  },
  {
    name: 'a PDF that is not wrapped in a CDA',
    rule: 'entry.mimeType',
    edit: object(doc, replace('mimeType="text/xml"', 'mimeType="application/pdf"')),
    code: metadata,
    context: 'mimeType non admis : application/pdf',
    location: doc,
  },
  {
    name: 'an entry without mimeType',
    rule: 'entry.mimeType',
    edit: object(doc, replace(' mimeType="text/xml"', '')),
    code: metadata,
    context: 'mimeType non admis : ',
    location: doc,
  },
  {
    name: 'an entry without title',
    rule: 'entry.title',
    edit: object(doc, replace(/<rim:Name>.*?<\/rim:Name>/, '')),
    code: metadata,
    context: 'Titre absent',
    location: doc,
  },
  {
    name: 'a package that does not say it is a set',
    rule: 'set.node',
    edit: object(set, replace(/<rim:Classification id="c03"[^>]*\/>/, '')),
    code: metadata,
    context: 'Classification absente : SubmissionSet',
    location: set,
  },
];

// --- the envelope and the documents in it
const newPackage = (node: string): string =>
  `<rim:RegistryPackage id="Other01"><rim:Classification id="c99" classificationNode="${node}" classifiedObject="Other01"/></rim:RegistryPackage>`;
const beforeEntries = (xml: string): Edit => within(/<rim:ExtrinsicObject id="Document01"/, (t) => xml + t);
const envelope: Mutant[] = [
  {
    name: 'no SubmitObjectsRequest',
    rule: 'envelope.incomplete',
    edit: replace(/<lcm:SubmitObjectsRequest.*<\/lcm:SubmitObjectsRequest>/s, ''),
    code: 'XDSRepositoryMetadataError',
    context: 'Enveloppe de soumission incomplète',
  },
  {
    name: 'an element that ebRIM does not have',
    rule: 'envelope.unexpected',
    edit: object(
      doc,
      within(/<rim:Name>/, (t) => `<rim:Nom/>${t}`),
    ),
    code: metadata,
    context: 'Élément inattendu : Nom',
  },
  {
    name: 'a folder where there are none',
    rule: 'envelope.folder',
    edit: beforeEntries(newPackage('urn:uuid:d9d542f3-6cc4-48b6-8870-ea235fbc94c2')),
    code: metadata,
    context: 'Classeur non pris en charge',
    location: 'Other01',
    world: (world) => void (world.settings.folders = false),
  },
  {
    name: 'two sets',
    rule: 'envelope.set',
    edit: beforeEntries(newPackage('urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd')),
    code: metadata,
    context: 'Un lot et un seul est attendu',
  },
  {
    name: 'no set',
    rule: 'envelope.set',
    edit: object(set, drop),
    code: metadata,
    context: 'Un lot et un seul est attendu',
  },
  {
    name: 'no entry',
    rule: 'envelope.empty',
    edit: both(
      replace(/<rim:ExtrinsicObject.*<\/rim:ExtrinsicObject>/s, ''),
      replace(/<xdsb:Document .*<\/xdsb:Document>/s, ''),
    ),
    code: metadata,
    context: 'Le lot ne contient ni document ni classeur',
    more: true,
  },
  {
    name: 'an object without id',
    rule: 'envelope.id',
    edit: association('a40', replace('id="a40"', 'id=""')),
    code: metadata,
    context: 'Identifiant d’objet absent ou en double : ',
  },
  {
    name: 'two objects with one id',
    rule: 'envelope.id',
    edit: association('a41', replace('id="a41"', 'id="a40"')),
    code: metadata,
    context: 'Identifiant d’objet absent ou en double : a40',
    location: 'a40',
  },
  {
    name: 'an entry without its Document',
    rule: 'document.missing',
    edit: both(
      replace(/<xdsb:Document id="Document02">.*?<\/xdsb:Document>/, ''),
      part('cda-n3.2@lumidui.example.invalid', drop),
    ),
    code: 'XDSMissingDocument',
    context: 'Document02 est décrit mais absent du message',
    location: 'Document02',
  },
  {
    name: 'a Document without its part',
    rule: 'document.part',
    edit: part('cda-n3.2@lumidui.example.invalid', drop),
    code: 'XDSMissingDocument',
    context: 'Document02 : partie jointe absente',
    location: 'Document02',
  },
  {
    name: 'a Document without entry',
    rule: 'document.unknown',
    edit: replace('<xdsb:Document id="Document02">', '<xdsb:Document id="Document03">'),
    code: 'XDSMissingDocumentMetadata',
    context: 'Document03 est joint sans ExtrinsicObject',
    more: true,
  },
  {
    name: 'a part that no Document includes',
    rule: 'document.orphan',
    edit: replace('href="cid:cda-n3.2@lumidui.example.invalid"', 'href="cid:cda-n1.1@lumidui.example.invalid"'),
    code: 'XDSMissingDocumentMetadata',
    context: 'Partie jointe sans élément Document : cda-n3.2@lumidui.example.invalid',
  },
  {
    name: 'a Document twice',
    rule: 'document.repeated',
    edit: within(/<xdsb:Document id="Document02">.*?<\/xdsb:Document>/, twice),
    code: 'XDSRepositoryMetadataError',
    context: 'Document02 est joint deux fois',
    location: 'Document02',
  },
  {
    name: 'a document in the envelope',
    rule: 'document.inline',
    edit: both(
      within(/<xdsb:Document id="Document02">.*?<\/xdsb:Document>/, replace(/<xop:Include[^>]*\/>/, 'PENEQS8+')),
      part('cda-n3.2@lumidui.example.invalid', drop),
    ),
    code: 'XDSRepositoryMetadataError',
    context: 'Document02 est joint hors XOP',
    location: 'Document02',
  },
  {
    name: 'an empty document',
    rule: 'document.empty',
    edit: part('cda-n3.2@lumidui.example.invalid', replace(/<\?xml.*/s, '')),
    code: 'XDSInvalidDocumentContent',
    context: 'Document02 est vide',
    location: 'Document02',
  },
  {
    name: 'a document that is too large',
    rule: 'document.large',
    edit: none,
    world: (world) => void (world.settings.maxDocumentBytes = 5800),
    code: 'XDSRepositoryOutOfResources',
    context: 'Document01 dépasse la taille admise',
    location: doc,
  },
];

// --- associations and the signature entry
const signature = (name: string, rule: string, edit: Edit, context: string): Mutant => ({
  name,
  rule,
  edit,
  code: metadata,
  context: `Signature du lot : ${context}`,
  location: sig,
});
const associations: Mutant[] = [
  {
    name: 'an association that is not supported',
    rule: 'association.type',
    of: '02',
    edit: association('a34', replace('AssociationType:RPLC', 'AssociationType:IsSnapshotOf')),
    code: metadata,
    context: 'Type d’association non pris en charge : urn:ihe:iti:2007:AssociationType:IsSnapshotOf',
    location: 'a34',
    more: true,
  },
  {
    name: 'an association to nothing',
    rule: 'association.end',
    edit: association('a43', replace('targetObject="SubmissionSet01"', 'targetObject="SubmissionSet02"')),
    code: metadata,
    context: 'Association a43 : objet inconnu SubmissionSet02',
    location: 'a43',
    more: true,
  },
  {
    name: 'an entry outside the set',
    rule: 'member.missing',
    edit: association('a40', drop),
    code: metadata,
    context: 'Association HasMember absente : Document01',
    location: doc,
  },
  {
    name: 'a member without SubmissionSetStatus',
    rule: 'member.status',
    edit: association('a40', replace(/<rim:Slot.*<\/rim:Slot>/, '')),
    code: metadata,
    context: 'SubmissionSetStatus absent ou différent de Original : a40',
    location: 'a40',
  },
  {
    name: 'a member by reference',
    rule: 'member.status',
    edit: association('a40', setValue('Reference')),
    code: metadata,
    context: 'SubmissionSetStatus absent ou différent de Original : a40',
    location: 'a40',
  },
  {
    name: 'a lot without signature',
    rule: 'signature.missing',
    edit: both(
      object(sig, drop),
      association('a42', drop),
      association('a43', drop),
      replace(/<xdsb:Document id="Signature01">.*?<\/xdsb:Document>/, ''),
      part('xades.3@lumidui.example.invalid', drop),
    ),
    code: metadata,
    context: 'Signature du lot absente',
    location: set,
  },
  {
    name: 'two signatures',
    rule: 'signature.repeated',
    edit: classification(
      'Document02',
      'formatCode',
      both(
        replace('urn:asipSante:modelesHorsProfils:2011', 'http://www.w3.org/2000/09/xmldsig#'),
        replace('1.2.250.1.213.1.1.4.2.282', 'URN'),
      ),
    ),
    code: metadata,
    context: 'Signature du lot multiple',
    location: sig,
    more: true,
  },
  {
    name: 'a signature that signs nothing',
    rule: 'signature.signs',
    edit: association('a43', drop),
    code: metadata,
    context: 'Association signs absente : Signature01',
    location: sig,
  },
  {
    name: 'a signature that signs a document',
    rule: 'signature.signs',
    edit: association('a43', replace('targetObject="SubmissionSet01"', 'targetObject="Document01"')),
    code: metadata,
    context: 'Association signs absente : Signature01',
    location: sig,
  },
  signature(
    'a signature in French',
    'signature.language',
    slot(sig, 'languageCode', setValue('fr-FR')),
    'languageCode',
  ),
  signature(
    'a signature of the class of reports',
    'signature.classCode',
    classification(
      sig,
      'classCode',
      both(replace(/nodeRepresentation="[^"]*"/, 'nodeRepresentation="10"'), setValue('1.2.250.1.213.1.1.4.1')),
    ),
    'classCode',
  ),
  signature(
    'a signature of the type of a letter',
    'signature.typeCode',
    classification(
      sig,
      'typeCode',
      both(replace(/nodeRepresentation="[^"]*"/, 'nodeRepresentation="83981-1"'), setValue('2.16.840.1.113883.6.1')),
    ),
    'typeCode',
  ),
  signature(
    'a signature of another format',
    'signature.formatCode',
    classification(
      sig,
      'formatCode',
      both(
        replace(/nodeRepresentation="[^"]*"/, 'nodeRepresentation="urn:ihe:iti:dsg:detached:2014"'),
        setValue('1.3.6.1.4.1.19376.1.2.3'),
      ),
    ),
    'formatCode',
  ),
  signature(
    'a signature without purpose',
    'signature.eventCode',
    classification(sig, 'eventCodeList', drop),
    'eventCodeList',
  ),
  signature(
    'a signature that professionals would see',
    'signature.visibility',
    object(sig, within(/<rim:Classification id="c32".*?<\/rim:Classification>/s, drop)),
    'confidentialityCode',
  ),
];

// --- whose record, and who writes
const otherIns = '150027499020861^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH';
const patient: Mutant[] = [
  {
    name: 'a lot for another patient than the VIHF’s',
    rule: 'patient.vihf',
    edit: replace(
      /236046999012376(?=\^\^\^&amp;1\.2\.250\.1\.213\.1\.4\.10&amp;ISO\^NH(?:"|<\/rim))/g,
      '141112A99004563',
    ),
    code: 'XDSPatientIdDoesNotMatch',
    context: 'Le patientId du lot diffère de celui du VIHF',
    location: set,
  },
  {
    name: 'an entry for another patient than the lot’s',
    rule: 'patient.entry',
    edit: identifier(doc, 'XDSDocumentEntry.patientId', setIdentifier(otherIns)),
    code: 'XDSPatientIdDoesNotMatch',
    context: 'Le patientId de Document01 diffère de celui du lot',
    location: doc,
  },
  {
    name: 'a sourcePatientId that is another INS',
    rule: 'patient.source',
    edit: slot(sig, 'sourcePatientId', setValue(otherIns)),
    code: 'XDSPatientIdDoesNotMatch',
    context: 'L’INS du sourcePatientId de Signature01 diffère du patientId',
    location: sig,
  },
  {
    name: 'a patient without DMP',
    rule: 'patient.unknown',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'none'),
    code: 'XDSUnknownPatientId',
    context: 'Aucun DMP pour 236046999012376',
    location: set,
  },
  {
    name: 'a patient that the DMP never heard of',
    rule: 'patient.unknown',
    edit: none,
    world: (world) => void (world.patients = world.patients.slice(1)),
    code: 'XDSUnknownPatientId',
    context: 'Aucun DMP pour 236046999012376',
    location: set,
  },
  {
    name: 'a closed DMP',
    rule: 'patient.closed',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'terminated'),
    code: 'DMPClosed',
    context: 'Le DMP de ce patient est fermé',
    fault: true,
  },
  {
    name: 'a lot of another professional',
    rule: 'author.vihf',
    edit: classification(set, 'set author', inSlot('authorPerson', replace('899700101233', '899700204581'))),
    code: 'DMPInvalidData',
    context: "L'auteur du lot n'est pas le professionnel identifié par le VIHF",
    fault: true,
  },
  {
    name: 'a lot of another structure',
    rule: 'author.structure',
    edit: classification(set, 'set author', inSlot('authorInstitution', replace('^1990100109', '^1990200776'))),
    code: 'DMPInvalidData',
    context: "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF",
    fault: true,
  },
  {
    name: 'the professional of one author, the structure of another',
    rule: 'author.link',
    edit: classification(set, 'set author', (text) => {
      const [mine, theirs] = [text.replace('^1990100109', '^1990200776'), text.replace('899700101233', '899700204581')];
      return mine + theirs.replace('id="c01"', 'id="c01b"');
    }),
    code: 'DMPInvalidData',
    context: 'PS et Structure non liés',
    fault: true,
  },
];

// --- the registry
const unique = '2.16.840.1.113883.19.7601.3.50.20261012';
const a1 = 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31';
const replaceFailed = (
  name: string,
  rule: string,
  context: string,
  edit: Edit,
  more: Partial<Mutant> = {},
): Mutant => ({
  name,
  rule,
  of: '02',
  edit,
  code: 'XDSReplaceFailed',
  context,
  location: a1,
  ...more,
});
const registry: Mutant[] = [
  {
    name: 'one uniqueId for two entries',
    rule: 'uniqueId.message',
    edit: identifier('Document02', 'XDSDocumentEntry.uniqueId', setIdentifier(`${unique}.1`)),
    code: 'XDSDuplicateUniqueIdInMessage',
    context: `uniqueId=${unique}.1`,
    location: 'Document02',
  },
  {
    name: 'the same lot again',
    rule: 'uniqueId.registry',
    after: 'same',
    edit: none,
    code: 'XDSDuplicateUniqueIdInRegistry',
    context: `uniqueId=${unique}.1`,
    location: doc,
    more: true,
  },
  {
    name: 'a known uniqueId with other octets',
    rule: 'uniqueId.hash',
    after: 'same',
    edit: part('cda-n1.1@lumidui.example.invalid', replace('<title>', '<title>x')),
    code: 'XDSNonIdenticalHash',
    context: `uniqueId=${unique}.1 déjà enregistré avec une autre empreinte`,
    location: doc,
    more: true,
  },
  {
    name: 'a known lot with new documents',
    rule: 'uniqueId.set',
    after: 'same',
    edit: both(
      identifier(doc, 'XDSDocumentEntry.uniqueId', setIdentifier(`${unique}.11`)),
      identifier('Document02', 'XDSDocumentEntry.uniqueId', setIdentifier(`${unique}.12`)),
      identifier(sig, 'XDSDocumentEntry.uniqueId', setIdentifier(`${unique}.13`)),
    ),
    code: 'XDSDuplicateUniqueIdInRegistry',
    context: 'uniqueId=2.16.840.1.113883.19.7601.3.40.20261012.1',
    location: set,
  },
  {
    name: 'a hash that is not the document’s',
    rule: 'octets.hash',
    edit: addSlot(doc, 'hash', '0'.repeat(40)),
    code: 'XDSRepositoryMetadataError',
    context: 'hash différent de celui du document : Document01',
    location: doc,
  },
  {
    name: 'a size that is not the document’s',
    rule: 'octets.size',
    edit: addSlot(doc, 'size', '5901'),
    code: 'XDSRepositoryMetadataError',
    context: 'size différent de celui du document : Document01',
    location: doc,
  },
  replaceFailed(
    'the signature replaces a document',
    'replace.source',
    'Signature01 ne peut remplacer un document',
    association('a34', replace('sourceObject="Document01"', 'sourceObject="Signature01"')),
    { location: sig },
  ),
  replaceFailed(
    'the replaced document is unknown',
    'replace.unknown',
    'urn:uuid:00000000-0000-1000-8000-000000000000 est inconnu',
    association('a34', replace(a1, 'urn:uuid:00000000-0000-1000-8000-000000000000')),
    { location: 'urn:uuid:00000000-0000-1000-8000-000000000000' },
  ),
  replaceFailed(
    'the replaced document is another patient’s',
    'replace.patient',
    `${a1} est celui d’un autre patient`,
    none,
    {
      world: (world) => {
        const document = world.registry.byEntryUuid(a1)!;
        document.patient = { value: '141112A99004563', oid: '1.2.250.1.213.1.4.10' };
      },
    },
  ),
  replaceFailed('the document is replaced already', 'replace.replaced', `${a1} est déjà remplacé`, none, {
    world: (world) => world.registry.setStatus(a1, 'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated'),
  }),
  replaceFailed('the document is deleted', 'replace.deleted', `${a1} est supprimé`, none, {
    world: (world) => world.registry.setStatus(a1, 'urn:asip:ci-sis:2010:StatusType:Deleted'),
  }),
  replaceFailed(
    'a document replaced twice in one lot',
    'replace.twice',
    `${a1} est remplacé deux fois`,
    association('a34', (text) => text + text.replace('id="a34"', 'id="a35"')),
  ),
];

// --- the content of the documents
const cda = (name: string, rule: string, edit: Edit, context: string, of: '01' | '02' = '01'): Mutant => ({
  name,
  rule,
  of,
  edit: part(of === '01' ? 'cda-n1.1@lumidui.example.invalid' : 'urn:uuid:9d2f1c44-1111-4f2e-8a51-2c9b60cc7a01', edit),
  code: 'XDSInvalidDocumentContent',
  context,
  location: doc,
});
const content: Mutant[] = [
  cda(
    'a CDA that is not well-formed',
    'cda.xml',
    replace('</ClinicalDocument>', ''),
    'Le document n’est pas du XML lisible',
  ),
  cda(
    'a CDA with a document type declaration',
    'cda.xml',
    within(/<ClinicalDocument /, (t) => `<!DOCTYPE ClinicalDocument [<!ENTITY x "y">]>${t}`),
    'Le document n’est pas du XML lisible',
  ),
  cda('XML that is no CDA', 'cda.root', replace('ClinicalDocument', 'Document'), 'Le document n’est pas un CDA'),
  cda(
    'a CDA of another release',
    'cda.typeId',
    replace('POCD_HD000040', 'POCD_HD000020'),
    'Le CDA n’est pas de la version R2 (typeId)',
  ),
  cda(
    'another id',
    'cda.id',
    replace(`<id root="${unique}.1"/>`, `<id root="${unique}.3"/>`),
    'L’identifiant du CDA diffère du uniqueId',
  ),
  cda(
    'another patient',
    'cda.patient',
    replace('extension="236046999012376"', 'extension="150027499020861"'),
    'Le CDA ne désigne pas le patient du lot',
  ),
  cda(
    'another type',
    'cda.code',
    replace('<code code="83981-1"', '<code code="11490-0"'),
    'Le code du CDA diffère du typeCode',
  ),
  cda(
    'another date',
    'cda.time',
    replace(/<effectiveTime value="\d{4}/, '<effectiveTime value="2025'),
    'La date du CDA diffère du creationTime',
  ),
  cda(
    'another confidentiality',
    'cda.confidentiality',
    replace('<confidentialityCode code="N"', '<confidentialityCode code="R"'),
    'La confidentialité du CDA diffère du confidentialityCode',
  ),
  cda('no author', 'cda.author', replace(/<author>.*<\/author>/s, ''), 'Le CDA n’a pas d’auteur'),
  cda(
    'no custodian',
    'cda.custodian',
    replace(/<custodian>.*<\/custodian>/s, ''),
    'Le CDA n’a pas d’organisation conservatrice',
  ),
  cda(
    'another legal authenticator',
    'cda.legalAuthenticator',
    within(/<legalAuthenticator>.*<\/legalAuthenticator>/s, replace('899700101233', '899700204581')),
    'Le responsable du CDA diffère du legalAuthenticator',
  ),
  cda(
    'no body',
    'cda.body',
    replace(/<component>\s*<nonXMLBody>.*<\/component>/s, ''),
    'Le CDA n’a pas un corps et un seul',
  ),
  cda(
    'a Word document',
    'cda.media',
    replace('mediaType="application/pdf"', 'mediaType="application/msword"'),
    'Le corps du CDA n’est pas d’un format admis',
  ),
  cda(
    'a body that is not said to be base64',
    'cda.encoding',
    replace(' representation="B64"', ''),
    'Le corps du CDA n’est pas en base64',
  ),
  cda(
    'a body that is not base64',
    'cda.encoding',
    replace(/(representation="B64">)/, '$1*'),
    'Le corps du CDA n’est pas en base64',
  ),
  cda(
    'an image that is called a PDF',
    'cda.format',
    replace('mediaType="application/pdf"', 'mediaType="image/jpeg"'),
    'Le format du corps du CDA diffère du formatCode',
  ),
  cda(
    'a replacement that does not name what it replaces',
    'cda.replaces',
    replace(/<relatedDocument typeCode="RPLC">.*<\/relatedDocument>/s, ''),
    'Le CDA ne désigne pas le document qu’il remplace',
    '02',
  ),
];

/** All of them but those of the signature document (xades.ts). */
export const iti41Mutants: Mutant[] = [
  ...slots,
  ...codes,
  ...identifiers,
  ...others,
  ...envelope,
  ...associations,
  ...patient,
  ...registry,
  ...content,
];

/** ITI-18 mutants: a golden query with one parameter, value or option removed or altered, and the error that refuses it. */
import type { World } from '../../../simulator/world.ts';
import { both, drop, type Edit, replace, within } from '../support/edit-ebxml.ts';

export interface QueryMutant {
  name: string;
  /** Golden request that it starts from. */
  of: keyof typeof goldenQueries;
  edit: Edit;
  code: string;
  context: string;
  world?: (world: World) => void;
  /** Leaves as a SOAP fault: the rule in its detail. */
  fault?: string;
}

export const goldenQueries = {
  find: 'td3-1a/01-request-finddocuments.xml',
  filters: 'td3-1a/02-request-finddocuments-filters.xml',
  reference: 'td3-1b/01-request-getdocuments-objectref.xml',
  sets: 'td3-1c/01-request-findsubmissionsets.xml',
  folders: 'td3-1c/03-request-findfolders.xml',
  associations: 'td3-1c/04-request-getassociations.xml',
  both: 'td3-1c/05-request-getdocumentsandassociations.xml',
} as const;

/** Within one slot. */
const slot = (name: string, change: Edit): Edit =>
  within(new RegExp(`<rim:Slot name="${name.replace('$', '\\$')}">.*?</rim:Slot>`, 's'), change);
const value = (text: string): Edit => replace(/<rim:Value>[^<]*<\/rim:Value>/, `<rim:Value>${text}</rim:Value>`);
const none: Edit = (text) => text;

const missing = (of: QueryMutant['of'], name: string): QueryMutant => ({
  name: `${of} without ${name}`,
  of,
  edit: slot(name, drop),
  code: 'XDSStoredQueryMissingParam',
  context: name,
});
const invalid = (of: QueryMutant['of'], name: string, text: string, why: string): QueryMutant => ({
  name: `${of}: ${name} ${why}`,
  of,
  edit: slot(name, value(text)),
  code: 'XDSStoredQueryParamNumber',
  context: `Valeur invalide pour ${name}`,
});

/** A golden query by uuid made into another one: its id, then its slots. */
const asked = (id: string, ...slots: [name: string, ...values: string[]][]): Edit =>
  both(
    replace('a7ae438b-4bc2-4642-93e9-be891f7bb155', id),
    replace(
      /<rim:Slot .*<\/rim:Slot>/s,
      slots
        .map(
          ([name, ...values]) =>
            // `$$`: a dollar sign, in a replacement
            `<rim:Slot name="$${name}"><rim:ValueList>${values.map((v) => `<rim:Value>${v}</rim:Value>`).join('')}</rim:ValueList></rim:Slot>`,
        )
        .join(''),
    ),
  );
const a2 = "'urn:uuid:bf918179-c890-11f1-86c4-02420a1e0f31'";
const replaces = "('urn:ihe:iti:2007:AssociationType:RPLC')";
const related = (
  name: string,
  code: string,
  context: string,
  ...slots: [name: string, ...values: string[]][]
): QueryMutant => ({
  name: `GetRelatedDocuments ${name}`,
  of: 'associations',
  edit: asked('d90e5407-b356-4d91-a89f-873917b4b0e6', ...slots),
  code,
  context,
});
const contents = (
  name: string,
  code: string,
  context: string,
  ...slots: [name: string, ...values: string[]][]
): QueryMutant => ({
  name: `GetFolderAndContents ${name}`,
  of: 'associations',
  edit: asked('b909a503-523d-4517-8acf-8e5834dfc4c7', ...slots),
  code,
  context,
});
const [missingParameter, badParameter] = ['XDSStoredQueryMissingParam', 'XDSStoredQueryParamNumber'];
const bothQueries: QueryMutant[] = [
  related('without document', missingParameter, '$XDSDocumentEntryEntryUUID ou $XDSDocumentEntryUniqueId', [
    '$AssociationTypes',
    replaces,
  ]),
  related('without kinds', missingParameter, '$AssociationTypes', ['$XDSDocumentEntryEntryUUID', a2]),
  related(
    'of a kind that does not exist',
    badParameter,
    'Valeur invalide pour $AssociationTypes',
    ['$XDSDocumentEntryEntryUUID', a2],
    ['$AssociationTypes', "('RPLC')"],
  ),
  related(
    'of a list of documents',
    badParameter,
    'Valeur invalide pour $XDSDocumentEntryEntryUUID',
    ['$XDSDocumentEntryEntryUUID', `(${a2})`],
    ['$AssociationTypes', replaces],
  ),
  related(
    'of two documents',
    badParameter,
    '$XDSDocumentEntryEntryUUID et $XDSDocumentEntryUniqueId s’excluent',
    ['$XDSDocumentEntryEntryUUID', a2],
    ['$XDSDocumentEntryUniqueId', "'2.16.840.1.113883.19.7601.3.50.20261015.1'"],
    ['$AssociationTypes', replaces],
  ),
  contents('without folder', missingParameter, '$XDSFolderEntryUUID ou $XDSFolderUniqueId', [
    '$XDSDocumentEntryFormatCode',
    "('urn:ihe:iti:xds-sd:pdf:2008^^1.3.6.1.4.1.19376.1.2.3')",
  ]),
  contents(
    'of two folders',
    badParameter,
    '$XDSFolderEntryUUID et $XDSFolderUniqueId s’excluent',
    ['$XDSFolderEntryUUID', a2],
    ['$XDSFolderUniqueId', "'1.2.3'"],
  ),
  contents('of a list of folders', badParameter, 'Valeur invalide pour $XDSFolderUniqueId', [
    '$XDSFolderUniqueId',
    "('1.2.3')",
  ]),
  contents(
    'with a format of no system',
    badParameter,
    'Valeur invalide pour $XDSDocumentEntryFormatCode',
    ['$XDSFolderUniqueId', "'1.2.3'"],
    ['$XDSDocumentEntryFormatCode', "('urn:ihe:iti:xds-sd:pdf:2008')"],
  ),
  contents(
    'of documents that are neither stable nor on demand',
    badParameter,
    'Valeur invalide pour $XDSDocumentEntryType',
    ['$XDSFolderUniqueId', "'1.2.3'"],
    ['$XDSDocumentEntryType', "('urn:uuid:00000000-1111-4222-8333-444444444444')"],
  ),
];

const patient = '$XDSDocumentEntryPatientId';
const statuses = '$XDSDocumentEntryStatus';
const either = '$XDSDocumentEntryEntryUUID ou $XDSDocumentEntryUniqueId';

export const iti18Mutants: QueryMutant[] = [
  ...bothQueries,
  missing('find', patient),
  missing('find', statuses),
  missing('sets', '$XDSSubmissionSetPatientId'),
  missing('sets', '$XDSSubmissionSetStatus'),
  missing('folders', '$XDSFolderPatientId'),
  missing('folders', '$XDSFolderStatus'),
  missing('associations', '$uuid'),
  { ...missing('both', '$XDSDocumentEntryEntryUUID'), context: either },
  { ...missing('reference', '$XDSDocumentEntryUniqueId'), context: either },

  invalid('find', patient, '236046999012376^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH', 'without quotes'),
  invalid('find', patient, "'236046999012376^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH", 'with one quote'),
  invalid('find', patient, "('236046999012376^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH')", 'as a list'),
  invalid('find', statuses, "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'", 'in an open list'),
  invalid('find', statuses, "('Approved')", 'without its URN'),
  invalid('find', statuses, '()', 'as an empty list'),
  invalid('find', '$XDSDocumentEntryServiceStartTimeFrom', '2024-10-20', 'as an ISO date'),
  invalid('find', '$XDSDocumentEntryServiceStartTimeFrom', '20241320000000', 'with a 13th month'),
  invalid('filters', '$XDSDocumentEntryCreationTimeFrom', 'hier', 'as a word'),
  invalid('filters', '$XDSDocumentEntryCreationTimeTo', '2026-10-20T23:59:59Z', 'as an instant'),
  invalid('filters', '$XDSDocumentEntryClassCode', "('10')", 'without code system'),
  invalid('filters', '$XDSDocumentEntryClassCode', "('10^Compte rendu^1.2.250.1.213.1.1.4.1')", 'with a display name'),
  invalid('filters', '$XDSDocumentEntryPracticeSettingCode', 'ESSMS^^1.2.250.1.213.1.1.4.9', 'without quotes'),
  invalid('filters', '$XDSDocumentEntryAuthorPerson', "('899700101233^%', )", 'with a hole in the list'),
  invalid('sets', '$XDSSubmissionSetSubmissionTimeFrom', '1er octobre', 'as words'),
  {
    name: 'a parameter twice that cannot be AND-ed',
    of: 'filters',
    edit: slot('$XDSDocumentEntryClassCode', (text) => text + text),
    code: 'XDSStoredQueryParamNumber',
    context: 'Valeur invalide pour $XDSDocumentEntryClassCode',
  },
  {
    name: 'two values of a parameter that has one',
    of: 'find',
    edit: slot(
      patient,
      within(/<rim:Value>.*?<\/rim:Value>/, (text) => text + text),
    ),
    code: 'XDSStoredQueryParamNumber',
    context: `Valeur invalide pour ${patient}`,
  },
  {
    name: 'a parameter without value',
    of: 'find',
    edit: slot(statuses, within(/<rim:Value>.*<\/rim:Value>/s, drop)),
    code: 'XDSStoredQueryParamNumber',
    context: `Valeur invalide pour ${statuses}`,
  },
  {
    name: 'a parameter that the query does not have',
    of: 'find',
    edit: replace('$XDSDocumentEntryServiceStartTimeFrom', '$XDSSubmissionSetSubmissionTimeFrom'),
    code: 'XDSStoredQueryParamNumber',
    context: 'Paramètre inconnu : $XDSSubmissionSetSubmissionTimeFrom',
  },
  {
    name: 'entryUUID and uniqueId together',
    of: 'both',
    edit: within(/<rim:Slot .*<\/rim:Slot>/s, (text) => text + text.replace('EntryUUID', 'UniqueId')),
    code: 'XDSStoredQueryParamNumber',
    context: '$XDSDocumentEntryEntryUUID et $XDSDocumentEntryUniqueId s’excluent',
  },
  {
    name: 'an unknown query',
    of: 'find',
    edit: replace('14d4debf-8f97-4251-9a74-a90016b0af0d', '00000000-1111-4222-8333-444444444444'),
    code: 'XDSUnknownStoredQuery',
    context: 'urn:uuid:00000000-1111-4222-8333-444444444444',
  },
  {
    name: 'a query without id',
    of: 'find',
    edit: replace(' id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"', ''),
    code: 'XDSUnknownStoredQuery',
    context: '',
  },
  {
    name: 'another returnType',
    of: 'find',
    edit: replace('returnType="LeafClass"', 'returnType="RegistryObject"'),
    code: 'XDSRegistryError',
    context: 'returnType non pris en charge : RegistryObject',
  },
  {
    name: 'no returnType',
    of: 'find',
    edit: replace(' returnType="LeafClass"', ''),
    code: 'XDSRegistryError',
    context: 'returnType non pris en charge : ',
  },
  {
    name: 'another patient than the VIHF’s',
    of: 'find',
    edit: slot(patient, replace('236046999012376', '141112A99004563')),
    code: 'XDSPatientIdDoesNotMatch',
    context: 'Le patient de la recherche diffère de celui du VIHF',
  },
  {
    name: 'a patient who is no INS',
    of: 'find',
    edit: slot(patient, replace('1.2.250.1.213.1.4.10', '2.16.840.1.113883.19.7601.3.9')),
    code: 'XDSUnknownPatientId',
    context: 'Aucun DMP pour 236046999012376',
  },
  {
    name: 'a patient without DMP',
    of: 'find',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'none'),
    code: 'XDSUnknownPatientId',
    context: 'Aucun DMP pour 236046999012376',
  },
  {
    name: 'a patient without DMP, asked for sets',
    of: 'sets',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'none'),
    code: 'XDSUnknownPatientId',
    context: 'Aucun DMP pour 236046999012376',
  },
  {
    name: 'a closed DMP',
    of: 'find',
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'terminated'),
    code: 'DMPClosed',
    context: 'Le DMP de ce patient est fermé',
    fault: 'PATIENT_CLOSED',
  },
  ...(['reference', 'associations', 'both', 'folders', 'sets'] as const).map((of): QueryMutant => ({
    name: `a closed DMP, asked for ${of}`,
    of,
    edit: none,
    world: (world) => void (world.patients[0]!.dmp = 'terminated'),
    code: 'DMPClosed',
    context: 'Le DMP de ce patient est fermé',
    fault: 'PATIENT_CLOSED',
  })),
  {
    name: 'more documents than the DMP gives at once',
    of: 'find',
    edit: none,
    world: (world) => void (world.settings.maxResults = 5),
    code: 'XDSTooManyResults',
    context: 'Plus de 5 documents : restreindre la recherche',
  },
  {
    name: 'a structure that asks for metadata',
    of: 'reference',
    edit: both(replace('returnType="ObjectRef"', 'returnType="LeafClass"')),
    code: 'DMPAccessDenied',
    context: 'TD3.1a n’est pas permis en mode INDIRECTE, accès normal, pour ce profil',
    fault: 'RIGHTS_MATRIX',
  },
  {
    name: 'a structure that asks for references of other documents',
    of: 'reference',
    edit: both(
      replace('5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4', '14d4debf-8f97-4251-9a74-a90016b0af0d'),
      replace('$XDSDocumentEntryUniqueId', '$XDSDocumentEntryPatientId'),
    ),
    code: 'DMPAccessDenied',
    context: 'TD3.1a n’est pas permis en mode INDIRECTE, accès normal, pour ce profil',
    fault: 'RIGHTS_MATRIX',
  },
];

/**
 * The profiles that a deposit must meet, as rows of our own (see `rules.ts`): PDSm 3.1.1 of 30 June 2026, and where its
 * parent IHE MHD 4.2.3 asks for something else, that too. What the rows leave out on purpose is `leftOut`, with the reason;
 * the test compares both with the compiled snapshots, element by element.
 */
import type { Rule } from './rules.ts';

/** Types of the profiles that PDSm names as targets (as-practitioner, fr-core-patient…). */
const authenticators = ['Practitioner', 'PractitionerRole', 'Organization'] as const;
const authors = ['Practitioner', 'PractitionerRole', 'Device', 'Patient'] as const;
const simplifiedAuthors = [...authors, 'Organization', 'RelatedPerson'] as const;

/** MHD’s required binding: it leaves `entered-in-error` out. */
const documentStatuses = {
  valueSet: 'https://profiles.ihe.net/ITI/MHD/ValueSet/DocumentReferenceStats',
  codes: ['current', 'superseded'],
} as const;

const simplified: readonly Rule[] = [
  { element: 'modifierExtension', card: '0..0' },
  { element: 'masterIdentifier', card: '1..1' },
  { element: 'identifier', card: '0..0' },
  { element: 'status', card: '1..1', fixed: 'current' },
  { element: 'docStatus', card: '0..0' },
  { element: 'category', card: '0..1' },
  { element: 'subject', card: '1..1', targets: ['Patient'] },
  { element: 'date', card: '1..1', mhd: '0..1', filled: 'the instant of the deposit' },
  { element: 'author', card: '1..*', mhd: '0..*', filled: 'the caller (EX_2.1-1140)', targets: simplifiedAuthors },
  { element: 'authenticator', card: '0..1', targets: authenticators },
  { element: 'relatesTo.target', card: '1..1', targets: ['DocumentReference'] },
  { element: 'custodian', card: '1..1', mhd: '0..1', filled: 'the depositing structure', targets: ['Organization'] },
  { element: 'content', card: '1..1' },
  { element: 'content.attachment.contentType', card: '1..1' },
  { element: 'content.attachment.data', card: '1..1' },
  { element: 'content.attachment.url', card: '0..0' },
  { element: 'content.attachment.title', card: '1..1', mhd: '0..1' },
  { element: 'context.event', card: '0..1', mhd: '0..*' },
];

const comprehensive: readonly Rule[] = [
  {
    element: 'contained',
    card: '1..*',
    mhd: '0..*',
    filled: 'nothing: what must be contained is asked by its own row',
  },
  { element: 'modifierExtension', card: '0..0' },
  { element: 'extension(pdsm-ext-is-archived)', card: '0..1', mhd: '0..*' },
  { element: 'masterIdentifier', card: '1..1' },
  { element: 'status', card: '1..1', binding: documentStatuses },
  { element: 'docStatus', card: '0..0' },
  { element: 'type', card: '1..1' },
  { element: 'category', card: '1..1' },
  { element: 'subject', card: '1..1', targets: ['Patient'] },
  { element: 'date', card: '1..1', mhd: '0..1', filled: 'the instant of the deposit' },
  {
    element: 'author',
    card: '1..*',
    mhd: '0..*',
    filled: 'the caller (EX_2.1-1140)',
    contained: true,
    targets: authors,
  },
  { element: 'authenticator', card: '0..1', contained: true, targets: authenticators },
  { element: 'custodian', card: '1..1', mhd: '0..1', filled: 'the depositing structure', targets: ['Organization'] },
  { element: 'securityLabel', card: '1..*' },
  { element: 'content', card: '1..1' },
  { element: 'content.attachment.contentType', card: '1..1' },
  { element: 'content.attachment.language', card: '1..1' },
  { element: 'content.attachment.data', card: '0..0' },
  { element: 'content.attachment.url', card: '1..1' },
  { element: 'content.attachment.size', card: '1..1', mhd: '0..1', filled: 'counted' },
  { element: 'content.attachment.hash', card: '1..1', mhd: '0..1', filled: 'computed' },
  { element: 'content.attachment.title', card: '1..1', mhd: '0..1' },
  { element: 'content.attachment.creation', card: '1..1' },
  { element: 'content.format', card: '1..1' },
  { element: 'context', card: '1..1' },
  { element: 'context.period', card: '1..1', mhd: '0..1' },
  { element: 'context.period.start', card: '1..1', mhd: '0..1' },
  { element: 'context.facilityType', card: '1..1' },
  { element: 'context.practiceSetting', card: '1..1' },
  { element: 'context.sourcePatientInfo', card: '1..1', contained: true, targets: ['Patient'] },
];

const submissionSet: readonly Rule[] = [
  {
    element: 'contained',
    card: '1..*',
    mhd: '0..*',
    filled: 'nothing: what must be contained is asked by its own row',
  },
  { element: 'extension(ihe-designationType)', card: '1..1' },
  { element: 'extension(ihe-designationType).valueCodeableConcept', card: '1..1' },
  { element: 'extension(ihe-sourceId)', card: '1..1' },
  { element: 'extension(pdsm-ext-is-archived)', card: '0..1', mhd: '0..*' },
  { element: 'extension(pdsm-ext-intended-recipient)', card: '0..*', contained: true, targets: authenticators },
  { element: 'modifierExtension', card: '0..0' },
  { element: 'status', card: '1..1', fixed: 'current' },
  { element: 'mode', card: '1..1', fixed: 'working' },
  { element: 'code', card: '1..1', fixed: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes|submissionset' },
  { element: 'subject', card: '1..1', targets: ['Patient'] },
  { element: 'encounter', card: '0..0' },
  { element: 'date', card: '1..1' },
  {
    element: 'source',
    card: '1..1',
    mhd: '0..1',
    filled: 'the caller (EX_2.1-1140)',
    contained: true,
    targets: ['PractitionerRole', 'Device', 'Patient'],
    // PDSm4DMP's own examples have one.
    tolerated: ['Practitioner'],
  },
  { element: 'source.extension(ihe-authorOrg)', card: '0..1', contained: true, targets: ['Organization'] },
  { element: 'orderedBy', card: '0..0' },
  { element: 'note', card: '0..1' },
  { element: 'entry.flag', card: '0..0' },
  { element: 'entry.deleted', card: '0..0' },
  { element: 'entry.date', card: '0..0' },
  { element: 'emptyReason', card: '0..0' },
];

const folder: readonly Rule[] = [
  { element: 'extension(ihe-designationType)', card: '1..1', mhd: '1..*' },
  { element: 'modifierExtension', card: '0..0' },
  { element: 'status', card: '1..1' },
  { element: 'mode', card: '1..1', fixed: 'working' },
  { element: 'title', card: '1..1' },
  { element: 'code', card: '1..1', fixed: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes|folder' },
  { element: 'subject', card: '1..1', targets: ['Patient'] },
  { element: 'encounter', card: '0..0' },
  { element: 'date', card: '1..1', mhd: '0..1', filled: 'the registry sets lastUpdateTime' },
  { element: 'source', card: '0..0' },
  { element: 'orderedBy', card: '0..0' },
  { element: 'note', card: '0..1' },
  { element: 'entry', card: '1..*', mhd: '0..*' },
  { element: 'entry.flag', card: '0..0' },
  { element: 'entry.deleted', card: '0..0' },
  { element: 'entry.date', card: '0..0' },
  { element: 'emptyReason', card: '0..0' },
];

const provideBundle: readonly Rule[] = [
  { element: 'meta.profile', card: '1..*' },
  { element: 'type', card: '1..1', fixed: 'transaction' },
  { element: 'entry', card: '1..*' },
];

/** Profile → rows. `name` goes into sentences; `snapshot` and `mhdSnapshot` are the files of the definitions. */
export const profiles = {
  simplified: {
    name: 'PDSm Simplified Publish',
    rules: simplified,
    snapshot: 'pdsm-simplified-publish',
    mhdSnapshot: 'IHE.MHD.SimplifiedPublish.DocumentReference',
  },
  comprehensive: {
    name: 'PDSm Comprehensive DocumentReference',
    rules: comprehensive,
    snapshot: 'pdsm-comprehensive-document-reference',
    mhdSnapshot: 'IHE.MHD.Comprehensive.DocumentReference',
  },
  submissionSet: {
    name: 'PDSm SubmissionSet Comprehensive',
    rules: submissionSet,
    snapshot: 'pdsm-submissionset-comprehensive',
    mhdSnapshot: 'IHE.MHD.Comprehensive.SubmissionSet',
  },
  folder: {
    name: 'PDSm Folder Comprehensive',
    rules: folder,
    snapshot: 'pdsm-folder-comprehensive',
    mhdSnapshot: 'IHE.MHD.Comprehensive.Folder',
  },
  provideBundle: {
    name: 'PDSm Comprehensive Provide Document Bundle',
    rules: provideBundle,
    snapshot: 'pdsm-comprehensive-provide-document-bundle',
    mhdSnapshot: 'IHE.MHD.Comprehensive.ProvideBundle',
  },
} as const satisfies Record<string, { name: string; rules: readonly Rule[]; snapshot: string; mhdSnapshot: string }>;

/**
 * Canonicals of a provide Bundle → the edition whose rows apply. The others (Minimal, UnContained) are known and refused:
 * the DMP needs complete metadata, and their actors would have to be fetched elsewhere.
 */
export const bundleProfiles: Readonly<Record<string, 'pdsm' | 'mhd' | 'refused'>> = {
  'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-provide-document-bundle': 'pdsm',
  'https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Comprehensive.ProvideBundle': 'mhd',
  'https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.UnContained.Comprehensive.ProvideBundle': 'refused',
  'https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal.ProvideBundle': 'refused',
};

/** Constraints of the snapshots that no row states, by element id (a prefix ending in `*` covers its children). */
export const leftOut: Readonly<Record<string, string>> = {
  'DocumentReference.meta*': 'same as R4 (the snapshot only spells it out)',
  'List.meta*': 'same as R4',
  'Bundle.meta.*': 'same as R4, but for meta.profile',
  'DocumentReference.extension:isArchived': 'row extension(pdsm-ext-is-archived)',
  'DocumentReference.identifier:entryUUID': 'a depositor’s entryUUID is not kept: the DMP gives its own',
  'DocumentReference.identifier': 'slicing only',
  'DocumentReference.content.attachment.extension': 'same as R4',
  'DocumentReference.context.period.extension': 'same as R4',
  'DocumentReference.context.period.end': 'same as R4',
  'DocumentReference.context.sourcePatientInfo.*': 'same as R4',
  'DocumentReference.context.related*': 'referenceIdList: the mapping reads it and says what it cannot read',
  'List.extension': 'the rows of its slices',
  'List.extension:designationType*': 'rows extension(ihe-designationType)…',
  'List.extension:sourceId*': 'row extension(ihe-sourceId)',
  'List.extension:isArchived': 'row extension(pdsm-ext-is-archived)',
  'List.extension:intendedRecipient*': 'the mapping reads it',
  'List.extension:PDSmintendedRecipient*': 'row extension(pdsm-ext-intended-recipient)',
  'List.identifier*': 'uniqueId: `unique-id.ts`, which also takes the urn:uuid: of the official examples',
  'List.source.*': 'row source.extension(ihe-authorOrg); the rest is the same as R4',
  'Bundle.entry:*': 'closed slicing by profile: `deposit/entries.ts` sorts the entries',
};

/**
 * The attributes of a document entry and of a submission set, as the CI-SIS and the DMP want them: how many, of what
 * form, from which value set. One row each; the checker (metadata.ts) and the test of the mutants both read them.
 *
 * Sources: IHE ITI TF-3 §4.2.3.2–3; ANS CI-SIS volet Partage de documents; shared facts on the DMP §3.
 */
import type { ValueSetName } from '../codes/index.ts';
import { isDtm, isOid, readCx, readIns, readXcn } from '../composites.ts';
import { entryScheme, folderScheme, oid, setScheme } from '../vocabulary.ts';

/** `document`: not asked of the signature entry; `professional`: nor of a document that the patient deposited. */
export type AppliesTo = 'entry' | 'document' | 'professional';

export interface SlotRow {
  name: string;
  /** Where it is mandatory; nowhere when absent. */
  mandatory?: AppliesTo;
  /** More than one value may be given. */
  many?: true;
  valid: (value: string) => boolean;
}

const isSha1 = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);
const isPid = (text: string): boolean => /^PID-(3|5|7|8|11)\|\S/.test(text);
const isCxi = (text: string): boolean => (readCx(text)?.type ?? '') !== '';
const any = (text: string): boolean => text !== '';

export const entrySlots: SlotRow[] = [
  { name: 'creationTime', mandatory: 'entry', valid: isDtm },
  { name: 'languageCode', mandatory: 'entry', valid: (text) => text === 'art' || /^[a-z]{2}-[A-Z]{2}$/.test(text) },
  { name: 'legalAuthenticator', mandatory: 'entry', valid: (text) => readXcn(text) !== undefined },
  { name: 'serviceStartTime', mandatory: 'entry', valid: isDtm },
  { name: 'serviceStopTime', valid: isDtm },
  {
    name: 'sourcePatientId',
    mandatory: 'professional',
    valid: (text) => ['NH', 'PI'].includes(readCx(text)?.type ?? ''),
  },
  { name: 'sourcePatientInfo', mandatory: 'professional', many: true, valid: isPid },
  { name: 'hash', valid: isSha1 },
  { name: 'size', valid: (text) => /^(0|[1-9]\d*)$/.test(text) },
  { name: 'repositoryUniqueId', valid: (text) => text === oid.repository },
  { name: 'URI', many: true, valid: any },
  { name: 'urn:ihe:iti:xds:2013:referenceIdList', many: true, valid: isCxi },
];

export const setSlots: SlotRow[] = [
  { name: 'submissionTime', mandatory: 'entry', valid: isDtm },
  { name: 'intendedRecipient', many: true, valid: any },
];

export const folderSlots: SlotRow[] = [{ name: 'lastUpdateTime', valid: isDtm }];

export interface CodeRow {
  name: string;
  scheme: string;
  min: 0 | 1;
  max: number;
  /** Absent: any code of any system. */
  valueSet?: ValueSetName;
}

const unbounded = Number.POSITIVE_INFINITY;

export const entryCodes: CodeRow[] = [
  { name: 'classCode', scheme: entryScheme.classCode, min: 1, max: 1, valueSet: 'classCode' },
  { name: 'typeCode', scheme: entryScheme.typeCode, min: 1, max: 1, valueSet: 'typeCode' },
  { name: 'formatCode', scheme: entryScheme.formatCode, min: 1, max: 1, valueSet: 'formatCode' },
  {
    name: 'healthcareFacilityTypeCode',
    scheme: entryScheme.healthcareFacilityTypeCode,
    min: 1,
    max: 1,
    valueSet: 'healthcareFacilityTypeCode',
  },
  {
    name: 'practiceSettingCode',
    scheme: entryScheme.practiceSettingCode,
    min: 1,
    max: 1,
    valueSet: 'practiceSettingCode',
  },
  {
    name: 'confidentialityCode',
    scheme: entryScheme.confidentialityCode,
    min: 1,
    max: 4,
    valueSet: 'confidentialityCode',
  },
  { name: 'eventCodeList', scheme: entryScheme.eventCodeList, min: 0, max: unbounded },
];

export const setCodes: CodeRow[] = [
  { name: 'contentTypeCode', scheme: setScheme.contentTypeCode, min: 1, max: 1, valueSet: 'contentTypeCode' },
];

/** No value set is published: any code of any system. */
export const folderCodes: CodeRow[] = [{ name: 'codeList', scheme: folderScheme.codeList, min: 1, max: unbounded }];

export interface IdentifierRow {
  /** As the Name of the ExternalIdentifier says it. */
  name: string;
  scheme: string;
  valid: (value: string) => boolean;
}

export const entryIdentifiers: IdentifierRow[] = [
  { name: 'XDSDocumentEntry.patientId', scheme: entryScheme.patientId, valid: (text) => readIns(text) !== undefined },
  { name: 'XDSDocumentEntry.uniqueId', scheme: entryScheme.uniqueId, valid: isOid },
];

export const setIdentifiers: IdentifierRow[] = [
  { name: 'XDSSubmissionSet.patientId', scheme: setScheme.patientId, valid: (text) => readIns(text) !== undefined },
  { name: 'XDSSubmissionSet.sourceId', scheme: setScheme.sourceId, valid: isOid },
  { name: 'XDSSubmissionSet.uniqueId', scheme: setScheme.uniqueId, valid: isOid },
];

export const folderIdentifiers: IdentifierRow[] = [
  { name: 'XDSFolder.patientId', scheme: folderScheme.patientId, valid: (text) => readIns(text) !== undefined },
  { name: 'XDSFolder.uniqueId', scheme: folderScheme.uniqueId, valid: isOid },
];

/** What the repository takes: CDA, self-displaying page, imaging manifest (shared facts on the DMP §3.4). */
export const mimeTypes = ['text/xml', 'application/xslt+xml', 'application/dicom'];

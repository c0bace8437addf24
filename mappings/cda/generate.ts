/**
 * A document entry made from a CDA alone (IHE MHD ITI-106): what its header says, what follows from that by the ANS's
 * tables, what its bytes are; and the list of what it lacks to be a complete entry.
 *
 * Source: CI-SIS « Partage de documents de santé » (correspondence of the CDA header with the XDS metadata), PDSm
 * comprehensive (what is mandatory), ITI TF-3 table 4.3.1-3, column XDS DS.
 */
import type { Identifier } from '@medplum/fhirtypes';
import { uris } from '../canonicals.ts';
import { stableDocument, statuses } from '../ebrim/schemes.ts';
import { oidUri } from '../codecs/identifiers.ts';
import { checkIns, insFromCx, type Environment } from '../ins.ts';
import { relationTable } from '../relates-to.ts';
import type { Issue } from '../outcome.ts';
import { classOfType } from '../terminology/associations.ts';
import type { DocumentEntry } from '../xds.ts';
import { metadataOfCda, uniqueIdOf } from './metadata.ts';
import type { CdaHeader, CdaId } from './types.ts';

/** What the bytes of the CDA are. */
export interface CdaBytes {
  /** SHA-1, lower-case hexadecimal */
  hash: string;
  /** bytes */
  size: number;
}

/** A relation to another document that the header states. */
export interface GeneratedRelation {
  code: 'replaces' | 'transforms' | 'appends' | 'signs';
  /** Identifier of that document, when the header says which. */
  target: Identifier | undefined;
}

export interface GeneratedEntry {
  /** Complete when no issue is an error. */
  entry: DocumentEntry;
  relations: GeneratedRelation[];
  issues: Issue[];
}

/** Piece of metadata → where the header would say it, and the FHIR element that stays empty without it. */
const sources: readonly (readonly [keyof DocumentEntry, xpath: string, fhir: string])[] = [
  ['patientId', 'recordTarget/patientRole/id (INS)', 'subject'],
  ['sourcePatientInfo', 'recordTarget/patientRole/patient', 'context.sourcePatientInfo'],
  ['title', 'title', 'content[0].attachment.title'],
  ['creationTime', 'effectiveTime/@value', 'content[0].attachment.creation'],
  ['languageCode', 'languageCode/@code', 'content[0].attachment.language'],
  ['confidentialityCodes', 'confidentialityCode', 'securityLabel'],
  ['authors', 'author/assignedAuthor', 'author'],
  ['legalAuthenticator', 'legalAuthenticator/assignedEntity', 'authenticator'],
  ['typeCode', 'code', 'type'],
  ['serviceStartTime', 'documentationOf/serviceEvent/effectiveTime/low/@value', 'context.period.start'],
  [
    'practiceSettingCode',
    'documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode',
    'context.practiceSetting',
  ],
  [
    'healthcareFacilityTypeCode',
    'componentOf/encompassingEncounter/location/healthCareFacility/code',
    'context.facilityType',
  ],
];

/** The format does not stand in the header: it follows from it. */
const formatSource = (header: CdaHeader): string =>
  header.body.kind === 'N1' ? 'component/nonXMLBody/text/@mediaType (ASS_A12)' : 'templateId (ASS_A11)';

/**
 * The entry of a CDA. Nothing but the CDA is looked at: the same bytes give the same entry.
 * @param environment decides which INS are taken
 */
export function generateEntry(header: CdaHeader, bytes: CdaBytes, environment: Environment): GeneratedEntry {
  const said = metadataOfCda(header);
  const classCode = said.typeCode && classOfType(said.typeCode.code, said.typeCode.scheme);
  const entry: DocumentEntry = {
    id: 'Document01',
    objectType: stableDocument,
    availabilityStatus: statuses.approved,
    mimeType: 'text/xml',
    sourcePatientInfo: [],
    referenceIdList: [],
    authors: [],
    confidentialityCodes: [],
    eventCodes: [],
    patientId: '',
    uniqueId: uniqueIdOf(header.id),
    slots: {},
    ...said,
    ...(classCode ? { classCode } : {}),
    hash: bytes.hash,
    size: String(bytes.size),
  };
  return { entry, relations: relationsOf(header), issues: lacking(header, entry, said, environment) };
}

function lacking(
  header: CdaHeader,
  entry: DocumentEntry,
  said: Partial<DocumentEntry>,
  environment: Environment,
): Issue[] {
  const lacks = (xpath: string, fhir: string): Issue => ({
    key: 'cda-lacks',
    expression: `DocumentReference.${fhir}`,
    values: { element: `DocumentReference.${fhir}`, xpath: `/ClinicalDocument/${xpath}` },
  });
  const issues = sources.flatMap(([name, xpath, fhir]) => (said[name] === undefined ? [lacks(xpath, fhir)] : []));
  if (said.formatCode === undefined) issues.push(lacks(formatSource(header), 'content[0].format'));
  if (said.typeCode && !entry.classCode)
    issues.push({
      key: 'code-undetermined',
      expression: 'DocumentReference.category',
      values: { code: said.typeCode.code, element: 'DocumentReference.category' },
    });
  if (oidUri.encode(oidUri.decode(entry.uniqueId) ?? '') === undefined)
    issues.push({ key: 'unique-id-invalid', expression: 'DocumentReference.masterIdentifier' });
  if (header.patients.length > 1)
    issues.push({
      key: 'cardinality',
      expression: 'DocumentReference.subject',
      values: { element: '/ClinicalDocument/recordTarget', count: header.patients.length, max: '1', rule: 'CI-SIS' },
    });
  const ins = said.patientId === undefined ? undefined : insFromCx(said.patientId);
  if (ins)
    issues.push(
      ...checkIns(ins, environment).map((i) => ({ ...i, expression: 'DocumentReference.subject.identifier' })),
    );
  return issues;
}

function relationsOf(header: CdaHeader): GeneratedRelation[] {
  return header.relatedDocuments.flatMap(({ type, id }) => {
    const found = Object.values(relationTable).find(({ cda }) => cda.length === 1 && cda[0] === type);
    return found ? [{ code: found.relatesTo, target: id && identifierOf(id) }] : [];
  });
}

/** As a masterIdentifier is written; an extension that makes no OID stays apart. */
function identifierOf(id: CdaId): Identifier {
  const value = oidUri.decode(uniqueIdOf(id));
  if (value !== undefined && oidUri.encode(value) !== undefined) return { system: uris, value };
  return { system: `urn:oid:${id.root}`, ...(id.extension === undefined ? {} : { value: id.extension }) };
}

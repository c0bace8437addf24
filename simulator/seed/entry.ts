/** Builds registry objects from a compact form: what a seed says of a document, a set, an association. */
import type { PatientKey } from '../vihf/types.ts';
import { readIns } from '../xds/composites.ts';
import type { Association, Classification, LocalText, RegistryObject, Slot } from '../xds/metadata.ts';
import type { Depositor, StoredDocument, StoredPackage } from '../xds/registry.ts';
import { sha1Hex } from '../xds/rules/registry.ts';
import {
  documentEntryType,
  entryScheme,
  folderNode,
  folderScheme,
  oid,
  setScheme,
  status,
  submissionSetNode,
} from '../xds/vocabulary.ts';

/** [code, code system, display] */
export type CodeSeed = [code: string, system: string, display: string];

export interface AuthorSeed {
  /** XCN */
  person: string;
  /** XON */
  institution?: string;
  specialty: string;
}

export interface EntrySeed {
  /** entryUUID without `urn:uuid:`; the logical id too. */
  id: string;
  uniqueId: string;
  /** CX */
  patientId: string;
  title: string;
  comments?: string;
  mimeType?: string;
  slots: Record<string, string | string[]>;
  authors: AuthorSeed[];
  classCode: CodeSeed;
  typeCode: CodeSeed;
  formatCode: CodeSeed;
  healthcareFacilityTypeCode: CodeSeed;
  practiceSettingCode: CodeSeed;
  confidentialityCodes: CodeSeed[];
  eventCodes?: CodeSeed[];
  depositor: Depositor;
  signature?: true;
  /** Octets that the repository holds. */
  content?: Uint8Array;
  /** For an entry without octets: what the registry says of them. */
  figures?: { hash: string; size: number };
}

export interface SetSeed {
  id: string;
  uniqueId: string;
  sourceId: string;
  patientId: string;
  title: string;
  comments?: string;
  submissionTime: string;
  author: AuthorSeed;
  contentTypeCode: CodeSeed;
}

export interface FolderSeed {
  id: string;
  uniqueId: string;
  patientId: string;
  title: string;
  codes: CodeSeed[];
}

export const urn = (uuid: string): string => `urn:uuid:${uuid}`;
const text = (value: string | undefined): LocalText[] =>
  value === undefined ? [] : [{ charset: 'UTF8', value, lang: 'FR' }];
const slots = (values: Record<string, string | string[]>): Slot[] =>
  Object.entries(values).map(([name, value]) => ({ name, values: [value].flat() }));

function keyOf(patientId: string): PatientKey {
  const cx = readIns(patientId);
  if (cx === undefined) throw new Error('seed: patientId is no INS');
  return { value: cx.id, oid: cx.authority };
}

/** Classifications and identifiers of an object, with ids of their own. */
function parts(id: string, newId: () => string) {
  const classify = (more: Partial<Classification>): Classification => ({
    id: newId(),
    classifiedObject: id,
    slots: [],
    name: [],
    description: [],
    ...more,
  });
  return {
    node: (classificationNode: string) => classify({ classificationNode }),
    code: (classificationScheme: string, [code, system, display]: CodeSeed) =>
      classify({
        classificationScheme,
        nodeRepresentation: code,
        slots: slots({ codingScheme: system }),
        name: text(display),
      }),
    author: (classificationScheme: string, { person, institution, specialty }: AuthorSeed) =>
      classify({
        classificationScheme,
        nodeRepresentation: '',
        slots: slots({
          authorPerson: person,
          ...(institution === undefined ? {} : { authorInstitution: institution }),
          authorSpecialty: specialty,
        }),
      }),
    identifier: (identificationScheme: string, value: string, name: string) => ({
      id: newId(),
      registryObject: id,
      identificationScheme,
      value,
      name: text(name),
    }),
  };
}

/** A registered document. */
export function documentOf(seed: EntrySeed, newId: () => string): StoredDocument {
  const id = urn(seed.id);
  const { code, author, identifier } = parts(id, newId);
  const { content, figures } = seed;
  const octets = content === undefined ? figures : { hash: sha1Hex(content), size: content.length };
  const entry: RegistryObject = {
    kind: 'ExtrinsicObject',
    id,
    lid: id,
    isOpaque: 'false',
    status: status.approved,
    mimeType: seed.mimeType ?? 'text/xml',
    objectType: documentEntryType,
    slots: slots({
      ...seed.slots,
      ...(octets === undefined ? {} : { hash: octets.hash, size: String(octets.size) }),
      repositoryUniqueId: oid.repository,
    }),
    name: text(seed.title),
    description: text(seed.comments),
    version: '1',
    classifications: [
      ...seed.authors.map((a) => author(entryScheme.author, a)),
      code(entryScheme.classCode, seed.classCode),
      code(entryScheme.typeCode, seed.typeCode),
      ...seed.confidentialityCodes.map((c) => code(entryScheme.confidentialityCode, c)),
      code(entryScheme.formatCode, seed.formatCode),
      code(entryScheme.healthcareFacilityTypeCode, seed.healthcareFacilityTypeCode),
      code(entryScheme.practiceSettingCode, seed.practiceSettingCode),
      ...(seed.eventCodes ?? []).map((c) => code(entryScheme.eventCodeList, c)),
    ],
    identifiers: [
      identifier(entryScheme.patientId, seed.patientId, 'XDSDocumentEntry.patientId'),
      identifier(entryScheme.uniqueId, seed.uniqueId, 'XDSDocumentEntry.uniqueId'),
    ],
  };
  return {
    entry,
    previous: [],
    patient: keyOf(seed.patientId),
    depositor: seed.depositor,
    signature: seed.signature ?? false,
    ...(content === undefined ? {} : { content }),
  };
}

/** A registered submission set. */
export function setOf(seed: SetSeed, newId: () => string): StoredPackage {
  const id = urn(seed.id);
  const { node, code, author, identifier } = parts(id, newId);
  const object: RegistryObject = {
    kind: 'RegistryPackage',
    id,
    lid: id,
    objectType: 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage',
    status: status.approved,
    slots: slots({ submissionTime: seed.submissionTime }),
    name: text(seed.title),
    description: text(seed.comments),
    version: '1',
    classifications: [
      author(setScheme.author, seed.author),
      code(setScheme.contentTypeCode, seed.contentTypeCode),
      node(submissionSetNode),
    ],
    identifiers: [
      identifier(setScheme.patientId, seed.patientId, 'XDSSubmissionSet.patientId'),
      identifier(setScheme.sourceId, seed.sourceId, 'XDSSubmissionSet.sourceId'),
      identifier(setScheme.uniqueId, seed.uniqueId, 'XDSSubmissionSet.uniqueId'),
    ],
  };
  return { object, patient: keyOf(seed.patientId) };
}

/** A registered folder; the registry writes its lastUpdateTime. */
export function folderOf(seed: FolderSeed, newId: () => string): StoredPackage {
  const id = urn(seed.id);
  const { node, code, identifier } = parts(id, newId);
  const object: RegistryObject = {
    kind: 'RegistryPackage',
    id,
    lid: id,
    status: status.approved,
    slots: [],
    name: text(seed.title),
    description: [],
    version: '1',
    classifications: [node(folderNode), ...seed.codes.map((c) => code(folderScheme.codeList, c))],
    identifiers: [
      identifier(folderScheme.patientId, seed.patientId, 'XDSFolder.patientId'),
      identifier(folderScheme.uniqueId, seed.uniqueId, 'XDSFolder.uniqueId'),
    ],
  };
  return { object, patient: keyOf(seed.patientId) };
}

/** A registered association; what binds an object to its set carries SubmissionSetStatus=Original. */
export function associationOf(
  [id, type, source, target]: [id: string, type: string, source: string, target: string],
  setId: string,
): Association {
  return {
    id: urn(id),
    lid: urn(id),
    status: status.approved,
    associationType: type,
    sourceObject: urn(source),
    targetObject: urn(target),
    slots: [source, target].includes(setId) ? slots({ SubmissionSetStatus: 'Original' }) : [],
    name: [],
  };
}

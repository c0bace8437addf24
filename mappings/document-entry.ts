/**
 * DocumentEntry ↔ DocumentReference: the rows do the work (`document-entry-rows.ts`); here stands what depends on the
 * caller: ids, subject, URL, custodian, defaults.
 */
import type {
  DocumentReference,
  DocumentReferenceRelatesTo,
  Meta,
  Organization,
  Patient,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { pdsmDocumentReference, uris } from './canonicals.ts';
import { dtm, instantFrom } from './codecs/dtm.ts';
import { documentEntryRows, documentSkeleton, newEntryId } from './document-entry-rows.ts';
import { stableDocument, statuses } from './ebrim/schemes.ts';
import { merged } from './merge.ts';
import { IssueError } from './outcome.ts';
import type { Memory } from './recurring.ts';
import { fromFhir, toFhir } from './rows.ts';
import type { DocumentEntry } from './xds.ts';

export { documentEntryRows } from './document-entry-rows.ts';

/** What the façade knows of a document beside its entry. */
export interface DocumentReferenceContext {
  /** Logical id of the resource. */
  id: string;
  subject: Reference;
  /** Where the bytes are read (ITI-68). */
  attachmentUrl: string;
  /** meta.versionId; by default the XDS version. */
  versionId?: string;
  /** meta.lastUpdated */
  lastUpdated?: string;
  /** From the associations, which are no part of an entry. */
  relatesTo?: DocumentReferenceRelatesTo[];
}

/** What a DocumentReference does not say, or says by reference. */
export interface DocumentEntryContext {
  /** CX; when absent, that of `subject.identifier`. */
  patientId?: string;
  /** CX, when the resource has none. */
  sourcePatientId?: string;
  /** When the resource has none. */
  sourcePatientInfo?: string[];
  /** Values for what the resource leaves out. */
  defaults?: Partial<DocumentEntry>;
  /** Finds what is referenced outside the resource (Bundle entries, known resources); contained ones are found anyway. */
  resolve?(reference: Reference): Resource | undefined;
}

/** The DMP, as custodian of what no institution wrote. */
const dmp: Reference<Organization> = {
  type: 'Organization',
  identifier: { system: uris, value: 'urn:oid:1.2.250.1.213.4.1.1.1' },
  display: 'DMP',
};

/** Whether there are all elements that PDSm comprehensive requires and an entry may lack: else it is not claimed. */
function conforms(resource: DocumentReference, { date }: Partial<DocumentReference>): boolean {
  const { content, context, status } = resource;
  const attachment = content[0]?.attachment;
  return (
    resource.masterIdentifier !== undefined &&
    resource.type !== undefined &&
    resource.category !== undefined &&
    date !== undefined &&
    resource.author?.[0] !== undefined &&
    resource.securityLabel?.[0] !== undefined &&
    content[0]?.format !== undefined &&
    attachment?.contentType !== undefined &&
    attachment.language !== undefined &&
    attachment.size !== undefined &&
    attachment.hash !== undefined &&
    attachment.title !== undefined &&
    attachment.creation !== undefined &&
    context?.period?.start !== undefined &&
    context.facilityType !== undefined &&
    context.practiceSetting !== undefined &&
    context.sourcePatientInfo !== undefined &&
    (status === 'current' || status === 'superseded')
  );
}

/**
 * A document entry as a PDSm comprehensive DocumentReference (valid under MHD 4.2.0 to 4.2.4: identifiers carry use and
 * type). An entry without status reads as an approved one; an id that is no `urn:uuid:` (of a submission) is not shown.
 * @param memory shared by the entries of one answer; parts of their resources are then shared too, and frozen
 */
export function documentEntryToFhir(
  entry: DocumentEntry,
  context: DocumentReferenceContext,
  memory?: Memory,
): DocumentReference {
  const id = entry.id.startsWith('urn:uuid:') ? entry.id : undefined;
  const availabilityStatus = entry.availabilityStatus ?? statuses.approved;
  // An entry of the registry has both: no copy then.
  const isComplete = id !== undefined && entry.availabilityStatus !== undefined;
  const model = isComplete ? entry : ({ ...entry, availabilityStatus, id } as DocumentEntry);
  const mapped = toFhir(documentEntryRows, model, documentSkeleton, memory);
  const { contained, author } = mapped;
  const attachment = mapped.content[0]?.attachment;
  if (attachment) attachment.url = context.attachmentUrl;
  const date = attachment?.creation === undefined ? undefined : instantFrom(attachment.creation);
  const institution = contained?.some((c) => c.id === 'author-1-organization');
  const meta: Meta = {};
  const versionId = context.versionId ?? entry.version;
  if (versionId !== undefined) meta.versionId = versionId;
  if (context.lastUpdated !== undefined) meta.lastUpdated = context.lastUpdated;
  // Element by element, in the order in which they are read best: spreads into one literal take several times as long.
  const resource: Partial<DocumentReference> = { resourceType: 'DocumentReference', id: context.id, meta };
  if (contained) resource.contained = contained;
  if (mapped.extension) resource.extension = mapped.extension;
  resource.status = mapped.status;
  resource.subject = { ...(context.subject as Reference<Patient>), ...mapped.subject };
  if (date !== undefined) resource.date = date;
  if (author) resource.author = author;
  resource.custodian = institution ? { reference: '#author-1-organization' } : dmp;
  if (context.relatesTo) resource.relatesTo = context.relatesTo;
  addMissing(resource, mapped);
  if (conforms(mapped, resource)) meta.profile = [pdsmDocumentReference];
  return resource as DocumentReference;
}

function addMissing<T extends object>(target: Partial<T>, source: T): void {
  for (const key in source) if (!(key in target)) target[key] = source[key];
}

/** The lists that every entry has. */
const emptyEntry = {
  id: newEntryId,
  objectType: stableDocument,
  sourcePatientInfo: [],
  referenceIdList: [],
  authors: [],
  confidentialityCodes: [],
  eventCodes: [],
  slots: {},
} satisfies Partial<DocumentEntry>;

/**
 * The document entry that a DocumentReference describes. What the resource leaves out comes from the context, then from
 * the defaults; `custodian`, `relatesTo` and the URL are no part of an entry.
 * @throws IssueError with every problem: what cannot be said in XDS, and the absence of uniqueId or mimeType. Other
 * mandatory metadata are a matter of profile validation.
 */
export function documentEntryFromFhir(resource: DocumentReference, context: DocumentEntryContext): DocumentEntry {
  const { values, issues } = fromFhir(documentEntryRows, resource, documentSkeleton, context.resolve);
  const date = values.creationTime ?? (resource.date === undefined ? undefined : dtm.encode(resource.date));
  const said = { ...values, ...(date === undefined ? {} : { creationTime: date }) };
  const { sourcePatientId, sourcePatientInfo } = context;
  const entry = merged<DocumentEntry>(emptyEntry, context.defaults ?? {}, { sourcePatientId, sourcePatientInfo }, said);
  const contents = (resource as Partial<DocumentReference>).content?.length ?? 0;
  if (contents > 1) {
    const cardinality = { element: 'content', count: contents, max: 1, rule: 'MHD' };
    issues.push({ key: 'cardinality', expression: 'DocumentReference.content', values: cardinality });
  }
  const told = new Set(issues.map((i) => i.expression));
  for (const [key, expression] of [
    ['uniqueId', 'DocumentReference.masterIdentifier'],
    ['mimeType', 'DocumentReference.content[0].attachment.contentType'],
  ] as const) {
    if (entry[key] !== undefined || told.has(expression)) continue;
    const element = expression.slice(expression.lastIndexOf('.') + 1);
    issues.push({ key: 'required', expression, values: { element, rule: 'MHD, PDSm' } });
  }
  const patientId = context.patientId ?? entry.patientId;
  if (patientId === undefined) {
    const values = { element: 'identifier', rule: 'PDSm' };
    issues.push({ key: 'required', expression: 'DocumentReference.subject', values });
  }
  if (issues.length > 0) throw new IssueError(issues);
  return { ...(entry as DocumentEntry), patientId: patientId as string };
}

/**
 * From the registry's answer to resources: bound to the ids of the store in one batch, then mapped. Shared by the search,
 * the read and the retrieval of documents.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { visibilityOf } from '../../mappings/attributes.ts';
import { documentEntryToFhir } from '../../mappings/document-entry.ts';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { insFromCx } from '../../mappings/ins.ts';
import type { Issue } from '../../mappings/outcome.ts';
import type { StoredQuery } from '../../mappings/query.ts';
import type { Memory } from '../../mappings/recurring.ts';
import type { Association, DocumentEntry, RegistryError } from '../../mappings/xds.ts';
import { td3_1, type QueryAnswer } from '../dmp/transactions/td3-1.ts';
import type { Ins, SeenDocument, StoredDocument, StoredPatient } from '../store/types.ts';
import { callContext, type Call } from './interaction.ts';
import type { Services } from './services.ts';
import { askWhole } from './whole-answer.ts';

export interface Found {
  entry: DocumentEntry;
  document: StoredDocument;
  /** See `Hit`. */
  shownAs?: 'superseded';
}

/** availabilityStatus of a document that its author took back. */
export const { deleted } = statuses;

/** What one stored query gave. */
export interface Answer {
  query: StoredQuery['query'];
  patient: StoredPatient;
  found: Found[];
  /** Those that came with the documents (GetDocumentsAndAssociations…). */
  associations: Association[];
  warnings: Issue[];
}

/** One stored query (TD3.1a), in parts when the registry finds the answer too large. @throws DmpError */
export function ask(query: StoredQuery, ins: Ins, call: Call, services: Services): Promise<QueryAnswer> {
  const { config, dmp, now } = services;
  const context = callContext(call, ins);
  return askWhole(query, (q) => dmp.call(td3_1, q, context), { calls: config.SPLIT_CALLS, now: now() });
}

/** Asks the registry once and binds what it answers. @throws DmpError */
export async function askRegistry(query: StoredQuery, ins: Ins, call: Call, services: Services): Promise<Answer> {
  return bindAnswer(query, await ask(query, ins, call, services), ins, services);
}

/** The documents of an answer, bound. */
export async function bindAnswer(
  query: StoredQuery,
  answer: QueryAnswer,
  ins: Ins,
  services: Services,
): Promise<Answer> {
  const patient = await services.store.patients.byIns(ins);
  let entries: DocumentEntry[] = answer.objects.documentEntries;
  // A query by identifier names no patient: what belongs to another is not an answer.
  if (!query.query.startsWith('Find')) entries = entries.filter((e) => isOf(e, ins));
  entries = latestOfEach(entries);
  const documents = await services.store.documents.bind(
    entries.map((e) => seen(e, patient, services.config.REPOSITORY_UNIQUE_ID)),
  );
  return {
    query: query.query,
    patient,
    found: documents.flatMap((document, i) => (entries[i] ? [foundOf(entries[i], document, services)] : [])),
    associations: answer.objects.associations,
    warnings: answer.errors.map(warning),
  };
}

/** An entry with what the façade knows of it. */
export function foundOf(entry: DocumentEntry, document: StoredDocument, { config }: Pick<Services, 'config'>): Found {
  const other = entry.availabilityStatus === deleted && config.DELETED_STATUS === 'superseded';
  return { entry, document, ...(other ? { shownAs: 'superseded' as const } : {}) };
}

/** Whether an entry is of the patient. */
export const isOf = (entry: DocumentEntry, ins: Ins): boolean => {
  const found = insFromCx(entry.patientId);
  return found !== undefined && found.value === ins.value && found.oid === ins.oid;
};

/**
 * A registry may answer several metadata versions of a document (GetDocuments always, FindDocuments when superseded ones
 * are asked for too): the last one stands for the document, in the place of the first.
 */
function latestOfEach(entries: readonly DocumentEntry[]): DocumentEntry[] {
  const latest = new Map<string, DocumentEntry>();
  for (const entry of entries) {
    const key = `${entry.repositoryUniqueId ?? ''}\n${entry.uniqueId}`;
    const other = latest.get(key);
    if (!other || Number(entry.version ?? 1) >= Number(other.version ?? 1)) latest.set(key, entry);
  }
  return [...latest.values()];
}

/** An entry as the store remembers it. */
export function seen(entry: DocumentEntry, patient: StoredPatient, repository: string): SeenDocument {
  const size = entry.size === undefined ? NaN : Number(entry.size);
  return {
    repositoryUniqueId: entry.repositoryUniqueId ?? repository,
    uniqueId: entry.uniqueId,
    entryUuid: entry.id,
    ...(entry.logicalId ? { logicalId: entry.logicalId } : {}),
    ...(entry.version ? { version: entry.version } : {}),
    ...(entry.availabilityStatus ? { availabilityStatus: entry.availabilityStatus } : {}),
    ...(entry.hash ? { hash: entry.hash.toLowerCase() } : {}),
    ...(Number.isSafeInteger(size) ? { size } : {}),
    mimeType: entry.mimeType,
    labels: [...visibilityOf(entry.confidentialityCodes)],
    patientId: patient.id,
  };
}

/** A warning of the registry. */
export const warning = (e: RegistryError): Issue => ({
  key: 'dmp-warning',
  severity: 'warning',
  values: { code: e.code },
});

/** What a resource is made of, as it is kept between two pages: smaller than the resource, and made only when shown. */
export interface Hit {
  entry: DocumentEntry;
  /** `DocumentReference.id` */
  id: string;
  /** ISO instant */
  lastUpdated: string;
  /** `meta.versionId` */
  versionId: string;
  /** Of a deleted document, the setting DELETED_STATUS where it is not the mapping's own. */
  shownAs?: 'superseded';
  /** In a list of several patients. */
  patientId?: string;
}

export const hitOf = ({ entry, document, shownAs }: Found): Hit => ({
  entry,
  id: document.id,
  lastUpdated: document.updatedAt.toISOString(),
  versionId: String(document.revision),
  ...(shownAs ? { shownAs } : {}),
});

/**
 * One entry as FHIR.
 * @param memory of the answer that it came in
 */
export function toResource(
  { entry, id, lastUpdated, versionId, shownAs }: Hit,
  patientId: string,
  base: string,
  memory?: Memory,
): DocumentReference {
  const resource = documentEntryToFhir(
    entry,
    {
      id,
      subject: { reference: `Patient/${patientId}` },
      attachmentUrl: `${base}/Binary/${id}`,
      versionId,
      lastUpdated,
    },
    memory,
  );
  return shownAs ? { ...resource, status: shownAs } : resource;
}

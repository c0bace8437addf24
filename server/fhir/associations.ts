/**
 * `relatesTo`: what the registry's associations say of documents. One GetAssociations for a batch of documents, whatever
 * their number, and one GetDocuments for a batch of targets that were never seen here; what is known costs no call.
 * MHD ConceptMap AssociationTypeVsRelatesTo; ITI TF-3 §4.2.2.2.
 */
import type { DocumentReference, DocumentReferenceRelatesTo, Reference } from '@medplum/fhirtypes';
import { uris } from '../../mappings/canonicals.ts';
import type { Issue } from '../../mappings/outcome.ts';
import { getAssociations, getDocuments } from '../../mappings/query.ts';
import { relatesToCodes } from '../../mappings/relates-to.ts';
import type { Association, DocumentEntry } from '../../mappings/xds.ts';
import { DmpError } from '../dmp/types.ts';
import type { Ins, StoredDocument } from '../store/types.ts';
import type { Selection } from './bundle.ts';
import type { Call } from './interaction.ts';
import { dmpIssues } from './outcome.ts';
import { ask, isOf, seen, type Hit } from './registry.ts';
import type { Services } from './services.ts';

/** `DocumentReference.id` → its relatesTo; a document that relates to none is not in it. */
export type Relations = ReadonlyMap<string, DocumentReferenceRelatesTo[]>;

/** Associations that came with the documents themselves: their entries need not be asked about. */
interface Known {
  associations: readonly Association[];
}

/** Whether an answer of these elements shows relatesTo at all. */
export function showsRelations({ summary, elements }: Selection): boolean {
  if (elements) return elements.some((e) => e.split('.')[0] === 'relatesTo');
  return summary !== 'count' && summary !== 'text';
}

/**
 * What documents relate to.
 *
 * An association may name a version of the entry that is no longer current: of an entry that has changed, the logicalId, which
 * is the entryUUID of its first version (dmp-wire §3.2), is asked about beside the current entryUUID. Whether a target is shown
 * is the registry's business: it tells nobody of associations with what they may not see. A target that it tells of and
 * does not give (a version of the past, a document withheld) is named by its entryUUID, without a link that would lead
 * nowhere. A signature signs its submission set in the DMP (dmp-wire §3.8), and a set is no DocumentReference: left out.
 * @param hits of one patient
 * @throws DmpError
 */
export async function relationsOf(
  hits: readonly Hit[],
  ins: Ins,
  call: Call,
  services: Services,
  known?: Known,
): Promise<Relations> {
  const sources = namesOf(hits);
  const answered = new Set(known ? hits.map((h) => plain(h.entry.id)) : []);
  const asked = [...sources.keys()].filter((uuid) => !answered.has(uuid));
  const parts = await inBatches(asked, services, (uuids) =>
    ask(getAssociations(uuids.map((u) => `urn:uuid:${u}`)), ins, call, services),
  );
  const associations = [...(known?.associations ?? []), ...parts.flatMap((p) => p.objects.associations)];
  const told = associations.flatMap((a) => {
    const source = sources.get(plain(a.source));
    return source === undefined
      ? []
      : relatesToCodes(a.type).map((code) => ({ code, source, target: plain(a.target) }));
  });
  const elsewhere = [...new Set(told.map((t) => t.target))].filter((uuid) => !sources.has(uuid));
  const found = await documentsByUuid(elsewhere, ins, call, services);
  const relations = new Map<string, Map<string, DocumentReferenceRelatesTo>>();
  for (const { code, source, target } of told) {
    const document = sources.get(target) ?? found.get(target);
    if (document?.id === source.id || (code === 'signs' && !document)) continue;
    const own = relations.get(source.id) ?? new Map<string, DocumentReferenceRelatesTo>();
    relations.set(
      source.id,
      own.set(`${code} ${document?.id ?? target}`, { code, target: referenceTo(document, target) }),
    );
  }
  return new Map([...relations].map(([id, own]) => [id, [...own.values()]]));
}

/** The same for an answer that is good without them: a failure of the DMP becomes a warning. */
export async function relationsOrWarning(
  ...[hits, ins, call, services, known]: Parameters<typeof relationsOf>
): Promise<{ relations: Relations; warnings: Issue[] }> {
  try {
    return { relations: await relationsOf(hits, ins, call, services, known), warnings: [] };
  } catch (e) {
    if (!(e instanceof DmpError)) throw e;
    const [{ upstream } = { upstream: undefined }] = dmpIssues(e);
    const values = { code: e.code || e.kind };
    const expression = 'DocumentReference.relatesTo';
    const warning: Issue = { key: 'relations-unavailable', severity: 'warning', expression, values };
    return { relations: new Map(), warnings: [upstream ? { ...warning, upstream } : warning] };
  }
}

/** Puts relatesTo into a resource that was made without. */
export function relate(resource: DocumentReference, relations: Relations): void {
  const own = relations.get(resource.id ?? '');
  if (own) resource.relatesTo = own;
}

/**
 * The documents of a patient behind entryUUIDs, of any version ever seen here; the others are asked of the registry, in
 * batches, and remembered.
 * @returns entryUUID as it was given → document; what the registry does not give (to this caller) is not in it
 * @throws DmpError
 */
export async function documentsByUuid(
  uuids: readonly string[],
  ins: Ins,
  call: Call,
  services: Services,
): Promise<Map<string, StoredDocument>> {
  const { store } = services;
  const found = new Map<string, StoredDocument>();
  for (const [uuid, document] of await store.documents.byIdentifiers(uuids))
    if (document.ins.value === ins.value && document.ins.oid === ins.oid) found.set(uuid, document);
  const unknown = uuids.filter((uuid) => !found.has(uuid));
  if (unknown.length === 0) return found;
  const answers = await inBatches(unknown, services, (part) =>
    ask(getDocuments({ entryUuids: part.map((u) => `urn:uuid:${plain(u)}`) }), ins, call, services),
  );
  const entries = answers.flatMap((a) => a.objects.documentEntries).filter((e) => isOf(e, ins));
  const byName = await remember(entries, ins, services);
  for (const uuid of unknown) {
    const document = byName.get(plain(uuid));
    if (document) found.set(uuid, document);
  }
  return found;
}

/** Binds entries, of which some may be versions of the past: the store's newer version stays the current one. */
async function remember(
  entries: readonly DocumentEntry[],
  ins: Ins,
  { store, config }: Services,
): Promise<Map<string, StoredDocument>> {
  const patient = await store.patients.byIns(ins);
  const given = entries.map((e) => seen(e, patient, config.REPOSITORY_UNIQUE_ID));
  const known = await store.documents.byIdentifiers(given.map((d) => d.uniqueId));
  const current = [...known.values()].flatMap(({ repositoryUniqueId, uniqueId, entryUuid, version, mimeType }) =>
    entryUuid === undefined
      ? []
      : [{ repositoryUniqueId, uniqueId, entryUuid, version, mimeType, patientId: patient.id }],
  );
  const bound = (await store.documents.bind([...current, ...given])).slice(current.length);
  return new Map(given.flatMap((d, i) => (bound[i] ? [[plain(d.entryUuid), bound[i]]] : [])));
}

/** A document as the target of a relation. */
interface Target {
  id: string;
  uniqueId: string;
}

/** The names by which associations may call the documents: entryUUID and logicalId. */
function namesOf(hits: readonly Hit[]): Map<string, Target> {
  const names = new Map<string, Target>();
  for (const { id, entry } of hits)
    for (const name of [entry.id, entry.version === '1' ? undefined : entry.logicalId])
      if (name !== undefined) names.set(plain(name), { id, uniqueId: entry.uniqueId });
  return names;
}

const plain = (uuid: string): string => uuid.replace(/^urn:uuid:/i, '').toLowerCase();

function referenceTo(document: Target | undefined, uuid: string): Reference<DocumentReference> {
  const type = 'DocumentReference';
  if (!document) return { type, identifier: { system: uris, value: `urn:uuid:${uuid}` } };
  const identifier = { system: uris, value: `urn:oid:${document.uniqueId}` };
  return { reference: `${type}/${document.id}`, type, identifier };
}

/** RELATIONS_BATCH at a time, all at once: the pool of connections is what limits. */
export function inBatches<T>(
  all: readonly string[],
  { config }: Services,
  ask: (part: string[]) => Promise<T>,
): Promise<T[]> {
  const batches: Promise<T>[] = [];
  for (let i = 0; i < all.length; i += config.RELATIONS_BATCH)
    batches.push(ask(all.slice(i, i + config.RELATIONS_BATCH)));
  return Promise.all(batches);
}

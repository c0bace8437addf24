/**
 * What the registry says has happened to a patient's documents since an instant, by the steps that the CNAM recommends
 * (PDSm4DMP « exemples_usage_dmp » V0.3; spec fhir.md A.7, dmp-wire §4): FindSubmissionSets since then → GetAssociations of
 * the sets → GetDocumentsAndAssociations, in batches. Nothing here knows FHIR; `ask` makes one call of the DMP.
 */
import { dtm, dtmOfInstant, intervalOf } from '../../../mappings/codecs/dtm.ts';
import { associationTypes, statuses } from '../../../mappings/ebrim/schemes.ts';
import {
  findDocuments,
  findSubmissionSets,
  getAssociations,
  getDocumentsAndAssociations,
  type StoredQuery,
} from '../../../mappings/query.ts';
import { relationTable } from '../../../mappings/relates-to.ts';
import type { Association, DocumentEntry, SubmissionSet } from '../../../mappings/xds.ts';
import type { QueryAnswer } from '../../dmp/transactions/td3-1.ts';

export type Ask = (query: StoredQuery) => Promise<QueryAnswer>;

/** A change of availabilityStatus (ITI-57 UpdateAvailabilityStatus), the last one of a version. */
export interface StatusChange {
  from?: string;
  to: string;
  /** submissionTime of its set, epoch ms */
  at: number;
}

/** How the sets brought one entryUUID. */
export interface Membership {
  /** submissionTime of the last of them, epoch ms */
  at: number;
  /** How many of them. */
  sets: number;
  /** HasMember with, and without, the slot PreviousVersion: an update of metadata, a first registration (dmp-wire §3.7). */
  updates: number;
  firsts: number;
}

/** What the sets since an instant brought. */
export interface Collected {
  /** Every metadata version that was found, also of documents that only stand at the far end of a replacement. */
  entries: DocumentEntry[];
  /** Between documents: replaces, transforms, appends. Each once. */
  relations: Association[];
  /** By entryUUID. */
  members: Map<string, Membership>;
  /** entryUUIDs whose status the sets changed, where the registry says which. */
  statusChanges: Map<string, StatusChange>;
  /**
   * submissionTime (epoch ms) of the last set of which nothing is told: the registry may keep no association for a change
   * of status, or hide it with its document.
   */
  silentSet?: number;
}

export interface CollectOptions {
  /** Identifiers a call. */
  batch: number;
  /** Most entries that are collected. @see TooMuchNews */
  most: number;
}

/** More than `most` documents have changed. */
export class TooMuchNews extends Error {
  override name = 'TooMuchNews';
}

/**
 * @param patientId CX
 * @param from epoch ms, inclusive; to the second, as the registry counts
 * @throws TooMuchNews, and what `ask` throws
 */
export async function collect(ask: Ask, patientId: string, from: number, options: CollectOptions): Promise<Collected> {
  const found = await ask(
    findSubmissionSets(patientId, { $XDSSubmissionSetSubmissionTimeFrom: [[dtmOfInstant(from)]] }),
  );
  const sets = found.objects.submissionSets;
  const fetch = fetcher(ask, patientId, options);
  const { members, statusChanges, silentSet } = await contentsOf(sets, fetch, options);
  await fetch.documents([...members.keys(), ...statusChanges.keys()]);
  // The replaced end of a replacement came with an older set: it is asked for by its entryUUID. Where that one was itself
  // a replacement is older news: the chain is followed from what is new, and ends where nothing new stands.
  await fetch.documents(
    fetch
      .relations()
      .filter((r) => isReplacement(r) && members.has(r.source))
      .map((r) => r.target),
  );
  await findDeleted(ask, patientId, statusChanges, fetch);
  const told = { entries: fetch.entries(), relations: fetch.relations(), members, statusChanges };
  return silentSet === undefined ? told : { ...told, silentSet };
}

/** The documents of the first visit: those in force, of the last years only (the DMP holds decades). */
export async function collectFirst(
  ask: Ask,
  patientId: string,
  from: number,
  { most }: CollectOptions,
): Promise<DocumentEntry[]> {
  const answer = await ask(findDocuments(patientId, { $XDSDocumentEntryServiceStartTimeFrom: [[dtmOfInstant(from)]] }));
  if (answer.objects.documentEntries.length > most) throw new TooMuchNews();
  return answer.objects.documentEntries;
}

/** Every document of the patient, whatever its status: the only way to see a change of which no association tells. */
export async function collectAll(ask: Ask, patientId: string, { most }: CollectOptions): Promise<DocumentEntry[]> {
  const answer = await ask(findDocuments(patientId, { $XDSDocumentEntryStatus: [Object.values(statuses)] }));
  if (answer.objects.documentEntries.length > most) throw new TooMuchNews();
  return answer.objects.documentEntries;
}

export const isReplacement = ({ type }: Association): boolean =>
  type === relationTable.RPLC.urn || type === relationTable.XFRM_RPLC.urn;

/** submissionTime of a set, epoch ms; undefined when it cannot be read. */
export function submittedAt(set: SubmissionSet): number | undefined {
  const written = dtm.decode(set.submissionTime);
  return written === undefined ? undefined : intervalOf(written)?.start;
}

/** What the sets hold, told apart by association type. Signatures of sets and references to older documents are no news. */
async function contentsOf(
  sets: readonly SubmissionSet[],
  fetch: Fetcher,
  { batch }: CollectOptions,
): Promise<Pick<Collected, 'members' | 'statusChanges' | 'silentSet'>> {
  const times = new Map(sets.map((s) => [s.id, submittedAt(s) ?? 0]));
  const members: Collected['members'] = new Map();
  const statusChanges: Collected['statusChanges'] = new Map();
  const associations: Association[] = [];
  for (const ids of chunks([...times.keys()], batch)) associations.push(...(await fetch.associations(ids)));
  const signatures = new Set(
    associations.filter((a) => a.type === associationTypes.signs && times.has(a.target)).map((a) => a.source),
  );
  const telling = new Set<string>();
  for (const a of associations) {
    const at = times.get(a.source);
    if (at === undefined || signatures.has(a.target)) continue;
    telling.add(a.source);
    if (a.type === associationTypes.hasMember && a.slots['SubmissionSetStatus']?.[0] !== 'Reference') {
      const known = members.get(a.target) ?? { at: 0, sets: 0, updates: 0, firsts: 0 };
      const isUpdate = a.slots['PreviousVersion'] !== undefined;
      members.set(a.target, {
        at: Math.max(at, known.at),
        sets: known.sets + 1,
        updates: known.updates + (isUpdate ? 1 : 0),
        firsts: known.firsts + (isUpdate ? 0 : 1),
      });
    }
    if (a.type === associationTypes.updateStatus && (statusChanges.get(a.target)?.at ?? -1) <= at)
      statusChanges.set(a.target, { from: a.slots['OriginalStatus']?.[0], to: a.slots['NewStatus']?.[0] ?? '', at });
  }
  const silent = [...times].filter(([id]) => !telling.has(id)).map(([, at]) => at);
  return { members, statusChanges, ...(silent.length > 0 ? { silentSet: Math.max(...silent) } : {}) };
}

/** What was deleted may no longer be given by its identifier: then it is looked for among the deleted ones, once. */
async function findDeleted(
  ask: Ask,
  patientId: string,
  statusChanges: Collected['statusChanges'],
  fetch: Fetcher,
): Promise<void> {
  const known = new Set(fetch.entries().map((e) => e.id));
  const missing = [...statusChanges].filter(([id, { to }]) => to === statuses.deleted && !known.has(id));
  if (missing.length === 0) return;
  const wanted = new Set(missing.map(([id]) => id));
  const answer = await ask(findDocuments(patientId, { $XDSDocumentEntryStatus: [[statuses.deleted]] }));
  fetch.add(answer.objects.documentEntries.filter((e) => wanted.has(e.id)));
}

interface Fetcher {
  associations(ids: readonly string[]): Promise<Association[]>;
  /** Asks for those that were not asked for yet. */
  documents(ids: readonly string[]): Promise<void>;
  add(entries: readonly DocumentEntry[]): void;
  entries(): DocumentEntry[];
  relations(): Association[];
}

function fetcher(ask: Ask, patientId: string, { batch, most }: CollectOptions): Fetcher {
  const entries = new Map<string, DocumentEntry>();
  const relations = new Map<string, Association>();
  const asked = new Set<string>();
  const add = (found: readonly DocumentEntry[]): void => {
    // A query by identifier names no patient: what belongs to another is not an answer.
    for (const e of found) if (samePatient(e.patientId, patientId)) entries.set(e.id, e);
  };
  return {
    add,
    entries: () => [...entries.values()],
    relations: () => [...relations.values()],
    associations: async (ids) => (await ask(getAssociations(ids))).objects.associations,
    async documents(ids) {
      const missing = [...new Set(ids)].filter((id) => !asked.has(id));
      if (asked.size + missing.length > most) throw new TooMuchNews();
      for (const some of chunks(missing, batch)) {
        const { objects } = await ask(getDocumentsAndAssociations({ entryUuids: some }));
        some.forEach((id) => asked.add(id));
        add(objects.documentEntries);
        for (const a of objects.associations) if (isRelation(a)) relations.set(`${a.type} ${a.source} ${a.target}`, a);
      }
    },
  };
}

/** Whether an association relates documents, in what a deposit can say. */
const isRelation = ({ type }: Association): boolean => Object.values(relationTable).some((r) => r.urn === type);

/** The first component and the authority: a CX may carry more. */
const samePatient = (a: string, b: string): boolean => {
  const [x, y] = [a, b].map((cx) => cx.split('^'));
  return x?.[0] === y?.[0] && x?.[3]?.split('&')[1] === y?.[3]?.split('&')[1];
};

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}

/**
 * What is new in a patient's record since an instant, bound to the ids of the façade. Used by `$whats-new` and, between two
 * notifications, by subscriptions.
 */
import { insToCx } from '../../../mappings/ins.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Association, DocumentEntry } from '../../../mappings/xds.ts';
import { td3_1 } from '../../dmp/transactions/td3-1.ts';
import type { CallContext } from '../../dmp/types.ts';
import type { Ins, StoredDocument, StoredPatient } from '../../store/types.ts';
import { foundOf, hitOf, seen, type Hit } from '../registry.ts';
import type { Services } from '../services.ts';
import { askWhole } from '../whole-answer.ts';
import { type Change, type ChangeCode, changesIn, codeOfStatus, type Vanished } from './changes.ts';
import { type Ask, collect, collectAll, collectFirst, TooMuchNews } from './collect.ts';

/** A change of a document that the registry gives. */
export interface NewsHit extends Hit {
  change: ChangeCode;
  /** ISO instant: see `Change.at`; absent at the first visit. */
  at?: string;
}

/** A document that is gone: only what the store knows of it is left. */
export interface Gone {
  change: 'deleted';
  at: string;
  gone: Pick<StoredDocument, 'id' | 'uniqueId' | 'mimeType' | 'entryUuid'>;
}

export type NewsItem = NewsHit | Gone;

export interface News {
  patient: StoredPatient;
  /** In the order of their instants. */
  items: NewsItem[];
  /** Between documents, those of `items` at one end; undefined when they were not asked for (first visit). */
  relations?: Association[];
  /**
   * The next `since`: when this look began, to the second. What is registered after it, in that second or later, is found
   * by the next look; what its author dated up to NEWS_OVERLAP_SECONDS earlier too.
   */
  next: Date;
}

const second = 1000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A change whose instant may not be known. */
type Noticed = Omit<Change, 'at'> & Partial<Pick<Change, 'at'>>;

/**
 * Asks the DMP in the requester's name.
 * @param since undefined: the first visit, the documents in force of the last years
 * @throws DmpError; IssueError `news-too-much`
 */
export async function newsOf(
  ins: Ins,
  since: Date | undefined,
  requester: Omit<CallContext, 'patient'>,
  services: Services,
): Promise<News> {
  const { config, dmp, store } = services;
  const began = services.now();
  const next = new Date(Math.floor(began.getTime() / second) * second);
  const ask: Ask = (query) =>
    askWhole(query, (q) => dmp.call(td3_1, q, { ...requester, patient: ins }), {
      calls: config.SPLIT_CALLS,
      now: began,
    });
  const options = { batch: config.NEWS_BATCH, most: config.NEWS_MAX_DOCUMENTS };
  const from = since && startOf(since, next, config);
  const { changes, vanished, relations, unexplained } = await look(
    ask,
    insToCx(ins),
    from,
    next,
    options,
    config,
  ).catch((e: unknown) => {
    if (e instanceof TooMuchNews) throw new IssueError({ key: 'news-too-much', values: { limit: options.most } });
    throw e;
  });
  const patient = await store.patients.byIns(ins);
  const items = [
    ...(await bound(changes, patient, services)),
    ...(await goneOf(vanished, ins, services)),
    ...(from && unexplained ? await explained(unexplained, from, patient, services) : []),
  ];
  if (since !== undefined) items.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  return { patient, items, ...(relations ? { relations } : {}), next };
}

/** Where a look begins. A `since` of the future (another clock) must not hide what comes until then. */
const startOf = (since: Date, now: Date, { NEWS_OVERLAP_SECONDS }: Services['config']): Date =>
  new Date(Math.min(since.getTime(), now.getTime()) - NEWS_OVERLAP_SECONDS * second);

/** Sets of which no association tells what they changed, and every document of the patient that is not a change already. */
interface Unexplained {
  at: number;
  entries: DocumentEntry[];
}

interface Seen {
  changes: Noticed[];
  vanished: Vanished[];
  relations?: Association[];
  unexplained?: Unexplained;
}

async function look(
  ask: Ask,
  patientId: string,
  from: Date | undefined,
  now: Date,
  options: { batch: number; most: number },
  config: Services['config'],
): Promise<Seen> {
  if (from === undefined) {
    const first = new Date(now);
    first.setUTCFullYear(first.getUTCFullYear() - config.NEWS_FIRST_YEARS);
    const entries = await collectFirst(ask, patientId, first.getTime(), options);
    return { changes: entries.map((entry) => ({ code: 'new', entry })), vanished: [] };
  }
  const collected = await collect(ask, patientId, from.getTime(), options);
  const { changes, vanished } = changesIn(collected);
  const { relations, silentSet } = collected;
  if (silentSet === undefined) return { changes, vanished, relations };
  const told = new Set(changes.map((c) => c.entry.logicalId ?? c.entry.id));
  const entries = (await collectAll(ask, patientId, options)).filter((e) => !told.has(e.logicalId ?? e.id));
  return { changes, vanished, relations, unexplained: { at: silentSet, entries } };
}

/**
 * Those of which the store noticed a change since then, now or at another's visit: a document that was known before, and
 * that has another status now. What a client may hold was seen here before; of the rest it need not be told.
 */
async function explained(
  { at, entries }: Unexplained,
  from: Date,
  patient: StoredPatient,
  services: Services,
): Promise<NewsHit[]> {
  const before = await services.store.documents.byIdentifiers(entries.map((e) => e.uniqueId));
  const known = entries.flatMap((entry): Noticed[] => {
    const code = codeOfStatus[entry.availabilityStatus ?? ''];
    return code && before.has(entry.uniqueId) ? [{ code, at, entry }] : [];
  });
  const hits = await pairsOf(known, patient, services);
  return hits
    .filter(({ document, change: { code } }) => {
      const stands = code === 'archived' || code === 'deleted';
      return document.updatedAt >= from && (stands || document.revision > Number(document.version ?? 1));
    })
    .map(({ document, change }) => hit(document, change, services));
}

const bound = async (changes: readonly Noticed[], patient: StoredPatient, services: Services): Promise<NewsHit[]> =>
  (await pairsOf(changes, patient, services)).map(({ document, change }) => hit(document, change, services));

/** Each change with its document, as the store knows it now. */
async function pairsOf(
  changes: readonly Noticed[],
  patient: StoredPatient,
  { store, config }: Services,
): Promise<{ document: StoredDocument; change: Noticed }[]> {
  const documents = await store.documents.bind(
    changes.map(({ entry }) => seen(entry, patient, config.REPOSITORY_UNIQUE_ID)),
  );
  return changes.flatMap((change, i) => (documents[i] ? [{ document: documents[i], change }] : []));
}

const hit = (document: StoredDocument, { entry, code, at }: Noticed, services: Services): NewsHit => ({
  ...hitOf(foundOf(entry, document, services)),
  change: code,
  ...(at === undefined ? {} : { at: iso(at) }),
});

/** Those that were seen here: of the others no client knows. */
async function goneOf(vanished: readonly Vanished[], ins: Ins, { store }: Services): Promise<Gone[]> {
  if (vanished.length === 0) return [];
  const known = await store.documents.byIdentifiers(vanished.map((v) => v.entryUuid));
  return vanished.flatMap(({ entryUuid, at }) => {
    const document = known.get(entryUuid);
    if (!document || document.ins.value !== ins.value || document.ins.oid !== ins.oid) return [];
    const { id, uniqueId, mimeType } = document;
    return [{ change: 'deleted' as const, at: iso(at), gone: { id, uniqueId, mimeType, entryUuid } }];
  });
}

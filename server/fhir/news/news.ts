/**
 * What is new in a patient's record since an instant, bound to the ids of the façade. Used by `$whats-new` and, between two
 * notifications, by subscriptions.
 */
import { insToCx } from '../../../mappings/ins.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Association } from '../../../mappings/xds.ts';
import { td3_1 } from '../../dmp/transactions/td3-1.ts';
import type { CallContext } from '../../dmp/types.ts';
import type { Ins, StoredDocument, StoredPatient } from '../../store/types.ts';
import { foundOf, hitOf, seen, type Hit } from '../registry.ts';
import type { Services } from '../services.ts';
import { askWhole } from '../whole-answer.ts';
import { type Change, type ChangeCode, changesIn, type Vanished } from './changes.ts';
import { type Ask, collect, collectFirst, TooMuchNews } from './collect.ts';

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
  const { changes, vanished, relations } = await look(ask, insToCx(ins), since, next, options, config).catch(
    (e: unknown) => {
      if (e instanceof TooMuchNews) throw new IssueError({ key: 'news-too-much', values: { limit: options.most } });
      throw e;
    },
  );
  const patient = await store.patients.byIns(ins);
  const items = [...(await bound(changes, patient, services)), ...(await goneOf(vanished, ins, services))];
  if (since !== undefined) items.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  return { patient, items, ...(relations ? { relations } : {}), next };
}

async function look(
  ask: Ask,
  patientId: string,
  since: Date | undefined,
  now: Date,
  options: { batch: number; most: number },
  config: Services['config'],
): Promise<{ changes: Noticed[]; vanished: Vanished[]; relations?: Association[] }> {
  if (since === undefined) {
    const from = new Date(now);
    from.setUTCFullYear(from.getUTCFullYear() - config.NEWS_FIRST_YEARS);
    const entries = await collectFirst(ask, patientId, from.getTime(), options);
    return { changes: entries.map((entry) => ({ code: 'new', entry })), vanished: [] };
  }
  // A `since` of the future (another clock) must not hide what comes until then.
  const from = Math.min(since.getTime(), now.getTime()) - config.NEWS_OVERLAP_SECONDS * second;
  const collected = await collect(ask, patientId, from, options);
  return { ...changesIn(collected), relations: collected.relations };
}

async function bound(changes: readonly Noticed[], patient: StoredPatient, services: Services): Promise<NewsHit[]> {
  const { store, config } = services;
  const documents = await store.documents.bind(
    changes.map(({ entry }) => seen(entry, patient, config.REPOSITORY_UNIQUE_ID)),
  );
  return changes.flatMap(({ entry, code, at }, i) => {
    const document = documents[i];
    return document
      ? [{ ...hitOf(foundOf(entry, document, services)), change: code, ...(at === undefined ? {} : { at: iso(at) }) }]
      : [];
  });
}

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

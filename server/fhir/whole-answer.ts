/**
 * The registry limits how much one answer holds (XDSTooManyResults); a client of FHIR is not to know. A query that is too
 * large is cut in two (a search by time, a query by identifiers in the middle of its list), each half again if need be, and
 * the parts are put together.
 *
 * Nothing is lost on the way: creationTime, submissionTime and lastUpdateTime are what the searches are cut by, and no
 * registry holds a stable document, a set or a folder without it (ITI TF-3 table 4.3.1-3). What cannot be cut further, or
 * takes more calls than SPLIT_CALLS, stays the registry's error: a list that lacks documents must not look like a list.
 */
import { dtm, dtmOfInstant, intervalOf } from '../../mappings/codecs/dtm.ts';
import type { QueryName, StoredQuery } from '../../mappings/query.ts';
import type { RegistryObjects } from '../../mappings/xds.ts';
import type { QueryAnswer } from '../dmp/transactions/td3-1.ts';
import { DmpError } from '../dmp/types.ts';

type Ask = (query: StoredQuery) => Promise<QueryAnswer>;

/** The time that a search is cut by, without From and To. */
const times: Partial<Record<QueryName, string>> = {
  FindDocuments: '$XDSDocumentEntryCreationTime',
  FindDocumentsByReferenceId: '$XDSDocumentEntryCreationTime',
  FindSubmissionSets: '$XDSSubmissionSetSubmissionTime',
  FindFolders: '$XDSFolderLastUpdateTime',
};
/** The identifiers that the other queries are cut by. */
const lists: readonly string[] = [
  '$uuid',
  '$XDSDocumentEntryUniqueId',
  '$XDSDocumentEntryEntryUUID',
  '$XDSFolderUniqueId',
  '$XDSFolderEntryUUID',
];

const isTooMany = (e: unknown): boolean =>
  e instanceof DmpError && e.kind === 'registry' && e.code === 'XDSTooManyResults';

/**
 * Asks, in as many parts as the registry needs.
 * @param limits.calls how many calls may be made for it
 * @param limits.now where documents are thick: cuts begin near it
 * @throws what `ask` throws; the registry's XDSTooManyResults when it cannot be cut, or not within the calls
 */
export async function askWhole(
  query: StoredQuery,
  ask: Ask,
  limits: { calls: number; now: Date },
): Promise<QueryAnswer> {
  let left = limits.calls;
  let failed = false;
  const part = async (q: StoredQuery): Promise<QueryAnswer> => {
    left--;
    try {
      return await ask(q);
    } catch (e) {
      const halves = isTooMany(e) && !failed && left >= 2 ? cut(q, limits.now.getTime()) : undefined;
      failed ||= !halves;
      if (!halves) throw e;
      return merge(await Promise.all(halves.map(part)));
    }
  };
  return part(query);
}

/** Two queries that together find what one finds; undefined when it cannot be cut. */
function cut(query: StoredQuery, now: number): [StoredQuery, StoredQuery] | undefined {
  const { parameters } = query;
  const time = times[query.query];
  if (time !== undefined) {
    const instant = (name: string): number | undefined => {
      const written = dtm.decode(parameters[name]?.[0]?.[0] ?? '');
      return written === undefined ? undefined : intervalOf(written)?.start;
    };
    const at = between(instant(`${time}From`) ?? -Infinity, instant(`${time}To`) ?? Infinity, now);
    return at === undefined ? undefined : [withPart(query, `${time}To`, at), withPart(query, `${time}From`, at)];
  }
  const name = lists.find((l) => (parameters[l]?.[0]?.length ?? 0) > 1);
  const values = name === undefined ? undefined : parameters[name]?.[0];
  if (name === undefined || !values) return undefined;
  const middle = Math.ceil(values.length / 2);
  const some = (part: string[]): StoredQuery => ({ ...query, parameters: { ...parameters, [name]: [part] } });
  return [some(values.slice(0, middle)), some(values.slice(middle))];
}

const withPart = (query: StoredQuery, name: string, at: number): StoredQuery => ({
  ...query,
  parameters: { ...query.parameters, [name]: [[dtmOfInstant(at)]] },
});

const second = 1000;
const year = 365 * 86_400 * second;

/**
 * Where to cut [from, to), in milliseconds on a whole second: the last year first, then three times as far back each time;
 * a part with two ends in its middle. Undefined when it is no longer than a second, or leaves the years that can be written.
 */
export function between(from: number, to: number, now: number): number | undefined {
  let at: number;
  if (Number.isFinite(from) && Number.isFinite(to)) at = (from + to) / 2;
  else if (Number.isFinite(to)) at = to - Math.max(year, 2 * (now - to));
  else if (!Number.isFinite(from)) at = now - year;
  // Times to come are few: the present first.
  else at = from < now - second ? (from + now) / 2 : from + Math.max(second, 2 * (from - now));
  at = Math.floor(at / second) * second;
  const inOrder = at > from && at < to;
  return inOrder && at >= Date.UTC(1, 0, 2) && at < Date.UTC(9999, 0, 1) ? at : undefined;
}

/** What was found, each object once, in the order of the parts. */
function merge(answers: readonly QueryAnswer[]): QueryAnswer {
  const all = <K extends keyof RegistryObjects>(key: K, idOf: (o: RegistryObjects[K][number]) => string): never[] => {
    const seen = new Map<string, unknown>();
    for (const { objects } of answers)
      for (const o of objects[key] as RegistryObjects[K][number][]) if (!seen.has(idOf(o))) seen.set(idOf(o), o);
    return [...seen.values()] as never[];
  };
  const objects: RegistryObjects = {
    documentEntries: all('documentEntries', (d) => d.id),
    submissionSets: all('submissionSets', (s) => s.id),
    folders: all('folders', (f) => f.id),
    associations: all('associations', (a) => a.id ?? [a.type, a.source, a.target].join(' ')),
    objectRefs: all('objectRefs', (id) => id),
  };
  const errors = new Map(answers.flatMap((a) => a.errors).map((e) => [`${e.code} ${e.context ?? ''}`, e]));
  return { objects, errors: [...errors.values()] };
}

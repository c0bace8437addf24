/**
 * Pages of a search. The DMP has no paging: its answer is kept once, encrypted, for the caller alone and for
 * SEARCH_TTL_SECONDS, and the pages are cut out of it. Links carry an opaque cursor and no person.
 */
import { IssueError } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config.ts';
import { td3_1 } from '../dmp/transactions/td3-1.ts';
import type { Pair } from '../search/pairs.ts';
import type { Ins, Store } from '../store/types.ts';
import { callContext, type Call } from './interaction.ts';
import type { Services } from './services.ts';

/** What is kept between two pages: what was found, and what making resources of it takes. JSON, both. */
interface Snapshot<Item, Context> {
  items: Item[];
  context: Context;
}

export interface Slice<Item, Context> {
  total: number;
  items: readonly Item[];
  context: Context;
  links: (readonly [string, Pair[]])[];
}

/** A snapshot is read again only where it was made, by the same person, through the same client, in the same capacity. */
const ownerOf = (caller: Caller, place: string): string =>
  [
    ...[caller.clientId, caller.personId, caller.structure.id, caller.strength, caller.purpose, place],
    ...(caller.onlyPatient ? [caller.onlyPatient.oid, caller.onlyPatient.value] : []),
  ].join('\n');

export const pageSize = (count: number | undefined, config: Config): number =>
  Math.min(count ?? config.PAGE_SIZE, config.PAGE_SIZE_MAX);

const link = (cursor: string, offset: number, size: number): Pair[] => [
  ['_cursor', cursor],
  ['_offset', String(offset)],
  ['_count', String(size)],
];

function slice<Item, Context>(
  { items, context }: Snapshot<Item, Context>,
  cursor: string | undefined,
  offset: number,
  size: number,
  self: Pair[],
): Slice<Item, Context> {
  const total = items.length;
  const links: (readonly [string, Pair[]])[] = [['self', self]];
  if (cursor !== undefined) {
    links.push(['first', link(cursor, 0, size)]);
    if (offset > 0) links.push(['previous', link(cursor, Math.max(0, offset - size), size)]);
    if (offset + size < total) links.push(['next', link(cursor, offset + size, size)]);
  }
  return { total, items: items.slice(offset, offset + size), context, links };
}

/**
 * The first page of what was found; the rest is kept only when there is one.
 * @param self what the search was, without a person's identifier
 * @param place path of the search below the base: a cursor is good there alone
 */
export async function firstPage<Item, Context>(
  items: Item[],
  context: Context,
  size: number,
  self: Pair[],
  caller: Caller,
  store: Store,
  place: string,
): Promise<Slice<Item, Context>> {
  const snapshot = { items, context };
  const cursor = items.length > size ? await store.searches.save(ownerOf(caller, place), snapshot) : undefined;
  return slice(snapshot, cursor, 0, size, self);
}

/** Whether the request asks for a page of an earlier search. */
export const isContinuation = (pairs: readonly Pair[]): boolean => pairs.some(([name]) => name === '_cursor');

/** @throws IssueError `search-expired` when the snapshot is gone or another's */
export async function continuedPage<Item, Context>(
  pairs: readonly Pair[],
  caller: Caller,
  store: Store,
  config: Config,
  place: string,
): Promise<Slice<Item, Context>> {
  const value = (name: string): string => pairs.find(([n]) => n === name)?.[1] ?? '';
  const number = (name: string): number => {
    if (!/^\d{1,9}$/.test(value(name)))
      throw new IssueError({ key: 'search-parameter-invalid', values: { name, detail: '0, 1, 2…' } });
    return Number(value(name));
  };
  const [cursor, offset, size] = [
    value('_cursor'),
    number('_offset'),
    Math.max(1, Math.min(number('_count'), config.PAGE_SIZE_MAX)),
  ];
  const snapshot = (await store.searches.load(ownerOf(caller, place), cursor)) as Snapshot<Item, Context> | undefined;
  if (!snapshot) throw new IssueError({ key: 'search-expired' });
  return slice(snapshot, cursor, offset, size, link(cursor, offset, size));
}

/**
 * A further page asks the DMP nothing, and opens the record all the same: the patient may have withdrawn since the first one, or this
 * token be for another patient.
 * @throws IssueError, DmpError as the first page would
 */
export async function admitPage(ins: Ins | undefined, call: Call, { gate }: Pick<Services, 'gate'>): Promise<void> {
  if (ins) await gate.admit(td3_1, callContext(call, ins));
}

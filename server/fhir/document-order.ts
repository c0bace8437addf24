/**
 * `_sort` of DocumentReference: by the dates that a client may want first. Without it, the order is the registry's.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { intervalOf } from '../search/dates.ts';
import type { Search } from '../search/parse.ts';

const keys: Record<string, (d: DocumentReference) => string | undefined> = {
  date: (d) => d.date,
  creation: (d) => d.content[0]?.attachment.creation,
  period: (d) => d.context?.period?.start,
  'period-start': (d) => d.context?.period?.start,
  'period-end': (d) => d.context?.period?.end,
  _lastUpdated: (d) => d.meta?.lastUpdated,
};

/** Names that `_sort` takes. */
export const sortable: readonly string[] = Object.keys(keys);

/** Sorted, stably. What has no date comes last in both directions. */
export function order<T>(
  items: T[],
  sort: Search['sort'],
  resourceOf: (item: T) => DocumentReference | undefined,
): T[] {
  if (sort.length === 0) return items;
  const decorated = items.map((item) => ({
    item,
    instants: sort.map(({ name }) => {
      const resource = resourceOf(item);
      return intervalOf((resource && keys[name]?.(resource)) ?? '')?.start;
    }),
  }));
  decorated.sort((a, b) => {
    for (const [i, { descending }] of sort.entries()) {
      const [x, y] = [a.instants[i], b.instants[i]];
      if (x === y) continue;
      if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
      return descending ? y - x : x - y;
    }
    return 0;
  });
  return decorated.map((d) => d.item);
}

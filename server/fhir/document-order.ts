/**
 * `_sort` of DocumentReference: by the dates that a client may want first. Without it, the order is the registry's.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { intervalOf } from '../search/dates.ts';
import type { Search } from '../search/parse.ts';

const keys: Record<string, (d: DocumentReference) => string | undefined> = {
  date: (d) => d.date,
  creation: (d) => d.content?.[0]?.attachment?.creation,
  period: (d) => d.context?.period?.start,
  'period-start': (d) => d.context?.period?.start,
  'period-end': (d) => d.context?.period?.end,
  _lastUpdated: (d) => d.meta?.lastUpdated,
};

/** Names that `_sort` takes. */
export const sortable: readonly string[] = Object.keys(keys);

/** Sorted in place, stably. What has no date comes last in both directions. */
export function order(resources: DocumentReference[], sort: Search['sort']): DocumentReference[] {
  if (sort.length === 0) return resources;
  const instants = new Map(resources.map((r) => [r, sort.map(({ name }) => intervalOf(keys[name]!(r) ?? '')?.start)]));
  return resources.sort((a, b) => {
    for (const [i, { descending }] of sort.entries()) {
      const [x, y] = [instants.get(a)![i], instants.get(b)![i]];
      if (x === y) continue;
      if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
      return descending ? y - x : x - y;
    }
    return 0;
  });
}

/**
 * `_sort`, by one key or several, for any resource type: its file says what its keys are.
 */
import type { CodeableConcept } from '@medplum/fhirtypes';
import { intervalOf } from '../search/dates.ts';
import type { Search } from '../search/parse.ts';

type Key = number | string | undefined;
export type KeyOf<R> = (resource: R) => Key;

export const instant =
  <R>(of: (resource: R) => string | undefined): KeyOf<R> =>
  (resource) =>
    intervalOf(of(resource) ?? '')?.start;

/** A coded value stands where a reader looks for it: by what is displayed. */
export const coded =
  <R>(of: (resource: R) => CodeableConcept | undefined): KeyOf<R> =>
  (resource) => {
    const concept = of(resource);
    const [first] = concept?.coding ?? [];
    return first?.display ?? concept?.text ?? first?.code;
  };

/** Accents and case decide last, figures by their value. */
const { compare } = new Intl.Collator('fr', { numeric: true });

/** Sorted, stably. What has no such value comes last in both directions. */
export function orderBy<T, R>(
  items: T[],
  sort: Search['sort'],
  keys: Readonly<Record<string, KeyOf<R>>>,
  resourceOf: (item: T) => R | undefined,
): T[] {
  if (sort.length === 0) return items;
  const decorated = items.map((item) => {
    const resource = resourceOf(item);
    return { item, keys: sort.map(({ name }) => resource && keys[name]?.(resource)) };
  });
  decorated.sort((a, b) => {
    for (const [i, { descending }] of sort.entries()) {
      const [x, y] = [a.keys[i], b.keys[i]];
      if (x === y) continue;
      if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
      const difference = typeof x === 'number' ? x - Number(y) : compare(x, String(y));
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
  return decorated.map((d) => d.item);
}

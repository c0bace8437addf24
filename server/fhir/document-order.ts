/**
 * `_sort` of DocumentReference, by one key or several. Without it, the order is the registry's.
 */
import type { CodeableConcept, DocumentReference } from '@medplum/fhirtypes';
import { intervalOf } from '../search/dates.ts';
import type { Search } from '../search/parse.ts';

type Key = number | string | undefined;
type KeyOf = (d: DocumentReference) => Key;

const instant = (of: (d: DocumentReference) => string | undefined): KeyOf => {
  return (d) => intervalOf(of(d) ?? '')?.start;
};
/** A coded value stands where a reader looks for it: by what is displayed. */
const coded = (of: (d: DocumentReference) => CodeableConcept | undefined): KeyOf => {
  return (d) => {
    const concept = of(d);
    const [first] = concept?.coding ?? [];
    return first?.display ?? concept?.text ?? first?.code;
  };
};

const keys: Record<string, KeyOf> = {
  date: instant((d) => d.date),
  creation: instant((d) => d.content[0]?.attachment.creation),
  period: instant((d) => d.context?.period?.start),
  'period-start': instant((d) => d.context?.period?.start),
  'period-end': instant((d) => d.context?.period?.end),
  _lastUpdated: instant((d) => d.meta?.lastUpdated),
  type: coded((d) => d.type),
  category: coded((d) => d.category?.[0]),
  facility: coded((d) => d.context?.facilityType),
  setting: coded((d) => d.context?.practiceSetting),
  status: (d) => d.status,
  description: (d) => d.description,
  // No search parameter of R4, and what every list of documents is read by.
  title: (d) => d.content[0]?.attachment.title,
  _id: (d) => d.id,
};

/** Names that `_sort` takes. */
export const sortable: readonly string[] = Object.keys(keys);

/** Accents and case decide last, figures by their value. */
const { compare } = new Intl.Collator('fr', { numeric: true });

/** Sorted, stably. What has no such value comes last in both directions. */
export function order<T>(
  items: T[],
  sort: Search['sort'],
  resourceOf: (item: T) => DocumentReference | undefined,
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

/**
 * `_sort` of DocumentReference, by one key or several. Without it, the order is the registry's.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Search } from '../search/parse.ts';
import { coded, instant, orderBy, type KeyOf } from './order.ts';

const keys: Record<string, KeyOf<DocumentReference>> = {
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
export const documentSortable: readonly string[] = Object.keys(keys);

/** Sorted, stably. What has no such value comes last in both directions. */
export const order = <T>(
  items: T[],
  sort: Search['sort'],
  resourceOf: (item: T) => DocumentReference | undefined,
): T[] => orderBy(items, sort, keys, resourceOf);

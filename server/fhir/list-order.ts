/**
 * `_sort` of List, by one key or several. Without it, the order is the registry's.
 */
import type { List } from '@medplum/fhirtypes';
import { instant, type KeyOf } from './order.ts';

export const listKeys: Record<string, KeyOf<List>> = {
  date: instant((l) => l.date),
  _lastUpdated: instant((l) => l.meta?.lastUpdated),
  title: (l) => l.title,
  code: (l) => l.code?.coding?.[0]?.code,
  _id: (l) => l.id,
};

/** Names that `_sort` takes. */
export const listSortable: readonly string[] = Object.keys(listKeys);

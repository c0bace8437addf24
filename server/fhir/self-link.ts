/** The self link of a search. */
import { holdsIns } from '../../mappings/ins.ts';
import type { Pair } from '../search/pairs.ts';
import type { Search } from '../search/parse.ts';
import { isPatientCriterion } from './patient-of.ts';

/** What the search was, with the opaque patient in place of the INS; a link is a URL, and no INS gets into it. */
export function linkToSelf(search: Search, patientId?: string): readonly ['self', Pair[]] {
  const criteria = search.criteria
    .filter((c) => !isPatientCriterion(c) && !holdsIns(c.raw))
    .map((c): Pair => [c.modifier ? `${c.name}:${c.modifier}` : c.name, c.raw]);
  const query: Pair[] = [
    ...(patientId ? [['patient', `Patient/${patientId}`] as const] : []),
    ...criteria,
    ...(search.sort.length > 0
      ? [['_sort', search.sort.map((s) => (s.descending ? '-' : '') + s.name).join(',')] as const]
      : []),
    ...search.include.map(({ name, target }): Pair => ['_include', target ? `${name}:${target}` : name]),
    ...(search.count === undefined ? [] : [['_count', String(search.count)] as const]),
    ...(search.summary === undefined ? [] : [['_summary', search.summary] as const]),
    ...(search.elements === undefined ? [] : [['_elements', search.elements.join(',')] as const]),
  ];
  return ['self', query];
}

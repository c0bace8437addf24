/** The uniqueId among the identifiers of a submission set, by `use` (MHD ≤ 4.2.3) or `type` (4.2.4), else by its form. */
import type { Identifier, List } from '@medplum/fhirtypes';
import { mhdIdentifierTypes } from '../../../mappings/canonicals.ts';

/** @returns the identifier and its index; undefined when the set has none that is surely its uniqueId */
export function uniqueIdentifierOf(list: List): { identifier: Identifier; index: number } | undefined {
  const all = Array.isArray(list.identifier) ? list.identifier : [];
  const typed = (i: Identifier, code: string): boolean =>
    i.type?.coding?.some((c) => c.system === mhdIdentifierTypes && c.code === code) ?? false;
  const tests: ((i: Identifier) => boolean)[] = [
    (i) => typed(i, 'uniqueId'),
    (i) => i.use === 'usual',
    (i) => i.use === undefined && !typed(i, 'entryUUID') && /^urn:oid:/.test(i.value ?? ''),
  ];
  for (const test of tests) {
    const index = all.findIndex(test);
    const identifier = all[index];
    if (identifier) return { identifier, index };
  }
  return undefined;
}

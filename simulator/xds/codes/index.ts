import type { ValueSetName } from './tables.ts';
import { valueSets } from './tables.ts';

export type { ValueSetName } from './tables.ts';
export { valueSets } from './tables.ts';

const members = new Map<string, Set<string>>();
for (const [name, set] of Object.entries(valueSets)) {
  const pairs = Object.entries<string>(set.systems).flatMap(([system, codes]) =>
    codes.split(' ').map((code) => `${system}|${code}`),
  );
  members.set(name, new Set(pairs));
}

/** True when the code of that code system belongs to the value set. */
export function isMember(name: ValueSetName, code: string, system: string): boolean {
  return members.get(name)?.has(`${system}|${code}`) ?? false;
}

/** Media type of an N1 body → formatCode of the entry (ASS_A12, version 5.0.0). */
export const formatOfMedia: Record<string, string> = {
  'application/pdf': 'urn:ihe:iti:xds-sd:pdf:2008',
  'text/plain': 'urn:ihe:iti:xds-sd:text:2008',
  'text/rtf': 'urn:ihe:iti-fr:xds-sd:rtf:2010',
  'image/jpeg': 'urn:ihe:iti-fr:xds-sd:jpeg:2010',
  'image/tiff': 'urn:ihe:iti-fr:xds-sd:tiff:2010',
};

/**
 * Value sets of the DMP (J57–J66) and of the CI-SIS (J01–J10, to which PDSm binds), and displays of their codes.
 * The rows stand in `tables/`, compared with the published nomenclatures by a test.
 */
import { codeTables } from './tables/codes.ts';
import { valueSetTables } from './tables/valuesets.ts';

export type ValueSetName = keyof typeof valueSetTables;

export interface ValueSet {
  /** `JDV_J57_ClassCode_DMP` */
  title: string;
  oid: string;
  /** yyyyMMddHHmmss of the publication */
  version: string;
  /** codingScheme OID → codes */
  codes: ReadonlyMap<string, ReadonlySet<string>>;
}

export const valueSets = Object.fromEntries(
  Object.entries(valueSetTables).map(([name, { title, oid, version, codes }]) => [
    name,
    {
      title,
      oid,
      version,
      codes: new Map(Object.entries(codes).map(([scheme, list]) => [scheme, new Set(list.split(/\s+/))])),
    },
  ]),
) as unknown as Readonly<Record<ValueSetName, ValueSet>>;

const displays = new Map<string, Map<string, string>>();
for (const [scheme, rows] of Object.entries(codeTables)) {
  const table = new Map<string, string>();
  for (const row of rows.trim().split('\n')) {
    const bar = row.indexOf('|');
    table.set(row.slice(0, bar), row.slice(bar + 1));
  }
  displays.set(scheme, table);
}

/**
 * Whether a code belongs to a value set. The sets are those of 2024: a code that is not a member may be younger, so
 * that the caller decides whether that is an error.
 * @param oid codingScheme, an OID or `URN`, `ASTM`
 */
export function isMember(valueSet: ValueSetName, code: string, oid: string): boolean {
  return valueSets[valueSet].codes.get(oid)?.has(code) ?? false;
}

/** The French display of a code, when one of our tables holds it. */
export function displayOf(code: string, oid: string): string | undefined {
  return displays.get(oid)?.get(code);
}

/** The codingScheme in which a value set holds a code; `undefined` when it does not, or holds it in several. */
export function schemeOf(valueSet: ValueSetName, code: string): string | undefined {
  const found = [...valueSets[valueSet].codes].filter(([, codes]) => codes.has(code));
  return found.length === 1 ? found[0]?.[0] : undefined;
}

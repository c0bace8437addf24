/**
 * A mapping is a table, read in both directions: one row per piece of metadata. This is the engine that reads the rows.
 *
 * Nothing is lost from XDS to FHIR: after the rows have written a resource, each is asked to read its value back; where
 * FHIR could not say it exactly (an unusual precision, a second institution, a component that has no element), the exact
 * value goes into an extension of ours (`xds-exact`). On the way back the extension counts only as long as it still says
 * what the FHIR elements say: if somebody changed those, they win.
 */
import type { Extension, Reference, Resource } from '@medplum/fhirtypes';
import { extExact } from './canonicals.ts';
import type { Issue } from './outcome.ts';
import { Memory, type Met, type Recurring } from './recurring.ts';
import { agrees } from './same.ts';

/** The resources that rows write. */
export interface Mapped {
  resourceType: string;
  contained?: Resource[];
  extension?: Extension[];
}

/** A resource being written. */
export interface Draft<R extends Mapped> {
  resource: R;
  /** Adds a contained resource and gives a reference to it. */
  contain<T extends Resource>(resource: T & { id: string }): Reference<T>;
}

/** What a reference leads to, and the FHIRPath under which problems in it are told. */
export interface Found {
  resource: Resource;
  path: string;
}

/** A resource being read. */
export interface Source<R extends Mapped> {
  resource: R;
  /** What the reference leads to: contained, known to the caller, or a logical identifier. Tells when it leads nowhere. */
  resolve(reference: Reference, expression: string): Found | undefined;
  issue(issue: Issue): void;
}

/** One row: a piece of metadata, its XDS name and place, its FHIR element, and what goes between. */
export interface Row<M, R extends Mapped, K extends keyof M = keyof M> {
  /** Field of the XDS model. */
  xds: K;
  /** Where it stands in ebRIM. */
  ebrim: string;
  /** FHIR element. */
  fhir: string;
  /** The form on the XDS side, hence the codec. */
  codec: string;
  /** Search parameters that reach it. */
  search?: readonly string[];
  /** Parameters of the stored query that reach it. */
  query?: readonly string[];
  /** What does not come back after FHIR → DMP → FHIR; absent: nothing. */
  loss?: string;
  /** The value is given by the caller on both sides; the resource only points at it. */
  context?: true;
  write?(value: NonNullable<M[K]>, draft: Draft<R>): void;
  /** In place of a `write`, by `recurring()`: see there. */
  recurring?: Recurring<NonNullable<M[K]>, R>;
  read?(source: Source<R>): M[K] | undefined;
  /** For a row that has no FHIR element: whether what came along has the shape of ours. */
  accepts?(value: unknown): boolean;
}

/** Any row of a model. */
export type RowOf<M, R extends Mapped> = { [K in keyof Required<M>]: Row<M, R, K> }[keyof M];

type Loose<R extends Mapped> = Row<Record<string, unknown>, R, string>;

/** What a part of a row writes, and the resources that it contains, apart from any resource. */
export function alone<T>(write: (draft: Draft<Mapped>) => T): {
  written: T;
  contained: readonly (Resource & { id: string })[];
} {
  const draft = draftOf<Mapped>({ resourceType: '' });
  const written = write(draft);
  return { written, contained: (draft.resource.contained ?? []) as (Resource & { id: string })[] };
}

function draftOf<R extends Mapped>(resource: R): Draft<R> {
  return {
    resource,
    contain(contained) {
      (resource.contained ??= []).push(contained);
      return { reference: `#${contained.id}` };
    },
  };
}

/** The kind that a logical reference stands for, when it does not say: professionals, structures and patients have their OIDs. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^urn:oid:1\.2\.250\.1\.71\.4\.2\.1$|rpps\.esante/, 'Practitioner'],
  [/^urn:oid:1\.2\.250\.1\.71\.4\.2\.2$|finess\.esante|sirene\.fr/, 'Organization'],
  [/^urn:oid:1\.2\.250\.1\.213\.1\.4\./, 'Patient'],
];

function logical(reference: Reference): Resource | undefined {
  const { identifier, display } = reference;
  if (!identifier) return undefined;
  const type = reference.type ?? kinds.find(([system]) => system.test(identifier.system ?? ''))?.[1];
  if (type === undefined) return undefined;
  const name = type === 'Organization' && display !== undefined ? { name: display } : {};
  return { resourceType: type, identifier: [identifier], ...name } as Resource;
}

function sourceOf<R extends Mapped>(
  resource: R,
  issues: Issue[],
  resolve?: (reference: Reference) => Resource | undefined,
): Source<R> {
  return {
    resource,
    issue: (issue) => void issues.push(issue),
    resolve(reference, expression) {
      const literal = reference.reference;
      if (literal?.startsWith('#')) {
        const id = literal.slice(1);
        const contained = resource.contained?.find((c) => c.id === id);
        if (contained) return { resource: contained, path: `${resource.resourceType}.contained.where(id='${id}')` };
      } else {
        const found = (literal === undefined ? undefined : resolve?.(reference)) ?? logical(reference);
        if (found) return { resource: found, path: expression };
      }
      // The reference may hold an identifier: it is named only when it is a literal one, and never a query.
      const shown = literal === undefined || literal.includes('?') ? '—' : literal;
      issues.push({ key: 'reference-unresolved', expression, values: { reference: shown } });
      return undefined;
    },
  };
}

function writeRows<R extends Mapped>(rows: readonly Loose<R>[], model: Record<string, unknown>, skeleton: () => R): R {
  const draft = draftOf(skeleton());
  for (const row of rows) {
    const value = model[row.xds];
    if (value !== undefined && value !== null) row.write?.(value, draft);
  }
  return draft.resource;
}

/**
 * Writes a model into a fresh resource, row after row, and keeps beside it what the elements cannot say exactly.
 * @param memory of the answer that the model is part of
 */
export function toFhir<M extends object, R extends Mapped>(
  rows: readonly RowOf<M, R>[],
  model: M,
  skeleton: () => R,
  memory = new Memory(),
): R {
  const all = rows as unknown as readonly Loose<R>[];
  const values = model as Record<string, unknown>;
  const draft = draftOf(skeleton());
  const { resource } = draft;
  const met = new Array<Met | undefined>(all.length);
  for (let i = 0; i < all.length; i++) {
    const row = all[i] as Loose<R>;
    const value = values[row.xds];
    if (value === undefined || value === null) continue;
    if (row.recurring) {
      const { made } = (met[i] = memory.recall(row.recurring, value, values));
      if (made !== undefined) row.recurring.put(made, draft);
    } else row.write?.(value, draft);
  }
  const source = sourceOf(resource, []);
  const exact: Extension[] = [];
  for (let i = 0; i < all.length; i++) {
    const row = all[i] as Loose<R>;
    if (row.context) continue;
    const value = values[row.xds];
    const known = met[i];
    const isExact = known?.exact ?? agrees(row.read?.(source), value);
    if (known) known.exact = isExact;
    if (isExact) continue;
    const parts = [
      { url: 'name', valueString: row.xds },
      { url: 'value', valueString: JSON.stringify(value ?? null) },
    ];
    exact.push({ url: extExact, extension: parts });
  }
  if (exact.length > 0) resource.extension = [...(resource.extension ?? []), ...exact];
  return resource;
}

function exactValues(resource: Mapped): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { url, extension } of resource.extension ?? []) {
    if (url !== extExact) continue;
    const part = (name: string): string | undefined => extension?.find((e) => e.url === name)?.valueString;
    try {
      values.set(part('name') ?? '', JSON.parse(part('value') ?? '') ?? undefined);
    } catch {
      // Not what we wrote: the FHIR elements speak alone.
    }
  }
  return values;
}

/** Reads a row's value; problems go to `issues`. */
function readRow<R extends Mapped>(row: Loose<R>, source: Source<R>): unknown {
  return row.context ? undefined : row.read?.(source);
}

/**
 * Reads what a resource says, row by row.
 * @returns the fields that the resource gives (those of `context` rows are left to the caller) and every problem found
 */
export function fromFhir<M extends object, R extends Mapped>(
  rows: readonly RowOf<M, R>[],
  resource: R,
  skeleton: () => R,
  resolve?: (reference: Reference) => Resource | undefined,
): { values: Partial<M>; issues: Issue[] } {
  const all = rows as unknown as readonly Loose<R>[];
  const exact = exactValues(resource);
  const issues = new Map<Loose<R>, Issue[]>();
  const values: Record<string, unknown> = {};
  for (const row of all) {
    const found: Issue[] = [];
    const value = readRow(row, sourceOf(resource, found, resolve));
    if (value !== undefined) values[row.xds] = value;
    if (found.length > 0) issues.set(row, found);
  }
  const current = { ...values };
  for (const row of all) {
    if (!exact.has(row.xds) || row.context) continue;
    const value = exact.get(row.xds);
    if (!stillSays(all, row, current, value, skeleton)) continue;
    values[row.xds] = value;
    issues.delete(row);
  }
  // Two rows that read the same contained resource tell the same problem once.
  const problems = new Map([...issues.values()].flat().map((issue) => [JSON.stringify(issue), issue]));
  return { values: values as Partial<M>, issues: [...problems.values(), ...tooLong(all, values)] };
}

/** Longest string that ebRIM takes: LocalizedString for names and descriptions, else rim:Value (rim.xsd). */
const limits: Record<string, number> = { Name: 1024, Description: 1024 };

function longest(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(longest));
}

function tooLong<R extends Mapped>(rows: readonly Loose<R>[], values: Record<string, unknown>): Issue[] {
  return rows
    .filter((row) => longest(values[row.xds]) > (limits[row.ebrim] ?? 256))
    .map((row) => ({
      key: 'value-invalid',
      expression: row.fhir.split(/[ ,]/)[0] as string,
      values: { element: row.xds, detail: `longer than the ${limits[row.ebrim] ?? 256} characters of XDS` },
    }));
}

/** Whatever the model holds ends in strings. */
function onlyStrings(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined || typeof value === 'string';
  return Object.values(value).every(onlyStrings);
}

/** Whether the exact value, written in FHIR, would read as what the resource says now. */
function stillSays<R extends Mapped>(
  rows: readonly Loose<R>[],
  row: Loose<R>,
  current: Record<string, unknown>,
  value: unknown,
  skeleton: () => R,
): boolean {
  if (!onlyStrings(value) || (row.accepts && value !== undefined && !row.accepts(value))) return false;
  try {
    const candidate = writeRows(rows, { ...current, [row.xds]: value }, skeleton);
    return agrees(readRow(row, sourceOf(candidate, [])), current[row.xds]);
  } catch {
    return false; // A value of another shape than ours.
  }
}

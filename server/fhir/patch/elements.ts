/**
 * What a patch may touch: `status`, `securityLabel` and the extension isArchived (PDSm flux 03: 405 otherwise). Decided by
 * what its operations name, and again by what came of them, element by element. What it writes there must be FHIR.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CodeableConcept, DocumentReference, Extension } from '@medplum/fhirtypes';
import { codesOfLabel, extIsDeleted, levelOf, visibilities, visibilityOf } from '../../../mappings/attributes.ts';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { checkShape } from '../validation/shape.ts';
import type { Touch } from './patch.ts';

type Json = Record<string, unknown>;

const elements: readonly string[] = ['status', 'securityLabel', 'extension'];
const extensions: readonly string[] = [extIsArchived, extIsDeleted];
const statuses: readonly string[] = ['current', 'superseded', 'entered-in-error'];

const refused = (names: Iterable<string>): IssueError =>
  new IssueError(
    [...new Set(names)].slice(0, 20).map((name) => {
      const element = /^[A-Za-z]{1,64}$/.test(name) ? name : '*';
      const expression = element === '*' ? 'DocumentReference' : `DocumentReference.${element}`;
      return { key: 'patch-element', expression, values: { element, url: extIsArchived } };
    }),
  );

/** Before the document is looked at. @throws IssueError patch-element (405) */
export function requireNames(names: readonly string[]): void {
  const others = names.map((n) => n.replace(/^_/, '')).filter((n) => !elements.includes(n));
  if (others.length > 0) throw refused(others);
}

/**
 * The patched resource, when it differs from the document only where it may.
 * @throws IssueError patch-element (405), patch-value and other rows of validation (400)
 */
export function requirePatchable(
  document: DocumentReference,
  { resource, touched }: { resource: unknown; touched: readonly Touch[] },
): DocumentReference {
  const named = touched.filter(({ element, url }) => !elements.includes(element) || (url && !extensions.includes(url)));
  if (named.length > 0) throw refused(named.map((t) => t.element));
  const patched = withoutTwins(document, resource as DocumentReference);
  requireValues(document, patched);
  const changed = Object.keys({ ...document, ...patched }).filter(
    (key) => !isDeepStrictEqual(rest(document, key), rest(patched, key)),
  );
  if (changed.length > 0) throw refused(changed.map((key) => key.replace(/^_/, '')));
  return patched;
}

/** An extension that is added (`/extension/-`) beside the document's own of the same URL takes its place: there is one. */
function withoutTwins(document: DocumentReference, patched: DocumentReference): DocumentReference {
  const { extension } = patched as unknown as Json;
  if (!Array.isArray(extension)) return patched;
  let all = extension as (Extension | null)[];
  for (const url of extensions) {
    const twins = all.filter((e) => e?.url === url);
    const own = document.extension?.find((e) => e.url === url);
    const replaced = twins.find((e) => isDeepStrictEqual(e, own));
    if (twins.length === 2 && replaced) all = all.filter((e) => e !== replaced);
  }
  return { ...patched, extension: all as Extension[] };
}

/** The part of an element that no patch changes. */
function rest(resource: DocumentReference, key: string): unknown {
  if (key === 'status' || key === 'securityLabel') return undefined;
  const value = (resource as unknown as Json)[key];
  if (key !== 'extension' || !Array.isArray(value)) return value;
  const others = (value as Extension[]).filter((e) => !extensions.includes(e.url));
  return others.length === 0 ? undefined : others;
}

/** What is often written wrong, with what to write instead; then FHIR's own shape. @throws IssueError */
function requireValues(document: DocumentReference, patched: DocumentReference): void {
  const { status, extension, securityLabel } = patched as unknown as Json;
  const issues: Issue[] = [];
  const wrong = (element: string, given: unknown, remedy: string): void => {
    const said = given === undefined ? '—' : JSON.stringify(given).slice(0, 60);
    issues.push({
      key: 'patch-value',
      expression: `DocumentReference.${element}`,
      values: { element, given: said, remedy },
    });
  };
  if (typeof status !== 'string' || !statuses.includes(status)) {
    const meant = typeof status === 'string' ? statuses.find((s) => s === status.trim().toLowerCase()) : undefined;
    wrong('status', status, meant ? `"${meant}"` : statuses.map((s) => `"${s}"`).join(' | '));
  }
  if (securityLabel !== undefined && !isConcepts(securityLabel))
    wrong('securityLabel', securityLabel, '[{ "coding": [{ "system": "…", "code": "N" }] }]');
  const known = new Set((document.extension ?? []).map((e) => e.url));
  (Array.isArray(extension) ? (extension as unknown[]) : []).forEach((each, i) => {
    const { url, valueBoolean } = (each ?? {}) as { url?: unknown; valueBoolean?: unknown };
    const element = `extension[${i}]`;
    const isOther = typeof url === 'string' && !known.has(url) && !extensions.includes(url);
    // A new extension of another URL: a slip when it is about archiving, else an element that does not change.
    if (isOther && /is[-_]?archived/i.test(url)) wrong(`${element}.url`, url, `"${extIsArchived}"`);
    if (typeof url === 'string' && extensions.includes(url) && typeof valueBoolean !== 'boolean')
      wrong(`${element}.valueBoolean`, valueBoolean, 'true | false');
  });
  if (issues.length > 0) throw new IssueError(issues);
  const faults = checkShape(patched, 'DocumentReference').issues.filter((i) => (i.severity ?? 'error') === 'error');
  if (faults.length > 0) throw new IssueError(faults);
}

const isConcepts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((v: unknown) => {
    if (typeof v !== 'object' || v === null) return false;
    const { coding } = v as { coding?: unknown };
    return coding === undefined || Array.isArray(coding);
  });

/**
 * PDSm4DMP unmasks, and makes visible, by writing `N` over label 0: there it is the only label, here it is the level, which
 * stands beside the restrictions. Written so, a patch would change nothing, or could be read as lifting any of them: it is
 * refused, and told how to say which.
 * @throws IssueError patch-label-ambiguous
 */
export function requireClearLabels(entry: DocumentEntry, patched: DocumentReference, touched: readonly Touch[]): void {
  const had = visibilityOf(entry.confidentialityCodes);
  const codes = (patched.securityLabel ?? []).map(codesOfLabel);
  if (had.size === 0 || ![...had].every((v) => codes.flat().includes(v))) return;
  const added = codes.flat().some((c) => (visibilities as readonly string[]).includes(c) && !had.has(c as never));
  const written = touched.flatMap(({ label }) => (label === undefined ? [] : codesOfLabel(label as CodeableConcept)));
  const level = levelOf(entry.confidentialityCodes);
  if (added || written.length === 0 || !written.every((code) => code === level)) return;
  const remedy = [...had]
    .map((v) => `{ "op": "remove", "path": "/securityLabel/${codes.findIndex((c) => c.includes(v))}" } (${v})`)
    .join(' | ');
  throw new IssueError({
    key: 'patch-label-ambiguous',
    expression: 'DocumentReference.securityLabel',
    values: { level: level ?? '', visibility: [...had].join(', '), remedy },
  });
}

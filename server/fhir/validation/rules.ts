/**
 * What a profile asks, as rows, and the one function that applies them. A row is a path from the resource's root:
 * `content.attachment.title`; an extension is named by its URL's last segment: `extension(ihe-sourceId)`.
 */
import type { Issue } from '../../../mappings/outcome.ts';

/** Which publisher's edition of a profile a resource claims. */
export type Edition = 'pdsm' | 'mhd';

export interface Rule {
  element: string;
  /** `min..max` in PDSm; PDSm's snapshots are the referee (test/server/validation/pdsm-rules.test.ts). */
  card?: string;
  /** `min..max` in IHE MHD, where it differs. */
  mhd?: string;
  /** Absent is accepted although the profile says 1: the façade fills it, from where this says. */
  filled?: string;
  /** Value that every occurrence must have (a code, or `system|code` for a CodeableConcept). */
  fixed?: string;
  /** The reference must be to a contained resource (aggregation). */
  contained?: true;
}

type Json = Record<string, unknown>;
interface Found {
  value: unknown;
  path: string;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Applies rows to a resource.
 * @param path FHIRPath of the resource, e.g. `Bundle.entry[1].resource`
 * @param rule name of the profile, for the sentence
 */
export function applyRules(
  resource: object,
  rules: readonly Rule[],
  path: string,
  edition: Edition,
  rule: string,
): Issue[] {
  return rules.flatMap((r) => applyRule(resource as Json, r, path, edition, rule));
}

function applyRule(resource: Json, row: Rule, path: string, edition: Edition, rule: string): Issue[] {
  const steps = row.element.split('.');
  const last = steps.pop() ?? '';
  const parents = steps.reduce<Found[]>(
    (found, step) => found.flatMap((f) => children(f, step)),
    [{ value: resource, path }],
  );
  const [min = '0', max = '*'] = ((edition === 'mhd' ? row.mhd : undefined) ?? row.card ?? '0..*').split('..');
  const issues: Issue[] = [];
  for (const parent of parents) {
    const found = children(parent, last);
    const expression = `${parent.path}.${fhirPath(last)}`;
    const element = row.element;
    if (max === '0' && found.length > 0)
      issues.push({ key: 'element-forbidden', expression, values: { element, rule } });
    else if (max !== '*' && found.length > Number(max))
      issues.push({ key: 'cardinality', expression, values: { element, count: found.length, max, rule } });
    if (found.length < Number(min) && row.filled === undefined)
      issues.push({ key: 'required', expression, values: { element, rule } });
    for (const f of found) {
      if (row.fixed !== undefined && !matches(f.value, row.fixed))
        issues.push({ key: 'value-fixed', expression: f.path, values: { element, expected: row.fixed, rule } });
      if (row.contained && !isContained(f.value))
        issues.push({ key: 'contained-expected', expression: f.path, values: { element, rule } });
    }
  }
  return issues;
}

/** The occurrences of one step under a value, each with its own path. */
function children({ value, path }: Found, step: string): Found[] {
  if (!isObject(value)) return [];
  const extension = /^extension\((.*)\)$/.exec(step);
  if (extension) {
    const all = Array.isArray(value.extension) ? (value.extension as unknown[]) : [];
    return all
      .map((v, i) => ({ value: v, path: `${path}.extension[${i}]` }))
      .filter((f) => isObject(f.value) && String(f.value.url).endsWith(`/${extension[1] ?? ''}`));
  }
  const item = Object.hasOwn(value, step) ? value[step] : undefined;
  if (item === undefined) return [];
  return Array.isArray(item)
    ? item.map((v: unknown, i) => ({ value: v, path: `${path}.${step}[${i}]` }))
    : [{ value: item, path: `${path}.${step}` }];
}

/** `extension(ihe-sourceId)` as FHIRPath. */
const fhirPath = (step: string): string => step.replace(/^extension\((.*)\)$/, "extension.where(url.endsWith('/$1'))");

function matches(value: unknown, fixed: string): boolean {
  if (!isObject(value)) return value === fixed;
  const codings = Array.isArray(value.coding) ? (value.coding as Json[]) : [];
  return codings.some((c) => `${String(c.system)}|${String(c.code)}` === fixed);
}

function isContained(value: unknown): boolean {
  if (!isObject(value)) return false;
  const reference = isObject(value.valueReference) ? value.valueReference.reference : value.reference;
  return typeof reference === 'string' && reference.startsWith('#');
}

/**
 * What a profile asks, as rows, and the one function that applies them. A row is a path from the resource's root:
 * `content.attachment.title`; an extension is named by its URL's last segment: `extension(ihe-sourceId)`.
 */
import type { Issue } from '../../../mappings/outcome.ts';
import { extensionUrl } from './extensions.ts';

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
  /** Required binding that is narrower than R4's own: canonical of the value set, and its codes. */
  binding?: { valueSet: string; codes: readonly string[] };
  /** The reference must be to a contained resource (aggregation). */
  contained?: true;
  /** Types that the reference may lead to, where the contained resource or the reference itself tells; else R4's. */
  targets?: readonly string[];
  /** Types of which it is only said that the profile does not take them. */
  tolerated?: readonly string[];
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
      if (row.binding && !row.binding.codes.includes(String(f.value)))
        issues.push({
          key: 'code-unknown',
          expression: f.path,
          values: { code: String(f.value).slice(0, 64), valueSet: row.binding.valueSet },
        });
      if (row.contained && !isContained(f.value))
        issues.push({ key: 'contained-expected', expression: f.path, values: { element, rule } });
      issues.push(...targetIssues(f, row, resource));
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
      .filter((f) => isObject(f.value) && f.value.url === extensionUrl(extension[1] ?? ''));
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

/** The type that a reference leads to: that of the contained resource, else what it says itself. */
function typeOf(value: unknown, resource: Json): string | undefined {
  const reference = isObject(value) && isObject(value.valueReference) ? value.valueReference : value;
  if (!isObject(reference)) return undefined;
  const literal = typeof reference.reference === 'string' ? reference.reference : '';
  const contained = Array.isArray(resource.contained) ? (resource.contained as unknown[]) : [];
  const inside = contained.find((c) => isObject(c) && literal === `#${String(c.id)}`) as Json | undefined;
  const said = /^(?:https?:\/\/[^\s?#]{1,500}\/)?([A-Z][A-Za-z]{1,40})[/?]/.exec(literal)?.[1] ?? reference.type;
  const type = inside?.resourceType ?? said;
  return typeof type === 'string' ? type : undefined;
}

function targetIssues({ value, path }: Found, { element, targets, tolerated }: Rule, resource: Json): Issue[] {
  const given = targets && typeOf(value, resource);
  if (given === undefined || targets?.includes(given)) return [];
  const values = { element, given: given.slice(0, 64) };
  return [
    {
      key: 'reference-type',
      expression: path,
      values,
      ...(tolerated?.includes(given) ? { severity: 'warning' as const } : {}),
    },
  ];
}

function isContained(value: unknown): boolean {
  if (!isObject(value)) return false;
  const reference = isObject(value.valueReference) ? value.valueReference.reference : value.reference;
  return typeof reference === 'string' && reference.startsWith('#');
}

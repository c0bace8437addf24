/**
 * Base R4 validation: shape and required bindings of our own (`shape.ts`), then Medplum for primitives, cardinalities and
 * invariants, its findings turned into rows of the error table. One engine for a deposit, a dry run and `$validate`.
 *
 * Known limits of Medplum 4.5.2 and who closes them: required bindings, empty arrays, unknown types → `shape.ts`; dangling
 * `#id` → `references` below; profiles (PDSm, MHD) → our rule tables `pdsm-rules.ts`, since slices by profile, extension
 * slices and constraints without FHIRPath are beyond it.
 */
import { OperationOutcomeError, validateResource } from '@medplum/core';
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import { loadDefinitions } from './definitions.ts';
import { checkShape } from './shape.ts';
import { shown } from './shown.ts';
import { wrongType } from '../wrong-type.ts';

/** Loads and compiles the definitions: call at start-up. @throws Error when postinstall was not run */
export function loadEngine(): void {
  loadDefinitions();
}

/**
 * Constraints that we report without refusing, and why.
 * dom-4: the official PDSm examples carry `meta.lastUpdated` in contained resources (copied from the annuaire); it is
 * simply not kept. dom-6 is only a recommendation (no narrative).
 */
const tolerated = new Set(['dom-4', 'dom-6']);

/**
 * Validates any JSON value as a FHIR resource.
 * @param type expected resourceType
 * @returns every problem; `severity` absent means error. `data` in base64 is not looked at: the deposit decodes it strictly
 */
export function validateBase(resource: unknown, type: string): Issue[] {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource))
    return [{ key: 'body-missing', values: { expected: type } }];
  const given = (resource as { resourceType?: unknown }).resourceType;
  if (given !== type) return [...wrongType(type, given).issues];
  const light = lighten(resource) as Resource;
  const { issues, safe } = checkShape(light, type);
  if (!safe) return issues;
  return dedupe([...issues, ...runMedplum(light), ...danglingReferences(light, type)]);
}

/** Findings after which the elements cannot be walked by their types. */
const unsafe = new Set([
  'body-missing',
  'wrong-resource-type',
  'json-type',
  'resource-unknown',
  'value-empty',
  'structure',
]);

/** Whether what was found leaves a resource that has the shape of its type. */
export const isWalkable = (issues: readonly Issue[]): boolean => !issues.some((i) => unsafe.has(i.key));

function runMedplum(resource: Resource): Issue[] {
  try {
    return validateResource(resource).filter(isTrue).map(toIssue);
  } catch (error) {
    if (error instanceof OperationOutcomeError) return error.outcome.issue.map(toIssue);
    throw error;
  }
}

/** Medplum takes whatever stands before the first slash for a type: of an absolute URL or a URN that says nothing. */
const isTrue = ({ details }: OperationOutcomeIssue): boolean =>
  !/^Invalid reference: got "(?![A-Z][A-Za-z]*")/.test(details?.text ?? '');

/** Medplum's sentences (4.5.2, `typeschema/validation.ts`) → rows of the error table. First match wins. */
const sentences: [RegExp, (match: RegExpExecArray, element: string) => Issue][] = [
  [/^Missing required property$/, (_, element) => ({ key: 'required', values: { element, rule: 'FHIR R4' } })],
  [/^Invalid (\w+) format$/, (m, element) => ({ key: 'value-format', values: { element, type: m[1] ?? '' } })],
  [
    /^(String must contain|String cannot be|Invalid numeric|Expected number)/,
    (m, element) => ({ key: 'value-invalid', values: { element, detail: m.input } }),
  ],
  [/^Invalid (empty|null) /, (_, element) => ({ key: 'value-empty', values: { element } })],
  [
    /^Invalid number of values: expected (\d+)\.\.(\S+), but found (\d+)/,
    (m, element) =>
      Number(m[3]) < Number(m[1])
        ? { key: 'required', values: { element, rule: 'FHIR R4' } }
        : { key: 'cardinality', values: { element, count: Number(m[3]), max: m[2] ?? '', rule: 'FHIR R4' } },
  ],
  [
    /^Constraint (\S+) not met: (.*)$/s,
    (m) => ({
      key: 'invariant',
      values: { key: m[1] ?? '', detail: m[2] ?? '' },
      ...(tolerated.has(m[1] ?? '') ? { severity: 'warning' as const } : {}),
    }),
  ],
  [
    /^Invalid reference: got "([^"]*)"/,
    (m, element) => ({
      key: 'reference-type',
      values: { element, given: (m[1] ?? '').slice(0, 64) },
      severity: 'warning',
    }),
  ],
];

function toIssue(found: OperationOutcomeIssue): Issue {
  const text = found.details?.text ?? '';
  const expression = found.expression?.[0];
  const place = expression === undefined ? {} : { expression };
  for (const [pattern, make] of sentences) {
    const match = pattern.exec(text);
    if (match) return { ...make(match, expression ?? ''), ...place };
  }
  return {
    key: 'structure',
    ...place,
    values: { detail: text },
    ...(found.severity === 'warning' ? { severity: 'warning' } : {}),
  };
}

/** `#id` must be contained in the same resource (R4 references.html#contained). Medplum ignores such references. */
function danglingReferences(resource: unknown, path: string): Issue[] {
  const issues: Issue[] = [];
  const visit = (value: unknown, here: string, ids: ReadonlySet<string>): void => {
    if (Array.isArray(value)) return value.forEach((item, i) => visit(item, `${here}[${i}]`, ids));
    if (typeof value !== 'object' || value === null) return;
    const node = value as Record<string, unknown>;
    // A resource that is not itself contained opens a new room of ids.
    const own = typeof node.resourceType === 'string' && !/\.contained\[\d+\]$/.test(here) ? idsOf(node) : ids;
    const { reference } = node;
    if (typeof reference === 'string' && reference.startsWith('#') && reference !== '#' && !own.has(reference.slice(1)))
      issues.push({
        key: 'reference-unresolved',
        expression: `${here}.reference`,
        values: { reference: shown(reference) },
      });
    for (const [name, item] of Object.entries(node)) if (typeof item === 'object') visit(item, `${here}.${name}`, own);
  };
  visit(resource, path, new Set());
  return issues;
}

function idsOf(resource: Record<string, unknown>): ReadonlySet<string> {
  const contained = Array.isArray(resource.contained) ? (resource.contained as { id?: unknown }[]) : [];
  return new Set(contained.map((c) => c.id).filter((id): id is string => typeof id === 'string'));
}

/**
 * The resource with long base64 left out: a regular expression over megabytes would cost more than the whole deposit (and
 * Medplum refuses strings over 1 MB); `content.ts` checks those bytes when it decodes them.
 */
function lighten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lighten);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value))
    out[name] = name === 'data' && typeof item === 'string' && item.length > 0 ? 'AA==' : lighten(item);
  return out;
}

/** One issue an element and a kind. */
function dedupe(issues: Issue[]): Issue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    const key = `${issue.key} ${issue.expression ?? ''} ${String(issue.values?.key ?? '')}`;
    return !seen.has(key) && seen.add(key);
  });
}

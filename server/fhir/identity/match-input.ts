/** What `Patient/$match` is asked: PDQm ITI-119, a Patient or Parameters with one (§2:3.119.4.1). */
import type { Patient } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Call } from '../interaction.ts';
import { readInput, type InputForm } from '../operations/parameters.ts';
import { hasErrors, validateBase } from '../validation/index.ts';

export interface MatchInput {
  patient: Patient;
  /** FHIRPath of the Patient. */
  path: string;
  onlyCertain: boolean;
  /** As many as that at most. */
  count?: number;
}

const form: InputForm = {
  operation: '$match',
  resource: 'resource',
  values: { onlyCertainMatches: ['valueBoolean'], count: ['valueInteger'] },
};

/** @throws IssueError match-modifier, operation-parameter…, and what is wrong with the Patient */
export function readMatch({ body, pairs }: Pick<Call, 'body' | 'pairs'>): MatchInput {
  const modifiers = modifiersIn(body, (body as { resourceType?: string } | null)?.resourceType ?? '');
  if (modifiers.length > 0) throw new IssueError(modifiers);
  const { resource, path, values } = readInput(body, pairs, form);
  const issues = validateBase(resource, 'Patient').map((i) => ({
    ...i,
    expression: (i.expression ?? '').replace(/^Patient\b/, path) || path,
  }));
  if (hasErrors(issues)) throw new IssueError(issues);
  const count = countOf(values['count']);
  return {
    patient: resource as Patient,
    path,
    onlyCertain: isTrue(values['onlyCertainMatches']),
    ...(count === undefined ? {} : { count }),
  };
}

/** What changes the meaning of an element and is not understood must not be overlooked. */
function modifiersIn(value: unknown, path: string): Issue[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => modifiersIn(item, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name === 'modifierExtension'
      ? [{ key: 'match-modifier', expression: `${path}.${name}` }]
      : modifiersIn(item, `${path}.${name}`),
  );
}

function isTrue(value: string | boolean | undefined): boolean {
  if (value === undefined || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw new IssueError({ key: 'operation-parameter', values: { name: 'onlyCertainMatches', detail: 'true, false' } });
}

function countOf(value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new IssueError({ key: 'operation-parameter', values: { name: 'count', detail: '1, 2, 3…' } });
}

/**
 * The in-parameters of an operation, however they came: in the query string (GET) or in a Parameters resource (POST).
 * FHIR R4 operations.html §3.2.0.1. A parameter that the operation does not have is refused: overlooked, a misspelt one
 * would change what the answer means.
 */
import { IssueError } from '../../mappings/outcome.ts';
import type { Pair } from '../search/pairs.ts';
import type { Call } from './interaction.ts';
import { validateBase } from './validation/index.ts';
import { wrongType } from './wrong-type.ts';

/** What a Parameters resource may hold at most. */
const mostParameters = 200;
const negotiated: readonly string[] = ['_format', '_pretty'];

interface Given {
  name?: unknown;
  [key: string]: unknown;
}

/**
 * Name and value of each parameter, as a query string would hold them: a Reference is its reference, an Identifier or
 * Coding `system|value`.
 * @param supported names of the operation's parameters
 * @throws IssueError `operation-parameter-unknown`, `operation-parameter`, `wrong-resource-type`, and what is wrong with Parameters
 */
export function operationPairs(call: Call, supported: readonly string[]): Pair[] {
  const pairs = [...call.pairs.filter(([name]) => !negotiated.includes(name)), ...bodyPairs(call.body)];
  for (const [name] of pairs)
    if (!supported.includes(name))
      throw new IssueError({
        key: 'operation-parameter-unknown',
        values: { name: name.replace(/[^\x20-\x7e]/g, '?').slice(0, 60), supported: supported.join(', ') },
      });
  return pairs;
}

/** The one value of a parameter; undefined when it is not given. @throws IssueError `operation-parameter` when it is repeated */
export function oneOf(pairs: readonly Pair[], name: string): string | undefined {
  const values = pairs.filter(([n]) => n === name).map(([, value]) => value);
  if (values.length > 1) throw new IssueError({ key: 'operation-parameter', values: { name, detail: '0..1' } });
  return values[0];
}

function bodyPairs(body: unknown): Pair[] {
  if (body === undefined) return [];
  const { resourceType, parameter } = body as { resourceType?: unknown; parameter?: unknown };
  if (resourceType !== 'Parameters') throw wrongType('Parameters', resourceType);
  if (parameter === undefined) return [];
  if (!Array.isArray(parameter) || parameter.length > mostParameters)
    throw new IssueError({ key: 'operation-parameter', values: { name: 'parameter', detail: `0..${mostParameters}` } });
  // Clients that have no parameter to send often send an empty list.
  if (parameter.length === 0) return [];
  const faults = validateBase(body, 'Parameters').filter((i) => (i.severity ?? 'error') === 'error');
  if (faults.length > 0) throw new IssueError(faults);
  return (parameter as (Given | null)[]).map((p, i): Pair => {
    const { name } = p ?? {};
    const value = textOf(p ?? {});
    if (typeof name !== 'string' || value === undefined)
      throw new IssueError({
        key: 'operation-parameter',
        expression: `Parameters.parameter[${i}]`,
        values: { name: typeof name === 'string' ? name.slice(0, 60) : '—', detail: 'name, value[x]' },
      });
    return [name, value];
  });
}

function textOf(parameter: Given): string | undefined {
  const [key, ...more] = Object.keys(parameter).filter((k) => k.startsWith('value'));
  if (key === undefined || more.length > 0) return undefined;
  const value = parameter[key];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const { reference, system, value: text, code } = value as Record<string, unknown>;
  if (typeof reference === 'string') return reference;
  const word = text ?? code;
  if (typeof word !== 'string') return undefined;
  return typeof system === 'string' ? `${system}|${word}` : word;
}

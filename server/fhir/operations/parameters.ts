/**
 * The input of an operation: a Parameters resource, or, when the operation has one resource to work on, that resource alone
 * (FHIR R4 operations.html#request); simple parameters may stand in the URL too.
 */
import type { Parameters, ParametersParameter, Resource } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Pair } from '../../search/pairs.ts';
import { validateBase } from '../validation/index.ts';

/** What an operation takes in. */
export interface InputForm {
  /** with `$`, for sentences */
  operation: string;
  /** Name of the parameter that holds the resource. */
  resource: string;
  /** Simple parameters, and the names of the value types in which they are taken. */
  values: Readonly<Record<string, readonly string[]>>;
}

export interface Input {
  /** As it was sent: nothing has looked at it. */
  resource: unknown;
  /** FHIRPath of the resource. */
  path: string;
  values: Readonly<Record<string, string | boolean | undefined>>;
}

/** Parameters of the interaction that are no input of the operation. */
const general = new Set(['_format', '_pretty', '_summary', '_elements']);

/**
 * Reads the input.
 * @throws IssueError operation-parameter-unknown, operation-parameter-required, cardinality, and what is wrong with Parameters
 */
export function readInput(body: unknown, pairs: readonly Pair[], form: InputForm): Input {
  const issues: Issue[] = [];
  const values: Record<string, string | boolean> = {};
  const known = [form.resource, ...Object.keys(form.values)];
  const take = (name: string, value: string | boolean | undefined, expression?: string): void => {
    const place = expression === undefined ? {} : { expression };
    if (!Object.hasOwn(form.values, name))
      issues.push({
        key: 'operation-parameter-unknown',
        ...place,
        values: { name: name.slice(0, 64), supported: known.join(', ') },
      });
    else if (value === undefined)
      issues.push({
        key: 'operation-parameter',
        ...place,
        values: { name, detail: (form.values[name] ?? []).join(', ') },
      });
    else if (name in values)
      issues.push({ key: 'cardinality', ...place, values: { element: name, count: 2, max: 1, rule: form.operation } });
    else values[name] = value;
  };
  for (const [name, value] of pairs) if (!general.has(name)) take(name, value);
  if (body === undefined)
    throw new IssueError([...issues, { key: 'body-missing', values: { expected: `Parameters, ${form.resource}` } }]);

  let resource: unknown;
  let path = '';
  if ((body as Resource).resourceType === 'Parameters') {
    // What is inside is for the operation to judge: here only the frame is.
    const frame = frameOf(body as Parameters);
    const faults = validateBase(frame, 'Parameters').filter((i) => (i.severity ?? 'error') === 'error');
    if (faults.length > 0) throw new IssueError(faults);
    (body as Parameters).parameter?.forEach((parameter, i) => {
      const here = `Parameters.parameter[${i}]`;
      if (parameter.name !== form.resource) take(parameter.name, simpleValue(parameter, form), here);
      else if (path !== '')
        issues.push({
          key: 'cardinality',
          expression: here,
          values: { element: form.resource, count: 2, max: 1, rule: form.operation },
        });
      else {
        resource = parameter.resource;
        path = `${here}.resource`;
      }
    });
    if (resource === undefined)
      issues.push({
        key: 'operation-parameter-required',
        expression: 'Parameters.parameter',
        values: { name: form.resource },
      });
  } else {
    resource = body;
    path = (body as Resource).resourceType;
  }
  if (issues.length > 0) throw new IssueError(issues);
  return { resource, path, values };
}

/** The Parameters with a small Binary in the place of each resource that is an object: its own validation comes apart. */
function frameOf(parameters: Parameters): unknown {
  const all: unknown = parameters.parameter;
  if (!Array.isArray(all)) return parameters;
  const parameter = all.map((p: unknown) => {
    const inside = (p as { resource?: unknown } | null)?.resource;
    return typeof inside === 'object' && inside !== null && !Array.isArray(inside)
      ? { ...(p as object), resource: { resourceType: 'Binary', contentType: 'text/plain' } }
      : p;
  });
  return { ...parameters, parameter };
}

/** The value in one of the types that the parameter is taken in. */
function simpleValue(parameter: ParametersParameter, { values }: InputForm): string | boolean | undefined {
  for (const type of values[parameter.name] ?? []) {
    const value = (parameter as unknown as Record<string, unknown>)[type];
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

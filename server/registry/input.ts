/** What an administrator sends, read by a schema: everything that is wrong with it, as issues of the error table. */
import { z } from 'zod';
import { IssueError, type Issue } from '../../mappings/outcome.ts';

/** `redirectUris[0]` */
const expressionOf = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('');

/** A message of a schema of ours is a form or an example, good in every language. */
function issueOf(problem: z.core.$ZodIssue): Issue {
  const expression = expressionOf(problem.path);
  const wrong = (expected: string): Issue => ({ key: 'registry-value', expression, values: { expected } });
  switch (problem.code) {
    case 'unrecognized_keys': {
      // Names of the sender's own: nothing but a word is repeated.
      const names = problem.keys.map((key) => key.replace(/\W/g, '?').slice(0, 40)).slice(0, 10);
      return { key: 'registry-property', values: { names: names.join(', ') }, ...(expression ? { expression } : {}) };
    }
    case 'invalid_type':
      return problem.input === undefined ? { key: 'registry-required', expression } : wrong(problem.expected);
    case 'invalid_value':
      return wrong(problem.values.map(String).join(' | '));
    case 'too_small':
      return wrong(`≥ ${problem.minimum}`);
    case 'too_big':
      return wrong(`≤ ${problem.maximum}`);
    default:
      return wrong(problem.message);
  }
}

/** @throws IssueError with everything that is wrong; no value is repeated */
export function readInput<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const read = schema.safeParse(given, { reportInput: true });
  if (read.success) return read.data;
  throw new IssueError(read.error.issues.map(issueOf));
}

/** One line that people read: bounded, without controls and marks that nobody sees. */
export const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]*$/u, '1 line');

/** A list in which nothing stands twice. */
export const distinct = <T extends z.ZodType<string>>(item: T, most = 200) =>
  z
    .array(item)
    .max(most)
    .refine((list) => new Set(list).size === list.length, '[a, b, …], a ≠ b');

/** A body that is another resource than the one asked for. */
import { IssueError } from '../../mappings/outcome.ts';

/** @param given what stands in `resourceType`; shown only when it is a name */
export function wrongType(expected: string, given: unknown): IssueError {
  const shown = typeof given === 'string' && /^[A-Za-z]{1,40}$/.test(given) ? given : '—';
  return new IssueError({
    key: 'wrong-resource-type',
    expression: 'resourceType',
    values: { expected, given: shown },
  });
}

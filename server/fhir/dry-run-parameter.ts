/** `_dryRun`, a parameter of every write. */
import { IssueError } from '../../mappings/outcome.ts';
import type { Call } from './interaction.ts';

export const dryRun = '_dryRun';

/**
 * `_dryRun=true`: everything is checked, nothing is written. Whoever misspells the value did not mean to write.
 * @throws IssueError on any other value than true and false
 */
export function isDryRun({ pairs }: Pick<Call, 'pairs'>): boolean {
  const given = pairs.filter(([name]) => name === dryRun).map(([, value]) => value);
  if (given.length > 1 || given.some((value) => value !== 'true' && value !== 'false')) {
    const values = { name: dryRun, detail: 'true | false' };
    throw new IssueError({ key: 'search-parameter-invalid', expression: dryRun, values });
  }
  return given[0] === 'true';
}

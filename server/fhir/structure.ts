/** The structure in whose name a call is answered: what a deposit says of it, and what it is called on record. */
import { IssueError } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import type { Structure } from '../registry/types.ts';
import type { Services } from './services.ts';

/** @throws IssueError structure-mismatch when it was withdrawn since the token was read */
export function structureOf(
  { structure }: Pick<Caller, 'structure'>,
  { structures }: Pick<Services, 'structures'>,
): Structure {
  const found = structures.of(structure.id);
  if (!found) throw new IssueError({ key: 'structure-mismatch' });
  return found;
}

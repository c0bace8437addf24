/** Who administers, and what stays on record of it. */
import type { ClientWrite, NewChange, RegistryStore, StructureWrite } from '../../store/types.ts';
import { IssueError } from '../../../mappings/outcome.ts';

/** In whose name a change is put on record: a person by the admin API, or an account of the machine by the command line. */
export type Author =
  { by: 'api'; person: string; client: string; structure: string; requestId?: string } | { by: 'cli'; account: string };

export type Action =
  | 'structure-add'
  | 'structure-set'
  | 'structure-withdraw'
  | 'structure-restore'
  | 'certificate-add'
  | 'certificate-withdraw'
  | 'client-add'
  | 'client-set'
  | 'client-withdraw'
  | 'client-restore'
  | 'client-new-secret';

/** What is kept of a change, in the store's sealed content. */
export interface ChangeContent {
  author: Author;
  /** Absent for what was not there before, or is not there after. */
  before?: unknown;
  after?: unknown;
}

/**
 * Writes, with its record.
 * @throws IssueError `registry-exists` or `registry-version` when somebody else was faster
 */
export async function write(
  store: RegistryStore,
  entry: StructureWrite | ClientWrite,
  change: { at: Date; action: Action; content: ChangeContent },
): Promise<void> {
  const done = await store.write(entry, change satisfies NewChange);
  if (done !== 'conflict') return;
  throw new IssueError(
    entry.expected === 0 ? { key: 'registry-exists' } : { key: 'registry-version', values: { current: '…' } },
  );
}

/** Whose take-overs a caller sees: an administrator all of the structure's, anybody else those of their client. */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { StoredTakeover, TakeoverViewer } from '../../store/types.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import type { Call } from '../interaction.ts';
import type { Services } from '../services.ts';
import type { Pair } from '../../search/pairs.ts';

export const viewerOf = ({ structure, clientId, isAdministrator }: Caller): TakeoverViewer =>
  isAdministrator === true ? { structure: structure.id } : { structure: structure.id, clientId };

/** The value of a parameter that there must be. @throws IssueError operation-parameter-required */
export function required(pairs: readonly Pair[], name: string): string {
  const value = oneOf(pairs, name)?.trim();
  if (!value) throw new IssueError({ key: 'operation-parameter-required', values: { name } });
  return value;
}

/** What an operation on one take-over was asked. @throws IssueError takeover-unknown, operation-parameter… */
export async function askedTakeover(
  call: Call,
  services: Services,
  others: readonly string[] = [],
): Promise<{ takeover: StoredTakeover; pairs: Pair[] }> {
  const pairs = operationPairs(call, ['takeover', ...others]);
  const takeover = await services.store.takeovers.byId(required(pairs, 'takeover'), viewerOf(call.caller));
  if (!takeover) throw new IssueError({ key: 'takeover-unknown' });
  return { takeover, pairs };
}

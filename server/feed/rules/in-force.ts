/** The feeding rules of a structure as they are kept, and the version that is in force. */
import type { Author } from '../../registry/administration/index.ts';
import type { RulesStore, StoredRules } from '../../store/types.ts';
import type { Policy } from './evaluate.ts';
import type { FeedingRules } from './model.ts';

/** Content of a stored version; was read by the form of its day. */
export interface RulesContent {
  rules: FeedingRules;
  author: Author;
}

export const contentOf = ({ content }: StoredRules): RulesContent => content as RulesContent;

/** @returns undefined when the structure has recorded none that is in force: everything goes on */
export async function policyOf(store: RulesStore, structure: string): Promise<Policy | undefined> {
  const found = await store.inForce(structure);
  return found && { version: found.number, rules: contentOf(found).rules };
}

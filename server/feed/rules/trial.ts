/** What would happen with a document, by the rules in force or by others that are thought of: nothing is kept, and no DMP is asked. */
import { z } from 'zod';
import { visibilities, type Visibility } from '../../../mappings/attributes.ts';
import { readInput } from '../../registry/input.ts';
import type { FeedLane, RulesStore } from '../../store/types.ts';
import { evaluate, type Facts, type Policy } from './evaluate.ts';
import { policyOf } from './in-force.ts';
import { feedingRules, verdicts } from './model.ts';

export const trialInput = z.strictObject({
  /** With or without its bytes; checked by the FHIR engine. */
  document: z.looseObject({ resourceType: z.literal('DocumentReference') }),
  lane: z.enum(['live', 'takeover']).default('live'),
  /** To be tried instead of those in force. */
  rules: feedingRules.optional(),
});

export const trial = z.strictObject({
  verdict: z.enum(verdicts),
  /** Absent: no rules are in force. */
  by: z
    .strictObject({
      /** 0: the rules that were sent along. */
      version: z.int().min(0),
      rule: z.string(),
      reference: z.string(),
      reason: z.string().optional(),
    })
    .optional(),
  visibility: z.array(z.enum(visibilities)),
  /** What the document was judged by, in the words of the rules. */
  facts: z.looseObject({}),
});
export interface Trial extends Omit<z.output<typeof trial>, 'facts' | 'visibility'> {
  visibility: readonly Visibility[];
  facts: Facts;
}

/** Reads a DocumentReference as a deposit would. @throws IssueError with what is wrong with it */
export type ReadDraft = (document: unknown, lane: FeedLane) => Facts;

/** @param given JSON: see `trialInput`. @throws IssueError */
export async function tryOut(given: unknown, structure: string, store: RulesStore, read: ReadDraft): Promise<Trial> {
  const { document, lane, rules } = readInput(trialInput, given);
  const policy: Policy | undefined = rules ? { version: 0, rules } : await policyOf(store, structure);
  const facts = read(document, lane);
  return { ...evaluate(policy, facts), facts };
}

/**
 * The structure's feeding rules (server/feed/rules) applied to what is deposited, whichever way it comes: each document is judged by its
 * entry once that is made, and gets its initial visibility before anything is made of it; a submission goes by the strictest.
 */
import { z } from 'zod';
import { visibilities, visibilityOf, withVisibility } from '../../../mappings/attributes.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { evaluate, strictest, type Policy, type Ruling } from '../../feed/rules/evaluate.ts';
import { policyOf } from '../../feed/rules/in-force.ts';
import { verdicts } from '../../feed/rules/model.ts';
import type { FeedLane } from '../../store/types.ts';
import type { Services } from '../services.ts';
import type { Prepared } from './prepare.ts';
import { toReserve } from './reservation.ts';
import { factsOf, type Origin } from './rule-facts.ts';

/** What is kept of a ruling, with the document that it is about: no person, no free text. Without a version no rules were in force. */
export const keptRulingShape = z.object({
  uniqueId: z.string(),
  verdict: z.enum(verdicts),
  version: z.int().optional(),
  rule: z.string().optional(),
  visibility: z.array(z.enum(visibilities)).readonly(),
});
export type KeptRuling = z.output<typeof keptRulingShape>;

/** By what a deposit is judged, the same for all of its documents. */
export interface Rulebook {
  policy: Policy | undefined;
  lane: FeedLane;
  /** What was decided when it was taken into the feed: not held a second time, and not seen by more than it was then. */
  decided: readonly KeptRuling[];
}

/** How a deposit comes. */
export interface Intaken {
  /** By default `live`. */
  lane?: FeedLane;
  /** See `Rulebook`; absent: nothing was decided yet. */
  decided?: readonly KeptRuling[];
}

export async function rulebookOf(
  { structure }: Caller,
  { lane = 'live', decided = [] }: Intaken,
  { store }: Pick<Services, 'store'>,
): Promise<Rulebook> {
  return { policy: await policyOf(store.feedingRules, structure.id), lane, decided };
}

/** A document as the rules leave it. */
export interface Ruled {
  entry: DocumentEntry;
  ruling: Ruling;
  /** What was added to its visibility. */
  issues: Issue[];
}

/** Judges a document, and gives it its initial visibility. @param path FHIRPath of its DocumentReference */
export function applyRules(
  entry: DocumentEntry,
  path: string,
  origin: Origin,
  { policy, lane, decided }: Rulebook,
): Ruled {
  const ruling = evaluate(policy, factsOf(entry, origin, lane));
  const before = visibilityOf(entry.confidentialityCodes);
  const earlier = decided.filter(({ uniqueId }) => uniqueId === entry.uniqueId).flatMap((d) => d.visibility);
  const wanted = new Set([...before, ...ruling.visibility, ...earlier]);
  const added = [...wanted].filter((v) => !before.has(v));
  if (added.length === 0) return { entry, ruling, issues: [] };
  return {
    entry: { ...entry, confidentialityCodes: withVisibility(entry.confidentialityCodes, wanted) },
    ruling,
    issues: [
      {
        key: 'feeding-rule-visibility',
        severity: 'information',
        expression: `${path}.securityLabel`,
        values: { ...valuesOf(ruling), labels: added.join(', ') },
      },
    ],
  };
}

/** For the sentences of the error table. */
function valuesOf({ by }: Ruling): Record<string, string | number> {
  if (by === undefined) return {};
  const { version, rule, reference, reason } = by;
  return { version, rule, reference, ...(reason === undefined ? {} : { reason: reason.replace(/[\s.]+$/, '') }) };
}

type Judged = Pick<Prepared, 'path' | 'ruling'> & { entry: Pick<DocumentEntry, 'uniqueId'> };

/** To be kept with what was deposited. */
export const keptRuling = ({ entry: { uniqueId }, ruling: { verdict, by, visibility } }: Judged): KeptRuling => ({
  uniqueId,
  verdict,
  ...(by === undefined ? {} : { version: by.version, rule: by.rule }),
  visibility,
});

/** What the rules say of a submission, of each document that is as strictly judged as any; nothing when there are none. */
export function rulingIssues(documents: readonly Judged[]): Issue[] {
  const verdict = strictest(documents.map((d) => d.ruling))?.verdict;
  return documents
    .filter(({ ruling }) => ruling.by !== undefined && ruling.verdict === verdict)
    .map(({ ruling, path }) => ({
      key: `feeding-rule-${ruling.verdict}`,
      ...(ruling.verdict === 'never' ? {} : { severity: 'information' as const }),
      expression: path,
      values: valuesOf(ruling),
    }));
}

/** What is to be submitted, or kept. */
interface Candidate {
  ins: PatientIns;
  documents: readonly Prepared[];
}

/** The rules want a person to release it: nothing was sent, nothing is kept. Whoever deposits may have it kept as proposed. */
export class NeedsRelease extends Error {
  override name = 'NeedsRelease';
}

/** @throws NeedsRelease; IssueError feeding-rule-never */
export async function requireAutomatic(...[candidate, intaken, services]: Parameters<typeof ruleOn>): Promise<void> {
  if ((await ruleOn(candidate, intaken, services)) === 'manual') throw new NeedsRelease();
}

/**
 * What becomes of a submission. What was decided when it was taken into the feed is not asked again, but for `never`; what is in the
 * DMP already is not judged: the answer says where it is.
 * @returns whether it goes on, or waits for a person to release it
 * @throws IssueError feeding-rule-never
 */
export async function ruleOn(
  candidate: Candidate,
  { decided }: Intaken,
  services: Pick<Services, 'store' | 'config' | 'note'>,
): Promise<'automatic' | 'manual'> {
  const ruling = strictest(candidate.documents.map((d) => d.ruling));
  if (ruling?.by === undefined) return 'automatic';
  const { verdict, by } = ruling;
  services.note?.({ feedingRules: by.version, feedingRule: by.rule, feedingVerdict: verdict });
  if (verdict === 'automatic' || (verdict === 'manual' && decided !== undefined)) return 'automatic';
  if (await areDeposited(candidate, services)) return 'automatic';
  if (verdict === 'never') throw new IssueError(rulingIssues(candidate.documents));
  return 'manual';
}

async function areDeposited(
  { documents, ins }: Candidate,
  { store, config }: Pick<Services, 'store' | 'config'>,
): Promise<boolean> {
  const foreseen = await store.documents.foresee(
    documents.map((d) => toReserve(d, '', '', config.REPOSITORY_UNIQUE_ID)),
    ins,
  );
  return foreseen.every(({ state }) => state === 'existing');
}

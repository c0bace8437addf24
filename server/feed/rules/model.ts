/**
 * Feeding rules: what an establishment decided to send, after its medical commission (docs/feeding-rules.md). A version is a decision
 * (date, reference), an ordered list of rules, and what becomes of the documents that no rule names. Strict and bounded: a word that is
 * not understood would be a rule that is not applied. Codes are those of the DMP's value sets (JDV, editions of 2024).
 */
import { z } from 'zod';
import { visibilities } from '../../../mappings/attributes.ts';
import { valueSets, type ValueSetName } from '../../../mappings/terminology/valuesets.ts';
import { distinct, text } from '../../registry/input.ts';

/**
 * - `automatic`: goes on;
 * - `manual`: kept as proposed, for a person to release;
 * - `never`: refused.
 */
export const verdicts = ['automatic', 'manual', 'never'] as const;
export type Verdict = (typeof verdicts)[number];

/**
 * How far a document has come. XDS has no word for it and PDSm forbids `docStatus`, whose words these are:
 * - `preliminary`: nobody is named who answers for it (`authenticator`, the CDA's legalAuthenticator), or its CDA says that what it
 *   reports is not over (`serviceEvent/statusCode` active);
 * - `amended`: else, when it replaces an earlier one;
 * - `final`: else.
 */
export const statuses = ['preliminary', 'final', 'amended'] as const;
export type DocumentStatus = (typeof statuses)[number];

const most = 100;

const codes = (...names: ValueSetName[]) => {
  const known = new Set(names.flatMap((name) => [...valueSets[name].codes.values()].flatMap((of) => [...of])));
  const title = names.map((name) => valueSets[name].title).join(', ');
  return some(z.string().refine((code) => known.has(code), title));
};
/** One of several: an empty list would match nothing, which nobody means. */
const some = <T extends z.ZodType<string>>(item: T) => distinct(item, most).min(1);

/** JDV_J01 has professions with their specialties (`G15_10/SM26`): a profession alone stands for all of its own. */
const specialties = [...valueSets.J01.codes.values()].flatMap((of) => [...of]);
const profession = z
  .string()
  .refine((code) => specialties.some((s) => s === code || s.startsWith(`${code}/`)), valueSets.J01.title);

/** Of one and the same author: all that is said here. */
const author = z
  .strictObject({
    profession: some(profession).optional(),
    /** Code of the author's role, e.g. of TRE_R85. */
    role: some(text(64)).optional(),
    /** PS_IdNat, or `<structure>/<id>`. */
    person: some(text(80)).optional(),
    /** Of the structure or service for which the author writes, as the document says it. */
    institution: some(text(80)).optional(),
    /** Whether that author is who deposits; false: none of the authors is. */
    isDepositor: z.boolean().optional(),
  })
  .refine((of) => Object.keys(of).length > 0, '{ profession: […] }');

/** Whole days since the document was made. */
const age = z
  .strictObject({ atLeastDays: z.int().min(0).max(50_000), lessThanDays: z.int().min(1).max(50_000) })
  .partial()
  .refine(({ atLeastDays = 0, lessThanDays = Infinity }) => atLeastDays < lessThanDays, 'atLeastDays < lessThanDays')
  .refine((of) => Object.keys(of).length > 0, '{ atLeastDays: 365 }');

/** All that is said must hold; of a list, one. Empty: every document. */
const when = z.strictObject({
  type: codes('J66').optional(),
  class: codes('J57').optional(),
  practiceSetting: codes('J04').optional(),
  format: codes('J60').optional(),
  /** Levels and visibilities that the depositor gave. */
  confidentiality: codes('J58').optional(),
  author: author.optional(),
  status: some(z.enum(statuses)).optional(),
  lane: z.enum(['live', 'takeover']).optional(),
  age: age.optional(),
});
export type When = z.output<typeof when>;

const outcome = {
  then: z.enum(verdicts),
  /** Told to whoever deposits. */
  reason: text(500).optional(),
  /** Added to what the depositor asked for; nothing is ever taken away. */
  visibility: some(z.enum(visibilities)).optional(),
};
const isWithout = ({ then, visibility }: { then: Verdict; visibility?: unknown }): boolean =>
  then !== 'never' || visibility === undefined;
const noVisibility = { message: 'never: –', path: ['visibility'] };

const ruleName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'a-z 0-9 -');
/** What stands for the rule where none has matched. */
export const otherwiseName = 'otherwise';

const rule = z
  .strictObject({ name: ruleName.refine((name) => name !== otherwiseName, `≠ ${otherwiseName}`), when, ...outcome })
  .refine(isWithout, noVisibility);

/** What an administrator sends. */
export const feedingRules = z.strictObject({
  decision: z.strictObject({ date: z.iso.date(), reference: text(200) }),
  /** Absent: from when it is recorded. */
  effectiveFrom: z.iso.datetime({ offset: true }).optional(),
  /** The first that matches decides. */
  rules: z
    .array(rule)
    .max(500)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, '[{ name: a }, { name: b }, …], a ≠ b'),
  /** What no rule names: for a person to release, unless the decision says otherwise. */
  otherwise: z.strictObject(outcome).refine(isWithout, noVisibility).default({ then: 'manual' }),
});
export type FeedingRules = z.output<typeof feedingRules>;
export type Outcome = FeedingRules['otherwise'];

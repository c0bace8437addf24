/**
 * What the rules say of a document: a pure function over what is known of it when it has been prepared. The first rule that matches
 * decides; a set goes by the strictest of its documents.
 */
import type { Visibility } from '../../../mappings/attributes.ts';
import type { FeedLane } from '../../store/types.ts';
import { otherwiseName, verdicts, type DocumentStatus, type FeedingRules, type Verdict, type When } from './model.ts';

export interface AuthorFacts {
  /** PS_IdNat */
  person?: string;
  /** Codes of TRE_A02 (`G15_10/SM26`), or of another list of professions. */
  professions: readonly string[];
  roles: readonly string[];
  /** Identifiers. */
  institutions: readonly string[];
  isDepositor: boolean;
}

/** What a document is judged by: codes alone, as its DocumentEntry will say them. */
export interface Facts {
  type?: string;
  class?: string;
  practiceSetting?: string;
  format?: string;
  confidentiality: readonly string[];
  authors: readonly AuthorFacts[];
  status: DocumentStatus;
  lane: FeedLane;
  /** Since it was made. */
  ageDays?: number;
}

/** The rules in force. */
export interface Policy {
  version: number;
  rules: FeedingRules;
}

/** What was decided of a document, and by what. */
export interface Ruling {
  verdict: Verdict;
  /** Absent: the structure has recorded no rules. */
  by?: {
    version: number;
    /** Name of the rule, or `otherwise`. */
    rule: string;
    /** Of the decision. */
    reference: string;
    reason?: string;
  };
  /** To be added. */
  visibility: readonly Visibility[];
}

const among = (asked: readonly string[], said: string | undefined): boolean =>
  said !== undefined && asked.includes(said);
const some = (asked: readonly string[] | undefined, said: readonly string[]): boolean =>
  asked === undefined || said.some((one) => asked.includes(one));

function matchesAuthor({ isDepositor, ...asked }: NonNullable<When['author']>, { authors }: Facts): boolean {
  if (isDepositor === false && authors.some((a) => a.isDepositor)) return false;
  return authors.some(
    (a) =>
      (isDepositor !== true || a.isDepositor) &&
      // A profession alone stands for all its specialties.
      some(
        asked.profession,
        a.professions.flatMap((p) => [p, p.replace(/\/.*/, '')]),
      ) &&
      some(asked.role, a.roles) &&
      some(asked.person, a.person === undefined ? [] : [a.person]) &&
      some(asked.institution, a.institutions),
  );
}

/** Of each condition, whether it holds. What a document does not say meets no condition. */
const conditions: { readonly [K in keyof When]-?: (asked: NonNullable<When[K]>, facts: Facts) => boolean } = {
  type: (asked, facts) => among(asked, facts.type),
  class: (asked, facts) => among(asked, facts.class),
  practiceSetting: (asked, facts) => among(asked, facts.practiceSetting),
  format: (asked, facts) => among(asked, facts.format),
  confidentiality: (asked, facts) => some(asked, facts.confidentiality),
  author: matchesAuthor,
  status: (asked, facts) => among(asked, facts.status),
  lane: (asked, facts) => asked === facts.lane,
  age: ({ atLeastDays = 0, lessThanDays = Infinity }, { ageDays }) =>
    ageDays !== undefined && ageDays >= atLeastDays && ageDays < lessThanDays,
};

function matches(when: When, facts: Facts): boolean {
  return (Object.keys(when) as (keyof When)[]).every((name) => {
    const asked = when[name];
    const holds = conditions[name] as (asked: unknown, facts: Facts) => boolean;
    return asked === undefined || holds(asked, facts);
  });
}

/** @param policy absent: no rules were recorded, and everything goes on */
export function evaluate(policy: Policy | undefined, facts: Facts): Ruling {
  if (policy === undefined) return { verdict: 'automatic', visibility: [] };
  const { version, rules } = policy;
  const found = rules.rules.find(({ when }) => matches(when, facts));
  const { then, reason, visibility = [] } = found ?? rules.otherwise;
  return {
    verdict: then,
    by: {
      version,
      rule: found?.name ?? otherwiseName,
      reference: rules.decision.reference,
      ...(reason === undefined ? {} : { reason }),
    },
    visibility,
  };
}

/** The one that a set goes by: never before manual before automatic; undefined without documents. */
export function strictest<R extends Pick<Ruling, 'verdict'>>(rulings: readonly R[]): R | undefined {
  const rank = ({ verdict }: R): number => verdicts.indexOf(verdict);
  return rulings.reduce<R | undefined>((worst, one) => (worst && rank(worst) >= rank(one) ? worst : one), undefined);
}

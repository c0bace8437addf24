/**
 * One resource against one profile: R4, the rows of the profile, its constraints. What a deposit, a dry run, `$validate` and
 * the façade's own answers are held against is this.
 */
import type { Issue } from '../../../mappings/outcome.ts';
import { isWalkable, validateBase } from './engine.ts';
import { extensionIssues } from './extensions.ts';
import { invariantIssues } from './invariants.ts';
import { profiles } from './pdsm-rules.ts';
import { applyRules, type Edition } from './rules.ts';

export type ProfileName = keyof typeof profiles;

/** FHIR type that each profile constrains. */
export const typeOfProfile: Readonly<Record<ProfileName, 'DocumentReference' | 'List' | 'Bundle'>> = {
  simplified: 'DocumentReference',
  comprehensive: 'DocumentReference',
  submissionSet: 'List',
  folder: 'List',
  provideBundle: 'Bundle',
};

/**
 * Validates any JSON value against a profile.
 * @returns every problem, each element and kind once; `severity` absent means error
 */
export function validateAgainst(value: unknown, profile: ProfileName, edition: Edition = 'pdsm'): Issue[] {
  const type = typeOfProfile[profile];
  const base = validateBase(value, type);
  // What is no such resource, or without measure, is not looked at any closer.
  if (base.some((i) => ['body-missing', 'wrong-resource-type', 'structure'].includes(i.key))) return base;
  const { name, rules } = profiles[profile];
  const more = [
    ...applyRules(value as object, rules, type, edition, name),
    ...extensionIssues(value as object, type),
    ...(edition === 'pdsm' && isWalkable(base) ? invariantIssues(value as object, profile, type) : []),
  ];
  const keyOf = ({ key, expression = '' }: Issue): string => `${key} ${expression}`;
  const known = new Set(base.map(keyOf));
  return [...base, ...more.filter((m) => !known.has(keyOf(m)))];
}

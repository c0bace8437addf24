/**
 * What the recorded consents of a patient say of an access, without asking anybody: pure. Feeding needs the non-opposition,
 * consultation the consent; oppositions to emergency access close only that. (Issue of the editors' rules; access authorisation is
 * not needed to feed: dmp-wire §8.)
 */
import { isValid } from '../../mappings/consent/authorization.ts';
import type { Issue } from '../../mappings/outcome.ts';
import type { Config } from '../config.ts';
import type { PurposeOfUse } from '../dmp/types.ts';
import type { ConsentTopic, StoredAuthorization, StoredConsent } from '../store/types.ts';

/** What a decision looks at. */
export type Decision = Pick<StoredConsent, 'topic' | 'status' | 'decision' | 'from' | 'until'>;

/** What is in force now: recorded, not withdrawn, within its period. */
export function inForce(decisions: readonly Decision[], topic: ConsentTopic, now: Date): 'permit' | 'deny' | undefined {
  return decisions.find(
    (d) =>
      d.topic === topic &&
      d.status === 'active' &&
      (d.from === undefined || d.from <= now) &&
      (d.until === undefined || now < d.until),
  )?.decision;
}

/** Topics that something must be permitted for, with their settings and rows of the error table. */
const required = {
  feeding: { setting: 'CONSENT_FEEDING', missing: 'consent-feeding-missing', denied: 'consent-feeding-opposed' },
  consultation: {
    setting: 'CONSENT_CONSULTATION',
    missing: 'consent-consultation-missing',
    denied: 'consent-consultation-refused',
  },
} as const;

/** Oppositions, by the purpose that they close. */
const oppositions: Partial<Record<PurposeOfUse, { topic: ConsentTopic; key: string }>> = {
  bris_de_glace: { topic: 'break-glass', key: 'consent-break-glass-opposed' },
  centre_15: { topic: 'regulation', key: 'consent-regulation-opposed' },
};

/** What keeps a structure from feeding. */
export function feedingIssues(decisions: readonly Decision[], config: Config, now: Date): Issue[] {
  return requiredIssues('feeding', decisions, config, now);
}

/**
 * What keeps a structure's professional from reading, as far as it is recorded here. In an emergency the consent is not asked for:
 * only an opposition closes it.
 */
export function consultationIssues(
  decisions: readonly Decision[],
  purpose: PurposeOfUse,
  config: Config,
  now: Date,
): Issue[] {
  if (purpose === 'normal') return requiredIssues('consultation', decisions, config, now);
  const opposition = oppositions[purpose];
  return opposition && inForce(decisions, opposition.topic, now) === 'deny' ? [{ key: opposition.key }] : [];
}

function requiredIssues(
  topic: keyof typeof required,
  decisions: readonly Decision[],
  config: Config,
  now: Date,
): Issue[] {
  const { setting, missing, denied } = required[topic];
  const decision = inForce(decisions, topic, now);
  if (decision === 'deny') return [{ key: denied }];
  return decision === 'permit' || config[setting] === 'presumed' ? [] : [{ key: missing }];
}

/**
 * Whether what is remembered of an authorisation may still be believed.
 * @param structure Struct_IdNat for which the professional acts: what was said of them elsewhere says nothing here
 */
export function isFresh(known: StoredAuthorization | undefined, structure: string, config: Config, now: Date): boolean {
  if (!known?.checkedAt || known.checkedFor !== structure || !isValid(known.status)) return false;
  return known.checkedAt.getTime() + config.AUTHORIZATION_TTL_SECONDS * 1000 > now.getTime();
}

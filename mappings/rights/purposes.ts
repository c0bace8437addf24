/**
 * What an access that is not « normal » must satisfy before the DMP is called: « bris de glace » for one patient, with a reason,
 * for a short time, whose identity was confirmed; « centre_15 » for regulation centres only. Pure rules: the gate
 * (`server/consent/`) asks them, and refuses with the issues that they return. TRE_R248; dmp-wire §1.4, §6 and §8.
 */
import type { PatientFacts } from '../hl7v3/facts.ts';
import { lettersOf, sameGiven } from '../identity/names.ts';
import type { PatientId } from '../ins.ts';
import type { Issue } from '../outcome.ts';
import { isPurposeful } from './reason.ts';

/** Of a requester, what these rules look at (`Requester` of the DMP client fits). */
export interface PurposefulRequester {
  purpose: string;
  reason?: string;
  /** Only with `bris_de_glace`: the one patient of the token, and when it was issued. */
  emergency?: { patient: PatientId; grantedAt: Date };
}

export interface EmergencyLimits {
  now: Date;
  /** Time-box, from the issue of the token: BREAK_GLASS_MINUTES. */
  minutes: number;
  /** Characters of the reason: BREAK_GLASS_REASON_MIN. */
  reasonMin: number;
}

/** When an emergency access ends: not included. */
export const emergencyEnd = (grantedAt: Date, minutes: number): Date =>
  new Date(grantedAt.getTime() + minutes * 60_000);

/**
 * What forbids a « bris de glace » call; nothing for other purposes. (That it is for professionals of Pro Santé Connect with an
 * RPPS number is the rule of the VIHF mode: `server/dmp/rights.ts`.)
 * @param patient the patient of the call. A call about no patient is refused too: the token opens one record, and nothing else.
 */
export function emergencyProblems(
  requester: PurposefulRequester,
  patient: PatientId | undefined,
  { now, minutes, reasonMin }: EmergencyLimits,
): Issue[] {
  const { purpose, reason, emergency } = requester;
  if (purpose !== 'bris_de_glace') return [];
  const issues: Issue[] = [];
  if (!isPurposeful(reason ?? '', reasonMin)) issues.push({ key: 'break-glass-reason', values: { least: reasonMin } });
  const opened = emergency?.patient;
  if (!patient || opened?.value !== patient.value || opened.oid !== patient.oid)
    issues.push({ key: 'break-glass-patient' });
  if (emergency && now >= emergencyEnd(emergency.grantedAt, minutes))
    issues.push({ key: 'break-glass-expired', values: { minutes } });
  return issues;
}

/** What forbids a call that was granted for one patient only (`patient/` scopes) about another, or about none. */
export function reachProblems({ onlyPatient }: { onlyPatient?: PatientId }, patient: PatientId | undefined): Issue[] {
  if (!onlyPatient || (patient?.value === onlyPatient.value && patient.oid === onlyPatient.oid)) return [];
  return [{ key: 'launch-patient' }];
}

/** What forbids a « centre_15 » call at this establishment; nothing for other purposes. */
export function regulationProblems(
  { purpose }: Pick<PurposefulRequester, 'purpose'>,
  { REGULATION_STRUCTURE }: { REGULATION_STRUCTURE: boolean },
): Issue[] {
  return purpose === 'centre_15' && !REGULATION_STRUCTURE ? [{ key: 'regulation-only' }] : [];
}

/** Names of the traits, as the token's claim `confirmed_patient` calls them. */
export type Trait = 'family_name' | 'given_name' | 'birthdate';

/** What a professional confirmed; `birthDate` is yyyy-mm-dd. */
export interface ConfirmedTraits {
  family: string;
  given: string;
  birthDate: string;
}

/** As far as the DMP says the date: some are known by year or month only, with 00 for the rest. */
function isBirthDate(confirmed: string, said: string | undefined): boolean {
  const digits = (said ?? '').slice(0, 8).replace(/^(\d{4}|\d{6})00.*$/, '$1');
  return /^\d{4}(\d{2}){0,2}$/.test(digits) && confirmed.replaceAll('-', '').startsWith(digits);
}

/**
 * Holds what the professional confirmed against what the DMP answers (TD0.2).
 * @returns the names of the traits that differ, for `break-glass-traits`; what the DMP does not say counts as different.
 * The family name may be the one in use or the one at birth, the given name the first one or ones.
 */
export function traitsConfirmed(
  confirmed: ConfirmedTraits,
  { name, birthDate }: Pick<PatientFacts, 'name' | 'birthDate'>,
): Trait[] {
  const family = lettersOf(confirmed.family);
  const families = [name?.usage, name?.birth].flatMap((n) => (n === undefined ? [] : lettersOf(n)));
  const right: Record<Trait, boolean> = {
    family_name: family !== '' && families.includes(family),
    given_name: sameGiven([confirmed.given], name?.given ?? []),
    birthdate: isBirthDate(confirmed.birthDate, birthDate),
  };
  return (Object.keys(right) as Trait[]).filter((trait) => !right[trait]);
}

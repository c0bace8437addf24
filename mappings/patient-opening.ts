/**
 * The day on which a patient consented to the opening (TD1.1) or reopening (TD1.2) of a DMP: CONSENTEMENT_OUVERTURE_DMP and
 * CONSENTEMENT_REACTIVATION_DMP want it (golden td1-1, td1-2). In a Patient it stands in an extension of ours. An opening also says
 * whether the patient opposes the two accesses in emergency (golden td1-1): neither answer is presumed.
 */
import type { Patient } from '@medplum/fhirtypes';
import { dtmDate } from './codecs/dtm.ts';
import { oppositionCodes, type Oppositions } from './hl7v3/registration.ts';
import type { Issue } from './outcome.ts';
import { patientExtensions } from './patient-extensions.ts';

/** What is expected of such a day, for the sentence of a refusal. */
export const consentDayForm = 'YYYY-MM-DD, ≤ aujourd’hui / today';

/** The day is local, and may have begun as many milliseconds before it does in UTC (UTC+14). */
const earliestZone = 14 * 3_600_000;

/** A whole day that is not to come, as yyyyMMdd. */
export function consentDay(text: string, now: Date): string | undefined {
  const day = dtmDate.encode(text);
  const latest = new Date(now.getTime() + earliestZone).toISOString().slice(0, 10);
  return day?.length === 8 && text <= latest ? day : undefined;
}

/** The day that a Patient says, or the issue why there is none. */
export function openingConsent(patient: Patient, now: Date): string | Issue {
  const element = `Patient.extension('${patientExtensions.consent}')`;
  const said = patient.extension?.find((e) => e.url === patientExtensions.consent)?.valueDate;
  if (said === undefined) return { key: 'administrative-missing', expression: element, values: { element } };
  const day = consentDay(said, now);
  if (day !== undefined) return day;
  return { key: 'administrative-value', expression: element, values: { element, expected: consentDayForm } };
}

/** An issue for each opposition that an opening must say, yes or no, and does not. */
export function openingOppositions(said: Oppositions): Issue[] {
  return (['breakGlass', 'regulation'] as const)
    .filter((which) => said[which] === undefined)
    .map((which) => {
      const place = `Patient.extension('${patientExtensions.observation}')`;
      return {
        key: 'administrative-missing',
        expression: place,
        values: { element: `${place} ${oppositionCodes[which]}` },
      };
    });
}

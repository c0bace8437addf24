/**
 * The patients that TD0.5 finds by traits, as entries of a searchset (PDQm ITI-78; FHIR R4 Patient `$match`). Emergency
 * regulation must see the traits to choose: they are the DMP's, and tagged as such.
 */
import type { BundleEntry, Extension, Patient } from '@medplum/fhirtypes';
import type { ExistenceAnswer, PatientFacts } from './hl7v3/facts.ts';
import type { PatientId } from './ins.ts';
import { recordExtensions } from './patient-extensions.ts';
import { insIdentifiers, insOf, patientMeta, some, traitsOf } from './patient-traits.ts';

export const matchGradeUrl = 'http://hl7.org/fhir/StructureDefinition/match-grade';

export interface Candidate {
  /** Who it is; a patient without INS cannot be asked about, and is none. */
  ins: PatientId;
  facts: PatientFacts;
  /** 0 to 1, as the DMP says it in percent */
  score?: number;
  grade: MatchGrade;
}

export type MatchGrade = 'probable' | 'possible';

/**
 * Never `certain`: the DMP's percentage says how well the criteria fit, which may have been a name and a year, and identity is
 * for the regulator to establish. The bound of 90 % is ours.
 */
const gradeOf = (score: number | undefined): MatchGrade =>
  score !== undefined && score >= 0.9 ? 'probable' : 'possible';

/** The candidates of an answer, the best first; those of one score in the order of the DMP. */
export function candidates(answer: ExistenceAnswer): Candidate[] {
  return answer.patients
    .flatMap((facts): Candidate[] => {
      const ins = insOf(facts.identifiers);
      const score = scoreOf(facts.matchPercent);
      return ins ? [{ ins, facts, grade: gradeOf(score), ...(score === undefined ? {} : { score }) }] : [];
    })
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
}

function scoreOf(percent: number | undefined): number | undefined {
  return percent === undefined || !(percent >= 0 && percent <= 100) ? undefined : percent / 100;
}

/** A candidate as a Patient, with the oppositions that the DMP says (dmp-observation). */
export function candidatePatient({ facts }: Candidate, { id }: { id: string }): Patient {
  return {
    resourceType: 'Patient',
    id,
    meta: patientMeta('show'),
    ...some('extension', recordExtensions({}, facts.observations)),
    ...some('identifier', insIdentifiers(facts.identifiers)),
    active: facts.status === 'active',
    ...traitsOf(facts),
  };
}

/** `Bundle.entry.search` of a candidate: mode, score and match-grade. */
export function candidateSearch({ score, grade }: Candidate): NonNullable<BundleEntry['search']> {
  const extension: Extension[] = [{ url: matchGradeUrl, valueCode: grade }];
  return { extension, mode: 'match', ...(score === undefined ? {} : { score }) };
}

/**
 * How reliable an identity is said to be: fr-core-identity-reliability of a Patient (spec/fhir.md C.1, auth §1.5).
 *
 * Only a qualified identity may feed the DMP: its status is « validée » and an INS is among its identifiers. fr-core 2.1.0 has
 * no status « qualifiée » (VALI plus an INS is one, fr-core-1); its newer branch has `QUAL`. Every other status is no.
 *
 * A Patient may carry several of these extensions, for the RNIV combines a status and attributes (homonym, doubtful,
 * fictitious). What is not a status of progress (`progress` below) is such an attribute or a status that excludes: any of them
 * wins, however old. Among the statuses of progress the most recent one counts (validationDate, else dateCollection; one
 * without a date is older than all), and of those of one day the least. That an attribute « homonyme » forbids qualification is
 * assumed (auth §1.5, [M]).
 */
import type { Coding, Extension, Patient } from '@medplum/fhirtypes';
import { defined } from '../defined.ts';
import { insOfPatient } from './identifiers.ts';

const frCore = 'https://hl7.fr/ig/fhir/core';
export const extReliability = `${frCore}/StructureDefinition/fr-core-identity-reliability`;

/** Code systems of the status, oldest first. */
export const statusSystems = {
  v2: `${frCore}/CodeSystem/fr-core-cs-v2-0445`,
  rniv: `${frCore}/CodeSystem/fr-core-cs-identity-status`,
} as const;

/** Statuses by which an identity advances, the least first. */
const progress: readonly { code: string; system: string; qualifies: boolean }[] = [
  { code: 'VIDE', system: statusSystems.v2, qualifies: false },
  { code: 'PROV', system: statusSystems.v2, qualifies: false },
  { code: 'VALI', system: statusSystems.v2, qualifies: true },
  { code: 'QUAL', system: statusSystems.rniv, qualifies: true },
];

export interface Reliability {
  /** Code of the status that decides; absent: nothing is said. `?`: something is said that is no status. */
  status?: string;
  /** The status qualifies, and the Patient has an INS. */
  qualified: boolean;
  /** Why not. `unsaid`: no status; `status`: the status is another one; `no-ins`: the INS is missing. */
  reason?: 'unsaid' | 'status' | 'no-ins';
  /** How the INS was obtained (methodCollection: INSI, CV…) and when; what document was seen (validationMode: CN, PA…) and when. */
  method?: string;
  collectedOn?: string;
  validationMode?: string;
  validatedOn?: string;
}

/** Whether a status qualifies; of a status alone: that there is an INS is for the caller to see to. */
export const statusQualifies = (status: string | undefined): boolean =>
  progress.some((p) => p.code === status && p.qualifies);

/** What a Patient says of its own identity. */
export function reliabilityOf(patient: Patient): Reliability {
  const all = (patient.extension ?? []).filter((e) => e.url === extReliability).flatMap(readOne);
  const stated = all.filter(({ facts }) => facts.status !== undefined).sort(byWeight);
  const facts: Facts = (stated[0] ?? all[0])?.facts ?? {};
  if (facts.status === undefined) return { ...facts, qualified: false, reason: 'unsaid' };
  if (!statusQualifies(facts.status)) return { ...facts, qualified: false, reason: 'status' };
  if (!insOfPatient(patient)) return { ...facts, qualified: false, reason: 'no-ins' };
  return { ...facts, qualified: true };
}

type Facts = Omit<Reliability, 'qualified' | 'reason'>;
/** `rank`: place in `progress`; -1 excludes. `date`: '' when there is none. */
interface Weighed {
  facts: Facts;
  rank: number;
  date: string;
}

/** The one that decides first. */
function byWeight(a: Weighed, b: Weighed): number {
  const [excludesA, excludesB] = [a.rank < 0, b.rank < 0];
  if (excludesA !== excludesB) return excludesA ? -1 : 1;
  return b.date.localeCompare(a.date) || a.rank - b.rank;
}

/** Every status that one extension states (it should be one), or none; an extension that cannot be read states one that is none. */
function readOne({ extension = [], ...simple }: Extension): Weighed[] {
  const part = (url: string): Extension | undefined => extension.find((e) => e.url === url);
  const validatedOn = part('validationDate')?.valueDate;
  const collectedOn = part('dateCollection')?.valueDate;
  const said = extension.filter((e) => e.url === 'identityStatus');
  const isSimple = Object.keys(simple).some((key) => key.startsWith('value'));
  const statuses: (Coding | undefined)[] =
    said.length > 0 ? said.map((e) => e.valueCoding ?? {}) : [isSimple ? {} : undefined];
  return statuses.map((status) => ({
    facts: defined({
      status: status && codeOf(status),
      method: part('methodCollection')?.valueCoding?.code,
      collectedOn,
      validationMode: part('validationMode')?.valueCoding?.code,
      validatedOn,
    }),
    rank: progress.findIndex((p) => p.code === status?.code && p.system === status.system),
    date: validatedOn ?? collectedOn ?? '',
  }));
}

/** The code where its system is one of ours: `VALI` of another system says nothing. */
function codeOf({ system, code }: Coding): string {
  const known = Object.values<string | undefined>(statusSystems).includes(system);
  return known && code !== undefined && !isMisplaced(code, system) ? code : '?';
}

/** A code of progress under the system that does not have it. */
const isMisplaced = (code: string, system: string | undefined): boolean =>
  progress.some((p) => p.code === code) && !progress.some((p) => p.code === code && p.system === system);

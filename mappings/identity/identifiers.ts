/**
 * Which of a Patient's identifiers is what: the INS in force, those of an establishment's own domains (IPP, type PI), and the
 * identity that took its place. spec/fhir.md C.1–C.2.
 */
import type { Identifier, Patient, Reference } from '@medplum/fhirtypes';
import { insFromToken, insOids, type PatientId } from '../ins.ts';

/** A local identifier and its domain, as a FHIR system. */
export interface LocalId {
  system: string;
  value: string;
}

/** An INS among a Patient's identifiers, and where. */
export interface PlacedIns {
  ins: PatientId;
  /** index in `Patient.identifier` */
  index: number;
}

const sameIns = (a: PatientId, b: PatientId): boolean => a.value === b.value && a.oid === b.oid;

/** A NIA holds until there is a NIR (fr-core-patient-ins: use temp). */
const isProvisional = ({ oid }: PatientId): boolean => oid === insOids.nia;

/**
 * The INS in force: what is `old` is history, and a NIA gives way to a NIR. The INS-C is none.
 * @returns more than one when the Patient contradicts itself
 */
export function insInForce(patient: Patient): PlacedIns[] {
  const all = (patient.identifier ?? []).flatMap(({ use, system, value }, index): PlacedIns[] => {
    const ins = use === 'old' ? undefined : insFromToken(system, value);
    return ins ? [{ ins, index }] : [];
  });
  const lasting = all.filter(({ ins }) => !isProvisional(ins));
  const kept = lasting.length > 0 ? lasting : all;
  return kept.filter(({ ins }, i) => kept.findIndex((other) => sameIns(other.ins, ins)) === i);
}

/** The INS in force; of several, the first. */
export const insOfPatient = (patient: Patient): PatientId | undefined => insInForce(patient)[0]?.ins;

/** An identifier as one of the establishment's own, when its system is among the domains. */
export function localOf(
  { system, value }: Pick<Identifier, 'system' | 'value'>,
  domains: readonly string[],
): LocalId | undefined {
  const trimmed = value?.trim();
  return system !== undefined && trimmed && domains.includes(system) ? { system, value: trimmed } : undefined;
}

/** The establishment's own identifiers of a Patient that are in force. */
export const localsOfPatient = (patient: Patient, domains: readonly string[]): LocalId[] =>
  (patient.identifier ?? []).flatMap((i) => (i.use === 'old' ? [] : (localOf(i, domains) ?? [])));

/** The identity that took this one's place (PIXm « Resolve Duplicate Patient »: `link.type` replaced-by). */
export function replacedBy(patient: Patient): Reference | undefined {
  return patient.link?.find((l) => l.type === 'replaced-by')?.other;
}

/**
 * `_include` of DocumentReference: what stands behind the references of the matches. No call of the DMP is made for it.
 */
import type { Resource } from '@medplum/fhirtypes';
import type { Issue } from '../../mappings/outcome.ts';
import { patientOfIns } from '../../mappings/patient.ts';
import type { Include } from '../search/parse.ts';
import type { Ins } from '../store/types.ts';

/** Values that `_include` takes, and the types that each reference leads to. */
const targets: Record<string, readonly string[]> = {
  'DocumentReference:subject': ['Patient'],
  'DocumentReference:patient': ['Patient'],
  'DocumentReference:author': ['Practitioner', 'PractitionerRole', 'Device', 'Patient'],
};
export const documentIncludes: readonly string[] = Object.keys(targets);

/** Those that lead to a resource of its own, and were not narrowed to another type. */
const wanted = (include: readonly Include[], name: string): boolean =>
  include.some((i) => i.name === name && (i.target === undefined || targets[name]?.includes(i.target)));

/**
 * What a page of documents of one patient includes: the patient by INS and opaque id (a read of Patient asks the DMP for
 * more). Authors are contained in each match.
 */
export function includedWith(include: readonly Include[], patientId: string, ins: Ins | undefined): Resource[] {
  const asksPatient = wanted(include, 'DocumentReference:subject') || wanted(include, 'DocumentReference:patient');
  return asksPatient && ins ? [patientOfIns(ins, patientId)] : [];
}

/** What is to be said of includes that add nothing. */
export function includeIssues(include: readonly Include[]): Issue[] {
  const author = include.find((i) => i.name === 'DocumentReference:author');
  return author ? [{ key: 'search-include-contained', severity: 'information', values: { value: author.name } }] : [];
}

/**
 * `_include`: what stands behind the references of the matches. Only the members of Lists are asked of the DMP for it.
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
  'List:item': ['DocumentReference', 'List'],
  'List:subject': ['Patient'],
  'List:patient': ['Patient'],
};
const includesOf = (type: string): readonly string[] => Object.keys(targets).filter((n) => n.startsWith(`${type}:`));
export const documentIncludes = includesOf('DocumentReference');
export const listIncludes = includesOf('List');

/** Whether resources of a type are included by a reference: it was asked for, and not narrowed to another type. */
export const includes = (include: readonly Include[], name: string, type: string): boolean =>
  include.some((i) => i.name === name && (i.target === undefined || i.target === type)) &&
  (targets[name]?.includes(type) ?? false);

/**
 * The patient of a page, when one of the references asks for it: by INS and opaque id (a read of Patient asks the DMP for
 * more).
 */
export function patientIncluded(
  include: readonly Include[],
  names: readonly string[],
  patientId: string,
  ins: Ins | undefined,
): Resource[] {
  return ins && names.some((name) => includes(include, name, 'Patient')) ? [patientOfIns(ins, patientId)] : [];
}

/** What a page of documents of one patient includes. Authors are contained in each match. */
export const includedWith = (include: readonly Include[], patientId: string, ins: Ins | undefined): Resource[] =>
  patientIncluded(include, ['DocumentReference:subject', 'DocumentReference:patient'], patientId, ins);

/** What is to be said of includes that add nothing. */
export function includeIssues(include: readonly Include[]): Issue[] {
  const author = include.find((i) => i.name === 'DocumentReference:author');
  return author ? [{ key: 'search-include-contained', severity: 'information', values: { value: author.name } }] : [];
}

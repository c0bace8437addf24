/**
 * Whose document it is. The patient of the DMP is an INS; FHIR has five ways to designate it, all taken here: logical
 * identifier, conditional reference `Patient?identifier=…`, a Patient of ours, a contained Patient, a Patient entry of the
 * Bundle (MHD ITI-65 §3.65.4.1.2.2, PDSm4DMP examples).
 */
import type { Identifier, Patient, Reference, Resource } from '@medplum/fhirtypes';
import { checkIns, insFromToken } from '../../../mappings/ins.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { PatientIns } from '../../dmp/types.ts';
import type { Services } from '../services.ts';
import { hasErrors, resolveEntry, type Entry } from '../validation/index.ts';
import { shown } from '../validation/shown.ts';

/** Where a reference may lead besides the store. */
export interface Surroundings {
  contained?: readonly Resource[];
  /** Patient entries of the Bundle. */
  patients?: readonly Entry<Patient>[];
  /** The entry that holds the reference. */
  fullUrl?: string;
}

export interface Subject {
  ins: PatientIns;
  issues: Issue[];
}

/**
 * Resolves a subject and checks its INS.
 * @param path FHIRPath of the reference
 * @throws IssueError patient-unidentified, reference-unresolved, patient-inconsistent, ins-*
 */
export async function resolveSubject(
  subject: Reference | undefined,
  path: string,
  around: Surroundings,
  { store, config }: Pick<Services, 'store' | 'config'>,
): Promise<Subject> {
  const found: PatientIns[] = [];
  if (subject?.reference !== undefined)
    found.push(await byReference(subject.reference, `${path}.reference`, around, store, config.fhirBase));
  if (subject?.identifier) {
    const ins = insFromToken(subject.identifier.system, subject.identifier.value);
    // Beside a reference that already says the INS, another identifier (a local one) says nothing more.
    if (ins) found.push(ins);
    else if (found.length === 0)
      throw new IssueError(notIns(subject.identifier, `${path}.identifier`, config.ENVIRONMENT));
  }
  const [ins] = found;
  if (!ins) throw new IssueError({ key: 'patient-unidentified', expression: path });
  checkSame(found, path);
  const issues = checkIns(ins, config.ENVIRONMENT).map((issue) => ({ ...issue, expression: path }));
  if (hasErrors(issues)) throw new IssueError(issues);
  return { ins, issues };
}

/** @throws IssueError patient-inconsistent when two of them differ */
export function checkSame(all: readonly PatientIns[], path: string): void {
  const [first] = all;
  if (all.some((other) => other.value !== first?.value || other.oid !== first.oid))
    throw new IssueError({ key: 'patient-inconsistent', expression: path });
}

/** The INS among a Patient's identifiers; the first, since one person has one. */
export function insOfPatient(patient: Patient): PatientIns | undefined {
  for (const identifier of patient.identifier ?? []) {
    const ins = insFromToken(identifier.system, identifier.value);
    if (ins) return ins;
  }
  return undefined;
}

async function byReference(
  reference: string,
  path: string,
  around: Surroundings,
  store: Services['store'],
  base: string,
): Promise<PatientIns> {
  const unresolved = new IssueError({
    key: 'reference-unresolved',
    expression: path,
    values: { reference: shown(reference) },
  });
  if (reference.startsWith('#'))
    return ofPatient(
      around.contained?.find((c) => `#${c.id ?? ''}` === reference),
      path,
      unresolved,
    );
  const entry = resolveEntry(reference, around, around.patients ?? []);
  if (entry) return ofPatient(entry.resource, path, unresolved);

  const [, query] = /^Patient\?(.*)$/.exec(reference) ?? [];
  if (query !== undefined) {
    // The query is never repeated: it holds the INS.
    const [system, value] = (new URLSearchParams(query).get('identifier') ?? '').split('|');
    const ins = insFromToken(system, value);
    if (!ins) throw new IssueError({ key: 'patient-unidentified', expression: path });
    return ins;
  }
  const local = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  const [, id] = /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(local) ?? [];
  const known = id === undefined ? undefined : await store.patients.byId(id);
  if (!known) throw unresolved;
  return known.ins;
}

function ofPatient(resource: Resource | undefined, path: string, unresolved: IssueError): PatientIns {
  if (resource?.resourceType !== 'Patient') throw unresolved;
  const ins = insOfPatient(resource);
  if (!ins) throw new IssueError({ key: 'patient-unidentified', expression: path });
  return ins;
}

/** An identifier that is no INS: what `checkIns` says of its authority. */
function notIns(identifier: Identifier, path: string, environment: 'test' | 'production'): Issue[] {
  const oid = (identifier.system ?? '').replace(/^urn:oid:/, '');
  return checkIns({ value: identifier.value ?? '', oid }, environment)
    .slice(0, 1)
    .map((issue) => ({ ...issue, expression: path }));
}

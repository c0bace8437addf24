/**
 * Who the deposit says that the patient is: the Patients that describe the subject, what they state of their reliability, and
 * whether such an identity may feed (`server/identity/feeding.ts`).
 */
import type { DocumentReference, Patient } from '@medplum/fhirtypes';
import { localOf, localsOfPatient } from '../../../mappings/identity/identifiers.ts';
import { reliabilityOf, statusQualifies } from '../../../mappings/identity/reliability.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { feedingIssues } from '../../identity/feeding.ts';
import { confirmLink } from '../../identity/links.ts';
import type { Services } from '../services.ts';
import { checkSame, insOfPatient, type Subject, type Surroundings } from './subject.ts';

interface Described {
  resource: DocumentReference;
  path: string;
  around: Surroundings;
}

/** The Patients that describe the subject, sourcePatientInfo first: contained ones, and those of the Bundle. */
export function patientsOf({ resource, around }: Pick<Described, 'resource' | 'around'>): Patient[] {
  const found = [resource.context?.sourcePatientInfo?.reference, resource.subject?.reference].flatMap(
    (reference) =>
      resource.contained?.find((c): c is Patient => c.resourceType === 'Patient' && `#${c.id ?? ''}` === reference) ??
      around.patients?.find((p) => p.fullUrl !== undefined && p.fullUrl === reference)?.resource ??
      [],
  );
  return [...new Set(found)];
}

/** The traits of the identity that was designated, where the deposit describes nobody: the establishment's own. */
export function fedPatientOf({ identity }: Subject): Patient | undefined {
  return identity && { ...(identity.content as Patient), identifier: [] };
}

/**
 * Holds what describes the subject against the subject: the same INS, and local identifiers that are linked to it or to none.
 * @throws IssueError patient-inconsistent, identity-contradiction, identity-inactive, identity-merged
 */
export async function checkDescribed(
  { resource, path, around }: Described,
  ins: PatientIns,
  { store, config }: Pick<Services, 'store' | 'config'>,
  caller: Caller,
): Promise<void> {
  const place = `${path}.context.sourcePatientInfo`;
  const patients = patientsOf({ resource, around });
  checkSame([ins, ...patients.flatMap((p) => insOfPatient(p) ?? [])], place);
  const said = resource.context?.sourcePatientInfo?.identifier;
  const locals = [
    ...patients.flatMap((p) => localsOfPatient(p, config.LOCAL_ID_SYSTEMS)),
    ...(said ? [localOf(said, config.LOCAL_ID_SYSTEMS)].flatMap((l) => l ?? []) : []),
  ];
  for (const local of locals) await confirmLink(local, ins, caller.structure.id, { store }, place);
}

/** What keeps this identity from feeding, and warnings. */
export function identityIssues(
  described: Described,
  ins: PatientIns,
  services: Services,
  caller: Caller,
): Promise<Issue[]> {
  const { around, path } = described;
  // A Patient entry of the Bundle describes the subject too, when it bears the INS and nothing refers to it.
  const entries = (around.patients ?? []).map((p) => p.resource).filter((p) => insOfPatient(p)?.value === ins.value);
  const stated = [...patientsOf(described), ...entries].flatMap((p) => reliabilityOf(p).status ?? []);
  const statement = stated.find((s) => !statusQualifies(s)) ?? stated[0];
  return feedingIssues({ ins, statement, path: `${path}.subject` }, { caller }, services);
}

/**
 * Who the deposit says that the patient is: the Patients that describe the subject, the header of its CDA, what they state of
 * their reliability, and whether such an identity may feed (`server/identity/feeding.ts`).
 */
import type { DocumentReference, Patient, Reference } from '@medplum/fhirtypes';
import type { CdaHeader, CdaPatient } from '../../../mappings/cda/types.ts';
import { insInForce, localOf, localsOfPatient } from '../../../mappings/identity/identifiers.ts';
import { reliabilityOf, statusQualifies } from '../../../mappings/identity/reliability.ts';
import { traitsOfCda, traitsOfPatient } from '../../../mappings/identity/traits.ts';
import { insFromToken } from '../../../mappings/ins.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { feedingIssues } from '../../identity/feeding.ts';
import { confirmLink } from '../../identity/links.ts';
import type { StoredIdentity } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { checkSame, describedBy, type Subject, type Surroundings } from './subject.ts';

export interface Described {
  /** A document, or a set that brings none. */
  resource: Pick<DocumentReference, 'contained' | 'context'> & { subject?: Reference };
  path: string;
  around: Surroundings;
}

/** The Patients that describe the subject, sourcePatientInfo first: contained ones, and those of the Bundle. */
export function patientsOf({ resource, around }: Pick<Described, 'resource' | 'around'>): Patient[] {
  const here = { ...around, contained: resource.contained ?? [] };
  const references = [resource.context?.sourcePatientInfo?.reference, resource.subject?.reference];
  return [...new Set(references.flatMap((reference) => describedBy(reference, here) ?? []))];
}

/** The traits of the identity that was designated, where the deposit describes nobody: the establishment's own. */
export function fedPatientOf({ identity }: Subject): Patient | undefined {
  return identity && { ...(identity.content as Patient), identifier: [] };
}

/** Beside the document's own Patients: those of the Bundle, and of its set and folders, unless they are about somebody else. */
function allPatientsOf(described: Described, ins: PatientIns): Patient[] {
  const { patients = [], others = [] } = described.around;
  const isSame = (p: Patient): boolean => insInForce(p).every((i) => i.ins.value === ins.value);
  return [...new Set([...patientsOf(described), ...[...patients.map((p) => p.resource), ...others].filter(isSame)])];
}

const localsOfCda = (patients: readonly CdaPatient[], domains: readonly string[]) =>
  patients.flatMap(({ ids }) =>
    ids.flatMap((i) => localOf({ system: `urn:oid:${i.root}`, value: i.extension }, domains) ?? []),
  );

/**
 * Holds what describes the subject against the subject: the same INS, and local identifiers that are linked to it or to none.
 * @returns the establishment's identities that are named
 * @throws IssueError patient-inconsistent, identity-contradiction, identity-inactive, identity-merged
 */
export async function checkDescribed(
  described: Described,
  header: CdaHeader | undefined,
  { ins, identity }: Subject,
  { store, config }: Pick<Services, 'store' | 'config'>,
  caller: Caller,
): Promise<StoredIdentity[]> {
  const { path, resource, around } = described;
  const place = `${path}.context.sourcePatientInfo`;
  const said = resource.context?.sourcePatientInfo?.identifier;
  const inForce = patientsOf(described).flatMap((p) => insInForce(p).map((i) => i.ins));
  checkSame([ins, ...inForce, ...[insFromToken(said?.system, said?.value)].flatMap((i) => i ?? [])], place);
  const domains = config.LOCAL_ID_SYSTEMS;
  const locals = [
    ...allPatientsOf(described, ins).flatMap((p) => localsOfPatient(p, domains)),
    ...(said ? [localOf(said, domains)].flatMap((l) => l ?? []) : []),
    ...localsOfCda(header?.patients ?? [], domains),
  ];
  const named = new Map([identity, around.identity].flatMap((i) => (i ? [[i.id, i]] : [])));
  for (const local of locals) {
    const found = await confirmLink(local, ins, caller.structure.id, { store }, place);
    if (found) named.set(found.id, found);
  }
  return [...named.values()];
}

/** What keeps this identity from feeding, and warnings. */
export function identityIssues(
  described: Described,
  header: CdaHeader | undefined,
  { ins, named }: { ins: PatientIns; named: readonly StoredIdentity[] },
  services: Services,
  caller: Caller,
): Promise<Issue[]> {
  const patients = allPatientsOf(described, ins);
  const stated = patients.flatMap((p) => reliabilityOf(p).status ?? []);
  const statement = stated.find((s) => !statusQualifies(s)) ?? stated[0];
  const traits = [...patients.map(traitsOfPatient), ...(header?.patients ?? []).map(traitsOfCda)];
  return feedingIssues(
    { ins, statement, described: traits, named, path: `${described.path}.subject` },
    { caller },
    services,
  );
}

/**
 * Whose document it is. The patient of the DMP is an INS; FHIR has five ways to designate it, all taken here: logical
 * identifier, conditional reference `Patient?identifier=…`, a Patient of ours, a contained Patient, a Patient entry of the
 * Bundle (MHD ITI-65 §3.65.4.1.2.2, PDSm4DMP examples). In each a local identifier of the establishment may stand in the place
 * of the INS, when its identity was fed (PIXm): the link leads to the INS, or says why not.
 */
import type { Identifier, Patient, Reference, Resource } from '@medplum/fhirtypes';
import { checkIns, insFromToken, type Environment } from '../../../mappings/ins.ts';
import { insInForce, localOf, localsOfPatient, type LocalId } from '../../../mappings/identity/identifiers.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { confirmLink, followLink, linkOf } from '../../identity/links.ts';
import { parsePairs } from '../../search/pairs.ts';
import type { StoredIdentity } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { hasErrors, resolveEntry, type Entry } from '../validation/index.ts';
import { shown } from '../validation/shown.ts';

export { insOfPatient } from '../../../mappings/identity/identifiers.ts';

/** Where a reference may lead besides the store. */
export interface Surroundings {
  contained?: readonly Resource[];
  /** Patient entries of the Bundle. */
  patients?: readonly Entry<Patient>[];
  /** Patients by which the set and its folders describe their subject: that of the document, too. */
  others?: readonly Patient[];
  /** The establishment's identity by which the set names it. */
  identity?: StoredIdentity | undefined;
  /** The entry that holds the reference. */
  fullUrl?: string;
}

export interface Subject {
  ins: PatientIns;
  /** The establishment's identity that was designated, or named beside the INS. */
  identity?: StoredIdentity;
  issues: Issue[];
}

type From = Pick<Services, 'store' | 'config'>;

/** How the patient was named, in one place. */
interface Named {
  /** FHIRPath */
  path: string;
  ins?: PatientIns;
  locals: readonly LocalId[];
  /** By its id. */
  identity?: StoredIdentity;
}

/**
 * Resolves a subject and checks its INS.
 * @param path FHIRPath of the reference
 * @param structure whose identities are looked for; absent: only an INS will do
 * @throws IssueError patient-unidentified, patient-condition, reference-unresolved, patient-inconsistent, ins-*, identity-*
 */
export async function resolveSubject(
  subject: Reference | undefined,
  path: string,
  around: Surroundings,
  from: From,
  structure?: string,
): Promise<Subject> {
  const { config } = from;
  const all: Named[] = [];
  if (subject?.reference !== undefined)
    all.push(await byReference(subject.reference, `${path}.reference`, around, from, structure));
  if (subject?.identifier) {
    const named = byIdentifier(subject.identifier, `${path}.identifier`, from, structure);
    // Beside a reference that already says who it is, an identifier of no known domain says nothing more.
    if (named) all.push(named);
    else if (all.length === 0)
      throw new IssueError(notIns(subject.identifier, `${path}.identifier`, config.ENVIRONMENT));
  }
  if (all.length === 0) throw new IssueError({ key: 'patient-unidentified', expression: path });
  const { ins, identity } = await settle(all, path, from, structure ?? '');
  const issues = checkIns(ins, config.ENVIRONMENT).map((issue) => ({ ...issue, expression: path }));
  if (hasErrors(issues)) throw new IssueError(issues);
  return { ins, ...(identity ? { identity } : {}), issues };
}

/** The Patient resource that a reference leads to: a contained one, or an entry of the Bundle. */
export function describedBy(reference: string | undefined, around: Surroundings): Patient | undefined {
  if (reference === undefined) return undefined;
  const found = reference.startsWith('#')
    ? around.contained?.find((c) => `#${c.id ?? ''}` === reference)
    : resolveEntry(reference, around, around.patients ?? [])?.resource;
  return found?.resourceType === 'Patient' ? found : undefined;
}

/** @throws IssueError patient-inconsistent when two of them differ */
export function checkSame(all: readonly PatientIns[], path: string): void {
  const [first] = all;
  if (all.some((other) => other.value !== first?.value || other.oid !== first.oid))
    throw new IssueError({ key: 'patient-inconsistent', expression: path });
}

/** The one INS that everything that was said leads to. */
async function settle(
  all: readonly Named[],
  path: string,
  from: From,
  structure: string,
): Promise<Pick<Subject, 'ins' | 'identity'>> {
  const said = all.flatMap((n) => n.ins ?? []);
  checkSame(said, path);
  let [ins] = said;
  let identity: StoredIdentity | undefined;
  for (const named of all) {
    const link = named.identity && (await linkOf(named.identity, structure, from, named.path));
    if (link) checkSame([ins ?? link.ins, link.ins], path);
    ins ??= link?.ins;
    identity ??= link?.identity;
    for (const local of named.locals) {
      const found = ins
        ? { ins, identity: await confirmLink(local, ins, structure, from, named.path) }
        : await followLink(local, structure, from, named.path);
      ins = found.ins;
      identity ??= found.identity;
    }
  }
  if (!ins) throw new IssueError({ key: 'patient-unidentified', expression: path });
  return { ins, ...(identity ? { identity } : {}) };
}

function byIdentifier(
  { system, value }: Identifier,
  path: string,
  { config }: From,
  structure: string | undefined,
): Named | undefined {
  const ins = insFromToken(system, value);
  if (ins) return { path, ins, locals: [] };
  const local = structure === undefined ? undefined : localOf({ system, value }, config.LOCAL_ID_SYSTEMS);
  return local && { path, locals: [local] };
}

async function byReference(
  reference: string,
  path: string,
  around: Surroundings,
  from: From,
  structure: string | undefined,
): Promise<Named> {
  const { store, config } = from;
  const unresolved = new IssueError({
    key: 'reference-unresolved',
    expression: path,
    values: { reference: shown(reference) },
  });
  const domains = structure === undefined ? [] : config.LOCAL_ID_SYSTEMS;
  if (reference.startsWith('#')) {
    const contained = around.contained?.find((c) => `#${c.id ?? ''}` === reference);
    return ofPatient(contained, path, unresolved, domains);
  }
  const entry = resolveEntry(reference, around, around.patients ?? []);
  if (entry) return ofPatient(entry.resource, path, unresolved, domains);

  const [, query] = /^Patient\?(.*)$/.exec(reference) ?? [];
  if (query !== undefined) {
    // The query is never repeated: it holds the INS. A criterion that were overlooked might name somebody else.
    const [pair, ...more] = parsePairs(query);
    if (pair?.[0] !== 'identifier' || more.length > 0)
      throw new IssueError({ key: 'patient-condition', expression: path });
    const [, system, value] = /^([^|]+)\|([^|]+)$/.exec(pair[1]) ?? [];
    const named = byIdentifier({ system, value }, path, from, structure);
    if (!named) throw new IssueError({ key: 'patient-unidentified', expression: path });
    return named;
  }
  const base = config.fhirBase;
  const local = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  const [, id] = /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(local) ?? [];
  const known = id === undefined ? undefined : await store.patients.byId(id);
  if (known) return { path, ins: known.ins, locals: [] };
  const identity = id === undefined || structure === undefined ? undefined : await store.identities.byId(id, structure);
  if (!identity) throw unresolved;
  return { path, identity, locals: [] };
}

/** @throws IssueError patient-inconsistent when it bears two INS, patient-unidentified when it bears nothing known */
function ofPatient(
  resource: Resource | undefined,
  path: string,
  unresolved: IssueError,
  domains: readonly string[],
): Named {
  if (resource?.resourceType !== 'Patient') throw unresolved;
  const all = insInForce(resource).map((i) => i.ins);
  checkSame(all, path);
  const [ins] = all;
  const locals = localsOfPatient(resource, domains);
  if (!ins && locals.length === 0) throw new IssueError({ key: 'patient-unidentified', expression: path });
  return { path, ...(ins ? { ins } : {}), locals };
}

/** An identifier that is no INS: what `checkIns` says of its authority. */
function notIns(identifier: Identifier, path: string, environment: Environment): Issue[] {
  const oid = (identifier.system ?? '').replace(/^urn:oid:/, '');
  return checkIns({ value: identifier.value ?? '', oid }, environment)
    .slice(0, 1)
    .map((issue) => ({ ...issue, expression: path }));
}

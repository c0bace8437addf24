/**
 * Which patient a request is about: by INS or by an opaque id that an earlier answer gave. Exactly one.
 */
import type { Criterion, CriterionValue } from '../../mappings/criteria.ts';
import { checkIns, insFromToken, insOids, isInsOid } from '../../mappings/ins.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { localOf } from '../../mappings/identity/identifiers.ts';
import type { Config } from '../config.ts';
import { followLink, linkOf } from '../identity/links.ts';
import type { Ins } from '../store/types.ts';
import type { Services } from './services.ts';

export interface Designated {
  ins: Ins;
  /** What is odd and not refused (a wrong key under a test authority). */
  warnings: Issue[];
}

/**
 * An INS out of a token. A value without system means any system (FHIR R4 token): the one of this environment is taken.
 * @throws IssueError `ins-oid`, `ins-format`, `ins-key`, `ins-environment`
 */
export function insOfToken(token: { system?: string; code?: string }, config: Config, expression: string): Designated {
  const expected = config.ENVIRONMENT === 'production' ? insOids.nir : insOids.test;
  const system = token.system === undefined ? `urn:oid:${expected}` : token.system;
  const ins = insFromToken(system, token.code ?? '');
  if (!ins || !isInsOid(ins.oid))
    throw new IssueError({ key: 'ins-oid', expression, values: { expected: `urn:oid:${expected}` } });
  const issues = checkIns(ins, config.ENVIRONMENT).map((i) => ({ ...i, expression }));
  if (issues.some((i) => (i.severity ?? 'error') === 'error')) throw new IssueError(issues);
  return { ins, warnings: issues };
}

/** The id in `Patient/<id>`, `<base>/Patient/<id>` or `<id>`; undefined when the reference is something else. */
export function localId(reference: string, type: string, base: string): string | undefined {
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  return new RegExp(`^(?:${type}/)?([A-Za-z0-9\\-.]{1,64})(?:/_history/[A-Za-z0-9\\-.]{1,64})?$`).exec(relative)?.[1];
}

/** Names by which a search designates its patient. */
const patientNames: readonly string[] = ['patient', 'subject', 'patient.identifier', 'subject.identifier'];
export const isPatientCriterion = (c: Criterion): boolean => patientNames.includes(c.name);

/**
 * The one patient that the criteria designate.
 * @param structure whose local identifiers (IPP) and fed identities (ITI-104) may designate a patient too
 * @returns undefined when they designate none
 * @throws IssueError: several values, two different patients, an unknown id, an INS that is not right; identity-unknown, and why an
 * identity leads to no INS
 */
export async function patientOf(
  criteria: readonly Criterion[],
  services: Pick<Services, 'config' | 'store'>,
  structure: string,
): Promise<Designated | undefined> {
  const found: Designated[] = [];
  for (const criterion of criteria.filter(isPatientCriterion)) {
    const [value, ...more] = criterion.values;
    if (more.length > 0 || !value || (criterion.modifier && criterion.modifier !== 'identifier')) {
      throw new IssueError({ key: 'search-parameter-invalid', values: { name: criterion.name, detail: '1 patient' } });
    }
    found.push(await designated(criterion.name, value, services, structure));
  }
  const [first, ...rest] = found;
  if (rest.some((d) => d.ins.value !== first?.ins.value || d.ins.oid !== first.ins.oid))
    throw new IssueError({ key: 'patient-inconsistent' });
  return first;
}

async function designated(
  name: string,
  value: CriterionValue,
  { config, store }: Pick<Services, 'config' | 'store'>,
  structure: string,
): Promise<Designated> {
  if (value.type === 'token') {
    const local = localOf({ system: value.system, value: value.code }, config.LOCAL_ID_SYSTEMS);
    if (local) return { ins: (await followLink(local, structure, { store }, name)).ins, warnings: [] };
    return insOfToken(value, config, name);
  }
  const id = value.type === 'reference' ? localId(value.reference, 'Patient', config.fhirBase) : undefined;
  const known = id === undefined ? undefined : await store.patients.byId(id);
  if (known) return { ins: known.ins, warnings: [] };
  const fed = id === undefined ? undefined : await store.identities.byId(id, structure);
  if (fed) return { ins: (await linkOf(fed, structure, { store }, name)).ins, warnings: [] };
  throw new IssueError({ key: 'reference-unresolved', expression: name, values: { reference: 'Patient' } });
}

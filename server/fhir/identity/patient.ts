/** The Patient of a feed (ITI-104): what it must be, and what of it is looked at. PIXm Patient profile (on PDQm's). */
import type { Patient, Reference } from '@medplum/fhirtypes';
import { localOf, localsOfPatient, replacedBy, type LocalId } from '../../../mappings/identity/identifiers.ts';
import { pixmPatient } from '../../../mappings/identity/canonicals.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Config } from '../../config.ts';
import type { Designation } from '../../identity/merge.ts';
import { parsePairs, type Pair } from '../../search/pairs.ts';
import { localId } from '../patient-of.ts';
import { hasErrors, isWalkable, validateBase } from '../validation/index.ts';

const type = 'Patient';
/** Bytes of JSON: traits, identifiers and addresses, no photograph. */
const maxBytes = 64 * 1024;
const general: readonly string[] = ['_format', '_pretty'];

/**
 * The criterion of a conditional interaction: `identifier=<domain>|<value>`, once and alone.
 * @throws IssueError identity-criteria, identity-domain
 */
export function criterionOf(pairs: readonly Pair[], config: Pick<Config, 'LOCAL_ID_SYSTEMS'>): LocalId {
  const [pair, ...more] = pairs.filter(([name]) => !general.includes(name));
  if (pair?.[0] !== 'identifier' || more.length > 0) throw new IssueError({ key: 'identity-criteria' });
  return localToken(pair[1], 'identifier', config);
}

/** `<domain>|<value>` of a domain of the establishment. @throws IssueError identity-criteria, identity-domain */
function localToken(token: string, expression: string, config: Pick<Config, 'LOCAL_ID_SYSTEMS'>): LocalId {
  const [, system, value] = /^([^|]+)\|([^|]{1,64})$/.exec(token) ?? [];
  const local = localOf({ system, value }, config.LOCAL_ID_SYSTEMS);
  if (local) return local;
  if (system === undefined || config.LOCAL_ID_SYSTEMS.includes(system))
    throw new IssueError({ key: 'identity-criteria', expression });
  throw unknownDomain(expression, config);
}

export const unknownDomain = (expression: string, config: Pick<Config, 'LOCAL_ID_SYSTEMS'>): IssueError =>
  new IssueError({ key: 'identity-domain', expression, values: { expected: config.LOCAL_ID_SYSTEMS.join(', ') } });

/**
 * The Patient of the body, for the identity of a local identifier.
 * @throws IssueError with everything that is wrong
 */
export function readPatientOf(body: unknown, local: LocalId, config: Pick<Config, 'LOCAL_ID_SYSTEMS'>): Patient {
  if (Buffer.byteLength(JSON.stringify(body)) > maxBytes)
    throw new IssueError({ key: 'too-large', expression: type, values: { limit: maxBytes } });
  const issues = validateBase(body, type);
  if (!isWalkable(issues)) throw new IssueError(issues);
  const patient = body as Patient;
  const all = [...issues, ...profileIssues(patient), ...identifierIssues(patient, local, config)];
  if (hasErrors(all)) throw new IssueError(all.filter((i) => (i.severity ?? 'error') === 'error'));
  return patient;
}

/** What PIXm and PDQm ask of a Patient beyond R4, and what a store of identities does not take. */
function profileIssues(patient: Patient): Issue[] {
  const issues: Issue[] = [];
  const refuse = (element: string, detail: string): void => {
    issues.push({ key: 'identity-element', expression: `${type}.${element}`, values: { element, detail } });
  };
  if ((patient.name ?? []).length === 0)
    issues.push({ key: 'required', expression: `${type}.name`, values: { element: 'name', rule: pixmPatient } });
  if (patient.implicitRules !== undefined) refuse('implicitRules', 'PDQm');
  if (patient.modifierExtension) refuse('modifierExtension', 'PDQm');
  if (patient.link && patient.active === undefined) refuse('link', 'PDQm: active');
  if ((patient.link ?? []).filter((l) => l.type === 'replaced-by').length > 1) refuse('link', 'replaced-by: 0..1');
  if (replacedBy(patient) && patient.active !== false) refuse('active', 'link.type = replaced-by → active = false');
  return issues;
}

function identifierIssues(patient: Patient, local: LocalId, config: Pick<Config, 'LOCAL_ID_SYSTEMS'>): Issue[] {
  const own = localsOfPatient(patient, config.LOCAL_ID_SYSTEMS).filter((l) => l.system === local.system);
  const isRight = own.length === 1 && own[0]?.value === local.value;
  return isRight ? [] : [{ key: 'identity-identifier', expression: `${type}.identifier` }];
}

/**
 * The identity that a link names: by identifier, by id or by `Patient?identifier=…` of this server. Nothing where the link cannot
 * be read as one of them: it then names nobody.
 */
export function designationOf({ reference, identifier }: Reference, base: string): Designation {
  const named: Designation =
    identifier?.system !== undefined && identifier.value !== undefined
      ? { local: { system: identifier.system, value: identifier.value.trim() } }
      : {};
  if (reference === undefined) return named;
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  const [, query] = /^Patient\?(.*)$/.exec(relative) ?? [];
  if (query === undefined) return { ...named, id: localId(reference, type, base) ?? '' };
  const [pair, ...more] = parsePairs(query);
  const [, system = '', value = ''] = /^([^|]+)\|([^|]+)$/.exec(pair?.[1] ?? '') ?? [];
  const isOne = pair?.[0] === 'identifier' && more.length === 0;
  const local = isOne ? { system, value: value.trim() } : { system: '', value: '' };
  const isSame = named.local === undefined || (named.local.system === system && named.local.value === local.value);
  return isSame ? { local } : {};
}

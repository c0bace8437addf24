/**
 * Does this person have a DMP? TD0.2 behind `GET /fhir/Patient?identifier=…`, `?_id=…` and `GET /fhir/Patient/{id}`.
 * PDSm4DMP TD02 (spec/fhir.md A.7): no entry, no DMP. A local identifier that was fed (ITI-104) stands for its INS; an identity
 * that was fed is read as it was fed.
 */
import type { Patient } from '@medplum/fhirtypes';
import { localOf, type LocalId } from '../../mappings/identity/identifiers.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { existenceToPatient } from '../../mappings/patient.ts';
import { td0_2 } from '../dmp/transactions/td0-2.ts';
import { survivorOf } from '../identity/links.ts';
import { parseSearch, type Search } from '../search/parse.ts';
import type { Pair } from '../search/pairs.ts';
import type { Ins } from '../store/types.ts';
import { isCount, searchset } from './bundle.ts';
import { definitionOf } from './definition.ts';
import { identityOf, readIdentity } from './identity/interactions.ts';
import { callContext, idOf, type Call, type Handler } from './interaction.ts';
import { insOfToken, type Designated } from './patient-of.ts';
import type { Services } from './services.ts';

const type = 'Patient';
const { searchParameters } = definitionOf(type);

export const searchPatients: Handler = async (call, services) => {
  const search = parseSearch(call.pairs, searchParameters, { handling: call.prefer.handling });
  const designated = await designatedBy(search, call, services);
  const patient = designated && (await askExistence(designated.ins, call, services));
  const selection = { summary: search.summary, elements: search.elements };
  const self: Pair[] = patient ? [['_id', patient.id ?? '']] : [];
  return {
    status: 200,
    resource: searchset({
      base: services.config.fhirBase,
      type,
      total: patient ? 1 : 0,
      resources: patient && !isCount(selection, search.count) ? [patient] : [],
      selection,
      links: [['self', self]],
      warnings: [...(designated?.warnings ?? []), ...search.warnings],
      language: call.language,
      requestId: call.requestId,
      now: services.now(),
    }),
  };
};

export const readPatient: Handler = async (call, services) => {
  const id = idOf(call);
  // The DMP is not asked for what was fed, and no gate stands there.
  const identity = await identityOf(id, call, services);
  const problems = identity ? services.gate.purpose(call.caller, identity.ins) : [];
  if (problems.length > 0) throw new IssueError(problems);
  const fed = await readIdentity(id, call, services);
  if (fed) return fed;
  const known = await services.store.patients.byId(id);
  if (!known) throw new IssueError({ key: 'not-found', values: { type } });
  const patient = await askExistence(known.ins, call, services);
  if (!patient) throw new IssueError({ key: 'dmp-absent' });
  return { status: 200, resource: patient };
};

/** One TD0.2. The person gets an opaque id only when there is a DMP. @throws DmpError */
async function askExistence(ins: Ins, call: Call, services: Services): Promise<Patient | undefined> {
  const answer = await services.dmp.call(td0_2, { patient: ins }, callContext(call, ins));
  const traits = services.config.PATIENT_TRAITS;
  if (!existenceToPatient(answer, { id: 'x', traits })) return undefined;
  const { id } = await services.store.patients.byIns(ins);
  return existenceToPatient(answer, { id, traits });
}

/** Exactly one of `identifier` and `_id`, with one value. Undefined: an `_id` or local identifier that leads to no INS. */
async function designatedBy(search: Search, call: Call, services: Services): Promise<Designated | undefined> {
  const { config, store } = services;
  const { criteria } = search;
  const invalid = (name: string): Issue => ({
    key: 'search-parameter-invalid',
    values: { name, detail: '1 × system|code' },
  });
  const [criterion, ...more] = criteria;
  if (!criterion)
    throw new IssueError({ key: 'search-parameter-required', values: { name: 'identifier', rule: 'PDSm4DMP TD0.2' } });
  const [value, ...others] = criterion.values;
  if (more.length > 0 || others.length > 0 || criterion.modifier !== undefined || value?.type !== 'token') {
    throw new IssueError(invalid(criterion.name));
  }
  const { system, code = '' } = value;
  if (criterion.name === 'identifier') {
    const local = localOf({ system, value: code }, config.LOCAL_ID_SYSTEMS);
    return local ? designatedByLocal(local, call, services) : insOfToken(value, config, 'identifier');
  }
  const fed = await identityOf(code, call, services);
  const ins = fed ? fed.ins : (await store.patients.byId(code))?.ins;
  return ins && { ins, warnings: [] };
}

/** The INS of a fed identity, or of the one that it was merged into. */
async function designatedByLocal(
  { system, value }: LocalId,
  { caller }: Call,
  { store }: Services,
): Promise<Designated | undefined> {
  const structure = caller.structure.id;
  const fed = await store.identities.byLocal(structure, system, value);
  const current = fed && (await survivorOf(fed, structure, { store }));
  return current?.active && current.ins ? { ins: current.ins, warnings: [] } : undefined;
}

/**
 * Does this person have a DMP? TD0.2 behind `GET /fhir/Patient?identifier=…`, `?_id=…` and `GET /fhir/Patient/{id}`.
 * PDSm4DMP TD02 (spec/fhir.md A.7): no entry, no DMP.
 */
import type { Patient } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { existenceToPatient } from '../../mappings/patient.ts';
import { td0_2 } from '../dmp/transactions/td0-2.ts';
import { parseSearch, type Search } from '../search/parse.ts';
import type { Pair } from '../search/pairs.ts';
import type { Ins } from '../store/types.ts';
import { isCount, searchset } from './bundle.ts';
import { definitionOf } from './definition.ts';
import { callContext, idOf, type Call, type Handler } from './interaction.ts';
import { insOfToken, type Designated } from './patient-of.ts';
import type { Services } from './services.ts';

const type = 'Patient';
const { searchParameters } = definitionOf(type);

export const searchPatients: Handler = async (call, services) => {
  const search = parseSearch(call.pairs, searchParameters, { handling: call.prefer.handling });
  const designated = await designatedBy(search, services);
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
  const known = await services.store.patients.byId(idOf(call));
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

/** Exactly one of `identifier` and `_id`, with one value. Undefined: an `_id` that nobody has. */
async function designatedBy(search: Search, { config, store }: Services): Promise<Designated | undefined> {
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
  if (criterion.name === 'identifier') return insOfToken(value, config, 'identifier');
  const known = await store.patients.byId(value.code ?? '');
  return known && { ins: known.ins, warnings: [] };
}

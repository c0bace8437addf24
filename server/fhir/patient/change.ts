/** `PUT /fhir/Patient/{id}` (TD1.3b): changes the administrative data of a DMP. Withdrawn by the DMP: see `administration.ts`. */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { writtenPatient } from '../../../mappings/patient-written.ts';
import type { PatientId } from '../../../mappings/ins.ts';
import { td1_3b } from '../../dmp/transactions/td1-3b.ts';
import { requireScopes } from '../access.ts';
import { idOf, type Handler } from '../interaction.ts';
import { administer, administeredReply, requireServed, requireUnconditional } from './administration.ts';
import { readAdministrativeBody } from './body.ts';

export const changePatient: Handler = async (call, services) => {
  const { config, store } = services;
  const id = idOf(call);
  const known = await store.patients.byId(id);
  if (!known) throw new IssueError({ key: 'not-found', values: { type: 'Patient' } });
  // The scope of the identity feed (ITI-104), which shares the route, changes no DMP.
  requireScopes(call.caller, [{ type: 'Patient', permission: 'u', ihe: [] }]);
  requireServed(td1_3b.name, services);
  requireUnconditional(call);
  const { input, warnings } = await readAdministrativeBody(call, services, (patient, read) => [
    ...(patient.id === undefined || patient.id === id ? [] : [otherId]),
    ...(read === undefined || isSame(read.patient, known.ins) ? [] : [otherPatient]),
  ]);
  await administer(td1_3b, input, id, call, services);
  const written = writtenPatient(input, { id, traits: config.PATIENT_TRAITS });
  return administeredReply(td1_3b.name, 200, written, warnings, call, services);
};

const isSame = (a: PatientId, b: PatientId): boolean => a.value === b.value && a.oid === b.oid;

const otherId: Issue = {
  key: 'administrative-value',
  expression: 'Patient.id',
  values: { element: 'Patient.id', expected: 'Patient/{id}' },
};
const otherPatient: Issue = { key: 'patient-inconsistent', expression: 'Patient.identifier' };

/**
 * `Patient/{id}/$administrative-data` (TD1.3a): the administrative data that the DMP holds. Defined in
 * `profiles/patient-administrative-data.json`.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import { administrativePatient } from '../../../mappings/patient.ts';
import { td1_3a } from '../../dmp/transactions/td1-3a.ts';
import { callContext, type Handler } from '../interaction.ts';
import { operationPairs } from '../operation-parameters.ts';
import { patientOfId } from './known.ts';
import { requireNoRefusal } from './refusal.ts';

export const administrativeData: Handler = async (call, services) => {
  operationPairs(call, []);
  const { id, ins } = await patientOfId(call, services);
  await requireNoRefusal(ins, call, services);
  const answer = await services.dmp.call(td1_3a, { patient: ins }, callContext(call, ins));
  const patient = administrativePatient(answer, { id, traits: services.config.PATIENT_TRAITS });
  if (!patient) throw new IssueError({ key: 'dmp-absent' });
  return { status: 200, resource: patient };
};

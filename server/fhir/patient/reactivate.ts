/**
 * `Patient/{id}/$reactivate` (TD1.2): opens a closed DMP again. Withdrawn by the DMP: see `administration.ts`. Defined in
 * `profiles/patient-reactivate.json`.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import { consentDay, consentDayForm } from '../../../mappings/patient-opening.ts';
import { td1_2 } from '../../dmp/transactions/td1-2.ts';
import type { Handler } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import { administer, answeredPatient, requireServed } from './administration.ts';
import { patientOfId } from './known.ts';
import { nameInDmp } from './standing.ts';

const name = 'consentedOn';
export const reactivateNames: readonly string[] = [name];

export const reactivate: Handler = async (call, services) => {
  const patient = await patientOfId(call, services);
  requireServed(td1_2.name, services);
  const given = oneOf(operationPairs(call, reactivateNames), name);
  if (given === undefined) throw new IssueError({ key: 'operation-parameter-required', values: { name } });
  const consentedOn = consentDay(given, services.now());
  if (consentedOn === undefined)
    throw new IssueError({ key: 'operation-parameter', values: { name, detail: consentDayForm } });
  const { id, ins } = patient;
  const input = { patient: ins, name: await nameInDmp(ins, call, services), consentedOn };
  const answer = await administer(td1_2, input, id, call, services);
  return { status: 200, resource: answeredPatient(answer, patient, services) };
};

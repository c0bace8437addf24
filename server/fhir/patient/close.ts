/**
 * `Patient/{id}/$close` (TD1.4): closes a DMP. Withdrawn by the DMP: see `administration.ts`. Defined in
 * `profiles/patient-close.json`.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import { closureSystem } from '../../../mappings/patient-extensions.ts';
import type { ClosureMotive } from '../../../mappings/hl7v3/registration.ts';
import { td1_4 } from '../../dmp/transactions/td1-4.ts';
import type { Pair } from '../../search/pairs.ts';
import type { Handler } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import { administer, answeredPatient, requireServed } from './administration.ts';
import { patientOfId } from './known.ts';
import { nameInDmp } from './standing.ts';

export const closeNames: readonly string[] = ['motive', 'text'];

export const close: Handler = async (call, services) => {
  const patient = await patientOfId(call, services);
  requireServed(td1_4.name, services);
  const motive = motiveOf(operationPairs(call, closeNames));
  const { id, ins } = patient;
  const input = { patient: ins, name: await nameInDmp(ins, call, services), motive };
  const answer = await administer(td1_4, input, id, call, services, { motive: motive.code });
  return { status: 200, resource: answeredPatient(answer, patient, services) };
};

/**
 * Only FERMETURE_DEMANDE_PATIENT is published (dmp-wire §6): any other code is left to the DMP.
 * @throws IssueError operation-parameter-required, operation-parameter
 */
function motiveOf(pairs: readonly Pair[]): ClosureMotive {
  const given = oneOf(pairs, 'motive');
  if (given === undefined) throw new IssueError({ key: 'operation-parameter-required', values: { name: 'motive' } });
  const code = given.startsWith(`${closureSystem}|`) ? given.slice(closureSystem.length + 1) : given;
  if (!/^[A-Z][A-Z_]{2,63}$/.test(code))
    throw new IssueError({
      key: 'operation-parameter',
      values: { name: 'motive', detail: 'FERMETURE_DEMANDE_PATIENT' },
    });
  const text = oneOf(pairs, 'text')?.trim();
  if (text === undefined) return { code };
  if (text === '' || text.length > 400 || /[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/u.test(text))
    throw new IssueError({ key: 'operation-parameter', values: { name: 'text', detail: '1..400' } });
  return { code, text };
}

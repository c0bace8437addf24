/** `GET /fhir/Practitioner/{id}`: the caller's own entry, as SMART's `fhirUser` names it. */
import { callerToPractitioner } from '../../mappings/practitioner.ts';
import { IssueError } from '../../mappings/outcome.ts';
import { idOf, type Handler } from './interaction.ts';

export const readPractitioner: Handler = async (call, { store }) => {
  const id = idOf(call);
  const own = await store.practitioners.idOf(call.caller.personId);
  if (id !== own) throw new IssueError({ key: 'not-found', values: { type: 'Practitioner' } });
  return { status: 200, resource: callerToPractitioner(own, call.caller) };
};

/** Whom an operation on `Patient/{id}` is about. */
import { IssueError } from '../../../mappings/outcome.ts';
import { linkOf } from '../../identity/links.ts';
import type { StoredPatient } from '../../store/types.ts';
import { idOf, type Call } from '../interaction.ts';
import type { Services } from '../services.ts';

/**
 * The patient of the route's id: one whom an earlier answer named, or the person to whose INS a fed identity of the caller's
 * structure is linked (ITI-104).
 * @throws IssueError not-found; identity-merged, identity-inactive, identity-no-ins, identity-ambiguous
 */
export async function patientOfId(call: Call, { store }: Pick<Services, 'store'>): Promise<StoredPatient> {
  const id = idOf(call);
  const structure = call.caller.structure.id;
  const known = await store.patients.byId(id);
  if (known) return known;
  const identity = await store.identities.byId(id, structure);
  if (!identity) throw new IssueError({ key: 'not-found', values: { type: 'Patient' } });
  const { ins } = await linkOf(identity, structure, { store }, 'Patient.identifier');
  return store.patients.byIns(ins);
}

/**
 * The feed of identities, PIXm ITI-104: `PUT Patient?identifier=…` (add, revise, resolve a duplicate), `DELETE` (remove), by id
 * too once it is known; and the read of what was fed. An identity is seen by its own structure only.
 */
import { contentOf } from '../../../mappings/identity/fed-patient.ts';
import { replacedBy, type LocalId } from '../../../mappings/identity/identifiers.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { feedIdentity, removeIdentity } from '../../identity/feed.ts';
import { mergeIdentity } from '../../identity/merge.ts';
import type { Asker } from '../../identity/room.ts';
import type { StoredIdentity } from '../../store/types.ts';
import { expectedVersion } from '../if-match.ts';
import type { Call, Handler, Reply } from '../interaction.ts';
import type { Services } from '../services.ts';
import { criterionOf, designationOf, readPatientOf } from './patient.ts';
import { fedReply, shownAs } from './reply.ts';

const type = 'Patient';
const notFound = (): IssueError => new IssueError({ key: 'not-found', values: { type } });
export const askerOf = ({ caller, requestId }: Call): Asker => ({ caller, requestId });

/** Add, revise, merge. A `PUT` by id makes nothing new: ids are ours. */
export const feedPatient: Handler = async (call, services) => {
  const local = await localOfCall(call, services);
  const patient = readPatientOf(call.body, local, services.config);
  if (call.id !== undefined && patient.id !== undefined && patient.id !== call.id)
    throw new IssueError({
      key: 'value-fixed',
      expression: `${type}.id`,
      values: { element: 'id', expected: call.id, rule: 'FHIR R4 http.html#update' },
    });
  const expected = expectedVersion(call);
  const other = replacedBy(patient);
  const content = contentOf(patient);
  const fed = other
    ? await mergeIdentity(
        content,
        local,
        designationOf(other, services.config.fhirBase),
        askerOf(call),
        services,
        expected,
      )
    : await feedIdentity(content, local, askerOf(call), services, expected);
  return fedReply(fed, call, services);
};

/** Remove: the identity becomes inactive; what happened to it stays. */
export const removePatient: Handler = async (call, services) => {
  const local = await localOfCall(call, services);
  const removed = await removeIdentity(local, askerOf(call), services, expectedVersion(call));
  if (!removed) throw notFound();
  return { status: 204, headers: { ETag: `W/"${removed.version}"` } };
};

/** The local identifier that the call is about. @throws IssueError not-found, identity-criteria, identity-domain */
async function localOfCall(call: Call, services: Services): Promise<LocalId> {
  if (call.id === undefined) return criterionOf(call.pairs, services.config);
  const identity = await identityOf(call.id, call, services);
  if (!identity) throw notFound();
  return { system: identity.system, value: identity.value };
}

/** The identity of an id, when it is one of the caller's structure. */
export const identityOf = (id: string, { caller }: Call, { store }: Services): Promise<StoredIdentity | undefined> =>
  store.identities.byId(id, caller.structure.id);

/** A fed identity by its id; undefined when the id is none. The DMP is not asked. */
export async function readIdentity(id: string, call: Call, services: Services): Promise<Reply | undefined> {
  const identity = await identityOf(id, call, services);
  return identity && { status: 200, ...shownAs(identity) };
}

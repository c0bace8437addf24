/** A fed identity as an answer. */
import type { Patient } from '@medplum/fhirtypes';
import { fedPatient } from '../../../mappings/identity/fed-patient.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import type { StoredIdentity } from '../../store/types.ts';
import type { Call, Reply } from '../interaction.ts';
import { toOutcome } from '../outcome.ts';
import type { Services } from '../services.ts';

/** The Patient of an identity, with its version. */
export function shownAs(identity: StoredIdentity): { resource: Patient; headers: Record<string, string> } {
  return {
    resource: fedPatient({ ...identity, content: identity.content as Patient }),
    headers: { ETag: `W/"${identity.version}"`, 'Last-Modified': identity.updatedAt.toUTCString() },
  };
}

/** The answer to a feed: the Patient, nothing, or what there is to say, as the client prefers (FHIR R4 http.html#return). */
export function fedReply(
  { identity, isNew, issues }: { identity: StoredIdentity; isNew: boolean; issues: readonly Issue[] },
  call: Call,
  { config }: Pick<Services, 'config'>,
): Reply {
  const { resource, headers } = shownAs(identity);
  const said: Issue[] = [{ key: 'identity-fed', severity: 'information' }, ...issues];
  const bodies = {
    minimal: undefined,
    representation: resource,
    OperationOutcome: toOutcome(said, call.language, call.requestId),
  };
  const body = bodies[call.prefer.return];
  const place = `${config.fhirBase}/Patient/${identity.id}`;
  return {
    status: isNew ? 201 : 200,
    ...(body ? { resource: body } : {}),
    headers: { ...headers, ...(isNew ? { Location: place } : { 'Content-Location': place }) },
  };
}

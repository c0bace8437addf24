/**
 * What the registry holds of a submission whose answer does not say it: a partial success, which ITI-41 does not know (ITI TF-2
 * §3.41.4.1.3: all or nothing) yet ebRS can say; and an attempt whose answer was lost.
 */
import { getDocuments } from '../../../mappings/query.ts';
import type { RegistryResponse } from '../../../mappings/xds.ts';
import { td3_1b } from '../../dmp/transactions/td3-1.ts';
import { DmpError } from '../../dmp/types.ts';
import type { Services } from '../services.ts';
import { contextOf } from './connect.ts';
import type { Submission } from './submit.ts';

/**
 * Asks document by document (TD3.1b: all that a structure may ask; it tells no hash).
 * @returns uniqueId → entryUUID of those that are registered
 * @throws DmpError
 */
export async function registeredOf(submission: Submission, { dmp }: Services): Promise<ReadonlyMap<string, string>> {
  const registered = new Map<string, string>();
  for (const { entry } of submission.documents) {
    const query = getDocuments({ uniqueIds: [entry.uniqueId] }, 'ObjectRef');
    const { objects } = await dmp.call(td3_1b, query, contextOf(submission));
    const entryUuid = objects.objectRefs.at(-1);
    if (entryUuid !== undefined) registered.set(entry.uniqueId, entryUuid);
  }
  return registered;
}

export const missingIn = (registered: ReadonlyMap<string, string>, { documents }: Submission): ReadonlySet<string> =>
  new Set(documents.flatMap(({ entry: { uniqueId } }) => (registered.has(uniqueId) ? [] : uniqueId)));

/**
 * The uniqueIds that were not registered after a partial success; none after a success.
 * @throws DmpError kind `registry` when none was registered: then it is a failure; as TD3.1b failed, its own
 */
export async function missingAfterPartial(
  { status, errors }: RegistryResponse,
  submission: Submission,
  services: Services,
): Promise<ReadonlySet<string>> {
  if (status !== 'PartialSuccess') return new Set();
  let registered: ReadonlyMap<string, string>;
  try {
    registered = await registeredOf(submission, services);
  } catch (error) {
    // What was registered is not known: not even a refused question says that nothing was.
    if (error instanceof DmpError) throw new DmpError('registry', 'PartialSuccess', td2, undefined, errors);
    throw error;
  }
  if (registered.size === 0) {
    const first = errors.find((e) => e.severity === 'Error') ?? errors[0];
    throw new DmpError('registry', first?.code ?? 'XDSRepositoryError', td2, first?.context, errors);
  }
  return missingIn(registered, submission);
}

const td2 = 'TD2.1';

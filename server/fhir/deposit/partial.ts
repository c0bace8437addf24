/**
 * A partial success of TD2.1. ITI-41 does not know it (ITI TF-2 §3.41.4.1.3: all or nothing), yet ebRS can say it: then the
 * registry is asked, document by document, what it holds.
 */
import { getDocuments } from '../../../mappings/query.ts';
import type { RegistryResponse } from '../../../mappings/xds.ts';
import { td3_1b } from '../../dmp/transactions/td3-1.ts';
import { DmpError } from '../../dmp/types.ts';
import type { Services } from '../services.ts';
import { contextOf } from './connect.ts';
import type { Submission } from './submit.ts';

/**
 * The uniqueIds that were not registered; none after a success.
 * @throws DmpError kind `registry` when none was registered: then it is a failure; as TD3.1b failed, its own
 */
export async function missingAfterPartial(
  { status, errors }: RegistryResponse,
  submission: Submission,
  { dmp }: Services,
): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  if (status !== 'PartialSuccess') return missing;
  for (const { entry } of submission.documents) {
    const query = getDocuments({ uniqueIds: [entry.uniqueId] }, 'ObjectRef');
    let found: number;
    try {
      found = (await dmp.call(td3_1b, query, contextOf(submission))).objects.objectRefs.length;
    } catch (error) {
      // What was registered is not known: not even a refused question says that nothing was.
      if (error instanceof DmpError) throw new DmpError('registry', 'PartialSuccess', td2, undefined, errors);
      throw error;
    }
    if (found === 0) missing.add(entry.uniqueId);
  }
  if (missing.size === submission.documents.length) {
    const first = errors.find((e) => e.severity === 'Error') ?? errors[0];
    throw new DmpError('registry', first?.code ?? 'XDSRepositoryError', td2, first?.context, errors);
  }
  return missing;
}

const td2 = 'TD2.1';

/**
 * How an attempt is on record: its calls of the DMP as any, with the id of the request that was taken in; and at its end, as the
 * request that it would have been, with the id of the Task.
 */
import { record } from '../../audit/record.ts';
import type { Caller } from '../../auth/caller.ts';
import type { ClaimedItem } from '../../store/types.ts';
import { handlerName, interactionOf } from '../definition.ts';
import type { Services } from '../services.ts';
import type { DepositResult } from '../task/result.ts';
import type { FeedContent } from './content.ts';

interface Ended {
  state: 'delivered' | 'failed' | 'deferred';
  /** What the synchronous door would have answered. */
  status: number;
  result: DepositResult;
}

/** Puts it on record; what was only deferred is no attempt. @throws RecordUnavailable */
export async function recordAttempt(
  { id, kind, patientId, attempts }: ClaimedItem,
  { requestId }: FeedContent,
  caller: Caller,
  { state, status, result }: Ended,
  services: Services,
): Promise<void> {
  if (state === 'deferred') return;
  const type = kind === 'set' ? undefined : 'DocumentReference';
  const interaction = interactionOf(type, kind === 'set' ? 'transaction' : 'create');
  const { documents = [], set, issues = [] } = result;
  const problems = state === 'failed' ? [...new Set(issues.map((i) => i.key))] : [];
  await record(services, caller, {
    kind: 'request',
    outcome: state === 'delivered' ? 'success' : status >= 500 ? 'failure' : 'refused',
    patientId,
    ...(requestId === undefined ? {} : { requestId }),
    details: {
      ...(interaction
        ? { restful: interaction.code, interaction: handlerName(type, interaction), ihe: interaction.ihe }
        : {}),
      status,
      ...(documents.length > 0 ? { references: documents.map((document) => `DocumentReference/${document}`) } : {}),
      ...(set === undefined || set === '' ? {} : { set }),
      ...(problems.length > 0 ? { problems } : {}),
      task: id,
      attempt: attempts + 1,
    },
  });
}

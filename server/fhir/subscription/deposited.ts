/**
 * A document that was deposited here tells the subscriptions of its structure at once, without a question to the DMP: after
 * feeding, asking is forbidden (EX_3.1-2030), and what was sent is known.
 */
import type { Caller } from '../../auth/caller.ts';
import type { KeptDocument, SetPayload } from '../deposit/payload.ts';
import { relatesToOf } from '../deposit/relations.ts';
import { depositedReference } from '../deposit/resource.ts';
import type { ChangeCode } from '../news/changes.ts';
import type { Services } from '../services.ts';
import { readContent } from './content.ts';
import { interestOf, keyOf } from './happenings.ts';

/** What the DMP has accepted, and for whom. */
interface Deposit {
  patientId: string;
  payload: Pick<SetPayload, 'documents' | 'submittedAt'>;
}

/**
 * Never throws: the deposit has succeeded, whatever becomes of the news.
 * @param depositor a document masked to professionals is told to nobody else
 */
export async function tellDeposited(
  { patientId, payload: { documents, submittedAt } }: Deposit,
  depositor: Caller,
  { store, config, now, logger, wakeSubscriptions }: Services,
): Promise<void> {
  try {
    const listening = await store.subscriptions.listening(depositor.structure.id, patientId);
    for (const subscription of listening) {
      const { caller } = readContent(subscription.content);
      const interest = interestOf(subscription, now());
      const events = documents
        .filter((d) => !isMasked(d) || caller.personId === depositor.personId)
        .filter((d) => interest(codeOf(d), () => depositedReference(d, { patientId, submittedAt, config })))
        .map((d) => ({ key: keyOf(d.id, codeOf(d)), at: new Date(submittedAt), documentId: d.id }));
      await store.subscriptions.addEvents(subscription.id, events, now());
    }
    if (listening.length > 0) wakeSubscriptions?.();
  } catch (error) {
    logger.warn(
      { error: error instanceof Error ? error.name : typeof error },
      'subscriptions were not told of a deposit',
    );
  }
}

const codeOf = ({ relations }: KeptDocument): ChangeCode =>
  relatesToOf(relations ?? []).some((r) => r.code === 'replaces') ? 'replacement' : 'new';

const isMasked = ({ entry }: KeptDocument): boolean => entry.confidentialityCodes.some((c) => c.code === 'MASQUE_PS');

/** Deposits of the feed in any state, put there behind the back of its worker. */
import { createHash, randomUUID } from 'node:crypto';
import { loadConfig } from '../../server/config.ts';
import { openStore, type FeedState, type NewFeedItem } from '../../server/store/index.ts';
import { people } from '../../tools/demo/people.ts';
import { outsideClient } from './outside-issuer.ts';
import { INS_TEST, patients } from './resources.ts';
import type { Stack } from './stack.ts';

/**
 * The nurse's, of P1. It has no turn: nobody works on it.
 * @returns `Task.id`
 */
export async function feedItem(
  { environment, database }: Pick<Stack, 'environment' | 'database'>,
  state: FeedState,
  more: Partial<NewFeedItem> = {},
): Promise<string> {
  const config = loadConfig(environment);
  const store = await openStore(config);
  try {
    const ins = { value: patients.P1.ins, oid: INS_TEST.replace('urn:oid:', '') };
    const { item } = await store.feed.accept(
      {
        owner: { structure: config.STRUCTURE_ID, clientId: outsideClient, personId: people.nurse.id },
        patientId: (await store.patients.byIns(ins)).id,
        ...{ lane: 'live', kind: 'document', state: 'proposed', size: 1, content: {} },
        uniqueIds: [randomUUID()],
        digest: createHash('sha256').update(randomUUID()).digest('hex'),
        ...more,
      },
      new Date(),
    );
    const { id } = item!;
    // What has ended holds no uniqueId.
    if (!['proposed', 'queued', 'waiting', 'active'].includes(state))
      await database.query('DELETE FROM feed_document WHERE item_id = $1', [id]);
    if (state !== 'proposed') await database.query('UPDATE feed_item SET state = $2 WHERE id = $1', [id, state]);
    return id;
  } finally {
    await store.close();
  }
}

/**
 * What a database must be told that comes from a backup, before anybody works on it: that others have gone on since. What was
 * delivered, cancelled or ended after the backup, it does not know.
 */
import { openStorage, type StoreConfig } from './storage.ts';

export interface Settled {
  /** Deposits that may have been sent since: each is looked up in the DMP before it is sent (again). */
  uncertain: number;
  /** Sessions, codes and tokens of the authorization server: some of them were ended since, so all are. */
  ended: number;
  patients: number;
  documents: number;
  records: number;
  checkpoints: number;
}

/**
 * Applies the migrations that are missing, and settles the rest in one transaction. May be done again.
 * @throws DatabaseError as `openStorage`
 */
export async function settleRestored(config: StoreConfig): Promise<Settled> {
  const { prisma, close } = await openStorage(config);
  try {
    return await prisma.$transaction(async (db) => {
      const { count: uncertain } = await db.feedItem.updateMany({
        // Whatever may be sent one day, also when a person queues or releases it only then.
        where: { state: { notIn: ['delivered', 'cancelled', 'declined'] } },
        data: { uncertain: true },
      });
      const { count: ended } = await db.oauthItem.deleteMany();
      const [patients, documents, records, checkpoints] = [
        await db.patient.count(),
        await db.document.count(),
        await db.keptRecord.count(),
        await db.auditCheckpoint.count(),
      ];
      return { uncertain, ended, patients, documents, records, checkpoints };
    });
  } finally {
    await close();
  }
}

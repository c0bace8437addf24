/**
 * Subscriptions, and what they have told. Work on one is leased to one instance at a time; what its owner changes
 * meanwhile wins over that work (`version`), and what is deposited meanwhile is seen by it (`events` > `delivered`).
 */
import { randomUUID } from 'node:crypto';
import type { Cipher } from './cipher.ts';
import { Prisma, type PrismaClient, type Subscription } from './generated/prisma/client.ts';
import { feedRows } from './feed/rows.ts';
import { isUuid } from './identifiers.ts';
import { openIns } from './patients.ts';
import type {
  StoredSubscription,
  SubscriptionChange,
  SubscriptionEvent,
  SubscriptionLimits,
  SubscriptionStatus,
  SubscriptionStore,
} from './types.ts';

/** Advisory lock of our own: one creation at a time, so that limits hold. */
const CREATION_LOCK = 71202610;
/** Of one owner, at most so many are listed: more than any limit lets exist together. */
const MOST_LISTED = 1000;

const columns = Prisma.raw(`
  s.id, s.owner, s.structure, s.patient_id AS "patientId", s.feed_viewer AS "feedViewer", s.status, s.reason, s.content_sealed AS "contentSealed",
  s.version, s.events, s.delivered, s.since, s.started_at AS "startedAt", s.ends_at AS "endsAt", s.poll_at AS "pollAt",
  s.retry_at AS "retryAt", s.heartbeat_at AS "heartbeatAt", s.quiet_polls AS "quietPolls",
  s.failed_polls AS "failedPolls", s.failed_deliveries AS "failedDeliveries", s.farewell, s.deleted_at AS "deletedAt",
  s.next_at AS "nextAt", s.lease_owner AS "leaseOwner", s.lease_until AS "leaseUntil", s.created_at AS "createdAt",
  s.updated_at AS "updatedAt", p.ins_sealed AS "insSealed"`);

type Row = Subscription & { insSealed: Uint8Array | null };

const withPatient = { patient: { select: { insSealed: true } } } as const;
const flat = <R extends Subscription & { patient: { insSealed: Uint8Array } | null }>(row: R): Row => ({
  ...row,
  insSealed: row.patient?.insSealed ?? null,
});

export function subscriptionStore(prisma: PrismaClient, cipher: Cipher): SubscriptionStore {
  const rows = feedRows(cipher);
  const ownerOf = (owner: string) => cipher.index('subscription.owner', owner);
  const structureOf = (structure: string) => cipher.index('subscription.structure', structure);
  const placeOf = (id: string) => ['subscription', 'content_sealed', id] as const;

  const read = (row: Row): StoredSubscription => ({
    id: row.id,
    ...(row.patientId === null || row.insSealed === null
      ? {}
      : { patientId: row.patientId, ins: openIns(cipher, row.patientId, row.insSealed) }),
    status: row.status as SubscriptionStatus,
    reason: row.reason ?? undefined,
    content: cipher.open(placeOf(row.id), row.contentSealed),
    version: row.version,
    events: row.events,
    delivered: row.delivered,
    since: row.since,
    startedAt: row.startedAt,
    endsAt: row.endsAt,
    pollAt: row.pollAt ?? undefined,
    retryAt: row.retryAt ?? undefined,
    heartbeatAt: row.heartbeatAt ?? undefined,
    quietPolls: row.quietPolls,
    failedPolls: row.failedPolls,
    failedDeliveries: row.failedDeliveries,
    farewell: row.farewell,
    deleted: row.deletedAt !== null,
    updatedAt: row.updatedAt,
  });

  /** The limit that one more living subscription would exceed; until the end of the transaction nobody else makes one. */
  async function exceeded(
    db: Pick<PrismaClient, 'subscription' | '$executeRaw'>,
    owner: Subscription['owner'],
    patientId: string | undefined,
    { perOwner, perPatient }: SubscriptionLimits,
  ): Promise<keyof SubscriptionLimits | undefined> {
    await db.$executeRaw`SELECT pg_advisory_xact_lock(${CREATION_LOCK}::bigint)`;
    const alive = { status: { in: ['requested', 'active'] }, deletedAt: null };
    if ((await db.subscription.count({ where: { ...alive, owner } })) >= perOwner) return 'perOwner';
    if (patientId !== undefined && (await db.subscription.count({ where: { ...alive, patientId } })) >= perPatient)
      return 'perPatient';
    return undefined;
  }

  async function change(
    db: Pick<PrismaClient, 'subscription'>,
    id: string,
    owner: string,
    { content, deleted, reason, tasksOf, ...rest }: SubscriptionChange,
    now: Date,
  ): Promise<StoredSubscription | undefined> {
    const { count } = await db.subscription.updateMany({
      where: { id, owner: ownerOf(owner), deletedAt: null },
      data: {
        ...rest,
        reason: reason ?? null,
        version: { increment: 1 },
        failedPolls: 0,
        failedDeliveries: 0,
        retryAt: null,
        nextAt: now,
        updatedAt: now,
        ...(tasksOf ? { feedViewer: rows.viewerOf(tasksOf) } : {}),
        ...(content === undefined ? {} : { contentSealed: cipher.seal(placeOf(id), content) }),
        ...(deleted ? { deletedAt: now } : {}),
      },
    });
    const row = count === 0 ? null : await db.subscription.findUnique({ where: { id }, include: withPatient });
    return row === null ? undefined : read(flat(row));
  }

  return {
    async create({ owner, structure, tasksOf, content, ...rest }, limits, now) {
      const id = randomUUID();
      const data = {
        ...rest,
        id,
        owner: ownerOf(owner),
        structure: structureOf(structure),
        ...(tasksOf ? { feedViewer: rows.viewerOf(tasksOf) } : {}),
        contentSealed: cipher.seal(placeOf(id), content),
        status: 'requested',
        since: now,
        startedAt: now,
        nextAt: now,
        createdAt: now,
        updatedAt: now,
      };
      return prisma.$transaction(
        async (db) =>
          (await exceeded(db, data.owner, rest.patientId, limits)) ??
          read(flat(await db.subscription.create({ data, include: withPatient }))),
      );
    },

    async byId(id, owner) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.subscription.findFirst({ where: { id, owner: ownerOf(owner) }, include: withPatient });
      return row === null ? undefined : read(flat(row));
    },

    async ofOwner(owner) {
      const rows = await prisma.subscription.findMany({
        where: { owner: ownerOf(owner), deletedAt: null },
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        take: MOST_LISTED,
        include: withPatient,
      });
      return rows.map((row) => read(flat(row)));
    },

    async change(id, owner, to, now) {
      return isUuid(id) ? change(prisma, id, owner, to, now) : undefined;
    },

    async resume(id, owner, to, limits, now) {
      const found = await this.byId(id, owner);
      if (found === undefined) return undefined;
      return prisma.$transaction(
        async (db) => (await exceeded(db, ownerOf(owner), found.patientId, limits)) ?? change(db, id, owner, to, now),
      );
    },

    async listening(structure, patientId) {
      const rows = await prisma.subscription.findMany({
        where: {
          structure: structureOf(structure),
          patientId,
          feedViewer: null,
          status: { in: ['requested', 'active'] },
        },
        include: withPatient,
      });
      return rows.map((row) => read(flat(row)));
    },

    async claim(worker, now, leaseMs, most) {
      const until = new Date(now.getTime() + leaseMs);
      const rows = await prisma.$queryRaw<Row[]>`
        WITH due AS (
          SELECT id FROM subscription
          WHERE next_at <= ${now} AND (lease_until IS NULL OR lease_until <= ${now})
          ORDER BY next_at LIMIT ${most} FOR UPDATE SKIP LOCKED
        ), s AS (
          UPDATE subscription SET lease_owner = ${worker}::uuid, lease_until = ${until}
          FROM due WHERE subscription.id = due.id RETURNING subscription.*
        )
        SELECT ${columns} FROM s LEFT JOIN patient p ON p.id = s.patient_id`;
      return rows.map(read);
    },

    async save(worker, s, nextAt, now) {
      // Undelivered events bring it forward, also those that came while it was worked on: `events` is read from the row.
      const saved = await prisma.$executeRaw`
        UPDATE subscription SET
          status = ${s.status}, reason = ${s.reason ?? null}, delivered = ${s.delivered}, since = ${s.since},
          poll_at = ${s.pollAt ?? null}, retry_at = ${s.retryAt ?? null}, heartbeat_at = ${s.heartbeatAt ?? null},
          quiet_polls = ${s.quietPolls}, failed_polls = ${s.failedPolls}, failed_deliveries = ${s.failedDeliveries},
          farewell = ${s.farewell}, version = version + CASE WHEN status = ${s.status} THEN 0 ELSE 1 END,
          updated_at = CASE WHEN status = ${s.status} THEN updated_at ELSE ${now} END,
          next_at = CASE WHEN ${s.status} = 'active' AND events > ${s.delivered}
            THEN least(${nextAt ?? null}::timestamptz, coalesce(${s.retryAt ?? null}::timestamptz, ${now}))
            ELSE ${nextAt ?? null}::timestamptz END,
          lease_owner = NULL, lease_until = NULL
        WHERE id = ${s.id}::uuid AND lease_owner = ${worker}::uuid AND version = ${s.version}`;
      if (saved === 1) return true;
      await prisma.$executeRaw`
        UPDATE subscription SET lease_owner = NULL, lease_until = NULL
        WHERE id = ${s.id}::uuid AND lease_owner = ${worker}::uuid`;
      return false;
    },

    async release(worker) {
      await prisma.subscription.updateMany({
        where: { leaseOwner: worker },
        data: { leaseOwner: null, leaseUntil: null },
      });
    },

    async addEvents(id, events, now, silent = false) {
      if (events.length === 0) return 0;
      return prisma.$transaction(async (db) => {
        // The row first: numbers follow each other without a gap, whoever adds.
        const [row] = await db.$queryRaw<{ events: number }[]>`
          SELECT events FROM subscription WHERE id = ${id}::uuid FOR UPDATE`;
        if (row === undefined) return 0;
        const known = new Set(
          (
            await db.subscriptionEvent.findMany({
              where: {
                subscriptionId: id,
                key: { in: events.flatMap((e) => [e.key, ...(e.after === undefined ? [] : [e.after])]) },
              },
              select: { key: true },
            })
          ).map((e) => e.key),
        );
        const fresh = new Map<string, SubscriptionEvent>();
        for (const { after, ...event } of events)
          if (!known.has(event.key) && (after === undefined || known.has(after))) fresh.set(event.key, event);
        if (fresh.size === 0) return 0;
        await db.subscriptionEvent.createMany({
          data: [...fresh.values()].map((event, i) => ({
            ...event,
            subscriptionId: id,
            number: silent ? null : row.events + i + 1,
          })),
        });
        if (!silent) {
          await db.$executeRaw`
            UPDATE subscription SET events = events + ${fresh.size},
              next_at = CASE WHEN status = 'active'
                THEN least(next_at, greatest(${now}::timestamptz, coalesce(retry_at, ${now}::timestamptz)))
                ELSE next_at END
            WHERE id = ${id}::uuid`;
        }
        return fresh.size;
      });
    },

    async events(id, first, last, most) {
      const rows = await prisma.subscriptionEvent.findMany({
        where: { subscriptionId: id, number: { gte: first, lte: last } },
        orderBy: { number: 'asc' },
        take: most,
      });
      return rows.map(({ key, at, documentId, taskId, number }) => ({
        key,
        at,
        about: taskId === null ? `DocumentReference/${documentId}` : `Task/${taskId}`,
        number: number ?? 0,
      }));
    },

    async purge(before) {
      const { count } = await prisma.subscription.deleteMany({
        where: { status: { in: ['off', 'error'] }, updatedAt: { lt: before } },
      });
      return count;
    },
  };
}

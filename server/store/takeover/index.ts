/** Take-overs in the database. What became of an item is copied to its line whenever somebody asks. */
import type { Cipher } from '../cipher.ts';
import { randomUUID } from 'node:crypto';
import type { PrismaClient, Takeover } from '../generated/prisma/client.ts';
import { isUuid } from '../identifiers.ts';
import { lineStore } from './lines.ts';
import { isOver } from './types.ts';
import type { StoredTakeover, TakeoverContent, TakeoverState, TakeoverStore, TakeoverViewer } from './types.ts';

/** Far beyond what a structure has in its life. */
const MOST_LISTED = 100;

export function takeoverStore(prisma: PrismaClient, cipher: Cipher): TakeoverStore {
  const structureOf = (structure: string) => cipher.index('takeover.structure', structure);
  const clientOf = (structure: string, clientId: string) => cipher.index('takeover.client', structure, clientId);
  const placeOf = (id: string) => ['takeover', 'content_sealed', id] as const;
  const seenBy = ({ structure, clientId }: TakeoverViewer) => ({
    structure: structureOf(structure),
    ...(clientId === undefined ? {} : { client: clientOf(structure, clientId) }),
  });
  const read = (row: Takeover): StoredTakeover => ({
    id: row.id,
    state: row.state as TakeoverState,
    content: cipher.open(placeOf(row.id), row.contentSealed) as TakeoverContent,
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    ...(row.finishedAt ? { finishedAt: row.finishedAt } : {}),
  });

  return {
    ...lineStore(prisma, cipher),

    async create({ structure, clientId }, state, content, now) {
      const id = randomUUID();
      const data = {
        ...{ id, state, createdAt: now, updatedAt: now },
        structure: structureOf(structure),
        client: clientOf(structure, clientId),
        contentSealed: cipher.seal(placeOf(id), content),
      };
      return read(await prisma.takeover.create({ data }));
    },

    async byId(id, viewer) {
      if (!isUuid(id)) return undefined;
      const row = await prisma.takeover.findFirst({ where: { id, ...seenBy(viewer) } });
      return row === null ? undefined : read(row);
    },

    async search(viewer, states) {
      const rows = await prisma.takeover.findMany({
        where: { ...seenBy(viewer), ...(states ? { state: { in: [...states] } } : {}) },
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        take: MOST_LISTED,
      });
      return rows.map(read);
    },

    async change(id, from, { state, content }, now) {
      const { count } = await prisma.takeover.updateMany({
        where: { id, version: from },
        data: {
          state,
          version: { increment: 1 },
          updatedAt: now,
          finishedAt: isOver(state) ? now : null,
          ...(content ? { contentSealed: cipher.seal(placeOf(id), content) } : {}),
        },
      });
      const row = count === 0 ? null : await prisma.takeover.findUnique({ where: { id } });
      return row === null ? undefined : read(row);
    },

    async wake(id, now) {
      // The turns are jobs of pg-boss, named as their items (server/store/feed/turns.ts).
      // The turn before the item, as who claims it does: the other way round, each could wait for the other.
      await prisma.$executeRaw`
        WITH paused AS MATERIALIZED (
          SELECT id FROM feed_item
          WHERE takeover_id = ${id}::uuid AND state = 'waiting' AND reason = 'takeover-paused'
        ), woken AS (
          UPDATE pgboss.job j SET start_after = now() FROM paused WHERE j.id = paused.id AND j.state < 'active'
          RETURNING j.id
        )
        UPDATE feed_item SET next_at = ${now}, updated_at = ${now}, version = version + 1
        WHERE id IN (SELECT id FROM woken) AND state = 'waiting'`;
    },

    async stateOf(id) {
      const row = isUuid(id) ? await prisma.takeover.findUnique({ where: { id }, select: { state: true } }) : null;
      return row?.state as TakeoverState | undefined;
    },
  };
}

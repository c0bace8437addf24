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
      // The turns are jobs of pg-boss, named as their items (server/store/feed/turns.ts). What others hold is passed over: they take
      // jobs and items in either order, and what they are doing ends the waiting anyway.
      await prisma.$executeRaw`
        WITH kept AS (
          SELECT i.id FROM feed_item i JOIN pgboss.job j ON j.id = i.id AND j.state < 'active'
          WHERE i.takeover_id = ${id}::uuid AND i.state = 'waiting' AND i.reason = 'takeover-paused'
          FOR UPDATE OF i, j SKIP LOCKED
        ), moved AS (
          UPDATE pgboss.job j SET start_after = now() FROM kept WHERE j.id = kept.id RETURNING j.id
        )
        UPDATE feed_item i SET next_at = ${now}, updated_at = ${now}, version = version + 1
        FROM moved WHERE i.id = moved.id`;
    },

    async stateOf(id) {
      const row = isUuid(id) ? await prisma.takeover.findUnique({ where: { id } }) : null;
      if (row === null) return undefined;
      const { state, content } = read(row);
      return { state, begin: content.begin };
    },
  };
}

/** How an item stands in its row: what is sealed, what is only a keyed hash. */
import type { Cipher } from '../cipher.ts';
import type { FeedItem as Row } from '../generated/prisma/client.ts';
import { openIns } from '../patients.ts';
import type { FeedItem, FeedKind, FeedLane, FeedOwner, FeedState, FeedViewer } from '../feed-types.ts';

/** What `content_sealed` holds. */
export interface Sealed {
  owner: FeedOwner;
  uniqueIds: readonly string[];
  content: unknown;
}

/** A row without the request, which nobody needs to see an item. */
export type ItemRow = Omit<Row, 'contentSealed'> & { patient: { insSealed: Uint8Array } };

/** For Prisma. */
export const itemColumns = {
  omit: { contentSealed: true },
  include: { patient: { select: { insSealed: true } } },
} as const;

export type FeedRows = ReturnType<typeof feedRows>;

export function feedRows(cipher: Cipher) {
  const structureOf = (structure: string) => cipher.index('feed.structure', structure);
  const clientOf = (structure: string, clientId: string) => cipher.index('feed.client', structure, clientId);
  const ownerOf = ({ structure, clientId, personId }: FeedOwner) =>
    cipher.index('feed.owner', structure, clientId, personId);

  /** The keyed hash that stands in the rows of all that a viewer may see. */
  const viewerOf = ({ structure, clientId, personId }: FeedViewer) => {
    if (clientId === undefined) return structureOf(structure);
    return personId === undefined ? clientOf(structure, clientId) : ownerOf({ structure, clientId, personId });
  };

  return {
    viewerOf,
    structureOf,
    clientOf,
    ownerOf,
    uniqueOf: (structure: string, uniqueId: string) => cipher.index('feed.unique', structure, uniqueId),
    digestOf: (digest: string) => cipher.index('feed.digest', digest),

    /** For Prisma: what a viewer may see. */
    seenBy({ structure, clientId, personId }: FeedViewer) {
      if (clientId === undefined) return { structure: structureOf(structure) };
      if (personId === undefined) return { client: clientOf(structure, clientId) };
      return { owner: ownerOf({ structure, clientId, personId }) };
    },

    sealContent: (id: string, content: Sealed) => cipher.seal(['feed_item', 'content_sealed', id], content),
    openContent: (id: string, sealed: Uint8Array) => cipher.open(['feed_item', 'content_sealed', id], sealed) as Sealed,
    sealResult: (id: string, result: unknown) => cipher.seal(['feed_item', 'result_sealed', id], result),

    read(row: ItemRow): FeedItem {
      return {
        id: row.id,
        patientId: row.patientId,
        ins: openIns(cipher, row.patientId, row.patient.insSealed),
        lane: row.lane as FeedLane,
        kind: row.kind as FeedKind,
        state: row.state as FeedState,
        ...(row.reason === null ? {} : { reason: row.reason }),
        ...(row.takeoverId === null ? {} : { takeoverId: row.takeoverId }),
        place: row.place,
        size: Number(row.size),
        ...(row.resultSealed === null
          ? {}
          : { result: cipher.open(['feed_item', 'result_sealed', row.id], row.resultSealed) }),
        attempts: row.attempts,
        isUncertain: row.uncertain,
        ...(row.nextAt === null ? {} : { nextAt: row.nextAt }),
        version: row.version,
        createdAt: row.createdAt,
        updatedAt: row.updatedAt,
        ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt }),
      };
    },
  };
}

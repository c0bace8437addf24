/**
 * Pages of a search of Task. Deposits come at the head while others change their state: a page begins behind the last one of the page
 * before, wherever that is by then, so that none is passed over.
 */
import { z } from 'zod';
import { depositKinds, depositStates, type DepositKind, type DepositState } from '../../../mappings/feed/task.ts';
import { pagePosition } from '../cursor.ts';

const date = z.coerce.date().optional();
const keys = <K extends string>(table: Record<K, unknown>): K[] => Object.keys(table) as K[];

export const position = z.object({
  wanted: z.object({
    ids: z.array(z.string()).optional(),
    states: z.array(z.enum(keys<DepositState>(depositStates))).optional(),
    patientIds: z.array(z.string()).optional(),
    kinds: z.array(z.enum(keys<DepositKind>(depositKinds))).optional(),
    takeoverId: z.string().optional(),
    ...{ createdFrom: date, createdUntil: date, updatedFrom: date, updatedUntil: date },
  }),
  oldestFirst: z.boolean(),
  ...pagePosition,
  /** The last one of the page before. */
  after: z.object({ createdAt: z.coerce.date(), id: z.string() }).optional(),
});

/** Where a page begins, and what it is a page of. */
export type Position = z.output<typeof position>;

/** Pages of the record. It only grows, at its head: a page begins after the last record of the one before. */
import { z } from 'zod';
import { pagePosition } from '../cursor.ts';

export const position = z.object({
  wanted: z.object({
    ids: z.array(z.string()).readonly().optional(),
    person: z.string().optional(),
    patientId: z.string().optional(),
    outcome: z.enum(['pending', 'success', 'refused', 'failure', 'major']).optional(),
    terms: z.array(z.array(z.string()).readonly()).readonly().optional(),
    from: z.coerce.date().optional(),
    until: z.coerce.date().optional(),
  }),
  ...pagePosition,
  /** The last record of the page before. */
  after: z.string().optional(),
});

/** Where a page begins, and what it is a page of. */
export type Position = z.output<typeof position>;

/** What is kept, encrypted, of a deposit until it has come through: the request, and in whose name it is made. */
import { z } from 'zod';
import { callerSnapshot } from '../../auth/snapshot.ts';

const content = z.object({
  caller: callerSnapshot,
  /** A DocumentReference with its content, or a Bundle. */
  body: z.unknown(),
  /** Of the request by which it was taken in. */
  requestId: z.string().optional(),
  /** Of a conditional create. */
  ifNoneExist: z.string().optional(),
  /** What the feeding rules said then (`Judgement.decided`). */
  decided: z.unknown().optional(),
});

export type FeedContent = z.output<typeof content>;

/** Undefined when what was stored is not what this version stores. */
export const readContent = (stored: unknown): FeedContent | undefined => content.safeParse(stored).data;

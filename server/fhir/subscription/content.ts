/** What is kept, encrypted, of a subscription: what its owner asked for, and in whose name it works. */
import { z } from 'zod';
import type { Caller } from '../../auth/caller.ts';
import { callerSnapshot } from '../../auth/snapshot.ts';

const content = z.object({
  caller: callerSnapshot,
  /** canonical URL */
  topic: z.string(),
  /** Filters other than the patient, as a search writes them. */
  filter: z.array(z.tuple([z.string(), z.string()])),
  endpoint: z.string(),
  /** Name and value. */
  headers: z.array(z.tuple([z.string(), z.string()])),
  mime: z.enum(['application/fhir+json', 'application/fhir+xml']),
  payload: z.enum(['empty', 'id-only']),
  /** seconds */
  heartbeat: z.number().optional(),
  timeout: z.number().optional(),
  /** events a notification */
  maxCount: z.number().optional(),
  /** Subscription.reason */
  reason: z.string(),
});

export type SubscriptionContent = z.output<typeof content>;

/** @throws ZodError when what was stored is not what this version stores */
export const readContent = (stored: unknown): SubscriptionContent => content.parse(stored);

/** Who may see and end a subscription: the same person, through the same client, of the same structure. */
export const ownerOf = ({ clientId, personId, structure }: Caller): string =>
  [clientId, personId, structure.id].join('\n');

/** What is kept, encrypted, of a subscription: what its owner asked for, and in whose name it works. */
import { z } from 'zod';
import { professionShape } from '../../../mappings/rights/professions.ts';
import type { Caller } from '../../auth/caller.ts';

const content = z.object({
  caller: z.object({
    clientId: z.string(),
    scopes: z.array(z.string()),
    personId: z.string(),
    family: z.string(),
    given: z.string(),
    roles: z.array(z.object({ code: z.string(), system: z.string(), display: z.string() })),
    profession: professionShape.optional(),
    structure: z.object({ id: z.string(), name: z.string(), sector: z.string() }),
    strength: z.enum(['psc', 'local']),
    authenticatedAt: z.coerce.date(),
    secret: z.literal(true).optional(),
    purpose: z.enum(['normal', 'bris_de_glace', 'centre_15']),
  }),
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

/** Of a caller, what a later search needs; neither token nor its id. */
export function snapshotOf(caller: Caller): SubscriptionContent['caller'] {
  const {
    clientId,
    scopes,
    personId,
    family,
    given,
    roles,
    profession,
    structure,
    strength,
    authenticatedAt,
    purpose,
    secret,
  } = caller;
  return {
    clientId,
    scopes: [...scopes],
    personId,
    family,
    given,
    roles,
    ...(profession ? { profession } : {}),
    structure,
    strength,
    authenticatedAt,
    purpose,
    ...(secret ? { secret } : {}),
  };
}

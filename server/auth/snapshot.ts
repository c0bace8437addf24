/** What is kept of a caller, encrypted, for work that is done in their name later: neither token nor its id. */
import { z } from 'zod';
import { professionShape } from '../../mappings/rights/professions.ts';
import type { Caller } from './caller.ts';

export const callerSnapshot = z.object({
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
});

export type CallerSnapshot = z.output<typeof callerSnapshot>;

/** Of a caller, what later work needs. */
export function snapshotOf(caller: Caller): CallerSnapshot {
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

/** The form of `Author` (server/registry/administration), as administrators see who did what. */
import { z } from 'zod';

export const author = z.union([
  z.strictObject({
    by: z.literal('api'),
    person: z.string(),
    client: z.string(),
    structure: z.string(),
    requestId: z.string().optional(),
  }),
  z.strictObject({ by: z.literal('cli'), account: z.string() }),
]);

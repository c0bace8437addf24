/** Seeds by name, from a JSON file or from the control port. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { seeds, type Seed } from '../world.ts';
import { isDtm } from '../xds/composites.ts';

const key = z.object({ value: z.string().min(1), oid: z.string().min(1) });
const name = z.object({
  prefix: z.string().optional(),
  given: z.array(z.string()),
  usage: z.string().optional(),
  birth: z.string().optional(),
});
const telecom = z.array(z.object({ value: z.string(), use: z.string().optional() }));
const address = z.object({
  lines: z.array(z.string()).optional(),
  locator: z.string().optional(),
  postalCode: z.string().optional(),
  city: z.string(),
  country: z.string().optional(),
});
const dtm = z.string().refine((text) => text.length === 14 && isDtm(text), 'an instant yyyyMMddHHmmss');

const seed = z.object({
  name: z.string().default('custom'),
  patients: z.array(
    z.strictObject({
      identifiers: z.array(key).min(1),
      name,
      sex: z.enum(['M', 'F']),
      birthDate: z.string().regex(/^\d{8}$/),
      birthPlace: address.optional(),
      deceased: z.boolean().optional(),
      telecom: telecom.optional(),
      address: address.optional(),
      dmp: z.enum(['active', 'terminated', 'none']).default('active'),
      closure: z.object({ date: dtm, code: z.string(), text: z.string().optional() }).optional(),
      mes: z.boolean().default(false),
      internetAccount: z.boolean().optional(),
      treatingPhysician: z.string().optional(),
      authorizations: z
        .array(
          z.strictObject({
            holder: z.string(),
            status: z.enum(['VALIDE', 'EXPIRE', 'INTERDIT']),
            start: dtm.optional(),
            lastAction: dtm.optional(),
            message: z.boolean().optional(),
          }),
        )
        .default([]),
      oppositions: z
        .object({ breakGlass: z.boolean(), emergency: z.boolean() })
        .default({ breakGlass: false, emergency: false }),
      maskedInEmergencies: z.boolean().optional(),
      representatives: z
        .array(z.object({ relationship: z.string(), name, telecom: telecom.optional(), address: address.optional() }))
        .default([]),
    }),
  ),
});

/** A seed from data. @throws Error that says what is wrong with it */
export function parseSeed(data: unknown): Seed {
  const result = seed.safeParse(data);
  if (!result.success) throw new Error(z.prettifyError(result.error));
  return result.data;
}

/** A seed by name, or from a JSON file. @throws Error */
export function findSeed(nameOrFile: string): Seed {
  const known = Object.hasOwn(seeds, nameOrFile) ? seeds[nameOrFile] : undefined;
  if (known !== undefined) return known;
  if (!nameOrFile.endsWith('.json'))
    throw new Error(`unknown seed ${nameOrFile}; known: ${Object.keys(seeds).join(', ')}`);
  return parseSeed(JSON.parse(readFileSync(nameOrFile, 'utf8')));
}

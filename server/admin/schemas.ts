/**
 * JSON Schemas of what the admin API takes and gives, made of the forms that it is read by (`server/registry`). Rules between
 * properties are the error table's.
 */
import { z } from 'zod';
import { depositStates } from '../../mappings/feed/task.ts';
import type { Schema } from '../openapi/types.ts';
import { certificateInput, newStructure } from '../registry/administration/structures.ts';
import { clientContent, clientId } from '../registry/client-input.ts';
import { lps, structureChange, structureContent } from '../registry/structure-input.ts';
import { author } from './author.ts';
import { rulesGiven, rulesShown } from './feeding-rules.ts';

const instant = z.iso.datetime();
const state = z.enum(['active', 'withdrawn']);
const version = z.int().min(1);

const certificate = z.strictObject({
  id: z.string().optional(),
  kind: certificateInput.shape.kind,
  state,
  inForce: z.boolean(),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  notBefore: instant,
  notAfter: instant,
});
const structure = structureContent.extend({
  id: z.string(),
  lps: lps.omit({ homologation: true }),
  isPrimary: z.boolean(),
  state,
  inForce: z.boolean(),
  version: version.optional(),
  updatedAt: instant.optional(),
  certificates: z.array(certificate),
});
const client = clientContent.extend({ id: clientId, state, version, hasSecret: z.boolean(), updatedAt: instant });
const watched = z.strictObject({
  structure: z.string().optional(),
  kind: z.enum(['AUTH_CLI', 'SIGN', 'TLS_CERT']),
  standing: z.enum(['valid', 'expiring', 'urgent', 'expired', 'missing']),
  until: instant.optional(),
  days: z.int().optional(),
});
const chain = z.strictObject({
  streams: z.int().min(0),
  checkpoint: z.strictObject({ number: z.int().min(1), at: instant, records: z.int().min(0) }).optional(),
  unsigned: z.int().min(0),
  heads: z.enum(['match', 'differs', 'unread']),
});
const change = z.strictObject({
  number: z.int().min(1),
  at: instant,
  action: z.string(),
  author,
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  homologation: z.literal('changed').optional(),
});
/** A row of the error table (docs/errors.md). */
const because = z.strictObject({ reason: z.string(), fr: z.string(), en: z.string() });
const count = z.int().min(0);
const feed = z.strictObject({
  structure: z.string(),
  at: instant,
  lanes: z.array(
    z.strictObject({
      lane: z.enum(['live', 'takeover']),
      counts: z
        .strictObject(Object.fromEntries(Object.keys(depositStates).map((state) => [state, count])))
        .describe('By Task.businessStatus.'),
      oldest: instant.optional().describe('When the oldest that is still to be sent was accepted.'),
      oldestSeconds: count.optional(),
      pause: because.extend({ until: instant }).optional().describe('What closes the lane now.'),
    }),
  ),
  delivered: z.strictObject({ hour: count, day: count }).describe('In the last hour, and in the last 24.'),
  unannounced: z
    .strictObject({ count, oldest: instant.optional() })
    .describe('Documents of the structure in the DMP that the patient does not see until they were announced.'),
  failed: z
    .array(because.extend({ state: z.enum(['refused', 'exhausted']), count, last: instant }))
    .describe('What failed and is still kept, by why; the sentences say what to do.'),
});
const secret = z.string().regex(/^[\w-]{43,128}$/);
/** RFC 7396: null takes a property away. */
const clientChange = z.strictObject(
  Object.fromEntries(Object.entries(clientContent.shape).map(([name, form]) => [name, form.nullable().optional()])),
);

const schemaOf = (form: z.ZodType, io: 'input' | 'output'): Schema => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(form, { io });
  return schema as Schema;
};

const given = {
  AdminNewStructure: newStructure,
  AdminStructureChange: structureChange,
  AdminNewCertificate: certificateInput,
  AdminNewClient: clientContent.extend({ id: clientId.optional(), secret: secret.optional() }),
  AdminClientChange: clientChange.extend({ secret: secret.optional() }),
  AdminSecret: z.strictObject({ secret }),
  ...rulesGiven,
};
const shown = {
  AdminStructure: structure,
  AdminStructures: z.strictObject({ structures: z.array(structure) }),
  AdminCertificate: certificate,
  AdminCertificates: z.strictObject({ certificates: z.array(certificate) }),
  AdminWatch: z.strictObject({ certificates: z.array(watched) }),
  AdminChain: chain,
  AdminClient: client,
  AdminClients: z.strictObject({ clients: z.array(client) }),
  AdminFeed: feed,
  AdminHistory: z.strictObject({ changes: z.array(change) }),
  ...rulesShown,
};
export type AdminSchema = keyof typeof given | keyof typeof shown;

/** By their names among the components. */
export const adminSchemas = (): Record<string, Schema> =>
  Object.fromEntries([
    ...Object.entries(given).map(([name, form]) => [name, schemaOf(form, 'input')] as const),
    ...Object.entries(shown).map(([name, form]) => [name, schemaOf(form, 'output')] as const),
  ]);

/**
 * What is kept of a notable event, as the mapping reads it: the row of the store, and in its details who did it and what. Details
 * are any JSON: what they hold beyond the names below is shown as it is, when it is plain.
 */
import { z } from 'zod';
import type { RecordKind } from './kinds.ts';

/** A row on record (`StoredRecord` of the store fits). */
export interface KeptRecord {
  id: string;
  kind: RecordKind;
  at: Date;
  /** Struct_IdNat */
  structure: string;
  /** PS_IdNat; absent: nobody who was known. */
  person?: string;
  clientId: string;
  requestId?: string;
  /** Our `Patient.id`. */
  patientId?: string;
  outcome: 'success' | 'refused' | 'failure';
  details: unknown;
}

const who = z.object({
  family: z.string(),
  given: z.string(),
  /** `system` is an OID. */
  roles: z.array(z.object({ code: z.string(), system: z.string(), display: z.string() })),
  strength: z.enum(['psc', 'local']),
  purpose: z.enum(['normal', 'bris_de_glace', 'centre_15']),
  /** With `bris_de_glace`. */
  reason: z.string().optional(),
  /** `jti` */
  tokenId: z.string().optional(),
  isAdministrator: z.boolean().optional(),
});
/** The caller, as far as it is kept beside the ids of the row. */
export type Who = z.output<typeof who>;

const what = z.looseObject({
  /** `Consent.id` of what it is about, and its version. */
  consent: z.string().optional(),
  version: z.number().optional(),
  /** Further resources: `DocumentReference/…`. */
  references: z.array(z.string()).optional(),
  /** Rows of the error table: why it was refused. */
  problems: z.array(z.string()).optional(),
});
/** What was done; its members beyond these are shown by their names. */
export type What = z.output<typeof what>;

/** The form in which details are kept. */
export interface Details {
  who: Who;
  what: What;
}

/** What is kept of a caller and of what the caller did. */
export function detailsOf(caller: Who, done: unknown): { who: Who; what: unknown } {
  return { who: who.parse(caller), what: done };
}

/** Reads kept details; what was not kept by `detailsOf` is what was done, by somebody whose id alone is on record. */
export function readDetails(details: unknown): Partial<Details> {
  const kept = (details ?? {}) as { who?: unknown; what?: unknown };
  const readWho = who.safeParse(kept.who);
  const readWhat = what.safeParse(readWho.success ? kept.what : kept);
  return {
    ...(readWho.success ? { who: readWho.data } : {}),
    ...(readWhat.success ? { what: readWhat.data } : {}),
  };
}

/** What is registered of a structure. */
import { z } from 'zod';
import { displayOf } from '../../mappings/terminology/valuesets.ts';
import { distinct, text } from './input.ts';

/** PS_IdNat: a health professional's number, or that of a person without RPPS in a structure. */
export const personId = z.string().regex(/^\d{9,15}(\/[\w.-]{1,40})?$/, '899700101233 | 3990100109/DIR-01');

/** A code of a nomenclature of ours. */
const code = (oid: string, examples: string) =>
  z.string().refine((value) => displayOf(value, oid) !== undefined, examples);

export const lps = z.strictObject({
  name: text(100),
  version: text(40),
  id: text(100),
  /** A secret of the vendor (auth §1.3, EX_GEN-1490): written, never read back. */
  homologation: text(100),
  oid: z.string().regex(/^[0-2](\.(0|[1-9]\d*)){1,30}$/, '1.2.250.1.…'),
});

/** Everything of `Structure` but its id. */
export const structureContent = z.strictObject({
  name: text(200),
  sector: code('1.2.250.1.71.4.2.4', 'JDV_J61: SA17, SA01, …'),
  practiceSetting: code('1.2.250.1.213.1.1.4.9', 'TRE_A01: ESSMS, ETABLISSEMENT, …'),
  contentType: code('1.2.250.1.213.2.2', 'JDV_J59: 11, 04, …'),
  lps,
  administrators: distinct(personId).default([]),
  professionals: distinct(personId, 5000).default([]),
});
export type StructureContent = z.output<typeof structureContent>;

/** A change: what is absent stays. Of `lps` too. Lists are replaced. */
export const structureChange = structureContent
  .extend({
    lps: lps.partial(),
    administrators: distinct(personId),
    professionals: distinct(personId, 5000),
  })
  .partial();

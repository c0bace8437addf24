/**
 * Words that somebody else wrote: they go into XML, HL7 v2 composites and the log. Bounded, and without what XML cannot hold, what
 * ends a line or what nobody sees (Cf: marks of direction, blanks of no width), which would have a text read as another.
 */
import { z } from 'zod';

export const word = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]*$/u);

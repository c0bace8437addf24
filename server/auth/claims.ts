/**
 * The claims of an access token, as far as they are read: their form, before anything is believed of them. What they become
 * stands in `token.ts`.
 */
import { z } from 'zod';
import { IssueError } from '../../mappings/outcome.ts';
import { word } from '../../mappings/words.ts';

/** Several lines are allowed. */
const sentences = z
  .string()
  .max(500)
  .regex(/^(?:[^\p{Cc}\p{Cf}\p{Cs}\ufffe\uffff]|[\t\n\r])*$/u);
/** Seconds since 1970 that a Date can hold. */
const instant = z.number().min(0).max(8_640_000_000_000);

/** PS_IdNat: `8` and the RPPS number, or of somebody without one, `3<FINESS>/<internal id>`. */
export const personId = z.string().regex(/^[0-9](?:\d{8,14})(?:\/[\w.-]{1,40})?$/);

const coding = z.object({ system: word.optional(), code: word, display: word.optional() });
const list = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item)]).transform((v) => (Array.isArray(v) ? v : [v]) as z.output<T>[]);

/** The traits that the professional confirmed, named as OpenID Connect names those of a person. */
const confirmedPatient = z.object({
  family_name: word,
  given_name: word,
  // Any month and day: an INS knows dates that no calendar has (auth §1.5).
  birthdate: z.iso.date(),
});

export const claims = z.object({
  sub: word,
  client_id: word.optional(),
  azp: word.optional(),
  scope: z.string().default(''),
  jti: word.optional(),
  iat: instant,
  exp: instant.optional(),
  auth_time: instant.optional(),
  family_name: word.optional(),
  given_name: word.optional(),
  extensions: z.object({
    ihe_iua: z.object({
      national_provider_identifier: personId,
      subject_name: word.optional(),
      subject_role: list(coding).pipe(z.array(coding).min(1).max(3)),
      subject_organization_id: word,
      purpose_of_use: list(z.union([word, coding]))
        .pipe(z.array(z.union([word, coding])).max(1))
        .optional(),
      person_id: word.optional(),
    }),
    dmp: z
      .object({
        authentication: word.optional(),
        access_reason: sentences.optional(),
        confirmed_patient: confirmedPatient.optional(),
        structure_administrator: z.boolean().optional(),
        secret_access: z.boolean().optional(),
        launch_patient: word.optional(),
      })
      .default({}),
  }),
});

export type Claims = z.output<typeof claims>;

/** A refusal that names what is wrong with the token: a claim, never its value. */
export const tokenInvalid = (reason: string): IssueError =>
  new IssueError({ key: 'token-invalid', values: { reason } });

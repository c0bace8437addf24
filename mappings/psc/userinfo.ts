/**
 * The userinfo of Pro Santé Connect, as far as it is read (auth §1.1): its form, before anything is believed of it. Most members are
 * `""`, null or absent; what is there and is not what it should be refuses the whole.
 */
import { z } from 'zod';
import { IssueError } from '../outcome.ts';
import { word } from '../words.ts';

/** What may be left out: `""` and null are as nothing. */
const optional = <T extends z.ZodType>(said: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), said.optional());

/** Without the blanks around it. */
const text = optional(word.transform((said) => said.trim() || undefined));
const code = optional(z.string().regex(/^[\w.-]{1,40}$/));
/** `<code>^<OID>` */
const codedWord = z
  .string()
  .regex(/^[\w.-]{1,40}\^[\d.]{1,80}$/)
  .transform((said) => said.slice(0, said.indexOf('^')));
/** More would be no person's. */
const most = 50;
const list = <T extends z.ZodType>(item: T) => optional(z.array(item).max(most)).transform((said) => said ?? []);

const activity = z.object({
  codeSecteurDactivite: code,
  codeSectionPharmacien: code,
  codeRole: code,
  ancienIdentifiantDeLaStructure: code,
  numeroFinessSite: code,
  numeroFinessetablissementJuridique: code,
  numeroSiretSite: code,
  raisonSocialeSite: text,
  enseigneCommercialeSite: text,
});

const exercise = z.object({
  codeProfession: code,
  codeSavoirFaire: code,
  nomDexercice: text,
  prenomDexercice: text,
  activities: list(activity),
});

const userinfo = z.object({
  sub: word,
  /** PS_IdNat: 8 and the RPPS number, or what a directory without RPPS numbers gives (`<id>/<internal id>`). */
  SubjectNameID: z.string().regex(/^\w[\w.-]{2,39}(?:\/[\w.-]{1,40})?$/),
  family_name: text,
  given_name: text,
  SubjectOrganization: text,
  SubjectOrganizationID: code,
  SubjectRole: list(codedWord),
  Secteur_Activite: optional(codedWord),
  SubjectRefPro: optional(z.object({ exercices: list(exercise) })).transform((said) => said ?? { exercices: [] }),
});

export type Activity = z.output<typeof activity>;
export type Exercise = z.output<typeof exercise>;
export type Userinfo = z.output<typeof userinfo>;

/** What Pro Santé Connect says does not hold; names the member, never its value. */
export const pscInvalid = (reason: string): IssueError => new IssueError({ key: 'psc-invalid', values: { reason } });

/** @throws IssueError `psc-invalid` naming the members that are not what they should be */
export function readUserinfo(json: unknown): Userinfo {
  const read = userinfo.safeParse(json);
  if (read.success) return read.data;
  // Indexes say nothing that a reader needs; names of members are ours, for the shape knows no others.
  const places = read.error.issues.map((i) => i.path.filter((step) => typeof step === 'string').join('.'));
  throw pscInvalid([...new Set(places.map((place) => place || 'userinfo'))].join(', '));
}

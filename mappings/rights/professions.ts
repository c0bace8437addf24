/**
 * Which roles a VIHF carries, by profession (dmp-wire §2.3): the profession, then a specialty where the profession asks for
 * one, then the role in which somebody takes part in the care. Professions: those of JDV_J65, to which a deployer adds
 * (docs/professions.md).
 */
import { z } from 'zod';
import type { Role } from '../terminology/profession.ts';
import { isOid, schemes } from '../terminology/systems.ts';
import { displayOf, valueSets } from '../terminology/valuesets.ts';

/** Code systems of a specialty, and the right that is missing without it. */
export const specialtySystems = {
  TRE_R01: [schemes.specialty, 'specialty'],
  TRE_G05: ['1.2.250.1.71.4.2.6', 'section'],
} as const;
export type SpecialtySystem = keyof typeof specialtySystems;
/** TRE_R85 */
export const careRoles = '1.2.250.1.213.1.6.1.107';

export interface Profession {
  code: string;
  /** OID */
  system: string;
  /** Label of the VIHF. */
  display: string;
  /** The code system of the specialty that it must say; absent: it says none. */
  specialty?: SpecialtySystem;
  /** Whether a role of TRE_R85 follows. */
  careRole: 'never' | 'optional' | 'required';
  /** A program and no person: the VIHF names the software, and the person who answers for it. */
  automaton?: true;
}

/** Which right is missing, by the row `dmp-rights-<code>` of the error table. */
export type RoleProblem = 'role' | 'profession' | 'specialty' | 'section' | 'care-role' | 'roles';

type Rule = Omit<Profession, 'code' | 'system' | 'display'>;

/** By the code system of the profession. */
const rules: Readonly<Record<string, Rule>> = {
  [schemes.profession]: { careRole: 'optional' },
  '1.2.250.1.213.1.6.1.109': { careRole: 'optional' }, // TRE_R95: titles
  '1.2.250.1.213.1.6.1.4': { careRole: 'optional' }, // TRE_R94: social professions
  '1.2.250.1.213.1.6.1.140': { careRole: 'required' }, // TRE_R291: « acteur caractérisé par son rôle »
  [schemes.producer]: { careRole: 'never' }, // TRE_A00
};

/**
 * Those that are not as their code system, by `<system> <code>`. Assumed: automatic feeding and devices are named as the automaton
 * is, the only one that a source shows.
 */
const exceptions: Readonly<Record<string, Rule>> = {
  [`${schemes.profession} 10`]: { careRole: 'optional', specialty: 'TRE_R01' },
  [`${schemes.profession} 21`]: { careRole: 'optional', specialty: 'TRE_G05' },
  [`${schemes.producer} AUTOMATE`]: { careRole: 'never', automaton: true },
  [`${schemes.producer} ALIM_AM`]: { careRole: 'never', automaton: true },
  [`${schemes.producer} DISPOSITIF`]: { careRole: 'never', automaton: true },
};

const keyOf = ({ system, code }: Pick<Profession, 'code' | 'system'>): string => `${system} ${code}`;

export type Professions = ReadonlyMap<string, Profession>;

/** Every profession of JDV_J65. */
export const ownProfessions: Professions = new Map(
  [...valueSets.J65.codes].flatMap(([system, codes]) => {
    const rule = rules[system];
    return [...(rule ? codes : [])].map((code): [string, Profession] => {
      const key = keyOf({ system, code });
      return [
        key,
        { code, system, display: displayOf(code, system) ?? code, ...(exceptions[key] ?? rule) } as Profession,
      ];
    });
  }),
);

/** Systems of JDV_J65 whose codes follow a profession; what a profession does not say of them, a VIHF leaves out. */
const following = new Set([...valueSets.J65.codes.keys()].filter((system) => !(system in rules)));

const word = z.string().regex(/^[^\p{Cc}\p{Cf}\p{Cs}\ufffe\uffff]{1,200}$/u, 'a text without control characters');
/** A row of the deployer's file. */
export const professionShape = z
  .strictObject({
    code: z.string().regex(/^\S{1,64}$/, 'a code without white space'),
    system: z.string().refine(isOid, 'an OID without prefix'),
    display: word,
    specialty: z.enum(['TRE_R01', 'TRE_G05']).optional(),
    careRole: z.enum(['never', 'optional', 'required']).default('optional'),
    automaton: z.literal(true).optional(),
  })
  .refine(
    (p) => !p.automaton || (p.specialty === undefined && p.careRole === 'never'),
    'an automaton has no other role',
  )
  .refine((p) => !following.has(p.system), { path: ['system'], message: 'a code system of specialties or roles' });

const file = z.strictObject({ version: word, source: word, professions: z.array(professionShape) });

/**
 * The deployer's professions, in the format of docs/professions.md.
 * @throws RangeError naming every place of the file that breaks the format, never its value
 */
export function parseProfessions(json: unknown): Professions {
  const read = file.safeParse(json);
  const places = read.success ? [] : read.error.issues.map((i) => `${i.path.join('.') || 'the file'}: ${i.message}`);
  const rows = read.success ? (read.data.professions as Profession[]) : [];
  const keys = rows.map(keyOf);
  keys.forEach((key, i) => {
    if (keys.indexOf(key) < i) places.push(`professions.${i}: the profession is there already`);
  });
  if (places.length > 0) throw new RangeError(places.join('; '));
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** The row of a profession, by its role. */
export const professionOf = (table: Professions, role: Role | undefined): Profession | undefined =>
  role && table.get(keyOf(role));

/** The terminology's own label, so that nobody's token words it; that of a code younger than ours as it was given. */
const labelled = (role: Role): Role => ({ ...role, display: displayOf(role.code, role.system) ?? role.display });

/** The roles that follow the profession, of those given; or what is missing or too much. */
function followers({ specialty, careRole }: Profession, given: readonly Role[]): Role[] | RoleProblem {
  if (given.some(({ system }) => !following.has(system))) return 'roles';
  const of = (system: string | undefined): Role[] => given.filter((r) => r.system === system);
  const [system, missing] = specialty ? specialtySystems[specialty] : [];
  const specialties = of(system);
  const parts = careRole === 'never' ? [] : of(careRoles);
  if (specialties.length > 1 || parts.length > 1) return 'roles';
  if (missing && specialties.length === 0) return missing;
  if (careRole === 'required' && parts.length === 0) return 'care-role';
  return [...specialties, ...parts];
}

/**
 * The roles of a VIHF, of those that a caller has.
 * @param roles the profession first; `system` is an OID
 * @param added the deployer's row of the profession, when it has one: it takes the place of ours
 * @returns what is missing where they do not fit
 */
export function vihfRoles(
  roles: readonly Role[],
  added?: Profession,
): { roles: Role[]; profession: Profession } | RoleProblem {
  const [first, ...others] = roles;
  if (!first || others.length > 2) return 'role';
  const profession = added && keyOf(added) === keyOf(first) ? added : professionOf(ownProfessions, first);
  if (!profession) return 'profession';
  const rest = followers(profession, others);
  if (typeof rest === 'string') return rest;
  const { code, system, display } = profession;
  return { roles: [{ code, system, display }, ...rest.map(labelled)], profession };
}

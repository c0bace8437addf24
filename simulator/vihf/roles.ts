/** The roles of a VIHF (dmp-wire §2.3, JDV_J65): who may stand first, who must have a speciality. */
import { vihfFault } from './rules.ts';
import type { Role } from './types.ts';

export const roleSystems = {
  professions: '1.2.250.1.71.1.2.7', // TRE_G15
  specialities: '1.2.250.1.71.4.2.5', // TRE_R01
  pharmacySections: '1.2.250.1.71.4.2.6', // TRE_G05
  nonProfessionals: '1.2.250.1.213.1.1.4.6', // TRE_A00 (AUTOMATE, SECRETARIAT_MEDICAL…)
  socialProfessions: '1.2.250.1.213.1.6.1.4', // TRE_R94
  titles: '1.2.250.1.213.1.6.1.109', // TRE_R95
  otherProfessions: '1.2.250.1.213.1.6.1.140', // TRE_R291
  careRoles: '1.2.250.1.213.1.6.1.107', // TRE_R85
} as const;

const first: string[] = [
  roleSystems.professions,
  roleSystems.nonProfessionals,
  roleSystems.socialProfessions,
  roleSystems.titles,
  roleSystems.otherProfessions,
];

/** Professions whose second role is mandatory, with its code system. */
const specialityOf: Record<string, string> = {
  '10': roleSystems.specialities,
  '21': roleSystems.pharmacySections,
};

/** @throws SoapFault when the roles are not those of one profession */
export function checkRoles(roles: Role[]): void {
  const [profession, second, third, ...more] = roles;
  if (profession === undefined || more.length > 0) throw vihfFault('ROLE_FORM');
  if (!first.includes(profession.codeSystem)) throw vihfFault('ROLE_SYSTEM');
  const speciality = profession.codeSystem === roleSystems.professions ? specialityOf[profession.code] : undefined;
  if (speciality !== undefined && second?.codeSystem !== speciality) throw vihfFault('ROLE_SPECIALITY');
  const careRole = speciality === undefined ? second : third;
  const extra = speciality === undefined ? third : undefined;
  if (extra !== undefined || (careRole !== undefined && careRole.codeSystem !== roleSystems.careRoles))
    throw vihfFault('ROLE_EXTRA');
}

/** A health professional, as opposed to an employee who is not one (columns CPE and PE of the rights matrices). */
export const isProfessional = (roles: Role[]): boolean =>
  roles[0]?.codeSystem === roleSystems.professions || roles[0]?.codeSystem === roleSystems.titles;

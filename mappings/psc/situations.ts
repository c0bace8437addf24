/**
 * Pro Santé Connect's userinfo as situations d'exercice, one of which a professional works in (auth §1.1; the VIHF's attributes
 * that they become: auth §1.3). One situation for each activity of each exercise; one for an exercise without activities; and when
 * there are no exercises at all, the one that the `Subject…` members describe.
 */
import {
  careRoles,
  ownProfessions,
  professionOf,
  specialtySystems,
  type Professions,
  type SpecialtySystem,
} from '../rights/professions.ts';
import type { Role } from '../terminology/profession.ts';
import { schemes } from '../terminology/systems.ts';
import { displayOf } from '../terminology/valuesets.ts';
import { pscInvalid, type Activity, type Exercise, type Userinfo } from './userinfo.ts';

/** One way in which a professional practises: an exercise, with one of its activities when there are any. */
export interface Situation {
  /** Stable within one userinfo, e.g. `0.2`: exercise 0, activity 2. */
  id: string;
  /** Names of this exercise; may differ from the civil ones. */
  family: string;
  given: string;
  /** 1..3: profession (TRE_G15), then specialty and role in the care where the profession asks for one. `system` is an OID. */
  roles: Role[];
  /** Struct_IdNat candidates, best first; often none. */
  structureIds: readonly string[];
  structureName?: string;
  /** JDV_J61 */
  sector?: string;
}

/**
 * Where a Struct_IdNat may stand, best first, and how the number becomes one. The legal entity's FINESS is among them: it is the
 * holder of the certificates (auth §1.4).
 */
const structureNumbers: readonly (readonly [member: keyof Activity, form: RegExp, prefix: string])[] = [
  ['ancienIdentifiantDeLaStructure', /^[A-Za-z0-9]{2,20}$/, ''],
  ['numeroFinessSite', /^\d[\dAB]\d{7}$/i, '1'],
  ['numeroFinessetablissementJuridique', /^\d[\dAB]\d{7}$/i, '1'],
  ['numeroSiretSite', /^\d{14}$/, '3'],
];

function structureIds(activity: Activity | undefined): string[] {
  const ids = structureNumbers.flatMap(([member, form, prefix]) => {
    const number = activity?.[member];
    return number !== undefined && form.test(number) ? [prefix + number.toUpperCase()] : [];
  });
  return [...new Set(ids)];
}

const role = (code: string, system: string): Role => ({ code, system, display: displayOf(code, system) ?? code });

/**
 * The profession by its code, which comes without system: TRE_G15 where it has the code or nobody has, else the one other list of
 * professions that has it (social professions, titles).
 */
function professionRole(code: string, added: Professions): Role {
  const systems = [...added.values(), ...ownProfessions.values()].filter((p) => p.code === code).map((p) => p.system);
  const [only, ...others] = new Set(systems);
  const isHealth = only === undefined || others.length > 0 || systems.includes(schemes.profession);
  return role(code, isHealth ? schemes.profession : only);
}

/** The profession, and what it asks for of those codes that may be it. */
function rolesOf(
  code: string | undefined,
  candidates: { [name in SpecialtySystem | 'TRE_R85']: string | undefined },
  added: Professions,
): Role[] {
  if (code === undefined) return [];
  const first = professionRole(code, added);
  const profession = professionOf(added, first) ?? professionOf(ownProfessions, first);
  const asked = profession?.specialty;
  const specialty = asked && candidates[asked];
  const care = profession?.careRole === 'required' ? candidates.TRE_R85 : undefined;
  return [
    first,
    ...(specialty ? [role(specialty, specialtySystems[asked][0])] : []),
    ...(care ? [role(care, careRoles)] : []),
  ];
}

/**
 * The situations that a userinfo holds, in its order.
 * @param added the deployer's professions, which go before ours
 * @throws IssueError `psc-invalid` when nobody is named, or no situation has a profession
 */
export function situationsOf(info: Userinfo, added: Professions = new Map()): Situation[] {
  const { exercices } = info.SubjectRefPro;
  // What the `Subject…` members say can be said of an exercise only when there is but one.
  const subject = exercices.length < 2 ? info : undefined;
  const found = (exercices.length > 0 ? exercices : [undefined]).flatMap((exercise, e) =>
    (exercise?.activities.length ? exercise.activities : [undefined]).map((activity, a) => {
      const id = activity ? `${e}.${a}` : `${e}`;
      return situation(id, info, subject, exercise, activity, added);
    }),
  );
  const whole = found.filter((s) => s.roles.length > 0);
  if (whole.length === 0) throw pscInvalid('SubjectRefPro, SubjectRole');
  return whole;
}

function situation(
  id: string,
  person: Userinfo,
  subject: Userinfo | undefined,
  exercise: Exercise | undefined,
  activity: Activity | undefined,
  added: Professions,
): Situation {
  const family = exercise?.nomDexercice ?? person.family_name;
  const given = exercise?.prenomDexercice ?? person.given_name;
  if (family === undefined || given === undefined) throw pscInvalid('family_name, given_name');
  const [profession, second] = subject?.SubjectRole ?? [];
  const inSubject = activity ? undefined : subject;
  const ids = activity ? structureIds(activity) : [inSubject?.SubjectOrganizationID ?? []].flat();
  const name = activity?.raisonSocialeSite ?? activity?.enseigneCommercialeSite ?? inSubject?.SubjectOrganization;
  const sector = activity?.codeSecteurDactivite ?? inSubject?.Secteur_Activite;
  return {
    id,
    family,
    given,
    roles: rolesOf(
      exercise?.codeProfession ?? profession,
      {
        TRE_R01: exercise?.codeSavoirFaire ?? second,
        TRE_G05: activity?.codeSectionPharmacien ?? second,
        TRE_R85: activity?.codeRole ?? second,
      },
      added,
    ),
    structureIds: ids,
    ...(name === undefined ? {} : { structureName: name }),
    ...(sector === undefined ? {} : { sector }),
  };
}

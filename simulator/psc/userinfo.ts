/** userinfo in Pro Santé Connect's own format (auth §1.1): its names, its order of nesting, its empty fields. */
import { type Token, liveToken, type PscWorld } from './world.ts';
import type { Activity, Exercise, Person } from './people.ts';
import { type Exchange, json, OAuthError, parameter, type Reply } from './http.ts';
import { thumbprint } from './client-auth.ts';

/** Every field of an activity, in PSC's order; what the directory does not know is an empty text. */
const activityFields = [
  'codeModeExercice',
  'codeSecteurDactivite',
  'codeSectionPharmacien',
  'codeRole',
  'codeGenreActivite',
  'numeroSiretSite',
  'numeroSirenSite',
  'numeroFinessSite',
  'numeroFinessetablissementJuridique',
  'identifiantTechniqueDeLaStructure',
  'raisonSocialeSite',
  'enseigneCommercialeSite',
  'complementDestinataire',
  'complementPointGeographique',
  'numeroVoie',
  'indiceRepetitionVoie',
  'codeTypeDeVoie',
  'libelleVoie',
  'mentionDistribution',
  'bureauCedex',
  'codePostal',
  'codeCommune',
  'codePays',
  'telephone',
  'telephone2',
  'telecopie',
  'adresseEMail',
  'codeDepartement',
  'ancienIdentifiantDeLaStructure',
  'autoriteDenregistrement',
] as const;

const activity = (given: Activity) => {
  const known: Partial<Record<string, string>> = { codeGenreActivite: 'GENR01', ...given }; // care, TRE_R22
  return Object.fromEntries(activityFields.map((field) => [field, known[field] ?? '']));
};

const exercise = (person: Person, given: Exercise) => {
  const names = {
    nomDexercice: given.nomDexercice ?? person.family,
    prenomDexercice: given.prenomDexercice ?? person.given,
  };
  // Little is known of it, and the rest has no member: a sample shows such a one.
  if (given.activities === undefined)
    return { codeProfession: given.codeProfession, ...names, codeTypeSavoirFaire: '' };
  return {
    codeProfession: given.codeProfession,
    codeCategorieProfessionnelle: isProfessional(person) ? 'C' : '',
    codeCiviliteDexercice: person.civility,
    ...names,
    codeTypeSavoirFaire: given.codeSavoirFaire === undefined ? '' : 'S',
    codeSavoirFaire: given.codeSavoirFaire ?? '',
    activities: given.activities.map(activity),
  };
};

/** Known to the national directory by RPPS (8 and eleven digits). */
const isProfessional = ({ id }: Person): boolean => /^8\d{11}$/.test(id);

const roles = '1.2.250.1.213.1.1.5.5'; // JDV_J65

/** `sub` of a person: `f:<uuid of the federation>:<SubjectNameID>`. */
export const subjectOf = ({ id }: Person): string => `f:4f0c7f5e-5d0a-4f7e-9c3b-2f6a7f1f9d10:${id}`;

/** What userinfo says of a person. */
export function userinfoOf(person: Person): Record<string, unknown> {
  const first = person.exercises.flatMap(({ activities }) => activities ?? [])[0];
  return {
    sub: subjectOf(person),
    email_verified: false,
    preferred_username: person.id,
    given_name: person.given,
    family_name: person.family,
    SubjectNameID: person.id,
    SubjectRole: [...new Set(person.exercises.map((e) => `${e.codeProfession}^${roles}`))],
    SubjectRefPro: {
      codeCivilite: person.civility,
      exercices: person.exercises.map((e) => exercise(person, e)),
    },
    ...(first === undefined ? {} : withActivity(person, first)),
  };
}

/** Members that are absent where there is no activity. */
const withActivity = (person: Person, first: Activity) => ({
  Secteur_Activite: `${first.codeSecteurDactivite}^1.2.250.1.71.4.2.4`,
  SubjectOrganization: first.raisonSocialeSite,
  SubjectOrganizationID: '',
  Mode_Acces_Raison: '',
  Acces_Regulation_Medicale: 'FAUX',
  UITVersion: '1.0',
  Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
  PSI_Locale: '1.2.250.1.213.1.3.1.1',
  otherIds: isProfessional(person) ? [{ identifiant: person.id, origine: 'RPPS', qualite: 1 }] : [],
});

/** The userinfo endpoint (OpenID Connect Core §5.3, RFC 6750): the token in the header, and from whom it is bound to. */
export function userinfo(world: PscWorld, exchange: Exchange): Reply {
  const token = bearer(world, exchange);
  const { person } = token.grant.session;
  const claims = userinfoOf(person);
  const fault = world.faults.take(({ kind }) => kind === 'otherSubject' || kind === 'userinfoWithoutSubjectNameID');
  if (fault?.kind === 'otherSubject') return json(userinfoOf(world.people.find((p) => p !== person) ?? person));
  if (fault !== undefined) delete claims['SubjectNameID'];
  return json(claims);
}

function bearer(world: PscWorld, { headers, certificate, form }: Exchange): Token {
  const [, text] = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '') ?? [];
  const challenge = 'Bearer realm="esante-wallet"';
  if (text === undefined) {
    if (parameter(form, 'access_token') !== undefined)
      throw new OAuthError('invalid_request', 'The token goes into the Authorization header');
    throw new OAuthError('invalid_token', 'Missing token', 401, { 'www-authenticate': challenge });
  }
  const invalid = (description: string) =>
    new OAuthError('invalid_token', description, 401, {
      'www-authenticate': `${challenge}, error="invalid_token", error_description="${description}"`,
    });
  const token = liveToken(world, text);
  if (token?.kind !== 'access') throw invalid('Token verification failed');
  const bound = (token.claims['cnf'] as Record<string, string> | undefined)?.['x5t#S256'];
  if (bound !== undefined && (certificate === undefined || thumbprint(certificate) !== bound))
    throw invalid('Client certificate missing, or its thumbprint is not the one the token is bound to');
  return token;
}

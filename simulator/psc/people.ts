/**
 * The professionals of the stand-in, all invented: those of the simulated DMP's story, and a few whom relying parties
 * stumble over. Codes are those of the national terminologies (TRE_G15, TRE_R01, TRE_G05, TRE_R02, TRE_R85, TRE_R291).
 */

/** One place of work; fields of the directory that nobody filled in stay empty. */
export interface Activity {
  /** L: self-employed; S: employed. */
  codeModeExercice: 'L' | 'S';
  /** TRE_R02 */
  codeSecteurDactivite: string;
  raisonSocialeSite: string;
  /** Struct_IdNat */
  ancienIdentifiantDeLaStructure?: string;
  numeroFinessSite?: string;
  numeroFinessetablissementJuridique?: string;
  numeroSiretSite?: string;
  numeroSirenSite?: string;
  /** TRE_G05 */
  codeSectionPharmacien?: string;
  /** TRE_R85 */
  codeRole?: string;
  codePostal?: string;
  codeCommune?: string;
  codeDepartement?: string;
}

export interface Exercise {
  /** TRE_G15, or TRE_R291 */
  codeProfession: string;
  /** Names of this exercise, where they are not the civil ones. */
  nomDexercice?: string;
  prenomDexercice?: string;
  /** Speciality, TRE_R01 */
  codeSavoirFaire?: string;
  /** Absent: userinfo has no such member. */
  activities?: readonly Activity[];
}

export interface Person {
  /** SubjectNameID and preferred_username: PS_IdNat. */
  id: string;
  given: string;
  family: string;
  civility: 'M' | 'MME';
  exercises: readonly Exercise[];
  /** What the login page says beside the name. */
  about: string;
}

const isere = { codePostal: '38000', codeCommune: '38185', codeDepartement: '38' } as const;
const careHome = {
  codeModeExercice: 'S',
  codeSecteurDactivite: 'SA17',
  raisonSocialeSite: 'EHPAD FICTIF LE VERGER',
  numeroFinessSite: '990100109',
  ancienIdentifiantDeLaStructure: '1990100109',
  ...isere,
} as const satisfies Activity;
const hospital = {
  codeModeExercice: 'S',
  codeSecteurDactivite: 'SA01',
  raisonSocialeSite: 'CENTRE HOSPITALIER FICTIF DE VALMONT',
  numeroSiretSite: '99910023300041',
  numeroSirenSite: '999100233',
  ...isere,
} as const satisfies Activity;

export const people: readonly Person[] = [
  {
    id: '899700101233',
    given: 'HÉLÈNE',
    family: 'MAUREL',
    civility: 'MME',
    about: 'médecin, deux exercices et trois activités',
    exercises: [
      {
        codeProfession: '10',
        codeSavoirFaire: 'SM18',
        activities: [
          careHome,
          { codeModeExercice: 'L', codeSecteurDactivite: 'SA07', raisonSocialeSite: 'CABINET DU DR MAUREL', ...isere },
        ],
      },
      {
        codeProfession: '10',
        codeSavoirFaire: 'SM54',
        nomDexercice: 'MAUREL-ESTÈVE',
        activities: [
          {
            codeModeExercice: 'S',
            codeSecteurDactivite: 'SA16',
            raisonSocialeSite: 'IME FICTIF LES CERISIERS',
            numeroFinessSite: '990200776',
            numeroFinessetablissementJuridique: '990200768',
            ...isere,
          },
        ],
      },
    ],
  },
  {
    id: '899700204581',
    given: 'YANN',
    family: 'LE BIHAN',
    civility: 'M',
    about: 'infirmier de l’EHPAD',
    exercises: [{ codeProfession: '60', activities: [careHome] }],
  },
  {
    id: '899700307715',
    given: 'BENOÎT',
    family: 'FAUCONNET',
    civility: 'M',
    about: 'médecin traitant, en cabinet',
    exercises: [
      {
        codeProfession: '10',
        codeSavoirFaire: 'SM26',
        activities: [
          {
            codeModeExercice: 'L',
            codeSecteurDactivite: 'SA07',
            raisonSocialeSite: 'CABINET DU DR FAUCONNET',
            ancienIdentifiantDeLaStructure: '499700307715001',
            ...isere,
          },
        ],
      },
    ],
  },
  {
    id: '899700488903',
    given: 'SOLÈNE',
    family: 'ROUVIÈRE',
    civility: 'MME',
    about: 'pharmacienne titulaire d’officine',
    exercises: [
      {
        codeProfession: '21',
        activities: [
          {
            codeModeExercice: 'L',
            codeSecteurDactivite: 'SA33',
            codeSectionPharmacien: 'A',
            raisonSocialeSite: 'PHARMACIE FICTIVE DES TILLEULS',
            numeroFinessSite: '990200347',
            ...isere,
          },
        ],
      },
    ],
  },
  {
    id: '3990100109/DIR-01',
    given: 'CLAIRE',
    family: 'ARSENAULT',
    civility: 'MME',
    about: 'directrice de l’EHPAD, sans RPPS',
    exercises: [{ codeProfession: '99', activities: [{ ...careHome, codeRole: '312' }] }],
  },
  {
    id: '899700613278',
    given: 'ANAÏS',
    family: 'GUILLOUX',
    civility: 'MME',
    about: 'infirmière sans activité déclarée',
    exercises: [{ codeProfession: '60' }],
  },
  {
    id: '899700566047',
    given: 'MINH',
    family: 'TRAN-DELMAS',
    civility: 'M',
    about: 'médecin hospitalier, sans activité à l’EHPAD',
    exercises: [{ codeProfession: '10', codeSavoirFaire: 'SM27', activities: [hospital] }],
  },
];

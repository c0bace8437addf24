/**
 * The pages of the DMP's web site for professionals to which a link can lead (TD0.9, TD0.10), and how the site authenticates who
 * follows it: the URL is the same. Source: dmp-wire §7.5 (PDT-INF-527). Published as CodeSystems (`profiles/web-pages.ts`).
 */
import { ours } from './canonicals.ts';

export const webPageSystem = `${ours}/CodeSystem/dmp-web-page`;
export const webAuthenticationSystem = `${ours}/CodeSystem/dmp-web-authentication`;

/** The pages, by the name that the URL has; `ins`: whether the page opens on a patient. */
export const webPages = {
  TableauDeBord: { fr: 'Tableau de bord', en: 'Dashboard', ins: true },
  DossierPatient: { fr: 'Dossier du patient', en: 'Patient’s record', ins: true },
  GestionDMPPatient: { fr: 'Gestion du DMP du patient', en: 'Management of the patient’s DMP', ins: true },
  Documents: { fr: 'Documents', en: 'Documents', ins: true },
  ParcoursDeSoins: { fr: 'Parcours de soins', en: 'Care pathway', ins: true },
  HistoriqueAcces: { fr: 'Historique des accès', en: 'History of accesses', ins: true },
  Parametrages: { fr: 'Paramétrages', en: 'Settings', ins: false },
  VolontesEtDroits: { fr: 'Volontés et droits', en: 'Wishes and rights', ins: true },
  CarnetVaccination: { fr: 'Carnet de vaccination', en: 'Vaccination record', ins: true },
} as const satisfies Record<string, { fr: string; en: string; ins: boolean }>;

export type WebPage = keyof typeof webPages;

export const isWebPage = (name: string): name is WebPage => Object.hasOwn(webPages, name);

/** How the site authenticates the professional, by transaction. */
export const webAuthentications = {
  'TD0.9': {
    code: 'card',
    mode: 'DIRECTE',
    fr: 'carte CPS ou CPF dans le lecteur',
    en: 'CPS or CPF card in the reader',
  },
  'TD0.10': {
    code: 'pro-sante-connect',
    mode: 'INDIRECTE_RENFORCEE',
    fr: 'Pro Santé Connect (TLS 1.3)',
    en: 'Pro Santé Connect (TLS 1.3)',
  },
} as const;

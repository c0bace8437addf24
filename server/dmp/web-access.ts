/**
 * Contextual access to the DMP's web site for professionals: TD0.9 by card, TD0.10 by Pro Santé Connect. No call is made: the
 * professional's browser opens the URL, and the site authenticates the professional itself. Source: dmp-wire §7.5
 * (PDT-INF-527).
 */

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

/** How the site authenticates the professional; the URL is the same. */
export const webAuthentications = {
  'TD0.9': { mode: 'DIRECTE', fr: 'carte CPS ou CPF dans le lecteur', en: 'CPS or CPF card in the reader' },
  'TD0.10': { mode: 'INDIRECTE_RENFORCEE', fr: 'Pro Santé Connect (TLS 1.3)', en: 'Pro Santé Connect (TLS 1.3)' },
} as const;

export const isWebPage = (name: string): name is WebPage => Object.hasOwn(webPages, name);

/** What an INS is made of; whether it is a right one is checked before (`mappings/ins.ts`). */
const insForm = /^[0-9AB]{13,15}$/;

export interface WebAccess {
  /** scheme and host of the site, from the settings; https */
  origin: string;
  page: WebPage;
  /** value of the INS; without it the site asks for the patient */
  ins?: string;
}

/**
 * The URL of a page. It holds the INS, because the DMP wants it there: it is for the professional's browser, never for a log.
 * @throws RangeError when the page is none, takes no INS, the INS is none, or the origin is not https or more than an origin
 */
export function webAccessUrl({ origin, page, ins }: WebAccess): string {
  if (!isWebPage(page)) throw new RangeError('not a page of the web access');
  if (ins !== undefined && !webPages[page].ins) throw new RangeError(`page ${page} takes no INS`);
  if (ins !== undefined && !insForm.test(ins)) throw new RangeError('not an INS');
  const base = new URL(origin);
  if (base.protocol !== 'https:' || base.pathname !== '/' || base.search || base.hash || base.username)
    throw new RangeError('not an https origin');
  return `${base.origin}/AccesDirect/${page}${ins === undefined ? '' : `/${ins}`}`;
}

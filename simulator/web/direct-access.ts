/**
 * The DMP's web site for professionals, as far as a link to it goes (TD0.9, TD0.10; dmp-wire §7.5): says which page would
 * open, and for whom. There is no site behind: nobody is authenticated and nothing of a record is shown.
 */
import { escapeXml } from '../dom.ts';
import { hasRightKey } from '../patients/ins.ts';

interface Page {
  title: string;
  /** It is a patient's page: it opens on an INS, or asks for one. */
  patient: boolean;
}

const of = (title: string, patient = true): Page => ({ title, patient });

/** The pages by the name in their address. */
export const pages: Readonly<Record<string, Page>> = {
  TableauDeBord: of('Tableau de bord'),
  DossierPatient: of('Dossier du patient'),
  GestionDMPPatient: of('Gestion du DMP du patient'),
  Documents: of('Documents'),
  ParcoursDeSoins: of('Parcours de soins'),
  HistoriqueAcces: of('Historique des accès'),
  Parametrages: of('Paramétrages', false),
  VolontesEtDroits: of('Volontés et droits'),
  CarnetVaccination: of('Carnet de vaccination'),
};

export interface WebAnswer {
  status: 200 | 400 | 404 | 405;
  headers: Record<string, string>;
  body: string;
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  // the address holds an INS
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function html(status: WebAnswer['status'], title: string, ...paragraphs: string[]): WebAnswer {
  const content = [...paragraphs, 'Ceci est un DMP simulé : le vrai site n’a pas été ouvert.'];
  const body =
    `<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>${escapeXml(title)} – DMP simulé</title></head>` +
    `<body><main><h1>${escapeXml(title)}</h1>${content.map((p) => `<p>${escapeXml(p)}</p>`).join('')}</main></body></html>\n`;
  return { status, headers, body };
}

/** An INS that can be recognised by who knows it: the first character and the key. */
const masked = (ins: string): string => `${ins.slice(0, 1)}${'•'.repeat(12)}${ins.slice(-2)}`;

const authentication =
  'Le professionnel s’y authentifierait d’abord, par sa carte (TD0.9) ou par Pro Santé Connect (TD0.10).';

/** True for an address of the web site. */
export const isDirectAccess = (path: string): boolean => /^\/AccesDirect(\/|$)/.test(path);

/** The answer to `GET /AccesDirect/<page>[/<INS>]`: unknown page 404, malformed INS 400, other method 405. */
export function directAccess(method: string, path: string): WebAnswer {
  if (method !== 'GET') {
    const refused = html(405, 'Méthode refusée', 'Une page du DMP s’ouvre par GET.');
    return { ...refused, headers: { ...headers, allow: 'GET' } };
  }
  const [name = '', ins, ...more] = path.replace(/^\/AccesDirect\/?/, '').split('/');
  const page = Object.hasOwn(pages, name) ? pages[name] : undefined;
  if (page === undefined || more.length > 0 || (ins !== undefined && !page.patient))
    return html(404, 'Page inconnue', 'Le site web du DMP n’a pas de page à cette adresse.');
  const opens = `Le site web du DMP ouvrirait la page « ${page.title} » (AccesDirect/${name}).`;
  if (!page.patient) return html(200, page.title, opens, authentication);
  // a slash without an INS is the page without a patient
  if (ins === undefined || ins === '')
    return html(
      200,
      page.title,
      opens,
      'Sans INS, elle propose de chercher le patient par INS ou carte Vitale.',
      authentication,
    );
  if (!hasRightKey(ins))
    return html(400, 'INS mal formé', 'L’INS de l’adresse doit avoir 15 caractères et une clé correcte.');
  return html(200, page.title, opens, `Patient : INS ${masked(ins)}`, authentication);
}

/**
 * The page of the DMP's transactions (`npm run docs`): through which door each is reached, in which modes and for which purposes,
 * as the API and the transactions are declared; and what has no door, and why.
 */
import { webAuthentications } from '../mappings/web-pages.ts';
import type { Config } from '../server/config.ts';
import { td0_2 } from '../server/dmp/transactions/td0-2.ts';
import { td0_3 } from '../server/dmp/transactions/td0-3.ts';
import { td0_4 } from '../server/dmp/transactions/td0-4.ts';
import { td0_5 } from '../server/dmp/transactions/td0-5.ts';
import { td1_1 } from '../server/dmp/transactions/td1-1.ts';
import { td1_2 } from '../server/dmp/transactions/td1-2.ts';
import { td1_3a } from '../server/dmp/transactions/td1-3a.ts';
import { td1_3b } from '../server/dmp/transactions/td1-3b.ts';
import { td1_4 } from '../server/dmp/transactions/td1-4.ts';
import { td1_6 } from '../server/dmp/transactions/td1-6.ts';
import { td2_1 } from '../server/dmp/transactions/td2-1.ts';
import { td3_1, td3_1b } from '../server/dmp/transactions/td3-1.ts';
import { td3_2 } from '../server/dmp/transactions/td3-2.ts';
import { td3_3a, td3_3b, td3_3c, td3_3cByPerson, td3_3d } from '../server/dmp/transactions/td3-3.ts';
import type { PurposeOfUse } from '../server/dmp/types.ts';
import { resources, systemInteractions, type Interaction } from '../server/fhir/definition.ts';
import { markdownTable } from './markdown.ts';

interface Declared {
  name: string;
  modes: readonly string[];
  purposes: readonly string[];
}

const everyPurpose: readonly PurposeOfUse[] = ['normal', 'bris_de_glace', 'centre_15'];

/** What the client declares; the web access is a URL, whose modes are those of the site. */
const declared: readonly Declared[] = [
  ...[td0_2, td0_3, td0_4, td0_5],
  ...Object.entries(webAuthentications).map(([name, { mode }]) => ({ name, modes: [mode], purposes: everyPurpose })),
  ...[td1_1, td1_2, td1_3a, td1_3b, td1_4, td1_6, td2_1, td3_1, td3_1b, td3_2],
  ...[td3_3a, td3_3b, td3_3c, td3_3cByPerson, td3_3d],
];

/** Settings that decide whether, or how, a transaction is used. */
const settingsOf: Readonly<Record<string, readonly (keyof Config)[]>> = {
  'TD0.2': ['PATIENT_TRAITS'],
  'TD0.3': ['AUTHORIZATION'],
  'TD0.4': ['PATIENT_TRAITS'],
  'TD0.5': ['REGULATION_STRUCTURE'],
  'TD0.9': ['DMP_WEB_URL'],
  'TD0.10': ['DMP_WEB_URL'],
  'TD1.1': ['WITHDRAWN_TRANSACTIONS'],
  'TD1.2': ['WITHDRAWN_TRANSACTIONS'],
  'TD1.3a': ['PATIENT_TRAITS'],
  'TD1.3b': ['WITHDRAWN_TRANSACTIONS'],
  'TD1.4': ['WITHDRAWN_TRANSACTIONS'],
  'TD3.3b': ['ALLOW_HIDING'],
};

/** How a door is written. */
const forms: Readonly<Record<Exclude<Interaction['code'], 'operation'>, (type: string) => string>> = {
  read: (type) => `GET ${type}/{id}`,
  vread: (type) => `GET ${type}/{id}/_history/{version}`,
  'history-instance': (type) => `GET ${type}/{id}/_history`,
  'search-type': (type) => `GET ${type}?…`,
  create: (type) => `POST ${type}`,
  update: (type) => `PUT ${type}/{id}`,
  patch: (type) => `PATCH ${type}/{id}`,
  delete: (type) => `DELETE ${type}/{id}`,
  transaction: () => 'POST /',
};

function doorOf(type: string, { code, operation }: Interaction): string {
  if (code !== 'operation') return forms[code](type);
  const place = [type, ...(operation?.level === 'instance' ? ['{id}'] : []), `$${operation?.name ?? ''}`];
  return place.filter((part) => part !== '').join('/');
}

/** Doors by transaction, in the order of the API's definition. */
function doors(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const all = [
    ...systemInteractions.map((interaction) => ({ type: '', interaction })),
    ...resources.flatMap((r) => r.interactions.map((interaction) => ({ type: r.type, interaction }))),
  ];
  for (const { type, interaction } of all)
    for (const name of interaction.dmp) found.set(name, [...(found.get(name) ?? []), doorOf(type, interaction)]);
  return found;
}

export interface Reached {
  name: string;
  doors: string[];
  modes: string[];
  purposes: string[];
  settings: readonly string[];
}

/** The transactions that the API's definition names, in the DMP's order. @throws Error when one of them is not declared */
export function reached(): Reached[] {
  return [...doors()]
    .map(([name, through]): Reached => {
      const same = declared.filter((t) => t.name === name);
      if (same.length === 0) throw new Error(`${name} is in the API and is no declared transaction`);
      const distinct = (of: (t: Declared) => readonly string[]): string[] => [...new Set(same.flatMap(of))];
      return {
        name,
        doors: [...new Set(through)],
        modes: distinct((t) => t.modes),
        purposes: distinct((t) => t.purposes),
        settings: settingsOf[name] ?? [],
      };
    })
    .sort((a, b) => order(a.name).localeCompare(order(b.name)));
}

/** TD0.10 after TD0.9. */
const order = (name: string): string => name.replace(/\d+/g, (n) => n.padStart(3, '0'));

export interface Absent {
  name: string;
  fr: string;
  en: string;
  source: string;
}

/** What has no door. */
export const absent: readonly Absent[] = [
  {
    name: 'TD0.0',
    fr: 'Identité certifiée par la carte Vitale : arrêtée par le DMP le 30/09/2023.',
    en: 'Identity certified by the carte Vitale: stopped by the DMP on 30/09/2023.',
    source: 'PDT-INF-526, note 11',
  },
  {
    name: 'TD0.1',
    fr: 'Pas une demande : l’authentification (VIHF) que chaque appel porte, faite des claims du jeton.',
    en: 'No request: the authentication (VIHF) that every call carries, made of the token’s claims.',
    source: 'PDT-INF-526',
  },
  {
    name: 'TD1.5',
    fr: 'Compte internet du patient : opérations retirées du WSDL en 06/2024, et aucune source publique ne donne leurs messages. `Patient/{id}/$internet-account` répond 501 et le dit.',
    en: 'The patient’s internet account: operations removed from the WSDL in 06/2024, and no public source gives their messages. `Patient/{id}/$internet-account` answers 501 and says so.',
    source: 'SESAM-Vitale WSDL',
  },
  {
    name: 'TD2.2',
    fr: 'Alimentation par la secrétaire médicale d’un libéral : seulement avec sa carte CPE, en mode DIRECTE.',
    en: 'Feeding by the secretary of a practice: only with the secretary’s CPE card, in mode DIRECTE.',
    source: 'PDT-INF-526, 617',
  },
  {
    name: 'Mode DIRECTE',
    fr: 'La connexion TLS et le VIHF y sont signés par la carte dans le lecteur du poste : un serveur n’y a pas accès.',
    en: 'TLS connection and VIHF are signed by the card in the reader of the workstation, where no server can reach it.',
    source: 'PDT-INF-526; auth §1.3',
  },
  {
    name: 'Carte Vitale',
    fr: 'Lue sur le poste ; l’INS vient du téléservice INSi, et arrive ici avec la demande.',
    en: 'Read at the workstation; the INS comes from the INSi service, and arrives here with the request.',
    source: 'auth §1.5',
  },
  {
    name: 'INS-C',
    fr: 'Identifiant calculé, retiré : accepté dans les réponses du DMP, jamais calculé, rendu ni utilisé.',
    en: 'Calculated identifier, withdrawn: accepted in the DMP’s answers, never calculated, given or used.',
    source: 'auth §1.5',
  },
];

const code = (texts: readonly string[]): string => texts.map((t) => `\`${t}\``).join(', ');

/** The page. */
export function transactionsPage(): string {
  return `# The DMP's transactions, and their FHIR doors

<!-- Written by \`npm run docs\` from tools/transactions.ts, the API's definition and the transactions' declarations: edit those. -->

Modes are tried in the order given; which one a call goes out in follows from the token (INDIRECTE_RENFORCEE: Pro Santé
Connect; INDIRECTE: the structure's certificates). What the DMP's matrices of rights say beyond that, the DMP enforces.

${markdownTable([
  ['Transaction', 'FHIR doors', 'Modes', 'Purposes', 'Settings'],
  ...reached().map((r) => [r.name, code(r.doors), r.modes.join(', '), r.purposes.join(', '), code(r.settings)]),
])}

TD1.1, TD1.2, TD1.3b and TD1.4 are withdrawn by the DMP: without \`WITHDRAWN_TRANSACTIONS=true\` their doors answer 501.
TD0.9 and TD0.10 are a URL that the professional's browser opens: the façade calls nothing.
Before a record is read TD0.2 and TD0.3 go out by themselves (\`AUTHORIZATION\`), and TD1.3a when an emergency access opens one.

## What has no door, and why

${markdownTable([['Name', 'Pourquoi', 'Why', 'Source'], ...absent.map((a) => [a.name, a.fr, a.en, a.source])])}
`;
}

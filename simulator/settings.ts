/**
 * Every setting of the simulator, in one table: the environment variable, the default and why. Options given to
 * `startSimulator` win over the environment.
 */
import { join } from 'node:path';

import { type HabilitationMatrix, readMatrix } from './habilitations/matrix.ts';
import { boolean, type Environment, instant, integer, list, readRows, type Rows, string } from './setting-rows.ts';

export interface Settings {
  host: string;
  port: number;
  controlPort: number;
  pkiDir: string;
  tlsKey: string;
  tlsCert: string;
  tlsClientCa: string[];
  vihfCa: string[];
  clock: Date | undefined;
  seed: string;
  vihfVersions: string[];
  vihfAgeSeconds: number;
  vihfSha1: boolean;
  airContexts: string[];
  requireAuthorization: boolean;
  authorizationDays: number;
  reopeningKeeps: boolean;
  withdrawnTransactions: boolean;
  airTreatingRemoval: boolean;
  regulationStructures: string[];
  habilitationMatrix: HabilitationMatrix | undefined;
  statusExpired: string;
  statusNone: string;
  statusForbidden: string;
  maxRequestBytes: number;
  maxDocumentBytes: number;
  maxResults: number;
  maxCandidates: number;
  unknownParameters: boolean;
  xadesRequired: boolean;
  parentDocument: boolean;
  folders: boolean;
  hidingLater: boolean;
  updateSets: boolean;
  submissionsPerSecond: number;
}

const pki = (file: string) => (e: Environment) => join(settingRows.pkiDir.default(e), file);
const MB = 1024 * 1024;

/** The table. */
export const settingRows: Rows<Settings> = {
  host: {
    env: 'SIMULATOR_HOST',
    text: 'Address that the SOAP port listens on.',
    default: () => '127.0.0.1',
    parse: string,
  },
  port: {
    env: 'SIMULATOR_PORT',
    text: 'SOAP port (HTTPS, mutual TLS). 0: any free port.',
    default: () => 9443,
    parse: integer,
  },
  controlPort: {
    env: 'SIMULATOR_CONTROL_PORT',
    text: 'Control port (plain HTTP, always on 127.0.0.1: it can empty the DMP). 0: any free port.',
    default: () => 9444,
    parse: integer,
  },
  pkiDir: {
    env: 'SIMULATOR_PKI_DIR',
    text: 'Where the certificates below are looked for.',
    default: (e) => e['SIMULATOR_PKI_DIR'] ?? join(e['DATA_DIR'] ?? 'data', 'pki'),
    parse: string,
  },
  tlsKey: {
    env: 'SIMULATOR_TLS_KEY',
    text: 'Private key of the server (PEM file).',
    default: pki('server.key.pem'),
    parse: string,
  },
  tlsCert: {
    env: 'SIMULATOR_TLS_CERT',
    text: 'Certificate of the server (PEM file, chain allowed).',
    default: pki('server.cert.pem'),
    parse: string,
  },
  tlsClientCa: {
    env: 'SIMULATOR_TLS_CLIENT_CA',
    text: 'Authorities whose client certificates may connect (PEM files, comma-separated; roots and intermediates).',
    default: (e) => [pki('ca.pem')(e)],
    parse: list,
  },
  vihfCa: {
    env: 'SIMULATOR_VIHF_CA',
    text: 'Authorities whose certificates may sign a VIHF or a XAdES (PEM files, comma-separated; roots and intermediates).',
    default: (e) => [pki('ca.pem')(e)],
    parse: list,
  },
  clock: {
    env: 'SIMULATOR_CLOCK',
    text: 'Fixed instant (ISO 8601) at which the DMP believes to be. Default: the machine’s clock.',
    default: () => undefined,
    parse: instant,
  },
  seed: {
    env: 'SIMULATOR_SEED',
    text: 'Seed by name (story, folders, empty) or a JSON file of the same shape.',
    default: () => 'story',
    parse: string,
  },
  vihfVersions: {
    env: 'SIMULATOR_VIHF_VERSIONS',
    text: 'VIHF_Version values accepted: the samples say 3.0, one ANS table says 4.0 (dmp-wire §2.2).',
    default: () => ['3.0', '4.0'],
    parse: list,
  },
  vihfAgeSeconds: {
    env: 'SIMULATOR_VIHF_AGE',
    text: 'How far IssueInstant may be from the clock, either side, in seconds. The real lifetime is unknown (§2.1).',
    default: () => 3600,
    parse: integer,
  },
  vihfSha1: {
    env: 'SIMULATOR_VIHF_SHA1',
    text: 'Accept rsa-sha1 beside rsa-sha256 (§2.4: both are seen).',
    default: () => true,
    parse: boolean,
  },
  airContexts: {
    env: 'SIMULATOR_AIR_CONTEXTS',
    text: 'AuthnContextDecl values accepted in INDIRECTE_RENFORCEE; the real list is unknown (§2.1, auth.md §1.3).',
    default: () => ['APP_BROWSER_AUTH', 'CONF_EXI_PGSSIS', 'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI'],
    parse: list,
  },
  requireAuthorization: {
    env: 'SIMULATOR_REQUIRE_AUTHORIZATION',
    text: 'Consultation needs the patient’s valid authorisation (ANS-EEDS); emergency purposes never do.',
    default: () => true,
    parse: boolean,
  },
  authorizationDays: {
    env: 'SIMULATOR_AUTHORIZATION_DAYS',
    text: 'Days after which an authorisation has expired; 0: never. The real duration is unknown (§7); two years let every authorisation that the fixtures call valid stand.',
    default: () => 730,
    parse: integer,
  },
  reopeningKeeps: {
    env: 'SIMULATOR_REOPENING_KEEPS',
    text: 'A DMP that is reopened finds its authorisations and its médecin traitant again; no source says. Blocks are always kept.',
    default: () => false,
    parse: boolean,
  },
  withdrawnTransactions: {
    env: 'SIMULATOR_WITHDRAWN',
    text: 'TD1.1, TD1.2, TD1.3b and TD1.4 are taken from a server too (INDIRECTE, INDIRECTE_RENFORCEE); the published matrices no longer list them.',
    default: () => false,
    parse: boolean,
  },
  airTreatingRemoval: {
    env: 'SIMULATOR_AIR_TREATING_REMOVAL',
    text: 'The médecin traitant may give the role up in INDIRECTE_RENFORCEE: FI-606 has no such row, FI-526 has (§1.4).',
    default: () => false,
    parse: boolean,
  },
  regulationStructures: {
    env: 'SIMULATOR_REGULATION_STRUCTURES',
    text: 'Struct_IdNat of the structures that may use centre_15, comma-separated. Default: any; how the real DMP knows them is not public.',
    default: () => [],
    parse: list,
  },
  habilitationMatrix: {
    env: 'SIMULATOR_HABILITATION_MATRIX',
    text: 'JSON file of the matrix of habilitations (docs/habilitations.md). Default: everything is readable; the official matrix is not machine-readable (§9).',
    default: () => undefined,
    parse: readMatrix,
  },
  statusExpired: {
    env: 'SIMULATOR_STATUS_EXPIRED',
    text: 'Wire code of an expired authorisation (§6, secondary source).',
    default: () => 'EXPIRE',
    parse: string,
  },
  statusNone: {
    env: 'SIMULATOR_STATUS_NONE',
    text: 'Wire code when there is no authorisation.',
    default: () => 'NON_EXISTE',
    parse: string,
  },
  statusForbidden: {
    env: 'SIMULATOR_STATUS_FORBIDDEN',
    text: 'Wire code when the patient blocked the professional.',
    default: () => 'INTERDIT',
    parse: string,
  },
  maxRequestBytes: {
    env: 'SIMULATOR_MAX_REQUEST',
    text: 'Largest HTTP request body, in bytes.',
    default: () => 64 * MB,
    parse: integer,
  },
  maxDocumentBytes: {
    env: 'SIMULATOR_MAX_DOCUMENT',
    text: 'Largest document of a submission, in bytes. The real limit is unknown (§8).',
    default: () => 40 * MB,
    parse: integer,
  },
  maxResults: {
    env: 'SIMULATOR_MAX_RESULTS',
    text: 'Entries in one answer before XDSTooManyResults.',
    default: () => 2000,
    parse: integer,
  },
  maxCandidates: {
    env: 'SIMULATOR_MAX_CANDIDATES',
    text: 'Persons in the answer to a TD0.5 before DMPTooManyResults. The real limit is unknown.',
    default: () => 20,
    parse: integer,
  },
  unknownParameters: {
    env: 'SIMULATOR_UNKNOWN_PARAMETERS',
    text: 'Ignore parameters that a stored query does not have, as ebRS 3.0 §6.3.2.1 says; refused by default, so that a misspelt one is seen.',
    default: () => false,
    parse: boolean,
  },
  xadesRequired: {
    env: 'SIMULATOR_XADES_REQUIRED',
    text: 'A submission set must carry its signature document (§3.8).',
    default: () => true,
    parse: boolean,
  },
  parentDocument: {
    env: 'SIMULATOR_PARENT_DOCUMENT',
    text: 'The CDA of a replacement names the document that it replaces (relatedDocument RPLC, §3.5); no source says whether the DMP looks.',
    default: () => true,
    parse: boolean,
  },
  folders: {
    env: 'SIMULATOR_FOLDERS',
    text: 'Folders are taken as IHE ITI says; no source says whether the DMP has any.',
    default: () => true,
    parse: boolean,
  },
  hidingLater: {
    env: 'SIMULATOR_HIDING_LATER',
    text: 'A document that the patient or the representatives see may be hidden from them again (TD3.3b is named “rendre visible” only).',
    default: () => false,
    parse: boolean,
  },
  updateSets: {
    env: 'SIMULATOR_UPDATE_SETS',
    text: 'The set of a TD3.3 is kept and found: the CNAM’s usage examples tell a re-labelled document from a new one by its logicalId (ANS-EEDS).',
    default: () => true,
    parse: boolean,
  },
  submissionsPerSecond: {
    env: 'SIMULATOR_SUBMISSIONS_PER_SECOND',
    text: 'Submissions (TD2.1) of one structure and software in any second, beyond which HTTP 429. Default 0: all are taken; the DMP asks for fewer than 5 and no source says that it refuses more (§8).',
    default: () => 0,
    parse: integer,
  },
};

/** What the control port may change while the simulator runs: what the DMP accepts and answers, not where it listens. */
export const adjustable = [
  'vihfVersions',
  'vihfAgeSeconds',
  'vihfSha1',
  'airContexts',
  'requireAuthorization',
  'authorizationDays',
  'reopeningKeeps',
  'withdrawnTransactions',
  'airTreatingRemoval',
  'regulationStructures',
  'maxDocumentBytes',
  'maxResults',
  'maxCandidates',
  'unknownParameters',
  'xadesRequired',
  'parentDocument',
  'folders',
  'hidingLater',
  'updateSets',
  'submissionsPerSecond',
] as const satisfies (keyof Settings)[];

/** Settings changed by data. @throws Error that names what is no adjustable setting or not of its kind */
export function adjust(settings: Settings, data: unknown): Settings {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error('an object is expected');
  const changed: Record<string, unknown> = { ...settings };
  for (const [key, value] of Object.entries(data)) {
    const name = adjustable.find((a) => a === key);
    if (name === undefined) throw new Error(`${key}: not among ${adjustable.join(', ')}`);
    if (!isLike(value, settings[name])) throw new Error(`${key}: a value like ${JSON.stringify(settings[name])}`);
    changed[name] = value;
  }
  return changed as unknown as Settings;
}

function isLike(value: unknown, current: Settings[(typeof adjustable)[number]]): boolean {
  if (Array.isArray(current)) return Array.isArray(value) && value.every((v) => typeof v === 'string');
  if (typeof current === 'number') return Number.isSafeInteger(value) && (value as number) >= 0;
  return typeof value === typeof current;
}

/** The settings of an environment. @throws Error that names the variable which cannot be read */
export const readSettings = (environment: Environment = process.env): Settings => readRows(settingRows, environment);

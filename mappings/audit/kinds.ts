/**
 * The kinds of what stays on record, as a table: what type and subtypes of AuditEvent each is. Published as CodeSystem
 * `audit-subtype`: by their codes what is notable is found apart from the many requests and calls.
 */
import type { Coding } from '@medplum/fhirtypes';
import { auditSystems as systems } from './systems.ts';

export const recordKinds = [
  'break-glass',
  'authorization',
  'consent',
  'identity',
  'correction',
  'record-administration',
  'request',
  'dmp',
  'login',
  'token',
  'registration',
  'restore',
] as const;
export type RecordKind = (typeof recordKinds)[number];

export interface Kind {
  fr: string;
  en: string;
  type: Coding;
  /** Of every event of the kind, beside those of its interaction. */
  subtypes: readonly Coding[];
}

const rest: Coding = { system: systems.type, code: 'rest', display: 'RESTful Operation' };
const alert: Coding = { system: systems.dcm, code: '110113', display: 'Security Alert' };
const authentication: Coding = { system: systems.dcm, code: '110114', display: 'User Authentication' };
const own = (code: RecordKind, fr: string, en: string, type: Coding = rest, ...others: Coding[]): Kind => ({
  fr,
  en,
  type,
  subtypes: [{ system: systems.ours, code, display: en }, ...others],
});

const breakGlass = 'Emergency access (break-glass)';

export const kinds: Readonly<Record<RecordKind, Kind>> = {
  'break-glass': {
    fr: 'Accès « bris de glace »',
    en: breakGlass,
    type: alert,
    subtypes: [
      { system: systems.ours, code: 'break-glass', display: breakGlass },
      { system: systems.dcm, code: '110127', display: 'Emergency Override Started' },
    ],
  },
  authorization: {
    fr: 'Autorisation d’accès au DMP, déclarée ou retirée',
    en: 'Authorisation of the DMP, declared or removed',
    type: alert,
    // BALP's value set of subtypes is closed: ours would not conform.
    subtypes: [
      {
        system: systems.authorization,
        code: 'AuthZ-Consent',
        display: 'Authorization Decision using Roles and Consent',
      },
    ],
  },
  consent: own('consent', 'Consentement recueilli ou retiré', 'Consent recorded or withdrawn'),
  identity: own('identity', 'Identités rapprochées ou séparées', 'Identities linked or separated'),
  correction: own('correction', 'Correction d’un mauvais dossier', 'Correction of a wrong record'),
  'record-administration': own(
    'record-administration',
    'DMP créé, modifié, fermé ou réactivé',
    'DMP created, changed, closed or reactivated',
  ),
  request: own('request', 'Requête de l’API', 'Request of the API'),
  dmp: own('dmp', 'Appel du DMP', 'Call of the DMP'),
  login: own('login', 'Connexion', 'Login', authentication, {
    system: systems.dcm,
    code: '110122',
    display: 'Login',
  }),
  token: {
    fr: 'Jeton d’accès',
    en: 'Access token',
    type: authentication,
    // IUA allows one subtype: ours would not conform.
    subtypes: [{ system: systems.ihe, code: 'ITI-71', display: 'Get Access Token' }],
  },
  registration: own(
    'registration',
    'Registre des structures et des clients',
    'Registry of structures and clients',
    alert,
    {
      system: systems.dcm,
      code: '110129',
      display: 'Security Configuration',
    },
  ),
  restore: own('restore', 'Base remise depuis une sauvegarde', 'Database restored from a backup', alert),
};

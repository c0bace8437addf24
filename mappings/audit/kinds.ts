/**
 * The kinds of what stays on record, as a table: what type and subtypes of AuditEvent each is, by which it is also searched.
 * Published as CodeSystem `audit-subtype`.
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
] as const;
export type RecordKind = (typeof recordKinds)[number];

export interface Kind {
  fr: string;
  en: string;
  type: Coding;
  /** Of every event of the kind. */
  subtypes: readonly Coding[];
  /** `decision`: about who may enter a record; `change`: of what is kept here or in the DMP. */
  shape: 'decision' | 'change';
}

const rest: Coding = { system: systems.type, code: 'rest', display: 'RESTful Operation' };
const alert: Coding = { system: systems.dcm, code: '110113', display: 'Security Alert' };
const change = (code: RecordKind, fr: string, en: string): Kind => ({
  fr,
  en,
  type: rest,
  subtypes: [{ system: systems.ours, code, display: en }],
  shape: 'change',
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
    shape: 'decision',
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
    shape: 'decision',
  },
  consent: change('consent', 'Consentement recueilli ou retiré', 'Consent recorded or withdrawn'),
  identity: change('identity', 'Identités rapprochées ou séparées', 'Identities linked or separated'),
  correction: change('correction', 'Correction d’un mauvais dossier', 'Correction of a wrong record'),
  'record-administration': change(
    'record-administration',
    'DMP créé, modifié, fermé ou réactivé',
    'DMP created, changed, closed or reactivated',
  ),
};

/** The kinds that a token finds among the codings of each; a system that is left out is any. */
export function kindsOf(
  codings: (kind: Kind) => readonly Coding[],
  { system, code }: { system?: string; code?: string },
): RecordKind[] {
  return recordKinds.filter((name) =>
    codings(kinds[name]).some(
      (c) => (system === undefined || c.system === system) && (code === undefined || c.code === code),
    ),
  );
}

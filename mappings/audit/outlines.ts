/**
 * What makes one kind of record another event than the next: type, subtypes, action, who takes part, what it is about, and the
 * profile that it fulfils. Profiles describe success: what was refused or failed has the same shape and claims none.
 */
import type { AuditEvent, AuditEventAgent, AuditEventEntity, Coding } from '@medplum/fhirtypes';
import { agentsOf, dmpAgents, tokenAgents, type Gateway } from './agents.ts';
import { dmpTransaction } from './dmp-transactions.ts';
import { decisionEntities, entities, referencesOf, tokenEntities } from './entities.ts';
import { kinds, type RecordKind } from './kinds.ts';
import { decisionRoles, iheTransactions, patternOf, patterns, tokenRoles, type PatternName } from './patterns.ts';
import type { KeptRecord, What, Who } from './record.ts';
import { auditSystems as systems, balpProfiles } from './systems.ts';

export interface Outline {
  type: Coding;
  subtype: readonly Coding[];
  action: NonNullable<AuditEvent['action']>;
  agents: AuditEventAgent[];
  entities: AuditEventEntity[];
  /** Claimed when it was a success. */
  profile?: string;
}

type Outliner = (record: KeptRecord, caller: Who | undefined, what: What, gateway: Gateway) => Outline;

const restful = (code: string): Coding => ({ system: systems.restful, code });
const ihe = (code: string, display: string): Coding => ({ system: systems.ihe, code, display });

/** The profile of BALP that a pattern fulfils, with and without a patient. */
const balpProfile = (name: PatternName, { patientId }: KeptRecord): string | undefined => {
  const pattern = patterns[name];
  if (!('profiles' in pattern)) return undefined;
  return patientId === undefined ? pattern.profiles.any : pattern.profiles.patient;
};

/** Whether the one thing that a pattern is about is on record. */
function isWhole(name: PatternName, record: KeptRecord, what: What): boolean {
  const { about } = patterns[name];
  if (about === 'data') return referencesOf(what).length > 0;
  return about === 'query' || (what.set !== undefined && record.patientId !== undefined);
}

/** What IHE's profiles ask for beside BALP's pattern: the patient, but for PDQm's, who may find none. */
const isDescribed = (profile: string, { patientId }: KeptRecord): boolean =>
  patientId !== undefined || profile.includes('IHE.PDQm.');

function profileOfRequest(name: PatternName, record: KeptRecord, what: What): string | undefined {
  if (!isWhole(name, record, what)) return undefined;
  const described = (what.ihe ?? []).flatMap((code) => iheTransactions[code]?.described ?? []);
  const fitting = described.find((d) => d.pattern === name && isDescribed(d.profile, record));
  return fitting?.profile ?? balpProfile(name, record);
}

/** BALP's words for an interaction that is one of its patterns by another name. */
const patternCodes: Partial<Record<PatternName, string>> = { query: 'search', create: 'create', read: 'read' };

const request: Outliner = (record, caller, what, gateway) => {
  const name = patternOf(what);
  const { roles, action } = patterns[name];
  const { restful: code } = what;
  const isOther = code === 'operation' || code === 'history-instance';
  const codes = [...(isOther ? [patternCodes[name]] : []), code].filter((c) => c !== undefined);
  const isImport = name === 'provide';
  const profile = profileOfRequest(name, record, what);
  return {
    type: isImport ? { system: systems.dcm, code: '110107', display: 'Import' } : kinds.request.type,
    subtype: [
      ...codes.map(restful),
      ...(what.ihe ?? []).map((c) => ihe(c, iheTransactions[c]?.display ?? c)),
      ...kinds.request.subtypes,
    ],
    action,
    agents: agentsOf([record, caller, what], roles, gateway),
    entities: entities(record, caller, what, name),
    ...(profile === undefined ? {} : { profile }),
  };
};

const dmp: Outliner = (record, caller, what, gateway) => {
  const name = what.transaction ?? '';
  const { type, action, ihe: equivalent, roles, en } = dmpTransaction(name);
  return {
    type,
    subtype: [
      ...kinds.dmp.subtypes,
      ...(equivalent ? [ihe(...equivalent)] : []),
      { system: systems.transaction, code: name, display: en },
    ],
    action,
    agents: dmpAgents([record, caller, what], roles, gateway),
    entities: entities(record, caller, what),
  };
};

const token: Outliner = (record, caller, what, gateway) => ({
  ...kinds.token,
  subtype: kinds.token.subtypes,
  action: 'E',
  agents: tokenAgents([record, caller, what], tokenRoles, gateway),
  entities: tokenEntities(record, what),
  profile: balpProfiles.token,
});

/** The first version of a consent is a creation, each further one an update. */
const ofConsent = (kind: RecordKind, { version }: What): 'create' | 'update' | undefined =>
  kind !== 'consent' ? undefined : version === 1 ? 'create' : 'update';

const authorization: Outliner = (record, caller, what, gateway) => ({
  type: kinds.authorization.type,
  subtype: kinds.authorization.subtypes,
  action: 'E',
  agents: agentsOf([record, caller, what], decisionRoles, gateway),
  entities: (record.patientId === undefined ? entities : decisionEntities)(record, caller, what),
  ...(isOfConsent(record, caller, what) ? { profile: balpProfiles.authorization } : {}),
});

const isOfConsent = (record: KeptRecord, caller: Who | undefined, what: What): boolean => {
  const [first, ...more] = referencesOf(what);
  return record.patientId !== undefined && first?.startsWith('Consent/') === true && more.length === 0 && !!caller;
};

/** Whatever is notable by itself. */
const notable: Outliner = (record, caller, what, gateway) => {
  const { type, subtypes } = kinds[record.kind];
  const interaction = ofConsent(record.kind, what);
  const roles = record.kind === 'break-glass' ? decisionRoles : patterns.create.roles;
  return {
    type,
    subtype: [...(interaction ? [restful(interaction)] : []), ...subtypes],
    action: interaction ? patterns[interaction].action : 'E',
    agents: agentsOf([record, caller, what], roles, gateway),
    entities: entities(record, caller, what),
    ...(interaction && isOfConsent(record, caller, what) ? { profile: balpProfiles[interaction].patient } : {}),
  };
};

const outliners: Partial<Record<RecordKind, Outliner>> = { request, dmp, token, authorization };

export const outlineOf = (record: KeptRecord, caller: Who | undefined, what: What, gateway: Gateway): Outline =>
  (outliners[record.kind] ?? notable)(record, caller, what, gateway);

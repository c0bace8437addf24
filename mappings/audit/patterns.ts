/**
 * The shapes of an event, as a table: which roles client, person and server have, what the event is about, and the profiles that
 * describe it. BALP's patterns of REST (spec fhir D.1) and its authorisation decision; MHD's and PDQm's variants (D.2).
 */
import type { AuditEvent, CodeableConcept } from '@medplum/fhirtypes';
import type { What } from './record.ts';
import { auditSystems as systems, balpProfiles, iheProfiles } from './systems.ts';

export const concept = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] });
/** DICOM's roles with their names: MHD's patterns have them. */
const roleNames = {
  '110150': 'Application',
  '110152': 'Destination Role ID',
  '110153': 'Source Role ID',
} as const;
const dcm = (code: keyof typeof roleNames): CodeableConcept => ({
  coding: [{ system: systems.dcm, code, display: roleNames[code] }],
});
const participation = (code: string): CodeableConcept => concept(systems.participation, code);

/** The types of who takes part. */
export interface Roles {
  client: CodeableConcept;
  user: CodeableConcept;
  server: CodeableConcept;
}

export interface Pattern {
  action: NonNullable<AuditEvent['action']>;
  roles: Roles;
  /** What it is about besides the patient: a resource, what was asked, a submission set. */
  about: 'data' | 'query' | 'set';
  profiles?: { patient: string; any: string };
}

/** Who sends, and who receives: BALP's source and destination of a push or of a question. */
const sends = (user: string): Roles => ({ client: dcm('110153'), user: participation(user), server: dcm('110152') });

export const decisionRoles: Roles = {
  client: dcm('110150'),
  user: participation('IRCP'),
  server: concept(systems.securityRole, 'authserver'),
};
/** IUA's token request (ITI-71). */
export const tokenRoles: Roles = {
  client: dcm('110150'),
  user: participation('IRCP'),
  server: concept(systems.agents, 'AuthzOauthService'),
};

export const patterns = {
  create: { action: 'C', roles: sends('AUT'), about: 'data', profiles: balpProfiles.create },
  read: {
    action: 'R',
    roles: { client: dcm('110152'), user: participation('IRCP'), server: dcm('110153') },
    about: 'data',
    profiles: balpProfiles.read,
  },
  update: { action: 'U', roles: sends('AUT'), about: 'data', profiles: balpProfiles.update },
  delete: {
    action: 'D',
    roles: {
      client: dcm('110150'),
      user: participation('AUT'),
      server: concept(systems.provenance, 'custodian'),
    },
    about: 'data',
    profiles: balpProfiles.delete,
  },
  query: { action: 'E', roles: sends('IRCP'), about: 'query', profiles: balpProfiles.query },
  execute: { action: 'E', roles: sends('IRCP'), about: 'query' },
  provide: { action: 'C', roles: sends('AUT'), about: 'set' },
} as const satisfies Record<string, Pattern>;
export type PatternName = keyof typeof patterns;

/** The pattern of each interaction. */
const ofInteraction: Readonly<Record<NonNullable<What['restful']>, PatternName>> = {
  read: 'read',
  vread: 'read',
  'history-instance': 'read',
  'search-type': 'query',
  create: 'create',
  update: 'update',
  patch: 'update',
  delete: 'delete',
  transaction: 'provide',
  operation: 'execute',
};

export interface IheTransaction {
  display: string;
  /** What its profile describes, where one can be fulfilled without naming a person. */
  described?: { pattern: PatternName; profile: string };
}

/**
 * IHE's transactions that this API serves. PIXm's profiles want the patient's identifier in the event, which none of ours holds:
 * ITI-83 and ITI-104 are named, and BALP's own patterns claimed.
 */
export const iheTransactions: Readonly<Record<string, IheTransaction>> = {
  'ITI-65': { display: 'Provide Document Bundle', described: { pattern: 'provide', profile: iheProfiles['ITI-65'] } },
  'ITI-66': { display: 'Find Document Lists', described: { pattern: 'query', profile: iheProfiles['ITI-66'] } },
  'ITI-67': { display: 'Find Document References', described: { pattern: 'query', profile: iheProfiles['ITI-67'] } },
  'ITI-68': { display: 'Retrieve Document', described: { pattern: 'read', profile: iheProfiles['ITI-68'] } },
  'ITI-78': {
    display: 'Mobile Patient Demographics Query',
    described: { pattern: 'query', profile: iheProfiles['ITI-78'] },
  },
  'ITI-81': { display: 'Retrieve ATNA Audit Event' },
  'ITI-83': { display: 'Mobile Patient Identifier Cross-reference Query' },
  'ITI-104': { display: 'Patient Identity Feed FHIR' },
  'ITI-105': { display: 'Simplified Publish', described: { pattern: 'create', profile: iheProfiles['ITI-105'] } },
  'ITI-106': { display: 'Generate Metadata', described: { pattern: 'create', profile: iheProfiles['ITI-106'] } },
  'ITI-108': { display: 'Access Consent' },
  'ITI-110': { display: 'Resource Subscribe' },
  'ITI-113': { display: 'Resource Subscription Search' },
  'ITI-119': {
    display: 'Patient Demographics Match',
    described: { pattern: 'query', profile: iheProfiles['ITI-119'] },
  },
};

/** MHD calls a retrieved document a report. */
const report = '3';
const domainResource = '4';
export const roleOfData = ({ ihe }: What): string => (ihe?.includes('ITI-68') === true ? report : domainResource);

/**
 * The pattern of a request. An operation is what IHE's transaction behind it is, where it has one and did what that does
 * (`$match` is a query; `$generate-metadata` creates when it was told to keep what it made).
 */
export function patternOf({ restful, ihe = [], references = [] }: What): PatternName {
  if (restful !== 'operation') return restful === undefined ? 'execute' : ofInteraction[restful];
  const described = ihe.flatMap((name) => iheTransactions[name]?.described?.pattern ?? []);
  return described.find((name) => name === 'query' || (name === 'create' && references.length > 0)) ?? 'execute';
}

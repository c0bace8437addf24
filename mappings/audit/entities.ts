/**
 * What an event is about: the patient by opaque reference, the resources, the token, the request, the reason. No INS stands here:
 * whatever looks like one in a kept text is taken out.
 */
import type { AuditEventEntity, AuditEventEntityDetail, Coding } from '@medplum/fhirtypes';
import { withoutIns } from '../ins.ts';
import type { KeptRecord, What, Who } from './record.ts';
import { auditSystems as systems } from './systems.ts';

const coding = (system: string, code: string): Coding => ({ system, code });
const detail = (type: string, value: string): AuditEventEntityDetail => ({ type, valueString: withoutIns(value) });

/** Names of `What` that have an element of their own. */
const shownElsewhere: readonly string[] = ['consent', 'version', 'references', 'problems', 'reason', 'tokenId'];
const isPlain = (value: unknown): value is string | number | boolean =>
  (typeof value === 'string' && value.trim() !== '') || typeof value === 'number' || typeof value === 'boolean';

/** The members of what was done that are plain, or lists of what is plain, by their names. */
function detailsOf(what: What | undefined): AuditEventEntityDetail[] {
  return Object.entries(what ?? {}).flatMap(([name, value]) => {
    if (shownElsewhere.includes(name)) return [];
    const plain = (Array.isArray(value) ? value : [value]).filter(isPlain);
    return plain.length > 0 ? [detail(name, plain.join(', '))] : [];
  });
}

/** What the record says that it is about, as references. */
export const referencesOf = (what: What | undefined): string[] => [
  ...(what?.consent === undefined ? [] : [`Consent/${what.consent}${versionOf(what)}`]),
  ...(what?.references ?? []),
];
const versionOf = ({ version }: What): string => (version === undefined ? '' : `/_history/${version}`);

const patient = (id: string, details: AuditEventEntityDetail[]): AuditEventEntity => ({
  what: { reference: `Patient/${id}` },
  type: coding(systems.entityType, '1'),
  role: coding(systems.objectRole, '1'),
  ...(details.length > 0 ? { detail: details } : {}),
});

const token = (jti: string): AuditEventEntity => ({
  what: { identifier: { value: jti } },
  type: coding(systems.agents, 'UserOauthAgent'),
});

/** Something that is no resource: a name and its details. */
const other = (name: string, details: AuditEventEntityDetail[]): AuditEventEntity => ({
  type: coding(systems.entityType, '4'),
  name,
  detail: details,
});

/** Of a REST interaction: a resource of ours, whole. */
const data = (reference: string): AuditEventEntity => ({
  what: { reference },
  type: coding(systems.entityType, '2'),
  role: coding(systems.objectRole, '4'),
});

/** Of an authorisation decision: the consent, the one kind of entity that BALP lets stand beside patient and token. */
const consent = (reference: string): AuditEventEntity => ({
  what: { reference },
  type: coding(systems.resourceTypes, 'Consent'),
});

/** BALP's decision knows patient, consent and token alone: what else is known stands in the patient's details. */
export function decisionEntities(
  { patientId, requestId }: KeptRecord,
  caller: Who | undefined,
  what: What | undefined,
): AuditEventEntity[] {
  const details = [...detailsOf(what), ...(requestId === undefined ? [] : [detail('X-Request-Id', requestId)])];
  return [
    ...(patientId === undefined ? [] : [patient(patientId, details)]),
    ...referencesOf(what).map(consent),
    ...(caller?.tokenId === undefined ? [] : [token(caller.tokenId)]),
  ];
}

/** Any other event: also the request, and the reason of an emergency. */
export function entities(
  { patientId, requestId }: KeptRecord,
  caller: Who | undefined,
  what: What | undefined,
): AuditEventEntity[] {
  const details = detailsOf(what);
  return [
    ...(patientId === undefined ? [] : [patient(patientId, [])]),
    ...referencesOf(what).map(data),
    ...(details.length > 0 ? [other('details', details)] : []),
    ...(caller?.reason === undefined ? [] : [other('access_reason', [detail('access_reason', caller.reason)])]),
    ...(caller?.tokenId === undefined ? [] : [token(caller.tokenId)]),
    ...(requestId === undefined
      ? []
      : [{ what: { identifier: { value: requestId } }, type: coding(systems.requestId, 'XrequestId') }]),
  ];
}

/**
 * What an event is about: the patient by opaque reference, the resources, what was asked, the token, the request, the reason. No
 * INS stands here: whatever looks like one in a kept text is taken out.
 */
import type { AuditEventEntity, AuditEventEntityDetail, Coding } from '@medplum/fhirtypes';
import { withoutIns } from '../ins.ts';
import { patterns, roleOfData, type PatternName } from './patterns.ts';
import type { KeptRecord, What, Who } from './record.ts';
import { auditSystems as systems } from './systems.ts';

const coding = (system: string, code: string): Coding => ({ system, code });
const detail = (type: string, value: string): AuditEventEntityDetail => ({ type, valueString: withoutIns(value) });

/** Names of `What` that have an element of their own. */
const shownElsewhere: readonly string[] = [
  ...['consent', 'version', 'references', 'problems', 'reason', 'tokenId', 'address', 'traceparent'],
  ...['restful', 'ihe', 'query', 'set'],
];
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

const patient = (id: string | undefined, details: AuditEventEntityDetail[] = []): AuditEventEntity[] =>
  id === undefined
    ? []
    : [
        {
          what: { reference: `Patient/${id}` },
          type: { ...coding(systems.entityType, '1'), display: 'Person' },
          role: { ...coding(systems.objectRole, '1'), display: 'Patient' },
          ...(details.length > 0 ? { detail: details } : {}),
        },
      ];

const token = (caller: Who | undefined): AuditEventEntity[] =>
  caller?.tokenId === undefined
    ? []
    : [{ what: { identifier: { value: caller.tokenId } }, type: coding(systems.agents, 'UserOauthAgent') }];

/** Something that is no resource: a name and its details. */
const other = (name: string, details: AuditEventEntityDetail[]): AuditEventEntity[] =>
  details.length > 0 ? [{ type: coding(systems.entityType, '4'), name, detail: details }] : [];

const identified = (value: string | undefined, type: Coding): AuditEventEntity[] =>
  value === undefined ? [] : [{ what: { identifier: { value } }, type }];

/** Of a REST interaction: a resource of ours, whole. */
const data = (reference: string, role: string): AuditEventEntity => ({
  what: { reference },
  type: coding(systems.entityType, '2'),
  role: coding(systems.objectRole, role),
});

/** Beside what BALP allows one of: another resource, told by its type. */
const beside = (reference: string): AuditEventEntity => ({
  what: { reference },
  type: coding(systems.resourceTypes, reference.split('/')[0] ?? ''),
});

/** BALP's query: what was asked, in base64, and nothing else. */
const query = (asked: string): AuditEventEntity => ({
  type: coding(systems.entityType, '2'),
  role: coding(systems.objectRole, '24'),
  query: Buffer.from(withoutIns(asked), 'utf8').toString('base64'),
});

/** MHD's submission set. */
const set = (reference: string): AuditEventEntity => ({
  what: { reference },
  type: { ...coding(systems.entityType, '2'), display: 'System Object' },
  role: { ...coding(systems.objectRole, '20'), display: 'Job' },
});

/** BALP's decision knows patient, consent and token alone: what else is known stands in the patient's details. */
export function decisionEntities(
  { patientId, requestId }: KeptRecord,
  caller: Who | undefined,
  what: What | undefined,
): AuditEventEntity[] {
  const details = [...detailsOf(what), ...(requestId === undefined ? [] : [detail('X-Request-Id', requestId)])];
  return [...patient(patientId, details), ...referencesOf(what).map(beside), ...token(caller)];
}

/** IUA's token request and nothing else: what else is known stands in its details. */
export function tokenEntities({ requestId }: KeptRecord, what: What | undefined): AuditEventEntity[] {
  const details = [
    ...detailsOf(what),
    ...(requestId === undefined ? [] : [detail('X-Request-Id', requestId)]),
    ...(what?.traceparent === undefined ? [] : [detail('traceparent', what.traceparent)]),
  ];
  return [{ ...query(what?.query ?? ''), ...(details.length > 0 ? { detail: details } : {}) }];
}

/** What anything else is about, by its pattern; without one every resource is data. */
export function entities(
  { patientId, requestId }: KeptRecord,
  caller: Who | undefined,
  what: What | undefined,
  pattern?: PatternName,
): AuditEventEntity[] {
  const references = referencesOf(what);
  const { about } = pattern === undefined ? { about: 'every' as const } : patterns[pattern];
  const dataRole = roleOfData(what ?? {});
  const [first, ...more] = references;
  return [
    ...patient(patientId),
    ...(about === 'every' ? references.map((r) => data(r, dataRole)) : []),
    ...(about === 'data' && first !== undefined ? [data(first, dataRole), ...more.map(beside)] : []),
    ...(about === 'query' ? [query(what?.query ?? ''), ...references.map(beside)] : []),
    ...(about === 'set' ? [...(what?.set === undefined ? [] : [set(what.set)]), ...references.map(beside)] : []),
    ...other('details', detailsOf(what)),
    ...other('access_reason', caller?.reason === undefined ? [] : [detail('access_reason', caller.reason)]),
    ...token(caller),
    ...identified(requestId, coding(systems.requestId, 'XrequestId')),
    ...identified(what?.traceparent, coding(systems.entity, 'traceparent')),
  ];
}

/**
 * A patient's consent between FHIR and what is recorded of it. One Consent says one thing: a topic (its category), `permit` or
 * `deny`, a period. What PCF's Basic consent does not have is refused rather than overlooked: a condition that nobody enforces
 * would be a promise to a patient that is not kept.
 */
import type { Consent, Extension, Organization, Reference } from '@medplum/fhirtypes';
import { intervalOf } from '../codecs/dtm.ts';
import type { Issue } from '../outcome.ts';
import {
  actorOf,
  categoryCodes,
  consentProfiles,
  extRecorder,
  holderOf,
  holderReference,
  patientPrivacy,
} from './shape.ts';
import { consentTopicSystem, policyOf, topicOf, topics, type Topic, type TopicCode } from './topics.ts';

/** A version as it is recorded (see `ConsentStatement` of the store). */
export interface Statement {
  topic: TopicCode;
  status: 'active' | 'inactive' | 'entered-in-error';
  decision: 'permit' | 'deny';
  from?: Date;
  until?: Date;
  content: StatementContent;
}

/** What is kept encrypted of a version. */
export interface StatementContent {
  /** Consent.dateTime: when the patient said it. */
  dateTime: string;
  /** Of the client's resource, what is given back as it came. */
  given: Pick<Consent, 'identifier' | 'performer' | 'sourceAttachment' | 'sourceReference' | 'policy'>;
  period?: { start?: string; end?: string };
  recorder: { id: string; name: string; client: string };
}

export interface Recorder {
  personId: string;
  given: string;
  family: string;
  clientId: string;
  structure: { id: string; name: string };
}

const statuses = ['active', 'inactive', 'entered-in-error'] as const;
/** Elements of a provision that would narrow it. */
const narrowing = ['action', 'class', 'code', 'securityLabel', 'dataPeriod', 'data', 'provision'] as const;
/** Characters of the JSON of what is kept as it came. */
const longest = 64 * 1024;

/**
 * Reads a Consent that was found valid against R4.
 * @returns the statement, or every problem
 */
export function readStatement(consent: Consent, recorder: Recorder, now: Date): Statement | Issue[] {
  const issues: Issue[] = [];
  const wrong = (element: string, detail: string): void =>
    void issues.push({ key: 'consent-element', expression: `Consent.${element}`, values: { detail } });

  const topic = topicIn(consent);
  if (!topic) wrong('category', topics.map((t) => t.code).join(' | '));
  const status = statuses.find((s) => s === consent.status);
  if (!status) wrong('status', statuses.join(' | '));
  if (!consent.scope.coding?.some((c) => c.system === patientPrivacy.system && c.code === patientPrivacy.code))
    wrong('scope', `${patientPrivacy.system}|${patientPrivacy.code}`);
  const provision = consent.provision ?? {};
  const decision = provision.type;
  if (decision === undefined) wrong('provision.type', 'permit | deny');
  for (const element of narrowing)
    if (provision[element] !== undefined) wrong(`provision.${element}`, 'PCF Basic: 0..0');
  if ((consent.verification ?? []).length > 0) wrong('verification', 'PCF: 0..0');
  for (const [i, { reference }] of (provision.actor ?? []).entries())
    if (!isOwn(reference, recorder)) wrong(`provision.actor[${i}].reference`, recorder.structure.id);
  for (const [i, organization] of (consent.organization ?? []).entries())
    if (!isOwn(organization, recorder)) wrong(`organization[${i}]`, recorder.structure.id);
  const period = periodOf(provision.period ?? {});
  if (!period) wrong('provision.period', 'start ≤ end');
  const dateTime = consent.dateTime ?? now.toISOString();
  const said = intervalOf(dateTime);
  if (!said || said.start > now.getTime()) wrong('dateTime', '≤ now');
  const given = givenOf(consent);
  if (JSON.stringify(given).length > longest) wrong('sourceAttachment', `≤ ${longest / 1024} kB`);
  if (issues.length > 0 || !topic || !status || !decision || !period) return issues;
  return {
    topic: topic.code,
    status,
    decision,
    ...period,
    content: {
      dateTime,
      given,
      ...(provision.period ? { period: { start: provision.period.start, end: provision.period.end } } : {}),
      recorder: {
        id: recorder.personId,
        name: `${recorder.given} ${recorder.family}`,
        client: recorder.clientId,
      },
    },
  };
}

/** The one topic of a Consent. */
function topicIn(consent: Consent): Topic | undefined {
  const codes = categoryCodes(consent);
  return codes.length === 1 ? topicOf(codes[0]) : undefined;
}

/** Whether a reference names the recorder's own structure, or the recorder. */
function isOwn(reference: Reference | undefined, { structure, personId }: Recorder): boolean {
  const holder = holderOf(reference);
  return holder !== undefined && holder.id === (holder.kind === 'structure' ? structure.id : personId);
}

function periodOf({ start, end }: { start?: string; end?: string }): { from?: Date; until?: Date } | undefined {
  const [from, until] = [start, end].map((d) => (d === undefined ? undefined : intervalOf(d)));
  if ((start !== undefined && !from) || (end !== undefined && !until)) return undefined;
  if (from && until && from.start >= until.end) return undefined;
  return { ...(from ? { from: new Date(from.start) } : {}), ...(until ? { until: new Date(until.end) } : {}) };
}

function givenOf(consent: Consent): StatementContent['given'] {
  const { identifier, performer, sourceAttachment, sourceReference, policy } = consent;
  return JSON.parse(
    JSON.stringify({ identifier, performer, sourceAttachment, sourceReference, policy }),
  ) as StatementContent['given'];
}

/** A recorded version, as the store gives it back. */
export interface RecordedStatement extends Omit<Statement, 'content'> {
  id: string;
  version: number;
  patientId: string;
  recordedAt: Date;
  content: unknown;
}

/** The Consent of a recorded version. */
export function statementToConsent(recorded: RecordedStatement, structure: { id: string; name: string }): Consent {
  const content = recorded.content as StatementContent;
  const topic = topicOf(recorded.topic);
  const patient = { reference: `Patient/${recorded.patientId}` };
  const organization = holderReference<Organization>('structure', structure.id, structure.name);
  const { given } = content;
  const recorder: Extension = {
    url: extRecorder,
    valueReference: holderReference('professional', content.recorder.id, content.recorder.name),
  };
  return {
    resourceType: 'Consent',
    id: recorded.id,
    meta: {
      versionId: String(recorded.version),
      lastUpdated: recorded.recordedAt.toISOString(),
      profile: [consentProfiles.patient],
    },
    extension: [recorder],
    ...(given.identifier ? { identifier: given.identifier } : {}),
    status: recorded.status,
    scope: { coding: [patientPrivacy] },
    category: [{ coding: [{ system: consentTopicSystem, code: recorded.topic, display: topic?.fr }] }],
    patient,
    dateTime: content.dateTime,
    performer: given.performer ?? [patient],
    organization: [organization],
    ...(given.sourceAttachment
      ? { sourceAttachment: given.sourceAttachment }
      : { sourceReference: given.sourceReference ?? { display: `Recueil par ${structure.name}` } }),
    policy: given.policy ?? [{ uri: policyOf(recorded.topic) }],
    provision: {
      type: recorded.decision,
      ...(content.period ? { period: content.period } : {}),
      actor: actorOf(organization),
      purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: topic?.purpose ?? 'TREAT' }],
    },
  };
}

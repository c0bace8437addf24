/**
 * A patient's consent between FHIR and what is recorded of it. One Consent says one thing: a topic (its category), `permit` or
 * `deny`, a period. What PCF's Basic consent does not have is refused rather than overlooked: a condition that nobody enforces
 * would be a promise to a patient that is not kept.
 */
import type { Consent, Extension, Organization, Reference } from '@medplum/fhirtypes';
import { intervalIn } from '../codecs/zone.ts';
import type { Issue } from '../outcome.ts';
import {
  actorOf,
  categoryCodes,
  consentProfiles,
  extRecorder,
  holderOf,
  holderReference,
  patientPrivacy,
  unenforced,
  wrongElement,
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
  given: Pick<Consent, 'identifier' | 'performer' | 'sourceAttachment' | 'sourceReference' | 'policy' | 'policyRule'>;
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

const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const statuses = ['active', 'inactive', 'entered-in-error'] as const;
/** How far the clock of whoever recorded it may be ahead, milliseconds. */
const clockSkew = 300_000;
/** Characters of the JSON of what is kept as it came. */
const longest = 64 * 1024;

/**
 * Reads a Consent that was found valid against R4.
 * @param zone IANA name: where a day of the consent begins and ends (TIME_ZONE)
 * @returns the statement, or every problem
 */
export function readStatement(consent: Consent, recorder: Recorder, now: Date, zone: string): Statement | Issue[] {
  const issues: Issue[] = unenforced(consent);
  const wrong = (element: string, detail: string): void => void issues.push(wrongElement(element, detail));

  const topic = topicIn(consent);
  if (!topic) wrong('category', topics.map((t) => t.code).join(' | '));
  const status = statuses.find((s) => s === consent.status);
  if (!status) wrong('status', statuses.join(' | '));
  if (!consent.scope.coding?.some((c) => c.system === patientPrivacy.system && c.code === patientPrivacy.code))
    wrong('scope', `${patientPrivacy.system}|${patientPrivacy.code}`);
  const provision = consent.provision ?? {};
  const decision = provision.type;
  if (decision === undefined) wrong('provision.type', 'permit | deny');
  // To a purpose or a person alone would be less than what is enforced: the topic, for the whole structure.
  for (const [i, { system, code }] of (provision.purpose ?? []).entries())
    if (system !== actReason || (topic && code !== topic.purpose))
      wrong(`provision.purpose[${i}]`, `${actReason}|${topic?.purpose ?? ''}`);
  for (const [i, { reference }] of (provision.actor ?? []).entries())
    if (!isOwnStructure(reference, recorder)) wrong(`provision.actor[${i}].reference`, recorder.structure.id);
  for (const [i, organization] of (consent.organization ?? []).entries())
    if (!isOwnStructure(organization, recorder)) wrong(`organization[${i}]`, recorder.structure.id);
  const period = periodOf(provision.period ?? {}, zone);
  if (!period) wrong('provision.period', 'start ≤ end');
  const dateTime = consent.dateTime ?? now.toISOString();
  const said = intervalIn(zone, dateTime);
  if (!said || said.start > now.getTime() + clockSkew) wrong('dateTime', '≤ now');
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
      recorder: recorderOf(recorder),
    },
  };
}

const recorderOf = ({ personId, given, family, clientId }: Recorder): StatementContent['recorder'] => ({
  id: personId,
  name: `${given} ${family}`,
  client: clientId,
});

/** The statement that ends a recorded one. What was taken once is not judged again: nothing keeps a patient from withdrawing. */
export function withdrawn(recorded: RecordedStatement, recorder: Recorder): Statement {
  const { topic, decision, from, until } = recorded;
  return {
    topic,
    status: 'inactive',
    decision,
    ...(from ? { from } : {}),
    ...(until ? { until } : {}),
    content: { ...(recorded.content as StatementContent), recorder: recorderOf(recorder) },
  };
}

/** The one topic of a Consent. */
function topicIn(consent: Consent): Topic | undefined {
  const codes = categoryCodes(consent);
  return codes.length === 1 ? topicOf(codes[0]) : undefined;
}

/** Whether a reference names the recorder's own structure. */
function isOwnStructure(reference: Reference | undefined, { structure }: Recorder): boolean {
  const holder = holderOf(reference);
  return holder?.kind === 'structure' && holder.id === structure.id;
}

/** What a database keeps of an instant: nobody consented before, and nobody will after. */
const kept = (ms: number): Date => new Date(Math.min(Math.max(ms, Date.UTC(1900)), Date.UTC(9999, 11)));

function periodOf(
  { start, end }: { start?: string; end?: string },
  zone: string,
): { from?: Date; until?: Date } | undefined {
  const [from, until] = [start, end].map((d) => (d === undefined ? undefined : intervalIn(zone, d)));
  if ((start !== undefined && !from) || (end !== undefined && !until)) return undefined;
  if (from && until && from.start >= until.end) return undefined;
  return { ...(from ? { from: kept(from.start) } : {}), ...(until ? { until: kept(until.end) } : {}) };
}

function givenOf(consent: Consent): StatementContent['given'] {
  const { identifier, performer, sourceAttachment, sourceReference, policy, policyRule } = consent;
  return JSON.parse(
    JSON.stringify({ identifier, performer, sourceAttachment, sourceReference, policy, policyRule }),
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
    ...(given.policyRule ? { policyRule: given.policyRule } : {}),
    provision: {
      type: recorded.decision,
      ...(content.period ? { period: content.period } : {}),
      actor: actorOf(organization),
      purpose: [{ system: actReason, code: topic?.purpose ?? 'TREAT' }],
    },
  };
}

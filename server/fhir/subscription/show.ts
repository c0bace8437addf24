/**
 * A subscription as FHIR: the resource, its status (R4: SubscriptionStatus as Parameters) and the notification Bundles.
 * R4 backport 1.1 (backport-subscription, -status-r4, -notification-r4); DSUBm ITI-110, 112, 113.
 */
import { randomUUID } from 'node:crypto';
import type {
  Bundle,
  BundleEntry,
  CodeableConcept,
  Parameters,
  ParametersParameter,
  Subscription,
} from '@medplum/fhirtypes';
import { errorRow, sentence } from '../../../mappings/errors.ts';
import { formatPairs } from '../../search/pairs.ts';
import type { NumberedEvent, StoredSubscription } from '../../store/types.ts';
import { errorSystem, type Language } from '../outcome.ts';
import { type SubscriptionContent, readContent } from './content.ts';
import { topicOf } from './topics.ts';
import { extContent, extFilter, extHeartbeat, extMaxCount, extTimeout } from './read.ts';

const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';

/** http://hl7.org/fhir/ValueSet/subscription-notification-type */
export type NotificationType = 'handshake' | 'heartbeat' | 'event-notification' | 'query-status' | 'query-event';

/** `reason` as it is stored: a row of the error table, and the code that fills its sentence. */
export const reasonOf = (key: string, code?: string): string => (code ? `${key} ${code}` : key);

function splitReason(reason: string): { key: string; code: string } {
  const [key = '', code = ''] = reason.split(' ');
  return { key, code };
}

/** The resource for its owner. Secrets of its headers are not given back, nor is the INS of the patient. */
export function toSubscription(stored: StoredSubscription, language: Language): Subscription {
  const content = readContent(stored.content);
  const { key, code } = splitReason(stored.reason ?? '');
  const extension = [
    ...(content.heartbeat ? [{ url: extHeartbeat, valueUnsignedInt: content.heartbeat }] : []),
    ...(content.timeout ? [{ url: extTimeout, valueUnsignedInt: content.timeout }] : []),
    ...(content.maxCount ? [{ url: extMaxCount, valuePositiveInt: content.maxCount }] : []),
  ];
  const about = topicOf(content.topic)?.about ?? 'DocumentReference';
  const filter = formatPairs([
    ...(stored.patientId === undefined ? [] : [['patient', `Patient/${stored.patientId}`] as const]),
    ...content.filter,
  ]);
  return {
    resourceType: 'Subscription',
    id: stored.id,
    meta: {
      versionId: String(stored.version),
      lastUpdated: stored.updatedAt.toISOString(),
      profile: [`${backport}/backport-subscription`],
    },
    status: stored.status,
    end: stored.endsAt.toISOString(),
    reason: content.reason,
    criteria: content.topic,
    _criteria: { extension: [{ url: extFilter, valueString: `${about}?${filter}` }] },
    ...(key ? { error: sentence(errorRow(key), language, { code }) } : {}),
    channel: {
      ...(extension.length > 0 ? { extension } : {}),
      type: 'rest-hook',
      endpoint: content.endpoint,
      payload: content.mime,
      _payload: { extension: [{ url: extContent, valueCode: content.payload }] },
      ...(content.headers.length > 0 ? { header: content.headers.map(([name]) => `${name}: …`) } : {}),
    },
    // `_criteria` and `_payload` are not in the types.
  } as Subscription;
}

/** The status of a subscription, with the events that it is about. */
export function statusOf(
  stored: StoredSubscription,
  type: NotificationType,
  base: string,
  about: { events?: readonly NumberedEvent[]; count?: number; content?: SubscriptionContent } = {},
): Parameters {
  const content = about.content ?? readContent(stored.content);
  const detailed = content.payload !== 'empty';
  const events = about.events ?? [];
  const { key, code } = splitReason(stored.reason ?? '');
  const parameter: ParametersParameter[] = [
    { name: 'subscription', valueReference: { reference: `${base}/Subscription/${stored.id}` } },
    ...(detailed ? [{ name: 'topic', valueCanonical: content.topic }] : []),
    { name: 'status', valueCode: stored.status },
    { name: 'type', valueCode: type },
    { name: 'events-since-subscription-start', valueString: String(about.count ?? stored.events) },
    ...events.map((event) => ({
      name: 'notification-event',
      part: [
        { name: 'event-number', valueString: String(event.number) },
        { name: 'timestamp', valueInstant: event.at.toISOString() },
        ...(detailed ? [{ name: 'focus', valueReference: { reference: `${base}/${event.about}` } }] : []),
      ],
    })),
    ...(key ? [{ name: 'error', valueCodeableConcept: conceptOf(key, code) }] : []),
  ];
  return {
    resourceType: 'Parameters',
    id: randomUUID(),
    meta: { profile: [`${backport}/backport-subscription-status-r4`] },
    parameter,
  };
}

/** In both languages: nobody knows which one the receiver's reader has. */
function conceptOf(key: string, code: string): CodeableConcept {
  const row = errorRow(key);
  return {
    coding: [{ system: errorSystem, code: key }],
    text: `${sentence(row, 'fr', { code })} / ${sentence(row, 'en', { code })}`,
  };
}

/** What is posted to the receiver, or answered to `$events`. Names documents or Tasks, never shows them. */
export function notification(
  stored: StoredSubscription,
  type: NotificationType,
  base: string,
  now: Date,
  events: readonly NumberedEvent[] = [],
): Bundle {
  const content = readContent(stored.content);
  // Inclusive of this notification: the number of its last event, or of the last one that there is.
  const count = type === 'event-notification' ? (events.at(-1)?.number ?? stored.events) : stored.events;
  const status = statusOf(stored, type, base, { events, count, content });
  const named = content.payload === 'empty' ? [] : [...new Set(events.map((e) => e.about))];
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: { profile: [`${backport}/backport-subscription-notification-r4`] },
    type: 'history',
    timestamp: now.toISOString(),
    entry: [
      {
        fullUrl: `urn:uuid:${status.id}`,
        resource: status,
        request: { method: 'GET', url: `${base}/Subscription/${stored.id}/$status` },
        response: { status: '200' },
      },
      ...named.map((about): BundleEntry => ({
        fullUrl: `${base}/${about}`,
        request: { method: 'GET', url: about },
        response: { status: '200' },
      })),
    ],
  };
}

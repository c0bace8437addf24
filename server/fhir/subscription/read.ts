/**
 * A Subscription as a client sends it (R4 backport 1.1, DSUBm ITI-110): what of it is understood is kept, what cannot be done
 * is refused; nothing is overlooked in silence.
 */
import type { Extension, Subscription } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import { snapshotOf } from '../../auth/snapshot.ts';
import { chooseMode } from '../../dmp/rights.ts';
import { td3_1 } from '../../dmp/transactions/td3-1.ts';
import type { Criterion } from '../../../mappings/criteria.ts';
import { parsePairs, type Pair } from '../../search/pairs.ts';
import { parseSearch } from '../../search/parse.ts';
import type { Ins } from '../../store/types.ts';
import { definitionOf } from '../definition.ts';
import { isPatientCriterion, patientOf } from '../patient-of.ts';
import type { Services } from '../services.ts';
import type { SubscriptionContent } from './content.ts';
import { allowedEndpoint } from './endpoint.ts';
import { topicOf, topics, type Topic } from './topics.ts';

const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
export const extFilter = `${backport}/backport-filter-criteria`;
export const extContent = `${backport}/backport-payload-content`;
export const extHeartbeat = `${backport}/backport-heartbeat-period`;
export const extTimeout = `${backport}/backport-timeout`;
export const extMaxCount = `${backport}/backport-max-count`;

/** What was asked for, and until when it can be had. */
export interface Asked {
  /** Absent: the Tasks of all. */
  ins?: Ins;
  content: SubscriptionContent;
  endsAt: Date;
  /** Whether the DMP is asked: only for documents, in the name of a professional whom Pro Santé Connect has authenticated. */
  polls: boolean;
  warnings: Issue[];
}

/** FHIR puts the extensions of a primitive beside it. */
type WithPrimitives = Subscription & {
  _criteria?: { extension?: Extension[] };
  channel: { _payload?: { extension?: Extension[] } };
};

/**
 * @param resource valid R4
 * @throws IssueError with what is wrong; DmpError kind `rights` when the caller may not search
 */
export async function readSubscription(resource: Subscription, caller: Caller, services: Services): Promise<Asked> {
  const { criteria, channel, status, reason, end } = resource as WithPrimitives;
  const { config } = services;
  const refuse = (key: string, expression: string, values: Issue['values'] = {}): never => {
    throw new IssueError({ key, expression: `Subscription.${expression}`, values });
  };
  if (status !== 'requested')
    refuse('subscription-value', 'status', { name: 'Subscription.status', detail: 'requested' });
  const topic = topicOf(criteria);
  if (!topic)
    throw new IssueError({
      key: 'subscription-topic',
      expression: 'Subscription.criteria',
      values: { supported: topics.map((t) => t.url).join(', ') },
    });
  if (channel.type !== 'rest-hook') refuse('subscription-channel', 'channel.type');
  const endpoint = channel.endpoint ?? '';
  if (!allowedEndpoint(endpoint, config)) refuse('subscription-endpoint', 'channel.endpoint');
  const { ins, filter, warnings } = await readFilters(
    topic,
    (resource as WithPrimitives)._criteria?.extension,
    caller,
    services,
  );
  const until = sessionEnd(topic, caller, services);
  const content: SubscriptionContent = {
    caller: snapshotOf(caller),
    topic: topic.url,
    filter,
    endpoint,
    headers: readHeaders(channel.header ?? []),
    ...readPayload((resource as WithPrimitives).channel),
    ...seconds('heartbeat', channel.extension, extHeartbeat, 60, 86_400),
    ...seconds('timeout', channel.extension, extTimeout, 1, 60),
    ...seconds('maxCount', channel.extension, extMaxCount, 1, 500),
    reason: reason.slice(0, 1000),
  };
  return {
    ...(ins ? { ins } : {}),
    content,
    endsAt: endOf(end, until, services.now()),
    polls: usesSession(topic, caller),
    warnings,
  };
}

/** Whether it looks into the record, in the session of a professional: what becomes of deposits is known here. */
export const usesSession = ({ about }: Topic, { strength }: Pick<Caller, 'strength'>): boolean =>
  about === 'DocumentReference' && strength === 'psc';

/**
 * Until when a subscription of this caller can live.
 * @throws IssueError `subscription-session-over`, `subscription-purpose`; DmpError kind `rights`
 */
export function sessionEnd(topic: Topic, caller: Caller, { config, now }: Pick<Services, 'config' | 'now'>): Date {
  if (caller.purpose !== 'normal') throw new IssueError({ key: 'subscription-purpose' });
  if (!usesSession(topic, caller)) return new Date(now().getTime() + config.SUBSCRIPTION_LOCAL_SECONDS * 1000);
  chooseMode(td3_1, caller);
  const session = caller.authenticatedAt.getTime() + config.SUBSCRIPTION_SESSION_SECONDS * 1000;
  const token = config.SUBSCRIPTION_ENDS_WITH === 'token' ? caller.expiresAt?.getTime() : undefined;
  const end = Math.min(session, token ?? Infinity);
  if (end <= now().getTime()) throw new IssueError({ key: 'subscription-session-over' });
  return new Date(end);
}

/** The requested end, if it comes before that of the session. */
function endOf(requested: string | undefined, until: Date, now: Date): Date {
  if (requested === undefined) return until;
  const end = new Date(requested);
  if (Number.isNaN(end.getTime()) || end <= now)
    throw new IssueError({
      key: 'subscription-value',
      expression: 'Subscription.end',
      values: { name: 'Subscription.end', detail: `> ${now.toISOString()}` },
    });
  return end < until ? end : until;
}

/** Parses filters as the search of documents would. @throws IssueError naming each that the topic does not have */
export const filterCriteria = ({ about, filters }: Topic, pairs: readonly Pair[]): Criterion[] =>
  parseSearch(
    pairs,
    definitionOf(about).searchParameters.filter((p) => filters.includes(p.name)),
    { handling: 'strict' },
  ).criteria;

const mostFilters = 20;
const longestFilter = 4000;

async function readFilters(
  topic: Topic,
  extensions: readonly Extension[] | undefined,
  caller: Caller,
  services: Services,
): Promise<Pick<Asked, 'ins' | 'warnings'> & Pick<SubscriptionContent, 'filter'>> {
  const refuse = (detail: string): never => {
    throw new IssueError({
      key: 'subscription-filter',
      expression: 'Subscription.criteria.extension',
      values: { detail },
    });
  };
  const written = (extensions ?? []).filter((e) => e.url === extFilter).map((e) => e.valueString ?? '');
  if (written.length > mostFilters || written.some((w) => w.length > longestFilter))
    refuse(`${mostFilters} × ${longestFilter}`);
  const pairs = written.flatMap((text) => {
    const [type, query] = text.split(/\?(.*)/s);
    return type === topic.about && query !== undefined ? parsePairs(query) : refuse(`${topic.about}?…`);
  });
  const criteria = filterCriteria(topic, pairs);
  const patient = await patientOf(criteria, services, caller.structure.id);
  if (!patient) return topic.about === 'Task' ? { warnings: [], filter: [] } : refuse('patient | patient.identifier');
  const filter = criteria
    .filter((c) => !isPatientCriterion(c))
    .map((c): [string, string] => [c.modifier ? `${c.name}:${c.modifier}` : c.name, c.raw]);
  return { ins: patient.ins, warnings: patient.warnings, filter };
}

const mimes: readonly SubscriptionContent['mime'][] = ['application/fhir+json', 'application/fhir+xml'];
const payloads: readonly SubscriptionContent['payload'][] = ['empty', 'id-only'];

/** Health data stay here: what a notification names is read with a token (backport, “Safety and Security”). */
function readPayload({ payload, _payload }: WithPrimitives['channel']): Pick<SubscriptionContent, 'mime' | 'payload'> {
  const refuse = (detail: string): never => {
    throw new IssueError({
      key: 'subscription-payload',
      expression: 'Subscription.channel.payload',
      values: { detail },
    });
  };
  const [type, ...parameters] = (payload ?? mimes[0] ?? '').toLowerCase().split(';');
  if (!parameters.every((p) => /^\s*charset=utf-8\s*$/.test(p))) refuse('charset');
  const mime = mimes.find((m) => m === type?.trim()) ?? refuse((type ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 60));
  const given = _payload?.extension?.find((e) => e.url === extContent)?.valueCode ?? 'id-only';
  const content = payloads.find((p) => p === given) ?? refuse(given.replace(/[^a-z-]/g, '?').slice(0, 40));
  return { mime, payload: content };
}

/** RFC 9110 token, and a value that stays on its line. */
const headerForm = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):[ \t]*([\x21-\x7e][\x20-\x7e]{0,4000})$/;
const mostHeaders = 10;
/** What the connection and the body decide; and what some servers read as another method or path than those allowed. */
const reserved =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept|proxy-.*|cookie|forwarded|via|x-forwarded-.*|x-http-method.*|x-method-override|x-original-url|x-rewrite-url)$/i;

function readHeaders(headers: readonly string[]): [string, string][] {
  const refuse = (detail: string): never => {
    throw new IssueError({ key: 'subscription-header', expression: 'Subscription.channel.header', values: { detail } });
  };
  if (headers.length > mostHeaders) refuse(`> ${mostHeaders}`);
  return headers.map((line): [string, string] => {
    const [, name = '', value = ''] = headerForm.exec(line.trim()) ?? refuse('Nom: valeur');
    return reserved.test(name) ? refuse(name) : [name, value];
  });
}

function seconds<K extends string>(
  name: K,
  extensions: readonly Extension[] | undefined,
  url: string,
  least: number,
  most: number,
): { [P in K]?: number } {
  const extension = extensions?.find((e) => e.url === url);
  if (!extension) return {};
  const value = extension.valueUnsignedInt ?? extension.valuePositiveInt;
  if (value === undefined || !Number.isSafeInteger(value) || value < least || value > most)
    throw new IssueError({
      key: 'subscription-value',
      expression: 'Subscription.channel.extension',
      values: { name: url.slice(backport.length + 1), detail: `${least}–${most}` },
    });
  return { [name]: value } as { [P in K]?: number };
}

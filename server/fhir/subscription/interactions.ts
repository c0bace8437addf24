/**
 * Subscription: create, read, search, update (end, resume), delete, `$status`, `$events`. ITI-110 and ITI-113. A
 * subscription is seen by nobody but its owner.
 */
import type { Bundle, Resource, Subscription } from '@medplum/fhirtypes';
import { satisfies } from '../../../mappings/search-match.ts';
import { code, strings, type SearchValue } from '../../../mappings/search-values.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { snapshotOf } from '../../auth/snapshot.ts';
import { parseSearch } from '../../search/parse.ts';
import type { StoredSubscription, SubscriptionChange, SubscriptionLimits } from '../../store/types.ts';
import { requireScopes } from '../access.ts';
import { searchset } from '../bundle.ts';
import { definitionOf, interactionOf } from '../definition.ts';
import { expectedVersion } from '../if-match.ts';
import { idOf, type Call, type Handler, type Reply } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import type { Services } from '../services.ts';
import { hasErrors, validateBase } from '../validation/index.ts';
import { viewerOf } from '../task/viewer.ts';
import { ownerOf, readContent } from './content.ts';
import { readSubscription, sessionEnd, usesSession } from './read.ts';
import { notification, reasonOf, statusOf, toSubscription } from './show.ts';
import { topicOf, type Topic } from './topics.ts';

const type = 'Subscription';

export const createSubscription: Handler = async (call, services) => {
  const { store, config, now } = services;
  const issues = validateBase(call.body, type);
  if (hasErrors(issues)) throw new IssueError(issues);
  maySearch(topicOf((call.body as Subscription).criteria), call);
  const asked = await readSubscription(call.body as Subscription, call.caller, services);
  const patient = asked.ins && (await store.patients.byIns(asked.ins));
  const made = await store.subscriptions.create(
    {
      owner: ownerOf(call.caller),
      structure: call.caller.structure.id,
      ...(patient ? { patientId: patient.id } : {}),
      ...tasksOf(topicOf(asked.content.topic), call),
      content: asked.content,
      endsAt: asked.endsAt,
      ...(asked.polls ? { pollAt: now() } : {}),
    },
    limitsOf(services),
    now(),
  );
  if (made === 'perOwner' || made === 'perPatient') {
    if (patient?.isNew) await store.patients.forget(patient.id).catch(() => undefined);
    throw tooMany(made, services);
  }
  services.wakeSubscriptions?.();
  const { headers } = reply(made, call);
  const place = `${config.fhirBase}/${type}/${made.id}/_history/${made.version}`;
  return { ...preferred(made, call), status: 201, headers: { ...headers, Location: place } };
};

const limitsOf = ({ config }: Services): SubscriptionLimits => ({
  perOwner: config.SUBSCRIPTION_MAX_PER_CALLER,
  perPatient: config.SUBSCRIPTION_MAX_PER_PATIENT,
});

function tooMany(exceeded: keyof SubscriptionLimits, services: Services): IssueError {
  const key = exceeded === 'perOwner' ? 'subscription-limit-caller' : 'subscription-limit-patient';
  return new IssueError({ key, values: { limit: limitsOf(services)[exceeded] } });
}

/** A subscription shows what a search would: without that right there is none. */
function maySearch(topic: Topic | undefined, { caller }: Call): void {
  const about = topic?.about ?? 'DocumentReference';
  const search = interactionOf(about, 'search-type');
  requireScopes(caller, [{ type: about, permission: 's', ihe: search?.ihe ?? [] }]);
}

/** Whose Tasks it tells of: those that a search of this caller would find. */
const tasksOf = (topic: Topic | undefined, { caller }: Call): Pick<SubscriptionChange, 'tasksOf'> =>
  topic?.about === 'Task' ? { tasksOf: viewerOf(caller) } : {};

export const readOne: Handler = async (call, services) => {
  const found = await mine(call, services);
  return reply(found, call);
};

/** What the search parameters find, by their names. */
const searchValues: Readonly<Record<string, (s: Subscription) => SearchValue[]>> = {
  _id: (s) => code(s.id),
  status: (s) => code(s.status, 'http://hl7.org/fhir/subscription-status'),
  criteria: (s) => strings([s.criteria]),
  payload: (s) => code(s.channel.payload),
  type: (s) => code(s.channel.type, 'http://hl7.org/fhir/subscription-channel-type'),
};

export const searchSubscriptions: Handler = async (call, services) => {
  const { config, store, now } = services;
  const search = parseSearch(call.pairs, definitionOf(type).searchParameters, { handling: call.prefer.handling });
  const all = await store.subscriptions.ofOwner(ownerOf(call.caller));
  const resources = all
    .map((s) => toSubscription(s, call.language))
    .filter((resource) => search.criteria.every((c) => satisfies(searchValues[c.name]?.(resource) ?? [], c)));
  const shown = search.count === undefined ? resources : resources.slice(0, search.count);
  const bundle = searchset({
    base: config.fhirBase,
    type,
    total: resources.length,
    resources: search.summary === 'count' ? [] : shown,
    selection: { summary: search.summary, elements: search.elements },
    links: [['self', search.criteria.map((c) => [c.modifier ? `${c.name}:${c.modifier}` : c.name, c.raw] as const)]],
    warnings: search.warnings,
    language: call.language,
    requestId: call.requestId,
    now: now(),
  });
  return { status: 200, resource: bundle };
};

/** Only `status` is looked at: off ends, requested resumes in the session of this caller (ITI-110 §2:3.110.4.3). */
export const updateSubscription: Handler = async (call, services) => {
  const issues = validateBase(call.body, type);
  if (hasErrors(issues)) throw new IssueError(issues);
  const { id, status } = call.body as Subscription;
  const found = await mine(call, services);
  const refuse = (detail: string): never => {
    throw new IssueError({ key: 'subscription-status', expression: `${type}.status`, values: { detail } });
  };
  if (id !== undefined && id !== found.id) refuse('id');
  requireVersion(found, call);
  const isOver = found.status === 'off' || found.status === 'error';
  if (status === 'off') return preferred(isOver ? found : await change(ended(false), call, services), call);
  if (status !== 'requested' || !isOver) return refuse(`${found.status} → ${status}`);
  const before = readContent(found.content);
  const topic = topicOf(before.topic);
  if (!topic) return refuse('criteria');
  maySearch(topic, call);
  const endsAt = sessionEnd(topic, call.caller, services);
  const content = { ...before, caller: snapshotOf(call.caller) };
  const { store, now } = services;
  const pollAt = usesSession(topic, content.caller) ? now() : null;
  const to: SubscriptionChange = {
    ...{ status: 'requested', content, endsAt, pollAt, farewell: false },
    ...tasksOf(topic, call),
  };
  const resumed = await store.subscriptions.resume(found.id, ownerOf(call.caller), to, limitsOf(services), now());
  if (resumed === 'perOwner' || resumed === 'perPatient') throw tooMany(resumed, services);
  return preferred(changed(resumed, services), call);
};

export const deleteSubscription: Handler = async (call, services) => {
  requireVersion(await mine(call, services), call);
  await change(ended(true), call, services);
  return { status: 204 };
};

/** @throws IssueError version-conflict when `If-Match` names another version */
function requireVersion({ version }: StoredSubscription, call: Call): void {
  const given = expectedVersion(call);
  if (given !== undefined && given !== version)
    throw new IssueError({ key: 'version-conflict', values: { given, current: version } });
}

const ended = (deleted: boolean): SubscriptionChange => ({
  status: 'off',
  reason: reasonOf('subscription-ended-owner'),
  farewell: true,
  ...(deleted ? { deleted } : {}),
});

async function change(to: SubscriptionChange, call: Call, services: Services): Promise<StoredSubscription> {
  const { store, now } = services;
  return changed(await store.subscriptions.change(idOf(call), ownerOf(call.caller), to, now()), services);
}

function changed(subscription: StoredSubscription | undefined, services: Services): StoredSubscription {
  if (!subscription) throw new IssueError({ key: 'not-found', values: { type } });
  services.wakeSubscriptions?.();
  return subscription;
}

/** Of one (instance level), or of all of the caller's, by id and status (type level). */
export const subscriptionStatus: Handler = async (call, services) => {
  const { config, store, now } = services;
  const pairs = operationPairs(call, ['id', 'status']);
  const values = (name: string): string[] => pairs.filter(([n]) => n === name).flatMap(([, v]) => v.split(','));
  const [ids, statuses] = [values('id'), values('status')];
  const all =
    call.id === undefined ? await store.subscriptions.ofOwner(ownerOf(call.caller)) : [await mine(call, services)];
  const wanted = all.filter(
    (s) =>
      call.id !== undefined ||
      ((ids.length === 0 || ids.includes(s.id)) && (statuses.length === 0 || statuses.includes(s.status))),
  );
  const bundle: Bundle = searchset({
    base: config.fhirBase,
    type: `${type}/$status`,
    total: wanted.length,
    resources: wanted.map((s): Resource => statusOf(s, 'query-status', config.fhirBase)),
    selection: {},
    links: [['self', pairs.map(([n, v]) => [n, v] as const)]],
    warnings: [],
    language: call.language,
    requestId: call.requestId,
    now: now(),
  });
  // Parameters has no address of its own.
  for (const entry of bundle.entry ?? [])
    if (entry.resource?.resourceType === 'Parameters') entry.fullUrl = `urn:uuid:${entry.resource.id}`;
  return { status: 200, resource: bundle };
};

const mostEvents = 500;

/** What was told, or should have been, again: for a receiver that missed some. */
export const subscriptionEvents: Handler = async (call, services) => {
  const { store, config, now } = services;
  const pairs = operationPairs(call, ['eventsSinceNumber', 'eventsUntilNumber', 'content']);
  const number = (name: string, otherwise: number): number => {
    const given = oneOf(pairs, name);
    if (given === undefined) return otherwise;
    if (!/^\d{1,9}$/.test(given))
      throw new IssueError({ key: 'operation-parameter', values: { name, detail: '1, 2, 3…' } });
    return Number(given);
  };
  const found = await mine(call, services);
  const [first, last] = [number('eventsSinceNumber', 1), number('eventsUntilNumber', 999_999_999)];
  const events = await store.subscriptions.events(found.id, first, last, mostEvents);
  return { status: 200, resource: notification(found, 'query-event', config.fhirBase, now(), events) };
};

/** @throws IssueError `not-found` (also when it is another's), `deleted` */
async function mine(call: Call, { store }: Services): Promise<StoredSubscription> {
  const found = await store.subscriptions.byId(idOf(call), ownerOf(call.caller));
  if (!found) throw new IssueError({ key: 'not-found', values: { type } });
  if (found.deleted) throw new IssueError({ key: 'deleted' });
  return found;
}

const reply = (stored: StoredSubscription, { language }: Call): Reply => ({
  status: 200,
  resource: toSubscription(stored, language),
  headers: { ETag: `W/"${stored.version}"`, 'Last-Modified': stored.updatedAt.toUTCString() },
});

/** `Prefer: return=minimal` leaves the body out. */
function preferred(stored: StoredSubscription, call: Call): Reply {
  const { resource, ...rest } = reply(stored, call);
  return call.prefer.return === 'minimal' ? rest : { ...rest, resource };
}

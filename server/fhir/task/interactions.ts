/**
 * Task: read, search, `$cancel`, `$requeue`, `$release`, `$decline`. Who sees what, `viewer.ts` says; the store alone answers: the DMP is
 * not asked.
 */
import { depositActions, longestReason, type DepositAction } from '../../../mappings/feed/actions.ts';
import { defined } from '../../../mappings/defined.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { parseSearch } from '../../search/parse.ts';
import type { FeedItem } from '../../store/types.ts';
import { isCount, searchset, type Page } from '../bundle.ts';
import { nextLink, resumedAt } from '../cursor.ts';
import { definitionOf } from '../definition.ts';
import { expectedVersion } from '../if-match.ts';
import { idOf, type Call, type Handler, type Reply } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import { isContinuation, pageSize } from '../paging.ts';
import { isUnchanged } from '../range.ts';
import { linkToSelf } from '../self-link.ts';
import type { Services } from '../services.ts';
import { position, type Position } from './pages.ts';
import { wantedOf } from './query.ts';
import type { DepositResult } from './result.ts';
import { toTask, versionOf } from './show.ts';
import { actorOf, viewerOf } from './viewer.ts';

const type = 'Task';

const unknown = (): IssueError => new IssueError({ key: 'not-found', values: { type } });

const shown = (item: FeedItem, { caller, language }: Call, { habilitations }: Services) =>
  toTask(item, { language, caller, habilitations, isOwn: caller.isAdministrator !== true });

export const readTask: Handler = async (call, services) => {
  const found = await services.store.feed.byId(idOf(call), viewerOf(call.caller));
  if (!found) throw unknown();
  if (isUnchanged(call.ifNoneMatch, `"${found.version}"`)) return { status: 304, headers: versionOf(found) };
  return { status: 200, resource: shown(found, call, services), headers: versionOf(found) };
};

export const searchTasks: Handler = async (call, services) => {
  const { pairs, prefer } = call;
  if (isContinuation(pairs)) return page(await resumedAt(position, type, call, services), [], call, services);
  const { searchParameters, sortable } = definitionOf(type);
  const search = parseSearch(pairs, searchParameters, { handling: prefer.handling, sortable });
  const wanted = (await wantedOf(search.criteria, services)) as Position['wanted'];
  const [, self] = linkToSelf(search, wanted.patientIds?.[0]);
  const at: Position = {
    wanted,
    oldestFirst: search.sort.some((s) => !s.descending),
    selection: { summary: search.summary, elements: search.elements },
    size: isCount({ summary: search.summary }, search.count) ? 0 : pageSize(search.count, services.config),
    self: [...self],
  };
  return page(at, search.warnings, call, services);
};

/** One page. What is found is counted for the first one; the total goes with the cursor. */
async function page(at: Position, warnings: Issue[], call: Call, services: Services): Promise<Reply> {
  const { wanted, oldestFirst, after, size, selection, self } = at;
  const found = await services.store.feed.search(viewerOf(call.caller), wanted, {
    offset: 0,
    count: size === 0 ? 0 : size + 1,
    oldestFirst,
    ...(after ? { after } : {}),
  });
  const total = at.total ?? found.total ?? 0;
  const items = found.items.slice(0, size);
  const last = items.at(-1);
  const links: Page['links'] = [
    ['self', self],
    ...(last && found.items.length > size
      ? await nextLink({ ...at, total, after: { createdAt: last.createdAt, id: last.id } }, type, call, services)
      : []),
  ];
  const resource = searchset({
    base: services.config.fhirBase,
    type,
    total,
    resources: items.map((item) => shown(item, call, services)),
    selection,
    links,
    warnings,
    language: call.language,
    requestId: call.requestId,
    now: services.now(),
  });
  return { status: 200, resource };
}

/** What a person does with a deposit. One that is there already where the action leads is answered as it is. */
export const actOn =
  (action: DepositAction): Handler =>
  async (call, services) => {
    const { store, now } = services;
    const version = expectedVersion(call);
    const comment = reasonOf(action, call);
    // Of what is declined nothing is kept that says what it was.
    const result: DepositResult | undefined =
      comment === undefined && action !== 'decline' ? undefined : defined({ comment });
    const done = await store.feed.act(idOf(call), actorOf(call.caller, action), action, now(), undefined, {
      ...(version === undefined ? {} : { version }),
      ...(result ? { result } : {}),
    });
    if (!done) throw unknown();
    if (!done.changed) requireDone(done.item, action, version);
    services.wakeSubscriptions?.();
    return { status: 200, resource: shown(done.item, call, services), headers: versionOf(done.item) };
  };

/** Why nothing was changed. @throws IssueError `task-version`, `task-uncertain`, `task-state`, unless it was done before */
function requireDone(item: FeedItem, action: DepositAction, version: number | undefined): void {
  if (version !== undefined && version !== item.version)
    throw new IssueError({ key: 'task-version', values: { given: version, current: item.version } });
  const { to } = depositActions[action];
  if (item.state === to && to !== 'queued') return;
  if (action === 'cancel' && item.isUncertain) throw new IssueError({ key: 'task-uncertain' });
  throw new IssueError({ key: 'task-state', values: { state: item.state, action } });
}

/** Why, in words. @throws IssueError `operation-parameter`, `operation-parameter-unknown` */
function reasonOf(action: DepositAction, call: Call): string | undefined {
  const hasReason = 'hasReason' in depositActions[action];
  const text = oneOf(operationPairs(call, hasReason ? ['reason'] : []), 'reason')?.trim();
  if (text === undefined) return undefined;
  if (text === '' || text.length > longestReason || /[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/u.test(text))
    throw new IssueError({ key: 'operation-parameter', values: { name: 'reason', detail: `1..${longestReason}` } });
  return text;
}

/**
 * AuditEvent: the record of notable events, read and searched (ITI-81) by the administrator of the structure, who sees those of the
 * structure alone. Nobody writes here by the REST API.
 */
import type { AuditEvent } from '@medplum/fhirtypes';
import { recordToAuditEvent } from '../../../mappings/audit/event.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Pair } from '../../search/pairs.ts';
import { parseSearch, type Search } from '../../search/parse.ts';
import type { StoredRecord } from '../../store/types.ts';
import { isCount, searchset, type Selection } from '../bundle.ts';
import { definitionOf } from '../definition.ts';
import { idOf, type Call, type Handler } from '../interaction.ts';
import { isContinuation, pageSize } from '../paging.ts';
import { linkToSelf } from '../self-link.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { nextPage, resumed, type Position } from './pages.ts';
import { isWanted, wantedOf } from './query.ts';

const type = 'AuditEvent';

/** @throws IssueError `administrator-only` */
function requireAdministrator({ caller }: Call): void {
  if (caller.isAdministrator !== true) throw new IssueError({ key: 'administrator-only' });
}

export const readAuditEvent: Handler = async (call, services) => {
  requireAdministrator(call);
  const found = await services.store.records.byId(idOf(call), call.caller.structure.id);
  if (!found) throw new IssueError({ key: 'not-found', values: { type } });
  return { status: 200, resource: shown(found, call, services) };
};

export const searchAuditEvents: Handler = async (call, services) => {
  requireAdministrator(call);
  if (isContinuation(call.pairs)) return page(await resumed(call, services), [], call, services);
  const search = parseSearch(call.pairs, definitionOf(type).searchParameters, { handling: call.prefer.handling });
  const wanted = await wantedOf(search.criteria, services);
  const self = linkToSelf(search, wanted.patientId);
  const selection = { summary: search.summary, elements: search.elements };
  const ids = search.criteria.filter((c) => c.name === '_id');
  if (ids.length > 0) {
    const records = (await byIds(ids, call, services)).filter((r) => isWanted(r, wanted));
    return reply({ total: records.length, records, selection, links: [self] }, search.warnings, call, services);
  }
  const size = pageSize(search.count, services.config);
  if (!isCount(selection, search.count))
    return page({ wanted, selection, size, self: self[1] }, search.warnings, call, services);
  const { total } = await services.store.records.search({ ...wanted, structure: call.caller.structure.id, most: 1 });
  return reply({ total, records: [], selection, links: [self] }, search.warnings, call, services);
};

/** What each of some ids finds, once; every `_id` must be satisfied. */
async function byIds(ids: Search['criteria'], call: Call, { store, config }: Services): Promise<StoredRecord[]> {
  const lists = ids.map((c) => c.values.flatMap((v) => (v.type === 'token' && v.code !== undefined ? [v.code] : [])));
  const [first = [], ...rest] = lists;
  const wanted = [...new Set(first)].filter((id) => rest.every((list) => list.includes(id)));
  if (wanted.length > config.PAGE_SIZE_MAX)
    throw new IssueError({
      key: 'search-parameter-invalid',
      values: { name: '_id', detail: `≤ ${config.PAGE_SIZE_MAX}` },
    });
  const found = await Promise.all(wanted.map((id) => store.records.byId(id, call.caller.structure.id)));
  return found.filter((r) => r !== undefined);
}

async function page(
  position: Position,
  warnings: Search['warnings'],
  call: Call,
  services: Services,
): Promise<ReturnType<typeof reply>> {
  const { wanted, selection, size, self, after } = position;
  const structure = call.caller.structure.id;
  const { total, records } = await services.store.records.search({
    ...wanted,
    structure,
    most: size + 1,
    ...(after === undefined ? {} : { after }),
  });
  const shownHere = records.slice(0, size);
  const next = records.length > size ? await nextPage(position, shownHere.at(-1)?.id ?? '', call, services) : [];
  return reply({ total, records: shownHere, selection, links: [['self', self], ...next] }, warnings, call, services);
}

interface Found {
  total: number;
  records: readonly StoredRecord[];
  selection: Selection;
  links: (readonly [string, readonly Pair[]])[];
}

function reply(
  { total, records, selection, links }: Found,
  warnings: Search['warnings'],
  call: Call,
  services: Services,
) {
  const resource = searchset({
    base: services.config.fhirBase,
    type,
    total,
    resources: records.map((r) => shown(r, call, services)),
    selection,
    links,
    warnings,
    language: call.language,
    requestId: call.requestId,
    now: services.now(),
  });
  return { status: 200, resource };
}

function shown(record: StoredRecord, { caller, language }: Call, services: Services): AuditEvent {
  const { name: structureName, lps } = structureOf(caller, services);
  const gateway = { name: lps.name, oid: lps.oid, structureName };
  return recordToAuditEvent(record, gateway, language);
}

/**
 * AuditEvent: the record of every access, read and searched (ITI-81) by those entitled (`entitlement.ts`), who see what was done
 * through their own structure alone. Nobody writes here by the REST API.
 */
import type { AuditEvent } from '@medplum/fhirtypes';
import { recordToAuditEvent } from '../../../mappings/audit/event.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { gatewayOf } from '../../audit/gateway.ts';
import type { Pair } from '../../search/pairs.ts';
import { parseSearch, type Search } from '../../search/parse.ts';
import type { StoredRecord } from '../../store/types.ts';
import { isCount, searchset, type Selection } from '../bundle.ts';
import { nextLink, resumedAt } from '../cursor.ts';
import { definitionOf } from '../definition.ts';
import { idOf, type Call, type Handler } from '../interaction.ts';
import { isContinuation, pageSize } from '../paging.ts';
import { linkToSelf } from '../self-link.ts';
import type { Services } from '../services.ts';
import { entitled, requireReadable } from './entitlement.ts';
import { position, type Position } from './pages.ts';
import { wantedOf } from './query.ts';

const type = 'AuditEvent';

/** As far as is counted: whoever wants to know more asks for the number (`_summary=count`, `_count=0`). */
const countTo = 10_000;

export const readAuditEvent: Handler = async (call, services) => {
  const found = await services.store.records.byId(idOf(call), call.caller.structure.id);
  if (!found) throw new IssueError({ key: 'not-found', values: { type } });
  await requireReadable(found, call.caller, services);
  return { status: 200, resource: shown(found, call, services) };
};

export const searchAuditEvents: Handler = async (call, services) => {
  const { caller, pairs, prefer } = call;
  if (isContinuation(pairs)) return page(await resumedAt(position, type, call, services), [], call, services);
  const search = parseSearch(pairs, definitionOf(type).searchParameters, { handling: prefer.handling });
  // ITI-81 makes it mandatory; whoever reads leniently is spared it, because pages are cut in any case.
  if (prefer.handling === 'strict' && !search.criteria.some((c) => c.name === 'date'))
    throw new IssueError({ key: 'search-parameter-required', values: { name: 'date', rule: 'ITI-81' } });
  const asked = await wantedOf(search.criteria, services);
  const self = linkToSelf(search, asked.patientId);
  const { wanted, warnings } = await entitled(asked, search.criteria, caller, services);
  const selection = { summary: search.summary, elements: search.elements };
  const said = [...search.warnings, ...warnings];
  const size = pageSize(search.count, services.config);
  if (!isCount(selection, search.count)) return page({ wanted, selection, size, self: self[1] }, said, call, services);
  const { total } = await services.store.records.search({ ...wanted, structure: caller.structure.id, most: 1 });
  return reply({ total, records: [], selection, links: [self] }, said, call, services);
};

/** One page. What is found is counted for the first one alone; the total goes with the cursor. */
async function page(
  at: Position,
  warnings: Search['warnings'],
  call: Call,
  services: Services,
): Promise<ReturnType<typeof reply>> {
  const { wanted, selection, size, self, after } = at;
  const found = await services.store.records.search({
    ...wanted,
    structure: call.caller.structure.id,
    most: size + 1,
    countTo: after === undefined ? countTo : 0,
    ...(after === undefined ? {} : { after }),
  });
  const total = after === undefined ? found.total : at.total;
  const records = found.records.slice(0, size);
  const next =
    found.records.length > size
      ? await nextLink({ ...at, total, after: records.at(-1)?.id }, type, call, services)
      : [];
  return reply({ total, records, selection, links: [['self', self], ...next] }, warnings, call, services);
}

interface Found {
  /** Undefined: more than is counted. */
  total: number | undefined;
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

function shown(record: StoredRecord, { caller, language }: Call, { config }: Services): AuditEvent {
  return recordToAuditEvent(record, gatewayOf(config, caller.structure.name), language);
}

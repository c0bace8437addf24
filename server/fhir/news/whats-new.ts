/**
 * `DocumentReference/$whats-new`: what is new in a record since the last visit, as the CNAM recommends to ask the DMP (spec
 * fhir.md A.7). The answer is a searchset: the documents as they are now, each with what has happened to it; the link
 * `monitor` is the next visit. Defined in `profiles/whats-new.json`.
 */
import type { Bundle, DocumentReference } from '@medplum/fhirtypes';
import { extDocumentChange, uris } from '../../../mappings/canonicals.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { Memory } from '../../../mappings/recurring.ts';
import type { Association } from '../../../mappings/xds.ts';
import type { Pair } from '../../search/pairs.ts';
import { parseSearch } from '../../search/parse.ts';
import type { Ins } from '../../store/types.ts';
import { relate, relationsOrWarning } from '../associations.ts';
import { searchset } from '../bundle.ts';
import { definitionOf } from '../definition.ts';
import { callContext, type Call, type Handler, type Reply } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import { admitPage, continuedPage, firstPage, isContinuation, pageSize, type Slice } from '../paging.ts';
import { patientOf } from '../patient-of.ts';
import { toResource } from '../registry.ts';
import type { Services } from '../services.ts';
import { newsOf, type NewsItem } from './news.ts';

/** Where it lives, below the base. */
const place = 'DocumentReference/$whats-new';
const patientNames: readonly string[] = ['patient', 'patient.identifier'];
const names: readonly string[] = [...patientNames, 'since', '_count'];

/** What its pages need besides the items. */
interface Context {
  patientId: string;
  ins: Ins;
  /** ISO instant: the next `since`. */
  next: string;
  relations?: Association[];
}

export const whatsNew: Handler = async (call, services) => {
  const { config, store } = services;
  if (isContinuation(call.pairs)) {
    const page: Slice<NewsItem, Context> = await continuedPage(call.pairs, call.caller, store, config, place);
    await admitPage(page.context.ins, call, services);
    return reply(page, [], call, services);
  }
  const { ins, since, count, warnings } = await read(call, services);
  const news = await newsOf(ins, since, callContext(call), services);
  const context: Context = {
    patientId: news.patient.id,
    ins,
    next: instantText(news.next),
    ...(news.relations ? { relations: news.relations } : {}),
  };
  const self: Pair[] = [
    ['patient', `Patient/${news.patient.id}`],
    ...(since === undefined ? [] : [['since', instantText(since)] as const]),
    ...(count === undefined ? [] : [['_count', String(count)] as const]),
  ];
  const page = await firstPage(news.items, context, pageSize(count, config), self, call.caller, store, place);
  return reply(page, warnings, call, services);
};

interface Asked {
  ins: Ins;
  since?: Date;
  count?: number;
  warnings: Issue[];
}

/** @throws IssueError */
async function read(call: Call, services: Services): Promise<Asked> {
  const pairs = operationPairs(call, names);
  const table = definitionOf('DocumentReference').searchParameters.filter((p) => patientNames.includes(p.name));
  const designating = pairs.filter(([name]) => patientNames.includes(name));
  const { criteria } = parseSearch(designating, table, { handling: 'strict' });
  const patient = await patientOf(criteria, services, call.caller.structure.id);
  if (!patient)
    throw new IssueError({ key: 'operation-parameter-required', values: { name: 'patient | patient.identifier' } });
  const since = oneOf(pairs, 'since');
  const count = oneOf(pairs, '_count');
  if (count !== undefined && !/^[1-9]\d{0,8}$/.test(count))
    throw new IssueError({ key: 'operation-parameter', values: { name: '_count', detail: '1, 2, 3…' } });
  return {
    ins: patient.ins,
    ...(since === undefined ? {} : { since: instantOf(since) }),
    ...(count === undefined ? {} : { count: Number(count) }),
    warnings: patient.warnings,
  };
}

/** FHIR `instant`: to the second at least, with its zone. A `+` that a query string turned into a blank is put back. */
const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** @throws IssueError `operation-parameter` */
function instantOf(given: string): Date {
  const text = given.replace(/ (?=\d\d:\d\d$)/, '+');
  const at = instantForm.test(text) ? new Date(text) : undefined;
  // Date carries over what is no date (30 February becomes 2 March).
  const isDate = at !== undefined && !Number.isNaN(at.getTime()) && isCalendarDay(text.slice(0, 10));
  if (!isDate)
    throw new IssueError({ key: 'operation-parameter', values: { name: 'since', detail: '2026-11-21T08:30:00Z' } });
  return at;
}

const isCalendarDay = (day: string): boolean => {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
};

const instantText = (at: Date): string => at.toISOString().replace('.000Z', 'Z');

async function reply(
  { items, total, links, context }: Slice<NewsItem, Context>,
  given: readonly Issue[],
  call: Call,
  services: Services,
): Promise<Reply> {
  const { config } = services;
  const { patientId, ins, next } = context;
  const hits = items.flatMap((i) => ('gone' in i ? [] : [i]));
  const known = context.relations ? { associations: context.relations } : undefined;
  const { relations, warnings } = await relationsOrWarning(hits, ins, call, services, known);
  const issues = [...given, ...warnings];
  const memory = new Memory();
  const made = items.flatMap((item) => {
    const resource = resourceOf(item, patientId, services, memory);
    if (!resource) issues.push({ key: 'dmp-garbage', severity: 'warning' });
    else relate(resource, relations);
    return resource ? [{ resource, item }] : [];
  });
  const bundle = searchset({
    base: config.fhirBase,
    type: place,
    total,
    resources: made.map((m) => m.resource),
    selection: {},
    links: [
      ...links,
      [
        'monitor',
        [
          ['patient', `Patient/${patientId}`],
          ['since', next],
        ],
      ],
    ],
    warnings: issues,
    language: call.language,
    requestId: call.requestId,
    now: new Date(next),
  });
  made.forEach(({ item }, i) => say(bundle, i, item));
  return { status: 200, resource: bundle };
}

/** Puts what has happened to a document beside it. */
function say(bundle: Bundle, i: number, { change, at }: NewsItem): void {
  const search = bundle.entry?.[i]?.search;
  if (search)
    search.extension = [
      {
        url: extDocumentChange,
        extension: [
          { url: 'code', valueCode: change },
          ...(at === undefined ? [] : [{ url: 'at', valueInstant: instantText(new Date(at)) }]),
        ],
      },
    ];
}

function resourceOf(
  item: NewsItem,
  patientId: string,
  { config }: Services,
  memory: Memory,
): DocumentReference | undefined {
  if ('gone' in item) return stubOf(item.gone, patientId, config.DELETED_STATUS);
  try {
    return toResource(item, patientId, config.fhirBase, memory);
  } catch (e) {
    if (e instanceof IssueError) return undefined;
    throw e;
  }
}

/** Of what the registry does not give any more: its identity, so that a client can take it out. */
function stubOf(
  { id, uniqueId, mimeType }: { id: string; uniqueId: string; mimeType: string },
  patientId: string,
  status: DocumentReference['status'],
): DocumentReference {
  return {
    resourceType: 'DocumentReference',
    id,
    meta: { tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }] },
    masterIdentifier: { use: 'usual', system: uris, value: `urn:oid:${uniqueId}` },
    status,
    subject: { reference: `Patient/${patientId}` },
    content: [{ attachment: { contentType: mimeType } }],
  };
}

/**
 * `Patient/$authorized-records` (TD0.4): the DMPs that the caller is authorised to enter, in the order of the DMP. Defined in
 * `profiles/patient-authorized-records.json`; what a structure's certificate may ask for is the transaction's rule.
 */
import { dtmOfInstant, intervalOf } from '../../../mappings/codecs/dtm.ts';
import { holdsIns, type PatientId } from '../../../mappings/ins.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { patientListEntry } from '../../../mappings/patient-list-entry.ts';
import type { PatientListQuery, PatientListRow } from '../../../mappings/patient-list.ts';
import { insOf } from '../../../mappings/patient-traits.ts';
import type { Config } from '../../config.ts';
import { td0_4 } from '../../dmp/transactions/td0-4.ts';
import type { Pair } from '../../search/pairs.ts';
import { callContext, type Call, type Handler } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import { continuedPage, firstPage, isContinuation, pageSize } from '../paging.ts';
import { patientsReply, withoutInsIssues, type PatientContext, type Shown } from './searchset.ts';

const place = 'Patient/$authorized-records';
export const authorizedRecordsNames: readonly string[] = ['since', 'by', 'owner', '_count'];

/** A PS_IdNat. The links of the answer repeat it: an INS, which is built alike, is none. */
const ownerForm = /^\d[\dA-Z]{8,14}(\/[\w.-]{1,40})?$/;

/** What the list is by, and the DMP's word for it. */
const orders: Readonly<Record<string, NonNullable<PatientListQuery['by']>>> = {
  authorization: 'LASTAUTORIZATION',
  document: 'LASTDOC',
};

/** A row that has an INS, and that INS. */
interface Item {
  row: PatientListRow;
  ins: PatientId;
}

export const authorizedRecords: Handler = async (call, services) => {
  const { config, store, dmp } = services;
  const shown = shownBy(config);
  if (isContinuation(call.pairs))
    return patientsReply<Item>(
      await continuedPage(call.pairs, call.caller, store, config, place),
      shown,
      [],
      call,
      services,
    );
  const { query, count, self } = read(call);
  const rows = await dmp.call(td0_4, query, callContext(call));
  const items = rows.flatMap((row): Item[] => {
    const ins = insOf(row.identifiers);
    return ins ? [{ row, ins }] : [];
  });
  const context: PatientContext = { selection: {} };
  const page = await firstPage(items, context, pageSize(count, config), self, call.caller, store, place);
  return patientsReply(page, shown, withoutInsIssues(rows.length - items.length), call, services);
};

const shownBy = ({ PATIENT_TRAITS: traits }: Config): Shown<Item> => ({
  place,
  insOf: ({ ins }) => ins,
  resourceOf: ({ row }, id) => patientListEntry(row, { id, traits }),
});

/** @throws IssueError operation-parameter, operation-parameter-unknown */
function read(call: Call): { query: PatientListQuery; count?: number; self: Pair[] } {
  const pairs = operationPairs(call, authorizedRecordsNames);
  const given = (name: string, detail: string, form: (text: string) => boolean): string | undefined => {
    const text = oneOf(pairs, name);
    if (text !== undefined && !form(text))
      throw new IssueError({ key: 'operation-parameter', values: { name, detail } });
    return text;
  };
  const since = given('since', 'YYYY[-MM[-DD[Thh:mm:ss(Z|±hh:mm)]]]', (t) => sinceOf(t) !== undefined);
  const by = given('by', Object.keys(orders).join(', '), (t) => Object.hasOwn(orders, t)) ?? 'authorization';
  const owner = given('owner', 'PS_IdNat', (t) => ownerForm.test(t) && !holdsIns(t));
  const count = given('_count', '1, 2, 3…', (t) => /^[1-9]\d{0,8}$/.test(t));
  const start = since === undefined ? undefined : sinceOf(since);
  return {
    query: {
      by: orders[by] ?? 'LASTAUTORIZATION',
      ...(start === undefined ? {} : { since: dtmOfInstant(start) }),
      ...(owner === undefined ? {} : { owner }),
    },
    ...(count === undefined ? {} : { count: Number(count) }),
    self: pairs.map(([name, value]): Pair => [name, value]),
  };
}

/** The first instant of a dateTime, in milliseconds. A `+` that a query string turned into a blank is put back. */
const sinceOf = (text: string): number | undefined => intervalOf(text.replace(/ (?=\d\d:\d\d$)/, '+'))?.start;

/** `$import-report`: what became of the lines, a page of NDJSON at a time, in the order in which they came. */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { TakeoverLine, TakeoverLineState } from '../../store/types.ts';
import type { Call, Handler } from '../interaction.ts';
import { oneOf } from '../operation-parameters.ts';
import { lineStates, shownLine } from './line.ts';
import { ndjsonReply } from './ndjson.ts';
import { askedTakeover } from './viewer.ts';

/** Lines of a page at most. */
const mostLines = 1000;

export const importReport: Handler = async (call, services) => {
  const { takeover, pairs } = await askedTakeover(call, services, ['state', '_count', 'after']);
  const { store, config, now } = services;
  const states = statesOf(oneOf(pairs, 'state'));
  const after = oneOf(pairs, 'after');
  if (after !== undefined && !/^\d{1,18}$/.test(after))
    throw new IssueError({ key: 'takeover-value', values: { name: 'after', detail: 'Link' } });
  const count = countOf(oneOf(pairs, '_count'));
  await store.takeovers.counts(takeover.id, now());
  const { lines, next } = await store.takeovers.lines(takeover.id, {
    most: count,
    ...(after === undefined ? {} : { after }),
    ...(states ? { states } : {}),
  });
  const same = `takeover=${takeover.id}${states ? `&state=${states.join(',')}` : ''}&_count=${count}`;
  const link = next === undefined ? undefined : `<${config.fhirBase}/$import-report?${same}&after=${next}>; rel="next"`;
  return ndjsonReply(
    lines.map((line) => lineOf(line, call)),
    link === undefined ? {} : { Link: link },
  );
};

function statesOf(given: string | undefined): TakeoverLineState[] | undefined {
  const states = given?.split(',') as TakeoverLineState[] | undefined;
  if (states?.some((state) => !lineStates.includes(state)))
    throw new IssueError({ key: 'takeover-value', values: { name: 'state', detail: lineStates.join(', ') } });
  return states;
}

/** @throws IssueError takeover-value */
function countOf(given: string | undefined): number {
  const count = given === undefined ? mostLines : Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= mostLines) return count;
  throw new IssueError({ key: 'takeover-value', values: { name: '_count', detail: `1..${mostLines}` } });
}

const lineOf = (line: TakeoverLine, { language }: Pick<Call, 'language'>) =>
  shownLine(
    {
      reference: line.reference,
      state: line.state,
      ...(line.itemId === undefined ? {} : { task: line.itemId }),
      ...(line.reason === undefined ? {} : { reason: line.reason }),
      issues: line.issues as Issue[],
    },
    language,
  );

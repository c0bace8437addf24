/**
 * `$import-documents`: a chunk of a take-over's lines. Each is checked as any deposit that is taken in, what passes is accepted in one
 * transaction, and every line is answered in its place. The same lines again find their answers; what may pass by itself refuses the
 * chunk whole, so that it is sent again.
 */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { errorRow } from '../../../mappings/errors.ts';
import type { NewFeedItem, ReceivedLine, StoredTakeover } from '../../store/types.ts';
import { dryRun, isDryRun } from '../dry-run-parameter.ts';
import { check, conflict } from '../feed/intake.ts';
import type { Call, Handler } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import type { Services } from '../services.ts';
import { shownLine, type ShownLine } from './line.ts';
import { ndjsonReply } from './ndjson.ts';
import { readLines, type ReadLine } from './read-line.ts';
import { askedTakeover } from './viewer.ts';

/** A line on its way: read, and what has become of it so far. */
interface Judged extends ReadLine {
  item?: NewFeedItem;
  answer?: ShownLine;
}

export const importDocuments: Handler = async (call, services) => {
  const isRehearsal = isDryRun(call);
  const isNamed = oneOf(operationPairs(call, ['takeover', dryRun]), 'takeover') !== undefined;
  // What is only checked needs no take-over yet.
  const takeover = isRehearsal && !isNamed ? undefined : (await askedTakeover(call, services, [dryRun])).takeover;
  if (takeover) requireTaking(takeover, services);
  const lines: Judged[] = readLines(call.payload?.bytes ?? new Uint8Array(), services.config);
  for (const line of lines)
    if (line.issues.length > 0) line.answer = { ...named(line), result: 'refused', issues: line.issues };
  repeated(lines);
  if (takeover) await remembered(takeover, lines, services);
  await takenIn(lines, takeover, call, services);
  if (takeover && !isRehearsal) await kept(takeover, lines, services);
  for (const line of lines) line.answer ??= { ...named(line), result: 'accepted', issues: line.issues };
  return ndjsonReply(lines.flatMap(({ answer }) => (answer ? [shownLine(answer, call.language)] : [])));
};

/** @throws IssueError takeover-unconfirmed, takeover-state */
function requireTaking({ state, content }: StoredTakeover, { config }: Services): void {
  const action = '$import-documents';
  if (state === 'unconfirmed')
    throw new IssueError({ key: 'takeover-unconfirmed', values: { limit: config.FEED_NOTICE_DOCUMENTS_PER_DAY } });
  if (content.isComplete === true || state === 'done' || state === 'cancelled')
    throw new IssueError({ key: 'takeover-state', values: { state: content.isComplete ? 'complete' : state, action } });
}

const named = ({ reference }: ReadLine): Pick<ShownLine, 'reference'> => (reference === undefined ? {} : { reference });
const refusal = (line: ReadLine, ...issues: Issue[]): ShownLine => ({ ...named(line), result: 'refused', issues });
const otherwise: Issue = { key: 'takeover-line-otherwise', expression: 'DocumentReference.id' };
const open = (lines: readonly Judged[]): Judged[] => lines.filter((line) => line.answer === undefined);

/** One name twice in a chunk: only the first can be it, unless they are the same. */
function repeated(lines: readonly Judged[]): void {
  const first = new Map<string, Judged>();
  for (const line of open(lines)) {
    const other = first.get(line.reference ?? '');
    if (other) line.answer = refusal(line, otherwise);
    else first.set(line.reference ?? '', line);
  }
}

/** What came before is answered as it was; what was refused then is looked at again. */
async function remembered(takeover: StoredTakeover, lines: readonly Judged[], { store }: Services): Promise<void> {
  const asked = open(lines).flatMap(({ reference, digest }) => (reference && digest ? [{ reference, digest }] : []));
  const known = await store.takeovers.linesBy(takeover.id, asked);
  for (const line of open(lines)) {
    const before = known.get(line.reference ?? '');
    if (!before || before.state === 'rejected') continue;
    line.answer = before.isSame
      ? { ...named(line), result: 'same', ...(before.itemId ? { task: before.itemId } : {}), issues: [] }
      : refusal(line, otherwise);
  }
  const fresh = open(lines).filter((line) => !known.has(line.reference ?? '')).length;
  if (fresh > 0 && (await store.takeovers.received(takeover.id)) + fresh > takeover.content.documents)
    throw new IssueError({ key: 'takeover-beyond-plan', values: { planned: takeover.content.documents } });
}

/** Each as any deposit is. @throws what may pass by itself */
async function takenIn(
  lines: readonly Judged[],
  takeover: StoredTakeover | undefined,
  { caller, requestId }: Call,
  services: Services,
): Promise<void> {
  for (const line of open(lines)) {
    try {
      const intake = { kind: 'document', lane: 'takeover', body: line.resource, caller, requestId } as const;
      const checked = await check({ ...intake, ...(takeover ? { takeoverId: takeover.id } : {}) }, services);
      line.item = checked.item;
      line.issues = checked.issues;
    } catch (error) {
      if (!(error instanceof IssueError) || error.issues.some(({ key }) => errorRow(key).retry === true)) throw error;
      line.answer = refusal(line, ...error.issues);
    }
  }
}

/** Accepted in one transaction, and put on record. */
async function kept(
  takeover: StoredTakeover,
  lines: readonly Judged[],
  { store, now, wakeFeed }: Services,
): Promise<void> {
  const taken = open(lines).flatMap((line) => (line.item ? [{ line, item: line.item }] : []));
  const accepted = await store.feed.acceptAll(
    taken.map(({ item }) => item),
    now(),
  );
  const states = new Map<Judged, Pick<ReceivedLine, 'state' | 'reason' | 'itemId'>>();
  for (const [i, { line }] of taken.entries()) {
    const { outcome, item } = accepted[i] ?? { outcome: 'conflict' };
    if (outcome === 'conflict' || !item) line.answer = refusal(line, ...conflict({ kind: 'document' }).issues);
    else {
      const result = outcome === 'new' ? 'accepted' : 'same';
      line.answer = { ...named(line), result, task: item.id, issues: line.issues };
      states.set(line, { state: item.state, itemId: item.id, ...(item.reason ? { reason: item.reason } : {}) });
    }
  }
  wakeFeed?.();
  await store.takeovers.receive(
    takeover.id,
    lines.flatMap((line): ReceivedLine[] => {
      const { reference, digest, answer } = line;
      // What it has come to before is on record, and a line without a name is nobody's.
      if (reference === undefined || digest === undefined || !answer) return [];
      const state = states.get(line);
      if (state) return [{ reference, digest, issues: answer.issues, ...state }];
      const [first] = answer.issues;
      if (answer.result !== 'refused' || !first || first.key === otherwise.key) return [];
      return [{ reference, digest, state: 'rejected', reason: first.key, issues: answer.issues }];
    }),
    now(),
  );
}

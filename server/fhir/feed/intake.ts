/**
 * Taking a deposit into the feed: everything is checked that can be without asking the DMP, as the synchronous door checks it, so
 * that what is accepted fails later only for what the DMP says, or for what has changed since.
 *
 * What is in the DMP already is accepted too: its attempt finds it at once, and gives the ids that a repeated deposit gets.
 */
import { createHash } from 'node:crypto';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { snapshotOf } from '../../auth/snapshot.ts';
import type { DmpClient } from '../../dmp/types.ts';
import type { Accepted, Intake } from '../../feed/types.ts';
import type { NewFeedItem } from '../../store/types.ts';
import { readySet } from '../deposit/ready-set.ts';
import { existingBy } from '../deposit/condition.ts';
import { contextOf } from '../deposit/connect.ts';
import { foretell } from '../deposit/dry-run.ts';
import { readyOne } from '../deposit/one.ts';
import { keptRuling, ruleOn, rulingIssues } from '../deposit/ruling.ts';
import type { Submission } from '../deposit/submit.ts';
import type { Services } from '../services.ts';
import { describeDocument } from '../task/described.ts';
import type { DepositResult } from '../task/result.ts';
import type { FeedContent } from './content.ts';

/** What only the DMP can tell is left for the attempt: whoever asks all the same is wrong. */
const unasked: DmpClient = {
  call: ({ name }) => Promise.reject(new Error(`${name} at intake`)),
  rehearse: () => undefined,
  close: () => Promise.resolve(),
};

/** Everything of an intake but the keeping. */
export interface Checked {
  item: NewFeedItem;
  /** It is in the DMP already, as far as it is known here. */
  isKnown: boolean;
  /** Warnings and information. */
  issues: Issue[];
}

/**
 * Checks a deposit, for those who take in many (`FeedStore.acceptAll`).
 * @throws IssueError as the synchronous door would before it asks the DMP; DmpError kind `rights`
 */
export async function check(intake: Intake, services: Services): Promise<Checked> {
  const { kind, lane, body, caller, requestId, ifNoneExist, takeoverId } = intake;
  const store = services.store.as(caller.structure.id);
  const offline: Services = { ...services, store, dmp: unasked, offline: true };
  const options = { lane, ...(requestId === undefined ? {} : { requestId }) };
  const { submission, issues } =
    kind === 'set' ? await readySet(body, offline, caller, options) : await readyOne(body, offline, caller, options);
  const { ins } = submission;
  const closed = [...services.gate.purpose(caller, ins), ...(await services.gate.secret(caller, ins))];
  if (closed.length > 0) throw new IssueError(closed);
  const isKnown = await isDeposited(submission, ifNoneExist, offline);
  const isHeld = !isKnown && (await ruleOn(submission, {}, services)) === 'manual';
  const decided = submission.documents.map(keptRuling);
  const { documents } = submission;
  const held = { issues: rulingIssues(documents), proposed: documents.map((d) => describeDocument(d.entry)) };
  const result: DepositResult = { ...(isHeld ? held : { issues: [] }), rules: decided };
  const { id: patientId } = await store.patients.byIns(ins);
  const content: FeedContent = {
    caller: snapshotOf(caller),
    body,
    decided,
    ...(requestId === undefined ? {} : { requestId }),
    ...(ifNoneExist === undefined ? {} : { ifNoneExist }),
  };
  const text = JSON.stringify(body);
  return {
    item: {
      owner: { structure: caller.structure.id, clientId: caller.clientId, personId: caller.personId },
      ...{ patientId, lane, kind, content },
      ...(isHeld ? { state: 'proposed', reason: 'feeding-rule-manual', result } : { state: 'queued' }),
      ...(takeoverId === undefined ? {} : { takeoverId }),
      uniqueIds: submission.documents.map((d) => d.entry.uniqueId),
      digest: createHash('sha256')
        .update(`${kind} ${ifNoneExist ?? ''}\n`)
        .update(text)
        .digest('hex'),
      size: Buffer.byteLength(text),
    },
    isKnown,
    issues: [
      ...issues,
      ...(result.issues ?? []),
      ...(isKnown ? [{ key: 'exists-already', severity: 'information' } as const] : []),
    ],
  };
}

/** Whether it is in the DMP already, as far as it is known here. @throws IssueError as `foretell`, `existingBy` */
async function isDeposited(
  submission: Submission,
  ifNoneExist: string | undefined,
  services: Services,
): Promise<boolean> {
  if (ifNoneExist !== undefined) {
    const condition = { query: ifNoneExist, expression: 'If-None-Exist' };
    if (await existingBy(condition, submission.ins, contextOf(submission), services)) return true;
  }
  return (await foretell(submission, services)).verdict === 'existing';
}

/**
 * Takes a deposit in. Durable when it resolves.
 * @throws IssueError as `check`, and feed-conflict (409): another deposit of the same uniqueId is in the feed;
 * feed-backlog (429); DmpError kind `rights`
 */
export async function intake(given: Intake, services: Services): Promise<Accepted> {
  return take(await admit(given, services), given, services);
}

/**
 * The same, for who can be answered at once when it was made already.
 * @returns undefined then: nothing is kept
 * @throws as `intake`
 */
export async function intakeOfNew(given: Intake, services: Services): Promise<Accepted | undefined> {
  const checked = await admit(given, services);
  return checked.isKnown ? undefined : take(checked, given, services);
}

async function admit(given: Intake, services: Services): Promise<Checked> {
  await services.backpressure?.(given.caller.structure.id, given.lane);
  return check(given, services);
}

async function take({ item, issues }: Checked, given: Intake, services: Services): Promise<Accepted> {
  const { outcome, item: kept } = await services.store.feed.accept(item, services.now());
  if (outcome === 'conflict' || !kept) throw conflict(given);
  services.wakeFeed?.();
  return { item: kept, isNew: outcome === 'new', issues };
}

export const conflict = ({ kind }: Pick<Intake, 'kind'>): IssueError =>
  new IssueError({
    key: 'feed-conflict',
    expression: kind === 'set' ? 'Bundle.entry' : 'DocumentReference.masterIdentifier',
  });

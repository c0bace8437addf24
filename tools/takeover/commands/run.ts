/**
 * `run`: checks, begins the take-over or goes on with it, sends what has no answer yet, waits until the DMP has what it takes, and
 * reconciles. Killed at any point, it goes on when it is run again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, exitCodes, type ExitCode } from '../errors.ts';
import { feed } from '../feed.ts';
import { checkSource, type Session } from '../session.ts';
import { begin, change, status, type Status } from '../takeover-door.ts';
import type { CheckedLine, PlannedDocument } from '../types.ts';
import { exitOf, reconciled, told } from './outcome.ts';

export interface RunOptions {
  dryRun?: boolean;
  /** Also what was refused before. */
  retryRefused?: boolean;
  name?: string;
  begin?: string;
  /** False: ends when everything is sent. */
  wait?: boolean;
  /** How often the façade is asked, in seconds. */
  poll?: string;
}

export async function runCommand(session: Session, options: RunOptions): Promise<ExitCode> {
  const { say, tell, journal } = session;
  const lines = await checkSource(session);
  const documents = lines.flatMap(({ document }) => document ?? []);
  tell(say('lines', { total: lines.length, ready: documents.length, refused: lines.length - documents.length }));
  if (options.dryRun === true || documents.length === 0) {
    if (options.dryRun === true) tell(say('dry'));
    return ended(session, lines);
  }
  const current = await beginOrGoOn(documents.length, session, options);
  if (current.state === 'unconfirmed') {
    tell(say('unconfirmed', { perDay: current.perDay }));
    return exitCodes.unconfirmed;
  }
  const isDone = ({ reference }: PlannedDocument): boolean => {
    const result = journal.answers.get(reference)?.result;
    return result !== undefined && (result !== 'refused' || options.retryRefused !== true);
  };
  await send(
    documents.filter((document) => !isDone(document)),
    current,
    session,
  );
  if (!current.isComplete) await change(session.client, { takeover: current.takeover, action: 'complete' });
  if (options.wait !== false) await follow(current.takeover, session, Number(options.poll ?? 5) * 1000);
  return ended(session, lines);
}

async function ended(session: Session, lines: readonly CheckedLine[]): Promise<ExitCode> {
  const result = await reconciled(session, lines);
  told(session, result);
  return exitOf(result);
}

/** @throws CommandError when the contact lacks */
export async function beginOrGoOn(
  documents: number,
  { client, journal, settings, say }: Session,
  options: Pick<RunOptions, 'name' | 'begin'>,
): Promise<Status> {
  if (journal.takeover !== undefined) return status(client, journal.takeover);
  const { contactName, contactEmail, contactPhone, structureName } = settings;
  if (contactName === undefined || contactEmail === undefined) throw new CommandError(say('needs-contact'));
  journal.ask();
  const begun = await begin(client, {
    ...{ documents, contactName, contactEmail, contactPhone, begin: options.begin, reference: journal.key },
    name: options.name ?? structureName,
  });
  journal.begin(begun.takeover);
  return begun;
}

async function send(documents: readonly PlannedDocument[], current: Status, session: Session): Promise<void> {
  const { client, settings, journal, progress, say } = session;
  if (documents.length === 0) return;
  if (current.isComplete || current.state === 'cancelled' || current.state === 'done')
    throw new CommandError(say('over', { state: current.isComplete ? 'complete' : current.state }));
  let done = 0;
  progress.start(say('sending'), documents.length);
  await feed(documents, { client, settings, takeover: current.takeover }, (answers) => {
    journal.answered(answers);
    progress.update((done += answers.length));
  });
  progress.stop();
}

const countIn = ({ counts }: Status, ...states: string[]): number =>
  counts.filter(({ state }) => states.includes(state)).reduce((n, { count }) => n + count, 0);

/** Until every line is at its end, or nothing moves because somebody paused it. */
async function follow(takeover: string, { client, progress, say, language }: Session, pollMs: number): Promise<void> {
  const locale = language === 'fr' ? 'fr-FR' : 'en-GB';
  for (let isFirst = true; ; isFirst = false) {
    const current = await status(client, takeover);
    const pending = countIn(current, 'queued', 'active', 'waiting', 'proposed');
    const done = current.received - pending;
    if (isFirst) progress.start(say('delivering'), current.received, done);
    const { reason = '', until } = current.pause ?? {};
    const pause =
      until === undefined
        ? say('paused-open', { reason })
        : say('paused', { reason, until: new Date(until).toLocaleString(locale) });
    progress.update(done, current.pause ? pause : '');
    // What is proposed waits for a person, and what is paused for another.
    if (pending === countIn(current, 'proposed') || current.state !== 'running') return progress.stop();
    await sleep(pollMs);
  }
}

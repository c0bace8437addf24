/** How a command that looked at lines ends: the sums, the reasons, the report, and the exit code. */
import { exitCodes, type ExitCode } from '../errors.ts';
import { reasonsTable, writeReport } from '../print.ts';
import { reconcile, type Reconciled } from '../reconcile.ts';
import { report as reportOf, type Reported } from '../takeover-door.ts';
import type { Session } from '../session.ts';
import type { CheckedLine } from '../types.ts';

/** Joined with what the façade says of each line that it received. */
export async function reconciled(session: Session, lines: readonly CheckedLine[]): Promise<Reconciled> {
  const { client, journal } = session;
  const reported = new Map<string, Reported>();
  if (journal.takeover !== undefined)
    for await (const line of reportOf(client, journal.takeover)) reported.set(line.reference, line);
  return reconcile(lines, journal.answers, reported);
}

export function told(session: Session, result: Reconciled): void {
  const { options, say, tell, language } = session;
  tell(reasonsTable(result.lines, say, language));
  tell(say('sums', { ...sumsOf(result) }));
  report(session, result);
  if (options.json === true) console.log(JSON.stringify(sumsOf(result)));
}

export function report({ options, say, tell, language }: Session, result: Reconciled): void {
  if (options.report === undefined) return;
  writeReport(options.report, result, language, options.files === true);
  tell(say('report', { file: options.report }));
  if (options.files === true) tell(say('report-files'));
}

const sumsOf = ({ total, delivered, refused, pending }: Reconciled) => ({ total, delivered, refused, pending });

export function exitOf({ refused, pending }: Reconciled): ExitCode {
  if (pending > 0) return exitCodes.pending;
  return refused > 0 ? exitCodes.refused : exitCodes.ok;
}

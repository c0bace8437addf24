/** `check`: what would be refused, and why. Keeps nothing; with `--full` the façade checks the documents themselves as well. */
import { exitCodes, type ExitCode } from '../errors.ts';
import { feed } from '../feed.ts';
import { reasonsTable } from '../print.ts';
import { reconcile } from '../reconcile.ts';
import { checkSource, type Session } from '../session.ts';
import type { CheckedLine } from '../types.ts';
import { report } from './outcome.ts';

export async function checkCommand(session: Session, { full = false }: { full?: boolean }): Promise<ExitCode> {
  const { say, tell, language, options } = session;
  const lines = await checkSource(session);
  if (full) await askFacade(lines, session);
  const result = reconcile(lines, new Map(), new Map());
  const { total, refused } = result;
  tell(reasonsTable(result.lines, say, language));
  tell(say('lines', { total, refused, ready: total - refused }));
  report(session, result);
  if (options.json === true) console.log(JSON.stringify({ total, ready: total - refused, refused }));
  return refused > 0 ? exitCodes.refused : exitCodes.ok;
}

/** What the façade would refuse is refused here. */
async function askFacade(lines: readonly CheckedLine[], { client, settings, progress, say }: Session): Promise<void> {
  const ready = new Map(lines.flatMap((line) => (line.document ? [[line.document.reference, line] as const] : [])));
  const documents = [...ready.values()].flatMap(({ document }) => document ?? []);
  let done = 0;
  progress.start(say('checking'), documents.length);
  await feed(documents, { client, settings }, (answers) => {
    for (const { reference, result, findings } of answers) {
      const line = ready.get(reference);
      line?.findings.push(...findings);
      if (line && result === 'refused') delete line.document;
    }
    progress.update((done += answers.length));
  });
  progress.stop();
}

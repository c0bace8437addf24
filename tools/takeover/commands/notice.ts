/** `notice` writes the message to the CNAM, `confirm` says that it has gone: an administrator of the structure does both. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, type ExitCode } from '../errors.ts';
import { checkSource, type Session } from '../session.ts';
import { change } from '../takeover-door.ts';
import { beginOrGoOn, type RunOptions } from './run.ts';
import { begun, show } from './state.ts';

export async function noticeCommand(
  session: Session,
  options: Pick<RunOptions, 'name' | 'begin'> & { out?: string },
): Promise<ExitCode> {
  const { say, tell, journal, stateFolder } = session;
  // How many documents there are stands in the message.
  const documents = journal.takeover === undefined ? (await checkSource(session)).filter((l) => l.document).length : 0;
  const { notice, state } = await beginOrGoOn(documents, session, options);
  if (!notice) {
    tell(say('notice-none', { state }));
    return state === 'unconfirmed' ? exitCodes.unconfirmed : exitCodes.ok;
  }
  mkdirSync(options.out ?? stateFolder, { recursive: true });
  const file = path.join(options.out ?? stateFolder, 'notice.txt');
  const eml = path.join(options.out ?? stateFolder, 'notice.eml');
  // It names the software's homologation, which is a secret of its vendor.
  const own = { mode: 0o600 };
  writeFileSync(file, `${notice.to.join(', ')}\n${notice.subject}\n\n${notice.text}`, own);
  writeFileSync(eml, notice.eml, own);
  tell(say('notice-written', { file, eml }));
  if (session.options.json === true) console.log(JSON.stringify({ file, eml }));
  return exitCodes.ok;
}

export async function confirmCommand(session: Session, { on, reference }: { on: string; reference: string }) {
  const { client } = session;
  return show(session, await change(client, { takeover: begun(session), action: 'confirm', on, reference }));
}

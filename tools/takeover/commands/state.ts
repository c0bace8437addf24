/** `status`, `pause`, `resume`, `cancel`, `report`: what was begun of a source, and what is done with it. */
import { CommandError, exitCodes, type ExitCode } from '../errors.ts';
import { checkSource, type Session } from '../session.ts';
import { change, status, type Status } from '../takeover-door.ts';
import { exitOf, reconciled, told } from './outcome.ts';

/** @throws CommandError */
export function begun({ journal, say }: Session): string {
  if (journal.takeover === undefined) throw new CommandError(say('not-begun'));
  return journal.takeover;
}

export async function statusCommand(session: Session): Promise<ExitCode> {
  return show(session, await status(session.client, begun(session)));
}

export const changeCommand =
  (action: 'pause' | 'resume' | 'cancel') =>
  async (session: Session): Promise<ExitCode> =>
    show(session, await change(session.client, { takeover: begun(session), action }));

export async function reportCommand(session: Session): Promise<ExitCode> {
  const result = await reconciled(session, await checkSource(session));
  told(session, result);
  return exitOf(result);
}

export function show({ options, say, tell }: Session, current: Status): ExitCode {
  const { takeover, state, received, counts, pause } = current;
  tell(say('state', { takeover, state, received }));
  for (const count of counts)
    tell(`${String(count.count).padStart(8)}  ${[count.state, count.reason].filter(Boolean).join(' — ')}`);
  if (pause)
    tell(
      pause.until === undefined
        ? say('paused-open', { reason: pause.reason })
        : say('paused', { reason: pause.reason, until: pause.until }),
    );
  if (options.json === true) {
    const { notice: _, ...rest } = current;
    console.log(JSON.stringify(rest));
  }
  return state === 'unconfirmed' ? exitCodes.unconfirmed : exitCodes.ok;
}

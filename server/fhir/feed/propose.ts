/**
 * A deposit that the structure's feeding rules keep for a person to release: 202, although the caller waits for its outcome
 * (docs/feeding-rules.md). What becomes of it, the Task says.
 */
import type { FeedKind } from '../../store/types.ts';
import { NeedsRelease } from '../deposit/ruling.ts';
import type { Call, Reply } from '../interaction.ts';
import type { Services } from '../services.ts';
import { acceptedReply } from '../task/accept.ts';
import { intake } from './intake.ts';

/**
 * Does what a door does, and keeps as proposed what may not go on by itself.
 * @param body of the deposit, as ITI-105 (`document`) or ITI-65 (`set`) takes it
 * @throws what the door and the intake throw
 */
export async function orPropose(
  { kind, body }: { kind: FeedKind; body: unknown },
  call: Call,
  services: Services,
  door: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await door();
  } catch (error) {
    if (!(error instanceof NeedsRelease)) throw error;
    return propose({ kind, body }, call, services);
  }
}

async function propose(
  { kind, body }: { kind: FeedKind; body: unknown },
  call: Call,
  services: Services,
): Promise<Reply> {
  const { caller, requestId, ifNoneExist } = call;
  // It is judged again: a version that was recorded in this very moment counts.
  const accepted = await intake(
    { kind, body, caller, requestId, lane: 'live', ...(ifNoneExist === undefined ? {} : { ifNoneExist }) },
    services,
  );
  return acceptedReply(accepted, call, services);
}

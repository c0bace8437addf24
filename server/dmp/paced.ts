/**
 * A message that the DMP bounds goes out in its turn, and what becomes of it is told to whoever gives turns. The turn is asked for
 * before the connection is; once that is there, and the first octet is about to leave, it must still be good: opening a connection, or
 * waiting for one, takes what time it takes.
 */
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { dmpKey, errorRow } from '../../mappings/errors.ts';
import { DmpError, type CallDetails, type Pacing, type TurnRequest } from './types.ts';

/** How long another turn is waited for once the connection is there: it is held meanwhile, and its time-outs run. Milliseconds. */
const heldMs = 5000;

interface Message {
  body(): Buffer | Readable;
}

/**
 * What a failed submission tells of the DMP: `failed` when time can heal it by the error table's word, or no handshake came to be;
 * `refused` when the DMP is there and says no; undefined when nothing was sent, or nobody can tell.
 */
export function tellsOfDmp(error: unknown): 'refused' | 'failed' | undefined {
  if (!(error instanceof DmpError) || error.kind === 'rights') return undefined;
  return error.kind === 'tls' || errorRow(dmpKey(error.kind, error.code)).retry === true ? 'failed' : 'refused';
}

/**
 * @param exchange sends the message and reads the answer
 * @param details told how long it has waited
 * @throws IssueError of `Pacing.turn`, before anything was sent; what the exchange throws
 */
export async function inTurn<M extends Message, Out>(
  pacing: Pacing,
  structure: string,
  asked: TurnRequest,
  message: M,
  exchange: (message: M) => Promise<Out>,
  details: CallDetails,
): Promise<Out> {
  const take = async (request: TurnRequest) => {
    const from = performance.now();
    const turn = await pacing.turn(structure, request);
    details.waitedMs = (details.waitedMs ?? 0) + performance.now() - from;
    return turn;
  };
  let turn = await take(asked);
  let began = performance.now();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const again = { ...asked, documents: 0, patienceMs: Math.min(asked.patienceMs, heldMs) };
    while (!turn.isFresh()) turn = await take(again);
    began = performance.now();
    const body = message.body();
    if (Buffer.isBuffer(body)) yield body;
    else yield* body as AsyncIterable<Uint8Array>;
  }
  // The submission is over: that this cannot be kept now changes nothing of it.
  const tell = (outcome: 'ok' | 'refused' | 'failed'): Promise<void> =>
    pacing.report(structure, outcome, performance.now() - began).catch(() => undefined);
  try {
    const out = await exchange({ ...message, body: () => Readable.from(chunks()) });
    await tell('ok');
    return out;
  } catch (error) {
    const outcome = tellsOfDmp(error);
    if (outcome) await tell(outcome);
    throw error;
  }
}

/**
 * The one function that runs any transaction (design, idea 2): VIHF, envelope, POST over mutual TLS, time-outs, one careful
 * retry, answer, errors.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { IssueError } from '../../mappings/outcome.ts';
import { Answer, type HttpAnswer } from './answer.ts';
import { faultError, unreadable } from './failure.ts';
import type { CallFollowers, CallOutcome } from './followers.ts';
import type { Lease } from './lines.ts';
import { inTurn } from './paced.ts';
import { post, prepare, type Prepared, type Runner } from './post.ts';
import { chooseMode } from './rights.ts';
import { writeEnvelope } from './soap.ts';
import {
  DmpError,
  type CallContext,
  type CallDetails,
  type DmpEnvironment,
  type OutgoingMessage,
  type Transaction,
  type VihfMode,
} from './types.ts';
import { buildVihf } from './vihf.ts';

/** What the envelope says of itself, before its content is read. @throws DmpError kinds fault, mismatch, http, garbage */
function check(
  transaction: Transaction<never, unknown>,
  answer: Answer,
  messageId: string,
  status: number,
  message: OutgoingMessage,
): void {
  const { name, responseRoot } = transaction;
  const { relatesTo, fault, root } = answer.envelope;
  // A server that could not read the request cannot say which it was: a fault alone may be without RelatesTo.
  if (fault ? relatesTo !== undefined && relatesTo !== messageId : relatesTo !== messageId)
    throw new DmpError('mismatch', 'RelatesTo', name);
  if (fault) throw faultError(name, fault);
  if (status >= 300) throw new DmpError('http', String(status), name);
  if (root.name !== responseRoot.name || root.ns !== responseRoot.ns) throw new DmpError('garbage', 'root', name);
  message.check?.(root);
}

/**
 * Runs a transaction.
 * @param lineOf the line of the requester's structure
 * @param followers told when it has ended, also of one that was refused before it was sent
 * @throws DmpError for everything that the DMP or the way to it does; the signal's reason when the caller leaves; what the
 * sink of a streamed answer throws, unchanged
 */
export async function run<In, Out>(
  lineOf: () => Lease,
  transaction: Transaction<In, Out>,
  input: In,
  context: CallContext,
  followers: CallFollowers = {},
): Promise<Out> {
  const span = followers.startSpan?.(transaction.name, context.trail?.span);
  const traceparent = span?.traceparent ?? context.trail?.traceparent;
  const began = performance.now();
  const details: CallDetails = {
    attempts: 0,
    ...(context.requestId === undefined ? {} : { requestId: context.requestId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  let outcome: CallOutcome = 'ok';
  try {
    const line = lineOf();
    try {
      return await call(line.runner, transaction, input, context, details);
    } finally {
      line.done();
    }
  } catch (e) {
    if (context.signal?.aborted) {
      outcome = 'aborted';
      throw context.signal.reason;
    }
    outcome = e instanceof DmpError ? e.kind : 'error';
    if (e instanceof DmpError) details.code = e.code;
    throw e;
  } finally {
    span?.end(outcome, details);
    followers.onCall?.(transaction.name, outcome, performance.now() - began - (details.waitedMs ?? 0), details);
    context.onEnd?.(details);
  }
}

/** The message of a transaction, in its envelope. */
function compose<In>(
  env: DmpEnvironment,
  transaction: Transaction<In, unknown>,
  input: In,
  context: CallContext,
  mode: VihfMode,
): { message: OutgoingMessage; messageId: string; vihf: string; envelope: string } {
  const message = transaction.build(input, context, env);
  const messageId = `urn:uuid:${env.newUuid()}`;
  const vihf = buildVihf(context, mode, env);
  return {
    message,
    messageId,
    vihf,
    envelope: writeEnvelope({ messageId, action: transaction.action, vihf, body: message.body }),
  };
}

/** See `DmpClient.rehearse`. */
export function rehearse<In>(
  { env, structure }: Pick<Runner, 'env' | 'structure'>,
  transaction: Transaction<In, unknown>,
  input: In,
  context: CallContext,
): void {
  compose(env, transaction, input, context, modeOf(structure, transaction, input, context));
}

/** @throws DmpError kind `rights` */
function modeOf<In>(
  structure: string,
  transaction: Transaction<In, unknown>,
  input: In,
  { requester }: CallContext,
): VihfMode {
  // These certificates speak for one structure, whoever made the requester.
  if (requester.structure.id !== structure) throw new DmpError('rights', 'structure', transaction.name);
  return chooseMode(transaction, requester, (mode) => transaction.limits?.(input, mode, requester));
}

async function call<In, Out>(
  runner: Runner,
  transaction: Transaction<In, Out>,
  input: In,
  context: CallContext,
  details: CallDetails,
): Promise<Out> {
  const { env, structure } = runner;
  const { signal } = context;
  signal?.throwIfAborted();
  const mode = (details.mode = modeOf(structure, transaction, input, context));
  const { message, messageId, vihf, envelope } = compose(env, transaction, input, context, mode);
  const declared = transaction as unknown as Transaction<never, unknown>;
  const prepared = {
    ...prepare(runner, declared, envelope, message),
    ...(runner.sayTrace && details.traceparent !== undefined ? { traceparent: details.traceparent } : {}),
  };
  const tell = (answer?: Answer): void =>
    runner.onMessage?.({
      transaction: transaction.name,
      structure,
      ...(context.requestId === undefined ? {} : { requestId: context.requestId }),
      envelope,
      parts: (message.parts ?? []).map(({ contentType, body }) => ({ contentType, bytes: body.byteLength })),
      ...(answer ? { answer: answer.document } : {}),
    });
  const exchange = async (ready: Prepared): Promise<Out> => {
    let http;
    let answer;
    try {
      http = await send(runner, declared, ready, signal, details);
      answer = await Answer.open(transaction.name, http, runner.maxAnswerBytes);
    } catch (e) {
      // What got no turn was not sent.
      if (details.attempts > 0) tell();
      throw e;
    }
    tell(answer);
    const { action } = answer.envelope;
    if (action !== undefined && action !== transaction.responseAction && !answer.envelope.fault)
      details.otherAction = action;
    try {
      check(declared, answer, messageId, http.statusCode, message);
      const out =
        transaction.read.kind === 'tree'
          ? transaction.read.read(answer.root, input)
          : await transaction.read.read(answer, input);
      await answer.close();
      return transaction.translate ? transaction.translate(out, env) : out;
    } catch (e) {
      // It may have been the assertion: the next call has a new one.
      if (answer.envelope.fault) env.vihfs?.forget(vihf);
      await answer.abandon();
      if (answer.failure) throw answer.failure;
      // Whoever reads a tree meets nothing but the answer; a sink has failures of its own.
      throw transaction.read.kind === 'tree' ? unreadable(transaction.name, e) : e;
    }
  };
  const documents = transaction.paced?.(input);
  if (documents === undefined || !runner.pacing) return exchange(prepared);
  const { lane = 'live', patienceMs = runner.patienceMs } = context;
  const asked = { lane, patienceMs, documents, heldMs: runner.timeoutMs / 2, ...(signal ? { signal } : {}) };
  return inTurn(runner.pacing, structure, asked, prepared, exchange, details);
}

/**
 * Sends the message; once more, a little later, when the connection failed before an answer and the transaction may be
 * repeated. A time-out is not tried again: the caller has waited long enough, and the DMP is busy as it is.
 */
async function send(
  runner: Runner,
  transaction: Transaction<never, unknown>,
  prepared: Prepared,
  signal: AbortSignal | undefined,
  details: CallDetails,
): Promise<HttpAnswer> {
  details.attempts = 1;
  try {
    return await post(runner, transaction.name, prepared, signal);
  } catch (e) {
    if (e instanceof IssueError) details.attempts = 0;
    if (!(e instanceof DmpError && e.kind === 'network' && transaction.idempotent)) throw e;
  }
  await wait(50 + Math.random() * 200, undefined, signal ? { signal } : {});
  details.attempts = 2;
  return post(runner, transaction.name, prepared, signal);
}

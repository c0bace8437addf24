/** Who follows the calls of the DMP without taking part in them: log, metrics, traces. */
import type { CallDetails, DmpFailureKind } from './types.ts';

/** How a call ended. `aborted`: the caller left. `error`: not the DMP's doing (input, sink). */
export type CallOutcome = 'ok' | DmpFailureKind | 'aborted' | 'error';

/** Told once of every call, when it has ended: for counting, metrics and audit. Given no person and no content. */
export type CallObserver = (transaction: string, outcome: CallOutcome, ms: number, details: CallDetails) => void;

/** A call as a part of a trace. Given no person and no content, either. */
export interface CallSpan {
  /** W3C Trace Context of the call itself. */
  traceparent: string;
  end(outcome: CallOutcome, details: CallDetails): void;
}

/** @param parent W3C Trace Context of what causes the call; absent: it is caused by no request */
export type SpanStarter = (transaction: string, parent?: string) => CallSpan;

/** Who follows calls. */
export interface CallFollowers {
  onCall?: CallObserver;
  startSpan?: SpanStarter;
}

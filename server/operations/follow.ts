/** Follows every request from its arrival to the end of its answer, for metrics and traces. */
import type { RequestHandler } from 'express';
import type { Metrics } from './metrics.ts';
import type { Traces } from './traces.ts';
import type { Facts } from './types.ts';

export interface Followed extends Facts {
  metrics?: Pick<Metrics, 'requestBegins' | 'requestEnds'>;
  traces?: Pick<Traces, 'request' | 'within'>;
}

/** Methods that are told apart; whoever sends others makes no label. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** @returns undefined when nobody wants to know */
export function follow({ metrics, traces, factsOf, interactionOf }: Followed): RequestHandler | undefined {
  if (!metrics && !traces) return undefined;
  return (req, res, next) => {
    const started = performance.now();
    const facts = factsOf(res);
    const span = traces?.request(facts.traceparent);
    if (span) facts.span = span.traceparent;
    metrics?.requestBegins();
    res.once('close', () => {
      const { route = '(none)', problems = [] } = factsOf(res);
      const interaction = interactionOf(res);
      const end = {
        ...(interaction === undefined ? {} : { interaction }),
        route,
        method: methods.has(req.method) ? req.method : 'other',
        status: res.writableFinished ? `${Math.floor(res.statusCode / 100)}xx` : 'aborted',
        code: res.statusCode,
        problems,
        ms: performance.now() - started,
      };
      metrics?.requestEnds(end);
      span?.end(end);
    });
    if (traces && span) traces.within(span.traceparent, next);
    else next();
  };
}

/**
 * What is known of a request from its first to its last step: its id, its language, who asks. Also the access log, which
 * holds no query string, no body, no token and no path value: an INS may stand in any of them.
 */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { holdsIns } from '../../mappings/ins.ts';
import { traceIdOf, traceparentOf, type Trail } from '../audit/trail.ts';
import type { Caller } from '../auth/caller.ts';
import { handlerName, type Interaction } from './definition.ts';
import type { Call, Reply } from './interaction.ts';
import type { Format } from './negotiation.ts';
import { languageOf, type Language } from './outcome.ts';

export interface RequestState {
  requestId: string;
  language: Language;
  /** Pattern of the route (`/fhir/DocumentReference/:id`), once found. */
  route?: string;
  caller?: Caller;
  /** Rows of the error table that the answer names. */
  problems?: string[];
  /** W3C Trace Context of the client; and of our own span of the request, when traces are made. */
  traceparent?: string;
  span?: string;
  /** How the answer is written, once that is settled. */
  format?: Format;
  /** Keeps compression away from raw documents, so that their length can be said. */
  incompressible?: boolean;
  /** The interaction of the route, and the call once it was read. */
  asked?: { type?: string; id?: string; interaction: Interaction };
  call?: Call;
  /** In the closed part: what its record needs, and puts it on record before anything is sent. @throws RecordUnavailable */
  trail?: Trail;
  keep?: (answered: Answered) => Promise<void>;
}

/** How a request ended. */
export interface Answered {
  status: number;
  reply?: Reply;
  /** Rows of the error table. */
  problems?: readonly string[];
  /** The client left before its answer was complete. */
  cut?: boolean;
}

const key = 'dmpFhir';

/** The state of the request that a response answers. */
export const stateOf = (res: Response): RequestState => res.locals[key] as RequestState;

/** `DocumentReference.search-type`, of a request that an interaction answers. */
export function interactionOf(res: Response): string | undefined {
  const { asked } = stateOf(res);
  return asked && handlerName(asked.type, asked.interaction);
}

/** The client's X-Request-Id when it is short, plain and no INS; else a new one. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && /^[A-Za-z0-9][\w.:-]{0,63}$/.test(given) && !holdsIns(given) ? given : randomUUID();
}

/** First step: gives the request its state, and the answer its X-Request-Id. */
export const begin: RequestHandler = (req, res, next) => {
  const traceparent = traceparentOf(req.get('traceparent'));
  const state: RequestState = {
    requestId: requestIdOf(req.get('x-request-id')),
    language: languageOf(req.get('accept-language')),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  res.locals[key] = state;
  res.setHeader('X-Request-Id', state.requestId);
  // Log, record, metrics, trace and a stream's pipeline each listen for its end: more than Node warns of, and no leak.
  res.setMaxListeners(30);
  next();
};

/** Health data are not kept by anyone on the way, and depend on these request headers. */
export const privacy: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store, private');
  res.setHeader('Vary', 'Accept, Accept-Language, Authorization, Origin, Prefer');
  next();
};

/** One line a request, when it is over. */
export function accessLog(logger: Logger): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    const started = performance.now();
    res.on('close', () => {
      const { requestId, route, caller, problems, traceparent, span = traceparent } = stateOf(res);
      logger.info(
        {
          requestId,
          ...(span === undefined ? {} : { traceId: traceIdOf(span) }),
          method: req.method,
          route: route ?? '(none)',
          status: res.statusCode,
          ms: Math.round((performance.now() - started) * 10) / 10,
          ...(res.writableFinished ? {} : { aborted: true }),
          ...(caller ? { client: caller.clientId } : {}),
          ...(problems ? { problems } : {}),
        },
        'request',
      );
    });
    next();
  };
}

/** Fires when the client is gone before its answer was complete. */
export function abortSignal(res: Response): AbortSignal {
  const controller = new AbortController();
  // An answer asked in parts has as many calls listening at once: no leak to warn of.
  setMaxListeners(0, controller.signal);
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

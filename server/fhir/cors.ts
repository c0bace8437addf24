/**
 * Who may call from a browser: apps of registered origins (Fetch standard, “CORS protocol”; SMART App Launch 2.2 “conformance”:
 * registered origins for the FHIR endpoint). What is open says `*` by itself and is not seen here.
 *
 * A token goes in a header that the app sets, never by itself as a cookie does: `Access-Control-Allow-Credentials` is not needed,
 * and never sent.
 */
import type { RequestHandler } from 'express';
import { stateOf } from './request.ts';

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** What an app may send beside what the Fetch standard always lets through. */
const requestHeaders =
  'Accept, Accept-Language, Authorization, Content-Type, DPoP, If-Match, If-Modified-Since, If-None-Exist, If-None-Match, If-Range, Prefer, Range, traceparent, X-Request-Id';
/** What an app may read beside what the Fetch standard always shows. */
const exposed =
  'ETag, Location, Content-Location, X-Request-Id, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, Allow, Accept-Ranges, Content-Range, Content-Disposition';
/** Seconds for which a browser may remember the answer to a preflight. */
const maxAge = '600';

/**
 * Stands before the authentication: a preflight carries no token. An origin that is not registered gets no header of CORS, and its
 * preflight goes the way of every request without a token.
 * @param origins exactly as browsers write them; asked each time: clients come and go
 */
export function cors(origins: () => readonly string[]): RequestHandler {
  return (req, res, next) => {
    const origin = req.get('origin');
    if (origin === undefined || !origins().includes(origin)) return next();
    // `Vary: Origin` is on every answer (`privacy`).
    res.setHeader('Access-Control-Allow-Origin', origin);
    if (req.method !== 'OPTIONS' || req.get('access-control-request-method') === undefined) {
      res.setHeader('Access-Control-Expose-Headers', exposed);
      return next();
    }
    stateOf(res).route = '(preflight)';
    res.setHeader('Access-Control-Allow-Methods', methods);
    res.setHeader('Access-Control-Allow-Headers', requestHeaders);
    res.setHeader('Access-Control-Max-Age', maxAge);
    res.status(204).end();
  };
}

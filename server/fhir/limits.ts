/**
 * Rate limits: 429 with `Retry-After` (RFC 6585 §4). A client (`client_id` of its verified token) has its own; who is refused with
 * 401 is counted by address. What is open (/health, /metadata…) is never counted.
 *
 * A good token is never refused for what others did at the same address, which a whole establishment or a proxy may share.
 */
import type { Request, RequestHandler, Response } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import type { Limiter, Verdict } from '../auth/limiter.ts';
import { networkOf } from '../auth/network.ts';
import { statusOf } from './outcome.ts';
import { stateOf } from './request.ts';

const limited = ({ wait }: Verdict): IssueError =>
  new IssueError({ key: 'rate-limited', values: { seconds: Math.max(1, wait) } });

/** What is left, as draft-ietf-httpapi-ratelimit-headers-10 says it. */
function announce(res: Response, name: string, { perMinute }: Limiter, { remaining, reset }: Verdict): void {
  res.setHeader('RateLimit-Policy', `"${name}";q=${perMinute};w=60`);
  res.setHeader('RateLimit', `"${name}";r=${remaining};t=${reset}`);
}

/** Behind the authentication. @throws IssueError `rate-limited` */
export function limitClients(limiter: Limiter | undefined): RequestHandler {
  return (_req, res, next) => {
    const { caller } = stateOf(res);
    if (limiter && caller) {
      const verdict = limiter.take(caller.clientId);
      announce(res, 'client', limiter, verdict);
      if (!verdict.allowed) throw limited(verdict);
    }
    next();
  };
}

/**
 * Counts a refusal.
 * @returns what to throw: the refusal itself, or `rate-limited` in its place when this address has had too many
 */
export function countRefusal(error: unknown, req: Request, limiter: Limiter | undefined): unknown {
  if (!limiter || !(error instanceof IssueError) || statusOf(error.issues) !== 401) return error;
  const verdict = limiter.take(networkOf(req.ip ?? ''));
  return verdict.allowed ? error : limited(verdict);
}

/**
 * `/health/live`: the process answers. `/health/ready`: it can work; 503 when it cannot, or when it is about to stop. Open to everybody:
 * each check is named with its state, and with nothing else.
 */
import { Router, type Request, type Response } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import type { Check, CheckState } from './checks.ts';
import type { Drain } from './drain.ts';
import { inTime } from './time-limit.ts';
import type { Facts } from './types.ts';

export interface HealthOptions extends Pick<Facts, 'factsOf'> {
  checks: Readonly<Record<string, Check>>;
  drain?: Pick<Drain, 'isDraining'>;
  sendJson: (req: Request, res: Response, status: number, value: unknown) => void;
}

/** What has not answered by then counts as failed. */
const limitMs = 5_000;

export function healthRouter({ checks, drain, factsOf, sendJson }: HealthOptions): Router {
  const router = Router({ caseSensitive: true });
  const looks = Object.entries(checks).map(([name, check]) => [name, once(check)] as const);
  router.get('/live', (req, res) => {
    factsOf(res).route = '/health/live';
    sendJson(req, res, 200, { status: 'ok' });
  });
  router.get('/ready', async (req, res) => {
    factsOf(res).route = '/health/ready';
    if (drain?.isDraining()) return sendJson(req, res, 503, { status: 'draining' });
    const results = await Promise.all(
      looks.map(async ([name, look]) => [name, await inTime(look, limitMs).catch((): CheckState => 'failed')] as const),
    );
    const worst = (['failed', 'degraded'] as const).find((state) => results.some(([, result]) => result === state));
    const status = worst ?? 'ok';
    sendJson(req, res, status === 'failed' ? 503 : 200, { status, checks: Object.fromEntries(results) });
  });
  router.all(['/live', '/ready'], (req, res) => {
    res.setHeader('Allow', 'GET, HEAD');
    throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed: 'GET, HEAD' } });
  });
  return router;
}

interface Seen {
  state: Promise<CheckState>;
  endedAt?: number;
}

/** However many ask at once, and however long it hangs, it is looked at once; what was seen is good for `keptMs`. */
function once({ look, keptMs = 0 }: Check): () => Promise<CheckState> {
  let seen: Seen | undefined;
  return () => {
    if (seen && (seen.endedAt === undefined || performance.now() - seen.endedAt < keptMs)) return seen.state;
    const begun: Seen = { state: look() };
    const end = (): void => void (begun.endedAt = performance.now());
    begun.state.then(end, end);
    seen = begun;
    return begun.state;
  };
}

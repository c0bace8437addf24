/**
 * The authorization server (issue of tokens for this API): oidc-provider, with its models in our store, Pro Santé Connect as its login,
 * and pages for what only the professional can say. Everything else of the façade knows it by this file.
 */
import { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { IssueError } from '../../mappings/outcome.ts';
import { createLimiter } from '../auth/limiter.ts';
import { networkOf } from '../auth/network.ts';
import { ConfigError, issuerOf } from '../config.ts';
import { smartConfiguration } from './discovery.ts';
import { endpoints } from './endpoints.ts';
import { extensionsOf } from './extensions.ts';
import { formOf } from './form.ts';
import { interactionRouter } from './interaction/router.ts';
import { sendProblem } from './pages/error.ts';
import { createHolder } from './provider/holder.ts';
import { routes } from './routes.ts';
import { requireRuntime } from './runtime.ts';
import type { AuthorizationOptions, AuthorizationServer } from './types.ts';

export { metadataAt, metadataPath } from './discovery.ts';
export type * from './types.ts';
export type { AuthorizationEvent } from './events.ts';

export function createAuthorizationServer(given: AuthorizationOptions): AuthorizationServer {
  requireRuntime();
  requireTls(given);
  const extensions = [...extensionsOf(given), ...(given.extensions ?? [])];
  const options = { ...given, extensions };
  const holder = createHolder(options);
  const router = Router({ caseSensitive: true });
  router.use(withPolicy);
  router.use(['/interaction', '/psc', routes.authorization], limitLogins(options));
  router.use(['/interaction', '/psc/callback', routes.authorization], inPopup);
  router.post(routes.authorization, asGet(options));
  router.use(interactionRouter(options, holder));
  router.use(async (req: Request, res: Response, next: NextFunction) => {
    const { answer } = await holder();
    if (!(await answer(req, res))) next();
  });
  for (const [path, method] of Object.entries(endpoints(options.psc !== undefined)))
    router.all(path, otherMethod(options, path, method === 'GET' ? 'GET, HEAD' : method));
  return {
    handle: router,
    async metadata(req, res, next) {
      const { answer } = await holder();
      req.url = '/.well-known/oauth-authorization-server';
      if (!(await answer(req, res))) next();
    },
    smart: () => smartConfiguration(options),
    async openKeys() {
      await holder();
    },
    async close() {
      for (const extension of extensions) await extension.close?.();
    },
  };
}

/** In production nothing of a login travels in clear, and nobody is sent to an address that does. */
function requireTls({ config }: AuthorizationOptions): void {
  if (config.ENVIRONMENT === 'production' && !issuerOf(config).startsWith('https:'))
    throw new ConfigError('PUBLIC_URL: in production logins need an https URL');
}

/** For pages of oidc-provider's own; ours say theirs. A policy for documents of the API would let no form work. */
const withPolicy: RequestHandler = (_req, res, next) => {
  res.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; script-src; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  next();
};

/**
 * An app in a browser may have its sign-in in a window of its own, and be told the end of it by that window (as `/docs/api` does): the
 * isolation that every other answer asks for would cut the two apart, at the first page for good (HTML standard, “cross-origin opener
 * policies”). What the opener gains is a handle: these pages hold no script and no frame, and nobody frames them.
 */
const inPopup: RequestHandler = (_req, res, next) => {
  res.setHeader('Cross-Origin-Opener-Policy', 'unsafe-none');
  next();
};

/** What is there, but not to be asked like this. */
const otherMethod =
  (options: AuthorizationOptions, path: string, allowed: string): RequestHandler =>
  (req, res) => {
    options.factsOf(res).route = `/oauth${path}`;
    res.setHeader('Allow', allowed);
    throw new IssueError({ key: 'method-not-allowed', values: { method: req.method, allowed } });
  };

/** Who tries logins in numbers is slowed down by address; the token endpoint counts by client (`provider/claims.ts`). */
function limitLogins(options: AuthorizationOptions): RequestHandler {
  const limiter = createLimiter(options.config.RATE_LIMIT_LOGIN);
  return (req, res, next) => {
    const verdict = limiter?.take(networkOf(req.ip ?? ''));
    if (verdict === undefined || verdict.allowed) return next();
    res.setHeader('Retry-After', Math.max(1, verdict.wait));
    sendProblem(options, res, { status: 429, code: 'temporarily_unavailable', sentence: 'error-busy' });
  };
}

/**
 * SMART has authorization requests come by GET or POST. What another site posts here comes without our cookies (SameSite): the
 * browser is asked to come again, by itself, so that whoever is logged in stays so.
 */
function asGet(options: AuthorizationOptions): RequestHandler {
  return async (req, res) => {
    options.factsOf(res).route = `/oauth${routes.authorization}`;
    const form = await formOf(req);
    if (!form) return sendProblem(options, res, { status: 400, code: 'invalid_request' });
    res.redirect(303, `${issuerOf(options.config)}${routes.authorization}?${form.toString()}`);
  };
}

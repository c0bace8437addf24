/**
 * The provider of now: oidc-provider takes its keys when it is made, so that it is made anew when they change (it keeps nothing in
 * itself). And one that says its own URLs, whatever host a request was sent to.
 */
import { Provider, type KoaContextWithOIDC } from 'oidc-provider';
import type { Request, Response } from 'express';
import { issuerOf } from '../../config.ts';
import { endSessions } from '../interaction/logout.ts';
import { recordsOf } from '../records.ts';
import type { AuthorizationOptions } from '../types.ts';
import { shapeAnswers } from './answers.ts';
import { routes } from '../routes.ts';
import { configurationOf } from './configuration.ts';
import { createKeys, type ServerKeys } from './keys.ts';
import { recordAnswers } from './recorded.ts';

export interface Running {
  provider: Provider;
  /** Lets oidc-provider answer. @returns false when it has no such route: nothing was answered */
  answer(req: Request, res: Response): Promise<boolean>;
}

/** @returns the provider of now */
export function createHolder(options: AuthorizationOptions): () => Promise<Running> {
  const keysOf = createKeys(options.store.oauthKeys, options.config, options.now);
  let current: { version: string; running: Running } | undefined;
  return async () => {
    const keys = await keysOf();
    const issuer = issuerOf(options.config);
    const version = `${issuer} ${keys.version}`;
    if (current?.version !== version) current = { version, running: build(options, issuer, keys) };
    return current.running;
  };
}

function build(options: AuthorizationOptions, issuer: string, keys: ServerKeys): Running {
  const provider = new Provider(issuer, configurationOf(options, recordsOf(options.store.oauth), keys));
  for (const grant of (options.extensions ?? []).flatMap((e) => e.grants?.(provider) ?? []))
    provider.registerGrantType(grant.type, grant.handle, [...grant.parameters], [...(grant.repeated ?? [])]);
  sayOwnUrls(provider, issuer);
  provider.use(recordAnswers(options, provider));
  provider.use(endSessions(options));
  provider.use(shapeAnswers(options));
  const unknown = new WeakSet<Request>();
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    if (oidc?.route === undefined) {
      ctx.respond = false;
      unknown.add(ctx.req as Request);
      return;
    }
    const path = (routes as Partial<Record<string, string>>)[oidc.route.replace(/^cors\./, '')];
    options.factsOf(ctx.res as Response).route = `/oauth${path ?? ` (${oidc.route})`}`;
  });
  const callback = provider.callback();
  const { host, protocol } = new URL(issuer);
  return {
    provider,
    async answer(req, res) {
      req.headers.host = host;
      req.headers['x-forwarded-host'] = host;
      req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      await callback(req, res);
      return !unknown.has(req);
    },
  };
}

/**
 * oidc-provider makes URLs from the request's Host: whoever sends another one would be told to go there, or have assertions meant for
 * there accepted. Ours are made from the issuer, which is configured.
 */
function sayOwnUrls(provider: Provider, issuer: string): void {
  // What is left of the request's own address (whether a cookie is secure) is the issuer's too: `answer` says so to Koa.
  provider.proxy = true;
  const { prototype } = provider.OIDCContext;
  prototype.urlFor = (name, options) => new URL(provider.pathFor(name, options), issuer).href;
}

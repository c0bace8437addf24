/**
 * What oidc-provider answers, made what SMART and this API want: the launch context beside the tokens; an introspection that tells a
 * client no more of the person than its ID token does; CORS for registered origins alone.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { grantTypesOf } from '../grant-types.ts';
import { identityScopes } from '../scopes.ts';
import type { AuthorizationOptions } from '../types.ts';

/** Of Koa. */
export type Middleware = Parameters<Provider['use']>[0];

/** Of the claims of a token, what its client is told. */
const told = ['patient', 'need_patient_banner', 'fhirUser'] as const;
/** RFC 7662 §2.2, and `told`. */
const introspected: ReadonlySet<string> = new Set([
  ...['active', 'scope', 'client_id', 'token_type', 'exp', 'iat', 'sub', 'aud', 'iss', 'cnf'],
  ...told,
]);

const pick = (from: Record<string, unknown> | undefined, names: Iterable<string>): Record<string, unknown> =>
  Object.fromEntries([...names].flatMap((name) => (from?.[name] === undefined ? [] : [[name, from[name]]])));

type Options = Pick<AuthorizationOptions, 'clients' | 'apiScopes' | 'psc' | 'extensions'>;

const shapes: Readonly<Record<string, (ctx: KoaContextWithOIDC, options: Options) => void>> = {
  discovery(ctx, options) {
    Object.assign(ctx.body as object, {
      scopes_supported: [...identityScopes, ...options.apiScopes],
      grant_types_supported: grantTypesOf(options),
      // A code travels in the query alone: pages that post by a script are none of ours.
      response_modes_supported: ['query'],
    });
  },
  token(ctx) {
    // RFC 6749 §5.1; SMART App Launch 2.2 “Access token response”.
    ctx.set('Pragma', 'no-cache');
    const { AccessToken, ClientCredentials } = ctx.oidc.entities;
    const { patient, need_patient_banner } = (AccessToken ?? ClientCredentials)?.extra ?? {};
    if (ctx.status === 200) Object.assign(ctx.body as object, pick({ patient, need_patient_banner }, told));
  },
  introspection(ctx) {
    ctx.set('Pragma', 'no-cache');
    if (ctx.status === 200) ctx.body = pick(ctx.body as Record<string, unknown>, introspected);
  },
};

const forRegistered: ReadonlySet<string> = new Set(
  ['token', 'introspection', 'revocation', 'userinfo'].flatMap((name) => [name, `cors.${name}`]),
);

/** Koa middleware around oidc-provider's own. */
export function shapeAnswers(options: Options): Middleware {
  return async (ctx, next) => {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    if (!oidc?.route) return;
    shapes[oidc.route]?.(ctx as unknown as KoaContextWithOIDC, options);
    const origin = ctx.get('origin');
    if (!forRegistered.has(oidc.route) || options.clients.origins().includes(origin)) return;
    for (const name of Object.keys(ctx.response.headers)) if (name.startsWith('access-control-')) ctx.remove(name);
  };
}

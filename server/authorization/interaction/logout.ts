/**
 * The end of a session: everything that was given in it is worth nothing from then on, and the browser goes by Pro Santé Connect, where
 * its session ends too (OpenID Connect RP-Initiated Logout 1.0, in both directions).
 */
import type { RequestHandler, Response } from 'express';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { issuerOf } from '../../config.ts';
import { html, sendPage } from '../pages/html.ts';
import { say } from '../pages/texts.ts';
import type { Middleware } from '../provider/answers.ts';
import type { Running } from '../provider/holder.ts';
import { about, unrecorded } from '../provider/recorded.ts';
import { recordsOf, type Login } from '../records.ts';
import { routes } from '../routes.ts';
import type { AuthorizationOptions } from '../types.ts';
import { loginIdOf, secret } from './visit.ts';

const cookie = 'oauth_farewell';
const farewellSeconds = 600;
const placeOf = (options: Pick<AuthorizationOptions, 'config'>): string => `${issuerOf(options.config)}/psc/logout`;

/** Where Pro Santé Connect ends the session of this one; undefined where it cannot. */
export async function pscLogoutOf(options: AuthorizationOptions, login: Login | undefined): Promise<URL | undefined> {
  if (!options.psc || !login) return undefined;
  // That it does not answer must not keep anybody logged in here.
  return options.psc.logoutUrl(login.session, placeOf(options)).catch(() => undefined);
}

/** The login of the session of this request. */
export async function loginOfSession(options: AuthorizationOptions, { oidc }: KoaContextWithOIDC) {
  const records = recordsOf(options.store.oauth);
  const id = oidc.session && (await loginIdOf(records, oidc.session));
  return id === undefined ? undefined : { id, login: await records.get('Login', id) };
}

/** Koa middleware around oidc-provider's own. */
export function endSessions(options: AuthorizationOptions): Middleware {
  const { store, config, now } = options;
  return async (koa, next) => {
    await next();
    const ctx = koa as unknown as KoaContextWithOIDC;
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    const session: { uid: string; destroyed?: boolean } | undefined = oidc?.session;
    if (oidc?.route !== 'end_session_confirm' || session?.destroyed !== true) return;
    const found = await loginOfSession(options, ctx);
    await store.oauth.endSession(session.uid, new Date(now().getTime() + config.SESSION_SECONDS * 1000));
    if (found) await store.oauth.remove('Login', found.id);
    const person = found?.login?.session.professional.personId;
    const event = { ...about(options, ctx.res as Response), kind: 'logout', outcome: 'success' } as const;
    try {
      await options.record({ ...event, ...(person === undefined ? {} : { person }) });
    } catch {
      return unrecorded(ctx);
    }
    const returnTo = ctx.response.get('Location');
    // Another person has just logged in in this browser: Pro Santé Connect's session is theirs.
    if (returnTo.startsWith(`${issuerOf(config)}${routes.authorization}/`)) return;
    const away = await pscLogoutOf(options, found?.login);
    if (!away) return;
    const id = secret();
    await recordsOf(store.oauth).put('Farewell', id, { returnTo }, new Date(now().getTime() + farewellSeconds * 1000));
    ctx.cookies.set(cookie, id, {
      ...{ httpOnly: true, sameSite: 'lax', signed: true, maxAge: farewellSeconds * 1000 },
      path: new URL(placeOf(options)).pathname,
    });
    ctx.redirect(away.href);
    ctx.status = 303;
  };
}

/** Back from Pro Santé Connect: on to where the app wanted the browser. */
export function farewell(options: AuthorizationOptions, holder: () => Promise<Running>): RequestHandler {
  return async (req, res) => {
    const { provider } = await holder();
    const id = provider.createContext(req, res).cookies.get(cookie, { signed: true });
    const kept = id === undefined ? undefined : await recordsOf(options.store.oauth).take('Farewell', id);
    if (kept) return res.redirect(303, kept.returnTo);
    const { language } = options.factsOf(res);
    sendPage(res, {
      language,
      title: say(language, 'logout-done-title'),
      body: html`<p>${say(language, 'logout-done')}</p>`,
    });
  };
}

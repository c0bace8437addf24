/** The pages of a logout that an app asked for (OpenID Connect RP-Initiated Logout 1.0). */
import type { Response } from 'express';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { loginOfSession, pscLogoutOf } from '../interaction/logout.ts';
import type { AuthorizationOptions } from '../types.ts';
import { documentOf, html, Html, policy, type Page } from './html.ts';
import { say } from './texts.ts';

export function logoutPages(options: AuthorizationOptions) {
  const { factsOf } = options;
  const languageOf = (ctx: KoaContextWithOIDC) => factsOf(ctx.res as Response).language;
  const answer = (ctx: KoaContextWithOIDC, page: Page): void => {
    ctx.type = 'html';
    ctx.set('Content-Security-Policy', policy(page.leadsTo));
    ctx.body = documentOf(page);
  };
  return {
    /** @param form a form of oidc-provider's, without buttons */
    async logoutSource(ctx: KoaContextWithOIDC, form: string): Promise<void> {
      const language = languageOf(ctx);
      const after = ctx.oidc.params?.['post_logout_redirect_uri'];
      const away = await pscLogoutOf(options, (await loginOfSession(options, ctx))?.login);
      answer(ctx, {
        language,
        title: say(language, 'logout-title'),
        body: html`<p>${say(language, 'logout-question')}</p>
          ${new Html(form)}
          <p class="actions">
            <button type="submit" form="op.logoutForm" name="logout" value="yes">${say(language, 'logout-yes')}</button>
            <button type="submit" form="op.logoutForm" class="quiet">${say(language, 'logout-no')}</button>
          </p>`,
        leadsTo: [...(typeof after === 'string' ? [after] : []), ...(away ? [away.href] : [])],
      });
    },
    postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
      const language = languageOf(ctx);
      answer(ctx, {
        language,
        title: say(language, 'logout-done-title'),
        body: html`<p>${say(language, 'logout-done')}</p>`,
      });
    },
  };
}

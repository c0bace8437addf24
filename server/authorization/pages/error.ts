/**
 * What went wrong, for the person in front of the browser: what to do, a code of OAuth's and a reference; nothing of the request
 * itself, and no inside of this server.
 */
import type { Response } from 'express';
import type { Configuration } from 'oidc-provider';
import type { AuthorizationOptions, Language } from '../types.ts';
import { documentOf, html, policy, sendPage, type Page } from './html.ts';
import { say, type TextKey } from './texts.ts';

const sentences: Readonly<Record<string, TextKey>> = {
  invalid_client: 'error-client',
  invalid_redirect_uri: 'error-redirect',
  session_not_found: 'error-expired',
  server_error: 'error-server',
  temporarily_unavailable: 'error-server',
};

export interface Problem {
  status: number;
  /** An error code of OAuth's, or a word of ours in its place. */
  code: string;
  sentence?: TextKey;
}

type Options = Pick<AuthorizationOptions, 'factsOf'>;

export function sendProblem({ factsOf }: Options, res: Response, { status, code, sentence }: Problem): void {
  const { language, requestId } = factsOf(res);
  sendPage(res, { ...problemPage(language, requestId, code, sentence), status });
}

function problemPage(language: Language, requestId: string, code: string, sentence?: TextKey): Page {
  const shown = /^[a-z_]{1,40}$/.test(code) ? code : 'server_error';
  const body = html`<p class="error" role="alert">${say(language, sentence ?? sentences[shown] ?? 'error-request')}</p>
    <p class="note">
      ${say(language, 'error-code', { code: shown })}<br />${say(language, 'error-reference', { id: requestId })}
    </p>`;
  return { language, title: say(language, 'error-title'), body };
}

/** For oidc-provider: errors that must not go back to the app, because nobody knows whether it is the app. */
export function renderError(options: Options): NonNullable<Configuration['renderError']> {
  return (ctx, out, error) => {
    // oidc-provider calls an interaction that is gone an invalid request.
    const code = error.name === 'SessionNotFound' ? 'session_not_found' : out.error;
    const { language, requestId } = options.factsOf(ctx.res as Response);
    ctx.type = 'html';
    ctx.set('Content-Security-Policy', policy());
    ctx.body = documentOf(problemPage(language, requestId, code));
  };
}

/**
 * What went wrong with Pro Santé Connect, in the three words of `ProSanteConnect`. Causes are left behind: they hold tokens and
 * persons.
 */
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { pscInvalid } from '../../../mappings/psc/userinfo.ts';
import { IssueError } from '../../../mappings/outcome.ts';

export const unavailable = (): IssueError => new IssueError({ key: 'psc-unavailable' });

/** OAuth error codes, and nothing that somebody could have us repeat. */
export const refused = (code: string): IssueError =>
  new IssueError({ key: 'psc-refused', values: { code: /^[a-z_]{1,40}$/.test(code) ? code : 'error' } });

/** Codes of openid-client for an answer that did not come, or is none. */
const unanswered: ReadonlySet<string | undefined> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_INVALID_SERVER_METADATA',
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
]);

/** The claim, header or parameter that does not hold, where openid-client says it: its messages quote names, never values. */
function subjectOf({ cause }: ClientError): string {
  const { message = '', cause: details } = (cause ?? {}) as { message?: string; cause?: Record<string, unknown> };
  const name = details?.['claim'] ?? details?.['attribute'] ?? /"(?!response")(\w{1,40})"/.exec(message)?.[1];
  return typeof name === 'string' ? name : 'id_token';
}

function translated(error: unknown): unknown {
  if (error instanceof ResponseBodyError) return error.status >= 500 ? unavailable() : refused(error.error);
  if (error instanceof AuthorizationResponseError) return refused(error.error);
  // Of the userinfo endpoint (RFC 6750 §3.1).
  if (error instanceof WWWAuthenticateChallengeError)
    return error.response.status >= 500 ? unavailable() : refused('invalid_token');
  if (error instanceof ClientError) return unanswered.has(error.code) ? unavailable() : pscInvalid(subjectOf(error));
  // What fetch throws when there is no connection; a wrong argument, our own slip, has a code.
  if (error instanceof TypeError && !('code' in error)) return unavailable();
  return error;
}

/** Rejects with IssueError for whatever Pro Santé Connect does. */
export async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw translated(error);
  }
}

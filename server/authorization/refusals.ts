/** What is refused with a row of the error table, as an OAuth client is told of it (RFC 6749 §5.2). */
import { errors } from 'oidc-provider';
import { errorRow, sentence } from '../../mappings/errors.ts';
import { IssueError } from '../../mappings/outcome.ts';

/** Letters without their accents, signs as ASCII has them: all that `error_description` may hold (RFC 6749 §5.2). */
export const ascii = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[“”«»"\\]/g, "'")
    .replace(/’/g, "'")
    .replace(/[–—]/g, '-')
    .replace(/œ/g, 'oe')
    .replace(/[^\x20-\x7e]/g, '?');

/** The grant is not given: what the client asked with does not hold. */
export const invalidGrant = (description: string): errors.OIDCProviderError =>
  new errors.CustomOIDCProviderError('invalid_grant', ascii(description));

export const invalidRequest = (description: string): errors.OIDCProviderError =>
  new errors.InvalidRequest(ascii(description));

function unavailable(description: string): errors.OIDCProviderError {
  const error = new errors.CustomOIDCProviderError('temporarily_unavailable', description);
  return Object.assign(error, { status: 503, statusCode: 503 });
}

/** An IssueError as an OAuth error, with its sentence; anything else stays what it is. */
export function oauthError(error: unknown): unknown {
  if (!(error instanceof IssueError)) return error;
  const [issue] = error.issues;
  const row = errorRow(issue?.key ?? 'internal');
  const description = ascii(sentence(row, 'en', issue?.values));
  return row.status === 503 ? unavailable(description) : invalidGrant(description);
}

/**
 * The parameters of a token exchange, as the ANS's guide « API Pro Santé Connectée » has them (auth §1.2; RFC 8693 §2.1), and
 * `situation` of our own, until the guide's `actor_token` is more than a draft.
 */
import type { X509Certificate } from 'node:crypto';
import { confirmCertificate } from '../../auth/confirmation.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { invalidRequest } from '../refusals.ts';
import { tokenTypes } from './token-types.ts';

/** What is read; anything else of the form is left alone. */
export const parameters = [
  'subject_token',
  'subject_token_type',
  'scope',
  'cnf',
  'situation',
  'resource',
  'requested_token_type',
  'actor_token',
] as const;
type Parameters = Partial<Record<(typeof parameters)[number], unknown>>;

export interface ExchangeRequest {
  subjectToken: string;
  scope: string;
  situation?: string;
}

const certificateMethod = 'x5t#S256';

/** `{"x5t#S256":"…"}`, or the thumbprint alone. @returns undefined for anything else, also when another method is beside it */
function thumbprintOf(cnf: string): string | undefined {
  if (!cnf.trimStart().startsWith('{')) return cnf;
  try {
    const read = JSON.parse(cnf) as Record<string, unknown>;
    const value = read[certificateMethod];
    return Object.keys(read).length === 1 && typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param certificate that the request was made with
 * @param audience the FHIR base: the one thing that tokens are for
 * @throws OIDCProviderError `invalid_request` naming the parameter that lacks or is not right
 */
export function readRequest(
  given: Parameters,
  certificate: X509Certificate | undefined,
  audience: string,
): ExchangeRequest {
  const text = (name: keyof Parameters): string => {
    const value = given[name];
    if (typeof value !== 'string' || value === '') throw invalidRequest(`${name} is required.`);
    return value;
  };
  const subjectToken = text('subject_token');
  if (!/^[\w.~+/-]{1,8192}=*$/.test(subjectToken)) throw invalidRequest('subject_token is not a token.');
  if (![tokenTypes.access, tokenTypes.jwt].some((type) => type === text('subject_token_type')))
    throw invalidRequest(`subject_token_type must be ${tokenTypes.jwt} or ${tokenTypes.access}.`);
  if (given.actor_token !== undefined) throw invalidRequest('actor_token is not read here: use situation.');
  if (given.requested_token_type !== undefined && given.requested_token_type !== tokenTypes.access)
    throw invalidRequest(`requested_token_type can only be ${tokenTypes.access}.`);
  if (given.resource !== undefined && given.resource !== audience)
    throw invalidRequest(`resource can only be ${audience}.`);
  confirm(text('cnf'), certificate);
  return {
    subjectToken,
    scope: text('scope'),
    ...(given.situation === undefined ? {} : { situation: text('situation') }),
  };
}

/** The token will be bound to the certificate of this request, and to no other that somebody names. */
function confirm(cnf: string, certificate: X509Certificate | undefined): void {
  try {
    confirmCertificate(thumbprintOf(cnf), certificate);
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    throw invalidRequest(`cnf must be the ${certificateMethod} of the client certificate of this request.`);
  }
}

/**
 * The `client_assertion` of a server (private_key_jwt; RFC 7523, SMART App Launch 2.2 “Asymmetric authentication”), beyond what
 * oidc-provider looks at (an algorithm that is allowed, a registered key, `iss` = the client, `exp`, `nbf`, one of our audiences, `jti`
 * once): how long it may live, for whom else it is, and that it names its key and nothing else that could be one.
 */
import { errors } from 'oidc-provider';
import { clockTolerance } from '../../auth/token.ts';
import type { Client } from '../../registry/types.ts';

/** Seconds (SMART). */
const longest = 300;
/** Of `jti`: what is remembered of it is bounded. */
const longestId = 200;

/** Keys that an assertion would bring along, or say where to find. */
const foreignKeys = ['jwk', 'x5u', 'x5c'];

type Claims = Readonly<Record<string, unknown>>;

const isJwtType = (typ: unknown): boolean =>
  typeof typ === 'string' && /^(?:application\/)?(?:client-authentication\+)?jwt$/i.test(typ);

/** What is wrong with a verified assertion; undefined: nothing. */
export function assertionProblem(claims: Claims, header: Claims, client: Client, now: Date): string | undefined {
  const { exp, aud, jti, sub, iss } = claims;
  const { typ, kid, jku } = header;
  if (typ !== undefined && !isJwtType(typ)) return 'typ';
  if (typeof kid !== 'string') return 'kid';
  const foreign = foreignKeys.find((member) => header[member] !== undefined);
  if (foreign !== undefined) return foreign;
  // SMART lets it repeat what is registered.
  if (jku !== undefined && jku !== client.jwksUri) return 'jku';
  if (iss !== client.id || sub !== client.id) return 'iss, sub';
  // For us alone: whoever else it is for could show it here.
  if (Array.isArray(aud) && aud.length !== 1) return 'aud';
  if (typeof exp !== 'number' || exp - now.getTime() / 1000 > longest + clockTolerance) return 'exp';
  if (typeof jti !== 'string' || jti === '' || jti.length > longestId) return 'jti';
  return undefined;
}

/** @throws InvalidClientAuth (`invalid_client`), with the reason for the log alone */
export function checkAssertion(claims: Claims, header: Claims, client: Client | undefined, now: Date): void {
  const problem = client ? assertionProblem(claims, header, client, now) : 'client';
  if (problem !== undefined) throw new errors.InvalidClientAuth(`client_assertion: ${problem}`);
}

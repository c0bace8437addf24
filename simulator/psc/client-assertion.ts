/** private_key_jwt (RFC 7523, OpenID Connect Core §9): signed by a registered key, for us, short, and seen once. */
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose';

import type { Client } from './clients.ts';
import { invalidClient, parameter } from './http.ts';
import { endpointNames, endpoints, tlsUrlOf, urlOf } from './paths.ts';
import { keep, type PscWorld } from './world.ts';

export const assertionAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const longestSeconds = 300;
/** Clocks of clients may be this much ahead. */
const toleranceSeconds = 10;

/**
 * The client that an assertion names. Its dates are read by the machine's clock: what is shifted is Pro Santé Connect's, not
 * the client's.
 * @throws OAuthError invalid_client
 */
export async function assertedClient(world: PscWorld, form: URLSearchParams, assertion: string): Promise<Client> {
  if (parameter(form, 'client_assertion_type') !== type) throw invalidClient(`client_assertion_type must be ${type}`);
  const client = world.clients.get(subjectOf(assertion));
  if (client?.jwks === undefined) throw invalidClient('No key is registered for this client');
  const id = parameter(form, 'client_id');
  if (id !== undefined && id !== client.id) throw invalidClient('client_id is not the subject of the assertion');
  const at = Date.now();
  const { payload } = await jwtVerify(assertion, createLocalJWKSet(client.jwks), {
    algorithms: assertionAlgorithms,
    issuer: client.id,
    subject: client.id,
    audience: audiences(world),
    requiredClaims: ['exp', 'jti'],
    clockTolerance: toleranceSeconds,
    currentDate: new Date(at),
  }).catch((error: unknown) => {
    // The library's words name the claim or the rule, never a value.
    throw invalidClient(error instanceof errors.JOSEError ? `client_assertion: ${error.message}` : 'client_assertion');
  });
  const end = Number(payload.exp) * 1000;
  if (end - at > (longestSeconds + toleranceSeconds) * 1000)
    throw invalidClient(`client_assertion: exp is more than ${longestSeconds} seconds ahead`);
  const seen = `${client.id} ${payload.jti ?? ''}`;
  if ((world.assertions.get(seen) ?? 0) >= at) throw invalidClient('client_assertion: jti was used already');
  keep(world.assertions, seen, end + toleranceSeconds * 1000, (until) => until < at);
  return client;
}

/** Ourselves, by the name of the issuer or of any endpoint that authenticates clients. */
const audiences = (world: PscWorld): string[] => {
  const names = endpointNames.filter((name) => endpoints[name].host === 'realm');
  return [world.issuer, ...names.flatMap((name) => [urlOf(world, name), tlsUrlOf(world, name)])];
};

function subjectOf(assertion: string): string {
  try {
    return decodeJwt(assertion).sub ?? '';
  } catch {
    throw invalidClient('client_assertion: not a JWT');
  }
}

/**
 * How a caller shows who it is (spec: SMART App Launch 2.2, RFC 6750, RFC 8705), and which scopes an operation asks for: those that
 * `access.ts` holds the token against, from the same definition.
 */
import type { Config } from '../../config.ts';
import { scopeText, type Need } from '../../auth/scopes.ts';
import { needsOf } from '../access.ts';
import { adminScopes, identityScopes, isPersonal } from '../../registry/scopes.ts';
import { authorizationEndpoints, type AuthorizationEndpoints } from '../authorization-endpoints.ts';
import type { Interaction } from '../definition.ts';
import { scopesSupported } from '../metadata.ts';
import type { Json, SecurityRequirement } from '../../openapi/types.ts';

const verbs: Readonly<Record<string, string>> = { c: 'create', r: 'read', u: 'update', d: 'delete', s: 'search' };

/** Scopes without a resource type. */
const meanings: Readonly<Record<string, string>> = {
  openid: 'An ID token',
  fhirUser: 'Who signed in: their Practitioner, and its address in the ID token',
  profile: 'The names of who signed in, in the ID token',
  'launch/patient': 'The patient is chosen at the sign-in',
  online_access: 'Refresh tokens, until the session ends',
  offline_access: 'As online_access: nothing outlives the session',
  [adminScopes.read]: 'Reading the registrations of structures and clients',
  [adminScopes.write]: 'Changing the registrations of structures and clients',
} satisfies Record<(typeof identityScopes)[number] | (typeof adminScopes)[keyof typeof adminScopes], string>;

/** `user/DocumentReference.rs` → “DocumentReference: read, search, as the signed-in professional”. */
function meaningOf(scope: string): string {
  const [, level, type, letters = ''] = /^(user|system)\/(\w+|\*)\.([cruds]+)$/.exec(scope) ?? [];
  if (level === undefined) return meanings[scope] ?? `What the IHE transaction ${scope} asks for (IUA)`;
  const who = level === 'user' ? 'as the professional' : 'as a server';
  return `${type}: ${letters
    .split('')
    .map((l) => verbs[l])
    .join(', ')}, ${who}`;
}

/** The two ways to a token. @param needed scopes that operations name */
function flows({ authorization, token }: NonNullable<AuthorizationEndpoints['own']>, needed: readonly string[]) {
  const all = [...new Set([...identityScopes, ...scopesSupported(), ...needed])].sort();
  const scopes = (isGiven: (scope: string) => boolean): Record<string, string> =>
    Object.fromEntries(all.filter(isGiven).map((scope) => [scope, meaningOf(scope)]));
  const byPersons = scopes((scope) => !scope.startsWith('system/'));
  return {
    smart: {
      type: 'oauth2',
      description:
        'SMART App Launch 2.2, standalone: authorization code with PKCE (S256); `aud` is the base URL of the FHIR API. The professional signs in by Pro Santé Connect.',
      flows: {
        authorizationCode: { authorizationUrl: authorization, tokenUrl: token, refreshUrl: token, scopes: byPersons },
      },
    },
    backend: {
      type: 'oauth2',
      description:
        'SMART Backend Services: client credentials, the client shown by a signed assertion (private_key_jwt, RS384 or ES384) that names the acting professional.',
      flows: { clientCredentials: { tokenUrl: token, scopes: scopes((scope) => !isPersonal(scope)) } },
    },
  };
}

/**
 * @param needed scopes that operations name
 * @returns without the flows of a server that is not ours: its endpoints stand in its discovery document
 */
export function securitySchemes(config: Config, needed: readonly string[]): Record<string, Json> {
  const { own, openIdConfiguration } = authorizationEndpoints(config);
  return {
    ...(own ? flows(own, needed) : {}),
    openid: { type: 'openIdConnect', description: 'The same, discovered.', openIdConnectUrl: openIdConfiguration },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      description: 'An access token, in the header alone (RFC 6750 §2.1): paste one here to try calls.',
    },
    dpop: {
      type: 'http',
      scheme: 'DPoP',
      description:
        'An access token that is bound to a key (RFC 9449: `cnf.jkt`), with a proof for each request in the header `DPoP`.',
    },
    mutualTLS: {
      type: 'mutualTLS',
      description:
        'The client’s certificate (IGC-Santé), for tokens that are bound to one (RFC 8705: `cnf.x5t#S256`): here, or at a trusted proxy that passes it on (RFC 9440). Beside a token, never in its place.',
    },
  };
}

/** Any one of these is enough. */
export function securityOf(type: string | undefined, interaction: Interaction): SecurityRequirement[] {
  const needs = type === undefined ? entryNeeds(interaction) : needsOf(type, interaction);
  const asked = needs.map(scopeText);
  const named = needs.length > 0 ? [asked, ...commonIhe(needs)] : [[]];
  const bySystem = asked.map((scope) => scope.replace(/^user/, 'system'));
  return [
    ...named.map((names) => ({ smart: names })),
    { backend: bySystem },
    { openid: asked },
    { bearer: [] },
    { dpop: [] },
    { bearer: [], mutualTLS: [] },
  ];
}

/** A transaction: what its entries may ask for; each is held against the scopes on its own. */
const entryNeeds = ({ entries, ihe }: Interaction): Need[] => (entries ?? []).map((e) => ({ ...e, ihe }));

/** Names of IHE transactions, each of which is enough for all. */
const commonIhe = (needs: readonly Need[]): string[][] =>
  (needs[0]?.ihe ?? []).filter((name) => needs.every((need) => need.ihe.includes(name))).map((name) => [name]);

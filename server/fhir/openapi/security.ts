/**
 * How a caller shows who it is (spec: SMART App Launch 2.2, RFC 6750, RFC 8705), and which scopes an operation asks for: those that
 * `access.ts` holds the token against, from the same definition.
 */
import type { Config } from '../../config.ts';
import { scopeText, type Need } from '../../auth/scopes.ts';
import { needsOf } from '../access.ts';
import { authorizationEndpoints } from '../authorization-endpoints.ts';
import type { Interaction } from '../definition.ts';
import { scopesSupported } from '../metadata.ts';
import type { Json, SecurityRequirement } from '../../openapi/types.ts';

/** Every scope that some operation names → what it gives, in words. */
function scopes(needed: readonly string[]): Record<string, string> {
  const all = [...new Set([...scopesSupported(), ...needed])].sort();
  return Object.fromEntries(all.map((scope) => [scope, meaningOf(scope)]));
}

const verbs: Readonly<Record<string, string>> = { c: 'create', r: 'read', u: 'update', d: 'delete', s: 'search' };

/** `user/DocumentReference.rs` → “DocumentReference: read, search, as the signed-in professional”. */
function meaningOf(scope: string): string {
  const [, level, type, letters = ''] = /^(user|system)\/(\w+|\*)\.([cruds]+)$/.exec(scope) ?? [];
  if (level === undefined) return `What the IHE transaction ${scope} asks for (IUA)`;
  const who = level === 'user' ? 'as the signed-in professional' : 'as a server';
  return `${type}: ${letters
    .split('')
    .map((l) => verbs[l])
    .join(', ')}, ${who}`;
}

/** @param needed scopes that operations name */
export function securitySchemes(config: Config, needed: readonly string[]): Record<string, Json> {
  const { authorization, token, openIdConfiguration } = authorizationEndpoints(config);
  const granted = scopes(needed);
  return {
    smart: {
      type: 'oauth2',
      description:
        'SMART App Launch 2.2, standalone: authorization code with PKCE (S256); `aud` is the base URL of the FHIR API. The professional signs in by Pro Santé Connect.',
      flows: { authorizationCode: { authorizationUrl: authorization, tokenUrl: token, scopes: granted } },
    },
    backend: {
      type: 'oauth2',
      description:
        'SMART Backend Services: client credentials, the client shown by a signed assertion (private_key_jwt, RS384 or ES384) that names the acting professional.',
      flows: { clientCredentials: { tokenUrl: token, scopes: granted } },
    },
    openid: { type: 'openIdConnect', description: 'The same, discovered.', openIdConnectUrl: openIdConfiguration },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token (RFC 9068), in the header alone (RFC 6750 §2.1): paste one here to try calls.',
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
    { bearer: [], mutualTLS: [] },
  ];
}

/** A transaction: what its entries may ask for; each is held against the scopes on its own. */
const entryNeeds = ({ entries, ihe }: Interaction): Need[] => (entries ?? []).map((e) => ({ ...e, ihe }));

/** Names of IHE transactions, each of which is enough for all. */
const commonIhe = (needs: readonly Need[]): string[][] =>
  (needs[0]?.ihe ?? []).filter((name) => needs.every((need) => need.ihe.includes(name))).map((name) => [name]);

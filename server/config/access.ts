/** The settings under “Tokens, clients and their limits”. */
import { z } from 'zod';
import { int, isSiteOrigin, type Rows, split } from './schemas.ts';

const clientName = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'printable, without blanks');

const siteOrigins = z
  .string()
  .transform(split)
  .refine((list) => list.every(isSiteOrigin), 'https origins (scheme, host, port; no path, no *), separated by commas');

/** Issuers (RFC 8414 §2): https, or http on this machine alone; no query, no fragment. */
const issuers = z
  .string()
  .transform(split)
  .refine(
    (list) =>
      list.every((issuer) => /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)(?![^:/]))[^?#"\\\s]*$/.test(issuer)) &&
      list.every((issuer) => URL.canParse(issuer)),
    'https URLs without query or fragment, separated by commas',
  );

export const access = {
  AUTH_ISSUER: [z.string().default('urn:dmp-fhir:demo'), 'Value required in `iss` of the tokens of another issuer.'],
  AUTH_AUDIENCE: [z.string().optional(), 'Value required in their `aud`; by default the FHIR base URL.'],
  AUTH_JWKS: [
    z.string().optional(),
    'Path or https URL of the JWKS that verifies the tokens of another issuer (JWT). Absent: none of them is taken, only those of the façade’s own authorization server.',
  ],

  AUTH_SERVERS: [
    issuers.optional(),
    'Issuer URLs of the authorization servers that give tokens for this API, separated by commas: published as `authorization_servers` (RFC 9728), so that a client finds where to ask. Absent: the façade’s own (docs/authorization.md).',
  ],
  ACCESS_TOKEN_SECONDS: [
    int(30, 3600).default(300),
    'Life of an access token of the façade’s own authorization server; never beyond its session (IUA recommends 5 minutes, allows 1 h).',
  ],
  SESSION_SECONDS: [
    int(60, 14_400).default(14_400),
    'How long after the authentication by Pro Santé Connect a professional’s session lasts here, with its refresh tokens: theirs ends after 4 h.',
  ],
  OAUTH_KEY_DAYS: [
    int(1, 3650).default(90),
    'After how many days the authorization server takes a new key for its ID tokens and cookies, by itself (docs/keys.md).',
  ],
  AUTH_TOKEN_MAX_AGE: [
    int(60, 86_400).default(14_400),
    'Seconds after its `iat` at which a token is refused, whatever its `exp`: a Pro Santé Connect session ends after 4 h.',
  ],
  DOCS_CLIENT_ID: [
    clientName.optional(),
    'Client that the interactive reference (/docs/api) signs in as: public, registered with the redirect URI …/docs/api/oauth2-redirect.html. Absent: whoever tries calls types one, or pastes a token.',
  ],
  CONSOLE_CLIENT_ID: [
    clientName.optional(),
    'Client that the console (/console) signs people in as: public, registered with the redirect URI …/console (docs/console.md). Absent: the console is not served.',
  ],
  CONSOLE_EXCHANGES: [
    int(0, 500).default(50),
    'How many exchanges (FHIR and the SOAP that they became, masked) are kept in memory for integrators (docs/console.md); 0: none. With ENVIRONMENT=production there are none whatever is said here.',
  ],
  CORS_ORIGINS: [
    siteOrigins.optional(),
    'Origins of the browser apps that may call the API, exactly (`https://app.example`), separated by commas. Absent: none; what is open (/metadata, discovery, definitions) is so from everywhere.',
  ],
  RATE_LIMIT_CLIENT: [
    int(0, 10_000_000).default(6000),
    'Requests that one client (`client_id`) may make at once, and again within a minute (429 beyond); 0: no limit. Each instance counts for itself.',
  ],
  RATE_LIMIT_LOGIN: [
    int(0, 10_000_000).default(600),
    'Steps of a login (pages and their forms) that one address may take at once, and again within a minute; 0: no limit.',
  ],
  RATE_LIMIT_TOKENS: [
    int(0, 10_000_000).default(600),
    'Access tokens that one client gets at once, and again within a minute; 0: no limit.',
  ],
  RATE_LIMIT_CIBA: [
    int(0, 10_000_000).default(6),
    'Times that one professional’s device may be made to ring (CIBA) at once, and again within a minute: nobody is asked until they give in. 0: no limit.',
  ],
  RATE_LIMIT_REFUSED: [
    int(0, 10_000_000).default(600),
    'Refusals with 401 that one address (IPv6: one /64) gets at once, and again within a minute; then 429 in their place. Good tokens pass in any case. 0: no limit.',
  ],
} as const satisfies Rows;

/**
 * What goes together in an OAuth client and what does not, as a table: each row is a sentence of the error table. SMART App
 * Launch 2.2, RFC 6749, RFC 8705, RFC 9449, the ANS's guide « API Pro Santé Connectée » (auth §1.2), RFC 9700.
 */
import type { Issue } from '../../mappings/outcome.ts';
import type { ClientContent } from './client-input.ts';
import { isAdminScope, isPersonal } from './scopes.ts';
import type { GrantType } from './types.ts';

const code = 'authorization_code';
const backend = 'client_credentials';
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ciba = 'urn:openid:params:grant-type:ciba';

type Has = (...grants: GrantType[]) => boolean;
interface Rule {
  key: string;
  at: keyof ClientContent;
  /** What breaks the rule, one value each; `true` where there is no value to name. */
  broken(client: ClientContent, has: Has): readonly string[] | boolean;
  /** The place of a value in the sentence. */
  names?: string;
}

const rules: readonly Rule[] = [
  {
    key: 'client-public-grant',
    at: 'grants',
    names: 'grant',
    broken: ({ authMethod, grants }) =>
      authMethod === 'none' ? grants.filter((grant) => grant !== code && grant !== 'refresh_token') : [],
  },
  {
    key: 'client-exchange',
    at: 'authMethod',
    broken: ({ authMethod, boundTokens }, has) =>
      has(exchange) && authMethod !== 'none' && (authMethod !== 'tls_client_auth' || !boundTokens),
  },
  {
    key: 'client-backend',
    at: 'authMethod',
    broken: ({ authMethod }, has) => has(backend) && authMethod !== 'none' && authMethod !== 'private_key_jwt',
  },
  { key: 'client-refresh', at: 'grants', broken: (_, has) => has('refresh_token') && !has(code, ciba) },
  {
    key: 'client-redirect-missing',
    at: 'redirectUris',
    broken: ({ redirectUris }, has) => has(code) && redirectUris.length === 0,
  },
  {
    key: 'client-redirect-unused',
    at: 'redirectUris',
    broken: ({ redirectUris, postLogoutRedirectUris }, has) =>
      !has(code) && redirectUris.length + postLogoutRedirectUris.length > 0,
  },
  {
    key: 'client-keys',
    at: 'jwks',
    broken: ({ authMethod, jwks, jwksUri }) =>
      [jwks, jwksUri].filter((keys) => keys !== undefined).length !== (authMethod === 'private_key_jwt' ? 1 : 0),
  },
  {
    key: 'client-tls-subject',
    at: 'tlsSubject',
    broken: ({ authMethod, tlsSubject }) => (authMethod === 'tls_client_auth') !== (tlsSubject !== undefined),
  },
  { key: 'client-bound-twice', at: 'dpopRequired', broken: (client) => client.boundTokens && client.dpopRequired },
  {
    key: 'client-scope-person',
    at: 'scopes',
    names: 'scope',
    broken: ({ scopes }, has) => (has(code, ciba) ? [] : scopes.filter(isPersonal)),
  },
  {
    // Who names the person by itself would name an administrator.
    key: 'client-scope-admin',
    at: 'scopes',
    names: 'scope',
    broken: ({ scopes }, has) => (has(backend) ? scopes.filter(isAdminScope) : []),
  },
  {
    key: 'client-scope-system',
    at: 'scopes',
    names: 'scope',
    broken: ({ scopes }, has) => (has(backend) ? [] : scopes.filter((scope) => scope.startsWith('system/'))),
  },
  {
    key: 'client-scope-offline',
    at: 'scopes',
    names: 'scope',
    broken: ({ scopes }, has) => (has('refresh_token') ? [] : scopes.filter((s) => /^(off|on)line_access$/.test(s))),
  },
];

/** Every rule that a client breaks. */
export function clientIssues(client: ClientContent): Issue[] {
  const has: Has = (...grants) => grants.some((grant) => client.grants.includes(grant));
  return rules.flatMap(({ key, at, names, broken }): Issue[] => {
    const found = broken(client, has);
    if (typeof found === 'boolean') return found ? [{ key, expression: at }] : [];
    return found.map((value) => ({ key, expression: at, values: { [names ?? 'value']: value } }));
  });
}

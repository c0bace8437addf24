/** What is registered of an OAuth client: its form, and what does not go together. */
import 'reflect-metadata';
import { Name } from '@peculiar/x509';
import { z } from 'zod';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { clientIssues } from './client-rules.ts';
import { distinct, readInput, text } from './input.ts';
import { jwksIssues } from './jwks.ts';
import { isOrigin, isRedirectUri } from './redirect-uris.ts';
import { isScope } from './scopes.ts';
import { clientAuthMethods, grantTypes } from './types.ts';

/** RFC 4514, and with a CN: a subject that says nobody in particular would let in many. */
function isSubject(value: string): boolean {
  try {
    return new Name(value).getField('CN').length > 0;
  } catch {
    return false;
  }
}

const isKeyUrl = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, hash } = new URL(value);
  return protocol === 'https:' && username === '' && password === '' && hash === '';
};

const uris = distinct(z.string(), 50);

/** Everything of `Client` but its id and its secret. */
export const clientContent = z.strictObject({
  name: text(200),
  structures: distinct(z.string().max(20), 1000).min(1),
  authMethod: z.enum(clientAuthMethods),
  grants: distinct(z.enum(grantTypes)).min(1),
  scopes: distinct(z.string().max(300)).min(1),
  redirectUris: uris.default([]),
  postLogoutRedirectUris: uris.default([]),
  origins: distinct(z.string().refine(isOrigin, 'https://app.example'), 50).default([]),
  jwks: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(20) }).optional(),
  jwksUri: z.string().max(500).refine(isKeyUrl, 'https://…').optional(),
  tlsSubject: text(500).refine(isSubject, 'CN=…,OU=…,O=…,C=FR (RFC 4514)').optional(),
  boundTokens: z.boolean().default(false),
  dpopRequired: z.boolean().default(false),
});
export type ClientContent = z.output<typeof clientContent>;

/** RFC 6749 §2.2 leaves the form to us: it stands in URLs, headers and logs. */
export const clientId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{2,99}$/);
/** 256 bits at least, in base64url: the form of those that are made here. */
export const isSecret = (secret: unknown): secret is string =>
  typeof secret === 'string' && /^[\w-]{43,128}$/.test(secret);

/**
 * @param given JSON
 * @throws IssueError with everything that is wrong
 */
export function readClient(given: unknown): ClientContent {
  const client = readInput(clientContent, given);
  const addresses = (['redirectUris', 'postLogoutRedirectUris'] as const).flatMap((name) =>
    client[name].flatMap((uri, i): Issue[] =>
      isRedirectUri(uri) ? [] : [{ key: 'client-redirect', expression: `${name}[${i}]` }],
    ),
  );
  const scopes = client.scopes.flatMap((scope, i): Issue[] =>
    isScope(scope) ? [] : [{ key: 'client-scope', expression: `scopes[${i}]`, values: { scope: shown(scope) } }],
  );
  const issues = [...addresses, ...scopes, ...jwksIssues(client.jwks?.keys ?? []), ...clientIssues(client)];
  if (issues.length > 0) throw new IssueError(issues);
  return client;
}

/** As a word of an answer. */
const shown = (scope: string): string => scope.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);

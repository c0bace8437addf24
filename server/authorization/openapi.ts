/**
 * The authorization server in the OpenAPI document: what programs ask of it (`endpoints.ts`). Where browsers are sent (authorization,
 * the pages of a login, the end of a session) stands in the security schemes and in the discovery documents.
 */
import { byStatus, headerRefs, shared } from '../openapi/refs.ts';
import type { DocumentPart, Json, Operation, Response, Schema } from '../openapi/types.ts';
import { metadataAt } from './discovery.ts';
import { endpoints, openIdConfiguration, ownMetadata } from './endpoints.ts';
import { formExamples, formFields } from './forms.ts';
import { routes } from './routes.ts';

const tag = 'Authorization';
const form = 'application/x-www-form-urlencoded';

const text: Schema = { type: 'string' };
const seconds: Schema = { type: 'integer', minimum: 1 };
const object = (required: readonly string[], properties: Schema, more = false): Schema => ({
  type: 'object',
  required,
  properties,
  additionalProperties: more,
});

const schemas: Readonly<Record<string, Schema>> = {
  OAuthError: object(['error'], { error: text, error_description: text, scope: text }),
  OAuthToken: object(['access_token', 'token_type', 'expires_in', 'scope'], {
    access_token: text,
    token_type: { enum: ['Bearer', 'DPoP'] },
    expires_in: seconds,
    scope: text,
    refresh_token: text,
    id_token: text,
    issued_token_type: text,
    patient: { type: 'string', description: 'Id of the Patient that the app was launched for.' },
    need_patient_banner: { type: 'boolean' },
  }),
  OAuthIntrospection: object(['active'], {
    active: { type: 'boolean' },
    ...Object.fromEntries(
      ['scope', 'client_id', 'token_type', 'sub', 'iss', 'patient', 'fhirUser'].map((n) => [n, text]),
    ),
    aud: { type: ['string', 'array'] },
    exp: seconds,
    iat: seconds,
    cnf: { type: 'object' },
    need_patient_banner: { type: 'boolean' },
  }),
  OAuthBackchannel: object(['auth_req_id', 'expires_in'], {
    auth_req_id: text,
    expires_in: seconds,
    interval: seconds,
  }),
  OAuthKeys: object(['keys'], { keys: { type: 'array', items: { type: 'object' } } }),
  OAuthMetadata: object(['issuer', 'token_endpoint'], { issuer: text, token_endpoint: text }, true),
};
const at = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

interface Row {
  id: string;
  summary: string;
  description?: string;
  /** Media type and schema of the answer; absent: nothing. */
  gives?: readonly [media: string, schema: string];
}

const metadata = { gives: ['application/json', 'OAuthMetadata'] } as const;
const rows: Readonly<Record<string, Row>> = {
  [routes.token]: {
    id: 'oauthToken',
    summary: 'Ask for tokens',
    description:
      'By the code of a sign-in (SMART App Launch, PKCE), a refresh token, an assertion (SMART Backend Services), a token of Pro Santé Connect (RFC 8693) or a CIBA request. With a proof in `DPoP` (RFC 9449) the token is bound to its key; with a client certificate, to that, where the client is registered so (RFC 8705).',
    gives: ['application/json', 'OAuthToken'],
  },
  [routes.introspection]: {
    id: 'oauthIntrospect',
    summary: 'Ask what a token of one’s own is good for (RFC 7662)',
    gives: ['application/json', 'OAuthIntrospection'],
  },
  [routes.revocation]: { id: 'oauthRevoke', summary: 'Give a token back (RFC 7009)' },
  [routes.backchannel_authentication]: {
    id: 'oauthBackchannel',
    summary: 'Have a professional asked on their own device (CIBA, poll)',
    description: 'The tokens are then asked for with `auth_req_id` at the token endpoint.',
    gives: ['application/json', 'OAuthBackchannel'],
  },
  [routes.jwks]: {
    id: 'oauthKeys',
    summary: 'Keys that sign ID tokens',
    gives: ['application/jwk-set+json', 'OAuthKeys'],
  },
  [openIdConfiguration]: { id: 'oauthOpenidConfiguration', summary: 'OpenID Connect Discovery', ...metadata },
  [ownMetadata]: { id: 'oauthOwnMetadata', summary: 'The same, for who looks for RFC 8414 here', ...metadata },
};

const refusal = (description: string, headers: readonly string[] = []): Response => ({
  description,
  headers: headerRefs(['X-Request-Id', ...headers]),
  content: { 'application/json': { schema: at('OAuthError') } },
});

/** What a form can end in. 503: what is not on record was not given. */
const refusals: Readonly<Record<string, Response>> = {
  400: refusal('`error` says why (RFC 6749 §5.2).'),
  401: refusal('The client is not who it says: `invalid_client`.', ['WWW-Authenticate']),
  429: refusal('Too many refusals from this address, or too many tokens.', ['Retry-After']),
  503: refusal('The record of accesses cannot be written: `temporarily_unavailable`.'),
};

function operationOf(path: string, method: 'GET' | 'POST'): Operation {
  const row = rows[path];
  if (row === undefined) throw new RangeError(`${path} is not described`);
  const { id, summary, description, gives } = row;
  const fields = formFields[path];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: shared('X-Request-Id'),
    ...(fields === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [form]: { schema: object(fields.required, fields.properties, true), examples: formExamples(path) },
            },
          },
        }),
    responses: {
      200: {
        description: 'As asked.',
        headers: headerRefs(['X-Request-Id']),
        ...(gives === undefined ? {} : { content: { [gives[0]]: { schema: at(gives[1]) } } }),
      },
      ...(method === 'POST' ? refusals : {}),
      500: refusal('Unforeseen: `server_error`.'),
      ...byStatus([431]),
    },
    // Beside these a client shows itself in the form: by an assertion, or by its name alone.
    security: method === 'POST' ? [{ clientSecret: [] }, { mutualTLS: [] }, {}] : [],
  };
}

const securitySchemes: Readonly<Record<string, Json>> = {
  clientSecret: {
    type: 'http',
    scheme: 'basic',
    description: 'A client with a secret, at the authorization server (client_secret_basic).',
  },
};

/**
 * @param isForPersons whether there is Pro Santé Connect to ask
 */
export function authorizationPart(isForPersons: boolean): DocumentPart {
  const own = Object.entries(endpoints(isForPersons)).map(([path, method]) => [
    `/oauth${path}`,
    { [method.toLowerCase()]: operationOf(path, method) },
  ]);
  const atRoot = { ...operationOf(openIdConfiguration, 'GET'), operationId: 'oauthMetadata' };
  return {
    tags: [
      {
        name: tag,
        description:
          'The authorization server of this API (docs/authorization.md): what programs ask. Pages for browsers are not described here: the authorization endpoint leads to them. Errors are OAuth’s.',
      },
    ],
    paths: {
      ...(Object.fromEntries(own) as DocumentPart['paths']),
      [`${metadataAt}/oauth`]: { get: { ...atRoot, summary: 'The authorization server’s metadata (RFC 8414)' } },
    },
    schemas,
    securitySchemes,
  };
}

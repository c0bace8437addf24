/** What the endpoints for programs read, field by field, for the OpenAPI document. Fields that are not known are passed over. */
import type { Media, Schema } from '../openapi/types.ts';
import { grantTypes } from '../registry/types.ts';
import { tokenTypes } from './exchange/token-types.ts';
import { routes } from './routes.ts';

const field = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** How a client shows itself in the form. */
const client: Readonly<Record<string, Schema>> = {
  client_id: field('Of a public client, or of one that its certificate authenticates.'),
  client_assertion_type: field('private_key_jwt.', { enum: [assertionType] }),
  client_assertion: field(
    'JWT of 5 minutes at most, signed with a registered key (RS384, ES384…), for this endpoint alone. With client_credentials it names the acting professional (IUA extensions.ihe_iua).',
  ),
};
const ofToken: Readonly<Record<string, Schema>> = {
  token: field('The token.'),
  token_type_hint: field('Looked for first.', { enum: ['access_token', 'refresh_token'] }),
};

export interface Form {
  required: readonly string[];
  properties: Schema;
}

/** By path below the issuer's. */
export const formFields: Readonly<Record<string, Form>> = {
  [routes.token]: {
    required: ['grant_type'],
    properties: {
      grant_type: { type: 'string', enum: grantTypes },
      ...client,
      scope: field('What is asked for; less may be given.'),
      code: field('Of the sign-in.'),
      redirect_uri: field('As in the authorization request.'),
      code_verifier: field('PKCE.'),
      refresh_token: field('It is good once: the answer holds the next one.'),
      auth_req_id: field('Of a CIBA request.'),
      subject_token: field('Access token of Pro Santé Connect.'),
      subject_token_type: field('What it is.', { enum: Object.values(tokenTypes) }),
      cnf: field('Thumbprint of the client’s certificate, `{"x5t#S256":"…"}` or bare.'),
      situation: field('Which situation d’exercice at which structure, when there are several: `0.2@1990100109`.'),
      resource: field('The base URL of the FHIR API, if any.'),
    },
  },
  [routes.introspection]: { required: ['token'], properties: { ...ofToken, ...client } },
  [routes.revocation]: { required: ['token'], properties: { ...ofToken, ...client } },
  [routes.backchannel_authentication]: {
    required: ['scope', 'login_hint', 'binding_message'],
    properties: {
      ...client,
      scope: field('What is asked for, `openid` among it.'),
      login_hint: field('PS_IdNat of the professional.'),
      binding_message: field('Shown on both screens.', { pattern: '^[\\w.+/!?#-]{1,20}$' }),
      channel: field('What they are asked by; MOBILE when absent.', { enum: ['MOBILE', 'CARD'] }),
      situation: field('As at the token endpoint.'),
    },
  },
};

const example = (summary: string, value: Record<string, string>) => ({ summary, value });
const asserted = { client_assertion_type: assertionType, client_assertion: 'eyJhbGciOiJSUzM4NCIsImtpZCI6ImR1aSJ9.….…' };

const examples: Readonly<Record<string, NonNullable<Media['examples']>>> = {
  [routes.token]: {
    backend: example('SMART Backend Services', {
      grant_type: 'client_credentials',
      scope: 'system/DocumentReference.cruds system/Patient.rs',
      ...asserted,
    }),
    code: example('After a sign-in', {
      grant_type: 'authorization_code',
      client_id: 'carnet',
      code: 'the-code-of-the-redirection',
      redirect_uri: 'https://carnet.example/retour',
      code_verifier: 'a-random-text-of-43-signs-at-least-kept-by-the-app',
    }),
    exchange: example('A token of Pro Santé Connect', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'proxy',
      subject_token: 'the-access-token-of-pro-sante-connect',
      subject_token_type: tokenTypes.jwt,
      cnf: '{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}',
      scope: 'user/DocumentReference.rs',
    }),
  },
  [routes.introspection]: { usual: example('One’s own token', { token: 'the-access-token', ...asserted }) },
  [routes.revocation]: { usual: example('A public client', { token: 'the-refresh-token', client_id: 'carnet' }) },
  [routes.backchannel_authentication]: {
    usual: example('As it is usually sent', {
      scope: 'openid user/DocumentReference.rs',
      login_hint: '899700101233',
      binding_message: 'AB-12',
      ...asserted,
    }),
  },
};

export const formExamples = (path: string): NonNullable<Media['examples']> => examples[path] ?? {};

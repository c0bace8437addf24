/**
 * Token exchange (RFC 8693) of an access token of Pro Santé Connect, as the ANS's guide « API Pro Santé Connectée » has it
 * (auth §1.2): a client that a certificate authenticates shows the token of a professional, and gets one of ours, bound to the
 * certificate. Whether the token is good, and whose it is, Pro Santé Connect is asked each time.
 */
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { clientCertificateOf } from '../../auth/client-certificate.ts';
import type { Client } from '../../registry/types.ts';
import { choicesOf, choose, contextOfChoice } from '../choices.ts';
import { saveGrant } from '../grants.ts';
import type { ProSanteConnect } from '../psc/types.ts';
import { epoch, type GrantContext } from '../records.ts';
import { invalidGrant, oauthError } from '../refusals.ts';
import { grantable, identityScopes } from '../scopes.ts';
import type { AuthorizationOptions, Extension } from '../types.ts';
import { parameters, readRequest } from './request.ts';
import { tokenTypes } from './token-types.ts';

type Options = Pick<AuthorizationOptions, 'config' | 'clients' | 'structures' | 'isTrusted' | 'now'> & {
  psc: ProSanteConnect;
  store: Pick<AuthorizationOptions['store'], 'oauth' | 'practitioners'>;
};

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

export function tokenExchange(options: Options): Extension {
  return {
    grantTypes: [exchangeGrant],
    grants: (provider) => [{ type: exchangeGrant, parameters, handle: (ctx) => exchange(ctx, provider, options) }],
  };
}

async function exchange(ctx: KoaContextWithOIDC, provider: Provider, options: Options): Promise<void> {
  const { config, clients, isTrusted } = options;
  const certificate = clientCertificateOf(ctx.req, isTrusted);
  const client = await clients.byId(ctx.oidc.client?.clientId ?? '');
  // No secret and no assertion takes the place of the certificate (auth §1.2).
  if (client?.authMethod !== 'tls_client_auth' || !certificate) throw new errors.UnauthorizedClient();
  const asked = readRequest(ctx.oidc.params ?? {}, certificate, config.fhirBase);
  const scope = grantable(asked.scope, client, ['user'])
    // Nobody logs in here, and nothing is launched.
    .filter((each) => !(identityScopes as readonly string[]).includes(each))
    .join(' ');
  if (scope === '') throw new errors.InvalidScope('no scope can be granted', '');
  const context = await examined(asked, client, options).catch((error: unknown) => {
    throw oauthError(error);
  });
  const token = await issue(ctx, provider, context, scope, options);
  token.setThumbprint('x5t', certificate);
  ctx.oidc.entity('AccessToken', token);
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: tokenTypes.access,
    token_type: 'Bearer',
    expires_in: token.expiration,
    scope,
  };
}

/** In whose name, and until when. */
async function examined(
  { subjectToken, situation }: ReturnType<typeof readRequest>,
  client: Client,
  { config, structures, psc, now }: Options,
): Promise<GrantContext> {
  const professional = await psc.examine(subjectToken);
  const { PSC_EXCHANGE_CLIENTS: believed, EXCHANGE_TOKEN_SECONDS: seconds, SESSION_SECONDS: session } = config;
  if (believed && !believed.includes(professional.clientId))
    throw invalidGrant('subject_token was given to a client of Pro Sante Connect whose tokens are not exchanged here.');
  const endsAt = Math.min(epoch(now()) + seconds, epoch(professional.authenticatedAt) + session);
  if (endsAt <= epoch(now())) throw invalidGrant('The session of Pro Sante Connect is over.');
  return contextOfChoice(professional, choose(choicesOf(professional, client, structures), situation), endsAt, now());
}

/** A token under a grant of its own, which ends with it. */
async function issue(
  ctx: KoaContextWithOIDC,
  provider: Provider,
  context: GrantContext,
  scope: string,
  options: Options,
) {
  const { config, store, now } = options;
  const { client } = ctx.oidc;
  if (!client) throw new errors.UnauthorizedClient();
  const accountId = await store.practitioners.idOf(context.person.id);
  const grantId = await saveGrant(provider, { accountId, clientId: client.clientId }, context, scope, options);
  const token = new provider.AccessToken({ accountId, client, grantId, gty: 'token_exchange' });
  Object.assign(token, { expiresIn: context.endsAt - epoch(now()) });
  token.setAudience(config.fhirBase);
  token.scope = scope;
  return token;
}

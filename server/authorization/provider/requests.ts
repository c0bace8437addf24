/**
 * What an authorization request must say here beside OAuth, before anybody logs in: SMART App Launch 2.2 “Obtain authorization code”
 * (`aud`, `state`), redirect URIs character by character, a purpose that this establishment may have. And which scopes it leads to.
 */
import { errors, type Client as OidcClient, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { Config } from '../../config.ts';
import type { Client, Clients } from '../../registry/types.ts';
import { grantable, refreshScopes } from '../scopes.ts';
import type { Extension } from '../types.ts';

const purposes = ['normal', 'bris_de_glace', 'centre_15'];

interface Options {
  config: Config;
  clients: Clients;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The scopes to which an authorization request leads. */
function requested({ oidc, query }: KoaContextWithOIDC, client: Client): string[] {
  const params = oidc.params ?? {};
  // oidc-provider takes offline_access out of requests without prompt=consent: here consent is always asked for.
  const asked = oidc.route === 'authorization' ? text(query['scope']) : text(params['scope']);
  const isRefreshable = client.grants.includes('refresh_token') && params['purpose_of_use'] !== 'bris_de_glace';
  return grantable(asked, client, ['patient', 'user']).filter((s) => isRefreshable || !refreshScopes.includes(s));
}

/** Validators of the parameters that oidc-provider does not know; they run last, and may change others. */
export function extraParams({ config, clients }: Options): NonNullable<Extension['parameters']> {
  return {
    async aud({ oidc }, aud) {
      if (oidc.route !== 'authorization') return;
      const { params, client } = oidc;
      const uri = text(params?.['redirect_uri']);
      if (uri === undefined || !client?.redirectUris?.includes(uri)) throw new errors.InvalidRedirectUri();
      if (text(params?.['state']) === undefined) throw new errors.InvalidRequest('state is required');
      if (aud !== config.fhirBase) throw new errors.InvalidRequest('aud must be the FHIR base of this server');
    },
    purpose_of_use(_ctx, purpose = 'normal') {
      if (!purposes.includes(purpose)) throw new errors.InvalidRequest('purpose_of_use is not known here');
      if (purpose === 'centre_15' && !config.REGULATION_STRUCTURE)
        throw new errors.InvalidRequest('this establishment is no regulation centre');
    },
    /** Not a parameter: the last word on `scope`, once the others are right. */
    async launch(ctx, _launch, { clientId }) {
      const client = await clients.byId(clientId);
      const scopes = client ? requested(ctx, client) : [];
      if (!scopes.some((scope) => !refreshScopes.includes(scope)))
        throw new errors.InvalidScope('no scope can be granted', '');
      if (ctx.oidc.params) ctx.oidc.params['scope'] = scopes.join(' ');
    },
  };
}

/** The one resource that this server issues tokens for: the API. */
export function resourceIndicators({ config, clients }: Options) {
  return {
    enabled: true,
    defaultResource: () => config.fhirBase,
    useGrantedResource: () => true,
    async getResourceServerInfo(
      ctx: KoaContextWithOIDC,
      resource: string,
      { clientId }: OidcClient,
    ): Promise<ResourceServer> {
      if (resource !== config.fhirBase) throw new errors.InvalidTarget();
      const client = await clients.byId(clientId);
      return { scope: client ? scopeOf(ctx, client) : '', audience: resource, accessTokenFormat: 'opaque' };
    },
  };

  /** What may be granted to this request: under a grant, what was consented; of a server, what it asks for itself. */
  function scopeOf(ctx: KoaContextWithOIDC, client: Client): string {
    if (ctx.oidc.route !== 'token') return requested(ctx, client).join(' ');
    const grant = ctx.oidc.entities.Grant;
    // Of what was consented, what the client is still registered with.
    if (grant) return grantable(grant.getResourceScope(config.fhirBase), client, ['patient', 'user']).join(' ');
    return grantable(text(ctx.oidc.params?.['scope']), client, ['system', 'user']).join(' ');
  }
}

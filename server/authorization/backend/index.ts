/**
 * SMART Backend Services: servers (DUI) that ask for tokens by themselves (client_credentials), with an assertion signed with their
 * key (`assertion.ts`) that names the person in whose name they ask (`person.ts`).
 */
import { errors, Provider, type KoaContextWithOIDC } from 'oidc-provider';
import { decodeProtectedHeader } from 'jose';
import { loadProfessions } from '../../auth/profession-file.ts';
import type { Client } from '../../registry/types.ts';
import { claimsOf } from '../context.ts';
import type { AuthorizationOptions, Extension } from '../types.ts';
import { checkAssertion } from './assertion.ts';
import { createRemoteKeys } from './keys.ts';
import { assertedPerson } from './person.ts';

type Options = Pick<AuthorizationOptions, 'config' | 'clients' | 'structures' | 'now'> & {
  store: Pick<AuthorizationOptions['store'], 'practitioners'>;
};

/** The assertion of a request; undefined where there is none that can be one. */
const assertionOf = (ctx: KoaContextWithOIDC | undefined): string | undefined => {
  const said = ctx?.oidc.params?.['client_assertion'];
  return typeof said === 'string' ? said : undefined;
};

function kidOf(assertion: string | undefined): string | undefined {
  try {
    return decodeProtectedHeader(assertion ?? '').kid;
  } catch {
    return undefined;
  }
}

/** @throws ConfigError for JWKS_CA and PROFESSIONS_FILE */
export function backendServices(options: Options): Extension & { close(): Promise<void> } {
  const { config, clients, store, now } = options;
  const rules = { ...options, professions: loadProfessions(config) };
  const remote = createRemoteKeys(config);

  return {
    grantTypes: ['client_credentials'],
    features: { clientCredentials: { enabled: true } },

    async clientKeys({ jwksUri }: Client) {
      return jwksUri === undefined ? undefined : remote.at(jwksUri, kidOf(assertionOf(Provider.ctx)));
    },

    async assertClientJwt(_ctx, claims, header, { clientId }) {
      checkAssertion(claims, header, await clients.byId(clientId), now());
    },

    async claims(ctx, token) {
      if (token.kind !== 'ClientCredentials') return undefined;
      const client = await clients.byId(token.clientId ?? '');
      const assertion = assertionOf(ctx);
      // By any other means nobody would be named.
      if (!client || assertion === undefined) throw new errors.UnauthorizedClient();
      if (!token.scope) throw new errors.InvalidScope('no scope can be granted', '');
      const context = assertedPerson(assertion, client, token.expiration, rules);
      return claimsOf(context, await store.practitioners.idOf(context.person.id), config);
    },

    close: () => remote.close(),
  };
}

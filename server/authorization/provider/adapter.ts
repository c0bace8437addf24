/**
 * Where oidc-provider keeps its models: the store. Several instances share it, so that what may happen once (a code, a rotated
 * refresh token, a proof) happens once in all of them.
 */
import { errors, Provider, type Adapter, type AdapterFactory, type AdapterPayload } from 'oidc-provider';
import type { Client } from '../../registry/types.ts';
import type { OauthStore, StoredOauthItem } from '../../store/types.ts';
import type { AuthorizationOptions, Extension } from '../types.ts';
import type { CountToken } from './claims.ts';
import { metadataOf } from './clients.ts';

type Options = Pick<AuthorizationOptions, 'clients' | 'extensions'> & {
  store: Pick<AuthorizationOptions['store'], 'oauth'>;
};

/** Our clients are registered by administrators: this server never writes them. */
const readOnly = (): never => {
  throw new Error('Clients are not written here.');
};

/**
 * Keys that a client publishes are given to oidc-provider by value: its own way of fetching them keeps what was withdrawn, and
 * keeps it for a minute at least.
 */
async function withKeys(client: Client, extensions: readonly Extension[]): Promise<Client> {
  for (const { clientKeys } of extensions) {
    const keys = await clientKeys?.(client);
    const { jwksUri: _, ...others } = client;
    if (keys) return { ...others, jwks: { keys } };
  }
  return client;
}

function clientAdapter({ clients, extensions = [] }: Options, grantTypes: ReadonlySet<string>): Adapter {
  return {
    async find(id) {
      const client = await clients.byId(id);
      return client && metadataOf(await withKeys(client, extensions), grantTypes);
    },
    upsert: readOnly,
    destroy: readOnly,
    consume: readOnly,
    findByUid: readOnly,
    findByUserCode: readOnly,
    revokeByGrantId: readOnly,
  };
}

const payloadOf = (item: StoredOauthItem | undefined): AdapterPayload | undefined =>
  item && {
    ...(item.content as AdapterPayload),
    ...(item.consumedAt ? { consumed: Math.floor(item.consumedAt.getTime() / 1000) } : {}),
  };

/** Everything under a grant is worth nothing from now on, also what somebody is issuing at this moment. */
async function revokeGrantOf(item: StoredOauthItem | undefined, oauth: OauthStore): Promise<void> {
  const { grantId } = (item?.content ?? {}) as AdapterPayload;
  if (grantId !== undefined) await oauth.removeOfGrant('Grant', grantId);
}

function storedAdapter(model: string, oauth: OauthStore, count: CountToken): Adapter {
  return {
    async upsert(id, content, expiresIn) {
      if (expiresIn === undefined) throw new Error(`${model} without an end`);
      const grant = model === 'Grant' ? id : content.grantId;
      const session = model === 'Session' ? content.uid : content['sessionUid'];
      const item = {
        kind: model,
        id,
        content,
        expiresAt: new Date(Date.now() + expiresIn * 1000),
        ...(grant === undefined ? {} : { grant }),
        ...(typeof session === 'string' ? { session } : {}),
      };
      if (model !== 'ReplayDetection') await oauth.put(item);
      // It was not there a moment ago: somebody else was faster.
      else if (!(await oauth.putOnce(item))) throw new errors.InvalidRequest('used before');
    },
    find: async (id) => payloadOf(await oauth.find(model, id)),
    findByUid: async (uid) => payloadOf(await oauth.findBySession(model, uid)),
    // There are no user codes without a device flow.
    findByUserCode: () => Promise.resolve(undefined),
    async consume(id) {
      const { ctx } = Provider;
      // Before it is used up: who asks too often keeps it for later.
      if (ctx?.oidc.client) count(ctx, ctx.oidc.client.clientId);
      if (await oauth.consume(model, id)) return;
      // oidc-provider has found it unused a moment ago: two use it at once, and one of them has stolen it (RFC 6749 §4.1.2, §10.4).
      await revokeGrantOf(await oauth.find(model, id), oauth);
      throw new errors.InvalidGrant('used before');
    },
    destroy: (id) => oauth.remove(model, id),
    revokeByGrantId: (grant) => oauth.removeOfGrant(model, grant),
  };
}

/**
 * @param grantTypes those that this server speaks
 * @param count token requests that use something up
 */
export const adapterOf =
  (options: Options, grantTypes: ReadonlySet<string>, count: CountToken): AdapterFactory =>
  (model) =>
    model === 'Client' ? clientAdapter(options, grantTypes) : storedAdapter(model, options.store.oauth, count);

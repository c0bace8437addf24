/**
 * The keys of this server: one that signs ID tokens (RS256, which OpenID Connect Core §15.1 and SMART demand), one that protects its
 * cookies. Made at the first start, sealed in the store, the same for all instances, and changed by themselves after OAUTH_KEY_DAYS:
 * a new one is published before it is used, the old one stays until what it signed is worth nothing any more.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Config } from '../../config.ts';
import type { OauthKeyPurpose, OauthKeyStore, StoredOauthKey } from '../../store/types.ts';

/** The keys of now. Two with the same `version` are the same. */
export interface ServerKeys {
  version: string;
  /** Private; the one that signs is the first. */
  jwks: JWK[];
  /** The one that protects is the first; all are believed. */
  cookies: string[];
}

const seconds = 1000;
const hours = 3600 * seconds;
/** How long what is known of the keys is good. */
export const REFRESH_MS = 30 * seconds;
/** From publishing to use: longer than clients keep our JWKS. */
export const LEAD_MS = hours;
/** From the successor's first use to the end: an ID token ends a session (`id_token_hint`) as long as the session lasts. */
const KEPT_MS = 24 * hours;

const day = 24 * hours;
const algorithm = 'RS256';
const purposes: readonly OauthKeyPurpose[] = ['sign', 'cookie'];

const make: Record<OauthKeyPurpose, () => Promise<unknown>> = {
  async sign() {
    const jwk = await exportJWK((await generateKeyPair(algorithm, { extractable: true })).privateKey);
    return { ...jwk, alg: algorithm, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
  },
  cookie: () => Promise.resolve(randomBytes(32).toString('base64url')),
};

/** Keys of a purpose, the one in use first, then those before it and those to come. */
function inOrder(keys: readonly StoredOauthKey[], purpose: OauthKeyPurpose, now: Date): StoredOauthKey[] {
  const own = keys.filter((key) => key.purpose === purpose);
  const used = own.findLast((key) => key.usedFrom <= now) ?? own[0];
  return used === undefined ? [] : [used, ...own.filter((key) => key !== used)];
}

/** What is due. @param keys oldest first */
async function due(
  keys: readonly StoredOauthKey[],
  now: Date,
  lifeMs: number,
): Promise<{ add: StoredOauthKey[]; remove: string[] }> {
  const add: StoredOauthKey[] = [];
  const remove: string[] = [];
  for (const purpose of purposes) {
    const own = keys.filter((key) => key.purpose === purpose);
    const newest = own.at(-1);
    if (newest === undefined || now.getTime() - newest.usedFrom.getTime() >= lifeMs)
      add.push({
        id: randomUUID(),
        purpose,
        content: await make[purpose](),
        createdAt: now,
        usedFrom: new Date(now.getTime() + (newest === undefined ? 0 : LEAD_MS)),
      });
    own.forEach((key, i) => {
      const successor = own[i + 1];
      if (successor && now.getTime() - successor.usedFrom.getTime() >= KEPT_MS) remove.push(key.id);
    });
  }
  return { add, remove };
}

/** @returns the keys of now; read again when what is known is older than REFRESH_MS */
export function createKeys(store: OauthKeyStore, config: Config, now: () => Date): () => Promise<ServerKeys> {
  let known: { keys: Promise<StoredOauthKey[]>; readAt: number } | undefined;
  const lifeMs = config.OAUTH_KEY_DAYS * day;

  async function read(): Promise<StoredOauthKey[]> {
    const keys = await store.all();
    const { add, remove } = await due(keys, now(), lifeMs);
    if (add.length === 0 && remove.length === 0) return keys;
    // Of several instances the first does it; the others find it done.
    return store.change((current) => due(current, now(), lifeMs));
  }

  return async () => {
    const at = now().getTime();
    if (known === undefined || at - known.readAt >= REFRESH_MS) {
      const keys = read();
      known = { keys, readAt: at };
      // What failed is tried again at the next request.
      keys.catch(() => (known = undefined));
    }
    const keys = await known.keys;
    const signing = inOrder(keys, 'sign', now());
    const cookies = inOrder(keys, 'cookie', now());
    return {
      version: [...signing, ...cookies].map((key) => key.id).join(' '),
      jwks: signing.map((key) => key.content as JWK),
      cookies: cookies.map((key) => key.content as string),
    };
  };
}

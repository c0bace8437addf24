/**
 * Public keys of clients that publish them at a URL (`jwksUri`; SMART App Launch 2.2 “Asymmetric authentication”): fetched when an
 * assertion needs them, kept no longer than the answer allows, asked for again at most once for a key that is not among them.
 *
 * Whoever knows a `client_id` can have them fetched: `https:` only, no redirect, no inner address (`server/auth/addresses.ts`), a
 * small answer in a short time, and never twice within `calm`.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { guardedLookup, isAllowedHost } from '../../auth/addresses.ts';
import { ConfigError, settings, type Config } from '../../config.ts';

export type PublicJwk = Record<string, unknown>;

export interface RemoteKeys {
  /**
   * The keys of a client.
   * @param uri an https URL
   * @param kid of the assertion: unknown ones are looked for again
   * @returns none when they cannot be had
   */
  at(uri: string, kid: string | undefined): Promise<readonly PublicJwk[]>;
  close(): Promise<void>;
}

/** Milliseconds. */
const timeout = 5000;
/** Between two requests to one address, whatever it says of caching: 5 s more life of a withdrawn key, against a flood. */
const calm = 5000;
/** When the answer says nothing of it. */
const usually = 300_000;
const longest = 3_600_000;
/** Bytes. */
const largest = 64 * 1024;
/** Addresses that are remembered. */
const most = 1000;

/** A public key that verifies, with a name; others of the set are for other uses. */
const publicKey = z
  .record(z.string(), z.unknown())
  .refine(({ kty, kid, use }) => (kty === 'RSA' || kty === 'EC') && typeof kid === 'string' && (use ?? 'sig') === 'sig')
  // A client that publishes a private key has none.
  .refine((key) => !['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].some((member) => Object.hasOwn(key, member)));
const keySet = z.object({ keys: z.array(z.unknown()).max(50) });

function readKeys(text: string): PublicJwk[] {
  return keySet.parse(JSON.parse(text)).keys.flatMap((key) => {
    const read = publicKey.safeParse(key);
    return read.success ? [read.data] : [];
  });
}

/** Milliseconds that an answer may be kept (RFC 9111 §5.2.2). */
function lifetime(cacheControl: string): number {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0;
  const maxAge = /\bmax-age=(\d{1,9})\b/i.exec(cacheControl)?.[1];
  return maxAge === undefined ? usually : Math.min(Number(maxAge) * 1000, longest);
}

interface Answer {
  keys: readonly PublicJwk[];
  askedAt: number;
  until: number;
}

/** @throws ConfigError for JWKS_CA */
export function createRemoteKeys(config: Config, clock: () => number = Date.now): RemoteKeys {
  const rules = { ENVIRONMENT: config.ENVIRONMENT, privateAddresses: config.JWKS_PRIVATE_ADDRESSES };
  const agent = new Agent({
    maxResponseSize: largest,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: { lookup: guardedLookup(rules), timeout, minVersion: 'TLSv1.2', ...authorities(config) },
  });
  const answers = new Map<string, Promise<Answer>>();

  async function fetchKeys(uri: string): Promise<Answer> {
    const askedAt = clock();
    try {
      const url = new URL(uri);
      if (url.protocol !== 'https:' || !isAllowedHost(url, rules)) throw new TypeError('not allowed');
      const headers = { accept: 'application/jwk-set+json, application/json' };
      const answer = await request(uri, { dispatcher: agent, headers, signal: AbortSignal.timeout(timeout) });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new TypeError('not found');
      const until = askedAt + lifetime([answer.headers['cache-control'] ?? []].flat().join());
      return { keys: readKeys(text), askedAt, until };
    } catch {
      // Without its keys a client is nobody; asked for again later.
      return { keys: [], askedAt, until: askedAt };
    }
  }

  function ask(uri: string): Promise<Answer> {
    const asked = fetchKeys(uri);
    answers.delete(uri);
    answers.set(uri, asked);
    const [oldest] = answers.keys();
    if (answers.size > most && oldest !== undefined) answers.delete(oldest);
    return asked;
  }

  return {
    async at(uri, kid) {
      const known = answers.get(uri);
      const answer = await (known ?? ask(uri));
      const isFresh = clock() < Math.max(answer.until, answer.askedAt + calm);
      const isKnown = answer.keys.some((key) => key['kid'] === kid);
      const mayAsk = clock() >= answer.askedAt + calm;
      if (isFresh && (isKnown || !mayAsk)) return answer.keys;
      // Of several that wait, the first asks.
      const newer = answers.get(uri);
      return (await (newer === undefined || newer === known ? ask(uri) : newer)).keys;
    },
    close: () => agent.destroy(),
  };
}

function authorities({ JWKS_CA }: Config): { ca?: string } {
  if (JWKS_CA === undefined) return {};
  try {
    return { ca: readFileSync(JWKS_CA, 'utf8') };
  } catch {
    throw new ConfigError(`JWKS_CA: cannot be read — ${settings.JWKS_CA[1]}`);
  }
}

/**
 * This façade as a client of Pro Santé Connect, from the settings: how it proves who it is, over which connections, and what its
 * discovery document must say. Everything is read again from time to time: keys and certificates are changed without restart.
 */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { importJWK, importPKCS8, type CryptoKey, type JWK } from 'jose';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  PrivateKeyJwt,
  TlsClientAuth,
  type ClientAuth,
  type CustomFetch,
  type ServerMetadata,
} from 'openid-client';
import { Agent, fetch, type RequestInit } from 'undici';
import { pscInvalid } from '../../../mappings/psc/userinfo.ts';
import { algorithms } from '../../auth/token.ts';
import { ConfigError, settings, type Config } from '../../config.ts';

type FileSetting = 'PSC_CLIENT_KEY' | 'PSC_CLIENT_CERT' | 'PSC_CLIENT_SECRET_FILE' | 'PSC_CA';

/** Largest answer, in bytes: a userinfo with every exercise that is allowed has some 100 kB. */
const largest = 1024 * 1024;

const wrong = (name: keyof Config & keyof typeof settings, what: string): ConfigError =>
  new ConfigError(`${name}: ${what} — ${settings[name][1]}`);

async function read(config: Config, name: FileSetting): Promise<string> {
  const place = config[name];
  if (place === undefined) throw wrong(name, `needed with PSC_CLIENT_AUTH=${config.PSC_CLIENT_AUTH}`);
  try {
    return await readFile(place, 'utf8');
  } catch {
    throw wrong(name, 'cannot be read');
  }
}

/** By the type of an RSA key, or the curve of another, the algorithm of its assertions. */
const assertionAlgorithms = new Map([
  ['rsa', 'RS256'],
  ['prime256v1', 'ES256'],
]);

/** A JWK keeps its `kid`; for a PEM, Pro Santé Connect finds the registered key by itself. */
async function signingKey(text: string): Promise<{ key: CryptoKey; kid?: string }> {
  const jwk = text.trimStart().startsWith('{') ? (JSON.parse(text) as JWK) : undefined;
  const object = jwk ? createPrivateKey({ key: jwk as never, format: 'jwk' }) : createPrivateKey(text);
  const kind = object.asymmetricKeyType === 'rsa' ? 'rsa' : object.asymmetricKeyDetails?.namedCurve;
  const algorithm = assertionAlgorithms.get(kind ?? '');
  if (algorithm === undefined) throw new TypeError('neither RSA nor P-256');
  const key = jwk
    ? ((await importJWK(jwk, algorithm)) as CryptoKey)
    : await importPKCS8(object.export({ type: 'pkcs8', format: 'pem' }).toString(), algorithm);
  return { key, ...(jwk?.kid === undefined ? {} : { kid: jwk.kid }) };
}

/** What proves who asks: with the request, or (tls_client_auth) with the connection. */
async function proof(config: Config): Promise<{ auth: ClientAuth; cert?: string; key?: string }> {
  if (config.PSC_CLIENT_AUTH === 'client_secret_basic')
    return { auth: ClientSecretBasic((await read(config, 'PSC_CLIENT_SECRET_FILE')).trim()) };
  const key = await read(config, 'PSC_CLIENT_KEY');
  if (config.PSC_CLIENT_AUTH === 'tls_client_auth')
    return { auth: TlsClientAuth(), key, cert: await read(config, 'PSC_CLIENT_CERT') };
  try {
    return { auth: PrivateKeyJwt(await signingKey(key)) };
  } catch {
    throw wrong('PSC_CLIENT_KEY', 'is no private key that signs assertions');
  }
}

/** Who this façade is there. */
export interface PscIdentity {
  auth: ClientAuth;
  agent: Agent;
}

/** @throws ConfigError for a setting that is missing, or a file that is not what it should be */
export async function readIdentity(config: Config): Promise<PscIdentity> {
  const { PSC_TIMEOUT_MS: timeout } = config;
  if (config.PSC_CLIENT_ID === undefined) throw wrong('PSC_CLIENT_ID', 'needed with PSC_DISCOVERY');
  if (config.ENVIRONMENT === 'production')
    for (const name of ['PSC_DISCOVERY', 'PSC_ISSUER'] as const)
      if (config[name]?.startsWith('http:')) throw wrong(name, 'must be https: in production');
  const { auth, ...tls } = await proof(config);
  const ca = config.PSC_CA === undefined ? {} : { ca: await read(config, 'PSC_CA') };
  try {
    const connect = { ...tls, ...ca, minVersion: 'TLSv1.2' as const, timeout };
    return { auth, agent: new Agent({ connect, connections: 10, maxResponseSize: largest }) };
  } catch {
    throw wrong('PSC_CLIENT_CERT', 'it, its key or PSC_CA is not PEM');
  }
}

/** undici's own fetch, whose answers become Node's: Node's fetch takes no agent of another undici. */
const fetchOver =
  (agent: Agent): CustomFetch =>
  async (url, init) => {
    const answer = await fetch(url, { ...(init as RequestInit), dispatcher: agent });
    const bytes = await answer.arrayBuffer();
    return new Response(bytes.byteLength > 0 ? bytes : null, { status: answer.status, headers: [...answer.headers] });
  };

/**
 * Reads the discovery document.
 * @throws IssueError `psc-invalid` when it is another issuer's, and what openid-client throws
 */
export async function discover(config: Config, { auth, agent }: PscIdentity): Promise<Configuration> {
  const document = new URL(config.PSC_DISCOVERY ?? '');
  const extensions: ((server: Configuration) => void)[] = [enableNonRepudiationChecks];

  if (document.protocol === 'http:') extensions.push(allowInsecureRequests);
  // openid-client brings its own time limit, and follows no redirect.
  const options = {
    [customFetch]: fetchOver(agent),
    timeout: config.PSC_TIMEOUT_MS / 1000,
    execute: extensions,
  };
  const client = config.PSC_CLIENT_ID ?? '';
  const metadata = { use_mtls_endpoint_aliases: config.PSC_CLIENT_AUTH === 'tls_client_auth' };
  const found = await discovery(document, client, metadata, auth, options);
  const server: ServerMetadata = found.serverMetadata();
  const expected = config.PSC_ISSUER ?? document.href.replace(/\/\.well-known\/[\w-]+$/, '');
  // RFC 8414 §3.3; openid-client does not look when the document has a name of its own.
  if (server.issuer !== expected) throw pscInvalid('issuer');
  const among = (announced: unknown): string[] =>
    algorithms.filter((algorithm) => !Array.isArray(announced) || announced.includes(algorithm));
  const narrowed = new Configuration(
    {
      ...server,
      // It announces HS256 and `none`, too.
      id_token_signing_alg_values_supported: among(server.id_token_signing_alg_values_supported),
      userinfo_signing_alg_values_supported: among(server['userinfo_signing_alg_values_supported']),
      introspection_signing_alg_values_supported: among(server['introspection_signing_alg_values_supported']),
    },
    client,
    metadata,
    auth,
  );
  narrowed[customFetch] = options[customFetch];
  narrowed.timeout = options.timeout;
  for (const extension of extensions) extension(narrowed);
  return narrowed;
}

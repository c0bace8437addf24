/** Registered clients of Pro Santé Connect: how each authenticates, and where it may have the browser sent. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes, X509Certificate } from 'node:crypto';
import { z } from 'zod';

import type { PscSettings } from './settings.ts';

/**
 * A redirect URI, exact. On this machine the port may be `*`, and the path may end in `/*`: simplifications of the
 * demonstration.
 */
const uriPattern = z.string().refine((text) => {
  if (!text.includes('*')) return URL.canParse(text) && !text.includes('#');
  return /^http:\/\/(localhost|127\.0\.0\.1):(\*|\d+)\/([^*#]*|\*)$/.test(text);
}, 'a URI without fragment; * only as port or path of this machine');

const clientShape = z.strictObject({
  id: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  /** For client_secret_basic and client_secret_post. */
  secret: z.string().min(16).optional(),
  /** For private_key_jwt. */
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).optional(),
  /** For tls_client_auth: the subject (RFC 4514), as `subjectDn` writes it. */
  tlsSubjectDn: z.string().optional(),
  redirectUris: z.array(uriPattern).default([]),
  postLogoutRedirectUris: z.array(uriPattern).default([]),
  /** Whether CIBA is activated for it. */
  ciba: z.boolean().default(false),
});

export type Client = z.infer<typeof clientShape>;
/** A client as it is given to `startPsc`. */
export type ClientOptions = z.input<typeof clientShape>;

/** Whether a URI is one of those registered. */
export function isRegistered(patterns: readonly string[], uri: string): boolean {
  if (!URL.canParse(uri) || uri.includes('#')) return false;
  return patterns.some((pattern) => {
    if (!pattern.includes('*')) return pattern === uri;
    const [, origin = '', path = ''] = /^(http:\/\/[^/]+)(\/.*)$/.exec(pattern) ?? [];
    const escaped = (text: string) => text.replace(/[.?+^$()[\]{}|\\]/g, '\\$&');
    const port = escaped(origin).replace(':*', ':\\d{1,5}');
    return new RegExp(`^${port}${escaped(path).replace('*', '.*')}$`).test(uri);
  });
}

/** The subject of a certificate as RFC 4514 writes it: `CN=…,OU=…,C=FR`. */
export const subjectDn = (certificate: X509Certificate): string => certificate.subject.split('\n').reverse().join(',');

/**
 * The clients of the settings and those given, by client_id.
 * @throws Error when one is not as it should be, or a file cannot be read
 */
export function loadClients(settings: PscSettings, given: readonly ClientOptions[]): Map<string, Client> {
  const text = settings.clientsFile === undefined ? '[]' : readFileSync(settings.clientsFile, 'utf8');
  const rows: unknown = JSON.parse(text);
  const all = z
    .array(clientShape)
    .safeParse([
      ...(settings.clientId === 'none' ? [] : [demonstrationClient(settings)]),
      ...(Array.isArray(rows) ? (rows as unknown[]) : [rows]),
      ...given,
    ]);
  if (!all.success)
    throw new Error(`clients: ${all.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`);
  return new Map(all.data.map((client) => [client.id, client]));
}

/** May do everything: how a façade authenticates is its own choice. */
function demonstrationClient(settings: PscSettings): ClientOptions {
  const { clientCert, clientJwks } = settings;
  return {
    id: settings.clientId,
    secret: settings.clientSecret ?? keptSecret(settings.clientSecretFile),
    ...(existsSync(clientCert) ? { tlsSubjectDn: subjectDn(new X509Certificate(readFileSync(clientCert))) } : {}),
    ...(clientJwks === undefined
      ? {}
      : { jwks: JSON.parse(readFileSync(clientJwks, 'utf8')) as NonNullable<ClientOptions['jwks']> }),
    redirectUris: settings.redirectUris,
    postLogoutRedirectUris: settings.postLogoutRedirectUris,
    ciba: true,
  };
}

function keptSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

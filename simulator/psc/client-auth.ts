/** Authentication of clients, at each endpoint that asks for it: exactly one of the methods they are registered for. */
import { createHash, timingSafeEqual, type X509Certificate } from 'node:crypto';

import { type Client, subjectDn } from './clients.ts';
import { assertedClient } from './client-assertion.ts';
import { type Exchange, invalidClient, OAuthError, parameter } from './http.ts';
import type { PscWorld } from './world.ts';

/** Who calls; `certificate` when it said so by mutual TLS: its tokens are bound to it (RFC 8705 §3). */
export interface Authenticated {
  client: Client;
  certificate?: X509Certificate;
}

/** `x5t#S256` of a certificate, as RFC 8705 §3.1 writes it. */
export const thumbprint = (certificate: X509Certificate): string =>
  createHash('sha256').update(certificate.raw).digest('base64url');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * The client of a request.
 * @throws OAuthError invalid_client (401), or invalid_request when it says two things at once
 */
export async function authenticate(world: PscWorld, exchange: Exchange): Promise<Authenticated> {
  const authenticated = await identify(world, exchange);
  exchange.call.client = authenticated.client.id;
  return authenticated;
}

async function identify(world: PscWorld, exchange: Exchange): Promise<Authenticated> {
  const { headers, form, certificate } = exchange;
  const basic = basicCredentials(headers.authorization);
  const secret = parameter(form, 'client_secret');
  const assertion = parameter(form, 'client_assertion');
  const id = parameter(form, 'client_id');
  if ([basic, secret, assertion].filter((method) => method !== undefined).length > 1)
    throw new OAuthError('invalid_request', 'More than one method of client authentication');
  if (assertion !== undefined) return { client: await assertedClient(world, form, assertion) };
  if (basic !== undefined) {
    if (id !== undefined && id !== basic.id)
      throw new OAuthError('invalid_request', 'client_id is not that of the Authorization header');
    return { client: withSecret(world, basic.id, basic.secret) };
  }
  if (id === undefined) throw invalidClient('Client authentication is missing');
  if (secret !== undefined) return { client: withSecret(world, id, secret) };
  if (certificate === undefined) throw invalidClient('Client authentication is missing');
  const client = world.clients.get(id);
  if (client?.tlsSubjectDn === undefined || client.tlsSubjectDn !== subjectDn(certificate))
    throw invalidClient('The subject of the certificate is not the one registered for this client');
  return { client, certificate };
}

function withSecret(world: PscWorld, id: string, secret: string): Client {
  const client = world.clients.get(id);
  const right = client?.secret !== undefined && timingSafeEqual(digest(client.secret), digest(secret));
  if (!right) throw invalidClient('Invalid client or invalid client credentials');
  return client;
}

/** Both parts are form-encoded before they are joined (RFC 6749 §2.3.1). */
function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const [, encoded] = /^Basic +(\S+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) {
    if (header !== undefined) throw invalidClient('The Authorization header is not of the Basic kind');
    return undefined;
  }
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw invalidClient('Unreadable Authorization header');
  try {
    const [id = '', secret = ''] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return { id, secret };
  } catch {
    throw invalidClient('Unreadable Authorization header');
  }
}

/** Requests and answers of the endpoints, whichever port they came by, and the refusals of OAuth. */
import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

import type { Call } from './world.ts';

export interface Exchange {
  method: string;
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
  /** Empty unless a form was posted. */
  form: URLSearchParams;
  /** Of the client, by mutual TLS. */
  certificate?: X509Certificate;
  /** What is noted of it. */
  call: Call;
}

export interface Reply {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string;
}

/** A refusal, as RFC 6749 §5.2 and those that follow it write it. */
export class OAuthError extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;

  constructor(code: string, description: string, status = 400, headers: OutgoingHttpHeaders = {}) {
    super(description);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

export const invalidClient = (description: string): OAuthError =>
  new OAuthError('invalid_client', description, 401, { 'www-authenticate': 'Basic realm="esante-wallet"' });

const uncached = { 'cache-control': 'no-store', pragma: 'no-cache' };

export const json = (body: unknown, status = 200, headers: OutgoingHttpHeaders = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...uncached, ...headers },
  body: JSON.stringify(body),
});

/** The refusal as JSON. */
export const refusal = (error: OAuthError): Reply =>
  json({ error: error.code, error_description: error.message }, error.status, error.headers);

export const redirect = (to: URL | string, headers: OutgoingHttpHeaders = {}): Reply => ({
  status: 303, // a form that was posted must not be posted there again
  headers: { location: String(to), ...uncached, ...headers },
});

/** A parameter; undefined when absent or empty. @throws OAuthError invalid_request when it stands twice (RFC 6749 §3.1) */
export function parameter(from: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = from.getAll(name);
  if (others.length > 0) throw new OAuthError('invalid_request', `Parameter ${name} stands more than once`);
  return value === '' ? undefined : value;
}

/** @throws OAuthError invalid_request when it is absent */
export function required(from: URLSearchParams, name: string): string {
  const value = parameter(from, name);
  if (value === undefined) throw new OAuthError('invalid_request', `Missing parameter: ${name}`);
  return value;
}

/** One cookie of the browser. */
export function cookie(exchange: Exchange, name: string): string | undefined {
  const found = (exchange.headers.cookie ?? '').split(/; */).find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

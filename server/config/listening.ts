/** The settings under “The server: addresses, TLS, proxies”. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { int, type Rows, split } from './schemas.ts';

/** Addresses and networks, none of which is everybody. */
const networks = z
  .string()
  .transform(split)
  .refine(
    (list) =>
      list.every((entry) => {
        const [address = '', prefix, ...rest] = entry.split('/');
        const family = isIP(address);
        if (family === 0 || address.includes('%') || rest.length > 0) return false;
        return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
      }),
    'addresses or networks such as 10.1.0.0/16, separated by commas; not a whole family (/0)',
  );

export const listening = {
  PORT: [int(0, 65535).default(8080), 'TCP port of the façade; 0 lets the system choose.'],
  HOST: [
    z.string().default('127.0.0.1'),
    'Address to listen on. Put a TLS proxy in front before you open it, or give TLS_CERT.',
  ],
  TLS_CERT: [
    z.string().optional(),
    'PEM of the façade’s own server certificate (with its chain): it then speaks HTTPS itself, and HTTP no more. Absent: plain HTTP, for a TLS proxy in front.',
  ],
  TLS_KEY: [z.string().optional(), 'PEM of its private key.'],
  TLS_CLIENT_CA: [
    z.string().optional(),
    'PEM of the authorities, up to their root, that vouch for clients’ certificates (IGC-Santé): clients are asked for theirs (mutual TLS), which tokens can be bound to (docs/access.md).',
  ],
  TLS_CLIENT_CERT: [
    z.enum(['ask', 'require']).default('ask'),
    'With TLS_CLIENT_CA: `require` takes no connection without a certificate, also for /health and /metadata; `ask` leaves it to the token whether one is needed.',
  ],
  TRUSTED_PROXIES: [
    networks.optional(),
    'Addresses or networks (CIDR) of the reverse proxies in front, separated by commas: only their `Client-Cert` (RFC 9440) and `X-Forwarded-For` are believed, and they must remove what clients send under these names.',
  ],
  PUBLIC_URL: [
    z.url().optional(),
    'Base URL that clients see (without /fhir); by default http://localhost:PORT, https with TLS_CERT.',
  ],
} as const satisfies Rows;

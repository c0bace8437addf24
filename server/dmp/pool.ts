/**
 * The keep-alive pool of mutual-TLS connections of one structure to the DMP: a connection per call would cost twenty times a call
 * (stack §7).
 */
import { Agent } from 'undici';

/** PEM blocks. */
export interface TlsMaterial {
  /** ORG AUTH_CLI, with its chain */
  cert: string;
  key: string;
  /** authorities that vouch for the DMP; the system's own when absent */
  ca?: string;
}

export interface PoolOptions {
  connections: number;
  /** until the answer begins, and again between two of its bytes */
  timeoutMs: number;
}

export const createPool = (tls: TlsMaterial, { connections, timeoutMs }: PoolOptions): Agent =>
  new Agent({
    connections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Shorter than what servers use, so that a call is not sent on a connection that is being closed.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
    connect: { ...tls, minVersion: 'TLSv1.2', timeout: Math.min(timeoutMs, 10_000) },
  });

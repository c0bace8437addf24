/**
 * The keep-alive pool of mutual-TLS connections to the DMP: a connection per call would cost twenty times a call
 * (stack §7). The certificates can be changed while it runs.
 */
import { Agent, type Dispatcher } from 'undici';

/** PEM blocks. */
export interface TlsMaterial {
  /** ORG AUTH_CLI, with its chain */
  cert: string | Buffer;
  key: string | Buffer;
  /** authorities that vouch for the DMP; the system's own when absent */
  ca?: string | Buffer;
}

export interface PoolOptions {
  connections: number;
  /** until the answer begins, and again between two of its bytes */
  timeoutMs: number;
}

export interface Pool {
  /** What undici's `request` takes; asked for at each call, for it changes. */
  dispatcher(): Dispatcher;
  /** Uses other certificates from now on; calls that are under way end on the old ones. */
  swap(material: TlsMaterial): void;
  /** Waits for the calls under way. */
  close(): Promise<void>;
}

export function createPool(material: TlsMaterial, options: PoolOptions): Pool {
  const open = (tls: TlsMaterial): Agent =>
    new Agent({
      connections: options.connections,
      pipelining: 1,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      // Shorter than what servers use, so that a call is not sent on a connection that is being closed.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 60_000,
      connect: { ...tls, minVersion: 'TLSv1.2', timeout: Math.min(options.timeoutMs, 10_000) },
    });
  let agent = open(material);
  const old = new Set<Promise<void>>();
  return {
    dispatcher: () => agent,
    swap(next) {
      const closing = agent.close().finally(() => old.delete(closing));
      old.add(closing);
      agent = open(next);
    },
    async close() {
      await Promise.all([agent.close(), ...old]);
    },
  };
}

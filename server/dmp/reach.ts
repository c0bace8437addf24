/**
 * Whether the DMP can be reached: a TLS connection to it with the certificate of the structure that the settings name, and nothing
 * said on it. No transaction: each is made in somebody's name, and leaves a trace in the DMP (dmp-wire §2).
 */
import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Config } from '../config.ts';
import type { Structures } from '../registry/types.ts';
import { authorities, urlOf } from './client.ts';

/** As the pool's own connections (pool.ts). */
const timeoutMs = 5_000;

/**
 * @returns connects when it is called
 * @throws ConfigError naming the setting that is missing or whose file cannot be read; what it returns rejects when there is no
 * connection in time, or none with a certificate that DMP_CA vouches for
 */
export function dmpReach(config: Config, { primary, materialOf }: Structures): () => Promise<void> {
  const { hostname, port } = new URL(urlOf(config));
  const host = hostname.replace(/^\[|\]$/g, '');
  const ca = authorities(config);
  return async () => {
    const { cert, key } = materialOf(primary.id).tls;
    const socket = connect({
      ...{ host, port: Number(port || 443), cert, key, minVersion: 'TLSv1.2' as const },
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    // What comes after the handshake is of no interest, and must not end the process.
    socket.on('error', () => undefined);
    try {
      await once(socket, 'secureConnect', { signal: AbortSignal.timeout(timeoutMs) });
    } finally {
      socket.destroy();
    }
  };
}

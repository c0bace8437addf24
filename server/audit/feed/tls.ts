/** How a receiver of the audit trail is met: TLS 1.2 or 1.3, its certificate verified, ours shown when it asks. */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { type Config, ConfigError } from '../../config.ts';

export type FeedConfig = Pick<
  Config,
  | 'AUDIT_FEED'
  | 'AUDIT_FEED_CA'
  | 'AUDIT_FEED_CERT'
  | 'AUDIT_FEED_KEY'
  | 'AUDIT_FEED_TOKEN'
  | 'AUDIT_FEED_BATCH'
  | 'AUDIT_FEED_TIMEOUT_MS'
  | 'AUDIT_FEED_TICK_MS'
>;

function read(config: FeedConfig, name: 'AUDIT_FEED_CA' | 'AUDIT_FEED_CERT' | 'AUDIT_FEED_KEY'): Buffer | undefined {
  const file = config[name];
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch {
    throw new ConfigError(`${name}: the file cannot be read`);
  }
}

/** @throws ConfigError naming the setting that lacks, cannot be read, or does not go with the others */
export function feedTls(config: FeedConfig): SecureContextOptions {
  const [ca, cert, key] = (['AUDIT_FEED_CA', 'AUDIT_FEED_CERT', 'AUDIT_FEED_KEY'] as const).map((name) =>
    read(config, name),
  );
  if ((cert === undefined) !== (key === undefined))
    throw new ConfigError('AUDIT_FEED_CERT and AUDIT_FEED_KEY go together: give both or neither');
  const options = { ...(ca ? { ca } : {}), ...(cert ? { cert, key } : {}), minVersion: 'TLSv1.2' } as const;
  try {
    createSecureContext(options);
  } catch {
    throw new ConfigError(
      'AUDIT_FEED_CA, AUDIT_FEED_CERT, AUDIT_FEED_KEY: not PEM, or the key is not that of the certificate',
    );
  }
  return options;
}

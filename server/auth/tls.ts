/**
 * TLS at the façade itself, for a deployment without a proxy in front (spec/auth.md §1.2: TLS 1.3, 1.2 accepted, nothing older;
 * structures show their IGC-Santé ORG AUTH_CLI certificate). Clients without a certificate are still served what needs none,
 * unless TLS_CLIENT_CERT asks for one from everybody.
 */
import { readFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConfigError, type Config } from '../config.ts';

type FileSetting = 'TLS_CERT' | 'TLS_KEY' | 'TLS_CLIENT_CA';

async function read(config: Config, name: FileSetting): Promise<Buffer> {
  try {
    return await readFile(config[name] ?? '');
  } catch {
    throw new ConfigError(`${name}: the file cannot be read`);
  }
}

/**
 * @returns undefined when no TLS is configured
 * @throws ConfigError naming the setting that lacks, cannot be read, or does not go with the others
 */
export async function tlsOptions(config: Config): Promise<ServerOptions | undefined> {
  const { TLS_CERT, TLS_KEY, TLS_CLIENT_CA, TLS_CLIENT_CERT } = config;
  if ((TLS_CERT === undefined) !== (TLS_KEY === undefined))
    throw new ConfigError('TLS_CERT and TLS_KEY go together: give both or neither');
  if (TLS_CLIENT_CA !== undefined && TLS_CERT === undefined)
    throw new ConfigError('TLS_CLIENT_CA: without TLS_CERT and TLS_KEY nobody shows a certificate here');
  if (TLS_CLIENT_CERT === 'require' && TLS_CLIENT_CA === undefined)
    throw new ConfigError('TLS_CLIENT_CERT: `require` needs TLS_CLIENT_CA');
  if (TLS_CERT === undefined) return undefined;
  const options: ServerOptions = {
    cert: await read(config, 'TLS_CERT'),
    key: await read(config, 'TLS_KEY'),
    minVersion: 'TLSv1.2',
    ...(TLS_CLIENT_CA === undefined
      ? {}
      : {
          ca: await read(config, 'TLS_CLIENT_CA'),
          requestCert: true,
          rejectUnauthorized: TLS_CLIENT_CERT === 'require',
        }),
  };
  try {
    createSecureContext(options);
  } catch {
    throw new ConfigError('TLS_CERT, TLS_KEY, TLS_CLIENT_CA: not PEM, or the key is not that of the certificate');
  }
  return options;
}

/**
 * `/metrics`, on a port of its own (METRICS_PORT): no proxy leads there by mistake, and who may read it is not who may read records.
 * Elsewhere than on this machine it is served to whoever shows the token (METRICS_TOKEN_FILE), and not in clear.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type AddressInfo } from 'node:net';
import { type Config, settingError } from '../config.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsListener {
  url: string;
  close(): Promise<void>;
}

const here = new BlockList();
here.addSubnet('127.0.0.0', 8, 'ipv4');
here.addAddress('::1', 'ipv6');
const isHere = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && here.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'));

const shortest = 32;

/** @throws ConfigError: who may not be listened to, or a token that is none */
async function tokenOf(file: string): Promise<string> {
  const token = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    (e: unknown) => {
      throw settingError('METRICS_TOKEN_FILE', `cannot be read (${(e as NodeJS.ErrnoException).code ?? 'error'})`);
    },
  );
  if (token.length < shortest) throw settingError('METRICS_TOKEN_FILE', `holds less than ${shortest} characters`);
  return token;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** In a time that says nothing of the token. */
const shows = (header: string | undefined, token: string): boolean =>
  timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));

/**
 * Listens.
 * @param tls of the façade itself; undefined: it speaks plain HTTP
 * @returns undefined when nobody is to read them (no METRICS_PORT)
 * @throws ConfigError, or the system's error of `listen`
 */
export async function listenForMetrics(
  { METRICS_PORT: port, METRICS_HOST: host, METRICS_TOKEN_FILE: tokenFile }: Config,
  metrics: Pick<Metrics, 'page'>,
  tls: Pick<https.ServerOptions, 'cert' | 'key'> | undefined,
): Promise<MetricsListener | undefined> {
  if (port === undefined) return undefined;
  const isOpen = !isHere(host);
  if (isOpen && tokenFile === undefined)
    throw settingError('METRICS_TOKEN_FILE', 'is required where METRICS_HOST is not this machine');
  if (isOpen && tls === undefined) throw settingError('METRICS_HOST', 'is not this machine, and there is no TLS_CERT');
  if (tokenFile !== undefined) await tokenOf(tokenFile);

  async function answer(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
    const end = (status: number, headers: Record<string, string> = {}, text = ''): void => {
      res.writeHead(status, { 'cache-control': 'no-store', ...headers }).end(req.method === 'HEAD' ? undefined : text);
    };
    if (tokenFile !== undefined && !shows(req.headers.authorization, await tokenOf(tokenFile)))
      return end(401, { 'www-authenticate': 'Bearer realm="metrics"' });
    if (req.url !== '/metrics') return end(404);
    if (req.method !== 'GET' && req.method !== 'HEAD') return end(405, { allow: 'GET, HEAD' });
    const { contentType, text } = await metrics.page();
    end(200, { 'content-type': contentType }, text);
  }
  const listener: http.RequestListener = (req, res) => {
    // A page of a site that was made to lead here (DNS rebinding) names itself as the host.
    if (!isOpen && !isHere(hostOf(req.headers.host))) return void res.writeHead(421).end();
    answer(req, res).catch(() => (res.headersSent ? res.destroy() : res.writeHead(500).end()));
  };
  const server = isOpen ? https.createServer({ ...tls, minVersion: 'TLSv1.2' }, listener) : http.createServer(listener);
  server.listen(port, host);
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  const named = isIP(host) === 6 ? `[${host}]` : host;
  return {
    url: `${isOpen ? 'https' : 'http'}://${named}:${actual}/metrics`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Of a Host header, without port and brackets. */
const hostOf = (header = ''): string => header.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');

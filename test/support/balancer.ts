/**
 * A load balancer as small as it can be: requests in turn to whoever is ready, without any session. Whoever refuses a connection, or
 * whose readiness fails, gets nothing until it is ready again. It keeps connections to them, as real ones do.
 */
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Balancer {
  url: string;
  /** Takes a façade in as soon as it is ready. */
  add(origin: string): void;
  /** Forgets one that is gone. */
  remove(origin: string): void;
  /** Resolves when so many are in service. */
  inService(count: number): Promise<void>;
  /** Who has answered, in order, since it was asked last. */
  served(): string[];
  close(): Promise<void>;
}

interface Upstream {
  origin: string;
  isReady: boolean;
  agent: http.Agent;
}

const CHECK_MS = 100;

/** @param ca gives the PEM of the authority of the façades' certificates, once it is known; absent: they speak HTTP */
export async function startBalancer(ca?: () => Buffer): Promise<Balancer> {
  const upstreams = new Map<string, Upstream>();
  const served: string[] = [];
  let turn = 0;
  const { request, Agent } = ca ? https : http;

  const next = (tried: ReadonlySet<Upstream>): Upstream | undefined => {
    const ready = [...upstreams.values()].filter((one) => one.isReady && !tried.has(one));
    return ready[turn++ % Math.max(1, ready.length)];
  };

  function pass(req: http.IncomingMessage, res: http.ServerResponse, body: Buffer, tried = new Set<Upstream>()): void {
    const upstream = next(tried);
    if (!upstream) return void res.writeHead(502).end();
    const { connection: _ours, 'transfer-encoding': _coding, ...headers } = req.headers;
    const onward = request(`${upstream.origin}${req.url}`, {
      method: req.method,
      headers: { ...headers, 'content-length': String(body.length) },
      agent: upstream.agent,
    });
    onward.on('response', (answer) => {
      served.push(upstream.origin);
      const { connection: _theirs, 'keep-alive': _hint, ...back } = answer.headers;
      res.writeHead(answer.statusCode ?? 502, back);
      answer.pipe(res);
    });
    onward.on('error', (error: NodeJS.ErrnoException) => {
      // It was not sent: another may have it. Whatever else happens to a request is the façade's failure.
      if (error.code !== 'ECONNREFUSED') return void (res.headersSent ? res.destroy() : res.writeHead(502).end());
      upstream.isReady = false;
      pass(req, res, body, tried.add(upstream));
    });
    onward.end(body);
  }

  const server = http.createServer((req, res) => {
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.on('end', () => pass(req, res, Buffer.concat(pieces)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function look(upstream: Upstream): Promise<void> {
    const probe = request(`${upstream.origin}/health/ready`, { agent: false, ...(ca ? { ca: ca() } : {}) }).end();
    upstream.isReady = await once(probe, 'response').then(
      ([answer]) => ((answer as http.IncomingMessage).resume(), (answer as http.IncomingMessage).statusCode === 200),
      () => false,
    );
  }
  const closing = new AbortController();
  const checking = (async () => {
    while (!closing.signal.aborted) await Promise.all([...[...upstreams.values()].map(look), sleep(CHECK_MS)]);
  })();

  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    add: (origin) =>
      void upstreams.set(origin, {
        origin,
        isReady: false,
        agent: new Agent({ keepAlive: true, ...(ca ? { ca: ca() } : {}) }),
      }),
    remove: (origin) => {
      upstreams.get(origin)?.agent.destroy();
      upstreams.delete(origin);
    },
    async inService(count) {
      while ([...upstreams.values()].filter((one) => one.isReady).length !== count) await sleep(CHECK_MS / 2);
    },
    served: () => served.splice(0),
    async close() {
      closing.abort();
      await checking;
      for (const { agent } of upstreams.values()) agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

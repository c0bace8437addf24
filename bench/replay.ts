/**
 * A stand-in for the far end that costs next to nothing: passes the DMP's traffic through once (recording), then gives
 * the recorded answer again to every request of the same kind, with only RelatesTo changed. It takes the simulator's own
 * work out of the comparison between façade and floor. Run as a process; told what to do on a loopback control port.
 *
 * A kind is a path, an action and, for a stored query, which one. Of two answers to the same kind the first is kept: what
 * a request looks at before it changes it must look unchanged to the next.
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';

interface Exchange {
  path: string;
  contentType: string;
  request: Buffer;
  status: number;
  headers: Record<string, string>;
  /** the answer around the value of RelatesTo */
  before: Buffer;
  after: Buffer;
}

const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const tls = {
  key: readFileSync(env('BENCH_SERVER_KEY')),
  cert: readFileSync(env('BENCH_SERVER_CERT')),
  ca: readFileSync(env('BENCH_CA')),
};
const upstream = new URL(env('BENCH_UPSTREAM'));
const agent = new Agent({
  connect: { key: readFileSync(env('BENCH_CLIENT_KEY')), cert: readFileSync(env('BENCH_CLIENT_CERT')), ca: tls.ca },
});
const recorded = new Map<string, Exchange>();
/** Every exchange since recording began, in order: what the floor has to do for one request. */
let inOrder: Exchange[] = [];
let recording = true;

const messageId = /<(?:[\w-]+:)?MessageID[^>]*>\s*([^<\s]+)/;
const idOf = (head: string): string => messageId.exec(head)?.[1] ?? '';
const action = /<(?:[\w-]+:)?Action[^>]*>\s*([^<\s]+)/;
const storedQuery = /<(?:[\w-]+:)?AdhocQuery id="([^"]+)"/;
/** What decides stands before the documents. */
const headOf = (body: Buffer): string => body.toString('latin1', 0, 32_768);
const kindOf = (path: string, head: string): string =>
  [path, action.exec(head)?.[1], storedQuery.exec(head)?.[1]].join(' ');

async function bodyOf(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function pass(path: string, headers: Record<string, string>, body: Buffer): Promise<Exchange> {
  const answer = await request(new URL(path, upstream), {
    method: 'POST',
    headers: { 'content-type': headers['content-type'] ?? '' },
    body,
    dispatcher: agent,
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const id = idOf(headOf(body));
  const at = bytes.indexOf(id);
  return {
    path,
    contentType: headers['content-type'] ?? '',
    request: body,
    status: answer.statusCode,
    headers: { 'content-type': String(answer.headers['content-type'] ?? '') },
    before: at < 0 ? bytes : bytes.subarray(0, at),
    after: at < 0 ? Buffer.alloc(0) : bytes.subarray(at + id.length),
  };
}

const server = https.createServer(
  { key: tls.key, cert: tls.cert, ca: tls.ca, requestCert: true, rejectUnauthorized: true },
  (req, res) => {
    void (async () => {
      const path = req.url ?? '/';
      const body = await bodyOf(req);
      const head = headOf(body);
      const kind = kindOf(path, head);
      let exchange = recorded.get(kind);
      if (recording) {
        exchange = await pass(path, req.headers as Record<string, string>, body);
        inOrder.push(exchange);
        if (!recorded.has(kind)) recorded.set(kind, exchange);
      }
      if (!exchange) return void res.writeHead(404).end();
      const id = Buffer.from(idOf(head));
      res.writeHead(exchange.status, {
        ...exchange.headers,
        'content-length': exchange.before.length + (exchange.after.length > 0 ? id.length : 0) + exchange.after.length,
      });
      res.write(exchange.before);
      if (exchange.after.length > 0) {
        res.write(id);
        res.write(exchange.after);
      }
      res.end();
    })().catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      res.writeHead(502).end();
    });
  },
);

/** `POST /mode?record|replay`, `GET /exchanges` → the recorded requests in order, for the floor. */
const control = http.createServer((req, res) => {
  const [path, query = ''] = (req.url ?? '').split('?');
  if (path === '/mode') {
    recording = query === 'record';
    if (recording) {
      recorded.clear();
      inOrder = [];
    }
    return void res.end();
  }
  res.end(
    JSON.stringify(
      inOrder.map((e) => ({ path: e.path, contentType: e.contentType, request: e.request.toString('base64') })),
    ),
  );
});

server.listen(0, '127.0.0.1');
control.listen(0, '127.0.0.1');
await Promise.all([once(server, 'listening'), once(control, 'listening')]);
const port = (s: http.Server | https.Server): number => (s.address() as AddressInfo).port;
process.stdout.write(
  `${JSON.stringify({ ready: true, url: `https://localhost:${port(server)}`, control: `http://127.0.0.1:${port(control)}` })}\n`,
);
process.on('SIGTERM', () => process.exit(0));

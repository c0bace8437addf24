/**
 * The floor: a bare Node program that does only what nobody can leave out — take the request, send the same SOAP bytes
 * over mutual TLS, parse the XML of the answer with the fastest conforming parser at hand (libxml2), as many times as the
 * façade does, one after the other, and answer the same number of bytes. No token, no signature, no mapping, no store, no
 * verification.
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { XmlDocument } from 'libxml2-wasm';
import { Agent, request } from 'undici';

const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const agent = new Agent({
  connect: {
    key: readFileSync(env('BENCH_CLIENT_KEY')),
    cert: readFileSync(env('BENCH_CLIENT_CERT')),
    ca: readFileSync(env('BENCH_CA')),
  },
  connections: 10,
});

/** What one measurement does: set by `POST /scenario`. */
interface Scenario {
  /** one request of the façade to the DMP each; `request` in base64 */
  exchanges: { upstream: string; contentType: string; request: string }[];
  /** bytes of the answer to the client; -1: pass the attachment on */
  answer: number;
}
let scenario: Scenario | undefined;
let exchanges: { upstream: string; contentType: string; soap: Buffer }[] = [];
let answer: Buffer = Buffer.alloc(0);

const envelopeStart = /<(?:[\w-]+:)?Envelope[\s>]/;

/** Parses the envelope, which ends the bytes but for white space; MIME headers may stand before it. */
function parse(bytes: Buffer): void {
  const start = envelopeStart.exec(bytes.toString('latin1', 0, 4096))?.index ?? 0;
  XmlDocument.fromBuffer(bytes.subarray(start)).dispose();
}

/** Passes the attachment on as it arrives; only the root part (the head) is parsed. */
async function stream(body: AsyncIterable<Buffer>, res: http.ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of body) {
    if (head) {
      head = Buffer.concat([head, chunk]);
      const at = head.indexOf('Envelope>\r\n');
      if (at < 0) continue;
      parse(head.subarray(0, at + 9));
      res.write(head.subarray(at + 11));
      head = undefined;
    } else if (!res.write(chunk)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
    // The client left: ending the loop frees the connection to the far end.
    if (res.destroyed) return;
  }
  res.end();
}

const server = http.createServer((req, res) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    if (req.url === '/scenario') {
      scenario = JSON.parse(Buffer.concat(chunks).toString()) as Scenario;
      exchanges = scenario.exchanges.map(({ upstream, contentType, request }) => ({
        upstream,
        contentType,
        soap: Buffer.from(request, 'base64'),
      }));
      answer = Buffer.alloc(Math.max(scenario.answer, 0), 0x20);
      return void res.end();
    }
    if (!scenario) return void res.writeHead(404).end();
    for (const [i, exchange] of exchanges.entries()) {
      const upstream = await request(exchange.upstream, {
        method: 'POST',
        headers: { 'content-type': exchange.contentType },
        body: exchange.soap,
        dispatcher: agent,
      });
      if (scenario.answer < 0 && i === exchanges.length - 1) return await stream(upstream.body, res);
      parse(Buffer.from(await upstream.body.arrayBuffer()));
    }
    res.end(answer);
  })().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    res.writeHead(502).end();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(
  `${JSON.stringify({ ready: true, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`,
);
process.on('SIGTERM', () => process.exit(0));

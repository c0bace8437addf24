/**
 * A control port: plain HTTP on loopback, JSON both ways, for tests and demonstrations. Requests that a browser page makes
 * are refused (Origin), so that no web site can drive it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { readBody } from '../body.ts';

/** Answers a request; what it throws is answered with 400 and the message. */
export type Route = (body: unknown) => unknown;

const limit = 16 * 1024 * 1024;

async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, limit);
  if (body === undefined) throw new Error('body too large');
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error('body: not JSON'); // the parser’s own message quotes it
  }
}

/**
 * The control server, not yet listening.
 * @param routes by `<method> <path>`
 * @param other answers what is no control request; false when it is not its business either
 */
export function createControl(
  routes: Readonly<Record<string, Route>>,
  other: (request: IncomingMessage, response: ServerResponse, path: string) => boolean = () => false,
): Server {
  return createServer((request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    };
    const run = async () => {
      const [path = ''] = (request.url ?? '').split('?');
      if (request.headers.origin !== undefined) return send(403, { error: 'not for browsers' });
      if (other(request, response, path)) return;
      const route = routes[`${request.method ?? ''} ${path}`];
      if (route === undefined) return send(404, { error: 'unknown', routes: Object.keys(routes) });
      try {
        send(200, await route(await readJson(request)));
      } catch (error) {
        send(400, { error: (error as Error).message });
      }
    };
    void run();
  });
}

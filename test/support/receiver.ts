/** A receiver of notifications: a real HTTP server that keeps what it was sent. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bundle, Parameters, ParametersParameter } from '@medplum/fhirtypes';

export interface Received {
  headers: http.IncomingHttpHeaders;
  text: string;
  bundle: Bundle;
  status: Parameters;
  /** Values of the status by name. */
  value(name: string): string | undefined;
  /** The documents that it names, by their ids. */
  focus: string[];
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Statuses of the next answers; 200 when there is none left. */
  answers: number[];
  /** Waits until so many notifications of a type were received, and gives the last. */
  waitFor(type: string, count?: number): Promise<Received>;
  of(type: string): Received[];
  close(): Promise<void>;
}

const textOf = (p: ParametersParameter | undefined): string | undefined =>
  p?.valueCode ?? p?.valueString ?? p?.valueCanonical ?? p?.valueReference?.reference ?? p?.valueInstant;

function read(headers: http.IncomingHttpHeaders, text: string): Received {
  const isXml = headers['content-type']?.includes('xml') ?? false;
  const bundle = (isXml ? { resourceType: 'Bundle', type: 'history' } : JSON.parse(text)) as Bundle;
  const status = (bundle.entry?.[0]?.resource ?? { resourceType: 'Parameters' }) as Parameters;
  const value = (name: string): string | undefined => textOf(status.parameter?.find((p) => p.name === name));
  const events = (status.parameter ?? []).filter((p) => p.name === 'notification-event');
  const focus = events.flatMap((e) => textOf(e.part?.find((p) => p.name === 'focus')) ?? []);
  return { headers, text, bundle, status, value, focus: focus.map((f) => f.split('/').at(-1)!) };
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = http.createServer((req, res) => {
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => (text += chunk));
    req.on('end', () => {
      const status = answers.shift() ?? 200;
      if (status < 300) received.push(read(req.headers, text));
      res.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const of = (type: string): Received[] => received.filter((r) => r.value('type') === type);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    of,
    async waitFor(type, count = 1) {
      for (let i = 0; i < 400; i++) {
        if (of(type).length >= count) return of(type)[count - 1]!;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`${type}: ${of(type).length} of ${count} came, ${received.length} in all`);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

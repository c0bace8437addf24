/** One delivery over real HTTP: what is sent, and what of the receiver is put up with. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bundle } from '@medplum/fhirtypes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import type { SubscriptionContent } from '../../../server/fhir/subscription/content.ts';
import { createDeliverer, type Deliverer } from '../../../server/fhir/subscription/deliver.ts';

const bundle: Bundle = { resourceType: 'Bundle', type: 'history' };
let server: http.Server;
let answer: http.RequestListener;
let asked: http.IncomingMessage[];
let deliverer: Deliverer;
const config = loadConfig({ SUBSCRIPTION_ENDPOINTS: 'http://localhost', SUBSCRIPTION_TIMEOUT_MS: '300' });

beforeEach(async () => {
  asked = [];
  server = http.createServer((req, res) => {
    asked.push(req);
    req.resume().on('end', () => answer(req, res));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  deliverer = createDeliverer(config);
});
afterEach(async () => {
  await deliverer.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const to = (over: Partial<SubscriptionContent> = {}): SubscriptionContent =>
  ({
    endpoint: `http://localhost:${(server.address() as AddressInfo).port}/hook`,
    headers: [['X-Secret', 's']],
    mime: 'application/fhir+json',
    payload: 'id-only',
    ...over,
  }) as SubscriptionContent;
const send = (over?: Partial<SubscriptionContent>): Promise<void> =>
  deliverer.send(to(over), bundle, new AbortController().signal);

it('arrives with its headers', async () => {
  answer = (_req, res) => res.writeHead(204).end();
  await send();
  expect(asked[0]!.method).toBe('POST');
  expect(asked[0]!.headers).toMatchObject({ 'x-secret': 's', 'content-type': 'application/fhir+json; charset=utf-8' });
});

it.each([199 + 101, 302, 400, 410, 500])('is not delivered by a %s, and follows no redirect', async (status) => {
  answer = (_req, res) => res.writeHead(status, { location: '/elsewhere' }).end();
  await expect(send()).rejects.toMatchObject({ code: 'error-response', status });
  expect(asked.map((r) => r.url)).toEqual(['/hook']);
});

it('waits no longer than was said', async () => {
  answer = () => undefined;
  const started = performance.now();
  await expect(send()).rejects.toMatchObject({ code: 'no-response' });
  expect(performance.now() - started).toBeLessThan(2000);
});

it('reads no endless answer', async () => {
  let written = 0;
  answer = (_req, res) => {
    res.writeHead(200);
    const more = (): void => {
      while (!res.destroyed && written < 200_000_000) {
        written += 65_536;
        if (!res.write(Buffer.alloc(65_536))) {
          res.once('drain', more);
          return;
        }
      }
    };
    more();
  };
  await send();
  expect(written).toBeLessThan(50_000_000);
});

it('goes nowhere that the setting does not name any more', async () => {
  answer = (_req, res) => res.end();
  await expect(send({ endpoint: 'https://hooks.example.org/' })).rejects.toMatchObject({ name: 'DeliveryError' });
  await expect(send({ endpoint: to().endpoint.replace('localhost', '127.0.0.1') })).rejects.toMatchObject({
    name: 'DeliveryError',
  });
  expect(asked).toEqual([]);
});

it('has no authorities to ask when their file is missing', () => {
  expect(() => createDeliverer({ ...config, SUBSCRIPTION_CA: '/nowhere/ca.pem' })).toThrow(ConfigError);
});

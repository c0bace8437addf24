/** SOAP over mutual TLS for tests, with nothing of the client under test: node:https and bytes. */
import { request, type RequestOptions } from 'node:https';

import type { Simulator } from '../../../simulator/server.ts';
import type { Identity, TestPki } from './pki.ts';

export interface HttpAnswer {
  status: number;
  contentType: string;
  body: Buffer;
}

export interface Post {
  /** Last segment of the path. */
  service: string;
  contentType: string;
  body: string | Uint8Array;
  /** TLS client certificate; none when absent. */
  client?: Identity | undefined;
}

/** Sends a request and reads the whole answer. @throws the socket's error when the connection breaks */
export function post(
  simulator: Simulator,
  pki: TestPki,
  { service, contentType, body, client }: Post,
): Promise<HttpAnswer> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { 'content-type': contentType },
    ca: pki.ca,
    agent: false,
    ...(client === undefined ? {} : { key: client.key, cert: client.chain }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${simulator.url}/${service}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('close', () => {
        if (!response.complete) return reject(new Error('answer cut'));
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          body: Buffer.concat(chunks),
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Calls the control port. */
export async function control(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${simulator.controlUrl}/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const data = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(data)}`);
  return data;
}

/** A client that has all octets of an answer, and leaves, has had the whole answer. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Response } from 'express';
import { afterEach, expect, it } from 'vitest';
import { writeWhole } from '../../../server/fhir/write-whole.ts';

let server: http.Server | undefined;
afterEach(async () => {
  server?.close();
  if (server) await once(server, 'close');
  server = undefined;
});

interface Told {
  got: string;
  finished: boolean;
  error: unknown;
}

/** Answers with what the source yields; the client leaves when it has `length` octets. */
async function told(source: (left: Promise<unknown>) => AsyncIterable<Uint8Array>, length: number): Promise<Told> {
  let error: unknown;
  const closed = new Promise<boolean>((resolve) => {
    server = http.createServer((req, res) => {
      res.setHeader('Content-Length', length).once('close', () => resolve(res.writableFinished));
      writeWhole(source(once(req.socket, 'close')), res as Response).catch((e: unknown) => {
        error = e;
        res.destroy();
      });
    });
  });
  await once(server!.listen(0, '127.0.0.1'), 'listening');
  const { port } = server!.address() as AddressInfo;
  let got = '';
  const request = http.get({ port, host: '127.0.0.1', agent: false }, (res) => {
    res.setEncoding('latin1').on('error', () => undefined);
    res.on('data', (text: string) => {
      got += text;
      if (got.length >= length) request.destroy();
    });
  });
  const left = new Promise((resolve) => request.on('error', () => undefined).once('close', resolve));
  const finished = await closed;
  await left;
  return { finished, got, error };
}

it('is complete when the client leaves with the last octet, whatever the source still has to do', async () => {
  const answer = await told(async function* (left) {
    yield Buffer.from('abc');
    yield Buffer.from('def');
    await Promise.race([left, wait(300)]);
  }, 6);
  expect(answer).toEqual({ finished: true, got: 'abcdef', error: undefined });
});

it('keeps the last part back when the source fails at its end', async () => {
  const failure = new Error('the file was tampered with');
  const answer = await told(async function* () {
    yield Buffer.from('abc');
    yield Buffer.from('def');
    throw await Promise.resolve(failure);
  }, 6);
  expect(answer.error).toBe(failure);
  expect(answer.got).not.toContain('def');
});

it('waits for a client that reads slowly, and sends everything', async () => {
  const part = Buffer.alloc(1 << 20, 'x');
  const answer = await told(async function* () {
    for (let i = 0; i < 20; i++) yield await Promise.resolve(part);
  }, 20 << 20);
  expect(answer.finished).toBe(true);
  expect(answer.got).toHaveLength(20 << 20);
});

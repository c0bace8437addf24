/** TD3.2: documents as streams, what is wrong with an answer, and sinks that fail. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { td3_2 } from '../../../server/dmp/transactions/td3-2.ts';
import { envelope, type Reply } from './far-end.ts';
import { byDoctor } from './setup.ts';
import { say, success, wire } from './wire.ts';

const w = wire();

describe('TD3.2', () => {
  const asked = [
    { repositoryUniqueId: '1.9', uniqueId: '1.1' },
    { repositoryUniqueId: '1.9', uniqueId: '1.2' },
  ];
  const document = (uniqueId: string, inner: string): string =>
    `<x:DocumentResponse><x:RepositoryUniqueId>1.9</x:RepositoryUniqueId><x:DocumentUniqueId>${uniqueId}</x:DocumentUniqueId><x:mimeType>text/xml</x:mimeType><x:Document>${inner}</x:Document></x:DocumentResponse>`;
  const include = (cid: string): string =>
    `<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:${cid}"/>`;
  const retrieved = (documents: string): string =>
    `<x:RetrieveDocumentSetResponse xmlns:x="urn:ihe:iti:xds-b:2007">${success}${documents}</x:RetrieveDocumentSetResponse>`;
  const type = 'multipart/related; boundary=b';
  const root = (id: string, documents: string): string =>
    `--b\r\nContent-Type: application/xop+xml\r\n\r\n${envelope(retrieved(documents), id)}`;
  const both = document('1.1', include('a%3A1')) + document('1.2', include('b'));

  async function retrieve(reply: Reply): Promise<Record<string, string>> {
    w.far.reply = reply;
    const seen: Record<string, string> = {};
    await w.client().call(
      td3_2,
      {
        documents: asked,
        async sink({ uniqueId }, body) {
          const chunks: Uint8Array[] = [];
          for await (const c of body) chunks.push(c);
          seen[uniqueId] = Buffer.concat(chunks).toString();
        },
      },
      byDoctor,
    );
    return seen;
  }

  it('takes parts in any order, whatever stands between them', async () => {
    expect(
      await retrieve(
        say(
          (id) =>
            `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo\r\n--b\r\nContent-ID: <other>\r\n\r\nx\r\n--b\r\nContent-ID: <a:1>\r\n\r\none\r\n--b--`,
          type,
        ),
      ),
    ).toEqual({ '1.1': 'one', '1.2': 'two' });
  });

  it.each<[string, Reply, object]>([
    [
      'a document that was not asked for',
      say((id) => envelope(retrieved(document('1.3', 'AAAA')), id)),
      { kind: 'mismatch', code: 'uniqueId' },
    ],
    [
      'a document twice',
      say((id) => envelope(retrieved(document('1.1', 'AAAA') + document('1.1', 'AAAA')), id)),
      { kind: 'mismatch', code: 'uniqueId' },
    ],
    [
      'one part for two documents',
      say((id) => `${root(id, document('1.1', include('a')) + document('1.2', include('a')))}\r\n--b--`, type),
      { kind: 'mismatch', code: 'cid' },
    ],
    [
      'a missing part',
      say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo\r\n--b--`, type),
      { kind: 'truncated', code: 'part' },
    ],
    [
      'a part cut short',
      say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntw`, type),
      { kind: 'truncated' },
    ],
    [
      'a missing document without a reason',
      say((id) => envelope(retrieved(document('1.1', 'AAAA')), id)),
      { kind: 'truncated', code: 'document' },
    ],
    [
      'inline content that is not base64',
      say((id) => envelope(retrieved(document('1.1', 'A*==') + document('1.2', 'AAAA')), id)),
      { kind: 'garbage', code: 'base64' },
    ],
    [
      'no registry response',
      say((id) => envelope('<x:RetrieveDocumentSetResponse xmlns:x="urn:ihe:iti:xds-b:2007"/>', id)),
      { kind: 'garbage', code: 'content' },
    ],
  ])('%s', async (_, reply, expected) => {
    await expect(retrieve(reply)).rejects.toMatchObject({ transaction: 'TD3.2', ...expected });
  });

  it('a failing sink ends the call with its own error, unless the stream failed first', async () => {
    const mine = new Error('disk full');
    w.far.reply = say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo\r\n--b--`, type);
    await expect(w.client().call(td3_2, { documents: asked, sink: () => Promise.reject(mine) }, byDoctor)).rejects.toBe(
      mine,
    );
    expect(w.calls.at(-1)!.outcome).toBe('error');

    w.far.reply = say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo`, type);
    const wrapping = async (_: unknown, body: AsyncIterable<Uint8Array>): Promise<void> => {
      try {
        for await (const c of body) expect(c).toBeDefined();
      } catch {
        throw mine;
      }
    };
    await expect(w.client().call(td3_2, { documents: asked, sink: wrapping }, byDoctor)).rejects.toMatchObject({
      kind: 'truncated',
    });
  });

  it('memory does not grow with the document', async () => {
    const size = 96 * 1024 * 1024;
    const piece = Buffer.alloc(64 * 1024, 'x');
    w.far.reply = async ({ messageId }, response) => {
      response.writeHead(200, { 'content-type': type });
      response.write(`${root(messageId, document('1.1', include('a')))}\r\n--b\r\nContent-ID: <a>\r\n\r\n`);
      for (let sent = 0; sent < size && !response.destroyed; sent += piece.length) {
        if (!response.write(piece)) await new Promise((r) => response.once('drain', r));
      }
      response.end('\r\n--b--');
    };
    let total = 0;
    let peak = 0;
    const before = process.memoryUsage().arrayBuffers;
    await w.client().call(
      td3_2,
      {
        documents: asked.slice(0, 1),
        async sink(_, body) {
          for await (const c of body) {
            total += c.byteLength;
            if (total % (4 * 1024 * 1024) < c.byteLength) {
              await wait(1); // slower than the wire
              peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
            }
          }
        },
      },
      byDoctor,
    );
    expect(total).toBe(size);
    expect(peak).toBeLessThan(size / 2);
  });
});

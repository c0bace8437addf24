/** Answers that cannot be taken, each with its kind of failure, and those that can, in any dress. */
import { describe, expect, it } from 'vitest';
import { envelope, type Reply } from './far-end.ts';
import { emptyList, good, list, say, soapType, success, wire } from './wire.ts';

const w = wire();

describe('an answer that cannot be taken', () => {
  it.each<[string, Reply, object]>([
    ['HTML with 503', say(() => '<html></html>', 'text/html', 503), { kind: 'http', code: '503' }],
    ['HTML with 200', say(() => '<html></html>', 'text/html'), { kind: 'garbage', code: 'content-type' }],
    ['no content type', (_, r) => r.writeHead(200).end('x'), { kind: 'garbage', code: 'content-type' }],
    ['a redirection', say(() => '', 'text/plain', 302), { kind: 'http', code: '302' }],
    ['broken XML', say(() => '<a><b></a>'), { kind: 'garbage', code: 'syntax' }],
    ['broken XML with 500', say(() => '<a><b></a>', soapType, 500), { kind: 'http', code: '500' }],
    ['XML cut short with a length of its own', say((id) => envelope(emptyList, id).slice(0, -30)), { kind: 'garbage' }],
    ['an empty answer', say(() => ''), { kind: 'garbage' }],
    [
      'a DTD',
      say((id) => `<!DOCTYPE x [<!ENTITY e "x">]>${envelope(emptyList, id)}`),
      { kind: 'garbage', code: 'doctype' },
    ],
    ['XML that is not SOAP', say(() => '<a/>'), { kind: 'garbage', code: 'soap' }],
    [
      'SOAP 1.1',
      say((id) =>
        envelope(emptyList, id).replace(
          'http://www.w3.org/2003/05/soap-envelope',
          'http://schemas.xmlsoap.org/soap/envelope/',
        ),
      ),
      { kind: 'garbage', code: 'soap' },
    ],
    ['an empty body', say((id) => envelope('', id)), { kind: 'garbage', code: 'soap' }],
    ['another element', say((id) => envelope(success, id)), { kind: 'garbage', code: 'root' }],
    [
      'no status',
      say((id) => envelope(emptyList.replace(/status="[^"]*"/, ''), id)),
      { kind: 'garbage', code: 'content' },
    ],
    ['a good answer with 500', say((id) => envelope(emptyList, id), soapType, 500), { kind: 'http', code: '500' }],
    [
      'another encoding',
      say((id) => envelope(emptyList, id), 'application/soap+xml; charset=iso-8859-1'),
      { kind: 'garbage' },
    ],
    ['octets that are not UTF-8', say((id) => Buffer.from(envelope(`<é/>`, id), 'latin1')), { kind: 'garbage' }],
    [
      'compressed content',
      (_, r) => r.writeHead(200, { 'content-type': soapType, 'content-encoding': 'gzip' }).end('x'),
      { kind: 'garbage' },
    ],
    [
      'the answer to another request',
      say(() => envelope(emptyList, 'urn:uuid:other')),
      { kind: 'mismatch', code: 'RelatesTo' },
    ],
    [
      'an answer to no request',
      say((id) => envelope(emptyList, id).replace(/<a:RelatesTo>.*<\/a:RelatesTo>/, '')),
      { kind: 'mismatch', code: 'RelatesTo' },
    ],
    ['a multipart without boundary', say(() => 'x', 'multipart/related'), { kind: 'garbage', code: 'multipart' }],
    ['a multipart that is none', say(() => 'x'.repeat(99), 'multipart/related; boundary=b'), { kind: 'truncated' }],
    [
      'a multipart cut in its root',
      say((id) => `--b\r\n\r\n${envelope(emptyList, id).slice(0, 100)}`, 'multipart/related; boundary=b'),
      { kind: 'truncated' },
    ],
    [
      'a multipart cut after its root',
      say((id) => `--b\r\n\r\n${envelope(emptyList, id)}\r\n--b\r\nX: 1\r\n\r\nabc`, 'multipart/related; boundary=b'),
      { kind: 'truncated' },
    ],
    [
      'a multipart whose root is not first',
      say(
        (id) => `--b\r\nContent-ID: <x>\r\n\r\n${envelope(emptyList, id)}\r\n--b--`,
        'multipart/related; boundary=b; start="<y>"',
      ),
      { kind: 'garbage' },
    ],
    [
      'a part in base64',
      say(
        (id) =>
          `--b\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(envelope(emptyList, id)).toString('base64')}\r\n--b--`,
        'multipart/related; boundary=b',
      ),
      { kind: 'garbage' },
    ],
  ])('%s', async (_, reply, expected) => {
    w.far.reply = reply;
    await expect(list(w.client())).rejects.toMatchObject({ transaction: 'TD3.1a', ...expected });
    expect(w.calls).toHaveLength(1);
    expect(w.calls[0]).toMatchObject({
      name: 'TD3.1a',
      outcome: (expected as { kind: string }).kind,
      details: { attempts: 1 },
    });
    expect(w.far.received).toHaveLength(1);
  });

  it('too large, said before it is read to its end', async () => {
    let sent = 0;
    w.far.reply = async ({ messageId }, response) => {
      response.writeHead(200, { 'content-type': soapType });
      const piece = Buffer.alloc(64 * 1024, ' ');
      response.write(envelope('', messageId).slice(0, 50));
      while (!response.destroyed && sent < 64 * 1024 * 1024) {
        sent += piece.length;
        if (!response.write(piece))
          await Promise.race([
            new Promise((r) => response.once('drain', r)),
            new Promise((r) => response.once('close', r)),
          ]);
      }
      response.end();
    };
    await expect(list(w.client({ DMP_MAX_ANSWER_BYTES: '200000' }))).rejects.toMatchObject({ kind: 'too-large' });
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('an answer that is good, in any dress', () => {
  it.each<[string, Reply]>([
    ['plain', good],
    ['another action', say((id) => envelope(emptyList, id, 'urn:something:else'))],
    [
      'text/xml with a byte order mark',
      say((id) => `\ufeff<?xml version="1.0" encoding="utf-8"?>${envelope(emptyList, id)}`, 'text/xml'),
    ],
    [
      'multipart without start or headers',
      say((id) => `--b\r\n\r\n${envelope(emptyList, id)}\r\n--b--`, 'multipart/related; boundary=b'),
    ],
    [
      'multipart with parts that nobody asked for',
      say(
        (id) => `--b\r\n\r\n${envelope(emptyList, id)}\r\n--b\r\nContent-ID: <z>\r\n\r\nzz\r\n--b--\r\n`,
        'multipart/related; boundary="b"',
      ),
    ],
  ])('%s', async (name, reply) => {
    w.far.reply = reply;
    expect((await list(w.client())).objects.documentEntries).toEqual([]);
    expect(w.calls).toMatchObject([{ outcome: 'ok', details: { attempts: 1, mode: 'INDIRECTE_RENFORCEE' } }]);
    expect(w.calls[0]!.details.otherAction).toBe(name === 'another action' ? 'urn:something:else' : 'urn:x');
  });
});

/** What goes wrong on the way to the DMP, each with its own kind; and what is tried again, and what is not. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findDocuments } from '../../../mappings/query.ts';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { createDmpClient, type ManagedDmpClient } from '../../../server/dmp/client.ts';
import type { CallDetails, CallOutcome } from '../../../server/dmp/run.ts';
import { td0_2 } from '../../../server/dmp/transactions/td0-2.ts';
import { td2_1 } from '../../../server/dmp/transactions/td2-1.ts';
import { td3_1 } from '../../../server/dmp/transactions/td3-1.ts';
import { td3_2 } from '../../../server/dmp/transactions/td3-2.ts';
import type { CallContext } from '../../../server/dmp/types.ts';
import { describeNeeding } from '../../support/shared.ts';
import { envelope, startFarEnd, type FarEnd, type Reply } from './far-end.ts';
import { testPki, type TestPki } from './pki.ts';
import { byDoctor, byNurse, clientOf, materialOf, p1 } from './setup.ts';
import { submission } from './submission.ts';

let pki: TestPki;
let far: FarEnd;
beforeAll(async () => {
  pki = await testPki();
  far = await startFarEnd(pki);
});
afterAll(() => far.close());

interface Call {
  name: string;
  outcome: CallOutcome;
  details: CallDetails;
}
let calls: Call[] = [];
const opened: ManagedDmpClient[] = [];
function client(settings: Record<string, string> = {}, material?: ReturnType<typeof materialOf>, url = far.url): ManagedDmpClient {
  const made = clientOf(pki, url, settings, {
    onCall: (name, outcome, ms, details) => {
      expect(ms).toBeGreaterThanOrEqual(0);
      calls.push({ name, outcome, details });
    },
    ...(material ? { material } : {}),
  });
  opened.push(made);
  return made;
}
afterEach(async () => {
  calls = [];
  far.received.length = 0;
  await Promise.all(opened.splice(0).map((c) => c.close()));
});

const query = findDocuments('x');
const list = (c: ManagedDmpClient, context: CallContext = byDoctor) => c.call(td3_1, query, context);
const soapType = 'application/soap+xml; charset=UTF-8';
const emptyList =
  '<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>';
const success = '<r:RegistryResponse xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>';
/** Answers with a body made from the request's id. */
const say =
  (body: (messageId: string) => string | Buffer, contentType = soapType, status = 200): Reply =>
  ({ messageId }, response) =>
    response.writeHead(status, { 'content-type': contentType }).end(body(messageId));
const good = say((id) => envelope(emptyList, id));

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
    ['a DTD', say((id) => `<!DOCTYPE x [<!ENTITY e "x">]>${envelope(emptyList, id)}`), { kind: 'garbage', code: 'doctype' }],
    ['XML that is not SOAP', say(() => '<a/>'), { kind: 'garbage', code: 'soap' }],
    ['SOAP 1.1', say((id) => envelope(emptyList, id).replace('http://www.w3.org/2003/05/soap-envelope', 'http://schemas.xmlsoap.org/soap/envelope/')), { kind: 'garbage', code: 'soap' }],
    ['an empty body', say((id) => envelope('', id)), { kind: 'garbage', code: 'soap' }],
    ['another element', say((id) => envelope(success, id)), { kind: 'garbage', code: 'root' }],
    ['no status', say((id) => envelope(emptyList.replace(/status="[^"]*"/, ''), id)), { kind: 'garbage', code: 'content' }],
    ['a good answer with 500', say((id) => envelope(emptyList, id), soapType, 500), { kind: 'http', code: '500' }],
    ['another encoding', say((id) => envelope(emptyList, id), 'application/soap+xml; charset=iso-8859-1'), { kind: 'garbage' }],
    ['octets that are not UTF-8', say((id) => Buffer.from(envelope(`<é/>`, id), 'latin1')), { kind: 'garbage' }],
    ['compressed content', (_, r) => r.writeHead(200, { 'content-type': soapType, 'content-encoding': 'gzip' }).end('x'), { kind: 'garbage' }],
    ['the answer to another request', say(() => envelope(emptyList, 'urn:uuid:other')), { kind: 'mismatch', code: 'RelatesTo' }],
    ['an answer to no request', say((id) => envelope(emptyList, id).replace(/<a:RelatesTo>.*<\/a:RelatesTo>/, '')), { kind: 'mismatch', code: 'RelatesTo' }],
    ['a multipart without boundary', say(() => 'x', 'multipart/related'), { kind: 'garbage', code: 'multipart' }],
    ['a multipart that is none', say(() => 'x'.repeat(99), 'multipart/related; boundary=b'), { kind: 'truncated' }],
    ['a multipart cut in its root', say((id) => `--b\r\n\r\n${envelope(emptyList, id).slice(0, 100)}`, 'multipart/related; boundary=b'), { kind: 'truncated' }],
    ['a multipart cut after its root', say((id) => `--b\r\n\r\n${envelope(emptyList, id)}\r\n--b\r\nX: 1\r\n\r\nabc`, 'multipart/related; boundary=b'), { kind: 'truncated' }],
    ['a multipart whose root is not first', say((id) => `--b\r\nContent-ID: <x>\r\n\r\n${envelope(emptyList, id)}\r\n--b--`, 'multipart/related; boundary=b; start="<y>"'), { kind: 'garbage' }],
    ['a part in base64', say((id) => `--b\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(envelope(emptyList, id)).toString('base64')}\r\n--b--`, 'multipart/related; boundary=b'), { kind: 'garbage' }],
  ])('%s', async (_, reply, expected) => {
    far.reply = reply;
    await expect(list(client())).rejects.toMatchObject({ transaction: 'TD3.1a', ...expected });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ name: 'TD3.1a', outcome: (expected as { kind: string }).kind, details: { attempts: 1 } });
    expect(far.received).toHaveLength(1);
  });

  it('too large, said before it is read to its end', async () => {
    let sent = 0;
    far.reply = async ({ messageId }, response) => {
      response.writeHead(200, { 'content-type': soapType });
      const piece = Buffer.alloc(64 * 1024, ' ');
      response.write(envelope('', messageId).slice(0, 50));
      while (!response.destroyed && sent < 64 * 1024 * 1024) {
        sent += piece.length;
        if (!response.write(piece)) await Promise.race([new Promise((r) => response.once('drain', r)), new Promise((r) => response.once('close', r))]);
      }
      response.end();
    };
    await expect(list(client({ DMP_MAX_ANSWER_BYTES: '200000' }))).rejects.toMatchObject({ kind: 'too-large' });
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('an answer that is good, in any dress', () => {
  it.each<[string, Reply]>([
    ['plain', good],
    ['another action', say((id) => envelope(emptyList, id, 'urn:something:else'))],
    ['text/xml with a byte order mark', say((id) => `\ufeff<?xml version="1.0" encoding="utf-8"?>${envelope(emptyList, id)}`, 'text/xml')],
    ['multipart without start or headers', say((id) => `--b\r\n\r\n${envelope(emptyList, id)}\r\n--b--`, 'multipart/related; boundary=b')],
    ['multipart with parts that nobody asked for', say((id) => `--b\r\n\r\n${envelope(emptyList, id)}\r\n--b\r\nContent-ID: <z>\r\n\r\nzz\r\n--b--\r\n`, 'multipart/related; boundary="b"')],
  ])('%s', async (name, reply) => {
    far.reply = reply;
    expect((await list(client())).objects.documentEntries).toEqual([]);
    expect(calls).toMatchObject([{ outcome: 'ok', details: { attempts: 1, mode: 'INDIRECTE_RENFORCEE' } }]);
    expect(calls[0]!.details.otherAction).toBe(name === 'another action' ? 'urn:something:else' : 'urn:x');
  });
});

describe('a connection that fails', () => {
  it('refused', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((r) => server.once('listening', r));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((r) => server.close(r));
    await expect(list(client({}, undefined, `https://127.0.0.1:${port}`))).rejects.toMatchObject({ kind: 'network', code: 'ECONNREFUSED' });
    expect(calls).toMatchObject([{ outcome: 'network', details: { attempts: 2, code: 'ECONNREFUSED' } }]);
  });

  it('a host that does not exist', async () => {
    await expect(list(client({}, undefined, 'https://no-such-host.invalid'))).rejects.toMatchObject({ kind: 'network' });
  });

  it('reset before the answer: once more for what may be repeated, never for a deposit', async () => {
    far.reply = (_, response) => (far.received.length === 1 ? response.destroy() : good(far.received[1]!, response));
    expect((await list(client())).objects.documentEntries).toEqual([]);
    expect(far.received).toHaveLength(2);
    expect(far.received[1]!.body.equals(far.received[0]!.body)).toBe(true);

    far.received.length = 0;
    far.reply = (_, response) => response.destroy();
    await expect(list(client())).rejects.toMatchObject({ kind: 'network' });
    expect(far.received).toHaveLength(2);

    far.received.length = 0;
    await expect(client().call(td2_1, submission(), byNurse)).rejects.toMatchObject({ kind: 'network', transaction: 'TD2.1' });
    expect(far.received).toHaveLength(1);
  });

  it('reset within the answer: not tried again', async () => {
    far.reply = ({ messageId }, response) => {
      response.writeHead(200, { 'content-type': soapType, 'content-length': '5000' });
      response.write(envelope(emptyList, messageId));
      setTimeout(() => response.destroy(), 20);
    };
    await expect(list(client())).rejects.toMatchObject({ kind: 'truncated' });
    expect(far.received).toHaveLength(1);
  });

  it('no answer in time: not tried again', async () => {
    far.reply = () => undefined;
    await expect(list(client({ DMP_TIMEOUT_MS: '200' }))).rejects.toMatchObject({ kind: 'timeout' });
    expect(far.received).toHaveLength(1);
  });

  it('an answer that stops', async () => {
    far.reply = (_, response) => response.writeHead(200, { 'content-type': soapType }).write('<a>');
    await expect(list(client({ DMP_TIMEOUT_MS: '200' }))).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('a caller who leaves, before and during the call', async () => {
    far.reply = () => undefined;
    const gone = new AbortController();
    const reason = new Error('gone');
    const call = list(client(), { ...byDoctor, signal: gone.signal });
    setTimeout(() => gone.abort(reason), 50);
    await expect(call).rejects.toBe(reason);
    await expect(list(client(), { ...byDoctor, signal: gone.signal })).rejects.toBe(reason);
    expect(calls.map((c) => [c.outcome, c.details.attempts])).toEqual([['aborted', 1], ['aborted', 0]]);
  });
});

describe('TLS', () => {
  it('an authority that we do not trust', async () => {
    far.reply = good;
    const material = materialOf(pki);
    await expect(list(client({}, { ...material, tls: { ...material.tls, ca: pki.strangerRoot } }))).rejects.toMatchObject({ kind: 'tls' });
    expect(far.received).toHaveLength(0);
  });

  it('a server name that the certificate does not bear', async () => {
    const other = await startFarEnd(pki, pki.otherServer);
    other.reply = good;
    await expect(list(client({}, undefined, other.url))).rejects.toMatchObject({ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(other.received).toHaveLength(0);
    await other.close();
  });

  const refused: [string, () => Partial<ReturnType<typeof materialOf>['tls']>][] = [
    ['a client certificate that the DMP does not trust', () => ({ cert: pki.stranger.certificate, key: pki.stranger.key })],
    ['no client certificate', () => ({ cert: undefined as unknown as string, key: undefined as unknown as string })],
  ];

  // A Node server ends such a connection without a TLS alert: nothing tells it from a broken one.
  it.each(refused)('%s: nothing arrives', async (_, tls) => {
    far.reply = good;
    const material = materialOf(pki);
    await expect(list(client({}, { ...material, tls: { ...material.tls, ...tls() } }))).rejects.toMatchObject({ kind: 'network' });
    expect(far.received).toHaveLength(0);
  });

  describeNeeding('refused by an alert', spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed', () => {
    // TLS 1.2, as the DMP speaks it; in 1.3 the alert comes after the handshake and often loses the race.
    it.each(refused)('%s', async (_, tls) => {
      const dir = mkdtempSync(path.join(tmpdir(), 'dmp-tls-'));
      writeFileSync(path.join(dir, 'server.pem'), pki.server.key + pki.server.certificate + pki.authority);
      writeFileSync(path.join(dir, 'ca.pem'), pki.root + pki.authority);
      const server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', 'server.pem', '-key', 'server.pem', '-CAfile', 'ca.pem', '-Verify', '2', '-verify_return_error', '-tls1_2', '-www'], { cwd: dir });
      try {
        let out = '';
        const port = await new Promise<string>((resolve) => server.stdout.on('data', (d: Buffer) => {
          out += d.toString();
          const m = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(out);
          if (m) resolve(m[1]!);
        }));
        const material = materialOf(pki);
        await expect(list(client({}, { ...material, tls: { ...material.tls, ...tls() } }, `https://127.0.0.1:${port}`))).rejects.toMatchObject({ kind: 'tls' });
      } finally {
        server.kill();
        rmSync(dir, { recursive: true });
      }
    });
  });

  it('keeps its connections, and renews its certificates without losing a call', async () => {
    far.reply = good;
    const c = client({ DMP_CONNECTIONS: '1' });
    await list(c);
    const before = far.connections;
    for (let i = 0; i < 5; i++) await list(c);
    expect(far.connections).toBe(before);
    far.reply = async (received, response) => {
      await wait(50);
      good(received, response);
    };
    const underWay = list(c);
    c.renew({ ...materialOf(pki), seal: { key: pki.card.key, chain: pki.card.certificate } });
    await Promise.all([underWay, list(c)]);
    expect(far.connections).toBe(before + 1);
    expect(far.received.at(-1)!.body.toString()).toContain('CN=899700101233');
  });
});

describe('TD3.2', () => {
  const asked = [{ repositoryUniqueId: '1.9', uniqueId: '1.1' }, { repositoryUniqueId: '1.9', uniqueId: '1.2' }];
  const document = (uniqueId: string, inner: string): string =>
    `<x:DocumentResponse><x:RepositoryUniqueId>1.9</x:RepositoryUniqueId><x:DocumentUniqueId>${uniqueId}</x:DocumentUniqueId><x:mimeType>text/xml</x:mimeType><x:Document>${inner}</x:Document></x:DocumentResponse>`;
  const include = (cid: string): string => `<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:${cid}"/>`;
  const retrieved = (documents: string): string => `<x:RetrieveDocumentSetResponse xmlns:x="urn:ihe:iti:xds-b:2007">${success}${documents}</x:RetrieveDocumentSetResponse>`;
  const type = 'multipart/related; boundary=b';
  const root = (id: string, documents: string): string => `--b\r\nContent-Type: application/xop+xml\r\n\r\n${envelope(retrieved(documents), id)}`;
  const both = document('1.1', include('a%3A1')) + document('1.2', include('b'));

  async function retrieve(reply: Reply): Promise<Record<string, string>> {
    far.reply = reply;
    const seen: Record<string, string> = {};
    await client().call(
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
      await retrieve(say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo\r\n--b\r\nContent-ID: <other>\r\n\r\nx\r\n--b\r\nContent-ID: <a:1>\r\n\r\none\r\n--b--`, type)),
    ).toEqual({ '1.1': 'one', '1.2': 'two' });
  });

  it.each<[string, Reply, object]>([
    ['a document that was not asked for', say((id) => envelope(retrieved(document('1.3', 'AAAA')), id)), { kind: 'mismatch', code: 'uniqueId' }],
    ['a document twice', say((id) => envelope(retrieved(document('1.1', 'AAAA') + document('1.1', 'AAAA')), id)), { kind: 'mismatch', code: 'uniqueId' }],
    ['one part for two documents', say((id) => `${root(id, document('1.1', include('a')) + document('1.2', include('a')))}\r\n--b--`, type), { kind: 'mismatch', code: 'cid' }],
    ['a missing part', say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo\r\n--b--`, type), { kind: 'truncated', code: 'part' }],
    ['a part cut short', say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntw`, type), { kind: 'truncated' }],
    ['a missing document without a reason', say((id) => envelope(retrieved(document('1.1', 'AAAA')), id)), { kind: 'truncated', code: 'document' }],
    ['inline content that is not base64', say((id) => envelope(retrieved(document('1.1', 'A*==') + document('1.2', 'AAAA')), id)), { kind: 'garbage', code: 'base64' }],
    ['no registry response', say((id) => envelope('<x:RetrieveDocumentSetResponse xmlns:x="urn:ihe:iti:xds-b:2007"/>', id)), { kind: 'garbage', code: 'content' }],
  ])('%s', async (_, reply, expected) => {
    await expect(retrieve(reply)).rejects.toMatchObject({ transaction: 'TD3.2', ...expected });
  });

  it('a failing sink ends the call with its own error, unless the stream failed first', async () => {
    const mine = new Error('disk full');
    far.reply = say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo\r\n--b--`, type);
    await expect(client().call(td3_2, { documents: asked, sink: () => Promise.reject(mine) }, byDoctor)).rejects.toBe(mine);
    expect(calls.at(-1)!.outcome).toBe('error');

    far.reply = say((id) => `${root(id, both)}\r\n--b\r\nContent-ID: <b>\r\n\r\ntwo`, type);
    const wrapping = async (_: unknown, body: AsyncIterable<Uint8Array>): Promise<void> => {
      try {
        for await (const c of body) expect(c).toBeDefined();
      } catch {
        throw mine;
      }
    };
    await expect(client().call(td3_2, { documents: asked, sink: wrapping }, byDoctor)).rejects.toMatchObject({ kind: 'truncated' });
  });

  it('memory does not grow with the document', async () => {
    const size = 96 * 1024 * 1024;
    const piece = Buffer.alloc(64 * 1024, 'x');
    far.reply = async ({ messageId }, response) => {
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
    await client().call(
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

describe('settings', () => {
  it.each([
    ['DMP_URL', {}],
    ['DMP_URL', { DMP_URL: 'http://x' }],
    ['DMP_TLS_CERT', { DMP_URL: 'https://x' }],
    ['DMP_TLS_CERT', { DMP_URL: 'https://x', DMP_TLS_CERT: '/nowhere/secret-name.pem' }],
  ])('%s is named when it is wrong', (name, env) => {
    let error: unknown;
    try {
      createDmpClient(loadConfig(env));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(`${name}: `);
    expect((error as Error).message).not.toContain('secret-name');
  });

  it('a key that is not that of the certificate', () => {
    const config = loadConfig({ DMP_URL: 'https://x' });
    const m = materialOf(pki);
    expect(() => createDmpClient(config, { material: { ...m, tls: { ...m.tls, key: pki.sign.key } } })).toThrow(/^DMP_TLS_CERT: /);
    expect(() => createDmpClient(config, { material: { ...m, seal: { ...m.seal, key: pki.client.key } } })).toThrow(/^DMP_SIGN_CERT: /);
  });
});

describe('rights', () => {
  it('nothing is sent when no mode fits, and the observer hears of it', async () => {
    await expect(list(client(), byNurse)).rejects.toMatchObject({ kind: 'rights', code: 'psc' });
    await expect(client().call(td0_2, { patient: p1 }, { ...byNurse, requester: { ...byNurse.requester, purpose: 'bris_de_glace', reason: 'x' } })).rejects.toMatchObject({ kind: 'rights', code: 'psc' });
    expect(far.received).toHaveLength(0);
    expect(calls.map((c) => [c.outcome, c.details])).toEqual([
      ['rights', { attempts: 0, code: 'psc' }],
      ['rights', { attempts: 0, code: 'psc' }],
    ]);
  });
});

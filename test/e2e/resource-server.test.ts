/** Issue 5, line 2 (resource server), over real HTTP and TLS: where a token is asked for, whom it is bound to, from where. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { testPki, type TestPki } from '../server/dmp/pki.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const search = `/Patient?identifier=${P1}`;

/** A nurse's token that is bound as `cnf` says. */
const boundToken = (to: Stack, cnf: Record<string, unknown>): Promise<string> =>
  makeToken(loadConfig(to.environment), { person: 'nurse', cnf });
const digest = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw);
/** RFC 8705. */
const thumbprint = (pem: string): string => digest(pem).digest('base64url');
/** As the ANS's guide has it. */
const ansThumbprint = (pem: string): string => Buffer.from(digest(pem).digest('hex')).toString('base64');
const bound = (pem: string) => ({ 'x5t#S256': thumbprint(pem) });
/** RFC 9440. */
const clientCert = (pem: string): string => `:${new X509Certificate(pem).raw.toString('base64')}:`;
const rowOf = (outcome: unknown): string | undefined =>
  (outcome as OperationOutcome).issue[0]?.details?.coding?.[0]?.code;

let stack: Stack;
let pki: TestPki;
beforeAll(async () => {
  pki = await testPki();
});
beforeAll(async () => {
  stack = await startStack({ AUTH_SERVERS: 'https://as.ehpad.example', CORS_ORIGINS: 'https://app.ehpad.example' });
});
afterAll(() => stack.close());

describe('protected resource metadata', () => {
  it('is found from the refusal of a request without a token, as RFC 9728 §5 says', async () => {
    const refused = await fetch(`${stack.base}${search}`);
    expect(refused.status).toBe(401);
    const url = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate')!)![1]!;
    expect(url).toBe(`${stack.origin}/.well-known/oauth-protected-resource/fhir`);
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    const metadata = (await answer.json()) as Record<string, unknown>;
    // RFC 9728 §3.3: a client refuses metadata of another resource.
    expect(metadata['resource']).toBe(stack.base);
    expect(metadata['authorization_servers']).toEqual(['https://as.ehpad.example']);
    expect(metadata['scopes_supported']).toContain('user/DocumentReference.crus');
    expect(metadata['bearer_methods_supported']).toEqual(['header']);
  });

  it.each([
    ['no token', {}],
    ['a bad token', { authorization: 'Bearer abc' }],
    ['another scheme', { authorization: 'Basic dTpw' }],
  ])('every 401 names it: %s', async (_, headers) => {
    const answer = await fetch(`${stack.base}/List/1`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain(
      `resource_metadata="${stack.origin}/.well-known/oauth-protected-resource/fhir"`,
    );
    expect(((await answer.json()) as OperationOutcome).resourceType).toBe('OperationOutcome');
  });
});

describe('sender-constrained tokens: mutual TLS at the façade', () => {
  let secured: Stack;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-mtls-'));
    const file = (name: string, text: string): string => {
      writeFileSync(path.join(dir, name), text);
      return path.join(dir, name);
    };
    secured = await startStack(
      {
        TLS_CERT: file('cert.pem', pki.server.certificate + pki.authority),
        TLS_KEY: file('key.pem', pki.server.key),
        TLS_CLIENT_CA: file('ca.pem', pki.root + pki.authority),
      },
      {},
      { consents: false },
    );
  });
  afterAll(async () => {
    await secured.close();
    rmSync(dir, { recursive: true });
  });

  /** As who holds a certificate, or nobody. */
  async function ask(
    url: string,
    token: string | undefined,
    holder?: { certificate: string; key: string },
    headers: Record<string, string> = {},
  ) {
    const dispatcher = new Agent({
      connect: {
        ca: pki.root,
        servername: 'localhost',
        ...(holder ? { cert: holder.certificate + pki.authority, key: holder.key } : {}),
      },
    });
    try {
      const answer = await undiciFetch(url, {
        dispatcher,
        headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      });
      return { status: answer.status, headers: answer.headers, body: await answer.json() };
    } finally {
      await dispatcher.close();
    }
  }

  it('a bound token opens with its certificate, in both encodings', async () => {
    expect(secured.base).toMatch(/^https:/);
    for (const value of [thumbprint(pki.client.certificate), ansThumbprint(pki.client.certificate)]) {
      const token = await boundToken(secured, { 'x5t#S256': value });
      expect((await ask(`${secured.base}${search}`, token, pki.client)).status).toBe(200);
    }
  });

  it('and not without it, nor with another that the same authority vouches for, nor with a forged header', async () => {
    const token = await boundToken(secured, bound(pki.client.certificate));
    const url = `${secured.base}${search}`;
    const without = await ask(url, token);
    expect([without.status, rowOf(without.body)]).toEqual([401, 'token-certificate-missing']);
    expect(without.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const forged = await ask(url, token, undefined, { 'client-cert': clientCert(pki.client.certificate) });
    expect([forged.status, rowOf(forged.body)]).toEqual([401, 'token-certificate-missing']);
    const other = await boundToken(secured, bound(pki.server.certificate));
    const wrong = await ask(url, other, pki.client);
    expect([wrong.status, rowOf(wrong.body)]).toEqual([401, 'token-certificate-other']);
  });

  it('a certificate that nobody vouches for, or that is not for clients, is none, even when the token is bound to it', async () => {
    for (const holder of [pki.stranger, pki.sign]) {
      const token = await boundToken(secured, bound(holder.certificate));
      const answer = await ask(`${secured.base}${search}`, token, holder);
      expect([answer.status, rowOf(answer.body)]).toEqual([401, 'token-certificate-missing']);
    }
  });

  it('a token that is not bound works as before, and what is open stays open without a certificate', async () => {
    expect((await ask(`${secured.base}${search}`, await secured.token('nurse'))).status).toBe(200);
    const metadata = await ask(`${secured.origin}/.well-known/oauth-protected-resource/fhir`, undefined);
    expect(metadata.body).toMatchObject({ resource: secured.base, tls_client_certificate_bound_access_tokens: true });
    expect((await ask(`${secured.origin}/health/ready`, undefined)).status).toBe(200);
  });

  it('is TLS 1.2 or later, and no HTTP beside it', async () => {
    const port = Number(new URL(secured.base).port);
    await expect(
      new Promise((resolve, reject) => {
        tls
          .connect({ port, host: '127.0.0.1', rejectUnauthorized: false, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })
          .on('secureConnect', resolve)
          .on('error', reject);
      }),
    ).rejects.toThrow();
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      net
        .connect(port, '127.0.0.1', function (this: net.Socket) {
          this.write('GET /fhir/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n');
        })
        .on('data', (chunk) => (text += chunk.toString('latin1')))
        .on('error', () => undefined)
        .on('close', () => resolve(text));
    });
    expect(answer).not.toContain('HTTP/1.1 200');
    expect((await ask(`${secured.base}/metadata`, undefined)).status).toBe(200);
  });
});

describe('sender-constrained tokens: Client-Cert (RFC 9440)', () => {
  let proxied: Stack;
  beforeAll(async () => {
    proxied = await startStack({ TRUSTED_PROXIES: '127.0.0.1,::1' }, {}, { consents: false });
  });
  afterAll(() => proxied.close());

  const ask = async (to: Stack, token: string, said?: string, scheme = 'Bearer') => {
    const answer = await fetch(`${to.base}${search}`, {
      headers: { authorization: `${scheme} ${token}`, ...(said === undefined ? {} : { 'client-cert': said }) },
    });
    return [answer.status, answer.ok ? undefined : rowOf(await answer.json())];
  };

  it('of a trusted proxy opens a token that is bound to that certificate, and no other', async () => {
    const { certificate } = pki.client;
    for (const value of [thumbprint(certificate), ansThumbprint(certificate)])
      expect(await ask(proxied, await boundToken(proxied, { 'x5t#S256': value }), clientCert(certificate))).toEqual([
        200,
        undefined,
      ]);
    const token = await boundToken(proxied, bound(certificate));
    expect(await ask(proxied, token)).toEqual([401, 'token-certificate-missing']);
    expect(await ask(proxied, token, clientCert(pki.stranger.certificate))).toEqual([401, 'token-certificate-other']);
    expect(await ask(proxied, token, 'garbage')).toEqual([400, 'client-certificate-malformed']);
  });

  it('forged by anybody else is as if it were not there', async () => {
    const { certificate } = pki.client;
    const token = await boundToken(stack, bound(certificate));
    expect(await ask(stack, token, clientCert(certificate))).toEqual([401, 'token-certificate-missing']);
    expect(await ask(stack, token, 'garbage')).toEqual([401, 'token-certificate-missing']);
    expect(await ask(stack, await stack.token('nurse'), 'garbage')).toEqual([200, undefined]);
  });

  it('does not help a token that is bound to a key: it wants its proof', async () => {
    const said = clientCert(pki.client.certificate);
    const token = await boundToken(proxied, { jkt: 'a'.repeat(43) });
    expect(await ask(proxied, token, said)).toEqual([401, 'token-proof-missing']);
    expect(await ask(proxied, token, said, 'DPoP')).toEqual([401, 'token-proof-missing']);
    expect(await ask(proxied, await proxied.token('nurse'), said, 'DPoP')).toEqual([401, 'token-invalid']);
  });
});

describe('CORS for registered origins', () => {
  const registered = 'https://app.ehpad.example';
  const preflight = (origin: string) =>
    fetch(`${stack.base}/DocumentReference`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('lets an app of a registered origin ask, call, and read what it was answered, a refusal too', async () => {
    const asked = await preflight(registered);
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, registered]);
    const called = await stack.get(search, 'nurse', { origin: registered });
    expect([called.status, called.headers.get('access-control-allow-origin')]).toEqual([200, registered]);
    const refused = await fetch(`${stack.base}${search}`, { headers: { origin: registered } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, registered]);
    expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    const { body } = await stack.get<{ rest: { security: { cors: boolean } }[] }>('/metadata', 'nurse');
    expect(body.rest[0]!.security.cors).toBe(true);
  });

  it('and no other origin', async () => {
    for (const origin of ['https://evil.example', 'null', `${registered}.evil.example`]) {
      const asked = await preflight(origin);
      expect([asked.status, asked.headers.get('access-control-allow-origin')], origin).toEqual([401, null]);
      const called = await stack.get(search, 'nurse', { origin });
      expect([called.status, called.headers.get('access-control-allow-origin')], origin).toEqual([200, null]);
    }
  });
});

describe('rate limits', () => {
  let limited: Stack;
  beforeAll(async () => {
    limited = await startStack({ RATE_LIMIT_CLIENT: '2', RATE_LIMIT_REFUSED: '2' }, {}, { consents: false });
  });
  afterAll(() => limited.close());

  it('one client is told when to come back, and the DMP is not asked', async () => {
    await limited.resetCalls();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await limited.get<OperationOutcome>(search, 'nurse'));
    expect(answers.map((a) => a.status)).toEqual([200, 200, 429]);
    expect(Number(answers[2]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(rowOf(answers[2]!.body)).toBe('rate-limited');
    expect(await limited.calls()).toHaveLength(2);
  });

  it('who tries tokens is slowed down, and health and metadata stay open', async () => {
    const statuses = [];
    for (let i = 0; i < 3; i++)
      statuses.push(
        (await fetch(`${limited.base}${search}`, { headers: { authorization: `Bearer guess${i}` } })).status,
      );
    expect(statuses).toEqual([401, 401, 429]);
    for (const url of [`${limited.origin}/health/ready`, `${limited.base}/metadata`])
      for (let i = 0; i < 3; i++) expect((await fetch(url)).status).toBe(200);
  });
});

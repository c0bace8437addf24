/** Issue 5, line 5 for line 2 (resource server): what somebody tries who has no good token, or one that is good for less. */
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import { outsideJwks, outsideKeys } from '../support/outside-keys.ts';
import { INS_TEST, patients, provideBundle } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const origin = 'https://app.ehpad.example';
const search = `/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`;

let stack: Stack;
/** Counts who comes to fetch keys. */
let trap: http.Server;
let fetched = 0;
beforeAll(async () => {
  stack = await startStack({ LOG_LEVEL: 'debug', CORS_ORIGINS: origin });
  trap = http.createServer((_req, res) => {
    fetched++;
    res.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => trap.close(resolve));
  await stack.close();
});

const ask = async (token: string): Promise<[number, string | undefined]> => {
  const answer = await fetch(`${stack.base}${search}`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await answer.json()) as OperationOutcome;
  return [answer.status, answer.ok ? undefined : body.issue[0]?.details?.text];
};
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = async () => {
  const [head, payload, signature] = (await stack.token('nurse')).split('.') as [string, string, string];
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { head: read(head), payload: read(payload), raw: { head, payload, signature } };
};
const publicKeys = () => (JSON.parse(readFileSync(outsideJwks(stack.dataDir), 'utf8')) as { keys: JWK[] }).keys;

describe('algorithms', () => {
  it.each(['none', 'None', 'nOnE', ''])('a token that says it is not signed is not taken: %j', async (alg) => {
    const { head, raw } = await parts();
    const unsigned = `${encode({ ...head, alg })}.${raw.payload}.`;
    // Not even the form of a bearer token that is a JWS, or an algorithm that is not allowed.
    expect((await ask(unsigned))[0]).toBe(401);
    expect((await ask(`${unsigned}${raw.signature}`))[0]).toBe(401);
  });

  it.each(['HS256', 'HS384', 'HS512'])('the public key is no secret: %s', async (alg) => {
    const { head, raw } = await parts();
    for (const jwk of publicKeys())
      for (const secret of [
        JSON.stringify(jwk),
        createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
        createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'der' }),
      ]) {
        const signed = `${encode({ ...head, alg, kid: jwk.kid })}.${raw.payload}`;
        const mac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(signed)
          .digest('base64url');
        const [status, said] = await ask(`${signed}.${mac}`);
        expect([status, said]).toEqual([401, expect.stringContaining('(alg)')]);
      }
  });

  it('one key’s algorithm is not taken with the other key', async () => {
    const keys = await outsideKeys(stack.dataDir);
    const { payload } = await parts();
    const confused = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: keys.ES256.kid })
      .sign(keys.RS256.key);
    expect((await ask(confused))[0]).toBe(401);
  });

  it('a signature of zeros, of another token, or cut is none', async () => {
    const { raw } = await parts();
    const other = (await stack.token('doctor')).split('.')[2]!;
    for (const signature of [Buffer.alloc(64).toString('base64url'), other, raw.signature.slice(0, -8), ''])
      expect((await ask(`${raw.head}.${raw.payload}.${signature}`))[0], signature).toBe(401);
  });

  it('claims that were changed after the signature are not believed', async () => {
    const { payload, raw } = await parts();
    const changed = encode({ ...payload, scope: 'user/*.cruds' });
    expect(await ask(`${raw.head}.${changed}.${raw.signature}`)).toEqual([401, expect.stringContaining('(signature)')]);
  });
});

describe('keys that a token brings or points at', () => {
  it.each<[string, (url: string, jwk: JWK) => object]>([
    ['jwk', (_, jwk) => ({ jwk })],
    ['jku', (url) => ({ jku: `${url}/jwks.json` })],
    ['x5u', (url) => ({ x5u: `${url}/chain.pem` })],
    ['x5c', () => ({ x5c: ['MIIB'] })],
    ['all of them', (url, jwk) => ({ jwk, jku: url, x5u: url, x5c: ['MIIB'] })],
  ])('are neither used nor fetched: %s', async (_, headers) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'mine', alg: 'ES256' };
    const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
    const { head, payload } = await parts();
    for (const [kid, reason] of [
      ['mine', 'kid'],
      [head['kid'] as string, 'signature'],
    ] as const) {
      const token = await new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...headers(url, jwk) })
        .sign(privateKey);
      expect(await ask(token)).toEqual([401, expect.stringContaining(`(${reason})`)]);
    }
    expect(fetched).toBe(0);
  });

  it.each([
    '../../../../etc/passwd',
    "' OR '1'='1",
    'http://127.0.0.1/jwks',
    '\u0000',
    '__proto__',
    'a\r\nSet-Cookie: x=y',
    { toString: 1 },
    7,
  ])('a kid names a key of the set or none: %j', async (kid) => {
    const { head, raw } = await parts();
    const answer = await fetch(`${stack.base}${search}`, {
      headers: { authorization: `Bearer ${encode({ ...head, kid })}.${raw.payload}.${raw.signature}` },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await answer.text()).not.toMatch(/passwd|Set-Cookie/);
  });

  it('a header that must be understood and is not stops it, also when the signature is good (crit)', async () => {
    const { ES256 } = await outsideKeys(stack.dataDir);
    const { head, payload, raw } = await parts();
    const crit = `${encode({ ...head, crit: ['exp'], exp: 1 })}.${raw.payload}.${raw.signature}`;
    expect((await ask(crit))[0]).toBe(401);
    const demanding = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: ES256.kid, crit: ['must'], must: true })
      .sign(ES256.key, { crit: { must: true } });
    expect((await ask(demanding))[0]).toBe(401);
  });
});

describe('claims of a token that is signed well', () => {
  const signed = async (claims: object, header: object = {}): Promise<string> => {
    const { ES256 } = await outsideKeys(stack.dataDir);
    const { payload } = await parts();
    return new SignJWT({ ...payload, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: ES256.kid, ...header })
      .sign(ES256.key);
  };
  const now = (): number => Math.floor(Date.now() / 1000);

  it.each<[string, () => object, object, string]>([
    ['for another audience', () => ({ aud: 'https://elsewhere.invalid/fhir' }), {}, 'aud'],
    ['for a place of the same name', () => ({ aud: `${stack.base}.evil.invalid` }), {}, 'aud'],
    ['for nobody', () => ({ aud: [] }), {}, 'aud'],
    ['by another issuer', () => ({ iss: 'https://elsewhere.invalid' }), {}, 'iss'],
    ['over', () => ({ exp: now() - 60 }), {}, 'exp'],
    ['not yet begun', () => ({ nbf: now() + 120 }), {}, 'nbf'],
    ['an id token', () => ({}), { typ: 'id+jwt' }, 'typ'],
    ['a client’s assertion', () => ({}), { typ: 'client-authentication+jwt' }, 'typ'],
  ])('%s', async (_, claims, header, reason) => {
    expect(await ask(await signed(claims(), header))).toEqual([401, expect.stringContaining(`(${reason})`)]);
  });

  it('a client’s name that would write into the log is refused, and nothing of it is in the log', async () => {
    expect((await ask(await signed({ client_id: 'x\n{"level":30,"msg":"forged"}' })))[0]).toBe(401);
    expect(stack.log()).not.toContain('forged');
  });
});

/** A request as it stands on the wire, and the whole answer. */
function wire(lines: string[]): Promise<string> {
  const { hostname, port } = new URL(stack.origin);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () =>
      socket.write([...lines, `Host: ${hostname}`, 'Connection: close', '', ''].join('\r\n'), 'latin1'),
    );
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}
const head = (answer: string): string => answer.slice(0, answer.indexOf('\r\n\r\n')).toLowerCase();

describe('where a token is', () => {
  it('in a URL or a form it opens nothing, and is in no log and no answer', async () => {
    const token = await stack.token('nurse');
    for (const name of ['access_token', 'token', 'authorization']) {
      const inUrl = await fetch(`${stack.base}${search}&${name}=${token}`);
      const inForm = await fetch(`${stack.base}/Patient/_search`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ identifier: `${INS_TEST}|${patients.P1.ins}`, [name]: token }),
      });
      for (const answer of [inUrl, inForm]) {
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('Bearer realm="fhir"');
        expect(await answer.text()).not.toContain(token);
      }
    }
    const beside = await stack.get<Bundle>(`${search}&access_token=${token}`, 'nurse');
    expect(beside.status).toBe(200);
    expect(JSON.stringify(beside.body)).not.toContain(token);
    expect(stack.log()).not.toContain(token.split('.')[2]);
  });

  it('two Authorization headers are none, whichever is good; nor is one in a cookie', async () => {
    const good = `Authorization: Bearer ${await stack.token('nurse')}`;
    const bad = 'Authorization: Bearer abc';
    for (const pair of [
      [good, bad],
      [bad, good],
      [good, good],
    ])
      expect(await wire([`GET /fhir${search} HTTP/1.1`, ...pair])).toMatch(/^HTTP\/1\.1 401 /);
    expect(
      await wire([`GET /fhir${search} HTTP/1.1`, good.replace('Authorization: Bearer ', 'Cookie: access_token=')]),
    ).toMatch(/^HTTP\/1\.1 401 /);
    expect(await wire([`GET /fhir${search} HTTP/1.1`, good])).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('header injection', () => {
  it.each([
    ['a blank', 'X-Request-Id: a b'],
    ['a quote', 'X-Request-Id: a"b'],
    ['markup', 'X-Request-Id: <script>'],
    ['a bare CR', 'X-Request-Id: a\rSet-Cookie: x=y'],
    ['a bare LF and a folded line', 'X-Request-Id: a\n Set-Cookie: x=y'],
    ['a zero', 'X-Request-Id: a\u0000b'],
    ['Latin-1', 'X-Request-Id: \u00e9\u0085x'],
    ['an INS', 'X-Request-Id: 236046999012376'],
    ['two of them', 'X-Request-Id: a\r\nX-Request-Id: b'],
    ['too long', `X-Request-Id: ${'a'.repeat(65)}`],
  ])('X-Request-Id with %s is replaced or refused', async (_, line) => {
    const answer = await wire(['GET /fhir/metadata HTTP/1.1', line]);
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
    expect(head(answer)).toMatch(/\r\nx-request-id: [0-9a-f-]{36}(\r\n|$)/);
    expect(head(answer)).not.toContain('set-cookie');
  });

  it.each([
    ['a bare CR', `Origin: ${origin}\rAccess-Control-Allow-Credentials: true`],
    ['a bare LF', `Origin: ${origin}\nX: y`],
    ['a zero', `Origin: ${origin}\u0000.evil.example`],
    ['a second origin', `Origin: ${origin} https://evil.example`],
    ['a second header', `Origin: ${origin}\r\nOrigin: https://evil.example`],
    ['another behind it', `Origin: ${origin}@evil.example`],
  ])('Origin with %s gets no CORS header', async (_, line) => {
    const answer = await wire(['OPTIONS /fhir/Patient HTTP/1.1', line, 'Access-Control-Request-Method: GET']);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|401) /);
    expect(head(answer)).not.toContain('access-control-');
  });
});

describe('scopes in a transaction', () => {
  const right = (): Bundle => provideBundle([{ content: text('Escalade'), contentType: 'text/plain' }]);
  const send = async (scope: string, bundle: Bundle) => {
    await stack.resetCalls();
    const answer = await stack.as<OperationOutcome>({ person: 'nurse', scope }, 'POST', '', bundle);
    return { ...answer, calls: await stack.calls() };
  };
  const deposit = 'user/List.c user/DocumentReference.c user/Binary.c';

  it.each([
    ['reading', 'user/*.rs', 'user/List.c user/DocumentReference.c user/Binary.c'],
    ['a type less', 'user/List.c user/DocumentReference.c', 'user/Binary.c'],
    ['another right', 'user/List.c user/DocumentReference.ruds user/Binary.c', 'user/DocumentReference.c'],
    ['a finer scope', 'user/List.c user/Binary.c user/DocumentReference.c?category=x', 'user/DocumentReference.c'],
    [
      'a patient’s scope',
      deposit.replaceAll('user/', 'patient/'),
      'user/List.c user/DocumentReference.c user/Binary.c',
    ],
    ['letters in another order', 'user/*.sc', 'user/List.c user/DocumentReference.c user/Binary.c'],
    ['another IHE transaction', 'ITI-67 ITI-68', 'user/List.c user/DocumentReference.c user/Binary.c'],
  ])('%s is not enough: the answer names what lacks, and the DMP is not asked', async (_, scope, missing) => {
    const { status, headers, calls } = await send(scope, right());
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toBe(`Bearer realm="fhir", error="insufficient_scope", scope="${missing}"`);
    expect(calls).toEqual([]);
  });

  it.each<[string, object]>([
    ['PATCH', { request: { method: 'PATCH', url: 'DocumentReference/1' } }],
    ['PATCH, small', { request: { method: 'patch', url: 'DocumentReference/1' } }],
    ['PATCH, absolute', { request: { method: 'PATCH', url: 'http://localhost/fhir/DocumentReference/1' } }],
    ['PATCH, from the root', { request: { method: 'PATCH', url: '/fhir/DocumentReference/1' } }],
    ['DELETE', { request: { method: 'DELETE', url: 'DocumentReference/1' } }],
    ['DELETE, by a query', { request: { method: 'DELETE', url: 'DocumentReference?status=current' } }],
    ['DELETE, around a corner', { request: { method: 'DELETE', url: 'List/../DocumentReference/1' } }],
    ['GET', { request: { method: 'GET', url: 'AuditEvent' } }],
    [
      'PUT of another type than its url',
      { request: { method: 'PUT', url: 'DocumentReference/1' }, resource: { resourceType: 'List' } },
    ],
    [
      'POST of a Patient to documents',
      { request: { method: 'POST', url: 'DocumentReference' }, resource: { resourceType: 'Patient' } },
    ],
    ['POST to Consent', { request: { method: 'POST', url: 'Consent' }, resource: { resourceType: 'Consent' } }],
  ])('an entry that asks for more among those that are granted stops the whole: %s', async (_, extra) => {
    const bundle = right();
    bundle.entry!.push({ fullUrl: 'urn:uuid:7a1f0f5e-3c0c-4a55-9f0e-0f3b6f4f7c11', ...extra });
    const { status, calls } = await send(deposit, bundle);
    expect([400, 403, 404, 422]).toContain(status);
    expect(calls).not.toContain('TD2.1');
  });

  it('what is granted passes: the refusals above are no accident', async () => {
    const { status, calls } = await send(deposit, right());
    expect([status, calls]).toEqual([200, ['TD2.1']]);
  });
});

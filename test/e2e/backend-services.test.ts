/**
 * Issue 5, line 1 (SMART Backend Services), over real HTTP: a server asks in the name of a person whom it asserts, with a key by value
 * or by URL, and deposits; and every way to ask in vain.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPki } from '../server/dmp/pki.ts';
import { assertion, assertionType, clientKey, nurseAsserted, postForm, type ClientKey } from '../support/assertions.ts';
import { client, lesTilleuls, leVerger, neighbours, type Neighbours } from '../support/authorization.ts';
import { text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let around: Neighbours;
let rsa: ClientKey;
let ec: ClientKey;
/** At the URL of `dui-url`. */
let published: ClientKey[];
let server: https.Server;
const dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-backend-'));
const scope = 'system/DocumentReference.cruds';

const backend = (id: string, over: object) =>
  client(id, {
    authMethod: 'private_key_jwt',
    grants: ['client_credentials'],
    scopes: [scope, 'user/Patient.rs'],
    redirectUris: [],
    postLogoutRedirectUris: [],
    origins: [],
    ...over,
  });

beforeAll(async () => {
  const pki = await testPki();
  [rsa, ec, ...published] = await Promise.all([clientKey('RS384'), clientKey('ES384'), clientKey('ES384', 'first')]);
  server = https.createServer({ cert: pki.server.certificate + pki.authority, key: pki.server.key }, (_, res) =>
    res.writeHead(200, { 'cache-control': 'no-store' }).end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwksUri = `https://localhost:${(server.address() as AddressInfo).port}/jwks`;
  const ca = path.join(dir, 'ca.pem');
  writeFileSync(ca, pki.root);
  around = neighbours([
    backend('dui', { jwks: { keys: [rsa.jwk, ec.jwk] } }),
    backend('dui-url', { jwksUri }),
    backend('dui-far', { jwks: { keys: [ec.jwk] }, structures: [lesTilleuls] }),
    backend('dui-secret', { authMethod: 'client_secret_basic', secret: 'x'.repeat(43) }),
  ]);
  stack = await startStack({ JWKS_CA: ca }, {}, { authorization: around.parts });
});
afterAll(async () => {
  await stack.close();
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});

const endpoint = () => `${stack.origin}/oauth/token`;
const ask = (client_assertion: string, more: Record<string, string> = {}) =>
  postForm(endpoint(), {
    grant_type: 'client_credentials',
    client_assertion_type: assertionType,
    client_assertion,
    scope,
    ...more,
  });
type Change = Parameters<typeof assertion>[3];
const asked = async (id: string, key: ClientKey, change?: Change, more?: Record<string, string>) =>
  ask(await assertion(endpoint(), id, key, change), more);
const call = (token: string, method: string, url: string, body?: unknown) =>
  fetch(`${stack.base}${url}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('a server', () => {
  it.each(['RS384', 'ES384'])(
    'with a %s key gets a short token, and deposits in the name of the person',
    async (alg) => {
      const answer = await asked('dui', alg === 'RS384' ? rsa : ec);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(answer.body).toMatchObject({ token_type: 'Bearer', scope });
      expect(answer.body['expires_in']).toBeLessThanOrEqual(300);
      expect(answer.headers.get('cache-control')).toContain('no-store');
      expect(answer.body).not.toHaveProperty('refresh_token');

      const uniqueId = newOid();
      await stack.resetCalls();
      const document = simplified({ content: text(), contentType: 'text/plain', uniqueId });
      const created = await call(answer.body.access_token!, 'POST', '/DocumentReference', document);
      expect(created.status, await created.text()).toBe(201);
      expect(await stack.calls()).toContain('TD2.1');
      expect((await stack.registered(uniqueId)).id).toBeTruthy();
    },
  );

  it('is on record with the person and the structure, and says no secret to the log', async () => {
    const { body } = await asked('dui', ec);
    expect(around.events.at(-1)).toMatchObject({
      kind: 'token',
      outcome: 'success',
      client: 'dui',
      person: '899700204581',
      structure: leVerger,
      grantType: 'client_credentials',
    });
    expect(stack.log()).not.toContain(body.access_token);
    expect(stack.log()).not.toContain('899700204581');
  });

  it('finds the grant, and how to prove itself, in the discovery documents', async () => {
    for (const url of [
      `${stack.base}/.well-known/smart-configuration`,
      `${stack.origin}/.well-known/oauth-authorization-server/oauth`,
    ]) {
      const document = (await (await fetch(url)).json()) as Record<string, string[]>;
      expect(document['grant_types_supported'], url).toContain('client_credentials');
      expect(document['token_endpoint_auth_methods_supported'], url).toContain('private_key_jwt');
      expect(document['token_endpoint_auth_signing_alg_values_supported'], url).toEqual(
        expect.arrayContaining(['RS384', 'ES384']),
      );
    }
  });

  it('may have the issuer as audience, too', async () => {
    const good = await assertion(`${stack.origin}/oauth`, 'dui', ec);
    expect((await ask(good)).status).toBe(200);
  });

  it('gets what it is registered for, and no more', async () => {
    const { body } = await asked('dui', ec, {}, { scope: `${scope} system/AuditEvent.rs user/Patient.rs` });
    expect(body['scope']).toBe(`${scope} user/Patient.rs`);
    const refused = await call(body.access_token!, 'GET', '/AuditEvent?patient=Patient/1');
    expect(refused.status).toBe(403);
    expect((await asked('dui', ec, {}, { scope: 'system/AuditEvent.rs' })).body.error).toBe('invalid_scope');
  });

  it('with its keys at a URL may change them without us', async () => {
    const [first] = published;
    expect((await asked('dui-url', first!)).status).toBe(200);
    const second = await clientKey('ES384', 'second');
    published = [second];
    // Asked for again no sooner than a flood allows: until then, the key is unknown.
    await expect
      .poll(async () => (await asked('dui-url', second)).status, { timeout: 15_000, interval: 500 })
      .toBe(200);
    expect((await asked('dui-url', first!)).body.error).toBe('invalid_client');
  });
});

describe('the person', () => {
  it('must be named: what to add is said', async () => {
    const answer = await asked('dui', ec, { claims: { extensions: undefined } });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(answer.body.error_description).toContain('extensions.ihe_iua');
  });

  it('is of a structure of the client, not of a foreign one', async () => {
    for (const subject_organization_id of [lesTilleuls, '1990300444']) {
      const extensions = { ihe_iua: { ...nurseAsserted.ihe_iua, subject_organization_id } };
      expect((await asked('dui', ec, { claims: { extensions } })).body.error).toBe('invalid_grant');
    }
    expect((await asked('dui-far', ec)).body.error).toBe('invalid_grant');
  });

  it('is never one whom Pro Santé Connect authenticated, whatever is asserted', async () => {
    const extensions = { ...nurseAsserted, dmp: { authentication: 'psc' } };
    const { body } = await asked('dui', ec, { claims: { extensions } }, { scope });
    const patient = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
    const refused = await call(
      body.access_token!,
      'GET',
      `/DocumentReference?patient.identifier=${patient}&status=current`,
    );
    expect(refused.status).toBe(403);
    expect(((await refused.json()) as OperationOutcome).issue[0]!.details?.coding?.[0]?.code).toBe('psc');
  });

  it('is no administrator when the structure does not have them on its list', async () => {
    const extensions = { ...nurseAsserted, dmp: { structure_administrator: true } };
    expect((await asked('dui', ec, { claims: { extensions } })).body.error).toBe('invalid_grant');
  });

  it('is not believed outside the signature', async () => {
    const bare = await assertion(endpoint(), 'dui', ec, { claims: { extensions: undefined } });
    const answer = await ask(bare, { extensions: JSON.stringify(nurseAsserted) });
    expect(answer.body.error).toBe('invalid_request');
  });
});

describe('an assertion is refused as invalid_client', () => {
  const now = () => Math.floor(Date.now() / 1000);
  it.each<[string, () => Change]>([
    ['with the wrong audience', () => ({ claims: { aud: 'https://elsewhere.example/token' } })],
    ['for others besides', () => ({ claims: { aud: [endpoint(), 'https://elsewhere.example'] } })],
    ['without audience', () => ({ claims: { aud: undefined } })],
    ['that is expired', () => ({ claims: { exp: now() - 60 } })],
    ['that lives too long', () => ({ claims: { exp: now() + 3600 } })],
    ['without end', () => ({ claims: { exp: undefined } })],
    ['that is not valid yet', () => ({ claims: { nbf: now() + 600 } })],
    ['without jti', () => ({ claims: { jti: undefined } })],
    ['of another issuer', () => ({ claims: { iss: 'dui-far' } })],
    ['about another client', () => ({ claims: { sub: 'dui-far' } })],
    ['that names a key of nobody', () => ({ header: { kid: randomUUID() } })],
    ['whose kid is a path', () => ({ header: { kid: '../../../../dev/null' } })],
    ['whose kid is SQL', () => ({ header: { kid: "x' OR '1'='1" } })],
    ['without kid', () => ({ header: { kid: undefined } })],
    ['that says where its keys are', () => ({ header: { jku: 'https://evil.example/jwks.json' } })],
    ['that says where its certificate is', () => ({ header: { x5u: 'https://evil.example/cert.pem' } })],
  ])('%s', async (_, change) => {
    const answer = await asked('dui', ec, change());
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(answer.body).not.toHaveProperty('access_token');
  });

  it('that was used before, also by many at once', async () => {
    const once = await assertion(endpoint(), 'dui', ec);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(once)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await ask(once)).body.error).toBe('invalid_client');
  });

  it('signed with another client’s key, with a key that it brings, with none, or with the public key as secret', async () => {
    const stranger = await clientKey('ES384', ec.jwk.kid);
    const payload: JWTPayload = claimsOf();
    const hmac = (secret: string | Uint8Array, alg = 'HS256') =>
      new SignJWT(payload).setProtectedHeader({ alg, kid: rsa.jwk.kid }).sign(Buffer.from(secret));
    const { publicKey } = await generateKeyPair('RS384');
    for (const forged of [
      await assertion(endpoint(), 'dui', stranger),
      await assertion(endpoint(), 'dui', stranger, { header: { kid: 'mine', jwk: stranger.jwk } }),
      await assertion(endpoint(), 'dui', stranger, { header: { jwk: stranger.jwk } }),
      new UnsecuredJWT(payload).encode(),
      await hmac(JSON.stringify(rsa.jwk)),
      await hmac(await exportSPKI(publicKey)),
      await hmac(JSON.stringify(rsa.jwk), 'HS384'),
    ]) {
      const answer = await ask(forged);
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    }
  });

  const claimsOf = () => {
    const at = now();
    return {
      iss: 'dui',
      sub: 'dui',
      aud: endpoint(),
      iat: at,
      exp: at + 300,
      jti: randomUUID(),
      extensions: nurseAsserted,
    };
  };
});

describe('nobody else gets a token by client_credentials', () => {
  it('a client that is not known, or proves itself in another way', async () => {
    expect((await asked('nobody', ec)).body.error).toBe('invalid_client');
    const basic = Buffer.from(`dui-secret:${'x'.repeat(43)}`).toString('base64');
    const answer = await fetch(endpoint(), {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'unauthorized_client' });
  });

  it('a client that says another kind of assertion', async () => {
    const good = await assertion(endpoint(), 'dui', ec);
    const answer = await ask(good, {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
    });
    expect([400, 401]).toContain(answer.status);
  });

  it('one that was withdrawn since, nor does its token open anything', async () => {
    const { body } = await asked('dui', ec);
    const kept = around.registered.get('dui')!;
    around.registered.delete('dui');
    try {
      expect((await asked('dui', ec)).body.error).toBe('invalid_client');
      expect((await call(body.access_token!, 'GET', '/$my-rights')).status).toBe(401);
    } finally {
      around.registered.set('dui', kept);
    }
  });
});

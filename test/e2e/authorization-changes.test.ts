/**
 * What an administrator takes away is gone at the very next request, whatever was granted before: the registry is asked, not the token.
 * And what is used twice at once.
 */
import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { Client, Structure } from '../../server/registry/types.ts';
import { client, lesTilleuls, leVerger, neighbours, redirectUri, type Neighbours } from '../support/authorization.ts';
import { Browser } from '../../tools/demo/browser.ts';
import { ask, authorize, codeOf, exchange, launch, logIn } from '../support/login.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const administration = ['admin/registry.r', 'admin/registry.rw'];
const scope = 'openid user/DocumentReference.rs user/AuditEvent.rs online_access admin/registry.r';
let world: Neighbours;
let stack: Stack;
let base: string;
let app: Client;
let verger: Structure;
beforeAll(async () => {
  const usual = client('app');
  app = { ...usual, scopes: [...usual.scopes, ...administration, 'user/AuditEvent.rs'] };
  world = neighbours([app]);
  const doctor = world.psc.who.personId;
  verger = { ...world.structures.get(leVerger)!, administrators: [doctor] };
  const second = world.structures.get(lesTilleuls)!;
  stack = await startStack({}, {}, { authorization: world.parts, second });
  base = stack.base;
}, 60_000);
afterAll(() => stack.close());
beforeEach(() => {
  world.registered.set('app', app);
  change(verger);
});

/** Both know of it: who issues tokens, and who takes them. */
function change(structure: Structure): void {
  world.structures.set(leVerger, structure);
  stack.structures.put(structure);
}

const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const documents = `/DocumentReference?status=current&patient.identifier=${P1}`;
const rowOf = async (answer: Response): Promise<string | undefined> =>
  ((await answer.json()) as OperationOutcome).issue[0]?.details?.coding?.[0]?.code;
const get = (url: string, token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });
const search = (token: string) => get(`${base}${documents}`, token);
const structures = (token: string) => get(`${stack.origin}/admin/structures`, token);
const logged = async () => (await logIn(base, 'app', { over: { scope } })).body;
const refresh = (refresh_token: string) => ask(base, { grant_type: 'refresh_token', client_id: 'app', refresh_token });

describe('a token that was given', () => {
  it('opens nothing at a structure that its client may act for no more', async () => {
    const { access_token } = await logged();
    expect((await search(access_token)).status).toBe(200);
    world.registered.set('app', { ...app, structures: [lesTilleuls] });
    expect((await search(access_token)).status).toBe(401);
  });

  it('opens nothing by a scope that its client has no more, now or refreshed', async () => {
    const { access_token, refresh_token } = await logged();
    world.registered.set('app', { ...app, scopes: app.scopes.filter((s) => s !== 'user/DocumentReference.rs') });
    const refused = await search(access_token);
    expect([refused.status, await rowOf(refused)]).toEqual([403, 'scope-missing']);
    const refreshed = await refresh(refresh_token!);
    expect(refreshed.status).toBe(200);
    expect(refreshed.body.scope.split(' ')).not.toContain('user/DocumentReference.rs');
    expect(refreshed.body.scope.split(' ')).toContain('user/AuditEvent.rs');
    expect((await search(refreshed.body.access_token)).status).toBe(403);
    // The scope is back, and what was refreshed without it still lacks it.
    world.registered.set('app', app);
    expect((await search(access_token)).status).toBe(200);
    expect((await search(refreshed.body.access_token)).status).toBe(403);
  });

  it('keeps what is left of a scope that was narrowed', async () => {
    const { access_token } = await logged();
    const narrowed = app.scopes.map((s) => (s === 'user/DocumentReference.rs' ? 'user/DocumentReference.r' : s));
    world.registered.set('app', { ...app, scopes: narrowed });
    expect((await search(access_token)).status).toBe(403);
    expect((await get(`${base}/DocumentReference/unknown`, access_token)).status).toBe(404);
  });

  it('makes nobody an administrator who is on the list no more, now or refreshed', async () => {
    const others = `${base}/AuditEvent?agent.identifier=899700204581&date=ge2020-01-01`;
    const { access_token, refresh_token } = await logged();
    expect((await structures(access_token)).status).toBe(200);
    expect((await get(others, access_token)).status).toBe(200);
    change({ ...verger, administrators: [] });
    expect((await structures(access_token)).status).toBe(403);
    expect((await get(others, access_token)).status).toBe(403);
    const refreshed = (await refresh(refresh_token!)).body.access_token;
    expect((await structures(refreshed)).status).toBe(403);
  });

  it('is not refreshed for who acted by the structure’s list alone, and is on it no more', async () => {
    const usual = world.psc.who;
    const [situation] = usual.situations;
    world.psc.who = { ...usual, situations: [{ ...situation!, structureIds: [] }] };
    const { refresh_token } = await logged().finally(() => (world.psc.who = usual));
    const kept = await refresh(refresh_token!);
    expect(kept.status).toBe(200);
    change({ ...verger, administrators: [] });
    expect((await refresh(kept.body.refresh_token!)).body.error).toBe('invalid_grant');
  });

  it('without a key is good for nothing once its client needs one', async () => {
    const { access_token } = await logged();
    world.registered.set('app', { ...app, dpopRequired: true });
    expect((await search(access_token)).status).toBe(401);
    world.registered.set('app', { ...app, boundTokens: true });
    expect((await search(access_token)).status).toBe(401);
  });
});

describe('two at once', () => {
  const many = <T>(one: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 6 }, one));

  it('with one code: one of them has stolen it, and nobody keeps anything', async () => {
    const request = launch(base, 'app', { scope });
    const code = codeOf(await authorize(new Browser(stack.origin), request));
    const answers = await many(() => exchange(base, 'app', request, code));
    for (const { body } of answers.filter(({ status }) => status === 200)) {
      expect((await search(body.access_token)).status).toBe(401);
      expect((await refresh(body.refresh_token!)).body.error).toBe('invalid_grant');
    }
  });

  it('with one refresh token, too', async () => {
    const { access_token, refresh_token } = await logged();
    const answers = await many(() => refresh(refresh_token!));
    expect((await search(access_token)).status).toBe(401);
    for (const { body } of answers.filter(({ status }) => status === 200))
      expect((await search(body.access_token)).status).toBe(401);
  });
});

describe('the admin API', () => {
  it('takes the proof of a bound token over its own address, and no other', async () => {
    world.registered.set('app', { ...app, dpopRequired: true });
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const proof = (htm: string, htu: string, token?: string) =>
      new SignJWT({
        ...{ htm, htu, jti: randomUUID() },
        ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .setIssuedAt()
        .sign(privateKey);
    const request = launch(base, 'app', { scope });
    const code = codeOf(await authorize(new Browser(stack.origin), request));
    const form = {
      ...{ grant_type: 'authorization_code', client_id: 'app', code, redirect_uri: redirectUri },
      code_verifier: request.verifier,
    };
    const dpop = await proof('POST', base.replace(/fhir$/, 'oauth/token'));
    const { access_token } = (await ask(base, form, { headers: { dpop } })).body;
    const call = async (htu: string) =>
      (
        await fetch(`${stack.origin}/admin/structures`, {
          headers: { authorization: `DPoP ${access_token}`, dpop: await proof('GET', htu, access_token) },
        })
      ).status;
    expect(await call(`${stack.origin}/admin/structures`)).toBe(200);
    expect(await call(`${base}/structures`)).toBe(401);
  });
});

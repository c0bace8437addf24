/** The admin API over real HTTP, and who tries to do with it what is not theirs. */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { createApp, createHttpServer } from '../../../server/app.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import { loadConfig } from '../../../server/config.ts';
import { openRegistry, type Registry } from '../../../server/registry/index.ts';
import { nurse } from '../../support/callers.ts';
import {
  type AdminAnswer,
  clientInput,
  homologation,
  named,
  publicJwk,
  saules,
  structureInput,
  type TestAuthority,
  testAuthority,
  tilleuls,
  verger,
} from '../../support/registry.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { FakeDmp } from '../fhir/support.ts';

const rw = 'admin/registry.rw';
const installer = '899700900018';
const at = (of: { id: string; name: string }) => ({ ...nurse.structure, ...of });
const director: Caller = {
  ...nurse,
  personId: '3990100117/DIR-01',
  structure: at(saules),
  isAdministrator: true,
  scopes: [rw],
};

/** Tokens of this file are these names. */
const people: Record<string, Caller> = {
  installer: { ...nurse, personId: installer, structure: at(verger), scopes: [rw] },
  'installer-reading': { ...nurse, personId: installer, structure: at(verger), scopes: ['admin/registry.r'] },
  'installer-other-scope': { ...nurse, personId: installer, scopes: ['user/*.cruds', 'system/*.cruds'] },
  director,
  'director-reading': { ...director, scopes: ['admin/registry.r'] },
  'director-other-scope': { ...director, scopes: ['user/*.cruds'] },
  'director-of-tilleuls': { ...director, personId: '3990100125/DIR-01', structure: at(tilleuls) },
  'director-of-verger': { ...director, personId: '3990100109/DIR-01', structure: at(verger) },
  'director-in-an-emergency': { ...director, purpose: 'bris_de_glace' },
  nurse: { ...nurse, structure: at(saules), scopes: [rw] },
};

let world: TestStore;
let registry: Registry;
let authority: TestAuthority;
let close: () => Promise<void>;
let origin: string;
let log = '';
const sent: string[] = [];

beforeAll(async () => {
  authority = await testAuthority();
  world = await openTestStore();
  const config = loadConfig({ INSTALLATION_ADMINISTRATORS: `${installer},899700900026` });
  registry = await openRegistry(config, world.store.registry, { pollMs: 0 });
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  const app = createApp({
    config,
    store: world.store,
    dmp: new FakeDmp(),
    registry,
    exchanges: { watch: (_req, _res, next) => next(), onMessage: () => undefined, list: () => [] },
    logger: pino({ level: 'debug' }, sink),
    verifyToken: (token) =>
      people[token]
        ? Promise.resolve(people[token])
        : Promise.reject(new IssueError({ key: 'token-invalid', values: { reason: 'signature' } })),
  });
  const server = createHttpServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await registry.close();
    await world.close();
  };
});
afterAll(() => close());

type Method = 'get' | 'post' | 'patch' | 'put' | 'delete';
/** @returns status and body; every answer is kept, to be looked through for secrets */
async function call(who: string, method: Method, path: string, body?: object, headers: Record<string, string> = {}) {
  const asked = request(origin)[method](`/admin${path}`).set('Authorization', `Bearer ${who}`).set(headers);
  const res = await (body === undefined ? asked : asked.send(body));
  sent.push(JSON.stringify([res.headers, res.body]));
  return { status: res.status, body: res.body as AdminAnswer, headers: res.headers as Record<string, string> };
}
const rowOf = (body: object): string | undefined => (body as Partial<AdminAnswer>).issue?.[0]?.details.coding[0]?.code;
/** Status and row of the refusal. */
const refusal = async (...args: Parameters<typeof call>) => {
  const { status, body } = await call(...args);
  return [status, rowOf(body)];
};

describe('an administrator of the installation', () => {
  it('registers structures with their certificates', async () => {
    const made = await call('installer', 'post', '/structures', structureInput());
    expect(made.status).toBe(201);
    expect(made.headers['location']).toMatch(/\/admin\/structures\/1990100117$/);
    expect(made.headers['etag']).toBe('W/"1"');
    expect(made.body).toMatchObject({ ...saules, state: 'active', inForce: false, certificates: [] });
    for (const kind of ['tls', 'seal'] as const) {
      const input = named(await authority.issue(kind));
      const { status, body } = await call('installer', 'post', `/structures/${saules.id}/certificates`, input);
      expect([status, body.inForce, body.kind]).toEqual([201, true, input.kind]);
    }
    expect((await call('installer', 'post', '/structures', structureInput(tilleuls))).status).toBe(201);
    const { body } = await call('installer', 'get', '/structures');
    expect(body.structures.map((one) => [one.id, one.inForce, one.isPrimary])).toEqual([
      [verger.id, true, true],
      [saules.id, true, false],
      [tilleuls.id, false, false],
    ]);
    expect(registry.structures.of(saules.id)?.lps.homologation).toBe(homologation);
  });

  it('registers clients that act for several structures', async () => {
    const input = { ...clientInput([saules.id, tilleuls.id]), id: 'for-both' };
    expect((await call('installer', 'post', '/clients', input)).status).toBe(201);
    expect(await registry.clients.byId('for-both')).toMatchObject({ structures: [saules.id, tilleuls.id] });
  });

  it('is told everything that is wrong, in two languages', async () => {
    const { status, body } = await call(
      'installer',
      'post',
      '/clients',
      { ...clientInput(), id: '?', scopes: ['root'] },
      { 'Accept-Language': 'en' },
    );
    expect(status).toBe(422);
    expect(rowOf(body)).toBe('client-id');
    const two = await call('installer', 'post', '/clients', {
      ...clientInput(),
      redirectUris: ['http://x/'],
      scopes: ['root'],
    });
    expect(two.body.issue.map((issue) => issue.expression[0])).toEqual(['redirectUris[0]', 'scopes[0]']);
    expect(two.body.issue[0]?.details.text).toMatch(/^Adresse non admise/);
  });

  it('writes with the version that they read, or not at all', async () => {
    const { headers } = await call('installer', 'get', `/structures/${tilleuls.id}`);
    const change = (etag: string) =>
      call('installer', 'patch', `/structures/${tilleuls.id}`, { name: 'SAVS' }, { 'If-Match': etag });
    expect((await change(headers['etag']!)).headers['etag']).toBe('W/"2"');
    for (const stale of [headers['etag']!, 'W/"99"']) {
      const { status, body } = await change(stale);
      expect([status, rowOf(body)], stale).toEqual([412, 'registry-version']);
    }
    const none = await change('"x"');
    expect([none.status, rowOf(none.body)]).toEqual([412, 'if-match']);
    expect(none.body.issue[0]?.details.text).toContain('If-Match ("x")');
  });

  it('who is on the list and has another scope is nobody', async () => {
    const { status, headers } = await call('installer-other-scope', 'get', '/structures');
    expect(status).toBe(403);
    expect(headers['www-authenticate']).toMatch(/error="insufficient_scope".*scope="admin\/registry\.r"/);
    expect(await refusal('installer-reading', 'post', '/structures', structureInput())).toEqual([403, 'scope-missing']);
  });
});

describe('the administrator of a structure', () => {
  it('sees and changes the structure, and its clients', async () => {
    const { body } = await call('director', 'get', '/structures');
    expect(body.structures.map(({ id }) => id)).toEqual([saules.id]);
    const change = { professionals: ['899700101233'], lps: { version: '3.3' } };
    expect((await call('director', 'patch', `/structures/${saules.id}`, change)).body).toMatchObject({
      professionals: ['899700101233'],
      lps: { name: 'SAULES-DUI', version: '3.3' },
    });
    const next = await authority.issue('seal');
    const added = await call('director', 'post', `/structures/${saules.id}/certificates`, named(next));
    expect(added.status).toBe(201);
    expect(registry.structures.materialOf(saules.id).seal.key, 'without a restart').toBe(next.key);
    const gone = await call('director', 'post', `/structures/${saules.id}/certificates/${added.body.id}/withdraw`);
    expect(gone.body).toMatchObject({ state: 'withdrawn', inForce: false });
    expect(registry.structures.materialOf(saules.id).seal.key).not.toBe(next.key);

    expect((await call('director', 'post', '/clients', clientInput())).status).toBe(201);
    const set = await call('director', 'patch', '/clients/app.saules', { origins: null, name: 'Carnet' });
    expect(set.body).toMatchObject({ name: 'Carnet', origins: [], redirectUris: clientInput().redirectUris });
    const { body: all } = await call('director', 'get', '/clients');
    expect(all.clients.map(({ id }) => id)).toEqual(['app.saules']);
    expect((await call('director', 'post', '/clients/app.saules/withdraw')).body).toMatchObject({ state: 'withdrawn' });
    expect(await registry.clients.byId('app.saules')).toBeUndefined();
    expect((await call('director', 'post', '/clients/app.saules/restore')).status).toBe(200);
    const { body: watch } = await call('director', 'get', '/certificates');
    expect(new Set(watch.certificates.map((one) => one.structure))).toEqual(new Set([saules.id]));
  });

  it('finds in the history who did what', async () => {
    const { body } = await call('director', 'get', `/structures/${saules.id}/history`);
    expect(body.changes.map(({ action }) => action)).toEqual([
      'certificate-withdraw',
      'certificate-add',
      'structure-set',
      'certificate-add',
      'certificate-add',
      'structure-add',
    ]);
    expect(body.changes[2]).toMatchObject({
      author: { by: 'api', person: '3990100117/DIR-01', client: 'demo', structure: saules.id },
      before: { professionals: ['899700307715'] },
      after: { professionals: ['899700101233'] },
    });
    const { body: of } = await call('director', 'get', '/clients/app.saules/history');
    expect(of.changes).toHaveLength(4);
  });

  it('sees how its feed stands, whoever else’s is there', async () => {
    for (const who of ['director', 'director-reading']) {
      const { status, body } = await call(who, 'get', '/feed');
      expect([status, (body as unknown as { structure: string }).structure]).toEqual([200, saules.id]);
    }
    expect(await refusal('director-other-scope', 'get', '/feed')).toEqual([403, 'scope-missing']);
    expect(await refusal('nurse', 'get', '/feed')).toEqual([403, 'registry-administrator']);
  });

  it('who only reads changes nothing', async () => {
    expect((await call('director-reading', 'get', '/clients/app.saules')).status).toBe(200);
    for (const [method, path, body] of [
      ['patch', '/clients/app.saules', { name: 'X' }],
      ['post', '/clients', clientInput()],
      ['post', '/clients/app.saules/withdraw', undefined],
      ['patch', `/structures/${saules.id}`, { name: 'X' }],
      ['post', `/structures/${saules.id}/certificates`, {}],
    ] as const)
      expect(await refusal('director-reading', method, path, body), path).toEqual([403, 'scope-missing']);
  });
});

describe('whoever tries what is not theirs', () => {
  it('without a token, with a bad one, without the scope, without being an administrator', async () => {
    const res = await request(origin).get('/admin/structures');
    expect([res.status, rowOf(res.body as object)]).toEqual([401, 'login-required']);
    expect(await refusal('forged', 'get', '/structures')).toEqual([401, 'token-invalid']);
    expect(await refusal('director-other-scope', 'get', '/clients')).toEqual([403, 'scope-missing']);
    for (const path of ['/structures', '/clients', '/certificates', `/structures/${saules.id}`])
      expect(await refusal('nurse', 'get', path), path).toEqual([403, 'registry-administrator']);
    expect(await refusal('nurse', 'post', '/clients', clientInput())).toEqual([403, 'registry-administrator']);
  });

  it('in an emergency nobody administers, nor looks at what the structure exchanged', async () => {
    for (const path of ['/feed', '/feeding-rules', '/clients'])
      expect(await refusal('director-in-an-emergency', 'get', path), path).toEqual([403, 'break-glass-patient']);
    const exchanges = (who: string) => request(origin).get('/console/exchanges').set('Authorization', `Bearer ${who}`);
    expect((await exchanges('director')).status).toBe(200);
    const res = await exchanges('director-in-an-emergency');
    expect([res.status, rowOf(res.body as object)]).toEqual([403, 'break-glass-patient']);
  });

  it('another structure’s director finds nothing of it, not even that it is there', async () => {
    const { body } = await call('director', 'get', `/structures/${saules.id}`);
    const certificate = body.certificates[0]!.id!;
    for (const [method, path, sent] of [
      ['get', `/structures/${saules.id}`],
      ['get', `/structures/${saules.id}/certificates`],
      ['get', `/structures/${saules.id}/history`],
      ['patch', `/structures/${saules.id}`, { administrators: ['3990100125/DIR-01'] }],
      ['post', `/structures/${saules.id}/certificates`, named(await authority.issue('tls'))],
      ['post', `/structures/${saules.id}/certificates/${certificate}/withdraw`],
      ['post', `/structures/${saules.id}/withdraw`],
      ['get', '/clients/app.saules'],
      ['get', '/clients/app.saules/history'],
      ['patch', '/clients/app.saules', { redirectUris: ['https://evil.example/'] }],
      ['post', '/clients/app.saules/withdraw'],
      ['post', '/clients/app.saules/secret', { secret: 'A'.repeat(43) }],
    ] as const) {
      expect(await refusal('director-of-tilleuls', method, path, sent), path).toEqual([404, 'registry-unknown']);
      const nowhere = path.replace(saules.id, '1990100999').replace('app.saules', 'nobody');
      expect(await refusal('director-of-tilleuls', method, nowhere, sent), nowhere).toEqual([404, 'registry-unknown']);
    }
    expect(registry.structures.of(saules.id)?.administrators).toEqual(['3990100117/DIR-01']);
    expect(await registry.clients.byId('app.saules')).toMatchObject({ redirectUris: clientInput().redirectUris });
  });

  it('a certificate of another structure is not withdrawn under one’s own address', async () => {
    const { body } = await call('director', 'get', `/structures/${saules.id}`);
    const certificate = body.certificates[0]!.id!;
    const path = `/structures/${tilleuls.id}/certificates/${certificate}/withdraw`;
    expect(await refusal('director-of-tilleuls', 'post', path)).toEqual([404, 'registry-unknown']);
    expect(registry.structures.of(saules.id)).toBeDefined();
  });

  it('a client that acts for another structure too is not one’s own, nor does it become so', async () => {
    expect(await refusal('director', 'get', '/clients/for-both')).toEqual([404, 'registry-unknown']);
    expect(await refusal('director', 'patch', '/clients/for-both', { structures: [saules.id] })).toEqual([
      404,
      'registry-unknown',
    ]);
    for (const structures of [[saules.id, tilleuls.id], [tilleuls.id], [verger.id]]) {
      expect(await refusal('director', 'patch', '/clients/app.saules', { structures })).toEqual([
        403,
        'registry-installation',
      ]);
      const fresh = { ...clientInput(structures), id: 'mine' };
      expect(await refusal('director', 'post', '/clients', fresh)).toEqual([403, 'registry-installation']);
    }
    expect(await registry.clients.byId('mine')).toBeUndefined();
  });

  it('a director does not make structures, nor put them in force or out of it', async () => {
    for (const path of ['/structures', `/structures/${saules.id}/withdraw`, `/structures/${saules.id}/restore`])
      expect(await refusal('director', 'post', path, structureInput({ id: '1990100133', name: 'X' })), path).toEqual([
        403,
        'registry-installation',
      ]);
  });

  it('a director does not become an administrator of the installation by a client of their own', async () => {
    const scopes = ['openid', 'admin/registry.rw'];
    expect(await refusal('director', 'post', '/clients', { ...clientInput(), id: 'mine', scopes })).toEqual([
      403,
      'registry-installation',
    ]);
    expect(await refusal('director', 'patch', '/clients/app.saules', { scopes })).toEqual([
      403,
      'registry-installation',
    ]);
    await call('installer', 'post', '/clients', { ...clientInput(), id: 'console', scopes });
    expect((await call('director', 'get', '/clients/console')).status).toBe(200);
    const evil = { redirectUris: ['https://evil.example/'], scopes: ['openid'] };
    expect(await refusal('director', 'patch', '/clients/console', evil)).toEqual([403, 'registry-installation']);
    const service = {
      authMethod: 'private_key_jwt',
      jwks: { keys: [publicJwk('k')] },
      redirectUris: [],
      grants: ['client_credentials'],
    };
    const names = { ...clientInput(), ...service, id: 'service', scopes: ['admin/registry.rw'] };
    expect(await refusal('installer', 'post', '/clients', names), 'who names the person by itself').toEqual([
      422,
      'client-scope-person',
    ]);
  });

  it('the structure of the settings is seen by its director, and changed in the settings', async () => {
    const { body } = await call('director-of-verger', 'get', `/structures/${verger.id}`);
    expect(body).toMatchObject({ ...verger, isPrimary: true, inForce: true });
    expect(await refusal('director-of-verger', 'patch', `/structures/${verger.id}`, { name: 'X' })).toEqual([
      409,
      'registry-settings',
    ]);
    expect(await refusal('installer', 'post', '/structures', structureInput(verger))).toEqual([
      409,
      'registry-settings',
    ]);
    const own = { ...clientInput([verger.id]), id: 'app.verger' };
    expect((await call('director-of-verger', 'post', '/clients', own)).status).toBe(201);
  });

  it('an id that is taken is not taken over', async () => {
    const theirs = { ...clientInput([tilleuls.id]), id: 'app.saules' };
    expect(await refusal('director-of-tilleuls', 'post', '/clients', theirs)).toEqual([409, 'registry-exists']);
    expect(await refusal('installer', 'post', '/structures', structureInput())).toEqual([409, 'registry-exists']);
    expect(await registry.clients.byId('app.saules')).toMatchObject({ structures: [saules.id] });
  });
});

describe('requests that are none', () => {
  it.each<[string, Method, string, string, string, unknown[]]>([
    ['another media type', 'post', '/clients', 'text/plain', '{}', [415, 'media-type']],
    ['no JSON', 'post', '/clients', 'application/json', '{', [400, 'body-malformed']],
    ['a key twice', 'post', '/clients', 'application/json', '{"id":"a","id":"b"}', [400, 'body-malformed']],
    ['__proto__', 'post', '/clients', 'application/json', '{"__proto__":{"scopes":[]}}', [400, 'body-malformed']],
    ['a list', 'post', '/clients', 'application/json', '[]', [422, 'registry-value']],
    ['null', 'post', '/structures', 'application/json', 'null', [422, 'registry-value']],
    ['too much', 'post', '/clients', 'application/json', `"${'a'.repeat(600_000)}"`, [413, 'too-large']],
    ['another method', 'delete', '/clients/app.saules', 'application/json', '{}', [405, 'method-not-allowed']],
    ['another address', 'post', '/client', 'application/json', '{}', [404, 'unknown-route']],
    ['another spelling', 'get', '/Clients', 'application/json', '', [404, 'unknown-route']],
    ['an id that is none', 'get', '/clients/..%2fstructures', 'application/json', '', [404, 'registry-unknown']],
  ])('%s', async (_, method, path, type, body, expected) => {
    const res = await request(origin)
      [method](`/admin${path}`)
      .set('Authorization', 'Bearer installer')
      .set('Content-Type', type)
      .send(body === '' ? undefined : body);
    expect([res.status, rowOf(res.body as object)]).toEqual(expected);
  });
});

describe('secrets', () => {
  const secret = 'S3cret-of-the-app_0123456789abcdefghijklmnopq';

  it('of a client are given by who registers it, and never come back', async () => {
    const input = { ...clientInput(), id: 'confidential', authMethod: 'client_secret_basic' };
    expect(await refusal('director', 'post', '/clients', input), 'none is made here: it would be shown').toEqual([
      422,
      'client-secret',
    ]);
    expect(await refusal('director', 'post', '/clients', { ...input, secret: 'azerty' })).toEqual([
      422,
      'client-secret',
    ]);
    const made = await call('director', 'post', '/clients', { ...input, secret });
    expect(made.body).toMatchObject({ id: 'confidential', hasSecret: true });
    expect((await registry.clients.byId('confidential'))?.secret).toBe(secret);
    const next = secret.split('').reverse().join('');
    expect((await call('director', 'post', '/clients/confidential/secret', { secret: next })).status).toBe(200);
    expect((await registry.clients.byId('confidential'))?.secret).toBe(next);
    expect(await refusal('director', 'post', '/clients/confidential/secret', {})).toEqual([422, 'client-secret']);
    expect(await refusal('director', 'post', '/clients/app.saules/secret', { secret })).toEqual([422, 'client-secret']);
    await call('director', 'get', '/clients/confidential/history');
  });

  it('stand in no answer, in no log, and in no URL of it', () => {
    expect(sent.length).toBeGreaterThan(50);
    const reversed = secret.split('').reverse().join('');
    const { seal, tls } = registry.structures.materialOf(saules.id);
    const inKeys = [seal.key, tls.key].map((key) => key.split('\n')[3]!);
    for (const text of [log, ...sent])
      for (const one of [secret, reversed, homologation, 'PRIVATE KEY', ...inKeys]) expect(text).not.toContain(one);
    // Who administered is on record, sealed; the log names no person.
    for (const { personId } of Object.values(people)) expect(log).not.toContain(personId);
    expect(log).toContain('/admin/clients/:id/secret');
    expect(log).not.toContain('app.saules');
  });
});

it('readiness tells that a structure lacks certificates, and of whom to nobody', async () => {
  const res = await request(origin).get('/health/ready');
  expect([res.status, res.body]).toEqual([
    200,
    { status: 'degraded', checks: { database: 'ok', audit: 'ok', dmp: 'ok', certificates: 'degraded' } },
  ]);
});

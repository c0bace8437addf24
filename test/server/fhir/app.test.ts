import { gzipSync } from 'node:zlib';
import type { CapabilityStatement, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openResources, handlerName, resources, systemInteractions } from '../../../server/fhir/definition.ts';
import { handlers as realHandlers } from '../../../server/fhir/handlers.ts';
import type { Call } from '../../../server/fhir/interaction.ts';
import { routes } from '../../../server/fhir/router.ts';
import { validateBase } from '../../../server/fhir/validation/engine.ts';
import { readFhirXml } from '../../../server/fhir/xml/read.ts';
import { asText, startBench, type Bench } from './support.ts';

/** What the last handler was given; every handler answers a Patient. */
let last: Call | undefined;
let served: string | undefined;
const stubs = Object.fromEntries(
  Object.keys(realHandlers).map((name) => [
    name,
    (call: Call) => {
      last = call;
      served = name;
      return Promise.resolve({ status: 200, resource: { resourceType: 'Patient' as const, active: true } });
    },
  ]),
);

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ MAX_BODY_BYTES: '2000' }, stubs);
});
afterAll(() => bench.close());

const INS = '236046999012376';
const json = 'application/fhir+json';
const outcomeOf = (res: { body: unknown }) => res.body as OperationOutcome;
const urlOf = (path: string) => `/fhir${path}`.replace(':id', 'abc').replace(':version', '1').replace(/\/$/, '');

describe('every declared route', () => {
  it('is served by its own interaction', async () => {
    for (const route of routes()) {
      served = undefined;
      const test = bench.any(route.method, urlOf(route.path));
      if (route.body === 'own' || route.body === 'any')
        await test.type(json).send(JSON.stringify({ resourceType: route.type ?? 'Bundle' }));
      else if (route.body === 'form') await test.type('form').send('a=b');
      else if (route.body === 'lines') await test.type('application/fhir+ndjson').send('{}\n');
      else await test;
      expect(served, `${route.method} ${route.path}`).toBe(handlerName(route.type, route.interaction));
    }
  });

  it('is closed without a token and with a bad one', async () => {
    for (const route of routes()) {
      for (const token of ['', 'bad']) {
        served = undefined;
        const res = await bench
          .any(route.method, urlOf(route.path), token)
          .type(json)
          .send(route.method === 'get' ? undefined : '{}');
        expect(res.status, `${route.method} ${route.path}`).toBe(401);
        expect(res.headers['www-authenticate']).toBe(
          `Bearer realm="fhir"${token === '' ? '' : ', error="invalid_token"'}, resource_metadata="http://localhost:8080/.well-known/oauth-protected-resource/fhir"`,
        );
        expect(outcomeOf(res).issue[0]!.code).toBe('login');
        expect(served).toBeUndefined();
      }
    }
  });

  it('asks for its own scope, and says which one is missing', async () => {
    // An operation may ask for none of its own: its content decides.
    for (const route of routes().filter((r) => r.type && r.interaction.permission)) {
      const need = `user/${route.type}.${route.interaction.permission}`;
      const allBut = [...'cruds'].filter((l) => l !== route.interaction.permission).join('');
      const body = JSON.stringify({ resourceType: route.type });
      const send = (token: string) => {
        const test = bench.any(route.method, urlOf(route.path), token);
        return route.body === 'own' || route.body === 'any'
          ? test.type(json).send(body)
          : route.body === 'form'
            ? test.type('form').send('a=b')
            : test;
      };
      const refused = await send(`user~${route.type}.${allBut}+user~Basic.cruds`);
      expect(refused.status, route.path).toBe(403);
      expect(refused.headers['www-authenticate']).toBe(
        `Bearer realm="fhir", error="insufficient_scope", scope="${need}"`,
      );
      expect((await send(`user~${route.type}.${route.interaction.permission}`)).status, route.path).toBe(200);
    }
  });

  it('refuses other methods with Allow, and unknown places', async () => {
    for (const [method, url, allow] of [
      ['put', '/fhir/DocumentReference/abc', 'GET, HEAD, PATCH'],
      ['delete', '/fhir/DocumentReference/abc', 'GET, HEAD, PATCH'],
      ['put', '/fhir/DocumentReference', 'GET, HEAD, PATCH, POST'],
      ['put', '/fhir', 'POST'],
      ['delete', '/fhir/Patient/_search', 'POST'],
    ] as const) {
      const res = await bench.any(method, url);
      expect([res.status, res.headers['allow']], `${method} ${url}`).toEqual([405, allow]);
      expect(outcomeOf(res).issue[0]!.code).toBe('not-supported');
    }
    // PDSm's own example of a search: told where to go, never a creation.
    const posted = await bench.post('/fhir/List?code=submissionset');
    expect([posted.status, posted.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect(outcomeOf(posted).issue[0]!.details!.text).toContain('/List/_search');
    for (const url of [
      '/fhir/Observation',
      '/fhir/Patient/a/b',
      '/fhir/documentreference/a',
      '/fhir/nothing',
      '/fhir/Patient/$everything',
      '/',
      '/other',
    ])
      expect((await bench.get(url)).status, url).toBe(404);
    expect(outcomeOf(await bench.get('/fhir/Observation')).issue[0]!.details!.text).toContain('Observation');
  });

  it('refuses an id that is none', async () => {
    for (const id of ['a%20b', 'a_b', 'a'.repeat(65), '..%2f..%2fetc', '%00'])
      expect((await bench.get(`/fhir/Binary/${id}`)).status, id).toBe(404);
    expect((await bench.get('/fhir/Binary/%ff')).status).toBe(400);
  });
});

describe('a transaction', () => {
  it('is held against the scopes entry by entry', async () => {
    const entries = ['List', 'DocumentReference', 'Binary'].map((type) => ({
      resource: { resourceType: type },
      request: { method: 'POST', url: type },
    }));
    const patch = {
      resource: { resourceType: 'Parameters' },
      request: { method: 'PATCH', url: 'DocumentReference/1' },
    };
    const send = (token: string, entry: unknown[]) =>
      bench
        .post('/fhir', token)
        .type(json)
        .send(JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }));
    expect((await send('user~List.c+user~DocumentReference.c+user~Binary.c', entries)).status).toBe(200);
    expect((await send('ITI-65', [...entries, patch])).status).toBe(200);
    const refused = await send('user~List.c+user~DocumentReference.rs', [...entries, patch]);
    expect(refused.status).toBe(403);
    expect(outcomeOf(refused).issue[0]!.details!.text).toContain(
      'user/DocumentReference.c user/Binary.c user/DocumentReference.u',
    );
    expect((await send('user~Basic.c', [null, 3, {}, { request: { method: 'POST' } }])).status).toBe(200);
  });
});

describe('what a client writes into a refusal', () => {
  it.each([
    ['a line end in a url', { method: 'GET', url: 'x\r\nSet-Cookie: a=b' }, undefined],
    ['a quote in a url', { method: 'GET', url: 'x", error="y' }, undefined],
    ['an INS in a url', { method: 'GET', url: INS }, undefined],
    ['a resource type that no header can hold', { method: 'POST', url: 'x' }, { resourceType: 'é\u0000' }],
    ['a method that every object has', { method: '__proto__', url: 'X' }, undefined],
  ])('stays out of it: %s', async (_, request, resource) => {
    const body = { resourceType: 'Bundle', type: 'transaction', entry: [{ request, resource }] };
    const res = await bench.post('/fhir', 'user~Patient.rs').type(json).send(JSON.stringify(body));
    // Asked for nothing that could be named: the deposit is what refuses it.
    expect(res.status).toBe(200);
    expect(served).toBe('transaction');
    expect(res.headers['www-authenticate']).toBeUndefined();
  });

  it('several Authorization headers are none', async () => {
    const res = await bench.get('/fhir/Patient').set('Authorization', ['Bearer all', 'Bearer bad'] as never);
    expect(res.status).toBe(401);
    expect(res.headers['www-authenticate']).toContain('invalid_token');
  });
});

describe('what is open', () => {
  it.each(['/fhir/metadata', '/fhir/.well-known/smart-configuration'])(
    '%s answers anybody, from any origin',
    async (url) => {
      const res = await bench.get(url, '').set('Origin', 'https://app.example');
      expect([res.status, res.headers['access-control-allow-origin']]).toEqual([200, '*']);
      expect((await bench.any('options', url, '')).status).toBe(204);
      const head = await bench.any('head', url, '');
      expect([head.status, head.body, Number(head.headers['content-length']) > 100]).toEqual([200, {}, true]);
      const post = await bench.post(url, '').send();
      expect([post.status, post.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect((await bench.get(`${url}/more`, '')).status).toBe(404);
    },
  );

  it('is nothing else below /fhir', async () => {
    for (const url of [
      '/fhir',
      '/fhir/',
      '/fhir/Patient',
      '/fhir/metadatax',
      '/fhir/.well-known/other',
      '/fhir/x',
      '/fhir//metadata',
      '/fhir/METADATA',
      '/fhir/metadata%2f',
    ])
      expect((await bench.get(url, '')).status, url).toBe(401);
  });

  it('discovery is JSON whatever is asked, and metadata is negotiated', async () => {
    const smart = await bench.get('/fhir/.well-known/smart-configuration', '').set('Accept', 'application/fhir+xml');
    expect(smart.headers['content-type']).toMatch(/^application\/json/);
    expect((smart.body as { scopes_supported: string[] }).scopes_supported).toContain('user/DocumentReference.crus');
    expect((await bench.get('/fhir/metadata', '').set('Accept', 'application/fhir+turtle')).status).toBe(406);
    for (const [query, accept] of [
      ['', 'application/fhir+xml'],
      ['?_format=xml', '*/*'],
    ] as const) {
      const xml = await bench.get(`/fhir/metadata${query}`, '').set('Accept', accept).buffer(true).parse(asText);
      expect([xml.status, xml.headers['content-type']]).toEqual([200, 'application/fhir+xml; charset=utf-8']);
      const { body } = await bench.get('/fhir/metadata', '');
      expect(readFhirXml(Buffer.from(xml.body as string))).toEqual(body);
      expect(validateBase(body, 'CapabilityStatement')).toEqual([]);
    }
    const pretty = await bench.get('/fhir/metadata?_pretty=true&_format=json', '').set('Accept', 'text/html');
    expect(pretty.text).toContain('\n  "resourceType"');
  });

  it('health tells life from readiness', async () => {
    expect((await bench.get('/health/live', '')).body).toEqual({ status: 'ok' });
    expect((await bench.get('/health/ready', '')).body).toEqual({
      status: 'ok',
      checks: { database: 'ok', audit: 'ok' },
    });
  });
});

describe('/metadata', () => {
  it('declares exactly what is served', async () => {
    const statement = (await bench.get('/fhir/metadata', '')).body as CapabilityStatement;
    expect(statement).toMatchObject({
      kind: 'instance',
      fhirVersion: '4.0.1',
      implementation: { url: 'http://localhost:8080/fhir' },
    });
    const rest = statement.rest![0]!;
    const declared = rest.resource!.flatMap((r) => [
      ...(r.interaction ?? []).map((i) => `${r.type}.${i.code}`),
      ...(r.operation ?? []).map((o) => `${r.type}.$${o.name}`),
    ]);
    const open = openResources.flatMap((r) => r.interactions.map((i) => `${r.type}.${i.code}`));
    const ofTheServer = [...rest.interaction!.map((i) => i.code), ...rest.operation!.map((o) => `$${o.name}`)];
    expect([...declared, ...ofTheServer].sort()).toEqual([...Object.keys(realHandlers), ...open].sort());
    for (const r of [...resources, ...openResources]) {
      const names = (rest.resource!.find((x) => x.type === r.type)!.searchParam ?? []).map((p) => p.name);
      expect(new Set(names).size, r.type).toBe(names.length);
      expect(names).toEqual(r.searchParameters.map((p) => p.name));
    }
    expect(systemInteractions.filter((i) => i.code !== 'operation').map((i) => i.code)).toEqual(['transaction']);
  });
});

describe('headers', () => {
  it('protect, forbid keeping, and carry the request id', async () => {
    const res = await bench.get('/fhir/Patient/abc').set('X-Request-Id', 'abc-123');
    expect(res.headers).toMatchObject({
      'x-request-id': 'abc-123',
      'cache-control': 'no-store, private',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/fhir+json; charset=utf-8',
    });
    expect(res.headers['vary']).toMatch(/Accept.*Authorization/);
    expect(res.headers['content-security-policy']).toContain("default-src 'none'");
    expect(res.headers['x-powered-by']).toBeUndefined();
    expect(res.headers['etag']).toBeUndefined();
  });

  it('mint a request id for one that is missing, odd, or an INS', async () => {
    for (const id of [undefined, '', 'a b', '{x}', 'x'.repeat(65), INS, `req-${INS}`, `INS${INS}`, INS.slice(0, 13)]) {
      const test = bench.get('/fhir/Patient/abc');
      const res = await (id === undefined ? test : test.set('X-Request-Id', id));
      expect(res.headers['x-request-id'], id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    }
    const failed = await bench.get('/fhir/nothing').set('X-Request-Id', 'trace-1');
    expect(outcomeOf(failed).issue[0]!.diagnostics).toBe('X-Request-Id: trace-1');
  });
});

describe('the body', () => {
  const send = (body: string | Buffer, type = json) => bench.post('/fhir/DocumentReference').type(type).send(body);

  it('is strict JSON or XML of the expected type', async () => {
    const rows: [string, string, number, string][] = [
      ['{"resourceType":', json, 400, 'structure'],
      ['', json, 400, 'required'],
      ['null', json, 400, 'invalid'],
      ['[]', json, 400, 'invalid'],
      ['{"resourceType":"Observation"}', json, 400, 'invalid'],
      ['{"resourceType":"DocumentReference","resourceType":"Bundle"}', json, 400, 'structure'],
      ['<DocumentReference/>', 'application/fhir+xml', 400, 'structure'],
      ['<DocumentReference xmlns="http://hl7.org/fhir">', 'application/fhir+xml', 400, 'structure'],
      ['<Patient xmlns="http://hl7.org/fhir"/>', 'application/fhir+xml', 400, 'invalid'],
      ['<DocumentReference xmlns="http://hl7.org/fhir"><a/></DocumentReference>', 'text/xml', 400, 'structure'],
      ['', 'application/fhir+xml', 400, 'required'],
      ['{}', 'text/turtle', 415, 'not-supported'],
      ['a=b', 'application/x-www-form-urlencoded', 415, 'not-supported'],
      ['{}', 'application/fhir+json; charset=iso-8859-1', 415, 'not-supported'],
      [JSON.stringify({ resourceType: 'DocumentReference', x: 'y'.repeat(3000) }), json, 413, 'too-long'],
    ];
    for (const [body, type, status, code] of rows) {
      served = undefined;
      const res = await send(body, type);
      expect([res.status, outcomeOf(res).issue[0]!.code], body.slice(0, 40)).toEqual([status, code]);
      expect(served).toBeUndefined();
    }
    expect(outcomeOf(await send('<a/>', 'text/turtle')).issue[0]!.details!.text).toContain(
      'application/fhir+json, application/fhir+xml',
    );
    expect((await send('<DocumentReference xmlns="http://hl7.org/fhir"/>', 'application/fhir+xml')).status).toBe(200);
    expect(served).toBe('DocumentReference.create');
  });

  it('may be compressed, but not to hide its size or shape', async () => {
    const zipped = (body: string) =>
      bench
        .post('/fhir/DocumentReference')
        .type(json)
        .set('Content-Encoding', 'gzip')
        .serialize((b: unknown) => b as string)
        .send(gzipSync(body) as unknown as string);
    expect((await zipped('{"resourceType":"DocumentReference"}')).status).toBe(200);
    expect((await zipped(JSON.stringify({ resourceType: 'DocumentReference', x: 'y'.repeat(1_000_000) }))).status).toBe(
      413,
    );
    const broken = await bench
      .post('/fhir/DocumentReference')
      .type(json)
      .set('Content-Encoding', 'gzip')
      .send('{"resourceType":"DocumentReference"}');
    expect([broken.status, outcomeOf(broken).issue[0]!.code]).toEqual([400, 'structure']);
    const unknown = await bench.post('/fhir/DocumentReference').type(json).set('Content-Encoding', 'zstd-9').send('{}');
    expect(unknown.status).toBe(415);
  });

  it('of a search is a form, joined to the query', async () => {
    const res = await bench.post('/fhir/Patient/_search?a=1').type('form').send('b=%C3%A9&c=2');
    expect(res.status).toBe(200);
    expect(last!.pairs).toEqual([
      ['a', '1'],
      ['b', 'é'],
      ['c', '2'],
    ]);
    expect((await bench.post('/fhir/Patient/_search?a=1')).status).toBe(200);
    expect((await bench.post('/fhir/Patient/_search').type(json).send('{}')).status).toBe(415);
    expect((await bench.post('/fhir/Patient/_search').type('form').send('a=%ff')).status).toBe(400);
    expect(
      (
        await bench
          .post('/fhir/Patient/_search')
          .type('form')
          .send(`a=${'x'.repeat(70_000)}`)
      ).status,
    ).toBe(413);
    expect((await bench.get('/fhir/Patient?a=%zz')).status).toBe(400);
  });
});

describe('negotiation', () => {
  it('answers in the form asked for, errors too', async () => {
    const patient = { resourceType: 'Patient', active: true };
    for (const [accept, type, read] of [
      ['application/fhir+json', 'application/fhir+json', (t: string) => JSON.parse(t) as unknown],
      ['application/fhir+xml', 'application/fhir+xml', (t: string) => readFhirXml(Buffer.from(t))],
      ['application/xml', 'application/fhir+xml', (t: string) => readFhirXml(Buffer.from(t))],
    ] as const) {
      for (const [url, status, expected] of [
        ['/fhir/Patient/abc', 200, patient],
        ['/fhir/nothing', 404, { resourceType: 'OperationOutcome' }],
        ['/fhir/Patient?a=%zz', 400, { resourceType: 'OperationOutcome' }],
      ] as const) {
        const res = await bench
          .get(url)
          .set('Accept', accept)
          .set('Accept-Encoding', 'identity')
          .buffer(true)
          .parse(asText);
        expect([res.status, res.headers['content-type']], url).toEqual([status, `${type}; charset=utf-8`]);
        expect(res.headers['content-length']).toBe(String(Buffer.byteLength(res.body as string)));
        expect(read(res.body as string)).toMatchObject(expected);
      }
    }
    const refused = await bench.get('/fhir/Patient/abc', '').set('Accept', 'application/fhir+xml');
    expect([refused.status, refused.headers['content-type']]).toEqual([401, 'application/fhir+xml; charset=utf-8']);
    const form = await bench
      .post('/fhir/Patient/_search')
      .type('form')
      .send('_format=xml&_pretty=true')
      .buffer(true)
      .parse(asText);
    expect(form.headers['content-type']).toBe('application/fhir+xml; charset=utf-8');
    expect(form.body).toContain('\n  <active value="true"/>');
    const compressed = await bench.get('/fhir/metadata', '').set('Accept', 'application/fhir+xml');
    expect(compressed.headers['content-encoding']).toBe('gzip');
  });

  it('shows a person a page that can do nothing', async () => {
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const metadata = await bench.get('/fhir/metadata', '').set('Accept', browser);
    expect([metadata.status, metadata.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(metadata.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox$/,
    );
    expect(metadata.text).toContain('"fhirVersion": "4.0.1"');
    expect(metadata.text).not.toMatch(/<script|\son\w+=/i);
    const hostile = await bench.get('/fhir/Patient/%3Cscript%3Ealert(1)%3C%2Fscript%3E').set('Accept', browser);
    expect(hostile.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(hostile.text).not.toContain('<script');
  });

  it('answers R4, or 406', async () => {
    for (const accept of ['application/fhir+turtle', 'application/fhir+json; fhirVersion=5.0', 'image/png']) {
      const res = await bench.get('/fhir/Patient/abc').set('Accept', accept);
      expect([res.status, res.headers['content-type']], accept).toEqual([406, 'application/fhir+json; charset=utf-8']);
    }
    expect(
      (await bench.get('/fhir/Patient/abc?_format=application/fhir%2Bjson').set('Accept', 'text/html')).status,
    ).toBe(200);
    expect((await bench.get('/fhir/Binary/abc').set('Accept', 'application/pdf')).status).toBe(200);
  });

  it('gives the handler what the client prefers', async () => {
    await bench
      .get('/fhir/Patient/abc')
      .set('Prefer', 'handling=strict')
      .set('Accept-Language', 'en')
      .set('X-Request-Id', 'r');
    expect(last).toMatchObject({
      id: 'abc',
      prefer: { handling: 'strict' },
      language: 'en',
      requestId: 'r',
      caller: { clientId: 'dui' },
    });
  });
});

describe('the log', () => {
  it('names routes and outcomes, and holds nothing of a request', async () => {
    await bench.get(`/fhir/Patient?identifier=${INS}`);
    await bench.get(`/fhir/Patient/${INS}`);
    await bench.get(`/fhir/${INS}`);
    await bench.post('/fhir/Patient/_search').type('form').send(`identifier=${INS}`);
    await bench.post('/fhir/DocumentReference').type(json).send(`{"resourceType":"${INS}"}`);
    await bench.get('/fhir/Patient/abc', 'tokentokentoken').set('X-Request-Id', INS);
    const log = bench.log();
    expect(log).toContain('"route":"/fhir/Patient/:id"');
    expect(log).toContain('"problems":["unknown-route"]');
    expect(log).not.toContain(INS);
    expect(log).not.toContain('tokentokentoken');
    expect(log).not.toContain('MAUREL');
    expect(log).not.toContain('899700101233');
  });
});

describe('what nobody foresaw', () => {
  it('is 500 with the request id and nothing else; the log has the place and not the message', async () => {
    const secret = 'ODETTE ROUSSELIN';
    const failing = await startBench({}, { ...stubs, 'Patient.read': () => Promise.reject(new Error(secret)) });
    try {
      const res = await failing.get('/fhir/Patient/abc');
      expect(res.status).toBe(500);
      expect(res.text).not.toContain(secret);
      expect(failing.log()).toContain('unforeseen');
      expect(failing.log()).toContain('app.test.ts');
      expect(failing.log()).not.toContain(secret);
    } finally {
      await failing.close();
    }
  });

  it('does not start when what is declared and what is served differ', async () => {
    const { 'List.read': _, ...fewer } = stubs;
    await expect(startBench({}, fewer)).rejects.toThrow('List.read');
    await expect(startBench({}, { ...stubs, 'List.delete': stubs['List.read']! })).rejects.toThrow('List.delete');
  });
});

/**
 * Issue 7, line 1: the OpenAPI document that is served says what the server does. Every operation is called on the running stack with the
 * document's own examples, in every media type; every parameter and header is sent; what is not in the document is not there.
 */
import { Router } from 'express';
import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Parameter } from '../../server/openapi/types.ts';
import { wholeDocument } from '../../tools/openapi.ts';
import { needsToken, operationsOf, type Document, type ResolvedOperation } from '../support/openapi.ts';
import { chapters, forms, insOf, type Made } from '../support/openapi-steps.ts';
import { administration, authorization, installer, walkNeighbours } from '../support/openapi-steps-oauth.ts';
import { tasks } from '../support/openapi-steps-tasks.ts';
import { fhirJson, fhirXml, Walk, type Ask, type Pairs, type Told } from '../support/openapi-walk.ts';
import { patientDoorSettings, patientDoorWorld } from '../support/patient-doors.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

const settings = {
  ...patientDoorSettings,
  SUBSCRIPTION_ENDPOINTS: 'https://dui.example',
  INSTALLATION_ADMINISTRATORS: '899700101233',
};

// --- what Express was told, while the stack starts: router → what it was given
type Mounted = { path: string; child?: unknown };
const mounted = new Map<unknown, Mounted[]>();
function listen(): void {
  const remember = (router: unknown, more: Mounted[]): void =>
    void mounted.set(router, [...(mounted.get(router) ?? []), ...more]);
  const prototype = Router.prototype as Record<'use' | 'route', (...args: unknown[]) => unknown>;
  const { use, route } = prototype;
  vi.spyOn(prototype, 'use').mockImplementation(function (this: unknown, ...args: unknown[]) {
    const [first, ...rest] = args.flat(3);
    const path = typeof first === 'string' ? first : '';
    remember(
      this,
      (typeof first === 'string' ? rest : [first, ...rest]).map((child) => ({ path, child })),
    );
    return use.apply(this, args);
  });
  vi.spyOn(prototype, 'route').mockImplementation(function (this: unknown, ...args: unknown[]) {
    remember(
      this,
      args.flat().map((path) => ({ path: String(path) })),
    );
    return route.apply(this, args);
  });
}
/** Paths of the routes below a router, and of what is mounted at a path of its own. */
function pathsBelow(router: unknown, prefix = ''): string[] {
  return (mounted.get(router) ?? []).flatMap(({ path, child }) => {
    const here = `${prefix}${path === '/' ? '' : path}`;
    if (child !== undefined && mounted.has(child)) return pathsBelow(child, here);
    return path === '' ? [] : [here];
  });
}

let around: Awaited<ReturnType<typeof walkNeighbours>>;
let stack: Stack;
let document: Document;
let walk: Walk;
const made: Partial<Made> = {};

beforeAll(async () => {
  around = await walkNeighbours();
  listen();
  stack = await startStack(settings, patientDoorWorld, { authorization: around.parts });
  vi.restoreAllMocks();
  const answer = await fetch(`${stack.origin}/openapi.json`);
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  document = (await answer.json()) as Document;
  walk = new Walk(document, stack);
});
afterAll(() => stack.close());

const operations = operationsOf(JSON.parse(JSON.stringify(wholeDocument())) as Document);
const outcome = ({ body }: Told): Partial<OperationOutcome> | undefined => body as OperationOutcome;
const rowOf = (told: Told): string | undefined =>
  outcome(told)?.issue?.[0]?.details?.coding?.find((c) => c.system?.endsWith('/CodeSystem/error'))?.code;

/** Who looks at a type, and by what a search of it begins. */
const lookers: Record<string, Kind> = { AuditEvent: 'admin', Task: 'nurse' };
/** One's own entry asks for its own scope. */
const self = { person: 'doctor', scope: 'fhirUser' } as const;
const bases: Record<string, Pairs> = {
  Patient: [['identifier', insOf('P1')]],
  DocumentReference: [
    ['patient.identifier', insOf('P1')],
    ['status', 'current'],
  ],
  List: [
    ['patient.identifier', insOf('P1')],
    ['code', 'submissionset'],
    ['status', 'current'],
  ],
  Consent: [['patient.identifier', insOf('P1')]],
  // Mandatory where handling is strict (ITI-81).
  AuditEvent: [['date', 'ge2026-01-01']],
};
const typeOf = ({ path }: ResolvedOperation): string => /^\/fhir\/([A-Z]\w+)/.exec(path)?.[1] ?? '';
const looker = (operation: ResolvedOperation): Kind => lookers[typeOf(operation)] ?? 'doctor';

/** The id of something of a type that the looker can see. */
async function someId(type: string): Promise<string> {
  if (type === 'Binary') return made.document!;
  // One's own alone.
  if (type === 'Practitioner') return stack.practitionerId('899700101233');
  const query = new URLSearchParams([...(bases[type] ?? [])].map(([n, v]): [string, string] => [n, v])).toString();
  const { body } = await stack.get<Bundle>(`/${type}?${query}`, lookers[type] ?? 'doctor');
  return body.entry!.find((e) => e.search?.mode === 'match')!.resource!.id!;
}
const isRead = ({ method, path }: ResolvedOperation): boolean =>
  method === 'get' && /^\/fhir\/[A-Z]\w+\/\{id\}$/.test(path);
const isSearch = ({ method, path }: ResolvedOperation): boolean =>
  (method === 'get' && /^\/fhir\/[A-Z]\w+$/.test(path)) || path.endsWith('/_search');

/** What an operation that only looks is asked. */
async function lookAt(operation: ResolvedOperation): Promise<Ask> {
  const type = typeOf(operation);
  const who = typeOf(operation) === 'Practitioner' ? self : looker(operation);
  if (isRead(operation)) return { who, path: { id: await someId(type) } };
  if (!isSearch(operation)) return { who };
  const pairs = bases[type] ?? [];
  return operation.path.endsWith('/_search') ? { who, body: Object.fromEntries(pairs) } : { who, query: pairs };
}

describe('every operation, with what the document gives', () => {
  it.each(Object.entries(chapters))('%s', { timeout: 120_000 }, (_, steps) => steps(walk, made));

  it('the authorization server', { timeout: 120_000 }, () => authorization(walk, stack, around.key));
  it('deposits made later', { timeout: 120_000 }, () => tasks(walk, stack));
  it('the administration', { timeout: 120_000 }, () => administration(walk, stack));

  const isOpen = ({ method, path, security }: ResolvedOperation): boolean =>
    security.length === 0 && method === 'get' && path !== '/health/ready';
  const looks = operations.filter((o) => isRead(o) || isSearch(o) || isOpen(o));
  it.each(looks.map((o) => [o.operationId, o] as const))('%s is looked at', async (id, operation) => {
    const ask = await lookAt(operation);
    for (const accept of Object.keys(operation.responses['200']!.content ?? {})) {
      const told = await walk.send(id, { ...ask, accept });
      expect(told.status, told.text).toBe(200);
    }
  });

  it('operations on the server as a whole, and on one', async () => {
    for (const { accept } of forms) {
      for (const id of ['systemMyRightsGet', 'patientAuthorizedRecordsGet'])
        expect((await walk.send(id, { accept })).status).toBe(200);
      const told = await walk.send('patientAdministrativeDataOneGet', { accept, path: { id: made.patient! } });
      expect(told.status, told.text).toBe(200);
    }
    expect((await walk.send('ready', { accept: 'application/json' })).status).toBe(200);
  });

  it('a document in the forms that it has, and a part of it, and not again', async () => {
    const path = { id: made.document! };
    for (const accept of ['text/xml', 'text/plain', 'text/html', fhirJson, fhirXml])
      expect((await walk.send('binaryRead', { path, accept })).status).toBe(200);
    const part = await walk.send('binaryRead', { path, accept: 'text/plain', headers: { range: 'bytes=0-3' } });
    expect([part.status, part.text.length]).toEqual([206, 4]);
    const etag = part.headers.get('etag')!;
    const same = await walk.send('binaryRead', { path, accept: 'text/plain', headers: { 'if-none-match': etag } });
    expect([same.status, same.text]).toEqual([304, '']);
    const whole = { range: 'bytes=0-3', 'if-range': '"other"' };
    expect((await walk.send('binaryRead', { path, accept: 'text/plain', headers: whole })).status).toBe(200);
    expect(
      (await walk.send('binaryRead', { path, accept: 'text/plain', headers: { range: 'bytes=99999-' } })).status,
    ).toBe(416);
  });

  it('every success that is documented has occurred, in every media type, and every body was read', () => {
    const wanted = [...walk.operations.values()].flatMap(({ operationId: id, responses, requestBody }) => [
      ...Object.entries(responses)
        .filter(([status]) => Number(status) < 400)
        .flatMap(([status, { content = {} }]) => [
          `${id} ${status}`,
          ...Object.keys(content).map((media) => `${id} → ${media}`),
        ]),
      ...Object.entries(responses)
        .filter(([status]) => Number(status) < 400)
        .flatMap(([, { headers = {} }]) => Object.keys(headers).map((name) => `${id} success with ${name}`)),
      ...Object.keys(requestBody?.content ?? {}).map((media) => `${id} ← ${media}`),
    ]);
    const only501 = (name: string): boolean => name.startsWith('patientInternetAccountOne ');
    expect([...new Set(wanted)].filter((w) => !walk.seen.has(w) && !only501(w))).toEqual([]);
  });
});

describe('every parameter', () => {
  const regulation = { person: 'doctor', purpose: 'centre_15' } as const;
  const traits = ['family', 'given', 'birthdate', 'gender', 'address-city', 'address-postalcode'];
  const valueOf = ({ name, example, schema }: Parameter): string =>
    // The document cannot know an opaque id.
    name === 'patient' || name === 'subject'
      ? `Patient/${made.patient}`
      : String(example ?? (schema['examples'] as unknown[] | undefined)?.[0] ?? (schema['enum'] as unknown[])[0]);
  const searched = operations.filter((o) => isSearch(o) && o.method === 'get');
  const cases = searched.flatMap((o) =>
    o.parameters.filter((p) => p.in === 'query').map((p) => [o.operationId, p.name, o, p] as const),
  );

  it.each(cases)('%s understands %s', async (id, name, operation, parameter) => {
    const type = typeOf(operation);
    const isTrait = type === 'Patient' && traits.includes(name);
    const alone = (name === '_id' && type !== 'AuditEvent') || (type === 'Patient' && name === 'identifier');
    const base: Pairs = isTrait
      ? [
          ['family', 'BASTIDE'],
          ['birthdate', '1936'],
        ]
      : alone
        ? []
        : (bases[type] ?? []);
    const designates = /^(patient|subject)/.test(name);
    const others = base.filter(([n]) => n !== name && !(designates && /^(patient|subject)/.test(n)));
    const told = await walk.send(id, {
      who: isTrait ? regulation : looker(operation),
      query: [...others, [name, valueOf(parameter)]],
      headers: { prefer: 'handling=strict' },
    });
    expect(told.status, told.text).toBe(200);
  });

  const inputs = operations.filter((o) => o.path.includes('$') && o.method === 'get');
  it.each(
    inputs.flatMap((o) =>
      o.parameters.filter((p) => p.in === 'query').map((p) => [o.operationId, p.name, o, p] as const),
    ),
  )('%s understands %s', async (id, name, operation, parameter) => {
    const needed: Record<string, Pairs> = {
      documentReferenceWhatsNewGet: [['patient.identifier', insOf('P1')]],
      patientIhePixGet: [['sourceIdentifier', 'urn:oid:2.16.840.1.113883.19.7602.9|NEW-1']],
      patientWebAccessGet: [['page', 'Documents']],
      patientWebAccessOneGet: [['page', 'Documents']],
    };
    const base = (needed[id] ?? []).filter(([n]) => n !== name && !(name === 'patient' && n === 'patient.identifier'));
    const query = [...base, [name, valueOf(parameter)] as const];
    const type = typeOf(operation);
    const who = type === 'Patient' && !/WebAccess|AuthorizedRecords|AdministrativeData/.test(id) ? 'nurse' : 'doctor';
    const told = await walk.send(id, {
      who,
      query,
      ...(operation.path.includes('{id}') ? { path: { id: await someId(type) } } : {}),
    });
    // Whatever it is about may be unknown; the parameter is not.
    expect(rowOf(told) ?? '').not.toMatch(/^operation-parameter/);
  });

  it('is refused when the document does not have it', async () => {
    for (const { operationId } of searched) {
      const told = await walk.send(operationId, {
        who: looker(walk.operation(operationId)),
        query: [...(bases[typeOf(walk.operation(operationId))] ?? []), ['colour', 'red']],
        headers: { prefer: 'handling=strict' },
      });
      expect([told.status, rowOf(told)], operationId).toEqual([400, 'search-parameter-unknown']);
    }
    for (const { operationId, path } of inputs) {
      const id = path.includes('{id}') ? { path: { id: await someId(typeOf(walk.operation(operationId))) } } : {};
      const told = await walk.send(operationId, { who: 'nurse', ...id, query: [['colour', 'red']] });
      expect(rowOf(told), operationId).toBe('operation-parameter-unknown');
    }
  });
});

describe('headers do what the document says', () => {
  const having = (name: string) =>
    operations.filter((o) => o.parameters.some((p) => p.in === 'header' && p.name === name));
  const plain = (): Ask => ({
    who: null,
    path: { id: 'unknown', version: '1', certificate: 'unknown' },
    headers: { 'x-request-id': 'ward-2-000042', 'accept-language': 'en' },
  });

  it('X-Request-Id comes back, from every operation', async () => {
    for (const o of operations) {
      expect(having('X-Request-Id').includes(o), o.operationId).toBe(true);
      const told = await walk.send(o.operationId, { ...plain(), accept: '*/*' });
      expect(told.headers.get('x-request-id'), o.operationId).toBe('ward-2-000042');
    }
  });

  it('Accept-Language chooses the sentences', async () => {
    for (const o of having('Accept-Language').filter(needsToken))
      expect(outcome(await walk.send(o.operationId, plain()))?.language, o.operationId).toBe('en');
  });

  it('Prefer: return=minimal leaves the body out', async () => {
    const told = await walk.send('consentCreate', { who: 'nurse', headers: { prefer: 'return=minimal' } });
    expect([told.status, told.text]).toEqual([200, '']);
    const said = await walk.send('consentCreate', { who: 'nurse', headers: { prefer: 'return=OperationOutcome' } });
    expect((said.body as Resource).resourceType).toBe('OperationOutcome');
  });

  it('If-Match of another version is refused', async () => {
    const consent = await someId('Consent');
    const task = await someId('Task');
    const ids: Record<string, Ask> = {
      documentReferencePatch: {
        who: 'doctor',
        path: { id: made.document! },
        contentType: 'application/json-patch+json',
      },
      documentReferencePatchByCriteria: {
        who: 'doctor',
        query: [['identifier', `urn:ietf:rfc:3986|urn:oid:2.16.840.1.113883.19.7602.50.20261121.2`]],
        contentType: 'application/json-patch+json',
      },
      // Whichever it is: its topic stays.
      consentUpdate: {
        who: 'nurse',
        path: { id: consent },
        body: (await stack.get<Resource>(`/Consent/${consent}`, 'nurse')).body,
      },
      consentDelete: { who: 'nurse', path: { id: consent } },
      subscriptionUpdate: { who: 'doctor', path: { id: await someId('Subscription') } },
      subscriptionDelete: { who: 'doctor', path: { id: await someId('Subscription') } },
      ...Object.fromEntries(
        (['taskCancelOne', 'taskRequeueOne', 'taskReleaseOne', 'taskDeclineOne'] as const).map((id) => [
          id,
          { who: 'nurse', path: { id: task } } satisfies Ask,
        ]),
      ),
      patientUpdate: { who: 'nurse', path: { id: await someId('Patient') } },
      patientDelete: { who: 'nurse', path: { id: made.identity! } },
      patientUpdateByCriteria: {
        who: 'nurse',
        query: [['identifier', 'urn:oid:2.16.840.1.113883.19.7602.9|IPP-000042']],
      },
      patientDeleteByCriteria: { who: 'nurse', query: [['identifier', 'urn:oid:2.16.840.1.113883.19.7602.9|NEW-1']] },
    };
    for (const o of having('If-Match').filter((each) => each.path.startsWith('/fhir/'))) {
      const told = await walk.send(o.operationId, { ...ids[o.operationId], headers: { 'if-match': 'W/"999999"' } });
      expect([told.status, o.operationId], told.text).toEqual([412, o.operationId]);
    }
  });

  it('If-None-Exist finds what is there', async () => {
    expect(having('If-None-Exist').map((o) => o.operationId)).toEqual(['documentReferenceCreate']);
    const there = { 'if-none-exist': 'identifier=urn:ietf:rfc:3986|urn:oid:2.16.840.1.113883.19.7602.50.20261121.2' };
    expect((await walk.send('documentReferenceCreate', { who: 'nurse', headers: there })).status).toBe(200);
  });
});

describe('refusals are those of the document', () => {
  const closed = operations.filter(needsToken);
  const unknown = { id: 'unknown', version: '1', certificate: 'unknown' };
  const anything = { person: 'nurse', scope: 'user/*.cruds' } as const;
  it.each(closed.map((o) => [o.operationId, o] as const))(
    '%s: without token, scope, form, content',
    async (id, operation) => {
      const none = await walk.send(id, { who: null, path: unknown });
      expect([none.status, none.headers.has('www-authenticate')]).toEqual([401, true]);
      // The administration is JSON whatever the Accept.
      const isAdmin = operation.path.startsWith('/admin');
      const who = isAdmin ? installer : anything;
      const form = await walk.send(id, { path: unknown, accept: 'text/turtle', who });
      if (!isAdmin) expect(form.status, form.text).toBe(operation.path.startsWith('/fhir/Binary') ? 404 : 406);
      if (operation.requestBody && !operation.path.endsWith('/_search')) {
        const wrong = { path: unknown, body: 'x', contentType: 'text/plain', who };
        expect((await walk.send(id, wrong)).status, id).toBe(415);
      }
      if (operation.path.includes('{id}')) {
        const absent = await walk.send(id, { path: unknown, who: isAdmin ? installer : looker(operation) });
        expect(absent.status, absent.text).toBeGreaterThanOrEqual(400);
      }
    },
  );

  it.each(closed.map((o) => [o.operationId, o] as const))(
    '%s: its scopes are enough, and others are not',
    async (id, operation) => {
      const asks = operation.security.flatMap((r) => [r['smart'], r['backend']]).filter((s) => s !== undefined);
      if (asks.every((scopes) => scopes.length === 0) || id === 'systemTransaction') return;
      // Refused for its form: the scopes were found good before that.
      const harmless = { path: unknown, accept: 'text/turtle' };
      for (const scopes of asks) {
        const told = await walk.send(id, { ...harmless, who: { person: 'doctor', scope: scopes.join(' ') } });
        expect(rowOf(told), `${id} ${scopes.join(' ')}`).not.toBe('scope-missing');
      }
      const told = await walk.send(id, { ...harmless, who: { person: 'doctor', scope: 'user/Nothing.cruds' } });
      expect([told.status, rowOf(told)]).toEqual([403, 'scope-missing']);
      const named = /scope="([^"]*)"/.exec(told.headers.get('www-authenticate')!)![1]!.split(' ');
      expect(operation.security[0]!['smart']).toEqual(named);
    },
  );

  it('a set needs the scopes of its entries', async () => {
    const [{ smart = [] } = {}] = walk.operation('systemTransaction').security;
    expect((await walk.send('systemTransaction', { who: { person: 'nurse', scope: smart.join(' ') } })).status).toBe(
      200,
    );
    expect((await walk.send('systemTransaction', { who: { person: 'nurse', scope: 'ITI-65' } })).status).toBe(200);
    const told = await walk.send('systemTransaction', { who: { person: 'nurse', scope: 'user/List.c' } });
    expect([told.status, rowOf(told)]).toEqual([403, 'scope-missing']);
  });
});

describe('what is not in the document is not there', () => {
  /** Pages of a login: no program asks for them. */
  const forBrowsers = /^\/oauth\/(authorize|interaction|psc|logout)(\/|$)/;

  it('every route that Express was given is in it, and every path of it is a route', () => {
    const app = [...mounted.keys()].find((router) => (mounted.get(router) ?? []).some((m) => m.path === '/health'));
    const template = (path: string): string => path.replace(/:(\w+)/g, '{$1}');
    const served = new Set(pathsBelow(app).map(template));
    const named = Object.keys(document.paths);
    // What stands before several paths (authentication, CORS) is no path itself.
    const isBefore = (path: string): boolean => named.some((n) => n.startsWith(`${path}/`));
    expect([...served].filter((path) => !named.includes(path) && !isBefore(path) && !forBrowsers.test(path))).toEqual(
      [],
    );
    expect(named.filter((path) => !served.has(path))).toEqual([]);
  });

  it('what the authorization server says of itself is in it, or a page', async () => {
    const metadata = (await walk.send('oauthMetadata', { accept: 'application/json' })).body as Record<string, unknown>;
    const paths = Object.entries(metadata).flatMap(([name, value]) =>
      /_endpoint$|_uri$/.test(name) ? [new URL(String(value)).pathname] : [],
    );
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !(path in document.paths) && !forBrowsers.test(path))).toEqual([]);
  });

  it('other paths are unknown, other methods are refused', async () => {
    const token = await stack.token('doctor');
    const ask = (path: string, method: string) =>
      fetch(`${stack.origin}${path}`, { method, headers: { authorization: `Bearer ${token}`, accept: fhirJson } });
    for (const path of [
      '/nothing',
      '/openapi.yaml',
      '/docs/api/other.js',
      '/health',
      '/fhir/Patient/x/y/z',
      '/fhir/metadata/x',
    ]) {
      const answer = await ask(path, 'GET');
      const { issue } = (await answer.json()) as OperationOutcome;
      expect([path, answer.status, issue[0]?.details?.coding?.at(-1)?.code]).toEqual([path, 404, 'unknown-route']);
    }
    for (const [template, item] of Object.entries(document.paths)) {
      const path = template.replace(/\{\w+\}/g, 'unknown');
      for (const method of ['get', 'post', 'put', 'patch', 'delete'].filter((m) => !(m in item))) {
        const answer = await ask(path, method.toUpperCase());
        // What stands at a literal path is never an id; only where no literal path is, `{id}` answers.
        expect([`${method} ${template}`, answer.status]).toEqual([`${method} ${template}`, 405]);
        expect(answer.headers.get('allow')).not.toContain(method.toUpperCase());
        await answer.arrayBuffer();
      }
    }
  });
});

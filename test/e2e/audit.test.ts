/**
 * Issue 5, line 4, « Audit »: every request and every DMP transaction leaves an AuditEvent, written durably before the answer leaves,
 * and is read by those entitled.
 */
import { randomUUID } from 'node:crypto';
import type { AuditEvent, Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { handlerName } from '../../server/fhir/definition.ts';
import { routes, type Route } from '../../server/fhir/router.ts';
import { text } from '../support/documents.ts';
import { patientDoorSettings } from '../support/patient-doors.ts';
import { errorsOf, loadR4 } from '../support/profiles.ts';
import { INS_TEST, newOid, patients, provideBundle, simplified, type Deposit } from '../support/resources.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

let stack: Stack;
let document: DocumentReference;
let sent = 0;
const P1 = `${INS_TEST}|${patients.P1.ins}`;
const list = `/DocumentReference?patient.identifier=${encodeURIComponent(P1)}&status=current`;

beforeAll(async () => {
  loadR4();
  stack = await startStack(patientDoorSettings);
  const made = await stack.post<DocumentReference>('/DocumentReference', deposit('Lettre'), 'nurse');
  document = made.body;
}, 120_000);
afterAll(() => stack.close());
afterEach(async () => {
  await stack.database.query('DROP TRIGGER IF EXISTS unwritable ON kept_record');
  await stack.clearFaults();
});

function deposit(title: string, over: Partial<Deposit> = {}): DocumentReference {
  const uniqueId = newOid();
  return simplified({ content: text(uniqueId), contentType: 'text/plain', uniqueId, title, ...over });
}

/** The next records that fit cannot be written. */
const unwritable = (when: string): Promise<unknown> =>
  stack.database.query(`
    CREATE OR REPLACE FUNCTION unwritable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    CREATE TRIGGER unwritable BEFORE INSERT ON kept_record FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION unwritable()`);

interface Sent {
  id: string;
  status: number;
  body: string;
  headers: Headers;
}
/** A request with an id of its own. @param kind nobody when null */
async function send(method: string, url: string, kind: Kind | null, body?: unknown, more: object = {}): Promise<Sent> {
  const id = `audit-${++sent}`;
  const answer = await fetch(`${stack.base}${url}`, {
    method,
    headers: {
      ...(kind === null ? {} : { authorization: `Bearer ${await stack.token(kind)}` }),
      'x-request-id': id,
      accept: 'application/fhir+json',
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...more,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { id, status: answer.status, body: await answer.text(), headers: answer.headers };
}

const search = async (query: string, kind: Kind = 'admin'): Promise<AuditEvent[]> => {
  const { status, body } = await stack.get<Bundle<AuditEvent>>(`/AuditEvent?_count=500&${query}`, kind);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.entry ?? []).flatMap((e) => (e.search?.mode === 'match' ? [e.resource!] : []));
};
/** Oldest first. */
const ofRequest = async (id: string): Promise<AuditEvent[]> => (await search(`entity.identifier=${id}`)).reverse();
const codes = ({ subtype = [] }: AuditEvent): string[] => subtype.map((c) => c.code ?? '');
const named = (events: readonly AuditEvent[], code: string): AuditEvent[] =>
  events.filter((e) => codes(e).includes(code));
const detailOf = ({ entity = [] }: AuditEvent, name: string): string | undefined =>
  entity.flatMap((e) => e.detail ?? []).find((d) => d.type === name)?.valueString;
/** PS_IdNat of who acted. */
const personsOf = (events: readonly AuditEvent[]): Set<string> =>
  new Set(
    events.flatMap(({ agent }) =>
      agent.flatMap((a) => (a.who?.type === 'Practitioner' ? [a.who.identifier!.value!] : [])),
    ),
  );
const patientsOf = ({ entity = [] }: AuditEvent): string[] =>
  entity.flatMap((e) => (e.type?.code === '1' ? [e.what!.reference!] : []));
const pathOf = ({ path }: Route): string =>
  path.replace(':id', randomUUID()).replace(':version', '1').replace(/^\/$/, '');

describe('4. Every request', () => {
  it.each([['doctor'], [null]] as const)('of every declared interaction is on record, once: %s', async (kind) => {
    const walked: (Sent & { route: Route })[] = [];
    for (const route of routes()) {
      const body = ['own', 'any'].includes(route.body) ? { resourceType: route.type ?? 'Bundle' } : undefined;
      const answer = await send(route.method.toUpperCase(), pathOf(route), kind, body);
      walked.push({ ...answer, route });
      if (kind === null) expect(answer.status).toBe(401);
    }
    const rows = await stack.database.query<{ request_id: string; n: number }>(
      "SELECT request_id, count(*)::int AS n FROM kept_record WHERE kind = 'request' GROUP BY request_id",
    );
    const counted = new Map(rows.map((r) => [r.request_id, r.n]));
    expect(walked.filter((w) => (counted.get(w.id) ?? 0) < 1).map((w) => w.route.path)).toEqual([]);
    expect(walked.length).toBeGreaterThan(50);
    // Searches of one's own things may be about several patients: one record each (BALP).
    const several = walked.filter((w) => counted.get(w.id) !== 1);
    expect(several.filter((w) => w.status >= 300).map((w) => w.route.path)).toEqual([]);
    if (kind === null) return;
    for (const { id, route, status } of walked) {
      const [event] = named(await ofRequest(id), 'request');
      expect([detailOf(event!, 'interaction'), detailOf(event!, 'status')]).toEqual([
        handlerName(route.type, route.interaction),
        String(status),
      ]);
      expect(codes(event!)).toEqual(expect.arrayContaining([...route.interaction.ihe]));
      expect(event!.outcome === '0').toBe(status < 400);
    }
  });

  it('of IHE’s transactions has the shape of its profile', async () => {
    const bundle = await send('POST', '', 'nurse', provideBundle([{ content: text(), contentType: 'text/plain' }]));
    const simple = await send('POST', '/DocumentReference', 'nurse', deposit('ITI-105'));
    const found = await send('GET', list, 'doctor');
    const lists = await send(
      'GET',
      `/List?patient.identifier=${encodeURIComponent(P1)}&code=submissionset&status=current`,
      'doctor',
    );
    const read = await send('GET', `/Binary/${document.id}`, 'doctor', undefined, { accept: '*/*' });
    const patient = await send('GET', `/Patient?identifier=${encodeURIComponent(P1)}`, 'doctor');
    const id = (JSON.parse(patient.body) as Bundle).entry![0]!.resource!.id!;
    for (const [answer, transaction, profile] of [
      [bundle, 'ITI-65', 'IHE.MHD.ProvideBundle.Audit.Recipient'],
      [simple, 'ITI-105', 'IHE.MHD.SimplifiedPublish.Audit.Recipient'],
      [found, 'ITI-67', 'IHE.MHD.FindDocumentReferences.Audit.Responder'],
      [lists, 'ITI-66', 'IHE.MHD.FindDocumentLists.Audit.Responder'],
      [read, 'ITI-68', 'IHE.MHD.RetrieveDocument.Audit.Responder'],
      [patient, 'ITI-78', 'IHE.PDQm.Query.Audit.Supplier'],
    ] as const) {
      expect(answer.status, answer.body).toBeLessThan(300);
      const [event, ...more] = named(await ofRequest(answer.id), 'request');
      expect(more).toEqual([]);
      expect(codes(event!)).toContain(transaction);
      expect(event!.meta!.profile![0]).toMatch(new RegExp(`/${profile.replaceAll('.', '\\.')}$`));
      expect(patientsOf(event!)).toEqual([`Patient/${id}`]);
      expect(errorsOf(event!)).toEqual([]);
    }
    const [event] = named(await ofRequest(bundle.id), 'request');
    const set = event!.entity!.find((e) => e.role?.code === '20')!.what!.reference!;
    expect((await stack.get(`/${set}`, 'doctor')).status).toBe(200);
    const [query] = named(await ofRequest(found.id), 'request');
    const asked = Buffer.from(query!.entity!.find((e) => e.role?.code === '24')!.query!, 'base64').toString();
    expect(asked).toBe(`DocumentReference?patient=Patient/${id}&status=current`);
    expect(query!.agent.map((a) => a.network?.address).filter(Boolean)).toEqual(['127.0.0.1', 'localhost']);
  });

  it('of several patients has a record for each of them', async () => {
    const answer = await send('GET', '/Patient/$authorized-records', 'doctor');
    expect(answer.status, answer.body).toBe(200);
    const ids = new Set([...answer.body.matchAll(/Patient\/([0-9a-f-]{36})"/g)].map(([, id]) => `Patient/${id}`));
    const events = named(await ofRequest(answer.id), 'request');
    expect(new Set(events.flatMap(patientsOf))).toEqual(ids);
    expect(events.length).toBe(Math.max(1, ids.size));
  });

  it('reading the record is on record, too', async () => {
    const read = await send('GET', '/AuditEvent?subtype=break-glass', 'admin');
    const [event, ...more] = await ofRequest(read.id);
    expect([codes(event!), more]).toEqual([['search-type', 'ITI-81', 'request'], []]);
  });
});

describe('4. Every DMP transaction', () => {
  it('is on record with its mode, its IHE equivalent and the request that caused it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await stack.resetCalls();
    const { id } = await send('GET', `/DocumentReference/${document.id}`, 'doctor', undefined, { traceparent });
    const [call, ...more] = named(await ofRequest(id), 'dmp');
    expect([await stack.calls(), more]).toEqual([['TD3.1a'], []]);
    expect(codes(call!)).toEqual(['dmp', 'ITI-18', 'TD3.1a']);
    expect([detailOf(call!, 'mode'), detailOf(call!, 'attempts')]).toEqual(['INDIRECTE_RENFORCEE', '1']);
    expect(call!.entity!.some((e) => e.what?.identifier?.value === traceparent)).toBe(true);
    expect(call!.agent.at(-1)!.who!.display).toBe('DMP');
    expect(await search(`entity.identifier=${traceparent}&entity-type=traceparent`)).toHaveLength(2);
  });

  it('that changes something is on record before it is sent', async () => {
    const { id, status } = await send('POST', '/DocumentReference', 'nurse', deposit('Annoncé'));
    expect(status).toBe(201);
    const calls = named(await ofRequest(id), 'TD2.1');
    expect(calls.map((c) => c.outcome)).toEqual([undefined, '0']);
    expect(calls[0]!.outcomeDesc).toMatch(/sur le point/);
  });

  it('is not made when that cannot be put on record', async () => {
    await unwritable("NEW.kind = 'dmp' AND NEW.outcome = 'pending'");
    await stack.resetCalls();
    const body = deposit('Tu');
    const refused = await send('POST', '/DocumentReference', 'nurse', body);
    expect([refused.status, await stack.calls()]).toEqual([503, []]);
    expect(JSON.parse(refused.body)).toMatchObject({ issue: [{ code: 'transient' }] });
    await stack.database.query('DROP TRIGGER unwritable ON kept_record');
    expect((await send('POST', '/DocumentReference', 'nurse', body)).status).toBe(201);
  });

  it('whose end cannot be put on record is answered with 503, and the deposit is found again', async () => {
    await unwritable("NEW.kind = 'dmp' AND NEW.outcome <> 'pending'");
    await stack.resetCalls();
    const uniqueId = newOid();
    const body = deposit('Retrouvé', { uniqueId });
    expect((await send('POST', '/DocumentReference', 'nurse', body)).status).toBe(503);
    expect(await stack.calls()).toEqual(['TD2.1']);
    const read = await send('GET', list, 'doctor');
    expect([read.status, read.body.includes('"total"')]).toEqual([503, false]);
    await stack.database.query('DROP TRIGGER unwritable ON kept_record');
    expect((await send('POST', '/DocumentReference', 'nurse', body)).status).toBe(201);
    expect(await stack.registeredAll(uniqueId)).toHaveLength(1);
  });

  it('that fails is on record, and so is the request', async () => {
    await stack.fault({ kind: 'reset' });
    const down = await send('GET', list, 'doctor');
    await stack.clearFaults();
    await stack.fault({ kind: 'registryError', code: 'XDSRegistryBusy', transaction: 'TD3.1a' });
    const busy = await send('GET', list, 'doctor');
    const [call, request] = await ofRequest(down.id);
    expect([down.status, call!.outcome, detailOf(call!, 'kind'), detailOf(call!, 'attempts')]).toEqual([
      503,
      '8',
      'network',
      '2',
    ]);
    expect([request!.outcome, request!.outcomeDesc]).toEqual(['8', expect.stringContaining('DMP')]);
    const [refusal] = await ofRequest(busy.id);
    expect([refusal!.outcome, detailOf(refusal!, 'code')]).toEqual(['4', 'XDSRegistryBusy']);
  });
});

describe('4. What cannot be put on record', () => {
  const cases: [method: string, url: string, kind: Kind | null, headers: object][] = [
    ['GET', list, 'doctor', {}],
    ['GET', list, 'doctor', { accept: 'application/fhir+xml' }],
    ['GET', '/DocumentReference/:own', 'doctor', {}],
    ['GET', '/Binary/:own', 'doctor', { accept: '*/*' }],
    ['GET', '/Binary/:own', 'doctor', {}],
    ['HEAD', '/Binary/:own', 'doctor', { accept: '*/*' }],
    ['GET', '/AuditEvent', 'admin', {}],
    ['GET', '/Nothing', 'doctor', {}],
    ['GET', list, null, {}],
  ];
  it.each(cases)('is not answered: %s %s as %s, %j', async (method, url, kind, headers) => {
    await unwritable("NEW.kind = 'request'");
    const answer = await send(method, url.replace(':own', document.id!), kind, undefined, headers);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    for (const name of ['etag', 'content-disposition', 'x-security-context', 'www-authenticate'])
      expect(answer.headers.get(name), name).toBeNull();
    if (method !== 'HEAD') expect(answer.body).toMatch(/audit-unavailable/);
    expect(answer.body).not.toMatch(/ROUSSELIN|attachment|searchset/);
    expect(stack.spooled()).toEqual([]);
  });
});

describe('4. Who may read', () => {
  it('the administrator all, a professional their own', async () => {
    expect(personsOf(await search('subtype=request&outcome=0')).size).toBe(3);
    expect(personsOf(await search('', 'nurse'))).toEqual(new Set(['899700204581']));
    const others = await stack.get<OperationOutcome>('/AuditEvent?agent.identifier=899700101233', 'nurse');
    expect([others.status, others.body.issue[0]!.details!.coding!.at(-1)!.code]).toEqual([403, 'audit-not-entitled']);
    const [theirs] = await search('agent.identifier=899700101233');
    expect((await stack.get(`/AuditEvent/${theirs!.id}`, 'nurse')).status).toBe(403);
    expect((await stack.get(`/AuditEvent/${theirs!.id}`, 'doctor')).status).toBe(200);
  });

  it('the médecin traitant every access to the patient, once the DMP has said who that is', async () => {
    const of = `patient.identifier=${encodeURIComponent(P1)}`;
    const before = await search(of, 'doctor');
    expect(personsOf(before)).toEqual(new Set(['899700101233']));
    await stack.database.query('UPDATE dmp_authorization SET treating_physician = true');
    const after = await search(of, 'doctor');
    expect(personsOf(after).size).toBeGreaterThan(1);
    expect(new Set(after.flatMap(patientsOf)).size).toBe(1);
    expect(personsOf(await search('', 'doctor')).size).toBe(1);
  });

  it('an emergency stands out, with what was done in it', async () => {
    const { ins, family, given, birthDate } = patients.P1;
    const reason = 'Malaise dans le couloir, traitement inconnu';
    const token = { person: 'doctor', purpose: 'bris_de_glace', reason, patient: ins } as const;
    const opened = await stack.as({ ...token, confirmed: { family, given, birthDate } }, 'GET', list);
    expect(opened.status, JSON.stringify(opened.body)).toBe(200);
    const [notable, ...more] = await search('subtype=break-glass&outcome=0');
    expect([notable!.type.code, more]).toEqual(['110113', []]);
    const request = notable!.entity!.find((e) => e.type?.code === 'XrequestId')!.what!.identifier!.value!;
    const all = await ofRequest(request);
    expect(all.length).toBeGreaterThan(2);
    for (const event of all) expect(event.meta!.tag!.map((t) => t.code)).toContain('break-glass');
  });

  it('nothing on record holds an INS, a token, or a name of the patient; all of it is valid', async () => {
    const events = await search('');
    const told = JSON.stringify(events);
    for (const { ins, family } of Object.values(patients))
      expect([ins, family].filter((s) => told.includes(s))).toEqual([]);
    expect(told).not.toMatch(/eyJ[\w-]+\./);
    for (const event of events) expect(errorsOf(event)).toEqual([]);
  });

  it('a count beyond what pages count is made when it is asked for', async () => {
    const { body } = await stack.get<Bundle>('/AuditEvent?_summary=count', 'admin');
    expect(body.total).toBeGreaterThan(100);
    expect(body.entry).toBeUndefined();
  });
});

/** The world in which declared things are tried: a stack, what is deposited and recorded in it, and how it is asked. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditEvent, Bundle, Consent, DocumentReference, Resource, Subscription } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { text } from '../documents.ts';
import { feedItem } from '../feed-items.ts';
import { patientDoorSettings, patientDoorWorld, preparePatientDoors } from '../patient-doors.ts';
import { consent, INS_TEST, newOid, patients, simplified, subscriptionTo } from '../resources.ts';
import { type Kind, type Stack, startStack } from '../stack.ts';

/** Empty until it is prepared. */
export const stack = {} as Stack;
/** Takes notifications. */
const receiver = createServer((req, res) => req.resume().on('end', () => res.writeHead(200).end()));
export const P1 = `${INS_TEST}|${patients.P1.ins}`;
export const P2 = `${INS_TEST}|${patients.P2.ins}`;
/** Story documents and sets of P1, a document that the doctor wrote, and P2's opaque id. */
export const known = {
  letter: '',
  former: '',
  list: '',
  folder: '',
  own: { id: '', uniqueId: '' },
  P2: '',
  subscription: '',
  consent: '',
  task: '',
  takeover: randomUUID(),
  event: { id: '', at: '', request: '' },
};

export type Pairs = (readonly [name: string, value: string])[];
export const query = (pairs: Pairs): string =>
  new URLSearchParams(pairs.map(([n, v]): [string, string] => [n, v])).toString();
/** Who may search a type. */
const readers: Record<string, Kind> = { AuditEvent: 'admin', Task: 'nurse' };
export const readerOf = (type: string): Kind => readers[type] ?? 'doctor';
export const ask = (type: string, pairs: Pairs, kind: Kind = readerOf(type)) =>
  stack.get<Bundle>(`/${type}?${query([...pairs, ['_count', '500']])}`, kind);
export const found = (body: Bundle, mode = 'match'): Resource[] =>
  (body.entry ?? []).filter((e) => e.search?.mode === mode).map((e) => e.resource!);
export async function idsOf(type: string, pairs: Pairs): Promise<string[]> {
  const { status, body } = await ask(type, pairs);
  expect(status, JSON.stringify(body)).toBe(200);
  return found(body).map((r) => r.id!);
}

/** What every search of a type says unless a case says otherwise: all there is to choose from. */
export const base: Record<string, Pairs> = {
  DocumentReference: [
    ['patient.identifier', P1],
    ['status', 'current,superseded'],
  ],
  List: [
    ['patient.identifier', P1],
    ['code', 'submissionset'],
    ['status', 'current'],
  ],
  Patient: [],
  Subscription: [],
  Task: [['patient.identifier', P1]],
  Consent: [['patient.identifier', P1]],
  AuditEvent: [['patient.identifier', P1]],
};
/** The doctor's, to documents of P1. */
export async function subscribed(topic?: string, payload?: string): Promise<Subscription> {
  const endpoint = `http://localhost:${(receiver.address() as AddressInfo).port}/`;
  const resource = subscriptionTo(endpoint, topic, payload);
  const { status, body } = await stack.post<Subscription>('/Subscription', resource, 'doctor');
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}
export const asDoctor = async (method: string, url: string, body?: unknown): Promise<globalThis.Response> =>
  fetch(`${stack.base}${url}`, {
    method,
    headers: { authorization: `Bearer ${await stack.token('doctor')}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
export const patientNames = ['patient', 'patient.identifier', 'subject', 'subject.identifier'];

/** What P1 allows, recorded by the nurse (again: its next version). */
export async function recorded(topic: string, decision: 'permit' | 'deny' = 'permit'): Promise<Consent> {
  const { status, body } = await stack.post<Consent>('/Consent', consent('P1', topic, decision), 'nurse');
  expect([200, 201], JSON.stringify(body)).toContain(status);
  return body;
}

/** Two emergency accesses to P1 on record: one that opened the record, one refused for its traits. */
async function emergencies(): Promise<void> {
  const { ins, family, given, birthDate } = patients.P1;
  const reason = 'Malaise dans le couloir, traitement inconnu';
  const token = { person: 'doctor', purpose: 'bris_de_glace', reason, patient: ins } as const;
  for (const [confirmed, status] of [
    [{ family, given, birthDate }, 200],
    [{ family: 'AUTRE', given, birthDate }, 403],
  ] as const) {
    const opened = await stack.as(
      { ...token, confirmed },
      'GET',
      `/DocumentReference?${query(base['DocumentReference']!)}`,
    );
    expect(opened.status, JSON.stringify(opened.body)).toBe(status);
  }
  const [event] = found((await ask('AuditEvent', [...base['AuditEvent']!, ['outcome', '4']])).body) as AuditEvent[];
  const request = event!.entity!.find((e) => e.type?.code === 'XrequestId')!.what!.identifier!.value!;
  known.event = { id: event!.id!, at: event!.recorded, request };
  // The searches are on record themselves: what is looked at ends here.
  base['AuditEvent']!.push(['date', `le${event!.recorded}`]);
}

/** The doctor's own, so that the doctor may change it. */
async function deposited(): Promise<{ id: string; uniqueId: string }> {
  const uniqueId = newOid();
  const written = JSON.stringify(
    simplified({ content: text(uniqueId), contentType: 'text/plain', uniqueId, title: 'À changer' }),
  )
    .replaceAll('899700204581', '899700101233')
    .replaceAll('LE BIHAN', 'MAUREL')
    .replaceAll('YANN', 'HÉLÈNE');
  const created = await stack.post<DocumentReference>('/DocumentReference', JSON.parse(written), 'nurse');
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return { id: created.body.id!, uniqueId };
}

/** Starts the stack, and deposits and records what is looked for. For `beforeAll`. */
export async function prepare(): Promise<void> {
  await new Promise<void>((resolve) => receiver.listen(0, 'localhost', resolve));
  Object.assign(
    stack,
    await startStack(
      { SUBSCRIPTION_ENDPOINTS: 'http://localhost', ...patientDoorSettings },
      { seed: 'folders', ...patientDoorWorld },
    ),
  );
  await preparePatientDoors(stack);
  const title = (r: Resource): string => (r as DocumentReference).content[0]!.attachment.title!;
  const documents = found((await ask('DocumentReference', base['DocumentReference']!)).body);
  known.letter = documents.find((d) => title(d).includes('corrigée'))!.id!;
  known.former = documents.find((d) => (d as DocumentReference).status === 'superseded')!.id!;
  known.own = await deposited();
  const other = await stack.post(
    '/DocumentReference',
    simplified({ who: 'P2', content: text(), contentType: 'text/plain' }),
    'nurse',
  );
  expect(other.status, JSON.stringify(other.body)).toBe(201);
  known.P2 = (other.body as DocumentReference).subject!.reference!;
  const [list] = found((await ask('List', [...base['List']!, ['title', 'Correction']])).body);
  known.list = list!.id!;
  const at = (month: number): Date => new Date(Date.UTC(2026, month));
  await feedItem(stack, 'delivered', { at: at(0), kind: 'set', takeoverId: known.takeover });
  await feedItem(stack, 'refused', { at: at(1) });
  known.task = await feedItem(stack, 'exhausted', { at: at(2) });
  await feedItem(stack, 'proposed', { at: at(3), who: 'P2' });
  known.consent = (await recorded('feeding')).id!;
  const withdrawn = await recorded('break-glass', 'deny');
  expect((await stack.put(`/Consent/${withdrawn.id}`, { ...withdrawn, status: 'inactive' }, 'nurse')).status).toBe(200);
  await emergencies();
  await subscribed();
  await subscribed('DocReference-PatientDependent-MinUpdate', 'application/fhir+xml');
  const ended = await subscribed('DocumentReference-PatientDependent');
  known.subscription = ended.id!;
  expect((await asDoctor('PUT', `/Subscription/${ended.id}`, { ...ended, status: 'off' })).status).toBe(200);
}

/** For `afterAll`. */
export async function close(): Promise<void> {
  await stack.close();
  receiver.close();
}

/** Declared thing → what shows that it works; searches, formats and the like by their kind. */
import type {
  Binary,
  Bundle,
  Consent,
  DocumentReference,
  Parameters,
  Practitioner,
  Resource,
  Subscription,
  Task,
} from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { text } from '../documents.ts';
import { declaredIdentityDoors } from '../identity-doors.ts';
import { declaredImportDoors } from '../import-doors.ts';
import { declaredPatientDoors } from '../patient-doors.ts';
import { INS_TEST, patients, provideBundle, simplified } from '../resources.ts';
import {
  acted,
  incomplete,
  inFormat,
  inLanguage,
  patched,
  patientBy,
  read,
  search,
  setOf,
  validates,
} from './attempts.ts';
import { includeCase, searchCase, sortCase } from './search-cases.ts';
import { definitions, searches } from './searches.ts';
import {
  asDoctor,
  base,
  found,
  known,
  P1,
  type Pairs,
  patientNames,
  query,
  recorded,
  stack,
  subscribed,
} from './world.ts';

const cases: Record<string, () => Promise<void>> = {
  'Patient search-type': () => search('Patient', [['identifier', P1]]),
  'Patient read': () => read('Patient', known.P2.replace('Patient/', '')),
  'Patient?identifier': async () => {
    expect(await patientBy([['identifier', P1]])).toBe(1);
    expect(await patientBy([['identifier', `${INS_TEST}|${patients.P4.ins}`]])).toBe(0);
  },
  'Patient?_id': async () => {
    expect(await patientBy([['_id', known.P2.replace('Patient/', '')]])).toBe(1);
    expect(await patientBy([['_id', 'unknown']])).toBe(0);
  },
  ...declaredPatientDoors(() => stack),
  ...declaredIdentityDoors(() => stack),
  ...declaredImportDoors(() => stack),
  'DocumentReference create': async () => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    await read('DocumentReference', created.body.id!);
  },
  'DocumentReference conditional create': async () => {
    const unless = (uniqueId: string) =>
      stack.post<DocumentReference>(
        '/DocumentReference',
        simplified({ content: text('other bytes'), contentType: 'text/plain' }),
        'nurse',
        { 'if-none-exist': `identifier=urn:ietf:rfc:3986|urn:oid:${uniqueId}` },
      );
    const there = await unless(known.own.uniqueId);
    expect([there.status, there.body.id]).toEqual([200, known.own.id]);
    expect((await unless('2.25.1')).status).toBe(201);
  },
  'DocumentReference read': () => read('DocumentReference', known.letter),
  'DocumentReference search-type': () => search('DocumentReference', base['DocumentReference']!),
  'DocumentReference patch': () => patched('application/json-patch+json'),
  'DocumentReference conditional patch': () =>
    patched(
      'application/json-patch+json',
      `/DocumentReference?identifier=${encodeURIComponent(`urn:ietf:rfc:3986|urn:oid:${known.own.uniqueId}`)}`,
    ),
  'DocumentReference $validate': () =>
    validates('DocumentReference', simplified({ content: text(), contentType: 'text/plain' }), incomplete),
  'DocumentReference $whats-new': async () => {
    const news = async (since?: string): Promise<number> => {
      const pairs: Pairs = [['patient.identifier', P1], ...(since ? [['since', since] as const] : [])];
      const answer = await stack.get<Bundle>(`/DocumentReference/$whats-new?${query(pairs)}`, 'doctor');
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return found(answer.body).length;
    };
    const [ever, lately] = [await news(), await news(new Date(Date.now() - 3_600_000).toISOString())];
    expect(lately).toBeGreaterThan(0);
    expect(lately).toBeLessThan(ever);
  },
  'DocumentReference $generate-metadata': async () => {
    const cda = await stack.raw(`${stack.base}/Binary/${known.own.id}`, 'doctor', { accept: 'text/xml' });
    expect(cda.status).toBe(200);
    const generate = (data: Buffer) => {
      const resource: Binary = { resourceType: 'Binary', contentType: 'text/xml', data: data.toString('base64') };
      const body = { resourceType: 'Parameters', parameter: [{ name: 'document', resource }] };
      return stack.post<Resource>('/DocumentReference/$generate-metadata', body, 'nurse');
    };
    const answer = await generate(cda.bytes);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(JSON.stringify(answer.body)).toContain(known.own.uniqueId);
    expect((await generate(Buffer.from('<not-a-cda/>'))).status).toBeGreaterThanOrEqual(400);
  },
  'List read': () => read('List', known.list),
  'List search-type': () => search('List', base['List']!),
  'List $validate': () => {
    const set = setOf(provideBundle([{ content: text(), contentType: 'text/plain' }]));
    return validates('List', { ...set, entry: undefined }, { ...set, entry: undefined, extension: undefined });
  },
  'Bundle $validate': () => {
    const right = provideBundle([{ content: text(), contentType: 'text/plain' }]);
    return validates('Bundle', right, { ...right, entry: right.entry!.slice(1) });
  },
  'Binary read': async () => {
    const answer = await stack.raw(`${stack.base}/Binary/${known.own.id}`, 'doctor', { accept: 'text/plain' });
    expect([answer.status, answer.bytes.toString('utf8')]).toEqual([200, known.own.uniqueId]);
  },
  'system transaction': async () => {
    const bundle = provideBundle([{ content: text(), contentType: 'text/plain' }]);
    const answer = await stack.post<Bundle>('', bundle, 'nurse');
    expect([answer.status, answer.body.type], JSON.stringify(answer.body)).toEqual([200, 'transaction-response']);
    expect(answer.body.entry).toHaveLength(bundle.entry!.length);
  },
  'Task read': async () => {
    const { status, body } = await stack.get<Task>(`/Task/${known.task}`, 'nurse');
    expect([status, body.status]).toEqual([200, 'failed']);
    expect((await stack.get('/Task/unknown', 'nurse')).status).toBe(404);
  },
  'Task search-type': () => search('Task', base['Task']!),
  'Task $cancel': () => acted('cancel', 'waiting', 'cancelled'),
  'Task $requeue': () => acted('requeue', 'refused', 'ready'),
  'Task $release': () => acted('release', 'proposed', 'ready'),
  'Task $decline': () => acted('decline', 'proposed', 'rejected'),
  'Subscription create': async () => {
    const { id } = await subscribed();
    await read('Subscription', id!);
  },
  'Subscription read': () => read('Subscription', known.subscription),
  'Subscription search-type': () => search('Subscription', []),
  'Subscription update': async () => {
    const made = await subscribed();
    expect((await asDoctor('PUT', `/Subscription/${made.id}`, { ...made, status: 'off' })).status).toBe(200);
    expect((await stack.get<Subscription>(`/Subscription/${made.id}`, 'doctor')).body.status).toBe('off');
  },
  'Subscription delete': async () => {
    const { id } = await subscribed();
    expect((await asDoctor('DELETE', `/Subscription/${id}`)).status).toBe(204);
    expect((await stack.get(`/Subscription/${id}`, 'doctor')).status).toBeGreaterThanOrEqual(404);
  },
  'Subscription $status': async () => {
    const all = await stack.get<Bundle>('/Subscription/$status', 'doctor');
    const one = await stack.get<Bundle>(`/Subscription/${known.subscription}/$status`, 'doctor');
    expect([all.status, one.status]).toEqual([200, 200]);
    expect(one.body.entry).toHaveLength(1);
    expect(all.body.entry!.length).toBeGreaterThan(1);
    expect(JSON.stringify(one.body)).toContain(known.subscription);
  },
  'Subscription $events': async () => {
    const { status, body } = await stack.get<Bundle>(`/Subscription/${known.subscription}/$events`, 'doctor');
    expect([status, body.type]).toEqual([200, 'history']);
    expect((await stack.get('/Subscription/unknown/$events', 'doctor')).status).toBe(404);
  },
  'Consent create': async () => {
    const made = await recorded('information');
    await read('Consent', made.id!, 'nurse');
  },
  'Consent read': () => read('Consent', known.consent, 'nurse'),
  'Consent vread': async () => {
    const { id, meta } = await recorded('feeding');
    const first = await stack.get<Consent>(`/Consent/${id}/_history/1`, 'nurse');
    expect([first.status, first.body.meta?.versionId]).toEqual([200, '1']);
    expect(Number(meta?.versionId)).toBeGreaterThan(1);
  },
  'Consent history-instance': async () => {
    const { id, meta } = await recorded('feeding');
    const { body } = await stack.get<Bundle>(`/Consent/${id}/_history`, 'nurse');
    expect([body.type, body.total]).toEqual(['history', Number(meta?.versionId)]);
  },
  'Consent update': async () => {
    const made = await recorded('regulation', 'deny');
    const change: Consent = { ...made, provision: { ...made.provision, type: 'permit' } };
    const { status, body } = await stack.put<Consent>(`/Consent/${made.id}`, change, 'nurse');
    expect([status, body.provision?.type]).toEqual([200, 'permit']);
  },
  'Consent delete': async () => {
    const made = await recorded('regulation', 'deny');
    expect((await stack.request('DELETE', `/Consent/${made.id}`, 'nurse')).status).toBe(204);
    expect((await stack.get<Consent>(`/Consent/${made.id}`, 'nurse')).body.status).toBe('inactive');
  },
  'Consent search-type': () => search('Consent', base['Consent']!),
  'Practitioner read': async () => {
    const id = await stack.practitionerId('899700101233');
    const own = await stack.as<Practitioner>({ person: 'doctor', scope: 'fhirUser' }, 'GET', `/Practitioner/${id}`);
    expect([own.status, own.body.name?.[0]?.family]).toEqual([200, 'MAUREL']);
  },
  'AuditEvent read': () => read('AuditEvent', known.event.id),
  'AuditEvent search-type': () => search('AuditEvent', base['AuditEvent']!),
  'system $my-rights': async () => {
    const got = await stack.get<Parameters>('/$my-rights', 'doctor');
    const posted = await stack.post<Parameters>('/$my-rights', { resourceType: 'Parameters' }, 'doctor');
    expect([got.status, posted.status]).toEqual([200, 200]);
    expect(posted.body.parameter).toEqual(got.body.parameter);
    expect((await stack.get<Parameters>('/$my-rights', 'nurse')).body.parameter).not.toEqual(got.body.parameter);
  },
  'language fr': () => inLanguage('fr', 'Paramètre'),
  'language en': () => inLanguage('en', 'parameter'),
};

/** The case of a declared thing; undefined: nobody thought of it. */
export function caseOf(name: string): (() => Promise<void>) | undefined {
  if (cases[name]) return cases[name];
  const [, ours = '', interaction] = /^([A-Z]\w+) (read|search-type)$/.exec(name) ?? [];
  if (definitions[ours]) return () => (interaction === 'read' ? read(ours, definitions[ours]!.id) : search(ours, []));
  const format = /^(patch )?format (.+)$/.exec(name);
  if (format) return () => (format[1] ? patched(format[2]!) : inFormat(format[2]!));
  const [, type, parameter = ''] = /^([A-Z]\w+)\?(.+)$/.exec(name) ?? [];
  if (!type || !searches[type]) return undefined;
  const [, result, value = ''] = /^(_sort|_include)=(.+)$/.exec(parameter) ?? [];
  if (result) return () => (result === '_sort' ? sortCase(type, value) : includeCase(type, value));
  const isKnown = (n: string): boolean => patientNames.includes(n) || searches[type]![n] !== undefined;
  if (isKnown(parameter)) return () => searchCase(type, parameter);
  const [, own = '', modifier = ''] = /^(.+):([^:]+)$/.exec(parameter) ?? [];
  return isKnown(own) ? () => searchCase(type, own, modifier) : undefined;
}

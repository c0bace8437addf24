/** AuditEvent over HTTP and a real store: who may see the record, and what each parameter finds. */
import type { AuditEvent, Bundle, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../../../server/audit/record.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import type { NewRecord } from '../../../server/store/types.ts';
import { errorsOf, loadR4 } from '../../support/profiles.ts';
import { P1, startBench, testOid, verifyToken, type Bench } from '../fhir/support.ts';

let bench: Bench;
let patientId: string;
/** Minutes of 2026-10-20T05:xx at which each was put on record. */
type Made = [minute: number, who: string, what: Partial<NewRecord> & Pick<NewRecord, 'kind'>];
const story = (): Made[] => [
  [0, 'all', { kind: 'consent', patientId, details: { consent: 'c', version: 1 } }],
  [1, 'nurse', { kind: 'consent', details: { consent: 'd', version: 2 } }],
  [2, 'all', { kind: 'break-glass', patientId, outcome: 'refused', details: { problems: ['break-glass-traits'] } }],
  [3, 'all', { kind: 'break-glass', patientId, details: {} }],
  [4, 'nurse', { kind: 'authorization', patientId, outcome: 'failure', details: {} }],
  [5, 'nurse', { kind: 'correction', details: { step: 1 } }],
];

async function put(who: Caller, minute: number, what: Made[2]): Promise<void> {
  const now = (): Date => new Date(Date.UTC(2026, 9, 20, 5, minute));
  await record({ store: bench.store, config: bench.config, now }, who, { outcome: 'success', details: {}, ...what });
}

beforeAll(async () => {
  loadR4();
  bench = await startBench();
  patientId = (await bench.store.patients.byIns({ value: P1, oid: testOid })).id;
  for (const [minute, who, what] of story()) await put(await verifyToken(who), minute, what);
  const elsewhere = await verifyToken('all');
  await put({ ...elsewhere, structure: { ...elsewhere.structure, id: '1990200776' } }, 6, {
    kind: 'consent',
    patientId,
  });
}, 60_000);
afterAll(() => bench.close());

/** Of the story; the searches themselves are on record today. */
const search = async (query: string, token = 'admin', until = '&date=lt2026-10-21'): Promise<Bundle<AuditEvent>> => {
  const { status, body } = await bench.get(`/fhir/AuditEvent?${query}${until}`, token);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Bundle<AuditEvent>;
};
const codeOf = (outcome: unknown): string | undefined =>
  (outcome as OperationOutcome).issue[0]!.details!.coding!.at(-1)!.code;
const events = (bundle: Bundle<AuditEvent>): AuditEvent[] =>
  (bundle.entry ?? []).flatMap((e) => (e.search!.mode === 'match' ? [e.resource!] : []));
/** The minutes of what is found, in its order. */
const minutes = async (query: string): Promise<number[]> =>
  events(await search(query)).map((e) => new Date(e.recorded).getUTCMinutes());

describe('the record of notable events', () => {
  it('is closed without a token or its scope', async () => {
    expect((await bench.get('/fhir/AuditEvent', 'user~Patient.rs')).status).toBe(403);
    expect((await bench.get('/fhir/AuditEvent', '')).status).toBe(401);
  });

  it('shows a professional their own accesses, and says so', async () => {
    const minutesOf = async (query: string, token: string) =>
      events(await search(query, token)).map((e) => new Date(e.recorded).getUTCMinutes());
    expect(await minutesOf('', 'nurse')).toEqual([5, 4, 1]);
    expect(await minutesOf('', 'all')).toEqual([3, 2, 0]);
    expect(await minutesOf('', 'other')).toEqual([]);
    expect(await minutesOf('agent.identifier=899700204581', 'nurse')).toEqual([5, 4, 1]);
    const { entry } = await search(`patient=Patient/${patientId}`, 'nurse');
    const outcome = entry!.find((e) => e.search!.mode === 'outcome')!.resource as unknown as OperationOutcome;
    expect(codeOf(outcome)).toBe('audit-own-only');
    const [own] = events(await search('', 'nurse'));
    expect((await bench.get(`/fhir/AuditEvent/${own!.id}`, 'nurse')).status).toBe(200);
  });

  it('refuses a professional another’s', async () => {
    const { status, body } = await bench.get('/fhir/AuditEvent?agent.identifier=899700101233', 'nurse');
    expect([status, codeOf(body)]).toEqual([403, 'audit-not-entitled']);
    const [theirs] = events(await search('subtype=break-glass'));
    const one = await bench.get(`/fhir/AuditEvent/${theirs!.id}`, 'nurse');
    expect([one.status, codeOf(one.body)]).toEqual([403, 'audit-not-entitled']);
  });

  it('shows the médecin traitant every access to the patient, and to no other', async () => {
    const { authorizations } = bench.store;
    const physician = '899700307715';
    const { id } = await authorizations.of(patientId, physician);
    await authorizations.save(id, { treatingPhysician: true, checkedAt: new Date() }, new Date());
    const of = `patient=Patient/${patientId}`;
    expect(events(await search(of, 'other')).map((e) => new Date(e.recorded).getUTCMinutes())).toEqual([4, 3, 2, 0]);
    expect(events(await search(`${of}&agent.identifier=899700204581`, 'other'))).toHaveLength(1);
    const [one] = events(await search(of, 'other'));
    expect((await bench.get(`/fhir/AuditEvent/${one!.id}`, 'other')).status).toBe(200);
    const [foreign] = events(await search('subtype=correction'));
    expect((await bench.get(`/fhir/AuditEvent/${foreign!.id}`, 'other')).status).toBe(403);
    await authorizations.save(id, { treatingPhysician: false, checkedAt: new Date() }, new Date());
    expect((await bench.get(`/fhir/AuditEvent/${one!.id}`, 'other')).status).toBe(403);
  });

  it('shows the structure’s own, newest first, as valid AuditEvents without an INS', async () => {
    const bundle = await search('');
    expect(bundle.total).toBe(6);
    expect(await minutes('')).toEqual([5, 4, 3, 2, 1, 0]);
    for (const e of events(bundle)) expect(errorsOf(e)).toEqual([]);
    expect(JSON.stringify(bundle)).not.toContain(P1);
  });

  it.each([
    ['date=ge2026-10-20T05:04', [5, 4]],
    ['date=gt2026-10-20T05:04', [5]],
    ['date=sa2026-10-20T05:04', [5]],
    ['date=le2026-10-20T05:01', [1, 0]],
    ['date=lt2026-10-20T05:01', [0]],
    ['date=eb2026-10-20T05:01', [0]],
    ['date=2026-10-20T05:03', [3]],
    ['date=2026-10-19', []],
    ['date=ge2026-10-20T05:01&date=lt2026-10-20T05:03', [2, 1]],
    // Years that no database knows.
    ['date=ge0001-01-01T00:00:00%2B14:00', [5, 4, 3, 2, 1, 0]],
    ['date=gt9999-12-31T23:59:59-14:00', []],
    ['subtype=break-glass', [3, 2]],
    ['subtype=http://dicom.nema.org/resources/ontology/DCM|110127', [3, 2]],
    ['subtype=consent,correction', [5, 1, 0]],
    ['subtype=AuthZ-Consent', [4]],
    ['type=rest', [5, 1, 0]],
    ['type=110113', [4, 3, 2]],
    ['type=rest&subtype=break-glass', []],
    ['outcome=0', [5, 3, 1, 0]],
    ['outcome=4', [2]],
    ['outcome=http://terminology.hl7.org/CodeSystem/audit-event-outcome|8', [4]],
    ['outcome=12', []],
    ['subtype=create', [0]],
    ['subtype=urn:other|break-glass', []],
    ['action=U', [1]],
    ['action=E,C', [5, 4, 3, 2, 0]],
    ['entity=Consent/c', [0]],
    ['entity=Consent/d,Consent/c', [1, 0]],
    ['entity-type=1', [4, 3, 2, 0]],
    ['entity-type=http://terminology.hl7.org/CodeSystem/audit-entity-type|1&entity-role=1', [4, 3, 2, 0]],
    ['entity-role=4', [1, 0]],
    ['entity.identifier=jti-nobody', []],
    ['source.identifier=urn:ietf:rfc:3986|urn:oid:2.16.840.1.113883.19.7602', [5, 4, 3, 2, 1, 0]],
    ['source.identifier=elsewhere', []],
    ['address=localhost', [5, 4, 3, 2, 1, 0]],
    ['address=local', []],
    ['altid=abc', []],
    ['agent.identifier=dui', [5, 4, 3, 2, 1, 0]],
    ['agent.identifier=urn:oid:1.2.250.1.71.4.2.2|1990100109', [5, 4, 3, 2, 1, 0]],
    ['agent.identifier=899700204581,899700101233', [5, 4, 3, 2, 1, 0]],
    ['agent.identifier=899700204581', [5, 4, 1]],
    ['agent.identifier=urn:oid:1.2.250.1.71.4.2.1|899700204581&outcome=0', [5, 1]],
    ['agent.identifier=urn:oid:1.2.250.1.71.4.2.2|899700204581', []],
    ['agent.identifier=899700204581&agent.identifier=899700101233', []],
    [`patient.identifier=urn:oid:${testOid}|${P1}`, [4, 3, 2, 0]],
    [`patient:identifier=urn:oid:${testOid}|${P1}&subtype=consent`, [0]],
    ['patient.identifier=urn:oid:1.2.250.1.213.1.4.10|147096399001732', []],
    ['patient=Patient/00000000-0000-4000-8000-000000000000', []],
  ])('%s', async (query, expected) => expect(await minutes(query)).toEqual(expected));

  it('finds by patient reference, by id, and by both', async () => {
    expect(await minutes(`patient=Patient/${patientId}`)).toEqual([4, 3, 2, 0]);
    expect(await minutes(`patient=${patientId}&outcome=4`)).toEqual([2]);
    const all = events(await search(''));
    const [first, second] = [all[0]!.id!, all[1]!.id!];
    expect(await minutes(`_id=${first}`)).toEqual([5]);
    expect(await minutes(`_id=${first},${second}`)).toEqual([5, 4]);
    expect(await minutes(`_id=${first},${second}&_id=${second}`)).toEqual([4]);
    expect(await minutes(`_id=${first}&subtype=break-glass`)).toEqual([]);
    expect(await minutes('_id=unknown')).toEqual([]);
  });

  it('to look for a patient who is unknown here leaves no trace', async () => {
    const ins = { value: '238124299006619', oid: testOid };
    await search(`patient.identifier=urn:oid:${ins.oid}|${ins.value}`);
    expect((await bench.store.patients.byIns(ins)).isNew).toBe(true);
  });

  it('no link holds an INS', async () => {
    const { link } = await search(`patient.identifier=urn:oid:${testOid}|${P1}&outcome=0`);
    expect(link![0]!.url).toContain(`patient=Patient/${patientId}`);
    expect(link![0]!.url).not.toContain(P1);
  });

  it.each([
    ['date=ap2026-10-20', 'date'],
    ['date=2026-10-20,2026-10-21', 'date'],
    ['outcome=0,4', 'outcome'],
    ['subtype=urn:oid:1.2.3|', 'subtype'],
    ['entity=x', 'entity'],
    ['_id:missing=true', '_id:missing'],
    ['subtype:missing=true', 'subtype:missing'],
    ['patient.identifier=urn:oid:1.2.3|4', 'patient.identifier'],
  ])('what it cannot answer is refused: %s', async (query, name) => {
    const { status, body } = await bench.get(`/fhir/AuditEvent?${query}`, 'admin');
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(name);
  });

  it('comes in pages, behind a cursor of this administrator alone', async () => {
    const seen: number[] = [];
    let url: string | undefined = '_count=2&outcome=0&date=lt2026-10-21';
    const cursors: string[] = [];
    while (url !== undefined) {
      const bundle: Bundle<AuditEvent> = await search(url, 'admin', '');
      expect(bundle.total).toBe(4);
      seen.push(...events(bundle).map((e) => new Date(e.recorded).getUTCMinutes()));
      url = bundle.link!.find((l) => l.relation === 'next')?.url.split('?')[1];
      if (url !== undefined) cursors.push(url);
    }
    expect(seen).toEqual([5, 3, 1, 0]);
    expect(cursors).toHaveLength(1);
    expect(cursors[0]).toMatch(/^_cursor=[\w-]+$/);
    // A cursor is no key: to others it leads nowhere, and one that nobody has is over.
    expect((await bench.get(`/fhir/AuditEvent?${cursors[0]}`, 'all')).status).toBe(410);
    expect((await bench.get('/fhir/AuditEvent?_cursor=abc', 'admin')).status).toBe(410);
  });

  it('asks for a date when read strictly (ITI-81)', async () => {
    const strict = await bench.get('/fhir/AuditEvent?outcome=0', 'admin').set('Prefer', 'handling=strict');
    expect([strict.status, codeOf(strict.body)]).toEqual([400, 'search-parameter-required']);
    const dated = await bench.get('/fhir/AuditEvent?date=2026-10-20', 'admin').set('Prefer', 'handling=strict');
    expect(dated.status).toBe(200);
  });

  it('counts, summarises and selects', async () => {
    const count = await search('_summary=count&subtype=break-glass');
    expect([count.total, count.entry]).toEqual([2, undefined]);
    expect((await search('_count=0')).total).toBe(6);
    const [summary] = events(await search('_summary=true&subtype=break-glass&_count=1'));
    expect(errorsOf(summary!)).toEqual([]);
    expect(summary).not.toHaveProperty('entity');
    const [selected] = events(await search('_elements=recorded&_count=1'));
    expect(selected).not.toHaveProperty('outcomeDesc');
  });

  it('is read one by one, in the language asked for, and in XML', async () => {
    const id = events(await search('outcome=4'))[0]!.id!;
    const english = await bench.get(`/fhir/AuditEvent/${id}`, 'admin').set('Accept-Language', 'en');
    expect((english.body as AuditEvent).outcomeDesc).toMatch(/^Emergency access/);
    const xml = await bench.get(`/fhir/AuditEvent/${id}?_format=xml`, 'admin');
    expect(xml.status).toBe(200);
    expect(xml.text).toContain('<AuditEvent xmlns="http://hl7.org/fhir">');
    expect((await bench.get('/fhir/AuditEvent/00000000-0000-4000-8000-000000000000', 'admin')).status).toBe(404);
  });

  it('is written by nobody from outside', async () => {
    for (const method of ['post', 'put', 'delete', 'patch'] as const) {
      const path = method === 'post' ? '/fhir/AuditEvent' : '/fhir/AuditEvent/x';
      expect((await bench.any(method, path, 'admin')).status).toBe(405);
    }
  });
});

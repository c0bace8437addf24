/**
 * "Only what is strictly necessary is asked of the DMP": how many calls each FHIR interaction causes, which, and in which
 * mode of authentication. The simulator counts them.
 */
import type { Bundle, Consent, DocumentReference, Subscription } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { handlerName } from '../../server/fhir/definition.ts';
import { routes } from '../../server/fhir/router.ts';
import { text } from '../support/documents.ts';
import { countedIdentityDoors } from '../support/identity-doors.ts';
import { countedImportDoors } from '../support/import-doors.ts';
import {
  countedPatientDoors,
  patientDoorSettings,
  patientDoorWorld,
  preparePatientDoors,
} from '../support/patient-doors.ts';
import {
  consent,
  INS_TEST,
  patients,
  provideBundle,
  simplified,
  subscriptionTo,
  VISIBILITY,
  type Who,
} from '../support/resources.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
/** A deposit of this run that was listed, one that was not, and a set. */
let listed: DocumentReference;
let unlisted: DocumentReference;
let patchable: DocumentReference;
let patientId: string;
let listId: string;
let receiver: Receiver;
let subscription: Subscription | undefined;
/** What the DMP holds of a deposit. */
let cda: Buffer;
let next: string;
const deposit = simplified({ content: text('compté'), contentType: 'text/plain' });
const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const mine = `patient.identifier=${P1}&status=current`;

beforeAll(async () => {
  receiver = await startReceiver();
  stack = await startStack({ SUBSCRIPTION_ENDPOINTS: receiver.url, ...patientDoorSettings }, patientDoorWorld);
  await preparePatientDoors(stack);
  const create = async (body: DocumentReference) =>
    (await stack.post<DocumentReference>('/DocumentReference', body, 'nurse')).body;
  listed = await create(deposit);
  const found = (await stack.get<Bundle<DocumentReference>>(`/DocumentReference?${mine}&_count=2`, 'doctor')).body;
  cda = (await stack.raw(`${stack.base}/Binary/${listed.id}`, 'doctor', { accept: 'text/xml' })).bytes;
  next = found.link!.find((l) => l.relation === 'next')!.url.slice(stack.base.length);
  patientId = found.entry![0]!.resource!.subject!.reference!;
  unlisted = await create(simplified({ content: text('neuf'), contentType: 'text/plain' }));
  patchable = await create(simplified({ content: text('changé'), contentType: 'text/plain' }));
  const { body } = await stack.post<Bundle>(
    '',
    provideBundle([{ content: text(), contentType: 'text/plain' }]),
    'nurse',
  );
  listId = /List\/([^/]+)/.exec(body.entry![0]!.response!.location!)![1]!;
});
afterAll(async () => {
  await stack.close();
  await receiver.close();
});

const fresh = () => simplified({ content: text('essai'), contentType: 'text/plain' });
const cdaParameters = () => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'document', resource: { resourceType: 'Binary', contentType: 'text/xml', data: cda.toString('base64') } },
  ],
});
const subscribe = () => stack.post<Subscription>('/Subscription', subscriptionTo(receiver.url), 'nurse');
const subscribed = async () => (subscription ??= (await subscribe()).body).id!;
const pause = async () => {
  const id = await subscribed();
  const { body } = await stack.get<Subscription>(`/Subscription/${id}`, 'nurse');
  return stack.put(`/Subscription/${id}`, { ...body, status: 'off' }, 'nurse');
};

const authorisation = (who: Who): Consent => consent(who, 'dmp-authorization');
/** Of P3's non-opposition, recorded when the stack began. */
const consentId = async (): Promise<string> => {
  const identifier = encodeURIComponent(`${INS_TEST}|${patients.P3.ins}`);
  const found = await stack.get<Bundle<Consent>>(`/Consent?patient.identifier=${identifier}&category=feeding`, 'nurse');
  return found.body.entry![0]!.resource!.id!;
};

const change = (d: DocumentReference, patch: object[], kind: 'doctor' | 'nurse') =>
  stack.patch(`/DocumentReference/${d.id}`, patch, 'application/json-patch+json', kind);
const mask = [{ op: 'add', path: '/securityLabel/-', value: { coding: [{ system: VISIBILITY, code: 'MASQUE_PS' }] } }];
const strong = 'INDIRECTE_RENFORCEE';
const weak = 'INDIRECTE';
/** What is asked, by whom, and what the DMP then hears. `serves` names the declared interaction. */
const rows: [name: string, serves: string, act: () => Promise<{ status: number }>, status: number, calls: string[]][] =
  [
    ['existence', 'Patient.search-type', () => stack.get(`/Patient?identifier=${P1}`, 'nurse'), 200, [`TD0.2 ${weak}`]],
    [
      'existence, asked by a doctor',
      'Patient.search-type',
      () => stack.form('/Patient/_search', { identifier: `${INS_TEST}|${patients.P1.ins}` }, 'doctor'),
      200,
      [`TD0.2 ${strong}`],
    ],
    ['a patient by id', 'Patient.read', () => stack.get(`/${patientId}`, 'nurse'), 200, [`TD0.2 ${weak}`]],
    ['an unknown patient id', 'Patient.read', () => stack.get('/Patient/unknown', 'nurse'), 404, []],
    ...countedPatientDoors(() => stack),
    ...countedIdentityDoors(() => stack),
    ...countedImportDoors(() => stack),
    [
      'a deposit',
      'DocumentReference.create',
      () => stack.post('/DocumentReference', simplified({ content: text(), contentType: 'text/plain' }), 'nurse'),
      201,
      [`TD2.1 ${weak}`],
    ],
    [
      'a deposit by who may only read',
      'DocumentReference.create',
      () => stack.post('/DocumentReference', simplified({ content: text(), contentType: 'text/plain' }), 'doctor'),
      403,
      [],
    ],
    ['the same again', 'DocumentReference.create', () => stack.post('/DocumentReference', deposit, 'nurse'), 200, []],
    [
      'a set of two',
      'transaction',
      () =>
        stack.post(
          '',
          provideBundle([
            { content: text('a'), contentType: 'text/plain' },
            { content: text('b'), contentType: 'text/plain' },
          ]),
          'nurse',
        ),
      200,
      [`TD2.1 ${weak}`],
    ],
    [
      'a list, its relations, and a target that the registry no longer gives',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}`, 'doctor'),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'a list and its relations, whose targets were seen before',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}&period-start=ge2026-09`, 'doctor'),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'a list without the element relatesTo',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}&_elements=type,date`, 'doctor'),
      200,
      [`TD3.1a ${strong}`],
    ],
    [
      'the documents that relate to another',
      'DocumentReference.search-type',
      () =>
        stack.get(
          `/DocumentReference?${mine}&period-start=ge2026-09&relatesto=DocumentReference/${listed.id}`,
          'doctor',
        ),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'a document found by its identifier, and its relations',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}&identifier=${listed.masterIdentifier!.value}`, 'doctor'),
      200,
      [`TD3.1a ${strong}`],
    ],
    [
      'a list with its patient and its authors',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}&period-start=ge2026-09&_include=*`, 'doctor'),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'a list by everything at once',
      'DocumentReference.search-type',
      () =>
        stack.get(
          `/DocumentReference?${mine}&type=28653-4&facility=SA17&period=2026&date=ge2026&author.family=LE`,
          'doctor',
        ),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'a count',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}&_count=0`, 'doctor'),
      200,
      [`TD3.1a ${strong}`],
    ],
    [
      'the next page: its relations',
      'DocumentReference.search-type',
      () => stack.get(next, 'doctor'),
      200,
      [`TD3.1a ${strong}`],
    ],
    [
      'what cannot be found',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}&status=superseded`, 'doctor'),
      200,
      [],
    ],
    [
      'an unknown _id',
      'DocumentReference.search-type',
      () => stack.get('/DocumentReference?_id=unknown', 'doctor'),
      200,
      [],
    ],
    [
      'a list without the right',
      'DocumentReference.search-type',
      () => stack.get(`/DocumentReference?${mine}`, 'nurse'),
      403,
      [],
    ],
    [
      'a document',
      'DocumentReference.read',
      () => stack.get(`/DocumentReference/${listed.id}`, 'doctor'),
      200,
      [`TD3.1a ${strong}`],
    ],
    [
      'a document masked',
      'DocumentReference.patch',
      () => change(patchable, mask, 'doctor'),
      200,
      [`TD3.1a ${strong}`, `TD3.3a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'the same again',
      'DocumentReference.patch',
      // Masked by who is not its author: hidden from that one too.
      () => change(patchable, mask, 'doctor'),
      404,
      [`TD3.1a ${strong}`],
    ],
    [
      'what no patch may change',
      'DocumentReference.patch',
      () => change(listed, [{ op: 'remove', path: '/type' }], 'doctor'),
      405,
      [],
    ],
    [
      'a document deleted by the structure that fed it',
      'DocumentReference.patch',
      () => change(patchable, [{ op: 'replace', path: '/status', value: 'superseded' }], 'nurse'),
      200,
      [`TD3.1b ${weak}`, `TD3.3c ${weak}`],
    ],
    [
      'bytes of a document that was listed',
      'Binary.read',
      () => stack.request('HEAD', `/Binary/${listed.id}`, 'doctor'),
      200,
      [`TD3.2 ${strong}`],
    ],
    [
      'bytes of a document that was deposited here',
      'Binary.read',
      () => stack.request('HEAD', `/Binary/${unlisted.id}`, 'doctor'),
      200,
      [`TD3.2 ${strong}`],
    ],
    ['unknown bytes', 'Binary.read', () => stack.request('HEAD', '/Binary/unknown', 'doctor'), 404, []],
    ['bytes without the right', 'Binary.read', () => stack.request('HEAD', `/Binary/${listed.id}`, 'nurse'), 403, []],
    ['a set', 'List.read', () => stack.get(`/List/${listId}`, 'nurse'), 200, []],
    [
      'a set, read by a doctor: where it is, and what is in it',
      'List.read',
      () => stack.get(`/List/${listId}`, 'doctor'),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'the sets of last summer, with what is in them',
      'List.search-type',
      () => stack.get(`/List?${mine}&code=submissionset&date=lt2026-09-01`, 'doctor'),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    [
      'how many folders',
      'List.search-type',
      () => stack.get(`/List?${mine}&code=folder&_summary=count`, 'doctor'),
      200,
      [`TD3.1a ${strong}`],
    ],
    ['lists of another kind', 'List.search-type', () => stack.get(`/List?${mine}&code=other`, 'doctor'), 200, []],
    [
      'sets without the right',
      'List.search-type',
      () => stack.get(`/List?${mine}&code=submissionset`, 'nurse'),
      403,
      [],
    ],
    [
      'a rehearsal of a deposit: is the record open, is the identifier free',
      'DocumentReference.$validate',
      () => stack.post('/DocumentReference/$validate', fresh(), 'nurse'),
      200,
      [`TD0.2 ${weak}`, `TD3.1b ${weak}`],
    ],
    [
      'a rehearsal of a set',
      'Bundle.$validate',
      () => stack.post('/Bundle/$validate', provideBundle([{ content: text(), contentType: 'text/plain' }]), 'nurse'),
      200,
      [`TD0.2 ${weak}`, `TD3.1b ${weak}`],
    ],
    [
      'a look at a list alone',
      'List.$validate',
      () =>
        stack.post(
          '/List/$validate',
          provideBundle([{ content: text(), contentType: 'text/plain' }]).entry![0]!.resource,
          'nurse',
        ),
      200,
      [],
    ],
    [
      'metadata of a CDA',
      'DocumentReference.$generate-metadata',
      () => stack.post('/DocumentReference/$generate-metadata', cdaParameters(), 'nurse'),
      200,
      [],
    ],
    [
      'what is new since yesterday: sets, associations, documents, and the list, for a status changed',
      'DocumentReference.$whats-new',
      () => stack.get(`/DocumentReference/$whats-new?patient.identifier=${P1}&since=2026-11-20T00:00:00Z`, 'doctor'),
      200,
      [`TD3.1a ${strong}`, `TD3.1a ${strong}`, `TD3.1a ${strong}`, `TD3.1a ${strong}`],
    ],
    ['deposits made later', 'Task.search-type', () => stack.get('/Task', 'nurse'), 200, []],
    ['one of them', 'Task.read', () => stack.get('/Task/unknown', 'nurse'), 404, []],
    ...['cancel', 'requeue', 'release', 'decline'].map((action): (typeof rows)[number] => [
      action,
      `Task.$${action}`,
      () => stack.post(`/Task/unknown/$${action}`, { resourceType: 'Parameters' }, 'nurse'),
      404,
      [],
    ]),
    // A structure is told of its own deposits: the DMP is not asked for that.
    ['a subscription', 'Subscription.create', subscribe, 201, []],
    ['its state', 'Subscription.read', async () => stack.get(`/Subscription/${await subscribed()}`, 'nurse'), 200, []],
    ['all of mine', 'Subscription.search-type', () => stack.get('/Subscription?status=active', 'nurse'), 200, []],
    ['how it is', 'Subscription.$status', () => stack.get('/Subscription/$status', 'nurse'), 200, []],
    [
      'what it told',
      'Subscription.$events',
      async () => stack.get(`/Subscription/${await subscribed()}/$events`, 'nurse'),
      200,
      [],
    ],
    ['a pause', 'Subscription.update', pause, 200, []],
    [
      'its end',
      'Subscription.delete',
      async () => stack.request('DELETE', `/Subscription/${await subscribed()}`, 'nurse'),
      204,
      [],
    ],
    ['a consent on record', 'Consent.create', () => stack.post('/Consent', consent('P3', 'feeding'), 'nurse'), 200, []],
    [
      'an authorisation declared',
      'Consent.create',
      () => stack.post('/Consent', authorisation('P8'), 'doctor'),
      201,
      [`TD0.3 ${strong}`],
    ],
    ['a consent read', 'Consent.read', async () => stack.get(`/Consent/${await consentId()}`, 'nurse'), 200, []],
    [
      'a version of it',
      'Consent.vread',
      async () => stack.get(`/Consent/${await consentId()}/_history/1`, 'nurse'),
      200,
      [],
    ],
    [
      'all of them',
      'Consent.history-instance',
      async () => stack.get(`/Consent/${await consentId()}/_history`, 'nurse'),
      200,
      [],
    ],
    [
      'who may enter a record',
      'Consent.search-type',
      () => stack.get(`/Consent?patient.identifier=${P1}`, 'doctor'),
      200,
      [`TD1.6 ${strong}`],
    ],
    [
      'what the structure recorded',
      'Consent.search-type',
      () => stack.get(`/Consent?patient.identifier=${P1}`, 'nurse'),
      200,
      [],
    ],
    [
      'one’s own authorisation',
      'Consent.search-type',
      () => stack.get(`/Consent?patient.identifier=${P1}&actor:identifier=899700101233`, 'doctor'),
      200,
      [`TD0.2 ${strong}`],
    ],
    [
      'a consent changed',
      'Consent.update',
      async () => stack.put(`/Consent/${await consentId()}`, consent('P3', 'feeding', 'deny'), 'nurse'),
      200,
      [],
    ],
    [
      'a consent withdrawn',
      'Consent.delete',
      async () => stack.request('DELETE', `/Consent/${await consentId()}`, 'nurse'),
      204,
      [],
    ],
    [
      'an authorisation ended',
      'Consent.delete',
      async () => {
        const answer = await stack.post<Consent>('/Consent', authorisation('P8'), 'doctor');
        await stack.resetCalls();
        return stack.request('DELETE', `/Consent/${answer.body.id}`, 'doctor');
      },
      204,
      [`TD0.3 ${strong}`],
    ],
    ['what one may do', '$my-rights', () => stack.get('/$my-rights', 'nurse'), 200, []],
    [
      'what one may do with a record',
      '$my-rights',
      () => stack.get(`/$my-rights?patient.identifier=${P1}`, 'doctor'),
      200,
      [`TD0.2 ${strong}`],
    ],
    ['what is on record', 'AuditEvent.search-type', () => stack.get('/AuditEvent?date=ge2026-01-01', 'admin'), 200, []],
    [
      'one event of it',
      'AuditEvent.read',
      async () => {
        const found = await stack.get<Bundle>('/AuditEvent?date=ge2026-01-01&_count=1', 'admin');
        return stack.get(`/AuditEvent/${found.body.entry![0]!.resource!.id}`, 'admin');
      },
      200,
      [],
    ],
    [
      'who one is',
      'Practitioner.read',
      async () => {
        const id = await stack.practitionerId('899700101233');
        return stack.as({ person: 'doctor', scope: 'fhirUser' }, 'GET', `/Practitioner/${id}`);
      },
      200,
      [],
    ],
    ['the statement', 'metadata', () => stack.get('/metadata', 'nurse'), 200, []],
  ];

async function heard(): Promise<string[]> {
  const answer = await fetch(`${stack.simulator.controlUrl}/calls`);
  const { calls } = (await answer.json()) as { calls: { transaction?: string; mode?: string }[] };
  return calls.map((c) => `${c.transaction} ${c.mode}`);
}

it.each(rows)('%s', async (_, _serves, act, status, calls) => {
  await stack.resetCalls();
  expect((await act()).status).toBe(status);
  const asked = await heard();
  expect(asked).toEqual(calls);
  expect(asked.join()).not.toMatch(/\bDIRECTE/);
});

it('every interaction that is declared is counted, and calls nothing that is not declared', () => {
  const all = new Map(routes().map((r) => [handlerName(r.type, r.interaction), r.interaction.dmp]));
  expect([...new Set(rows.map(([, serves]) => serves))].sort()).toEqual([...all.keys(), 'metadata'].sort());
  for (const [name, serves, , , calls] of rows)
    for (const call of calls) expect(all.get(serves), name).toContain(call.split(' ')[0]);
});

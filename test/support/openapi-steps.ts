/**
 * One real call after another for every operation of the OpenAPI document that changes something or needs to be told about what: in the
 * order in which they make sense. Operations that only look are not here: what they look at is found by searching.
 */
import type { AuditEvent, Bundle, Consent, DocumentReference, Patient, Resource } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { consent, INS_TEST, newOid, patients, type Who } from './resources.ts';
import { stranger } from './patient-doors.ts';
import { fhirJson, fhirXml, type Ask, type Told, type Walk } from './openapi-walk.ts';

/** The forms in which a resource is asked for and, where there is a body, sent. */
export const forms: readonly Pick<Ask, 'accept' | 'contentType'>[] = [
  { accept: fhirJson },
  { accept: fhirXml, contentType: fhirXml },
  { accept: 'text/html' },
];

const idOf = ({ body }: Told): string => (body as Resource).id!;
export const insOf = (who: Who): string => `${INS_TEST}|${patients[who].ins}`;

/** Ids that the steps need, made or found beforehand. */
export async function patientIds(walk: Walk, ...who: Who[]): Promise<Record<string, string>> {
  const found = await Promise.all(
    who.map(async (w) => {
      const told = await walk.send('patientSearchTypeByForm', { body: { identifier: insOf(w) } });
      const entries = (told.body as Bundle<Patient>).entry ?? [];
      return [w, entries.find((e) => e.search?.mode === 'match')!.resource!.id!] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** What the steps leave behind for what only looks. */
export interface Made {
  document: string;
  patient: string;
  /** An identity that the establishment fed. */
  identity: string;
}

/** The steps, by what they are about. Later ones look at what earlier ones left. */
export const chapters: Record<string, (walk: Walk, made: Partial<Made>) => Promise<void>> = {
  deposits: async (walk, made) => {
    made.document = await deposits(walk);
  },
  patches: (walk, made) => patches(walk, made.document!),
  identities: async (walk, made) => {
    made.identity = await identities(walk);
  },
  records: async (walk, made) => {
    const ids = await patientIds(walk, 'P1', 'P3', 'P6');
    made.patient = ids['P1'];
    await records(walk, ids);
  },
  consents: (walk) => consents(walk),
  subscriptions: (walk) => subscriptions(walk),
  'take-overs': (walk) => takeovers(walk),
  emergency: (walk) => emergency(walk),
};

const expectStatus = (told: Told, status: number): void => expect(told.status, told.text).toBe(status);

async function deposits(walk: Walk): Promise<string> {
  const nurse = { who: 'nurse' } as const;
  const first = await walk.send('documentReferenceCreate', nurse);
  expectStatus(first, 201);
  // Again: it is there already.
  for (const form of forms.slice(1))
    expectStatus(await walk.send('documentReferenceCreate', { ...nurse, ...form }), 200);
  const replacing = walk.example('documentReferenceCreate', fhirJson, 'replace-text');
  const replaced = await walk.send('documentReferenceCreate', { ...nurse, body: replacing });
  expectStatus(replaced, 201);
  for (const form of forms) {
    for (const id of ['systemTransaction', 'listValidate', 'bundleValidate', 'documentReferenceValidate'])
      expectStatus(await walk.send(id, { ...nurse, ...form }), 200);
    expectStatus(await walk.send('documentReferenceGenerateMetadata', { ...nurse, ...form }), 200);
  }
  return idOf(replaced);
}

async function patches(walk: Walk, id: string): Promise<void> {
  const doctor = { who: 'doctor', path: { id } } as const;
  const types = Object.keys(walk.operation('documentReferencePatch').requestBody!.content);
  const rehearsal = [['_dryRun', 'true']] as const;
  const { body } = await walk.send('documentReferenceRead', doctor);
  const { system, value } = (body as DocumentReference).masterIdentifier!;
  const criteria = ['identifier', `${system}|${value}`] as const;
  for (const [i, contentType] of types.entries()) {
    const ask = { contentType, accept: forms[i % forms.length]!.accept };
    expectStatus(await walk.send('documentReferencePatch', { ...doctor, ...ask, query: rehearsal }), 200);
    expectStatus(
      await walk.send('documentReferencePatchByCriteria', { who: 'doctor', ...ask, query: [criteria, ...rehearsal] }),
      200,
    );
  }
  // For real, each on a document of its own: who masks it does not see it any more.
  for (const operation of ['documentReferencePatch', 'documentReferencePatchByCriteria']) {
    const uniqueId = `urn:oid:${newOid()}`;
    const example = walk.example('documentReferenceCreate', fhirJson) as DocumentReference;
    const masterIdentifier = { ...example.masterIdentifier, value: uniqueId };
    const made = await walk.send('documentReferenceCreate', { who: 'nurse', body: { ...example, masterIdentifier } });
    const query = [['identifier', `urn:ietf:rfc:3986|${uniqueId}`]] as const;
    const contentType = 'application/json-patch+json';
    const where = operation.endsWith('Criteria') ? { query } : { path: { id: idOf(made) } };
    expectStatus(await walk.send(operation, { who: 'doctor', contentType, ...where }), 200);
  }
}

async function identities(walk: Walk): Promise<string> {
  const nurse = { who: 'nurse' } as const;
  const example = walk.example('patientUpdateByCriteria', fhirJson) as Patient;
  const { system, value } = example.identifier![0]!;
  const query = [['identifier', `${system}|${value}`]] as const;
  const made = await walk.send('patientUpdateByCriteria', { ...nurse, query });
  expectStatus(made, 201);
  const path = { id: idOf(made) };
  for (const form of forms) {
    expectStatus(await walk.send('patientUpdateByCriteria', { ...nurse, query, ...form }), 200);
    expectStatus(await walk.send('patientUpdate', { ...nurse, path, body: { ...example, id: path.id }, ...form }), 200);
    for (const id of ['patientIhePixPost', 'patientMatch'])
      expectStatus(await walk.send(id, { ...nurse, ...form }), 200);
    expectStatus(await walk.send('patientIdentityHistoryOnePost', { ...nurse, path, ...form }), 200);
    const body = { ...(walk.example('patientCorrectRecordPost', fhirJson) as Resource) };
    expectStatus(await walk.send('patientCorrectRecordPost', { ...nurse, ...form, body }), 200);
    expectStatus(
      await walk.send('patientIhePixGet', { ...nurse, ...form, query: [['sourceIdentifier', query[0][1]]] }),
      200,
    );
    expectStatus(await walk.send('patientIdentityHistoryOneGet', { ...nurse, path, ...form }), 200);
    expectStatus(await walk.send('patientRead', { ...nurse, path, ...form }), 200);
    expectStatus(await walk.send('patientCorrectRecordGet', { ...nurse, ...form }), 200);
  }
  expectStatus(await walk.send('patientDeleteByCriteria', { ...nurse, query }), 204);
  const other = await walk.send('patientUpdateByCriteria', { ...nurse, query, body: { ...example, active: true } });
  // An identity may come back.
  expectStatus(await walk.send('patientDelete', { ...nurse, path: { id: idOf(other) } }), 204);
  const again = await walk.send('patientUpdateByCriteria', {
    ...nurse,
    query: [['identifier', `${system}|NEW-1`]],
    body: { ...example, identifier: [{ system, value: 'NEW-1' }] },
  });
  expectStatus(again, 201);
  return idOf(again);
}

async function records(walk: Walk, ids: Record<string, string>): Promise<void> {
  const opened = [walk.example('patientCreate', fhirJson), stranger(43), stranger(44)];
  for (const [i, form] of forms.entries()) {
    expectStatus(await walk.send('patientCreate', { who: 'nurse', body: opened[i], ...form }), 201);
    for (const id of [
      'patientAuthorizedRecordsPost',
      'patientWebAccessPost',
      'systemMyRightsPost',
      'documentReferenceWhatsNewPost',
    ])
      expectStatus(await walk.send(id, form), 200);
    for (const id of ['patientAdministrativeDataOnePost', 'patientWebAccessOnePost'])
      expectStatus(await walk.send(id, { path: { id: ids['P1']! }, ...form }), 200);
    const path = { id: ids['P6']! };
    expectStatus(await walk.send('patientCloseOne', { path, ...form }), 200);
    expectStatus(await walk.send('patientReactivateOne', { path, ...form }), 200);
    expectStatus(await walk.send('patientInternetAccountOne', { path, ...form }), 501);
    const query = [['page', 'Documents']] as const;
    expectStatus(await walk.send('patientWebAccessGet', { query, ...form }), 200);
    expectStatus(await walk.send('patientWebAccessOneGet', { path, query, ...form }), 200);
    const patient = [['patient.identifier', insOf('P1')]] as const;
    expectStatus(await walk.send('documentReferenceWhatsNewGet', { query: patient, ...form }), 200);
  }
}

async function consents(walk: Walk): Promise<void> {
  const nurse = { who: 'nurse' } as const;
  for (const form of forms) expectStatus(await walk.send('consentCreate', { ...nurse, ...form }), 200);
  const made = await walk.send('consentCreate', { ...nurse, body: consent('P2', 'regulation') });
  expectStatus(made, 201);
  const path = { id: idOf(made) };
  const body = consent('P2', 'regulation', 'deny');
  for (const form of forms) expectStatus(await walk.send('consentUpdate', { ...nurse, path, body, ...form }), 200);
  for (const form of forms) {
    expectStatus(await walk.send('consentVread', { ...nurse, path: { ...path, version: '1' }, ...form }), 200);
    expectStatus(await walk.send('consentHistoryInstance', { ...nurse, path, ...form }), 200);
  }
  expectStatus(await walk.send('consentDelete', { ...nurse, path }), 204);
  // An authorisation that is ended is there no more.
  const authorization = consent('P8', 'dmp-authorization');
  const declared = await walk.send('consentCreate', { who: 'doctor', body: authorization });
  expectStatus(declared, 201);
  const ended: Consent = { ...authorization, status: 'inactive' };
  expectStatus(await walk.send('consentCreate', { who: 'doctor', body: ended }), 204);
  expectStatus(await walk.send('consentCreate', { who: 'doctor', body: authorization }), 201);
  expectStatus(await walk.send('consentUpdate', { who: 'doctor', path: { id: idOf(declared) }, body: ended }), 204);
}

async function subscriptions(walk: Walk): Promise<void> {
  const nurse = { who: 'nurse' } as const;
  for (const form of forms) {
    const told = await walk.send('subscriptionCreate', { ...nurse, ...form });
    expectStatus(told, 201);
    const path = { id: /Subscription\/([^/]+)/.exec(told.headers.get('location')!)![1]! };
    for (const id of ['subscriptionStatusPost', 'subscriptionStatusOnePost', 'subscriptionEventsOnePost'])
      expectStatus(await walk.send(id, { ...nurse, ...form, path }), 200);
    for (const id of ['subscriptionStatusGet', 'subscriptionStatusOneGet', 'subscriptionEventsOneGet'])
      expectStatus(await walk.send(id, { ...nurse, accept: form.accept, path }), 200);
    expectStatus(await walk.send('subscriptionUpdate', { ...nurse, ...form, path }), 200);
    expectStatus(await walk.send('subscriptionDelete', { ...nurse, path }), 204);
  }
  // Followed by the doctor, whom what looks at subscriptions is.
  expectStatus(await walk.send('subscriptionCreate', { who: 'doctor' }), 201);
}

/** One in each form, with a document; and one that comes to its end. */
async function takeovers(walk: Walk): Promise<void> {
  const nurse = { who: 'nurse' } as const;
  const headers = { prefer: 'respond-async' };
  for (const form of forms) {
    const begun = await walk.send('systemImport', { ...nurse, ...form, headers });
    expectStatus(begun, 202);
    const takeover = new URL(begun.headers.get('content-location')!).searchParams.get('takeover')!;
    const query = [['takeover', takeover]] as const;
    const document = walk.example('systemImportDocuments', 'application/fhir+ndjson') as string;
    const second = document.replace('courrier-000001', 'courrier-000002').replace('20261121.77', '20261121.78');
    expectStatus(await walk.send('systemImportDocuments', { ...nurse, query, body: `${document}${second}` }), 200);
    expectStatus(await walk.send('systemImportStatus', { ...nurse, query, accept: form.accept }), 202);
    expectStatus(await walk.send('systemImportStatus', { ...nurse, accept: form.accept }), 200);
    expectStatus(await walk.send('systemImportReport', { ...nurse, query: [...query, ['_count', '1']] }), 200);
    for (const action of ['pause', 'resume', 'cancel']) {
      const parameter = [
        { name: 'takeover', valueId: takeover },
        { name: 'action', valueCode: action },
      ];
      const body = { resourceType: 'Parameters', parameter } as const;
      expectStatus(await walk.send('systemImportChange', { ...nurse, ...form, body }), 200);
    }
    expectStatus(await walk.send('systemImportStatus', { ...nurse, query, accept: form.accept }), 200);
  }
}

/** So that there is something on record. */
async function emergency(walk: Walk): Promise<void> {
  const { ins, family, given, birthDate } = patients.P1;
  const reason = 'Malaise dans le couloir, traitement inconnu';
  const confirmed = { family, given, birthDate };
  const who = { person: 'doctor', purpose: 'bris_de_glace', reason, patient: ins, confirmed } as const;
  const query = [
    ['patient.identifier', insOf('P1')],
    ['status', 'current'],
  ] as const;
  expectStatus(await walk.send('documentReferenceSearchType', { who, query }), 200);
  const found = await walk.send('auditEventSearchType', { who: 'admin', query: [['subtype', 'break-glass']] });
  expect((found.body as Bundle<AuditEvent>).total).toBeGreaterThan(0);
}

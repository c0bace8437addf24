/**
 * Issue 5, line 5 for line 3: another structure's patient, document, audit or job. Everything that takes an id is tried with the ids
 * and cursors of the first structure, by the same person through the same client, in the name of the second.
 */
import type {
  Bundle,
  Consent,
  DocumentReference,
  List,
  OperationOutcome,
  Parameters,
  Patient,
  Resource,
  Subscription,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handlerName, resources, type Interaction } from '../../server/fhir/definition.ts';
import type { TokenOptions } from '../support/outside-issuer.ts';
import { text } from '../support/documents.ts';
import { fedResource, ippDomain } from '../support/identity-doors.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import {
  consent,
  folder,
  INS_TEST,
  newOid,
  patients,
  simplified,
  subscriptionTo,
  withFolder,
} from '../support/resources.ts';
import { startStack, type Answer, type Stack } from '../support/stack.ts';
import { savs } from '../support/structures.ts';

let stack: Stack;
let receiver: Receiver;
/** What the first structure made, by what it is. */
let ids: Record<
  | 'patient'
  | 'identity'
  | 'document'
  | 'set'
  | 'folder'
  | 'consent'
  | 'authorization'
  | 'practitioner'
  | 'subscription'
  | 'task'
  | 'record'
  | 'correction',
  string
>;
let cursors: Record<'DocumentReference' | 'AuditEvent', string>;
const everything = { scope: 'user/*.cruds', administrator: true } as const;
const doctor: TokenOptions = { ...everything, person: 'doctor' };
const nurse: TokenOptions = { ...everything, person: 'nurse' };
const INS = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const IPP = encodeURIComponent(`${ippDomain}|A-1`);
const [deposited, other, deferred] = [newOid(), newOid(), newOid()];
const title = 'Titre que seule la première structure connaît';
const note = (uniqueId: string): DocumentReference =>
  simplified({ content: text('secret'), contentType: 'text/plain', uniqueId, title });

/** In the name of the first structure: must succeed. */
async function here<T extends Resource>(who: TokenOptions, method: string, url: string, body?: unknown): Promise<T> {
  const answer = await stack.as<T>(who, method, url, body);
  expect(answer.status, `${method} ${url}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}
const idOf = ({ id }: Resource): string => id!;
const firstOf = <T extends Resource>(bundle: Bundle<T>): T => bundle.entry![0]!.resource!;
const nextOf = (bundle: Bundle): string => bundle.link!.find((l) => l.relation === 'next')!.url.replace(stack.base, '');
const parameters = (...parameter: NonNullable<Parameters['parameter']>): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});

beforeAll(async () => {
  stack = await startStack({ SUBSCRIPTION_ENDPOINTS: 'http://localhost' }, {}, { second: savs });
  receiver = await startReceiver();
  const patient = firstOf(await here<Bundle<Patient>>(doctor, 'GET', `/Patient?identifier=${INS}`));
  const identity = await here<Patient>(nurse, 'PUT', `/Patient?identifier=${IPP}`, fedResource('P1', 'A-1'));
  const document = await here<DocumentReference>(nurse, 'POST', '/DocumentReference', note(deposited));
  await here(nurse, 'POST', '/DocumentReference', note(other));
  const bundle = withFolder([{ content: text('b'), contentType: 'text/plain', title }], (d) => folder(d, { title }), {
    method: 'POST',
    url: 'List',
  });
  const transaction = await here<Bundle>(nurse, 'POST', '', bundle);
  const [set, made] = [0, 3].map((i) => transaction.entry![i]!.response!.location!.split('/').at(-1)!);
  const statement = await here<Consent>(nurse, 'POST', '/Consent', consent('P1', 'information'));
  const all = await here<Bundle<Consent>>(doctor, 'GET', `/Consent?patient.identifier=${INS}`);
  const authorization = all.entry!.map((e) => e.resource!).find((c) => !c.meta?.versionId)!;
  const subscription = await here<Subscription>(doctor, 'POST', '/Subscription', subscriptionTo(receiver.url));
  const found = await here<Bundle<DocumentReference>>(
    doctor,
    'GET',
    `/DocumentReference?patient.identifier=${INS}&status=current&_count=1`,
  );
  const correction = await here<Parameters>(
    nurse,
    'POST',
    '/Patient/$correct-record',
    parameters(
      { name: 'wrong', valueString: `${INS_TEST}|${patients.P1.ins}` },
      { name: 'reason', valueString: 'INS rattaché par erreur à cette personne' },
    ),
  );
  const later = await stack.as<Resource>(nurse, 'POST', '/DocumentReference', note(deferred), {
    prefer: 'respond-async',
  });
  expect([later.status, later.body.resourceType]).toEqual([202, 'Task']);
  const trail = await here<Bundle>(nurse, 'GET', '/AuditEvent?date=ge2026-01-01&_count=1');
  ids = {
    patient: idOf(patient),
    identity: idOf(identity),
    document: idOf(document),
    set: set!,
    folder: made!,
    consent: idOf(statement),
    authorization: idOf(authorization),
    practitioner: await stack.practitionerId('899700204581'),
    subscription: idOf(subscription),
    task: idOf(later.body),
    record: idOf(firstOf(trail)),
    correction: correction.parameter!.find((p) => p.name === 'correction')!.valueId!,
  };
  cursors = { DocumentReference: nextOf(found), AuditEvent: nextOf(trail) };
});
afterAll(async () => {
  await receiver.close();
  await stack.close();
});
beforeEach(() => stack.resetCalls());

const there = (who: TokenOptions, method: string, url: string, body?: unknown, headers?: Record<string, string>) =>
  stack.as<Resource>({ structure: savs, ...who }, method, url, body, headers);
/** Calls of the DMP in the name of the second structure. */
const asked = async (): Promise<unknown[]> => {
  const { calls } = (await (await fetch(`${stack.simulator.controlUrl}/calls`)).json()) as {
    calls: { structure?: string }[];
  };
  return calls.filter((c) => c.structure === savs.id);
};
/** Said of what is not there: what is another's is said to be unknown, in the same words. */
const unknown = [
  ...[
    'not-found',
    'reference-unresolved',
    'search-expired',
    'target-unknown',
    'folder-unknown',
    'identity-unknown',
    'pix-source-unknown',
  ],
  // Of what is not served at all, whoever asks.
  'transaction-withdrawn',
];
/** Refused, with nothing of what the first structure knows, and without a question to the DMP. */
async function learnsNothing(what: string, answer: Answer<unknown>, keys = unknown): Promise<void> {
  saysNothing(what, answer, keys);
  expect(await asked(), what).toEqual([]);
}
function saysNothing(what: string, { body }: Answer<unknown>, keys: readonly string[]): void {
  const said = JSON.stringify(body ?? '');
  if (keys.length > 0) {
    const errors = (body as OperationOutcome).issue.filter((i) => i.severity === 'error');
    expect(errors.length, what).toBeGreaterThan(0);
    for (const { details } of errors) expect(keys, `${what}: ${said}`).toContain(details!.coding!.at(-1)!.code);
  }
  for (const secret of [title, patients.P1.ins, patients.P1.family, deposited, other, 'A-1', '1990100109'])
    expect(said, what).not.toContain(secret);
}

const takesAnId = ({ code, operation }: Interaction): boolean =>
  operation
    ? operation.level === 'instance'
    : ['read', 'vread', 'history-instance', 'update', 'patch', 'delete'].includes(code);
const declared = resources.flatMap(({ type, interactions }) =>
  interactions.filter(takesAnId).map((interaction) => ({ name: handlerName(type, interaction), type, interaction })),
);
/** Whose ids each type goes by. */
const owned: Record<string, (keyof typeof ids)[]> = {
  Patient: ['patient', 'identity'],
  DocumentReference: ['document'],
  Binary: ['document'],
  List: ['set', 'folder'],
  Consent: ['consent', 'authorization'],
  AuditEvent: ['record'],
  Subscription: ['subscription'],
  Task: ['task'],
  Practitioner: ['practitioner'],
};
/** A body that would be good, where one is wanted. */
const bodies: Record<string, () => unknown> = {
  'Patient.update': () => fedResource('P1', 'B-1'),
  'Consent.update': () => ({ ...consent('P1', 'information', 'deny') }),
  'Subscription.update': () => ({ ...subscriptionTo(receiver.url), status: 'off' }),
  'DocumentReference.patch': () => [{ op: 'replace', path: '/status', value: 'entered-in-error' }],
};

async function attempt(
  name: string,
  type: string,
  { code, operation }: Interaction,
  id: string,
): Promise<Answer<Resource>> {
  const at = `/${type}/${id}`;
  if (operation) {
    const query = operation.name === 'web-access' ? '?page=Documents' : '';
    return there(doctor, operation.methods[0]!.toUpperCase(), `${at}/$${operation.name}${query}`);
  }
  const ways = {
    read: 'GET',
    vread: 'GET',
    'history-instance': 'GET',
    update: 'PUT',
    patch: 'PATCH',
    delete: 'DELETE',
  };
  const suffix = code === 'vread' ? '/_history/1' : code === 'history-instance' ? '/_history' : '';
  const patch: Record<string, string> = code === 'patch' ? { 'content-type': 'application/json-patch+json' } : {};
  return there(doctor, ways[code as 'read'], `${at}${suffix}`, bodies[name]?.(), patch);
}

describe('5. before it has met the patient, another structure learns and changes nothing by id', () => {
  it.each(declared.map((d) => [d.name, d] as const))('%s', async (name, { type, interaction }) => {
    expect(owned[type], 'a type whose ids are known here').toBeDefined();
    for (const kind of owned[type]!) {
      const answer = await attempt(name, type, interaction, ids[kind]);
      await learnsNothing(`${name} of ${kind}`, answer);
    }
  });

  it.each<[string, () => Promise<Answer<unknown>>]>([
    [
      'documents of the patient',
      () => there(doctor, 'GET', `/DocumentReference?patient=Patient/${ids.patient}&status=current`),
    ],
    [
      'documents of a fed identity',
      () => there(doctor, 'GET', `/DocumentReference?patient=Patient/${ids.identity}&status=current`),
    ],
    [
      'lists of the patient',
      () => there(doctor, 'GET', `/List?patient=Patient/${ids.patient}&code=submissionset&status=current`),
    ],
    ['news of the patient', () => there(doctor, 'GET', `/DocumentReference/$whats-new?patient=Patient/${ids.patient}`)],
    ['consents of the patient', () => there(doctor, 'GET', `/Consent?patient=Patient/${ids.patient}`)],
    ['a subscription to the patient', () => there(doctor, 'POST', '/Subscription', followed())],
    [
      'a consent for the patient',
      () =>
        there(nurse, 'POST', '/Consent', {
          ...consent('P1', 'feeding'),
          patient: { reference: `Patient/${ids.patient}` },
        }),
    ],
    [
      'a deposit for the patient',
      () =>
        there(nurse, 'POST', '/DocumentReference', {
          ...note(newOid()),
          contained: note('1').contained!.filter((c) => c.resourceType !== 'Patient'),
          context: undefined,
          subject: { reference: `Patient/${ids.patient}` },
        }),
    ],
    [
      'a deposit that replaces its document',
      () =>
        there(nurse, 'POST', '/DocumentReference', {
          ...note(newOid()),
          relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${ids.document}` } }],
        }),
    ],
    ['a correction', () => there(nurse, 'GET', `/Patient/$correct-record?correction=${ids.correction}`)],
    [
      'a correction, gone on with',
      () =>
        there(nurse, 'POST', '/Patient/$correct-record', parameters({ name: 'correction', valueId: ids.correction })),
    ],
    ['the local identifier', () => there(nurse, 'GET', `/Patient/$ihe-pix?sourceIdentifier=${IPP}`)],
    ['a cursor of documents', () => there(doctor, 'GET', cursors.DocumentReference)],
    ['a cursor of the record of accesses', () => there(nurse, 'GET', cursors.AuditEvent)],
  ])('%s', async (what, ask) => learnsNothing(what, await ask()));

  it.each<[string, () => string]>([
    ['patients by id', () => `/Patient?_id=${ids.patient}`],
    ['patients by a local identifier', () => `/Patient?identifier=${IPP}`],
    ['consents by id', () => `/Consent?_id=${ids.consent},${ids.authorization}`],
    ['the record of accesses by id', () => `/AuditEvent?_id=${ids.record}`],
    ['the record of accesses by patient', () => `/AuditEvent?patient=Patient/${ids.patient}&date=ge2026-01-01`],
    ['subscriptions', () => '/Subscription'],
    ['what became of subscriptions', () => `/Subscription/$status?id=${ids.subscription}`],
    ['open corrections', () => '/Patient/$correct-record'],
    ['what waits to be announced', () => '/DocumentReference?security-label=INVISIBLE_PATIENT&status=current'],
  ])('finds none: %s', async (what, url) => {
    const answer = await there(doctor, 'GET', url());
    expect(answer.status).toBe(200);
    await learnsNothing(what, answer, []);
    const { total, parameter } = answer.body as { total?: number; parameter?: unknown[] };
    expect([total ?? 0, parameter ?? []]).toEqual([0, []]);
  });

  /** A set of the second structure's own, about a patient of its own. */
  const ownSet = (items: string[], request: { method: 'POST' | 'PUT'; url: string }): unknown => {
    const deposits = [{ who: 'P2' as const, content: text('c'), contentType: 'text/plain' }];
    const bundle = withFolder(deposits, (documents) => folder([...documents, ...items]), request);
    const own = JSON.stringify(bundle).replaceAll(patients.P1.ins, patients.P2.ins).replaceAll('1990100109', savs.id);
    return JSON.parse(own);
  };

  it('puts nothing into its folder, and lists none of its documents', async () => {
    expect((await there(nurse, 'POST', '/Consent', consent('P2', 'feeding'))).status).toBe(201);
    const good = await there(nurse, 'POST', '', ownSet([], { method: 'POST', url: 'List' }));
    expect(good.status, JSON.stringify(good.body)).toBe(200);
    const into = await there(nurse, 'POST', '', ownSet([], { method: 'PUT', url: `List/${ids.folder}` }));
    saysNothing('folder', into, ['folder-unknown']);
    const lists = ownSet([`DocumentReference/${ids.document}`], { method: 'POST', url: 'List' });
    saysNothing('document', await there(nurse, 'POST', '', lists), ['target-unknown']);
  });

  const followed = (): Subscription => {
    const text = JSON.stringify(subscriptionTo(receiver.url));
    return JSON.parse(text.replace(/patient\.identifier=[^"]*/, `patient=Patient/${ids.patient}`)) as Subscription;
  };
});

describe('5. once it has met the patient, another structure', () => {
  beforeAll(async () => {
    const met = (await there(doctor, 'GET', `/Patient?identifier=${INS}`)).body as Bundle<Patient>;
    expect(idOf(firstOf(met))).toBe(ids.patient);
  });

  it('reads through the DMP’s own rights, and needs the patient’s consent of its own', async () => {
    for (const url of [`/DocumentReference/${ids.document}`, `/Binary/${ids.document}`, `/List/${ids.set}`])
      await learnsNothing(url, await there(doctor, 'GET', url), ['consent-consultation-missing']);
    // Who may not consult is told what they deposited themselves, and nothing of this.
    await learnsNothing('List', await there(nurse, 'GET', `/List/${ids.set}`), ['dmp-rights-psc']);
    await learnsNothing('Consent', await there(doctor, 'GET', `/Consent/${ids.consent}`));
  });

  it('cannot take a uniqueId that is taken, and is not told by what', async () => {
    expect((await there(nurse, 'POST', '/Consent', consent('P1', 'feeding'))).status).toBe(201);
    await stack.resetCalls();
    const answer = await there(nurse, 'POST', '/DocumentReference', note(deposited));
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([409, expect.not.stringContaining(ids.document)]);
    expect(JSON.stringify(answer.body)).not.toContain(title);
  });

  it('deletes none of its documents, by id or by uniqueId', async () => {
    const gone = [{ op: 'replace', path: '/status', value: 'entered-in-error' }];
    const json = { 'content-type': 'application/json-patch+json' };
    for (const url of [
      `/DocumentReference/${ids.document}`,
      `/DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:${deposited}`,
    ])
      for (const who of [nurse, doctor])
        expect((await there(who, 'PATCH', url, gone, json)).status, url).toBeGreaterThanOrEqual(400);
    const kept = await here<DocumentReference>(doctor, 'GET', `/DocumentReference/${ids.document}`);
    expect(kept.status).toBe('current');
  });
});

describe('5. and the first structure', () => {
  it('has everything as it was', async () => {
    expect((await here<Patient>(nurse, 'GET', `/Patient/${ids.identity}`)).active).toBe(true);
    expect((await here<Consent>(nurse, 'GET', `/Consent/${ids.consent}`)).meta?.versionId).toBe('1');
    expect((await here<Subscription>(doctor, 'GET', `/Subscription/${ids.subscription}`)).status).toBe('active');
    expect((await here<List>(nurse, 'GET', `/List/${ids.set}`)).title).toBeDefined();
    expect(
      (await here<Parameters>(nurse, 'GET', `/Patient/$correct-record?correction=${ids.correction}`)).parameter,
    ).toContainEqual({
      name: 'state',
      valueCode: 'open',
    });
    await here(doctor, 'GET', cursors.DocumentReference);
    await here(nurse, 'GET', cursors.AuditEvent);
  });
});

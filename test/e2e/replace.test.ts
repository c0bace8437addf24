/** Issue 3, line 1: replace (TD2.1b), transform, append; the chain on record; lost answers and refusals of the DMP. */
import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, DocumentReference, List, OperationOutcome, Parameters } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readCdaHeader } from '../../mappings/cda/header.ts';
import { pdf, text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, provideBundle, simplified, type Deposit } from '../support/resources.ts';
import { countRows } from '../support/rows.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ DMP_TIMEOUT_MS: '5000' });
});
afterEach(() => stack.clearFaults());
afterAll(() => stack.close());

type RelatesTo = NonNullable<DocumentReference['relatesTo']>;
const approved = 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved';
const deprecated = 'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated';
const urn = 'urn:ihe:iti:2007:AssociationType:';

const note = (content: string, more: Partial<Deposit> = {}): Deposit => ({
  content: text(content),
  contentType: 'text/plain',
  ...more,
});

/** Deposits one document (ITI-105). */
async function deposit(d: Deposit, relatesTo?: RelatesTo): Promise<{ id: string; uniqueId: string }> {
  const { status, body } = await publish(d, relatesTo);
  expect(status, JSON.stringify(body)).toBe(201);
  const created = body as DocumentReference;
  return { id: created.id!, uniqueId: created.masterIdentifier!.value!.replace('urn:oid:', '') };
}
const publish = (d: Deposit, relatesTo?: RelatesTo, query = '') =>
  stack.post<DocumentReference | OperationOutcome>(
    `/DocumentReference${query}`,
    { ...simplified(d), ...(relatesTo ? { relatesTo } : {}) },
    'nurse',
  );
const replaces = (reference: string): RelatesTo => [{ code: 'replaces', target: { reference } }];

/** What the simulated registry holds. */
const entry = (uniqueId: string) => stack.simulator.world().registry.byUniqueId(uniqueId);
const associations = (uniqueId: string): { type: string; target: string }[] =>
  stack.simulator
    .world()
    .registry.associations()
    .filter((a) => a.sourceObject === entry(uniqueId)!.entry.id && a.associationType.startsWith(urn))
    .map((a) => ({ type: a.associationType.slice(urn.length), target: a.targetObject }));
/** Rows of the database: nothing may be left of what was refused. */
const rows = () => countRows(stack.database);

const parameters: Parameters = {
  resourceType: 'Parameters',
  meta: { profile: ['https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Patch.Parameters'] },
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'DocumentReference.status' },
        { name: 'value', valueCode: 'superseded' },
      ],
    },
  ],
};
/** The PATCH entry that goes with a replacement. */
const patch = (url: string): BundleEntry => ({
  fullUrl: `urn:uuid:${randomUUID()}`,
  resource: parameters,
  request: { method: 'PATCH', url },
});
function replacement(d: Deposit, relatesTo: RelatesTo, ...more: BundleEntry[]): Bundle {
  const bundle = provideBundle([d]);
  (bundle.entry![1]!.resource as DocumentReference).relatesTo = relatesTo;
  bundle.entry!.push(...more);
  return bundle;
}
const keysOf = (body: unknown): string[] =>
  (body as OperationOutcome).issue.filter((i) => i.severity === 'error').map((i) => i.details!.coding!.at(-1)!.code!);

describe('1. Replace: ITI-105 with relatesTo alone', () => {
  it('finds the old one’s entryUUID by TD3.1b, sends RPLC, and the old one is superseded', async () => {
    const old = await deposit(note('première version'));
    await stack.resetCalls();
    const next = await deposit(note('deuxième version'), replaces(`DocumentReference/${old.id}`));
    expect(await stack.calls()).toEqual(['TD3.1b', 'TD2.1']);
    expect(associations(next.uniqueId)).toEqual([{ type: 'RPLC', target: entry(old.uniqueId)!.entry.id }]);
    expect([entry(old.uniqueId)!.entry.status, entry(next.uniqueId)!.entry.status]).toEqual([deprecated, approved]);

    const superseded = await stack.get<DocumentReference>(`/DocumentReference/${old.id}`, 'doctor');
    expect(superseded.body.status).toBe('superseded');
    const current = await stack.get<DocumentReference>(`/DocumentReference/${next.id}`, 'doctor');
    expect(current.body.status).toBe('current');
  });

  it('says it in the CDA, with its place among the versions', async () => {
    const old = await deposit(note('v1'));
    const second = await deposit(note('v2'), replaces(`DocumentReference/${old.id}`));
    const third = await deposit(note('v3'), replaces(`DocumentReference/${second.id}`));
    const header = (uniqueId: string) => readCdaHeader(entry(uniqueId)!.content!);
    expect(header(second.uniqueId)).toMatchObject({
      relatedDocuments: [{ type: 'RPLC', id: { root: old.uniqueId } }],
      setId: { root: old.uniqueId },
      versionNumber: '2',
    });
    expect(header(third.uniqueId)).toMatchObject({
      relatedDocuments: [{ type: 'RPLC', id: { root: second.uniqueId }, versionNumber: '2' }],
      setId: { root: old.uniqueId },
      versionNumber: '3',
    });
  });

  const forms: [string, (old: { id: string; uniqueId: string }) => RelatesTo[0]['target']][] = [
    ['an absolute URL', ({ id }) => ({ reference: `${stack.base}/DocumentReference/${id}` })],
    [
      'a conditional reference',
      ({ uniqueId }) => ({ reference: `DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:${uniqueId}` }),
    ],
    ['its uniqueId', ({ uniqueId }) => ({ identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${uniqueId}` } })],
    ['its uniqueId as id', ({ uniqueId }) => ({ reference: `DocumentReference/${uniqueId}` })],
  ];
  it.each(forms)('takes the target as %s', async (_, target) => {
    const old = await deposit(note('v1'));
    const next = await deposit(note('v2'), [{ code: 'replaces', target: target(old) }]);
    expect(associations(next.uniqueId).map((a) => a.type)).toEqual(['RPLC']);
    expect(entry(old.uniqueId)!.entry.status).toBe(deprecated);
  });

  it('takes the entryUUID and the logicalId of a document that was seen, and a uniqueId that was not', async () => {
    const seen = await deposit(note('v1'));
    const read = await stack.get<DocumentReference>(`/DocumentReference/${seen.id}`, 'doctor');
    const entryUuid = read.body.identifier!.find((i) => i.use === 'official')!;
    const next = await deposit(note('v2'), [{ code: 'replaces', target: { identifier: entryUuid } }]);
    expect(associations(next.uniqueId)[0]!.target).toBe(entryUuid.value);

    // One more of the story's documents, fed by other software: the façade never saw it.
    const other = stack.simulator
      .world()
      .registry.documents()
      .find((d) => !d.signature && d.entry.status === approved && !/7602/.test(JSON.stringify(d.entry.identifiers)))!;
    const uniqueId = other.entry.identifiers.find((i) => i.identificationScheme.includes('2e82c1f6'))!.value;
    const value = { system: 'urn:ietf:rfc:3986', value: `urn:oid:${uniqueId}` };
    const foreign = await publish(note('reprise'), [{ code: 'replaces', target: { identifier: value } }]);
    expect(foreign.status, JSON.stringify(foreign.body)).toBe(201);
    const target = (foreign.body as DocumentReference).relatesTo![0]!.target;
    expect(target.identifier!.value).toBe(value.value);
    const old = await stack.get<DocumentReference>(`/${target.reference!}`, 'doctor');
    expect(old.body).toMatchObject({ status: 'superseded', masterIdentifier: { value: value.value } });
  });

  it('is found superseded by a search, and the new one says what it replaces', async () => {
    const old = await deposit(note('v1'));
    const next = await deposit(note('v2'), replaces(`DocumentReference/${old.id}`));
    const found = await stack.get<Bundle<DocumentReference>>(
      `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current,superseded&_count=500`,
      'doctor',
    );
    const of = (id: string) => found.body.entry!.find((e) => e.resource!.id === id)!.resource!;
    expect([of(old.id).status, of(next.id).status]).toEqual(['superseded', 'current']);
    expect(of(next.id).relatesTo).toEqual([
      { code: 'replaces', target: expect.objectContaining({ reference: `DocumentReference/${old.id}` }) },
    ]);
  });

  it('transforms and appends leave the target in force; replaces with transforms is one XFRM_RPLC', async () => {
    const old = await deposit(note('v1'));
    const target = { reference: `DocumentReference/${old.id}` };
    const transformed = await deposit(note('en clair'), [{ code: 'transforms', target }]);
    const addendum = await deposit(note('ajout'), [{ code: 'appends', target }]);
    expect(associations(transformed.uniqueId).map((a) => a.type)).toEqual(['XFRM']);
    expect(associations(addendum.uniqueId).map((a) => a.type)).toEqual(['APND']);
    expect(entry(old.uniqueId)!.entry.status).toBe(approved);
    const both = await deposit(note('nouvelle forme'), [
      { code: 'transforms', target },
      { code: 'replaces', target },
    ]);
    expect(associations(both.uniqueId).map((a) => a.type)).toEqual(['XFRM_RPLC']);
    expect(entry(old.uniqueId)!.entry.status).toBe(deprecated);
    expect(readCdaHeader(entry(both.uniqueId)!.content!).relatedDocuments.map((r) => r.type)).toEqual(['XFRM', 'RPLC']);
  });
});

describe('1. Replace: ITI-65 with relatesTo and the PATCH entry', () => {
  it('one TD3.1b, one TD2.1, an answer for each entry, the PATCH’s too', async () => {
    const old = await deposit(note('v1'));
    await stack.resetCalls();
    const bundle = replacement(
      { content: pdf('v2'), contentType: 'application/pdf' },
      replaces(`DocumentReference/${old.id}`),
      patch(`DocumentReference/${old.id}`),
    );
    const { status, body } = await stack.post<Bundle>('', bundle, 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await stack.calls()).toEqual(['TD3.1b', 'TD2.1']);
    expect(body.entry!.map((e) => e.response!.status.slice(0, 3))).toEqual(['201', '201', '201', '200']);
    expect(body.entry!.every((e) => e.response!.location)).toBe(true);
    expect(body.entry![3]!.response!.location).toBe(`${stack.base}/DocumentReference/${old.id}`);
    expect(body.entry!.every((e) => e.response!.outcome === undefined)).toBe(true);
    expect((body.entry![1]!.resource as DocumentReference).relatesTo).toMatchObject([
      { code: 'replaces', target: { reference: `DocumentReference/${old.id}` } },
    ]);
    expect(entry(old.uniqueId)!.entry.status).toBe(deprecated);
  });

  it('takes the fullUrl of the PATCH entry as target, and a conditional PATCH', async () => {
    const old = await deposit(note('v1'));
    const superseding = patch(`DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:${old.uniqueId}`);
    const bundle = replacement(note('v2'), replaces(superseding.fullUrl!), superseding);
    const { status, body } = await stack.post<Bundle>('', bundle, 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.entry![3]!.response!.location).toBe(`${stack.base}/DocumentReference/${old.id}`);
    expect(body.entry!.every((e) => e.response!.outcome === undefined)).toBe(true);
  });

  it('a replacement without PATCH entry is one all the same, with a warning; a PATCH without replacement is refused', async () => {
    const old = await deposit(note('v1'));
    const without = await stack.post<Bundle>(
      '',
      replacement(note('v2'), replaces(`DocumentReference/${old.id}`)),
      'nurse',
    );
    expect(without.status).toBe(200);
    const outcome = without.body.entry![1]!.response!.outcome as OperationOutcome;
    expect(outcome.issue.map((i) => i.details!.coding!.at(-1)!.code)).toEqual(['replace-without-patch']);
    expect(entry(old.uniqueId)!.entry.status).toBe(deprecated);

    const other = await deposit(note('v1'));
    await stack.resetCalls();
    const bundle = provideBundle([note('neuf')]);
    bundle.entry!.push(patch(`DocumentReference/${other.id}`));
    const refused = await stack.post<OperationOutcome>('', bundle, 'nurse');
    expect([refused.status, keysOf(refused.body)]).toEqual([400, ['patch-unmatched']]);
    expect(await stack.calls()).toEqual([]);
  });

  it('asks for the right to update: a token that may only create cannot supersede', async () => {
    const old = await deposit(note('v1'));
    const token = await stack.token('nurse', { scope: 'user/DocumentReference.c user/Binary.c user/List.c' });
    const answer = await fetch(`${stack.base}/DocumentReference`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ ...simplified(note('v2')), relatesTo: replaces(`DocumentReference/${old.id}`) }),
    });
    expect(answer.status).toBe(403);
    expect(entry(old.uniqueId)!.entry.status).toBe(approved);
  });
});

describe('1. Replace: what cannot be is refused, whole, and nothing is kept', () => {
  const refusal = async (relatesTo: RelatesTo, d: Deposit = note('v2')) => {
    const before = await rows();
    const { status, body } = await publish(d, relatesTo);
    expect(await rows()).toEqual(before);
    return [status, ...keysOf(body)];
  };

  it('a target that nobody knows, here or in the DMP', async () => {
    expect(await refusal(replaces('DocumentReference/none'))).toEqual([422, 'target-unknown']);
    const identifier = { system: 'urn:ietf:rfc:3986', value: `urn:oid:${newOid()}` };
    expect(await refusal([{ code: 'replaces', target: { identifier } }])).toEqual([422, 'target-unknown']);
  });

  it('another patient’s document', async () => {
    const old = await deposit(note('de P2', { who: 'P2' }));
    await stack.resetCalls();
    expect(await refusal(replaces(`DocumentReference/${old.id}`))).toEqual([422, 'target-other-patient']);
    expect(await stack.calls()).toEqual([]);
  });

  it('one that is superseded already: without a call when that is known, else as the DMP says', async () => {
    const old = await deposit(note('v1'));
    await deposit(note('v2'), replaces(`DocumentReference/${old.id}`));
    await stack.resetCalls();
    expect(await refusal(replaces(`DocumentReference/${old.id}`), note('v2 bis'))).toEqual([
      409,
      'dmp-XDSReplaceFailed',
    ]);
    expect(await stack.calls()).toEqual([]);
    // Replaced by other software meanwhile.
    const other = await deposit(note('v1'));
    const { registry } = stack.simulator.world();
    registry.setStatus(entry(other.uniqueId)!.entry.id, deprecated);
    const before = await rows();
    const { status, body } = await publish(note('v2'), replaces(`DocumentReference/${other.id}`));
    expect([status, ...keysOf(body)]).toEqual([409, 'dmp-XDSReplaceFailed']);
    expect((body as OperationOutcome).issue[0]!.expression).toEqual(['DocumentReference.relatesTo[0]']);
    expect(await rows()).toEqual(before);
  });

  it('signs, combinations that CDA does not know, and two replacements of one document', async () => {
    const old = await deposit(note('v1'));
    const target = { reference: `DocumentReference/${old.id}` };
    expect(await refusal([{ code: 'signs', target }])).toEqual([400, 'relates-code']);
    expect(
      await refusal([
        { code: 'replaces', target },
        { code: 'appends', target },
      ]),
    ).toEqual([400, 'relates-combination']);
    const bundle = provideBundle([note('a'), note('b')]);
    for (const i of [1, 3])
      (bundle.entry![i]!.resource as DocumentReference).relatesTo = [{ code: 'replaces', target }];
    bundle.entry!.push(patch(`DocumentReference/${old.id}`));
    const { status, body } = await stack.post<OperationOutcome>('', bundle, 'nurse');
    expect([status, ...keysOf(body)]).toEqual([400, 'replaced-twice']);
    // PDSm: exactly one relatesTo on replacement.
    const two = replacement(
      note('c'),
      [
        { code: 'replaces', target },
        { code: 'transforms', target },
      ],
      patch(target.reference),
    );
    const cardinality = await stack.post<OperationOutcome>('', two, 'nurse');
    expect([cardinality.status, ...keysOf(cardinality.body)]).toEqual([400, 'constr-bind-relatesTo']);
    expect(entry(old.uniqueId)!.entry.status).toBe(approved);
  });
});

describe('1. Replace: sent again, and answers that are lost', () => {
  it('the same replacement finds the first, without a call; the same document without relatesTo is a conflict', async () => {
    const old = await deposit(note('v1'));
    const bundle = replacement(
      note('v2'),
      replaces(`DocumentReference/${old.id}`),
      patch(`DocumentReference/${old.id}`),
    );
    const first = await stack.post<Bundle>('', bundle, 'nurse');
    await stack.resetCalls();
    const again = await stack.post<Bundle>('', bundle, 'nurse');
    expect(again.status, JSON.stringify(again.body)).toBe(200);
    expect(await stack.calls()).toEqual([]);
    expect(again.body.entry!.map((e) => [e.response!.status, e.response!.location])).toEqual(
      first.body.entry!.map((e) => ['200 OK', e.response!.location]),
    );
    expect((again.body.entry![1]!.resource as DocumentReference).relatesTo).toBeDefined();
    const otherwise = structuredClone(bundle);
    delete (otherwise.entry![1]!.resource as DocumentReference).relatesTo;
    otherwise.entry!.pop();
    const conflict = await stack.post<OperationOutcome>('', otherwise, 'nurse');
    expect([conflict.status, ...keysOf(conflict.body)]).toEqual([409, 'deposited-otherwise']);
  });

  it('the DMP takes it and its answer is lost: sent again, it is found to be there, once', async () => {
    const old = await deposit(note('v1'));
    const d = note('v2', { uniqueId: newOid() });
    await stack.fault({ transaction: 'TD2.1', kind: 'relatesTo' });
    const lost = await publish(d, replaces(`DocumentReference/${old.id}`));
    expect(lost.status).toBe(502);
    expect(entry(old.uniqueId)!.entry.status).toBe(deprecated);
    await stack.clearFaults();
    const again = await publish(d, replaces(`DocumentReference/${old.id}`));
    expect(again.status, JSON.stringify(again.body)).toBe(201);
    expect(await stack.registeredAll(d.uniqueId!)).toHaveLength(1);
    expect(associations(d.uniqueId!)).toHaveLength(1);
    expect((await publish(d, replaces(`DocumentReference/${old.id}`))).status).toBe(200);
  });

  it('TD3.1b fails: nothing was sent, nothing is kept, and the same succeeds later', async () => {
    const old = await deposit(note('v1'));
    const d = note('v2', { uniqueId: newOid() });
    const before = await rows();
    await stack.fault({ transaction: 'TD3.1b', kind: 'html503' });
    expect((await publish(d, replaces(`DocumentReference/${old.id}`))).status).toBe(503);
    expect(await rows()).toEqual(before);
    await stack.clearFaults();
    expect((await publish(d, replaces(`DocumentReference/${old.id}`))).status).toBe(201);
  });

  it('the DMP refuses TD2.1: the old one stays in force, and the uniqueId is free', async () => {
    const old = await deposit(note('v1'));
    const d = note('v2', { uniqueId: newOid() });
    const before = await rows();
    await stack.fault({ transaction: 'TD2.1', kind: 'registryError', code: 'XDSRegistryBusy' });
    const refused = await publish(d, replaces(`DocumentReference/${old.id}`));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBeTruthy();
    expect(await rows()).toEqual(before);
    expect(entry(old.uniqueId)!.entry.status).toBe(approved);
  });
});

describe('6. Dry run (_dryRun=true): the same engine, nothing written', () => {
  const dryRun = async (resource: unknown, kind: 'nurse' | 'doctor' = 'nurse', url = '/DocumentReference') => {
    const before = await rows();
    const registered = stack.simulator.world().registry.documents().length;
    // The doctor of the demonstration may only read.
    const authorization = `Bearer ${await stack.token(kind, { scope: 'user/*.cruds' })}`;
    const answer = await stack.post<OperationOutcome>(`${url}?_dryRun=true`, resource, kind, { authorization });
    expect(await rows()).toEqual(before);
    expect(stack.simulator.world().registry.documents()).toHaveLength(registered);
    expect(answer.body.resourceType).toBe('OperationOutcome');
    return [answer.status, ...answer.body.issue.map((i) => `${i.severity} ${i.details!.coding!.at(-1)!.code}`)];
  };

  it('says that a deposit would be accepted; it is, when sent for good', async () => {
    const resource = simplified(note('essai'));
    await stack.resetCalls();
    expect(await dryRun(resource)).toEqual([200, 'information dry-run']);
    expect(await stack.calls()).toEqual(['TD0.2', 'TD3.1b']);
    expect((await stack.post('/DocumentReference', resource, 'nurse')).status).toBe(201);
    expect(await dryRun(resource)).toEqual([200, 'information dry-run-existing']);
  });

  it('of a set too', async () => {
    const old = await deposit(note('v1'));
    const bundle = replacement(
      note('v2'),
      replaces(`DocumentReference/${old.id}`),
      patch(`DocumentReference/${old.id}`),
    );
    expect(await dryRun(bundle, 'nurse', '')).toEqual([200, 'information dry-run']);
    expect(entry(old.uniqueId)!.entry.status).toBe(approved);
  });

  it.each([
    ['no DMP', 'P4', 404, 'dmp-absent'],
    ['a closed DMP', 'P3', 422, 'dmp-closed'],
  ] as const)('says what the DMP would refuse: %s', async (_, who, status, key) => {
    expect(await dryRun(simplified(note('x', { who })))).toEqual([status, `error ${key}`]);
  });

  it('a uniqueId that the DMP holds, a target that it lacks, a target that is superseded', async () => {
    // As if other software had fed it: the DMP holds it, and this server does not know it.
    const { uniqueId: taken } = await deposit(note('v1'));
    await stack.database.query('DELETE FROM document WHERE unique_id = $1', [taken]);
    expect(await dryRun(simplified(note('x', { uniqueId: taken })))).toEqual([
      409,
      'error dmp-XDSDuplicateUniqueIdInRegistry',
    ]);
    const identifier = { system: 'urn:ietf:rfc:3986', value: `urn:oid:${newOid()}` };
    expect(
      await dryRun({ ...simplified(note('x')), relatesTo: [{ code: 'replaces', target: { identifier } }] }),
    ).toEqual([422, 'error target-unknown']);
    const other = await deposit(note('v1'));
    stack.simulator.world().registry.setStatus(entry(other.uniqueId)!.entry.id, deprecated);
    const resource = simplified(note('x'));
    const doctors = { ...resource, relatesTo: replaces(`DocumentReference/${other.id}`) };
    expect(await dryRun(doctors, 'doctor')).toEqual([409, 'error dmp-XDSReplaceFailed']);
  });

  it('another value than true or false is refused', async () => {
    expect((await publish(note('x'), undefined, '?_dryRun=yes')).status).toBe(400);
  });
});

describe('Conditional create (FHIR R4 http.html#ccreate)', () => {
  const publishUnless = (resource: DocumentReference, condition: string) =>
    stack.post<DocumentReference>('/DocumentReference', resource, 'nurse', { 'if-none-exist': condition });
  const by = (uniqueId: string): string => `identifier=urn:ietf:rfc:3986|urn:oid:${uniqueId}`;

  it('201 when nothing meets the condition, 200 with what exists, 412 when several do', async () => {
    const uniqueId = newOid();
    const created = await publishUnless(simplified(note('a', { uniqueId })), by(uniqueId));
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    await stack.resetCalls();
    // Other content under the same identifier: the one that exists stands for it.
    const again = await publishUnless(simplified(note('b', { uniqueId })), by(uniqueId));
    expect([again.status, again.body.id]).toEqual([200, created.body.id]);
    expect(await stack.calls()).toEqual([]);
    const other = await deposit(note('c'));
    const several = await publishUnless(
      simplified(note('d')),
      `${by(uniqueId)},urn:ietf:rfc:3986|urn:oid:${other.uniqueId}`,
    );
    expect(several.status).toBe(412);
    expect((await publishUnless(simplified(note('e')), 'status=current')).status).toBe(400);
  });

  it('asks the DMP for what was never seen here', async () => {
    const fresh = await startStack();
    try {
      const answer = await fresh.post('/DocumentReference', simplified(note('x')), 'nurse', {
        'if-none-exist': by(fresh.storyUniqueId),
      });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(await fresh.calls()).toEqual(['TD3.1b']);
      expect(answer.headers.get('location')).toMatch(/\/DocumentReference\/[0-9a-f-]{36}$/);
    } finally {
      await fresh.close();
    }
  });

  it('in a set: what exists is listed by it, not sent again', async () => {
    const old = await deposit(note('déjà là'));
    const bundle = provideBundle([note('autre contenu'), note('nouveau')]);
    bundle.entry![1]!.request!.ifNoneExist = by(old.uniqueId);
    await stack.resetCalls();
    const { status, body } = await stack.post<Bundle>('', bundle, 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.entry!.map((e) => e.response!.status.slice(0, 3))).toEqual(['201', '200', '200', '201', '201']);
    expect(body.entry![1]!.response!.location).toBe(`${stack.base}/DocumentReference/${old.id}`);
    expect(await stack.calls()).toEqual(['TD3.1b', 'TD2.1']);
    const list = body.entry![0]!.resource as List;
    expect(list.entry!.map((e) => e.item.reference)).toContain(`DocumentReference/${old.id}`);
  });
});

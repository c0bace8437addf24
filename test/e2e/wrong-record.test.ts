/**
 * Issue 4, line 5, « Wrong record »: an identity turns out wrong; an operation lists what was fed to the wrong DMP, deletes it
 * there (TD3.3c) and feeds the right one, step by step, resumable, on record.
 */
import type {
  AuditEvent,
  Bundle,
  DocumentReference,
  OperationOutcome,
  Parameters,
  Patient,
  Reference,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extReliability, statusSystems } from '../../mappings/identity/reliability.ts';
import { text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, simplified, type Who } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const ipp = { system: 'urn:oid:2.16.840.1.113883.19.7602.9', value: 'IPP-77' };
const at = `/Patient?identifier=${encodeURIComponent(`${ipp.system}|${ipp.value}`)}`;
const [approved, deleted] = [
  'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
  'urn:asip:ci-sis:2010:StatusType:Deleted',
];
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const person = (who: Who): Patient => ({
  resourceType: 'Patient',
  extension: [
    {
      url: extReliability,
      extension: [{ url: 'identityStatus', valueCoding: { system: statusSystems.v2, code: 'VALI' } }],
    },
  ],
  identifier: [ipp, { system: INS_TEST, value: patients[who].ins }],
  active: true,
  name: [{ use: 'official', family: patients[who].family, given: [patients[who].given] }],
  gender: patients[who].gender,
  birthDate: patients[who].birthDate,
});
/** Under the local identifier: whose record it goes to is what the link says. */
function note(title: string, uniqueId = newOid()): DocumentReference {
  const {
    contained,
    context: _,
    ...rest
  } = simplified({ content: text(uniqueId), contentType: 'text/plain', uniqueId, title });
  const subject = { identifier: ipp } as Reference<Patient>;
  return { ...rest, contained: contained!.filter((c) => c.resourceType !== 'Patient'), subject };
}
const correct = async (parameter: Parameters['parameter']) =>
  stack.post<Parameters>('/Patient/$correct-record', { resourceType: 'Parameters', parameter }, 'nurse');
const valueOf = ({ parameter = [] }: Parameters, name: string) => {
  const p = parameter.find((x) => x.name === name);
  return p?.valueId ?? p?.valueCode ?? p?.valueReference?.reference;
};
const itemsOf = ({ parameter = [] }: Parameters) =>
  parameter
    .filter((p) => p.name === 'item')
    .map(({ part = [] }) => {
      const of = (name: string) => part.find((p) => p.name === name);
      return {
        document: of('document')!.valueReference!.reference!.split('/')[1]!,
        title: of('title')?.valueString,
        state: of('state')!.valueCode,
        problem: of('problem')?.valueCodeableConcept?.text,
        fed: of('fed')?.valueReference?.reference?.split('/')[1],
      };
    });
const statesOf = (body: Parameters) => itemsOf(body).map((i) => i.state);
const inDmp = (uniqueId: string) => stack.simulator.world().registry.byUniqueId(uniqueId)!.entry;
const ownerOf = (uniqueId: string) =>
  inDmp(uniqueId)
    .identifiers.find((i) => i.identificationScheme === 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427')!
    .value.slice(0, 15);
const titlesIn = async (who: Who): Promise<(string | undefined)[]> => {
  const form = { 'patient.identifier': `${INS_TEST}|${patients[who].ins}`, status: 'current', _count: '200' };
  const { status, body } = await stack.form<Bundle<DocumentReference>>('/DocumentReference/_search', form, 'doctor');
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.entry ?? []).flatMap((e) =>
    e.search?.mode === 'match' ? [e.resource!.content[0]!.attachment.title] : [],
  );
};

describe('5. Wrong record', () => {
  const titles = ['Projet 77', 'Courrier 77', 'Note 77'];
  const uniqueIds = titles.map(() => newOid());
  let wrong: string;
  let correction: string;
  let documents: string[];
  const step = (name: string, more: NonNullable<Parameters['parameter']> = []) =>
    correct([{ name: 'correction', valueString: correction }, { name: 'step', valueCode: name }, ...more]);
  const one = (i: number) => ({ name: 'document', valueReference: { reference: `DocumentReference/${documents[i]}` } });

  it('when an identity turns out wrong (its INS is corrected) the feed says what to correct', async () => {
    expect((await stack.put(at, person('P1'), 'nurse')).status).toBe(201);
    for (const [i, title] of titles.entries())
      expect((await stack.post('/DocumentReference', note(title, uniqueIds[i]), 'nurse')).status).toBe(201);
    expect(uniqueIds.map(ownerOf)).toEqual(Array(3).fill(patients.P1.ins));
    const answer = await fetch(`${stack.base}${at}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${await stack.token('nurse')}`,
        'content-type': 'application/fhir+json',
        prefer: 'return=OperationOutcome',
      },
      body: JSON.stringify(person('P2')),
    });
    const { issue } = (await answer.json()) as OperationOutcome;
    const [warning] = issue.filter((i) => i.severity === 'warning');
    expect(warning!.details!.coding!.at(-1)!.code).toBe('identity-wrong-record');
    wrong = /Patient\/[0-9a-f-]{36}/.exec(warning!.details!.text!)![0];
  });

  it('an operation lists what was fed to the wrong DMP', async () => {
    const { status, body } = await correct([
      { name: 'wrong', valueReference: { reference: wrong } },
      { name: 'right', valueIdentifier: ipp },
      { name: 'reason', valueString: 'INS de la voisine de chambre rattaché à l’admission' },
    ]);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(itemsOf(body).map(({ title, state }) => [title, state])).toEqual(titles.map((t) => [t, 'to-delete']));
    correction = valueOf(body, 'correction')!;
    documents = itemsOf(body).map((i) => i.document);
  });

  it('deletes it there (TD3.3c), resumable after any failure', async () => {
    await stack.resetCalls();
    expect(statesOf((await step('delete', [one(0)])).body)).toEqual(['deleted', 'to-delete', 'to-delete']);
    expect(await stack.calls()).toEqual(['TD3.1b', 'TD3.3c']);
    await stack.fault({ transaction: 'TD3.3c', kind: 'reset' });
    const cut = await step('delete');
    expect(cut.status).toBe(503);
    await stack.clearFaults();
    const seen = await stack.get<Parameters>(`/Patient/$correct-record?correction=${correction}`, 'nurse');
    expect(statesOf(seen.body)).toEqual(['deleted', 'to-delete', 'to-delete']);
    expect(itemsOf(seen.body)[1]!.problem).toBeTruthy();
    expect(uniqueIds.map((id) => inDmp(id).status)).toEqual([deleted, approved, approved]);
    // Meanwhile somebody deleted one by another way: that counts as done.
    const other = await stack.patch(
      `/DocumentReference/${documents[2]}`,
      [{ op: 'replace', path: '/status', value: 'entered-in-error' }],
      'application/json-patch+json',
      'nurse',
    );
    expect(other.status, JSON.stringify(other.body)).toBe(200);
    const rest = await step('delete');
    expect([rest.status, statesOf(rest.body)]).toEqual([200, ['deleted', 'deleted', 'deleted']]);
    expect(uniqueIds.map((id) => inDmp(id).status)).toEqual(Array(3).fill(deleted));
    const left = await titlesIn('P1');
    expect(titles.filter((t) => left.includes(t))).toEqual([]);
  });

  it('and feeds the right one, step by step', async () => {
    const again = newOid();
    const misdirected = simplified({ who: 'P1', content: text(newOid()), contentType: 'text/plain' });
    expect((await step('feed', [one(0), { name: 'resource', resource: misdirected }])).status).toBe(422);
    const fed = await step('feed', [one(0), { name: 'resource', resource: note('Projet 77', again) }]);
    expect(fed.status, JSON.stringify(fed.body)).toBe(200);
    expect(statesOf(fed.body)).toEqual(['fed', 'deleted', 'deleted']);
    expect(ownerOf(again)).toBe(patients.P2.ins);
    const read = await stack.get<DocumentReference>(`/DocumentReference/${itemsOf(fed.body)[0]!.fed}`, 'doctor');
    expect(read.body.content[0]!.attachment.title).toBe('Projet 77');
    expect((await stack.get<Parameters>('/Patient/$correct-record', 'nurse')).body.parameter).toHaveLength(1);
    await step('feed', [one(1), { name: 'resource', resource: note('Courrier 77') }]);
    const last = await step('drop', [one(2)]);
    expect([statesOf(last.body), valueOf(last.body, 'state')]).toEqual([['fed', 'fed', 'dropped'], 'done']);
    expect((await stack.get<Parameters>('/Patient/$correct-record', 'nurse')).body.parameter).toBeUndefined();
    expect(await titlesIn('P2')).toEqual(expect.arrayContaining(['Projet 77', 'Courrier 77']));
  });

  it('on record: each step, the failed one too, seen by the administrator of the structure', async () => {
    const { status, body } = await stack.get<Bundle<AuditEvent>>('/AuditEvent?subtype=correction&_count=100', 'admin');
    expect(status, JSON.stringify(body)).toBe(200);
    const told = (body.entry ?? []).map((e) => JSON.stringify(e.resource));
    const of = (name: string) => told.filter((t) => t.includes(`"${name}"`));
    for (const [name, least] of Object.entries({ start: 1, delete: 4, feed: 3, drop: 1 }))
      expect(of(name).length, name).toBeGreaterThanOrEqual(least);
    expect(body.entry!.some((e) => e.resource!.outcome !== '0')).toBe(true);
    expect(told.join()).not.toMatch(/\d{6}[0-9A]{2}\d{7}/);
  });
});

describe('5. Wrong record, where an answer was lost and where a version was replaced', () => {
  it('what the DMP took without our knowing is deleted; what it holds as obsolete is said to stand there', async () => {
    const uniqueIds = [newOid(), newOid(), newOid()];
    const of = (i: number, more: Partial<DocumentReference> = {}): DocumentReference => ({
      ...simplified({ who: 'P8', content: text(uniqueIds[i]), contentType: 'text/plain', uniqueId: uniqueIds[i]! }),
      ...more,
    });
    const first = await stack.post<DocumentReference>('/DocumentReference', of(0), 'nurse');
    const target = { reference: `DocumentReference/${first.body.id}` };
    const next = of(1, { relatesTo: [{ code: 'replaces', target }] });
    expect((await stack.post('/DocumentReference', next, 'nurse')).status).toBe(201);
    const fault = { kind: 'down', transaction: 'TD2.1', when: 'after', times: 1 };
    await fetch(`${stack.simulator.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(fault) });
    expect((await stack.post('/DocumentReference', of(2), 'nurse')).status).toBe(503);
    expect(inDmp(uniqueIds[2]!).status).toBe(approved);

    const begun = await correct([
      { name: 'wrong', valueIdentifier: { system: INS_TEST, value: patients.P8.ins } },
      { name: 'reason', valueString: 'INS de la voisine de chambre rattaché à l’admission' },
    ]);
    expect(statesOf(begun.body)).toEqual(Array(3).fill('to-delete'));
    const step = { name: 'step', valueCode: 'delete' };
    const { body } = await correct([{ name: 'correction', valueString: valueOf(begun.body, 'correction')! }, step]);
    expect(statesOf(body)).toEqual(['obsolete', 'deleted', 'deleted']);
    expect(itemsOf(body)[0]!.problem).toContain('DMP');
    expect(uniqueIds.slice(1).map((id) => inDmp(id).status)).toEqual([deleted, deleted]);
  });
});

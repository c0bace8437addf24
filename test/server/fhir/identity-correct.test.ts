/** Issue line 5, « wrong record »: listed, deleted there, fed to the right one; step by step, resumable, on record. */
import type { DocumentReference, OperationOutcome, Parameters, ParametersParameter, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StatusInput } from '../../../server/dmp/transactions/td3-3.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { validateBase } from '../../../server/fhir/validation/index.ts';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { text } from '../../support/documents.ts';
import { INS_TEST, newOid, patients, simplified, type Who } from '../../support/resources.ts';
import { answerFor, known, newLocal } from '../identity/support.ts';
import { answerOf, startBench, type Bench } from './support.ts';

const structure = '1990100109';
const reason = 'INS rattaché par erreur lors de l’admission';
let bench: Bench;
/** entryUUID of what the DMP holds, by uniqueId. */
const held = new Map<string, string>();
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.dmp.calls.length = 0;
  bench.dmp.answers = {
    'TD0.2': ({ patient }: { patient: { value: string } }) => answerFor(patient.value),
    'TD2.1': ({ entries }: { entries: { entry: { uniqueId: string } }[] }) => {
      for (const { entry } of entries) held.set(entry.uniqueId, `urn:uuid:${crypto.randomUUID()}`);
      return { status: 'Success', errors: [] };
    },
    'TD3.1b': ({ parameters }: { parameters: Record<string, string[][]> }) => {
      const [[uniqueId = ''] = []] = Object.values(parameters)[0] ?? [];
      const id = held.get(uniqueId);
      return { ...answerOf([]), objects: { ...answerOf([]).objects, objectRefs: id ? [id] : [] } };
    },
    'TD3.3c': ({ target }: StatusInput) => {
      for (const [uniqueId, id] of held) if (id === target) held.delete(uniqueId);
      return { status: 'Success', errors: [] };
    },
  };
  // Every test has records of its own.
  for (const { id } of await bench.store.corrections.ofStructure(structure, { state: 'open' })) {
    const open = (await bench.store.corrections.byId(id, structure))!;
    await bench.store.corrections.save({ ...open, state: 'done' }, new Date());
  }
});

async function fed(who: Who, title = 'Note'): Promise<string> {
  const resource = simplified({ who, content: text(newOid()), contentType: 'text/plain', title });
  const made = await bench
    .post('/fhir/DocumentReference', 'nurse')
    .set('content-type', 'application/fhir+json')
    .send(JSON.stringify(resource));
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return (made.body as DocumentReference).id!;
}
type Given = Record<string, string | string[] | object>;
const toParameters = (given: Given): Parameters => ({
  resourceType: 'Parameters',
  parameter: Object.entries(given).flatMap(([name, value]): ParametersParameter[] =>
    typeof value === 'string'
      ? [{ name, valueString: value }]
      : Array.isArray(value)
        ? (value as string[]).map((valueString) => ({ name, valueString }))
        : [{ name, resource: value as DocumentReference }],
  ),
});
async function post<T = Parameters>(given: Given, token = 'all') {
  const { status, body } = await bench
    .post('/fhir/Patient/$correct-record', token)
    .set('content-type', 'application/fhir+json')
    .send(JSON.stringify(toParameters(given)));
  return { status, body: body as T };
}
const get = async (query = '', token = 'all') => {
  const { status, body } = await bench.get(`/fhir/Patient/$correct-record${query}`, token);
  return { status, body: body as Parameters };
};
const ins = (who: Who): string => `${INS_TEST}|${patients[who].ins}`;
const valueOf = ({ parameter = [] }: Parameters, name: string) => {
  const p = parameter.find((x) => x.name === name);
  return p?.valueId ?? p?.valueCode ?? p?.valueString ?? p?.valueReference?.reference;
};
const itemsOf = ({ parameter = [] }: Parameters) =>
  parameter
    .filter((p) => p.name === 'item')
    .map(({ part = [] }) =>
      Object.fromEntries(
        part.map((p) => [
          p.name,
          p.valueReference?.reference?.split('/')[1] ??
            p.valueCode ??
            p.valueString ??
            p.valueUri ??
            p.valueCodeableConcept?.coding?.[0]?.code,
        ]),
      ),
    );
const statesOf = (body: Parameters) => itemsOf(body).map((i) => i['state']);
const keyOf = (body: unknown): string | undefined => (body as OperationOutcome).issue[0]?.details?.coding?.at(-1)?.code;
const steps = async () =>
  (await bench.store.records.search({ structure, kinds: ['correction'], most: 200 })).records.map(
    (r) => `${(r.details as { what: { step: string } }).what.step} ${r.outcome}`,
  );
async function started(who: Who, more: Given = {}) {
  const { status, body } = await post({ wrong: ins(who), reason, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
  return { id: valueOf(body, 'correction')!, body };
}
const again = (who: Who): DocumentReference => simplified({ who, content: text(newOid()), contentType: 'text/plain' });

describe('a correction begins', () => {
  it('lists what this structure fed to the wrong record, with titles, and keeps it', async () => {
    const ids = [await fed('P1', 'Projet'), await fed('P1', 'Courrier')];
    await fed('P2');
    bench.dmp.calls.length = 0;
    const { id, body } = await started('P1', { right: ins('P2') });
    expect(validateBase(body, 'Parameters')).toEqual([]);
    expect(itemsOf(body)).toEqual([
      expect.objectContaining({ document: ids[0], title: 'Projet', state: 'to-delete' }),
      expect.objectContaining({ document: ids[1], title: 'Courrier', state: 'to-delete' }),
    ]);
    expect([valueOf(body, 'state'), valueOf(body, 'reason')]).toEqual(['open', reason]);
    const wrong = (await bench.store.patients.byIns({ value: patients.P1.ins, oid: INS_TEST.slice(8) })).id;
    expect(valueOf(body, 'wrong')).toBe(`Patient/${wrong}`);
    expect(JSON.stringify(body)).not.toContain(patients.P1.ins);
    expect((await get(`?correction=${id}`)).body).toEqual(body);
    expect(itemsOf((await get()).body)).toEqual([]);
    expect(JSON.stringify((await get()).body)).toContain(id);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('again for the same record goes on with the open one; documents that are named are added', async () => {
    const ids = [await fed('P3'), await fed('P3')];
    const { id } = await started('P3', { document: ids[0]! });
    const second = await started('P3', { right: ins('P1') });
    expect(second.id).toBe(id);
    expect(itemsOf(second.body).map((i) => i['document'])).toEqual([ids[0]]);
    expect(itemsOf((await started('P3', { document: `DocumentReference/${ids[1]}` })).body)).toHaveLength(2);
    expect((await post({ wrong: ins('P3'), reason, right: ins('P2') })).status).toBe(409);
  });

  it('by the id of the patient, by a local identifier, also of an identity that was merged away', async () => {
    await fed('P5');
    const { id } = await started('P5');
    const local = newLocal();
    const url = `/fhir/Patient?identifier=${encodeURIComponent(`${local.system}|${local.value}`)}`;
    const put = await bench
      .any('put', url)
      .set('content-type', 'application/fhir+json')
      .send(JSON.stringify(known('P5', local)));
    await bench.any('delete', url);
    const patient = (await bench.store.patients.byIns({ value: patients.P5.ins, oid: INS_TEST.slice(8) })).id;
    for (const wrong of [
      `${local.system}|${local.value}`,
      `Patient/${(put.body as Patient).id}`,
      `Patient/${patient}`,
      `${bench.config.fhirBase}/Patient/${patient}`,
    ]) {
      const { status, body } = await post({ wrong, reason });
      expect([status, valueOf(body, 'correction')], wrong).toEqual([200, id]);
    }
  });

  it('an identity whose INS was corrected does not say which record is meant', async () => {
    await fed('P2');
    const local = newLocal();
    const url = `/fhir/Patient?identifier=${encodeURIComponent(`${local.system}|${local.value}`)}`;
    const put = (who: Who) =>
      bench
        .any('put', url)
        .set('content-type', 'application/fhir+json')
        .send(JSON.stringify(known(who, local)));
    await put('P1');
    const { id } = (await put('P2')).body as Patient;
    for (const wrong of [`${local.system}|${local.value}`, `Patient/${id}`]) {
      const { status, body } = await post<OperationOutcome>({ wrong, reason });
      expect([status, keyOf(body)]).toEqual([422, 'correction-wrong-ambiguous']);
      for (const who of ['P1', 'P2'] as const) {
        const patient = await bench.store.patients.byIns({ value: patients[who].ins, oid: INS_TEST.slice(8) });
        expect(JSON.stringify(body)).toContain(`Patient/${patient.id}`);
        expect(JSON.stringify(body)).not.toContain(patients[who].ins);
      }
    }
    await bench.any('delete', url);
  });

  it('where nothing was fed it is done, and on record', async () => {
    const { body } = await started('P4');
    expect([valueOf(body, 'state'), itemsOf(body)]).toEqual(['done', []]);
    expect(await steps()).toContain('start success');
  });

  it.each<[string, () => Given, number, string]>([
    ['no wrong record', () => ({ reason }), 400, 'operation-parameter-required'],
    ['no reason', () => ({ wrong: ins('P1') }), 400, 'correction-reason'],
    [
      'a reason without substance',
      () => ({ wrong: ins('P1'), reason: 'erreur            !          ' }),
      400,
      'correction-reason',
    ],
    ['an INS that is none', () => ({ wrong: `${INS_TEST}|123`, reason }), 400, 'ins-format'],
    ['an unknown patient', () => ({ wrong: 'Patient/unknown', reason }), 400, 'reference-unresolved'],
    ['an unknown local identifier', () => ({ wrong: `${newLocal().system}|x`, reason }), 422, 'identity-unknown'],
    ['the same record twice', () => ({ wrong: ins('P1'), right: ins('P1'), reason }), 422, 'correction-same-record'],
    [
      'a document that was not fed there',
      () => ({ wrong: ins('P1'), reason, document: 'other' }),
      422,
      'correction-document',
    ],
    ['an unknown step', () => ({ wrong: ins('P1'), reason, step: 'undo' }), 400, 'correction-step'],
    ['an unknown parameter', () => ({ wrong: ins('P1'), reason, why: 'x' }), 400, 'operation-parameter-unknown'],
    ['an unknown correction', () => ({ correction: 'x', step: 'delete' }), 404, 'not-found'],
    ['a reason for one that exists', () => ({ correction: 'x', reason }), 400, 'correction-parameter'],
    [
      'a document for a deletion',
      () => ({ correction: 'x', step: 'delete', resource: again('P1') }),
      400,
      'correction-parameter',
    ],
  ])('refuses %s', async (_, given, status, key) => {
    const answer = await post(given());
    expect([answer.status, keyOf(answer.body)], JSON.stringify(answer.body)).toEqual([status, key]);
  });

  it('asks for the scopes of what it does; GET changes nothing', async () => {
    await fed('P1');
    const { id, body } = await started('P1', { right: ins('P2') });
    const document = itemsOf(body)[0]!['document']!;
    expect((await get('', 'user~Patient.r')).status).toBe(403);
    expect((await get('', 'user~Patient.u')).status).toBe(200);
    expect((await post({ correction: id, step: 'delete', document }, 'user~Patient.u')).status).toBe(403);
    expect(
      (
        await post(
          { correction: id, step: 'feed', document, resource: again('P2') },
          'user~Patient.u+user~DocumentReference.u',
        )
      ).status,
    ).toBe(403);
    expect((await get(`?correction=${id}&step=delete`)).status).toBe(400);
    expect(bench.dmp.names()).not.toContain('TD3.3c');
  });
});

describe('what was fed is deleted', () => {
  it('one, then all that remain: reference and deletion in the name of the structure, about the wrong patient', async () => {
    const ids = [await fed('P1'), await fed('P1'), await fed('P1')];
    const { id } = await started('P1', { document: ids });
    bench.dmp.calls.length = 0;
    const first = await post({ correction: id, step: 'delete', document: ids[1]! });
    expect(statesOf(first.body)).toEqual(['to-delete', 'deleted', 'to-delete']);
    expect(bench.dmp.calls.map((c) => [c.name, c.context.patient?.value, c.context.requester.strength])).toEqual([
      ['TD3.1b', patients.P1.ins, 'local'],
      ['TD3.3c', patients.P1.ins, 'local'],
    ]);
    expect(bench.dmp.calls[1]!.input).toMatchObject({ newStatus: statuses.deleted });
    expect(statesOf((await post({ correction: id, step: 'delete' })).body)).toEqual(['deleted', 'deleted', 'deleted']);
    expect(bench.dmp.names()).toEqual(['TD3.1b', 'TD3.3c', 'TD3.1b', 'TD3.3c', 'TD3.1b', 'TD3.3c']);
    expect((await post({ correction: id, step: 'delete' })).status).toBe(200);
    expect(bench.dmp.calls).toHaveLength(6);
    for (const d of ids) expect((await bench.store.documents.byId(d))!.availabilityStatus).toBe(statuses.deleted);
    expect((await steps()).filter((s) => s === 'delete success').length).toBeGreaterThanOrEqual(3);
  });

  it('what the DMP does not hold any more counts as deleted', async () => {
    const document = await fed('P1');
    held.delete((await bench.store.documents.byId(document))!.uniqueId);
    const { id } = await started('P1', { document });
    const { body } = await post({ correction: id, step: 'delete' });
    expect(statesOf(body)).toEqual(['deleted']);
    expect(bench.dmp.names()).not.toContain('TD3.3c');
  });

  it('goes on after a failure: what was deleted stays so, the reason is said, the same call does the rest', async () => {
    const ids = [await fed('P1'), await fed('P1'), await fed('P1')];
    const { id } = await started('P1', { document: ids });
    const works = bench.dmp.answers['TD3.3c']!;
    let calls = 0;
    bench.dmp.answers['TD3.3c'] = (input, context) => {
      if (++calls === 2) throw new DmpError('network', 'ECONNREFUSED', 'TD3.3c');
      return works(input, context);
    };
    const cut = await post({ correction: id, step: 'delete' });
    expect([cut.status, statesOf(cut.body)]).toEqual([200, ['deleted', 'to-delete', 'to-delete']]);
    expect(itemsOf(cut.body)[1]!['problem']).toBe('dmp-network');
    expect((await get(`?correction=${id}`)).body).toEqual(cut.body);
    const rest = await post({ correction: id, step: 'delete' });
    expect(statesOf(rest.body)).toEqual(['deleted', 'deleted', 'deleted']);
    expect(itemsOf(rest.body)[1]!['problem']).toBeUndefined();
    expect(await steps()).toContain('delete failure');
  });

  it('a DMP that cannot be reached at all is a failure of the call; of a named document so is a refusal', async () => {
    const ids = [await fed('P1'), await fed('P1')];
    const { id } = await started('P1', { document: ids });
    bench.dmp.answers['TD3.3c'] = () => Promise.reject(new DmpError('network', 'ECONNREFUSED', 'TD3.3c'));
    expect((await post({ correction: id, step: 'delete' })).status).toBe(503);
    bench.dmp.answers['TD3.3c'] = () => Promise.reject(new DmpError('fault', 'DMPAccessDenied', 'TD3.3c'));
    expect((await post({ correction: id, step: 'delete', document: ids[0]! })).status).toBe(403);
    // Of all that remain, a refusal stays with its document and the others are tried.
    const all = await post({ correction: id, step: 'delete' });
    expect([all.status, statesOf(all.body)]).toEqual([200, ['to-delete', 'to-delete']]);
    expect(itemsOf(all.body).every((i) => i['problem'] !== undefined)).toBe(true);
  });

  it('a document of another correction is not deleted by this one', async () => {
    const [one, two] = [await fed('P1'), await fed('P2')];
    const { id } = await started('P1', { document: one });
    const answer = await post({ correction: id, step: 'delete', document: two });
    expect([answer.status, keyOf(answer.body)]).toEqual([422, 'correction-document']);
    expect(bench.dmp.names()).not.toContain('TD3.3c');
  });
});

describe('nothing that may stand in the wrong record is overlooked', () => {
  const lost = () => Promise.reject(new DmpError('timeout', 'headers', 'TD2.1'));
  /** A deposit that has reached the DMP, or has not, and whose answer never came. */
  async function fedBlindly(who: Who, reached: boolean): Promise<string> {
    const works = bench.dmp.answers['TD2.1']!;
    bench.dmp.answers['TD2.1'] = async (input, context) => {
      if (reached) await works(input, context);
      return lost();
    };
    const resource = again(who);
    const { status } = await bench
      .post('/fhir/DocumentReference', 'nurse')
      .set('content-type', 'application/fhir+json')
      .send(JSON.stringify(resource));
    expect(status).toBe(504);
    bench.dmp.answers['TD2.1'] = works;
    return resource.masterIdentifier!.value!.slice(8);
  }

  it('a deposit whose answer was lost is listed; where the DMP holds it, it is deleted', async () => {
    const uniqueId = await fedBlindly('P6', true);
    const { id, body } = await started('P6');
    expect(itemsOf(body)).toEqual([expect.objectContaining({ uniqueId: `urn:oid:${uniqueId}`, state: 'to-delete' })]);
    bench.dmp.calls.length = 0;
    expect(statesOf((await post({ correction: id, step: 'delete' })).body)).toEqual(['deleted']);
    expect(bench.dmp.names()).toEqual(['TD3.1b', 'TD3.3c']);
    expect(held.has(uniqueId)).toBe(false);
    expect(await bench.store.documents.byIdentifier(uniqueId)).toMatchObject({
      state: 'confirmed',
      availabilityStatus: statuses.deleted,
    });
  });

  it('where the DMP does not, nothing is left of it', async () => {
    const uniqueId = await fedBlindly('P6', false);
    const { id } = await started('P6');
    expect(statesOf((await post({ correction: id, step: 'delete' })).body)).toEqual(['deleted']);
    expect(bench.dmp.names()).not.toContain('TD3.3c');
    expect(await bench.store.documents.byIdentifier(uniqueId)).toBeUndefined();
  });

  it('while it is still under way it is not said to be deleted', async () => {
    const works = bench.dmp.answers['TD2.1']!;
    let go = () => {};
    const arrived = new Promise<void>((there) => {
      bench.dmp.answers['TD2.1'] = async (input, context) => {
        there();
        await new Promise<void>((resolve) => (go = resolve));
        return works(input, context);
      };
    });
    const depositing = fed('P6');
    await arrived;
    const { id } = await started('P6');
    const early = await post({ correction: id, step: 'delete' });
    expect(itemsOf(early.body)[0]).toMatchObject({ state: 'to-delete', problem: 'deposit-pending' });
    expect(bench.dmp.names()).not.toContain('TD3.1b');
    go();
    await depositing;
    expect(statesOf((await post({ correction: id, step: 'delete' })).body)).toEqual(['deleted']);
    expect(bench.dmp.names()).toContain('TD3.3c');
  });

  it('a version that was replaced is listed, obsolete when the DMP does not delete it, and settled when it is dropped', async () => {
    const old = await fed('P7');
    await bench.store.documents.changeStatus(old, statuses.deprecated);
    const { id } = await started('P7');
    const works = bench.dmp.answers['TD3.3c'];
    bench.dmp.answers['TD3.3c'] = () => Promise.reject(new DmpError('registry', 'XDSRegistryMetadataError', 'TD3.3c'));
    const tried = await post({ correction: id, step: 'delete' });
    expect(itemsOf(tried.body)[0]).toMatchObject({ state: 'obsolete', problem: 'correction-obsolete' });
    expect(JSON.stringify((await get()).body)).toContain('"name":"remaining","valueInteger":1');
    const dropped = await post({ correction: id, step: 'drop', document: old });
    expect([statesOf(dropped.body), valueOf(dropped.body, 'state')]).toEqual([['dropped'], 'done']);
    bench.dmp.answers['TD3.3c'] = works!;
  });

  it('what is fed there while it is corrected is added when it is started again, what was left out is not', async () => {
    const [named] = [await fed('P8'), await fed('P8')];
    const { id } = await started('P8', { document: named });
    const late = await fed('P8');
    const { body } = await started('P8');
    expect([valueOf(body, 'correction'), itemsOf(body).map((i) => i['document'])]).toEqual([id, [named, late]]);
  });

  it('what fails again and again does not keep the others waiting', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 52; i++) ids.push(await fed('P3'));
    const { id } = await started('P3', { document: ids });
    const works = bench.dmp.answers['TD3.3c']!;
    bench.dmp.answers['TD3.3c'] = () => Promise.reject(new DmpError('fault', 'DMPAccessDenied', 'TD3.3c'));
    await post({ correction: id, step: 'delete' });
    bench.dmp.answers['TD3.3c'] = works;
    const { body } = await post({ correction: id, step: 'delete', document: ids.slice(50) });
    expect(statesOf(body).filter((s) => s === 'deleted')).toHaveLength(2);
    const late = await fed('P3');
    await started('P3', { document: late });
    await post({ correction: id, step: 'delete' });
    expect(itemsOf((await get(`?correction=${id}`)).body).find((i) => i['document'] === late)).toMatchObject({
      state: 'deleted',
    });
  });

  it('one that is kept while it is being deleted is gone all the same, and said to be', async () => {
    const [document, other] = [await fed('P1'), await fed('P1')];
    const { id } = await started('P1', { document: [document, other] });
    const works = bench.dmp.answers['TD3.3c']!;
    bench.dmp.answers['TD3.3c'] = async (input, context) => {
      expect((await post({ correction: id, step: 'keep', document })).status).toBe(200);
      return works(input, context);
    };
    const { body } = await post({ correction: id, step: 'delete', document });
    expect(itemsOf(body).find((i) => i['document'] === document)).toMatchObject({ state: 'deleted' });
  });
});

describe('the right record is fed', () => {
  it('once, however many begin at once, and not again where the first may have arrived', async () => {
    const ids = [await fed('P1'), await fed('P1')];
    const { id } = await started('P1', { document: ids, right: ins('P2') });
    await post({ correction: id, step: 'delete' });
    bench.dmp.calls.length = 0;
    const both = await Promise.all(
      [again('P2'), again('P2')].map((resource) =>
        post({ correction: id, step: 'feed', document: ids[0]!, resource }, 'nurse'),
      ),
    );
    expect(both.map((a) => a.status).sort()).toEqual([200, 409]);
    expect(['correction-feeding', 'correction-fed']).toContain(keyOf(both.find((a) => a.status === 409)!.body));
    expect(bench.dmp.names()).toEqual(['TD2.1']);

    // The answer is lost: another document in its place would be a second one.
    const works = bench.dmp.answers['TD2.1']!;
    bench.dmp.answers['TD2.1'] = () => Promise.reject(new DmpError('timeout', 'headers', 'TD2.1'));
    const first = again('P2');
    expect((await post({ correction: id, step: 'feed', document: ids[1]!, resource: first }, 'nurse')).status).toBe(
      504,
    );
    bench.dmp.answers['TD2.1'] = works;
    const other = await post({ correction: id, step: 'feed', document: ids[1]!, resource: again('P2') }, 'nurse');
    expect([other.status, keyOf(other.body)]).toEqual([409, 'correction-feeding']);
    const same = await post({ correction: id, step: 'feed', document: ids[1]!, resource: first }, 'nurse');
    expect(statesOf(same.body)).toEqual(['fed', 'fed']);
  });

  it('what was refused before it was sent holds nobody up', async () => {
    const document = await fed('P1');
    const { id } = await started('P1', { document, right: ins('P2') });
    await post({ correction: id, step: 'delete' });
    const spoilt = { ...again('P2'), type: undefined };
    expect((await post({ correction: id, step: 'feed', document, resource: spoilt }, 'nurse')).status).toBe(400);
    const { body } = await post({ correction: id, step: 'feed', document, resource: again('P2') }, 'nurse');
    expect(statesOf(body)).toEqual(['fed']);
  });

  it('after the deletion, with a document issued again; done when each is settled; sent again it is found', async () => {
    const ids = [await fed('P1'), await fed('P1')];
    const { id } = await started('P1', { document: ids, right: ins('P2') });
    const resource = again('P2');
    const early = await post({ correction: id, step: 'feed', document: ids[0]!, resource });
    expect([early.status, keyOf(early.body)]).toEqual([409, 'correction-not-deleted']);
    await post({ correction: id, step: 'delete' });
    bench.dmp.calls.length = 0;
    const fedAgain = await post({ correction: id, step: 'feed', document: ids[0]!, resource }, 'nurse');
    expect(fedAgain.status, JSON.stringify(fedAgain.body)).toBe(200);
    expect([statesOf(fedAgain.body), valueOf(fedAgain.body, 'state')]).toEqual([['fed', 'deleted'], 'open']);
    const { fed: refed } = itemsOf(fedAgain.body)[0]!;
    expect((await bench.store.documents.byId(refed!))!.ins.value).toBe(patients.P2.ins);
    const twice = await post({ correction: id, step: 'feed', document: ids[0]!, resource }, 'nurse');
    expect([twice.status, itemsOf(twice.body)[0]!['fed']]).toEqual([200, refed]);
    expect(bench.dmp.names()).toEqual(['TD2.1']);
    const other = await post({ correction: id, step: 'feed', document: ids[0]!, resource: again('P2') });
    expect([other.status, keyOf(other.body)]).toEqual([409, 'correction-fed']);
    const dropped = await post({ correction: id, step: 'drop', document: ids[1]! });
    expect([statesOf(dropped.body), valueOf(dropped.body, 'state')]).toEqual([['fed', 'dropped'], 'done']);
    expect(JSON.stringify((await get()).body)).not.toContain(id);
    expect(await steps()).toEqual(
      expect.arrayContaining(['start success', 'delete success', 'feed success', 'drop success']),
    );
  });

  it('only of the right patient, under a new uniqueId, and only when the right record is known', async () => {
    const document = await fed('P1');
    const { id } = await started('P1', { document });
    await post({ correction: id, step: 'delete' });
    bench.dmp.calls.length = 0;
    const feed = (resource: object, more: Given = {}) =>
      post({ correction: id, step: 'feed', document, resource, ...more });
    expect(keyOf((await feed(again('P2'))).body)).toBe('correction-right-missing');
    expect(statesOf((await post({ correction: id, right: ins('P2') })).body)).toEqual(['deleted']);
    expect((await steps())[0]).toBe('right success');
    const wrong = await feed(again('P1'));
    expect([wrong.status, keyOf(wrong.body)]).toEqual([422, 'patient-inconsistent']);
    expect((wrong.body as unknown as OperationOutcome).issue[0]!.expression![0]).toMatch(
      /^Parameters\.parameter\[\d\]\.resource\.subject/,
    );
    const { uniqueId } = (await bench.store.documents.byId(document))!;
    const old = simplified({ who: 'P2', content: text(), contentType: 'text/plain', uniqueId });
    expect(keyOf((await feed(old)).body)).toBe('correction-unique-id');
    expect(bench.dmp.calls).toEqual([]);
    expect((await feed(again('P2'), { right: ins('P3') })).status).toBe(409);
    expect(statesOf((await feed(again('P2'))).body)).toEqual(['fed']);
  });

  it('a refusal of the deposit stays with its document, and the next attempt clears it', async () => {
    const document = await fed('P1');
    const { id } = await started('P1', { document, right: ins('P2') });
    await post({ correction: id, step: 'delete' });
    bench.dmp.answers['TD2.1'] = () => Promise.reject(new DmpError('network', 'ECONNREFUSED', 'TD2.1'));
    const resource = again('P2');
    expect((await post({ correction: id, step: 'feed', document, resource })).status).toBe(503);
    expect(itemsOf((await get(`?correction=${id}`)).body)[0]).toMatchObject({
      state: 'deleted',
      problem: 'dmp-network',
    });
    bench.dmp.answers['TD2.1'] = () => ({ status: 'Success', errors: [] });
    expect(statesOf((await post({ correction: id, step: 'feed', document, resource })).body)).toEqual(['fed']);
  });

  it('what rightly stands where it is leaves the correction, as long as it is not deleted', async () => {
    const ids = [await fed('P1'), await fed('P1')];
    const { id } = await started('P1', { document: ids });
    expect(itemsOf((await post({ correction: id, step: 'keep', document: ids[0]! })).body)).toHaveLength(1);
    await post({ correction: id, step: 'delete' });
    expect(keyOf((await post({ correction: id, step: 'keep', document: ids[1]! })).body)).toBe('correction-deleted');
    expect((await bench.store.documents.byId(ids[0]!))!.availabilityStatus).not.toBe(statuses.deleted);
    expect((await post({ correction: id, step: 'drop', document: ids })).status).toBe(400);
  });
});

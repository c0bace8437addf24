/** Issue line 2: PATCH between HTTP and the DMP client: which calls are made, for whom, and what is answered when they fail. */
import type { DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { StatusInput, VersionInput } from '../../../server/dmp/transactions/td3-3.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { answerOf, entry, insToken, P1, startBench, testOid, type Bench } from '../fhir/support.ts';

const { approved, archived, deprecated, deleted } = statuses;
const success = { status: 'Success', errors: [] };
let bench: Bench;
let patientId: string;
beforeAll(async () => {
  bench = await startBench();
  patientId = (await bench.store.patients.byIns({ value: P1, oid: testOid })).id;
});
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls.length = 0;
  bench.dmp.answers = {};
});

let serial = 0;
/** A document of the registry that answers until a TD3.3 is called, then one as that leaves it. */
async function registered(
  over: Partial<DocumentEntry> = {},
  on: Bench = bench,
): Promise<{ id: string; now: { entry: DocumentEntry } }> {
  const now = { entry: entry(900 + ++serial, over) };
  on.dmp.answers['TD3.1a'] = () => answerOf([now.entry]);
  on.dmp.answers['TD3.1b'] = () => ({ objects: { ...answerOf([]).objects, objectRefs: [now.entry.id] }, errors: [] });
  const version = ({ entry: next }: VersionInput): object => {
    now.entry = { ...next, id: `urn:uuid:20000000-0000-4000-8000-${String(serial).padStart(12, '0')}`, version: '2' };
    return success;
  };
  const status = ({ newStatus }: StatusInput): object => {
    now.entry = { ...now.entry, availabilityStatus: newStatus };
    return success;
  };
  Object.assign(on.dmp.answers, { 'TD3.3a': version, 'TD3.3b': version, 'TD3.3c': status, 'TD3.3d': status });
  const owner = on === bench ? patientId : (await on.store.patients.byIns({ value: P1, oid: testOid })).id;
  const [bound] = await on.store.documents.bind([
    {
      repositoryUniqueId: now.entry.repositoryUniqueId!,
      uniqueId: now.entry.uniqueId,
      entryUuid: now.entry.id,
      mimeType: now.entry.mimeType,
      patientId: owner,
      ...(now.entry.availabilityStatus ? { availabilityStatus: now.entry.availabilityStatus } : {}),
    },
  ]);
  return { id: bound!.id, now };
}

interface Reply<T> {
  status: number;
  body: T;
  headers: Record<string, string>;
}
async function patch<T = DocumentReference>(
  target: string,
  body: unknown,
  { token = 'all', headers = {}, on = bench }: { token?: string; headers?: Record<string, string>; on?: Bench } = {},
): Promise<Reply<T>> {
  const request = on.any('patch', `/fhir/DocumentReference${target}`, token);
  for (const [name, value] of Object.entries({ 'content-type': 'application/json-patch+json', ...headers }))
    request.set(name, value);
  const { status, body: answer, headers: given } = await request.send(JSON.stringify(body));
  return { status, body: answer as T, headers: given };
}
const keyOf = (body: OperationOutcome): string | undefined => body.issue[0]?.details?.coding?.at(-1)?.code;
const remove = [{ op: 'replace', path: '/status', value: 'superseded' }];
const mask = [
  {
    op: 'add',
    path: '/securityLabel/-',
    value: { coding: [{ system: 'urn:oid:1.2.250.1.213.1.1.4.13', code: 'MASQUE_PS' }] },
  },
];
const input = <T>(name: string): T => bench.dmp.calls.find((c) => c.name === name)!.input as T;

describe('a metadata version', () => {
  it('carries the whole entry, its logical id, and the version that it follows', async () => {
    const { id, now } = await registered({ version: '4', slots: { other: ['kept'] } });
    const before = now.entry;
    const { status, body } = await patch(`/${id}`, mask);
    expect(status).toBe(200);
    expect(bench.dmp.names()).toEqual(['TD3.1a', 'TD3.3a', 'TD3.1a']);
    const sent = input<VersionInput>('TD3.3a');
    expect(sent.previousVersion).toBe('4');
    expect({ ...sent.entry, confidentialityCodes: [] }).toEqual({ ...before, confidentialityCodes: [] });
    expect(sent.entry.confidentialityCodes.map((c) => c.code)).toEqual(['N', 'MASQUE_PS']);
    expect(sent.set).toMatchObject({ patientId: before.patientId, title: 'Masquage aux professionnels' });
    expect(sent.set.authors[0]!.person).toContain('899700101233');
    expect(body.id).toBe(id);
  });

  it('is answered as it must have become, when it cannot be read any more', async () => {
    const { id } = await registered();
    const list = bench.dmp.answers['TD3.1a']!;
    let asked = 0;
    bench.dmp.answers['TD3.1a'] = (i, c) => {
      if (++asked > 1) throw new DmpError('timeout', 'ETIMEDOUT', 'TD3.1a');
      return list(i, c);
    };
    const { status, body } = await patch(`/${id}`, mask);
    expect(status).toBe(200);
    expect(body.securityLabel!.map((l) => l.coding![0]!.code)).toEqual(['N', 'MASQUE_PS']);
  });

  it('goes out even when the client leaves', async () => {
    const { id } = await registered();
    await patch(`/${id}`, mask);
    const { context } = bench.dmp.calls.find((c) => c.name === 'TD3.3a')!;
    expect(context.signal).toBeUndefined();
    expect(context.patient).toEqual({ value: P1, oid: testOid });
  });

  it('that another has overtaken is a conflict', async () => {
    const { id } = await registered();
    bench.dmp.answers['TD3.3a'] = () => {
      throw new DmpError('registry', 'XDSMetadataVersionError', 'TD3.3a');
    };
    const { status, body } = await patch<OperationOutcome>(`/${id}`, mask);
    expect([status, keyOf(body)]).toEqual([409, 'dmp-XDSMetadataVersionError']);
    expect(bench.dmp.names(), 'a refusal is not looked up').toEqual(['TD3.1a', 'TD3.3a']);
  });
});

describe('a status', () => {
  it.each([
    ['Approved', approved],
    ['Archived', archived],
  ])('Deleted is asked for from %s, as the registry says', async (_, from) => {
    const { id, now } = await registered({ availabilityStatus: from });
    const { status, body } = await patch(`/${id}`, remove);
    expect([status, body.status]).toEqual([200, 'entered-in-error']);
    expect(input<StatusInput>('TD3.3c')).toMatchObject({
      target: now.entry.id,
      originalStatus: from,
      newStatus: deleted,
    });
    expect((await bench.store.documents.byId(id))!.availabilityStatus).toBe(deleted);
  });

  it('of what was replaced does not change', async () => {
    const { id } = await registered({ availabilityStatus: deprecated });
    const { status, body } = await patch<OperationOutcome>(`/${id}`, [
      { op: 'replace', path: '/status', value: 'current' },
    ]);
    expect([status, keyOf(body)]).toEqual([422, 'patch-transition']);
    expect((await patch(`/${id}`, remove)).status, 'it is superseded already').toBe(200);
    expect(bench.dmp.names()).toEqual(['TD3.1a', 'TD3.1a']);
  });

  it('a person deletes in person what that person wrote elsewhere', async () => {
    const institutions = ['CH^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^399910023300041'];
    const { id } = await registered({ authors: [{ ...entry(1).authors[0]!, institutions }] });
    const modes: unknown[] = [];
    const call = bench.dmp.call.bind(bench.dmp);
    bench.dmp.call = (transaction, i, context) => {
      modes.push([transaction.name, transaction.modes]);
      return call(transaction, i, context);
    };
    expect((await patch(`/${id}`, remove)).status).toBe(200);
    bench.dmp.call = call;
    expect(modes).toContainEqual(['TD3.3c', ['INDIRECTE_RENFORCEE']]);
    const other = await registered({ authors: [{ ...entry(1).authors[0]!, institutions }] });
    const refused = await patch<OperationOutcome>(`/${other.id}`, remove, { token: 'other' });
    expect([refused.status, keyOf(refused.body)]).toEqual([403, 'not-author']);
  });
});

describe('a structure, which sees references only', () => {
  it('names the status last seen, then the other', async () => {
    for (const [known, tried] of [
      [approved, [approved, archived]],
      [archived, [archived, approved]],
    ] as const) {
      const { id } = await registered({ availabilityStatus: known });
      bench.dmp.calls.length = 0;
      let refusals = 1;
      bench.dmp.answers['TD3.3c'] = () => {
        if (refusals-- > 0) throw new DmpError('registry', 'XDSRegistryMetadataError', 'TD3.3c', 'OriginalStatus');
        return success;
      };
      const { status, body, headers } = await patch(`/${id}`, remove, { token: 'nurse' });
      expect([status, body.status]).toEqual([200, 'entered-in-error']);
      expect(headers['etag']).toMatch(/^W\/"\d+"$/);
      const sent = bench.dmp.calls
        .filter((c) => c.name === 'TD3.3c')
        .map((c) => (c.input as StatusInput).originalStatus);
      expect(sent).toEqual(tried);
    }
  });

  it('is told the DMP’s first reason when neither will do, and another refusal at once', async () => {
    const { id } = await registered();
    for (const [code, attempts, expected] of [
      ['XDSRegistryMetadataError', 2, 422],
      ['DMPAccessDenied', 1, 403],
    ] as const) {
      bench.dmp.calls.length = 0;
      bench.dmp.answers['TD3.3c'] = () => {
        throw new DmpError(code.startsWith('DMP') ? 'fault' : 'registry', code, 'TD3.3c', 'non');
      };
      const { status } = await patch(`/${id}`, remove, { token: 'nurse' });
      expect(status).toBe(expected);
      expect(bench.dmp.names().filter((n) => n === 'TD3.3c')).toHaveLength(attempts);
    }
  });

  it('deletes once: a lost answer is looked up by reference', async () => {
    const { id } = await registered();
    let gone = false;
    const refs = bench.dmp.answers['TD3.1b']!;
    bench.dmp.answers['TD3.1b'] = (i, c) => (gone ? { objects: answerOf([]).objects, errors: [] } : refs(i, c));
    bench.dmp.answers['TD3.3c'] = () => {
      gone = true;
      throw new DmpError('timeout', 'UND_ERR_HEADERS_TIMEOUT', 'TD3.3c');
    };
    const { status, body } = await patch(`/${id}`, remove, { token: 'nurse' });
    expect([status, body.status]).toEqual([200, 'entered-in-error']);
    expect(bench.dmp.names().filter((n) => n === 'TD3.3c')).toHaveLength(1);
    expect((await patch(`/${id}`, remove, { token: 'nurse' })).status).toBe(410);
  });

  it('does not claim a deletion that it cannot see', async () => {
    const { id } = await registered();
    bench.dmp.answers['TD3.3c'] = () => {
      throw new DmpError('timeout', 'UND_ERR_HEADERS_TIMEOUT', 'TD3.3c');
    };
    const { status, body } = await patch<OperationOutcome>(`/${id}`, remove, { token: 'nurse' });
    expect([status, keyOf(body)]).toEqual([504, 'dmp-timeout']);
    expect((await bench.store.documents.byId(id))!.availabilityStatus).toBe(approved);
  });

  it('does not find what the DMP does not hold for it', async () => {
    const { id } = await registered();
    bench.dmp.answers['TD3.1b'] = () => ({ objects: answerOf([]).objects, errors: [] });
    expect((await patch(`/${id}`, remove, { token: 'nurse' })).status).toBe(404);
  });
});

describe('conditional', () => {
  it('several documents: 412', async () => {
    const { id, now } = await registered();
    const { uniqueId } = now.entry;
    const query = `?identifier=${encodeURIComponent(`urn:ietf:rfc:3986|urn:oid:${uniqueId}`)}`;
    expect((await patch(query, mask)).body.id).toBe(id);
    await bench.store.documents.bind([
      {
        repositoryUniqueId: '1.2.3',
        uniqueId,
        entryUuid: 'urn:uuid:30000000-0000-4000-8000-000000000001',
        mimeType: 'text/xml',
        patientId,
      },
    ]);
    const { status, body } = await patch<OperationOutcome>(query, remove);
    expect([status, keyOf(body)]).toEqual([412, 'condition-several']);
    expect((await patch(`${query}&patient.identifier=${encodeURIComponent(insToken)}`, remove)).status).toBe(412);
  });

  it('wants an identifier, and takes no other criterion', async () => {
    for (const query of ['', '?patient.identifier=1', '?identifier:not=1', '?identifier=1.2&status=current'])
      expect((await patch(query, mask)).status, query).toBe(400);
    expect(bench.dmp.names()).toEqual([]);
  });
});

describe('settings', () => {
  it('DELETED_STATUS=superseded: what is deleted reads so', async () => {
    const other = await startBench({ DELETED_STATUS: 'superseded' });
    try {
      const { id } = await registered({}, other);
      const { status, body } = await patch(`/${id}`, [{ op: 'replace', path: '/status', value: 'entered-in-error' }], {
        on: other,
      });
      expect([status, body.status]).toEqual([200, 'superseded']);
      const search = async (value: string): Promise<unknown> =>
        (await other.get(`/fhir/DocumentReference?patient.identifier=${encodeURIComponent(insToken)}&status=${value}`))
          .body;
      const asked = (): string[] | undefined =>
        other.dmp.calls
          .map((c) => (c.input as { parameters?: Record<string, string[][]> }).parameters?.['$XDSDocumentEntryStatus'])
          .findLast((statuses) => statuses !== undefined)?.[0];
      expect(await search('superseded')).toMatchObject({
        total: 1,
        entry: [{ resource: { id, status: 'superseded' } }],
      });
      expect(asked()!.sort()).toEqual([deleted, deprecated].sort());
      expect(await search('entered-in-error')).toMatchObject({ total: 0 });
    } finally {
      await other.close();
    }
  });

  it('ALLOW_HIDING: a document can be hidden from the patient', async () => {
    const other = await startBench({ ALLOW_HIDING: '1' });
    try {
      const { id } = await registered({}, other);
      const hide = [
        { ...mask[0], value: { coding: [{ system: 'urn:oid:1.2.250.1.213.1.1.4.13', code: 'INVISIBLE_PATIENT' }] } },
      ];
      expect((await patch(`/${id}`, hide, { on: other })).status).toBe(200);
      expect(other.dmp.names()).toContain('TD3.3b');
    } finally {
      await other.close();
    }
  });
});

it('a patch has a size: 413', async () => {
  const { id } = await registered();
  const huge = [{ op: 'add', path: '/securityLabel/-', value: 'x'.repeat(64 * 1024) }];
  expect((await patch(`/${id}`, huge)).status).toBe(413);
  expect(bench.dmp.names()).toEqual([]);
});

it('no INS, name or value of the patch gets into the log', async () => {
  const { id } = await registered();
  await patch(`?identifier=9.9.9&patient.identifier=${encodeURIComponent(insToken)}`, mask);
  await patch(`/${id}`, [{ op: 'replace', path: `/status/${P1}`, value: P1 }]);
  expect(bench.log()).not.toContain(P1);
  expect(bench.log()).not.toContain('ROUSSELIN');
});

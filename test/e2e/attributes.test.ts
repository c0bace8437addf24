/**
 * Issue line 2: PATCH of a DocumentReference becomes TD3.3a to d. Masked, unmasked, made visible, archived, unarchived,
 * deleted; by every form of patch; refused where it must be.
 */
import type { DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { extIsArchived } from '../../mappings/canonicals.ts';
import { uniqueIdOf } from '../../simulator/xds/metadata.ts';
import { text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, simplified, VISIBILITY } from '../support/resources.ts';
import { startStack, type Answer, type Kind, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());
beforeEach(() => stack.clearFaults());

const forms = {
  json: 'application/json-patch+json',
  fhir: 'application/fhir+json',
  fhirXml: 'application/fhir+xml',
  xml: 'application/xml-patch+xml',
} as const;
const doctorId = '899700101233';
const P1 = `${INS_TEST}|${patients.P1.ins}`;
const label = (code: string) => ({ coding: [{ system: VISIBILITY, code }] });

/** Fed by the care home; its author is the doctor, unless the nurse is named. */
async function deposited(author: Kind = 'doctor', codes: string[] = []): Promise<{ id: string; uniqueId: string }> {
  const uniqueId = newOid();
  const resource = simplified({
    content: text(),
    contentType: 'text/plain',
    uniqueId,
    securityLabel: [
      { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' },
      ...codes.map((code) => ({ system: VISIBILITY, code })),
    ],
  });
  const written = JSON.stringify(resource);
  const body = (
    author === 'nurse'
      ? resource
      : JSON.parse(
          written.replaceAll('899700204581', doctorId).replaceAll('LE BIHAN', 'MAUREL').replaceAll('YANN', 'HÉLÈNE'),
        )
  ) as DocumentReference;
  const created = await stack.post<DocumentReference>('/DocumentReference', body, 'nurse');
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return { id: created.body.id!, uniqueId };
}

const patch = <T = DocumentReference>(
  target: string,
  body: unknown,
  kind: Kind = 'doctor',
  contentType: string = forms.json,
  headers: Record<string, string> = {},
): Promise<Answer<T>> => stack.patch<T>(`/DocumentReference${target}`, body, contentType, kind, headers);
const read = async (id: string): Promise<DocumentReference> =>
  (await stack.get<DocumentReference>(`/DocumentReference/${id}`, 'doctor')).body;
const codesOf = ({ securityLabel }: DocumentReference): string[] =>
  (securityLabel ?? []).map((l) => l.coding![0]!.code!).sort();
const isArchived = ({ extension }: DocumentReference): boolean | undefined =>
  extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
const archivedAt = (d: DocumentReference): number => d.extension!.findIndex((e) => e.url === extIsArchived);
const key = (body: OperationOutcome): string | undefined =>
  body.issue[0]!.details?.coding?.find((c) => c.system!.endsWith('/CodeSystem/error'))?.code;
const ok = <T>(answer: Answer<T>): T => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const registered = async (uniqueId: string): Promise<string[]> =>
  (await stack.registered(uniqueId)).confidentialityCodes.sort();

const operation = (type: string, path: string, ...more: object[]): object => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more],
});
const parameters = (...parameter: object[]): object => ({ resourceType: 'Parameters', parameter });

describe('2. Attributes: what becomes of the document', () => {
  it('is masked to professionals and unmasked; the level stays, the id stays, the entryUUID changes', async () => {
    const { id, uniqueId } = await deposited();
    const before = await read(id);
    await stack.resetCalls();
    const answer = await patch(`/${id}`, [{ op: 'replace', path: '/securityLabel/0', value: label('MASQUE_PS') }]);
    const masked = ok(answer);
    expect(await stack.calls()).toEqual(['TD3.1a', 'TD3.3a', 'TD3.1a']);
    expect(codesOf(masked)).toEqual(['MASQUE_PS', 'N']);
    expect(masked.id).toBe(id);
    expect(masked.identifier!.find((i) => i.use === 'official')).not.toEqual(
      before.identifier!.find((i) => i.use === 'official'),
    );
    expect(masked.meta!.versionId).not.toBe(before.meta!.versionId);
    expect(answer.headers.get('etag')).toBe(`W/"${masked.meta!.versionId}"`);
    expect(answer.headers.get('last-modified')).toBe(new Date(masked.meta!.lastUpdated!).toUTCString());
    expect(await registered(uniqueId)).toEqual(['MASQUE_PS', 'N']);
    expect(await read(id)).toEqual(masked);

    const at = masked.securityLabel!.findIndex((l) => l.coding![0]!.code === 'MASQUE_PS');
    const unmasked = ok(await patch(`/${id}`, [{ op: 'remove', path: `/securityLabel/${at}` }]));
    expect(codesOf(unmasked)).toEqual(['N']);
    expect(await registered(uniqueId)).toEqual(['N']);
    expect(await stack.registeredAll(uniqueId)).toHaveLength(1);
  });

  it('is made visible to the patient, then to the legal representatives', async () => {
    const { id, uniqueId } = await deposited('nurse', ['INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX']);
    await stack.resetCalls();
    const both = await patch<OperationOutcome>(`/${id}`, [
      { op: 'replace', path: '/securityLabel', value: [(await read(id)).securityLabel![0]] },
    ]);
    expect([both.status, key(both.body)]).toEqual([422, 'patch-several']);
    for (const [code, left] of [
      ['INVISIBLE_PATIENT', ['INVISIBLE_REPRESENTANTS_LEGAUX', 'N']],
      ['INVISIBLE_REPRESENTANTS_LEGAUX', ['N']],
    ] as const) {
      const remove = parameters(operation('delete', `DocumentReference.securityLabel.where(coding.code='${code}')`));
      await stack.resetCalls();
      const shown = ok(await patch(`/${id}`, remove, 'doctor', forms.fhir));
      expect(await stack.calls()).toEqual(['TD3.1a', 'TD3.3b', 'TD3.1a']);
      expect(codesOf(shown)).toEqual(left);
      expect(await registered(uniqueId)).toEqual(left);
    }
    const hidden = await patch<OperationOutcome>(`/${id}`, [
      { op: 'add', path: '/securityLabel/-', value: label('INVISIBLE_PATIENT') },
    ]);
    expect([hidden.status, key(hidden.body)]).toEqual([422, 'patch-hiding']);
  });

  it('is archived and taken out of the archive; each is a new version', async () => {
    const { id } = await deposited();
    const before = await read(id);
    const at = archivedAt(before);
    const set = (value: boolean) => [{ op: 'replace', path: `/extension/${at}/valueBoolean`, value }];
    await stack.resetCalls();
    const archived = ok(await patch(`/${id}`, set(true)));
    expect(await stack.calls()).toEqual(['TD3.1a', 'TD3.3d', 'TD3.1a']);
    expect([archived.status, isArchived(archived)]).toEqual(['current', true]);
    const back = ok(await patch(`/${id}`, set(false)));
    expect([back.status, isArchived(back)]).toEqual(['current', false]);
    const versions = [before, archived, back].map((d) => Number(d.meta!.versionId));
    expect(versions[0]! < versions[1]! && versions[1]! < versions[2]!, versions.join()).toBe(true);
    const stale = await patch<OperationOutcome>(`/${id}`, set(true), 'doctor', forms.json, {
      'if-match': `W/"${versions[1]}"`,
    });
    expect(stale.status).toBe(412);
  });

  it.each(['entered-in-error', 'superseded'])('is deleted by its author (status = %s), and is gone', async (status) => {
    const { id, uniqueId } = await deposited();
    const remove = [{ op: 'replace', path: '/status', value: status }];
    await stack.resetCalls();
    const answer = ok(await patch(`/${id}`, remove));
    expect(await stack.calls()).toEqual(['TD3.1a', 'TD3.3c', 'TD3.1a']);
    expect(answer.status).toBe('entered-in-error');
    const gone = await stack.get<OperationOutcome>(`/DocumentReference/${id}`, 'doctor');
    expect(gone.status).toBe(410);
    expect((await stack.get(`/Binary/${id}`, 'doctor')).status).toBe(410);
    expect((await patch(`/${id}`, remove)).status).toBe(410);
    const search = async (value: string): Promise<(string | undefined)[]> =>
      ok(
        await stack.get<{ entry?: { resource: DocumentReference }[] }>(
          `/DocumentReference?patient.identifier=${encodeURIComponent(P1)}&status=${value}&_count=500`,
          'doctor',
        ),
      ).entry?.map((e) => e.resource.id) ?? [];
    expect(await search('current')).not.toContain(id);
    expect(await search('entered-in-error')).toContain(id);
    expect((await stack.registeredAll(uniqueId)).length).toBe(1);
  });

  it('is deleted when archived', async () => {
    const { id } = await deposited();
    const archived = ok(
      await patch(`/${id}`, [
        { op: 'replace', path: `/extension/${archivedAt(await read(id))}/valueBoolean`, value: true },
      ]),
    );
    expect(isArchived(archived)).toBe(true);
    expect(ok(await patch(`/${id}`, [{ op: 'replace', path: '/status', value: 'superseded' }])).status).toBe(
      'entered-in-error',
    );
  });

  it('is deleted by the structure that fed it, which sees its reference only; also when it was archived meanwhile', async () => {
    const remove = [{ op: 'replace', path: '/status', value: 'entered-in-error' }];
    const one = await deposited('nurse');
    await stack.resetCalls();
    const answer = await patch(`/${one.id}`, remove, 'nurse');
    expect(ok(answer).status).toBe('entered-in-error');
    expect(answer.headers.get('etag')).toMatch(/^W\/"\d+"$/);
    expect(await stack.calls()).toEqual(['TD3.1b', 'TD3.3c']);
    expect((await stack.get(`/DocumentReference/${one.id}`, 'doctor')).status).toBe(410);
    expect((await patch(`/${one.id}`, remove, 'nurse')).status).toBe(410);

    const two = await deposited('doctor');
    // Archived behind the façade's back: it learns that from the refusal alone.
    const { registry } = stack.simulator.world();
    registry.setStatus(registry.byUniqueId(two.uniqueId)!.entry.id, 'urn:asip:ci-sis:2010:StatusType:Archived');
    expect(ok(await patch(`/${two.id}`, remove, 'nurse')).status).toBe('entered-in-error');
    expect(registry.byUniqueId(two.uniqueId)!.entry.status).toBe('urn:asip:ci-sis:2010:StatusType:Deleted');
  });
});

describe('2. Attributes: every form of patch, by id and by identifier', () => {
  const xmlParameters = (path: string): string =>
    `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/><valueCode value="replace"/></part><part><name value="path"/><valueString value="${path}"/></part><part><name value="value"/><valueBoolean value="true"/></part></parameter></Parameters>`;
  const place = `DocumentReference.extension.where(url='${extIsArchived}').value`;
  const bodies: [string, string, (at: number) => unknown][] = [
    [
      'JSON Patch',
      forms.json,
      (at) => [
        { op: 'test', path: '/status', value: 'current' },
        { op: 'replace', path: `/extension/${at}/valueBoolean`, value: true },
      ],
    ],
    [
      'FHIRPath Patch in JSON',
      forms.fhir,
      () => parameters(operation('replace', place, { name: 'value', valueBoolean: true })),
    ],
    ['FHIRPath Patch in XML', forms.fhirXml, () => xmlParameters(place)],
    [
      'XML Patch',
      forms.xml,
      () =>
        `<diff xmlns:f="http://hl7.org/fhir"><replace sel="f:DocumentReference/f:extension[@url='${extIsArchived}']/f:valueBoolean/@value">true</replace></diff>`,
    ],
  ];
  it.each(bodies)('%s', async (_, contentType, body) => {
    const { id, uniqueId } = await deposited();
    const at = archivedAt(await read(id));
    const identifier = encodeURIComponent(`urn:ietf:rfc:3986|urn:oid:${uniqueId}`);
    const dry = ok(
      await patch<OperationOutcome>(`?identifier=${identifier}&_dryRun=true`, body(at), 'doctor', contentType),
    );
    expect([dry.resourceType, key(dry)]).toEqual(['OperationOutcome', 'patch-dry-run']);
    expect(isArchived(await read(id))).toBe(false);
    for (const said of ['TRUE', '1', '', 'true&_dryRun=false'])
      expect((await patch(`/${id}?_dryRun=${said}`, body(at), 'doctor', contentType)).status).toBe(400);
    expect(isArchived(await read(id))).toBe(false);
    expect(isArchived(ok(await patch(`?identifier=${identifier}`, body(at), 'doctor', contentType)))).toBe(true);
    expect(isArchived(await read(id))).toBe(true);
    await stack.resetCalls();
    const again = await patch(`/${id}`, body(at), 'doctor', contentType);
    expect(again.status, 'once more changes nothing').toBe(200);
    expect(await stack.calls()).toEqual(['TD3.1a']);
  });

  it('conditional: with the patient, of documents that were never seen here; none 404', async () => {
    const remove = [{ op: 'replace', path: '/status', value: 'current' }];
    const unique = stack.simulator
      .world()
      .registry.documents()
      .find((d) => !d.signature && d.patient.value === patients.P1.ins)!;
    const uniqueId = uniqueIdOf(unique.entry);
    const by = (identifier: string, patient?: string): Promise<Answer<OperationOutcome>> =>
      patch(
        `?${new URLSearchParams({ identifier, ...(patient ? { 'patient.identifier': patient } : {}) }).toString()}`,
        remove,
      );
    expect((await by(`urn:ietf:rfc:3986|urn:oid:${uniqueId}`, P1)).status).toBe(200);
    expect((await by(`urn:ietf:rfc:3986|urn:oid:${uniqueId}`)).status, 'seen now').toBe(200);
    expect((await by(uniqueId)).status, 'without system').toBe(200);
    expect((await by(`urn:ietf:rfc:3986|urn:oid:${uniqueId}`, `${INS_TEST}|${patients.P2.ins}`)).status).toBe(404);
    const unknown = await by('urn:ietf:rfc:3986|urn:oid:1.2.3.4');
    expect([unknown.status, key(unknown.body)]).toEqual([404, 'patch-identifier-unknown']);
    expect((await by('urn:ietf:rfc:3986|urn:oid:1.2.3.4', P1)).status).toBe(404);
    expect((await by(`http://my-lab-system|123`)).status).toBe(404);
    expect((await patch('', remove)).status).toBe(400);
    expect((await patch('?identifier=1.2&type=x', remove)).status).toBe(400);
  });

  it('honours Prefer, and answers in XML', async () => {
    const { id } = await deposited();
    const mask = [{ op: 'add', path: '/securityLabel/-', value: label('MASQUE_PS') }];
    const unmask = [{ op: 'remove', path: '/securityLabel/1' }];
    const minimal = await patch(`/${id}`, mask, 'doctor', forms.json, { prefer: 'return=minimal' });
    expect([minimal.status, minimal.body]).toEqual([200, undefined]);
    expect(minimal.headers.get('etag')).toMatch(/^W\//);
    const said = ok(
      await patch<OperationOutcome>(`/${id}`, unmask, 'doctor', forms.json, { prefer: 'return=OperationOutcome' }),
    );
    expect(key(said)).toBe('patched');
    const answer = await fetch(`${stack.base}/DocumentReference/${id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${await stack.token('doctor')}`,
        'content-type': forms.json,
        accept: forms.fhirXml,
      },
      body: JSON.stringify(mask),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/^<\?xml[^>]*>\s*<DocumentReference xmlns="http:\/\/hl7.org\/fhir"/);
  });
});

describe('2. Attributes: what is refused', () => {
  it('any other element: 405, with Allow, and the DMP is not asked', async () => {
    const { id } = await deposited();
    await stack.resetCalls();
    for (const [body, type] of [
      [[{ op: 'replace', path: '/description', value: 'x' }], forms.json],
      [
        [
          { op: 'replace', path: '/status', value: 'superseded' },
          { op: 'remove', path: '/subject' },
        ],
        forms.json,
      ],
      [
        parameters(operation('replace', 'DocumentReference.type.text', { name: 'value', valueString: 'x' })),
        forms.fhir,
      ],
      ['<diff xmlns:f="http://hl7.org/fhir"><remove sel="f:DocumentReference/f:date"/></diff>', forms.xml],
    ] as const) {
      const { status, body: outcome, headers } = await patch<OperationOutcome>(`/${id}`, body, 'doctor', type);
      expect([status, key(outcome)]).toEqual([405, 'patch-element']);
      expect(headers.get('allow')).toBe('GET, HEAD, PATCH');
    }
    expect(await stack.calls()).toEqual([]);
    const other = await patch<OperationOutcome>(`/${id}`, [
      { op: 'add', path: '/extension/-', value: { url: 'https://x.invalid/e', valueString: 'x' } },
    ]);
    expect(other.status).toBe(405);
    expect(await stack.calls()).toEqual(['TD3.1a']);
  });

  it('a version that is not the current one: 412', async () => {
    const { id } = await deposited();
    const { versionId } = (await read(id)).meta!;
    const mask = [{ op: 'add', path: '/securityLabel/-', value: label('MASQUE_PS') }];
    const stale = await patch<OperationOutcome>(`/${id}`, mask, 'doctor', forms.json, { 'if-match': 'W/"999"' });
    expect([stale.status, key(stale.body)]).toEqual([412, 'version-conflict']);
    ok(await patch(`/${id}`, mask, 'doctor', forms.json, { 'if-match': `W/"${versionId}"` }));
    expect((await patch(`/${id}`, mask, 'doctor', forms.json, { 'if-match': `W/"${versionId}"` })).status).toBe(412);
  });

  it('the JSON Patch that PDSm prints: 400, saying what to write instead; written so, it works', async () => {
    const { id } = await deposited();
    const invalid = [
      {
        op: 'replace',
        path: '/extension/[url:"https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/PDSm-isArchived"]/valueBoolean',
        value: 'true',
      },
    ];
    const { status, body } = await patch<OperationOutcome>(`/${id}`, invalid);
    expect([status, key(body)]).toEqual([400, 'patch-path']);
    const told = /\{ "op".*?\}/.exec(body.issue[0]!.details!.text!)![0];
    expect(isArchived(ok(await patch(`/${id}`, [JSON.parse(told)])))).toBe(true);
    const blank = await patch<OperationOutcome>(`/${id}`, [{ op: 'replace', path: '/status', value: 'current ' }]);
    expect([blank.status, key(blank.body)]).toEqual([400, 'patch-value']);
    expect(blank.body.issue[0]!.details!.text).toContain('"current"');
  });

  it.each(['application/json', 'application/merge-patch+json', 'text/plain'])(
    '%s: 415, naming the four',
    async (type) => {
      const { id } = await deposited();
      const { status, body } = await patch<OperationOutcome>(`/${id}`, '[]', 'doctor', type);
      expect(status).toBe(415);
      for (const form of Object.values(forms)) expect(body.issue[0]!.details!.text).toContain(form);
    },
  );

  it('no body, no operation, an unknown document', async () => {
    const { id } = await deposited();
    expect((await patch(`/${id}`, '')).status).toBe(400);
    expect((await patch(`/${id}`, [])).status).toBe(400);
    expect((await patch('/no-such-document', [{ op: 'remove', path: '/status' }])).status).toBe(404);
  });

  it('another level, an unknown code, a doubtful one: 4xx, and nothing changes', async () => {
    const { id, uniqueId } = await deposited('doctor', ['MASQUE_PS']);
    const v3 = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
    const set = (code: string, system = v3) => [
      { op: 'replace', path: '/securityLabel/0', value: { coding: [{ system, code }] } },
    ];
    await stack.resetCalls();
    for (const [body, expected] of [
      [set('R'), [422, 'patch-level']],
      [set('SECRET'), [400, 'code-unknown']],
      [set('N'), [422, 'patch-label-ambiguous']],
    ] as const) {
      const answer = await patch<OperationOutcome>(`/${id}`, body);
      expect([answer.status, key(answer.body)]).toEqual(expected);
    }
    expect(new Set(await stack.calls())).toEqual(new Set(['TD3.1a']));
    expect(await registered(uniqueId)).toEqual(['MASQUE_PS', 'N']);
  });

  it('who is not the author: 403', async () => {
    const hospital = stack.simulator
      .world()
      .registry.documents()
      .find((d) => d.depositor.structure === '399910023300041' && d.patient.value === patients.P1.ins && !d.signature)!;
    const id = hospital.entry.id.replace('urn:uuid:', '');
    const seen = await stack.get<{ entry: { resource: DocumentReference }[] }>(
      `/DocumentReference?patient.identifier=${encodeURIComponent(P1)}&status=current&_count=500`,
      'doctor',
    );
    expect(seen.status).toBe(200);
    const remove = [{ op: 'replace', path: '/status', value: 'entered-in-error' }];
    await stack.resetCalls();
    const byDoctor = await patch<OperationOutcome>(`/${id}`, remove);
    expect([byDoctor.status, key(byDoctor.body)]).toEqual([403, 'not-author']);
    expect(await stack.calls()).toEqual(['TD3.1a']);
    const byNurse = await patch<OperationOutcome>(`/${id}`, remove, 'nurse');
    expect([byNurse.status, key(byNurse.body)]).toEqual([403, 'dmp-DMPAccessDenied']);
    // Any doctor archives what professionals wrote (FI-606); the patient's own, the médecin traitant alone: the DMP knows who.
    const archive = async (d: DocumentReference, value: boolean): Promise<Answer<OperationOutcome>> =>
      patch(`/${d.id}`, [{ op: 'replace', path: `/extension/${archivedAt(d)}/valueBoolean`, value }]);
    expect((await archive(await read(id), true)).status).toBe(200);
    expect((await archive(await read(id), false)).status).toBe(200);
    const own = seen.body.entry.map((e) => e.resource).find((d) => /Directives/.test(d.content[0]!.attachment.title!))!;
    const refused = await archive(own, true);
    expect([refused.status, key(refused.body)]).toEqual([403, 'dmp-DMPAccessDenied']);
    expect(hospital.entry.status).toMatch(/Approved$/);
  });

  it('a structure changes nothing but by deleting: 403, Pro Santé Connect is needed', async () => {
    const { id } = await deposited('nurse');
    const mask = await patch<OperationOutcome>(
      `/${id}`,
      [{ op: 'add', path: '/securityLabel/-', value: label('MASQUE_PS') }],
      'nurse',
    );
    expect([mask.status, key(mask.body)]).toEqual([403, 'dmp-rights-psc']);
  });

  it('no scope to update: 403', async () => {
    const { id } = await deposited();
    const answer = await fetch(`${stack.base}/DocumentReference/${id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${await stack.token('doctor', { scope: 'user/DocumentReference.rs' })}`,
        'content-type': forms.json,
      },
      body: '[]',
    });
    expect(answer.status).toBe(403);
  });
});

describe('2. Attributes: an answer that is lost', () => {
  const fault = (body: object): Promise<Response> =>
    fetch(`${stack.simulator.controlUrl}/faults`, { method: 'POST', body: JSON.stringify({ times: 1, ...body }) });
  const mask = [{ op: 'add', path: '/securityLabel/-', value: label('MASQUE_PS') }];

  it('is looked up, not sent again: the change was made', async () => {
    const { id, uniqueId } = await deposited();
    await fault({ kind: 'down', transaction: 'TD3.3a', when: 'after' });
    await stack.resetCalls();
    expect(codesOf(ok(await patch(`/${id}`, mask)))).toEqual(['MASQUE_PS', 'N']);
    expect(await stack.calls()).toEqual(['TD3.1a', 'TD3.3a', 'TD3.1a']);
    expect(await registered(uniqueId)).toEqual(['MASQUE_PS', 'N']);
  });

  it('is looked up: the change was not made, and the client is told', async () => {
    const { id, uniqueId } = await deposited();
    await fault({ kind: 'down', transaction: 'TD3.3a' });
    await stack.resetCalls();
    const lost = await patch<OperationOutcome>(`/${id}`, mask);
    expect([lost.status, key(lost.body)]).toEqual([503, 'dmp-network']);
    expect(await stack.calls()).toEqual(['TD3.1a', 'TD3.3a', 'TD3.1a']);
    expect(await registered(uniqueId)).toEqual(['N']);
    ok(await patch(`/${id}`, mask));
  });
});

/**
 * Issue 3, across its lines: what is changed, replaced and generated in a row, and what a dry run, `$validate` and the real
 * deposit say of the same resource.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, DocumentReference, OperationOutcome, Parameters, PractitionerRole } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extIsArchived } from '../../mappings/canonicals.ts';
import { text } from '../support/documents.ts';
import { qualify } from '../support/identity-doors.ts';
import { INS_TEST, N, newOid, patients, simplified, VISIBILITY } from '../support/resources.ts';
import { describeShared } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const P1 = `${INS_TEST}|${patients.P1.ins}`;
const note = (content: string): DocumentReference => simplified({ content: text(content), contentType: 'text/plain' });
const byDoctor = (resource: DocumentReference): DocumentReference =>
  JSON.parse(
    JSON.stringify(resource)
      .replaceAll('899700204581', '899700101233')
      .replaceAll('LE BIHAN', 'MAUREL')
      .replaceAll('YANN', 'HÉLÈNE'),
  ) as DocumentReference;

async function deposit(resource: DocumentReference): Promise<string> {
  const { status, body } = await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse');
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id!;
}
const read = async (id: string): Promise<DocumentReference> =>
  (await stack.get<DocumentReference>(`/DocumentReference/${id}`, 'doctor')).body;
const patch = (id: string, ...operations: object[]) =>
  stack.patch<DocumentReference>(`/DocumentReference/${id}`, operations, 'application/json-patch+json', 'doctor');
const isArchived = ({ extension }: DocumentReference): boolean | undefined =>
  extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
const codes = ({ securityLabel }: DocumentReference): (string | undefined)[] =>
  (securityLabel ?? []).map((l) => l.coding![0]!.code);

describe('2. Attributes: isArchived as clients write it (RFC 6902)', () => {
  it.each([
    ['/extension/0/valueBoolean', 'replace', (value: boolean): unknown => value],
    ['/extension/-', 'add', (value: boolean): unknown => ({ url: extIsArchived, valueBoolean: value })],
    ['/extension/0', 'add', (value: boolean): unknown => ({ url: extIsArchived, valueBoolean: value })],
    ['/extension/0', 'replace', (value: boolean): unknown => ({ url: extIsArchived, valueBoolean: value })],
  ])('%s, %s', async (at, op, valueOf) => {
    const id = await deposit(byDoctor(note('à archiver')));
    for (const value of [true, false]) {
      const { status, body } = await patch(id, { op, path: at, value: valueOf(value) });
      expect(status, JSON.stringify(body)).toBe(200);
      expect(isArchived(body)).toBe(value);
      expect(body.extension!.filter((e) => e.url === extIsArchived)).toHaveLength(1);
    }
  });
});

describe('1 and 2. Replace and attributes together', () => {
  it('masked, replaced, replaced again: each says what it replaces, the label stays with the document it was put on', async () => {
    const mask = {
      op: 'add',
      path: '/securityLabel/-',
      value: { coding: [{ system: VISIBILITY, code: 'MASQUE_PS' }] },
    };
    const first = await deposit(byDoctor(note('v1')));
    expect((await patch(first, mask)).status).toBe(200);
    const next = (old: string, content: string): Promise<string> =>
      deposit({
        ...byDoctor(note(content)),
        relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${old}` } }],
      });
    const second = await next(first, 'v2');
    const third = await next(second, 'v3');

    const url = `/DocumentReference?patient.identifier=${encodeURIComponent(P1)}&status=current,superseded&_count=500`;
    const found = (await stack.get<Bundle<DocumentReference>>(url, 'doctor')).body.entry!.map((e) => e.resource!);
    for (const [id, status, replaced, labels] of [
      [first, 'superseded', undefined, ['N', 'MASQUE_PS']],
      [second, 'superseded', first, ['N']],
      [third, 'current', second, ['N']],
    ] as const)
      for (const shown of [found.find((d) => d.id === id)!, await read(id)]) {
        expect([shown.status, codes(shown)]).toEqual([status, labels]);
        expect(shown.relatesTo?.map((r) => r.target.reference)).toEqual(replaced && [`DocumentReference/${replaced}`]);
      }
  });
});

describe('6. The profile that a simple deposit claims is the one that it is held against', () => {
  const lean = (profile: string): DocumentReference => {
    const { date: _date, custodian: _custodian, ...resource } = note(profile);
    const system = 'urn:oid:2.16.840.1.113883.6.3';
    const event = ['I10', 'E119'].map((code) => ({ coding: [{ system, code }] }));
    return { ...resource, meta: { profile: [profile] }, context: { ...resource.context, event } };
  };
  it('MHD Simplified Publish: several events, no date, no custodian', async () => {
    const resource = lean(
      'https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.SimplifiedPublish.DocumentReference',
    );
    const { date, custodian, context } = await read(await deposit(resource));
    expect(date).toBeDefined();
    expect(custodian).toBeDefined();
    expect(context!.event!.map((e) => e.coding![0]!.code)).toEqual(['I10', 'E119']);
  });
  it('PDSm Simplified Publish: one event; the rest is filled in', async () => {
    const resource = lean('https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish');
    const { status, body } = await stack.post<OperationOutcome>('/DocumentReference', resource, 'nurse');
    expect(status).toBe(400);
    const errors = body.issue.filter((i) => i.severity === 'error');
    expect(errors.map((i) => i.expression)).toEqual([['DocumentReference.context.event']]);
  });
});

describe('6. A dry run, $validate and the deposit say the same', () => {
  const label = (code: string) => ({ coding: [{ ...N, code }] });
  const withRole = (change: (role: PractitionerRole) => void): DocumentReference => {
    const resource = structuredClone(byDoctor(note('un autre auteur')));
    change(resource.contained!.find((c): c is PractitionerRole => c.resourceType === 'PractitionerRole')!);
    return resource;
  };
  it.each<[string, () => DocumentReference, string, string]>([
    [
      'two levels of confidentiality',
      () => ({ ...note('x'), securityLabel: [label('N'), label('R')] }),
      'confidentiality-levels',
      'DocumentReference.securityLabel',
    ],
    [
      'a language without country',
      () => {
        const resource = note('x');
        resource.content[0]!.attachment.language = 'fr';
        return resource;
      },
      'value-invalid',
      'DocumentReference.content[0].attachment.language',
    ],
    [
      'an author without structure',
      () => withRole((role) => delete role.organization),
      'author-context',
      'DocumentReference.author[0]',
    ],
    [
      'an author without profession',
      () => withRole((role) => delete role.code),
      'author-context',
      'DocumentReference.author[0]',
    ],
  ])('%s: refused alike, before the DMP is fed', async (_, make, key, expression) => {
    await stack.resetCalls();
    for (const url of ['/$validate', '?_dryRun=true', '']) {
      const { body } = await stack.post<OperationOutcome>(`/DocumentReference${url}`, make(), 'nurse');
      const errors = body.issue.filter((i) => i.severity === 'error');
      expect(
        errors.map((i) => [i.details!.coding!.at(-1)!.code, i.expression]),
        url,
      ).toEqual([[key, [expression]]]);
    }
    expect(await stack.calls()).not.toContain('TD2.1');
  });

  it('archived: no new version of it; a doctor is told so before', async () => {
    const old = await deposit(byDoctor(note('au placard')));
    expect((await patch(old, { op: 'replace', path: '/extension/0/valueBoolean', value: true })).status).toBe(200);
    const next: DocumentReference = {
      ...byDoctor(note('nouvelle version')),
      relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${old}` } }],
    };
    const authorization = `Bearer ${await stack.token('doctor', { scope: 'user/*.cruds' })}`;
    for (const query of ['?_dryRun=true', '']) {
      const answer = await stack.post<OperationOutcome>(`/DocumentReference${query}`, next, 'doctor', {
        authorization,
      });
      expect(answer.status).toBe(409);
      expect(answer.body.issue[0]!.details!.coding!.at(-1)!.code).toBe('dmp-XDSReplaceFailed');
      expect(answer.body.issue[0]!.expression).toEqual(['DocumentReference.relatesTo[0]']);
    }
  });

  it('a code that is in no value set: a warning names its element, and so does the refusal of the DMP', async () => {
    const resource = note('x');
    const system = 'https://mos.esante.gouv.fr/NOS/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice';
    resource.context = { ...resource.context, practiceSetting: { coding: [{ system, code: 'AILLEURS' }] } };
    const expression = ['DocumentReference.context.practiceSetting'];
    const tried = await stack.post<OperationOutcome>('/DocumentReference?_dryRun=true', resource, 'nurse');
    expect(tried.body.issue).toContainEqual(expect.objectContaining({ severity: 'warning', expression }));
    const real = await stack.post<OperationOutcome>('/DocumentReference', resource, 'nurse');
    expect(real.status).toBe(422);
    expect(real.body.issue[0]).toMatchObject({ severity: 'error', expression });
  });
});

describeShared('6. $generate-metadata of the ANS’s examples, said to be of one patient, then deposited', (dir) => {
  const folder = path.join(dir, 'cda');
  beforeAll(() => qualify(stack, 'P1'));
  const refused: Record<string, string> = {
    'BIO-TROD_2024.01_Angine.xml': 'cda-lacks',
    'SDM-MR_2024.01_nouveau-ne.xml': 'author-context',
    'TLM-DA_2022.01_TE1_anamnese-non-structuree.xml': 'author-context',
    // a type that no version of JDV_J66 has
    'CDA_TDDUI_Exemple_v1.0.1.xml': 'dmp-XDSRegistryMetadataError',
  };
  for (const file of readdirSync(folder).filter((f) => f.endsWith('.xml')))
    it(file, async () => {
      const data = Buffer.from(ofOdette(readFileSync(path.join(folder, file), 'utf8'))).toString('base64');
      const parameter = [
        { name: 'document', resource: { resourceType: 'Binary', contentType: 'text/xml', data } },
        { name: 'persist', valueBoolean: true },
      ];
      const { status, body } = await stack.post<Parameters | OperationOutcome>(
        '/DocumentReference/$generate-metadata',
        { resourceType: 'Parameters', parameter },
        'nurse',
      );
      const key = refused[file];
      if (key) {
        const [first] = (body as OperationOutcome).issue.filter((i) => i.severity === 'error');
        expect(first!.details!.coding!.at(-1)!.code).toBe(key);
        return;
      }
      expect(status, JSON.stringify(body)).toBe(200);
      const { reference } = (body as Parameters).parameter![0]!.valueReference!;
      const kept = await stack.get<DocumentReference>(`/${reference!}`, 'doctor');
      expect(kept.body.context?.event).toEqual(
        ((body as Parameters).parameter![1]!.resource as DocumentReference).context?.event,
      );
    });

  /** The example with another patient and uniqueId, and without the older document, which no DMP holds. */
  function ofOdette(cda: string): string {
    const target = /<(\w+:)?recordTarget[\s\S]*?<\/\1recordTarget>/.exec(cda)![0];
    const ins = /root\s*=\s*"1\.2\.250\.1\.213\.1\.4\.\d+"/;
    const ours = target.replace(/<(?:\w+:)?id\b[^>]*>/g, (id) =>
      ins.test(id)
        ? id
            .replace(ins, 'root="1.2.250.1.213.1.4.10"')
            .replace(/extension\s*=\s*"[^"]*"/, `extension="${patients.P1.ins}"`)
        : id,
    );
    expect(ours).not.toBe(target);
    // Traits of somebody else under her INS would be refused.
    const described = ours
      .replace(
        /(<(?:\w+:)?patient\b[\s\S]*?)<((?:\w+:)?)name\b[\s\S]*?<\/\2name>/,
        `$1<$2name><$2family qualifier="BR">${patients.P1.family}</$2family><$2given>${patients.P1.given}</$2given></$2name>`,
      )
      .replace(/<((?:\w+:)?)birthTime\b[^>]*>/, `<$1birthTime value="${patients.P1.birthDate.replaceAll('-', '')}"/>`)
      .replace(/(<(?:\w+:)?administrativeGenderCode\b[^>]*?\bcode\s*=\s*")[^"]*/, '$1F');
    return cda
      .replace(target, described)
      .replace(/(<(?:\w+:)?ClinicalDocument\b[\s\S]*?)<((?:\w+:)?)id\b[^>]*>/, `$1<$2id root="${newOid()}"/>`)
      .replace(/<((?:\w+:)?)relatedDocument[\s\S]*?<\/\1relatedDocument>/, '');
  }
});

describe('7. An error says what was expected, as such, in French and English', () => {
  const whatsNew = '/DocumentReference/$whats-new?since=hier&patient.identifier=';
  const search = '/DocumentReference?status=current&date=hier&patient.identifier=';
  it.each([
    [whatsNew, 'fr', /since.* attendu : 2026-/],
    [whatsNew, 'en', /since.* expected: 2026-/],
    [search, 'fr', /date.* attendu : .*YYYY/],
    [search, 'en', /date.* expected: .*YYYY/],
  ])('%s in %s', async (url, language, sentence) => {
    const headers = { 'accept-language': language };
    const { status, body } = await stack.get<OperationOutcome>(`${url}${encodeURIComponent(P1)}`, 'doctor', headers);
    expect(status).toBe(400);
    expect(body.issue[0]!.details!.text).toMatch(sentence);
  });
});

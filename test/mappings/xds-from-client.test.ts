/** What clients send: every form of author, contained or referenced or logical, partial resources, and what is wrong. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Device, DocumentReference, List, Reference, Resource } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { extExact } from '../../mappings/canonicals.ts';
import {
  documentEntryFromFhir,
  documentEntryToFhir,
  type DocumentEntryContext,
} from '../../mappings/document-entry.ts';
import { errors } from '../../mappings/errors.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { submissionSetFromFhir } from '../../mappings/submission-set.ts';
import { describeShared } from '../support/shared.ts';

const patientId = '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH';
const uris = 'urn:ietf:rfc:3986';

const base: DocumentReference = {
  resourceType: 'DocumentReference',
  masterIdentifier: { system: uris, value: 'urn:oid:1.2.250.1.1' },
  status: 'current',
  content: [{ attachment: { contentType: 'application/pdf' } }],
};
const read = (more: Partial<DocumentReference>, context: Partial<DocumentEntryContext> = {}) =>
  documentEntryFromFhir({ ...base, ...more }, { patientId, ...context });

function issuesOf(act: () => unknown): readonly Issue[] {
  try {
    act();
  } catch (e) {
    if (e instanceof IssueError) return e.issues;
    throw e;
  }
  return [];
}

const practitioner = (id: string): Resource => ({
  resourceType: 'Practitioner',
  id,
  identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '99700101233' }],
  name: [{ family: 'MAUREL', given: ['HÉLÈNE'] }],
});
const organization = (id: string): Resource => ({
  resourceType: 'Organization',
  id,
  identifier: [{ system: 'https://finess.esante.gouv.fr', value: '990100109' }],
  name: 'EHPAD FICTIF LE VERGER',
});
const person = '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
const structure = 'EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109';
const none = { institutions: [], roles: [], specialties: [], telecommunications: [], slots: {} };

describe('labels', () => {
  const level = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' };
  const hides = 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
  const hidden = { system: hides, code: 'INVISIBLE_PATIENT' };
  const codes = (coding: object[]) => read({ securityLabel: [{ coding }] }).confidentialityCodes.map((c) => c.code);

  it('all codings of one concept are read, whatever their order: none may be lost', () => {
    expect(codes([level, hidden])).toEqual(['N', 'INVISIBLE_PATIENT']);
    expect(codes([hidden, level])).toEqual(['INVISIBLE_PATIENT', 'N']);
    expect(codes([level, { ...hidden, code: 'MASQUE_PS' }, hidden])).toEqual(['N', 'MASQUE_PS', 'INVISIBLE_PATIENT']);
  });

  it('a translation into another system is no label of its own', () => {
    expect(codes([level, { system: 'https://example.org/levels', code: 'normal' }])).toEqual(['N']);
    expect(codes([{ system: 'urn:oid:1.2.3', code: 'normal' }, level])).toEqual(['N']);
  });

  it('a visibility in a system that nobody knows is told, not dropped', () => {
    const issues = issuesOf(() => codes([level, { system: 'https://example.org/levels', code: 'INVISIBLE_PATIENT' }]));
    expect(issues.map((i) => [i.key, i.expression])).toEqual([
      ['value-invalid', 'DocumentReference.securityLabel[0].coding[1]'],
    ]);
  });
});

describe('authors', () => {
  const author = (contained: Resource[], reference: Reference, context?: Partial<DocumentEntryContext>) =>
    read({ contained, author: [reference as never] }, context).authors;

  it('a contained Practitioner, by RPPS', () => {
    expect(author([practitioner('p')], { reference: '#p' })).toEqual([{ ...none, person }]);
  });

  it('a contained PractitionerRole with its Practitioner, Organization, specialty and role', () => {
    const role: Resource = {
      resourceType: 'PractitionerRole',
      id: 'r',
      practitioner: { reference: '#p' },
      organization: { reference: '#o' },
      specialty: [{ coding: [{ system: 'urn:oid:1.2.250.1.213.1.1.4.5', code: 'G15_10/SM18', display: 'Médecin' }] }],
      code: [{ text: 'Coordonnateur' }],
      telecom: [{ system: 'email', value: 'h@x.invalid' }],
    };
    expect(author([practitioner('p'), organization('o'), role], { reference: '#r' })).toEqual([
      {
        ...none,
        person,
        institutions: [structure],
        roles: ['Coordonnateur'],
        specialties: ['G15_10/SM18^Médecin^1.2.250.1.213.1.1.4.5'],
        telecommunications: ['^^Internet^h@x.invalid'],
      },
    ]);
  });

  it('a professional known to the structure only, by internal id', () => {
    const known: Resource = {
      resourceType: 'Practitioner',
      id: 'p',
      identifier: [
        { type: { coding: [{ code: 'EI' }] }, system: 'urn:oid:1.2.250.1.71.4.2.1', value: '3990100109/77' },
      ],
      name: [{ family: 'DUPIN', given: ['ANNE'] }],
    };
    const [one] = author([known], { reference: '#p' });
    expect(one?.person).toBe('3990100109/77^DUPIN^ANNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI');
  });

  it('an institution alone, contained or logical', () => {
    expect(author([organization('o')], { reference: '#o' })).toEqual([{ ...none, institutions: [structure] }]);
    const identifier = { system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1990100109' };
    expect(author([], { identifier, display: 'EHPAD FICTIF LE VERGER' })).toEqual([
      { ...none, institutions: [structure] },
    ]);
  });

  it('a device, with its owner', () => {
    const device: Resource = {
      resourceType: 'Device',
      id: 'd',
      identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: '3990100109/LDUI-01' }],
      deviceName: [{ name: 'LUMIDUI', type: 'user-friendly-name' }],
      version: [{ value: '4.2.0' }],
      owner: { reference: '#o' },
    };
    const [one] = author([device, organization('o')], { reference: '#d' });
    expect(one?.person).toBe('3990100109/LDUI-01^LUMIDUI^4.2.0^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI');
    expect(one?.institutions).toEqual([structure]);
  });

  it('a device, whatever names it has: XCN.2 is its software, XCN.3 its model (ANS logical model)', () => {
    const person = (more: Partial<Device>): string | undefined =>
      author(
        [
          {
            resourceType: 'Device',
            id: 'd',
            identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: '3990100109/L' }],
            ...more,
          },
        ],
        { reference: '#d' },
      )[0]?.person;
    const xcn = (names: string): string => `3990100109/L^${names}^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI`;
    const friendly = { name: 'LUMIDUI', type: 'user-friendly-name' as const };
    const model = { name: '4.2.0', type: 'model-name' as const };
    expect(person({ deviceName: [model, friendly] })).toBe(xcn('LUMIDUI^4.2.0'));
    expect(person({ deviceName: [friendly] })).toBe(xcn('LUMIDUI^'));
    expect(person({ deviceName: [model], version: [{ value: 'v2' }] })).toBe(xcn('4.2.0^v2'));
    expect(person({ manufacturer: 'LUMIDA' })).toBe(xcn('LUMIDA^'));
  });

  it('a device is shown by those names', () => {
    const person = '3990100109/L^LUMIDUI^4.2.0^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI';
    const resource = documentEntryToFhir(
      { ...read({}), authors: [{ ...none, person }] },
      { id: 'x', subject: { reference: 'Patient/p' }, attachmentUrl: 'http://x/fhir/Binary/x' },
    );
    expect(resource.contained?.find((c) => c.resourceType === 'Device')).toMatchObject({
      deviceName: [
        { name: 'LUMIDUI', type: 'user-friendly-name' },
        { name: '4.2.0', type: 'model-name' },
      ],
    });
  });

  it('a patient, by INS', () => {
    const patient: Resource = {
      resourceType: 'Patient',
      id: 'p',
      identifier: [
        { system: 'urn:oid:1.2.3', value: 'IPP' },
        { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '236046999012376' },
      ],
      name: [{ use: 'official', family: 'BASTIDE', given: ['ODETTE'] }],
    };
    expect(author([patient], { reference: '#p' })[0]?.person).toBe(
      '236046999012376^BASTIDE^ODETTE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH',
    );
  });

  it('found by the caller when it stands outside the resource', () => {
    const resolve = (r: Reference): Resource | undefined =>
      r.reference === 'urn:uuid:1' ? practitioner('p') : undefined;
    expect(author([], { reference: 'urn:uuid:1' }, { resolve })).toEqual([{ ...none, person }]);
  });

  it('a relative cannot be an author in XDS', () => {
    const relative: Resource = { resourceType: 'RelatedPerson', id: 'x', patient: {} };
    expect(issuesOf(() => author([relative], { reference: '#x' }))).toEqual([
      expect.objectContaining({ key: 'value-invalid', expression: 'DocumentReference.author[0]' }),
    ]);
  });
});

describe('what is wrong', () => {
  it('is told all at once, each under its FHIRPath, by rows of the error table', () => {
    const anonymous: Resource = { resourceType: 'Practitioner', id: 'p' };
    const issues = issuesOf(() =>
      read({
        masterIdentifier: { system: uris, value: 'urn:uuid:12345678-abcd-1234-abcd-1234567890ab' },
        contained: [anonymous],
        author: [{ reference: '#p' }, { reference: '#nobody' }, { reference: 'Practitioner/unknown' }],
        type: { coding: [{ system: 'http://nowhere.example', code: 'x' }] },
        securityLabel: [{ text: 'secret' }],
        content: [{ attachment: { hash: 'AAAA' } }],
        context: { related: [{ reference: 'ServiceRequest/1' }] },
      }),
    );
    expect(issues.map((i) => `${i.key} ${i.expression ?? ''}`).sort()).toEqual([
      'reference-unresolved DocumentReference.author[1]',
      'reference-unresolved DocumentReference.author[2]',
      "required DocumentReference.contained.where(id='p')",
      "required DocumentReference.contained.where(id='p')",
      'required DocumentReference.content[0].attachment.contentType',
      'unique-id-invalid DocumentReference.masterIdentifier',
      'value-invalid DocumentReference.content[0].attachment.hash',
      'value-invalid DocumentReference.context.related[0]',
      'value-invalid DocumentReference.securityLabel[0]',
      'value-invalid DocumentReference.type',
    ]);
    for (const { key } of issues) expect(errors).toHaveProperty(key);
  });

  it('never repeats a person’s identifier', () => {
    const reference = 'Patient?identifier=urn:oid:1.2.250.1.213.1.4.10|236046999012376';
    const issues = issuesOf(() => read({ author: [{ reference }] }));
    expect(JSON.stringify(issues)).not.toContain('236046999012376');
  });

  it('an absent uniqueId or media type, unless there is a default', () => {
    const empty: DocumentReference = {
      resourceType: 'DocumentReference',
      status: 'current',
      content: [{ attachment: {} }],
    };
    expect(issuesOf(() => documentEntryFromFhir(empty, { patientId })).map((i) => i.key)).toEqual([
      'required',
      'required',
    ]);
    const defaults = { uniqueId: '1.2', mimeType: 'text/xml' };
    expect(documentEntryFromFhir(empty, { patientId, defaults })).toMatchObject(defaults);
  });

  it('two contents, two categories', () => {
    const code = { coding: [{ system: 'http://loinc.org', code: '1' }] };
    const content = [...base.content, ...base.content];
    expect(issuesOf(() => read({ content, category: [code, code] })).map((i) => i.key)).toEqual([
      'cardinality',
      'cardinality',
    ]);
  });

  it('what is longer than ebRIM takes', () => {
    const long = { system: uris, value: 'urn:oid:1.2.250.1.1' };
    const issues = issuesOf(() => read({ masterIdentifier: long, description: 'x'.repeat(1025) }));
    expect(issues).toEqual([
      expect.objectContaining({ key: 'value-invalid', expression: 'DocumentReference.description' }),
    ]);
    expect(read({ description: 'x'.repeat(1024) }).comments).toHaveLength(1024);
  });

  it('an organisation cannot be legalAuthenticator', () => {
    const issues = issuesOf(() => read({ contained: [organization('o')], authenticator: { reference: '#o' } }));
    expect(issues).toEqual([expect.objectContaining({ expression: 'DocumentReference.authenticator' })]);
  });
});

describe('what a client leaves out', () => {
  it('date stands in for creation', () => {
    expect(read({ date: '2026-10-15T13:55:00+02:00' }).creationTime).toBe('20261015115500');
    const content = [{ attachment: { contentType: 'text/xml', creation: '2026-10-14' } }];
    expect(read({ date: '2026-10-15T13:55:00+02:00', content }).creationTime).toBe('20261014');
  });

  it('the source patient comes from the context', () => {
    const sourcePatientId = 'R-1^^^&1.2&ISO^PI';
    const sourcePatientInfo = ['PID-8|F'];
    expect(read({}, { sourcePatientId, sourcePatientInfo })).toMatchObject({ sourcePatientId, sourcePatientInfo });
    const contained: Resource[] = [{ resourceType: 'Patient', id: 's', gender: 'male' }];
    const given = read(
      { contained, context: { sourcePatientInfo: { reference: '#s' } } },
      { sourcePatientId, sourcePatientInfo },
    );
    expect(given).toMatchObject({ sourcePatientId, sourcePatientInfo: ['PID-8|M'] });
  });

  it('the local identifier of the source patient is its PI, whatever stands first', () => {
    const contained: Resource[] = [
      {
        resourceType: 'Patient',
        id: 's',
        identifier: [
          { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '236046999012376' },
          { type: { coding: [{ code: 'PI' }] }, system: 'urn:oid:1.2.3', value: 'R-000471' },
        ],
      },
    ];
    const entry = read({ contained, context: { sourcePatientInfo: { reference: '#s' } } });
    expect(entry).toMatchObject({ sourcePatientId: 'R-000471^^^&1.2.3&ISO^PI', sourcePatientInfo: [] });
  });

  it('defaults fill lists that are empty, and nothing that is given', () => {
    const defaults = {
      confidentialityCodes: [{ code: 'N', scheme: '2.16.840.1.113883.5.25' }],
      languageCode: 'fr-FR',
      title: 'T',
    };
    const content = [{ attachment: { contentType: 'text/xml', title: 'Donné' } }];
    expect(read({ content, securityLabel: [] }, { defaults })).toMatchObject({ ...defaults, title: 'Donné' });
  });
});

describe('confidentiality', () => {
  const label = (system: string, code: string) => ({ coding: [{ system, code }] });
  it('level and visibilities are a set, under any of their systems', () => {
    const wrong =
      'https://mos.esante.gouv.fr/NOS/TRE_A07-StatusVisibiliteDocument/FHIR/TRE-A07-StatusVisibiliteDocument';
    const v3 = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
    const entry = read({
      securityLabel: [label(wrong, 'N'), label(v3, 'N'), label(wrong, 'MASQUE_PS'), label(v3, 'INVISIBLE_PATIENT')],
    });
    expect(entry.confidentialityCodes).toEqual([
      { code: 'N', scheme: '2.16.840.1.113883.5.25' },
      { code: 'MASQUE_PS', scheme: '1.2.250.1.213.1.1.4.13' },
      { code: 'INVISIBLE_PATIENT', scheme: '1.2.250.1.213.1.1.4.13' },
    ]);
  });
});

describe('references to stays', () => {
  it('an encounter becomes a reference id of its type', () => {
    const encounter = [{ identifier: { system: 'urn:oid:1.2.3', value: 'S-1' } }];
    expect(read({ context: { encounter } }).referenceIdList).toEqual([
      'S-1^^^&1.2.3&ISO^urn:ihe:iti:xds:2015:encounterId',
    ]);
  });
});

describe('the exact values that travel along', () => {
  const entry = read({}, { defaults: { creationTime: '2026101511', serviceStartTime: '20261015115500+0200' } });
  const context = { id: 'd', subject: {}, attachmentUrl: 'x' };

  it('count as long as FHIR says the same', () => {
    const resource = documentEntryToFhir(entry, context);
    expect(resource.content[0]?.attachment.creation).toBe('2026-10-15T11:00:00Z');
    expect(documentEntryFromFhir(resource, { patientId })).toMatchObject({ creationTime: '2026101511' });
  });

  it('give way when somebody changed the FHIR elements', () => {
    const resource = documentEntryToFhir(entry, context);
    const attachment = { ...resource.content[0]?.attachment, creation: '2026-10-16' };
    const changed = { ...resource, content: [{ ...resource.content[0], attachment }] } as DocumentReference;
    const back = documentEntryFromFhir(changed, { patientId });
    expect(back).toMatchObject({ creationTime: '20261016', serviceStartTime: '20261015115500+0200' });
  });

  it('of another shape than ours are not taken', () => {
    const wrong = (name: string, valueString: string) => ({
      url: extExact,
      extension: [
        { url: 'name', valueString: name },
        { url: 'value', valueString },
      ],
    });
    const extension = [
      wrong('title', '{"a":1}'),
      wrong('authors', '"x"'),
      wrong('authors', '{'),
      wrong('patientId', '"autre"'),
      wrong('inconnu', '1'),
    ];
    const back = read({ extension });
    expect(back).toMatchObject({ authors: [], patientId });
    expect(back).not.toHaveProperty('inconnu');
    expect(back.title).toBeUndefined();
  });

  it('what has no FHIR element is taken when it has our shape, and only then', () => {
    const exact = (value: unknown) => ({
      extension: [
        {
          url: extExact,
          extension: [
            { url: 'name', valueString: 'classifications' },
            { url: 'value', valueString: JSON.stringify(value) },
          ],
        },
      ],
    });
    const good = [{ scheme: 'urn:uuid:1', code: 'X', slots: { codingScheme: ['1.2'] } }];
    expect(read(exact(good)).classifications).toEqual(good);
    for (const bad of [
      'x',
      {},
      [1],
      [{ code: 'X' }],
      [{ code: 1, slots: {} }],
      [{ code: 'X', slots: { a: 'b' } }],
      [null],
    ]) {
      expect(read(exact(bad)), JSON.stringify(bad)).not.toHaveProperty('classifications');
    }
  });
});

describeShared('published PDSm examples', (dir) => {
  const example = (file: string): unknown => JSON.parse(readFileSync(path.join(dir, 'fhir/examples', file), 'utf8'));

  it('the List reads, its OID of source wherever it stands; its uniqueId that is no OID is told', () => {
    const list = example('pdsm-List-ExampleSubmissionSet.json') as List;
    const resolve = (r: Reference): Resource | undefined =>
      r.reference === 'Practitioner/practitioner-example' ? practitioner('p') : undefined;
    expect(issuesOf(() => submissionSetFromFhir(list, { patientId, resolve })).map((i) => i.key)).toEqual([
      'unique-id-invalid',
    ]);
    const identifier = [{ use: 'usual' as const, system: uris, value: 'urn:oid:1.2.3' }];
    const set = submissionSetFromFhir({ ...list, identifier }, { patientId, resolve });
    expect(set).toMatchObject({
      sourceId: '1.2.250.1.213.1.1.1',
      uniqueId: '1.2.3',
      submissionTime: '20250430130000',
      comments: 'Suivi post-chirurgical – documents cliniques regroupés.',
    });
    expect(set.authors[0]).toMatchObject({ person, institutions: [expect.stringContaining('2264403106')] });
    expect(set.intendedRecipients).toHaveLength(1);
  });

  it('the DocumentReference reads once its references are resolved: N in the wrong system, formats, hash', () => {
    const document = example('pdsm-DocumentReference-exemple-pdsm-documentreference.json') as DocumentReference;
    const patient: Resource = {
      resourceType: 'Patient',
      gender: 'female',
      identifier: [{ system: 'urn:oid:1.2.3', value: '32659' }],
    };
    const known: Record<string, Resource> = {
      'PractitionerRole/practitionerrole-example': {
        resourceType: 'PractitionerRole',
        practitioner: { reference: '#practitioner-example' },
      },
      'Patient/fr-patient-123': patient,
    };
    const { authenticator: _, ...rest } = document;
    const masterIdentifier = { system: uris, value: 'urn:oid:1.2.3.4' };
    const resolve = (r: Reference) => known[r.reference ?? ''];
    const entry = documentEntryFromFhir({ ...rest, masterIdentifier }, { patientId, resolve });
    expect(entry).toMatchObject({
      typeCode: { code: '34133-9', scheme: '2.16.840.1.113883.6.1' },
      classCode: { code: '10', scheme: '1.2.250.1.213.1.1.4.1' },
      confidentialityCodes: [{ code: 'N', scheme: '2.16.840.1.113883.5.25' }],
      formatCode: { scheme: '1.3.6.1.4.1.19376.1.2.3' },
      hash: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
      size: '345678',
      creationTime: '20250425083000',
      sourcePatientId: '32659^^^&1.2.3&ISO',
    });
    expect(entry.authors[0]?.person).toContain('810101201234^Leclerc^Sophie');
  });
});

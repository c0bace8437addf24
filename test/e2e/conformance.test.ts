/**
 * What leaves the façade conforms to the published profiles, and holds every fact that the DMP holds. Issue lines 1 to 5,
 * over real HTTP, TLS and the simulator.
 */
import type { Bundle, DocumentReference, List, Patient, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { documentEntryFromFhir } from '../../mappings/document-entry.ts';
import { readAdhocQueryResponse } from '../../mappings/ebrim/read.ts';
import { pdf, text } from '../support/documents.ts';
import { errorsOf, loadR4, profileOf } from '../support/profiles.ts';
import { INS_TEST, patients, provideBundle, simplified, type Who } from '../support/resources.ts';
import { describeShared } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { expectedMessages, goldenBody } from '../mappings/xds-golden.ts';

const goldenList = 'messages/td3-1a/01-response-six-entries.xml';

describeShared('What leaves conforms', (dir) => {
  let stack: Stack;
  beforeAll(async () => {
    loadR4();
    stack = await startStack();
  });
  afterAll(() => stack.close());

  const profiles = {
    patient: 'fr-core/StructureDefinition-fr-core-patient-2.1.0.json',
    document: 'pdsm/StructureDefinition-pdsm-comprehensive-document-reference.json',
    searchset: 'pdsm/StructureDefinition-pdsm-find-documentreferences-comprehensive-response.json',
    list: 'pdsm/StructureDefinition-pdsm-submissionset-comprehensive.json',
    response: 'mhd/StructureDefinition-IHE.MHD.ProvideDocumentBundleResponse.json',
  };
  const problems = (resource: Resource, profile?: keyof typeof profiles): string[] => {
    const against: (StructureDefinition | undefined)[] = [undefined];
    if (profile) against.push(profileOf(dir, profiles[profile]));
    return against.flatMap((p) => errorsOf(resource, p)).map((i) => `${i.expression?.join()} ${i.details?.text}`);
  };

  const ask = (who: Who): Promise<{ body: Bundle<Patient> }> =>
    stack.get(`/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${patients[who].ins}`)}`, 'nurse');
  async function find(query: string, who: Who = 'P1'): Promise<Bundle<DocumentReference>> {
    const patient = encodeURIComponent(`${INS_TEST}|${patients[who].ins}`);
    const { status, body } = await stack.get<Bundle<DocumentReference>>(
      `/DocumentReference?patient.identifier=${patient}&${query}`,
      'doctor',
    );
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  }

  it.each(['P1', 'P3', 'P4'] as const)('1. the Patient of %s is an fr-core Patient in a searchset', async (who) => {
    const { body } = await ask(who);
    expect(problems(body)).toEqual([]);
    expect(body.entry?.length ?? 0).toBe(who === 'P4' ? 0 : 1);
    for (const { resource } of body.entry ?? []) expect(problems(resource!, 'patient')).toEqual([]);
  });

  it('2. the 201 body of ITI-105 is a PDSm DocumentReference', async () => {
    const deposit = simplified({ content: pdf(), contentType: 'application/pdf' });
    const { status, body } = await stack.post<DocumentReference>('/DocumentReference', deposit, 'nurse');
    expect(status).toBe(201);
    expect(problems(body)).toEqual([]);
  });

  it('3. the transaction-response is MHD’s, the List read back PDSm’s', async () => {
    const bundle = provideBundle([{ content: text(), contentType: 'text/plain' }]);
    const { status, body } = await stack.post<Bundle>('', bundle, 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(problems(body, 'response')).toEqual([]);
    const location = body.entry![0]!.response!.location!;
    const list = await stack.get<List>(`/List/${/List\/([^/]+)/.exec(location)![1]!}`, 'nurse');
    expect(problems(list.body, 'list')).toEqual([]);
  });

  it('4. the searchset is PDSm’s, and so is each DocumentReference in it', async () => {
    await stack.post('/DocumentReference', simplified({ content: text(), contentType: 'text/plain' }), 'nurse');
    for (const who of ['P1', 'P2'] as const) {
      const found = await find('status=current,superseded', who);
      expect(found.entry!.length).toBeGreaterThan(1);
      expect(problems(found, 'searchset')).toEqual([]);
      for (const { resource } of found.entry!) {
        expect(resource!.meta?.profile).toEqual([
          'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-document-reference',
        ]);
        expect(problems(resource!, 'document')).toEqual([]);
      }
    }
    for (const query of ['status=entered-in-error', 'status=current&couleur=bleu', 'status=current&_count=0'])
      expect(problems(await find(query), 'searchset'), query).toEqual([]);
  });

  it('2, 4. what was deposited is found again: every element, whatever wrote it', async () => {
    const deposit = simplified({ content: text('Deux auteurs'), contentType: 'text/plain', title: 'Tout' });
    const coding = (system: string, code: string, display: string) => ({ coding: [{ system, code, display }] });
    deposit.contained!.push({
      resourceType: 'Device',
      id: 'gateway',
      identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: '3990100109/LDUI-01' }],
      deviceName: [
        { name: 'LUMIDUI PASSERELLE', type: 'user-friendly-name' },
        { name: '4.2.0', type: 'model-name' },
      ],
      type: coding('urn:oid:1.2.250.1.213.1.1.4.6', 'LOGICIEL_DUI', 'Logiciel de Dossier Usager Informatisé'),
      owner: { reference: '#ehpad' },
    });
    deposit.author!.push({ reference: '#gateway' });
    deposit.description = 'Un commentaire : é, « & » <';
    deposit.securityLabel = [
      coding('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'N', 'normal'),
      coding('urn:oid:1.2.250.1.213.1.1.4.13', 'INVISIBLE_PATIENT', 'Non visible par le patient'),
    ];
    deposit.content[0]!.attachment.language = 'fr-FR';
    deposit.content[0]!.attachment.creation = '2026-11-20T10:30:00+01:00';
    deposit.context = {
      ...deposit.context,
      event: [coding('http://hl7.org/fhir/sid/icd-10', 'Z74.1', 'Besoin d’aide')],
      period: { start: '2026-11-20T08:00:00Z', end: '2026-11-20T09:00:00Z' },
      related: [
        {
          identifier: {
            type: { coding: [{ system: 'urn:ietf:rfc:3986', code: 'urn:ihe:iti:xds:2013:order' }] },
            system: 'urn:oid:2.16.840.1.113883.19.7601.3.61',
            value: 'LD-ORD-9',
          },
        },
      ],
    };
    const { status, body } = await stack.post<DocumentReference>('/DocumentReference', deposit, 'nurse');
    expect(status, JSON.stringify(body)).toBe(201);
    const found = (await find(`status=current&_id=${body.id}`)).entry![0]!.resource!;
    // What only the registry knows: its identifiers, version, repository.
    const { meta: _m, identifier: _i, extension: _e, ...deposited } = body;
    const { meta, identifier, extension, ...read } = found;
    expect([meta?.versionId, identifier?.map((i) => i.use)]).toEqual(['1', ['official', 'secondary']]);
    expect(extension?.map((e) => e.url.split('/').pop()).sort()).toEqual(
      ['pdsm-ext-is-archived', 'xds-slot', 'xds-version'].sort(),
    );
    expect(read).toEqual(deposited);
    // And it is what the client said.
    const { attachment } = found.content[0]!;
    expect(new Date(attachment.creation!).toISOString()).toBe('2026-11-20T09:30:00.000Z');
    expect(found).toMatchObject({
      masterIdentifier: { value: deposit.masterIdentifier!.value },
      subject: { identifier: deposit.subject!.identifier },
      description: deposit.description,
      context: { period: deposit.context.period, related: [{ identifier: { value: 'LD-ORD-9' } }] },
      content: [{ attachment: { title: 'Tout', language: 'fr-FR' } }],
    });
    const codes = (concepts: typeof found.securityLabel) => concepts?.map((c) => c.coding![0]!.code);
    expect(codes(found.securityLabel)).toEqual(['N', 'INVISIBLE_PATIENT']);
    expect(codes(found.context!.event)).toEqual(['Z74.1']);
    const device = found.contained!.find((c) => c.resourceType === 'Device');
    expect(device).toMatchObject({ deviceName: [{ name: 'LUMIDUI PASSERELLE' }, { name: '4.2.0' }] });
    expect(found.author).toHaveLength(2);
  });

  it('4. every fact of every document of the story is in the FHIR, and comes back from it', async () => {
    const { objects } = readAdhocQueryResponse(goldenBody(dir, goldenList));
    const expected = expectedMessages(dir)[goldenList]!.entries as Record<string, unknown>[];
    const found = (await find('status=current,superseded&_count=100')).entry!.map((e) => e.resource!);
    expect(objects.documentEntries).toHaveLength(6);
    for (const [i, entry] of objects.documentEntries.entries()) {
      const resource = found.find((d) => d.masterIdentifier?.value === `urn:oid:${entry.uniqueId}`)!;
      const back = documentEntryFromFhir(resource, { patientId: entry.patientId });
      // The simulator made octets for the documents that the wire only describes.
      const { hash: _hash, size: _size, ...facts } = entry;
      const { hash, size, ...shown } = back;
      expect(shown, entry.title).toEqual(facts);
      expect([hash?.length, Number(size) > 0]).toEqual([40, true]);
      const json = JSON.stringify(resource);
      const hidden = unseen(expected[i]!, json);
      expect(hidden, entry.title).toEqual([]);
    }
  });

  /** Texts and numbers of `expected.json` that a reader of the FHIR alone, without our codecs, would not find. */
  function unseen(facts: unknown, json: string, path = ''): string[] {
    if (facts === null || typeof facts === 'boolean') return [];
    if (typeof facts === 'object')
      return Object.entries(facts).flatMap(([key, value]) =>
        /^(status|system|authority|nameType|hash|size|display|otherSlots)$|Time$/.test(key) && path === ''
          ? []
          : unseen(value, json, `${path}/${key}`),
      );
    const said = typeof facts === 'string' ? facts : JSON.stringify(facts);
    // Composites are taken apart, OIDs become canonical URLs, times ISO.
    const forms = [said, ...said.split(/[|^]/).filter((part) => part.length > 2)];
    if (/\/(system|authority|display|nameType)$/.test(path)) return [];
    if (/^PID-/.test(said))
      return forms.slice(1).every((f) => /^PID|^\d{8}$/.test(f) || json.includes(f)) ? [] : [path];
    return json.includes(JSON.stringify(said).slice(1, -1)) ? [] : [`${path}: ${said}`];
  }
});

/** The recorder of exchanges: what identifies somebody or is a secret is masked before it is kept, wherever it stands. */
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { addressOf, masked, queryOf } from '../../../server/console/exchanges/mask.ts';
import { maskedJson } from '../../../server/console/exchanges/mask-json.ts';
import { maskedXml } from '../../../server/console/exchanges/mask-xml.ts';
import { createRecorder } from '../../../server/console/exchanges/recorder.ts';
import { exchangesKept } from '../../../server/production.ts';
import { parseXml } from '../../../mappings/xml/tree.ts';
import { pdf } from '../../support/documents.ts';
import { consent, nurse, patientResource, patients, simplified } from '../../support/resources.ts';

/** All that must not survive: of the patient, of the nurse, of the secrets. */
const secrets = [...Object.values(patients.P1), '19360412', 'LE BIHAN', 'YANN', '899700204581'].filter(
  (value) => value !== 'female',
);
/** Parts of the INS, as a local number or a telephone would stand there. */
secrets.push('236046');
const survivors = (text: string): string[] =>
  secrets.filter((secret) => text.toUpperCase().includes(secret.toUpperCase()));
const json = (value: unknown): string => maskedJson(Buffer.from(JSON.stringify(value)));

describe('FHIR JSON', () => {
  it('keeps the shape, the codes and the ids; nobody and no content', () => {
    const text = json(
      simplified({ content: pdf('ODETTE BASTIDE'), contentType: 'application/pdf', title: 'Pour ODETTE' }),
    );
    expect(survivors(text)).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({
      resourceType: 'DocumentReference',
      status: 'current',
      type: { coding: [{ system: 'http://loinc.org', code: '28653-4' }] },
      content: [{ attachment: { contentType: 'application/pdf', data: masked, title: masked } }],
      masterIdentifier: { value: expect.stringMatching(/^urn:oid:2\.25\.\d+$/) as string },
      subject: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.10', value: masked } },
    });
  });

  it.each([
    ['a Patient', patientResource('P1')],
    ['a Consent', consent('P1', 'feeding')],
    ['people', { resourceType: 'Bundle', entry: nurse.map((resource) => ({ resource })) }],
    ['a reference with a name', { author: [{ reference: 'Practitioner/1', display: 'YANN LE BIHAN' }] }],
    [
      'a search in a transaction',
      { entry: [{ request: { method: 'GET', url: `Patient?identifier=x|${patients.P1.ins}` } }] },
    ],
    ['a name for an id', { id: 'BASTIDE', contained: [{ id: 'ODETTE' }], subject: { reference: '#BASTIDE' } }],
    [
      'a property with a name',
      { BASTIDE: 'ODETTE', valueString: 'ODETTE', extension: [{ url: 'urn:x', valueDate: '1936-04-12' }] },
    ],
    ['a telephone as a number', { valueInteger: 236046999 }],
    [
      'a reference by a name',
      { subject: { reference: 'Patient/BASTIDE' }, fullUrl: 'https://x.example/fhir/Patient/ODETTE' },
    ],
    ['a reference by a local number', { subject: { reference: 'Patient/236046' }, identifier: { value: '236046' } }],
    [
      'names where codes belong',
      {
        valueCode: 'ODETTE BASTIDE',
        gender: 'ODETTE BASTIDE',
        hash: 'BASTIDE',
        etag: 'ODETTE',
        parameter: [{ name: 'ODETTE BASTIDE' }],
      },
    ],
    ['an expression that compares', { expression: ["Patient.name.where(family='BASTIDE')"] }],
    ['a number', { valueInteger: Number(patients.P1.ins) }],
    ['a token', { access_token: 'ODETTE-token', refresh_token: 'BASTIDE' }],
  ])('%s', (_, value) => {
    expect(survivors(json(value))).toEqual([]);
  });

  it('what is no JSON is not shown', () => {
    expect(maskedJson(Buffer.from('{"family": "BASTIDE"'))).toBe('(JSON ?)');
  });
});

describe('SOAP', () => {
  it('keeps elements, codes, OIDs and actions; no assertion’s subject, no signature, no slot of a person', () => {
    const text = maskedXml(
      parseXml(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
<s:Header><a:Action>urn:ihe:iti:2007:RegistryStoredQuery</a:Action><a:MessageID>urn:uuid:0b1c2d3e-0000-4000-8000-000000000001</a:MessageID>
<Assertion ID="_1"><Subject><NameID Format="urn:x">899700204581</NameID></Subject><SignatureValue>SECRETSIGNATURE</SignatureValue>
<X509Certificate>SECRETCERTIFICATE</X509Certificate><AttributeValue>YANN LE BIHAN</AttributeValue></Assertion></s:Header>
<s:Body><Slot name="$XDSDocumentEntryPatientId"><Value>'236046999012376^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH'</Value></Slot>
<Slot name="sourcePatientInfo"><Value>PID-5|BASTIDE^ODETTE</Value><Value>PID-7|19360412</Value></Slot>
<id root="1.2.250.1.213.1.4.10" extension="236046999012376"/><birthTime value="19360412"/><name>BASTIDE</name>
<LocalizedString value="ODETTE va bien"/><templateId root="2.16.840.1.113883.2.8.2.1"/></s:Body></s:Envelope>`),
    );
    expect(survivors(text)).toEqual([]);
    expect(text).not.toMatch(/SECRET/);
    for (const kept of [
      'urn:ihe:iti:2007:RegistryStoredQuery',
      '$XDSDocumentEntryPatientId',
      '2.16.840.1.113883.2.8.2.1',
    ])
      expect(text).toContain(kept);
  });
});

it('a slot that holds a telephone is no code of a fault', () => {
  const soap = 'http://www.w3.org/2003/05/soap-envelope';
  const text = maskedXml(
    parseXml(`<e:Fault xmlns:e="${soap}"><e:Code><e:Value>e:Sender</e:Value></e:Code>
<Slot xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" name="x"><ValueList><Value>tel:236046999</Value></ValueList></Slot></e:Fault>`),
  );
  expect(survivors(text)).toEqual([]);
  expect(text).toContain('e:Sender');
});

describe('addresses and forms', () => {
  it('keep no id that a client chose, and words of the API', () => {
    expect(addressOf('/fhir/Patient/BASTIDE/$web-access')).toBe(`/fhir/Patient/${masked}/$web-access`);
    expect(addressOf('/fhir/Patient/236046')).toBe(`/fhir/Patient/${masked}`);
    expect(addressOf('/fhir/Patient/_search?_sort=ODETTE BASTIDE')).toBe(`/fhir/Patient/_search?_sort=${masked}`);
    expect(addressOf('https://hl7.fr/ig/StructureDefinition/fr-core-patient')).toMatch(/fr-core-patient$/);
  });

  it('keep what is asked, not about whom', () => {
    const id = '3fa3d0bd-615a-4169-987c-7ef4cbb0703c';
    expect(addressOf(`/fhir/Patient/${id}/$web-access?page=Documents&status=current`)).toBe(
      `/fhir/Patient/${id}/$web-access?page=${masked}&status=current`,
    );
    expect(addressOf('/fhir/Patient/ODETTE%20BASTIDE')).toBe(`/fhir/Patient/${masked}`);
    expect(queryOf(`patient.identifier=x|${patients.P1.ins}&_count=2&family=BASTIDE&patient=Patient/${id}`)).toBe(
      `patient.identifier=${masked}&_count=2&family=${masked}&patient=Patient/${id}`,
    );
  });
});

describe('the recorder', () => {
  const state = (structure: string | undefined) => ({
    requestId: 'r1',
    ...(structure === undefined ? {} : { caller: { structure: { id: structure } } }),
  });
  /** A request that is answered. */
  function exchange(
    recorder: ReturnType<typeof createRecorder>,
    of: ReturnType<typeof state>,
    during?: () => void,
  ): void {
    const res = Object.assign(new EventEmitter(), {
      locals: of,
      statusCode: 200,
      end: () => res,
      getHeader: () => 'application/fhir+json',
    });
    const req = { method: 'GET', originalUrl: '/fhir/metadata', get: () => '', body: undefined };
    recorder.watch(req as unknown as Request, res as unknown as Response, () => undefined);
    during?.();
    (res.end as (body: Buffer) => void)(Buffer.from('{"resourceType":"Bundle"}'));
    res.emit('close');
  }
  const stateOf = (res: Response) => res.locals as ReturnType<typeof state>;
  const message = { transaction: 'TD0.2', structure: 'B', envelope: '<Envelope/>', parts: [] };

  it('keeps a few, of each structure for itself, and what goes out for no request not at all', () => {
    const recorder = createRecorder(2, stateOf, () => new Date(0));
    recorder.onMessage({ ...message, requestId: 'r1' });
    for (const structure of ['A', 'A', 'B', undefined])
      exchange(recorder, state(structure), () => recorder.onMessage({ ...message, requestId: 'r1' }));
    expect(recorder.list('A')).toHaveLength(1);
    expect(recorder.list('B')).toMatchObject([{ status: 200, dmp: [{ transaction: 'TD0.2', sent: '<Envelope/>' }] }]);
  });

  it('shows nobody the messages of another structure, whose request’s id they give to their own', () => {
    const recorder = createRecorder(5, stateOf, () => new Date(0));
    const theirs = { ...message, requestId: 'r1', transaction: 'TD2.1' };
    exchange(recorder, state('B'), () =>
      exchange(recorder, state('A'), () => {
        recorder.onMessage(theirs);
        recorder.onMessage({ ...message, requestId: 'r1', structure: 'A' });
      }),
    );
    expect(recorder.list('A')).toMatchObject([{ dmp: [{ transaction: 'TD0.2' }] }]);
    expect(recorder.list('B')).toMatchObject([{ dmp: [{ transaction: 'TD2.1' }] }]);
  });

  it('is a thing of demonstrations with a console: in production there is none, whatever is set', () => {
    const CONSOLE_CLIENT_ID = 'console';
    expect(exchangesKept(loadConfig({ CONSOLE_CLIENT_ID }))).toBe(50);
    expect(exchangesKept(loadConfig({}))).toBeUndefined();
    expect(exchangesKept(loadConfig({ CONSOLE_CLIENT_ID, CONSOLE_EXCHANGES: '0' }))).toBeUndefined();
    const { ENVIRONMENT } = { ENVIRONMENT: 'production' as const };
    expect(
      exchangesKept({ ...loadConfig({ CONSOLE_CLIENT_ID, CONSOLE_EXCHANGES: '500' }), ENVIRONMENT }),
    ).toBeUndefined();
  });
});

/** TD0.2: the query validates and is shaped like the golden ones, every golden answer is read to expected.json. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { describe, expect, it } from 'vitest';
import {
  readAnsweredIds,
  readExistenceAnswer,
  writeExistenceQuery,
  type ExistenceQuery,
} from '../../../mappings/hl7v3/existence.ts';
import { refusalOf } from '../../../mappings/hl7v3/answer.ts';
import { readPatient } from '../../../mappings/hl7v3/patient-read.ts';
import { serialize } from '../../../mappings/xml/build.ts';
import { at, child, parseXml, type XmlNode } from '../../../mappings/xml/tree.ts';
import { listed, present } from '../../server/dmp/paired.ts';
import { describeShared } from '../../support/shared.ts';

xmlRegisterFsInputProviders();

const body = (file: string): XmlNode => child(parseXml(readFileSync(file)), 'Body')?.children[0] as XmlNode;

const query: ExistenceQuery = {
  patient: { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' },
  messageId: { root: '2.16.840.1.113883.19.7601.3.1', extension: 'b0c2f6ce-5a34-4f17-9a0e-2f7d1c9b8a11' },
  queryId: { root: '2.16.840.1.113883.19.7601.3.2', extension: '3f1f1e57-9e0c-4d47-8f5b-7a10c5f5d201' },
  creationTime: '20261020063002',
  lps: { oid: '2.16.840.1.113883.19.7601.3', name: 'LumiDUI Passerelle' },
};

describe('an answer that is none', () => {
  it.each([
    ['another element', '<a xmlns="urn:hl7-org:v3"/>'],
    ['no acknowledgement', '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><controlActProcess/></PRPA_IN201308UV02>'],
    [
      'found, but nobody',
      '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="AA"/><controlActProcess><queryAck><queryResponseCode code="OK"/></queryAck></controlActProcess></PRPA_IN201308UV02>',
    ],
    [
      'another namespace',
      '<PRPA_IN201308UV02><acknowledgement typeCode="AA"/><controlActProcess/></PRPA_IN201308UV02>',
    ],
  ])('%s', (_, xml) => {
    expect(() => readExistenceAnswer(parseXml(xml))).toThrow(RangeError);
  });
});

describe('a name', () => {
  const read = (families: string) =>
    readPatient(
      parseXml(
        `<patient xmlns="urn:hl7-org:v3"><patientPerson><name>${families}<given>A</given></name></patientPerson></patient>`,
      ),
    ).name;
  it.each<[string, object]>([
    ['<family qualifier="SP">X</family><family qualifier="BR">Y</family>', { usage: 'X', birth: 'Y' }],
    ['<family>X</family>', { usage: 'X' }],
    // a set of codes in HL7's data type: one name may be both
    ['<family qualifier="BR SP">X</family>', { usage: 'X', birth: 'X' }],
    ['<family qualifier=" BR ">X</family>', { birth: 'X' }],
    ['<family qualifier="">X</family>', { usage: 'X' }],
  ])('%s', (families, expected) => {
    expect(read(families)).toEqual({ given: ['A'], ...expected });
  });
});

describe('a refusal', () => {
  const base = { interaction: 'PRPA_IN201308UV02', acknowledgement: 'AA', details: [], patients: [] };
  it.each<[object, object | undefined]>([
    [{ queryResponse: 'OK' }, undefined],
    [{ queryResponse: 'NF' }, undefined],
    [{}, undefined],
    [{ acknowledgement: 'AE' }, { code: 'AE' }],
    [{ acknowledgement: 'AE', queryResponse: 'OK' }, { code: 'AE' }],
    [
      { acknowledgement: 'AR', details: [{ code: 'X', text: 'y' }] },
      { code: 'X', text: 'y' },
    ],
    [
      { acknowledgement: 'AE', details: [{ code: '', text: 'y' }] },
      { code: 'AE', text: 'y' },
    ],
    [{ queryResponse: 'QE' }, { code: 'QE' }],
    [{ queryResponse: 'AE', details: [{ code: 'X' }] }, { code: 'X' }],
  ])('of %j', (answer, expected) => {
    expect(refusalOf({ ...base, ...answer })).toEqual(expected);
  });
});

describeShared('TD0.2 golden messages', (dir) => {
  const wire = path.join(dir, 'wire');
  const expected = (): Record<string, object> =>
    (JSON.parse(readFileSync(path.join(wire, 'expected.json'), 'utf8')) as { messages: Record<string, object> })
      .messages;
  it('the query is the golden one, to the letter of its values', () => {
    const ours = parseXml(serialize(writeExistenceQuery(query)));
    const strip = (n: XmlNode): unknown => ({
      name: n.name,
      ns: n.ns,
      attrs: { ...n.attrs },
      text: n.text.trim(),
      children: n.children.map(strip),
    });
    expect(strip(ours)).toEqual(strip(body(path.join(wire, 'messages/td0-2/01-request.xml'))));
  });

  it('the query validates against the schema', () => {
    const schema = XmlDocument.fromBuffer(readFileSync(path.join(wire, 'xsd/dmp-hl7v3.xsd')), {
      url: path.join(wire, 'xsd/dmp-hl7v3.xsd'),
    });
    const validator = XsdValidator.fromDoc(schema);
    try {
      const good = XmlDocument.fromString(serialize(writeExistenceQuery(query)));
      expect(() => validator.validate(good)).not.toThrow();
      good.dispose();
      const bad = XmlDocument.fromString(serialize(writeExistenceQuery(query)).replace('<statusCode code="new"/>', ''));
      expect(() => validator.validate(bad)).toThrow();
      bad.dispose();
    } finally {
      validator.dispose();
      schema.dispose();
    }
  });

  const answers = [
    'td0-2/01-response-found-valide-mt',
    'td0-2/02-response-authorization-expired',
    'td0-2/03-response-forbidden',
    'td0-2/04-response-closed',
    'td0-2/05-response-not-found',
    'td0-2/06-response-application-error',
    'td1-3a/01-response',
    'td0-5/01-response-two-matches',
    'td0-5/02-response-too-many',
    'td0-5/03-response-no-match',
    'td1-1/01-response-created',
    'td1-1/02-response-dmp-found',
    'td1-2/01-response-reactivated',
    'td1-2/02-response-dmp-found',
    'td1-3b/01-response-modified',
    'td1-4/01-response-closed',
    'td1-4/02-response-dmp-closed',
  ];
  it.each(answers)('%s', (name) => {
    const file = `messages/${name}.xml`;
    expect(listed(readExistenceAnswer(body(path.join(wire, file))))).toEqual(present(expected()[file]));
  });

  it('what expected.json does not list: the place of birth, and the use of a relative’s telecom', () => {
    const [patient] = readExistenceAnswer(body(path.join(wire, 'messages/td1-3a/01-response.xml'))).patients;
    expect(patient?.birthPlace).toEqual({ city: 'FICTIVA', country: 'France' });
    expect(patient?.relationships?.[0]?.telecom).toEqual([
      { value: 'tel:+33639980071', use: 'MC' },
      { value: 'mailto:ghjulia.s@courriel.invalid' },
    ]);
  });

  it('an answer names what it answers', () => {
    const request = body(path.join(wire, 'messages/td0-2/01-request.xml'));
    const ids = readAnsweredIds(body(path.join(wire, 'messages/td0-2/01-response-found-valide-mt.xml')));
    expect(ids.message).toEqual({ ...child(request, 'id')?.attrs });
    expect(ids.query).toEqual({ ...at(request, 'controlActProcess', 'queryByParameter', 'queryId')?.attrs });
    expect(ids.message).toEqual(query.messageId);
  });
});

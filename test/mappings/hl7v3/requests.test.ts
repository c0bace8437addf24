/** The requests on patients that are written: valid against the schemas, and shaped like the golden ones. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDemographicsQuery, type DemographicsQuery } from '../../../mappings/hl7v3/demographics.ts';
import { writeExistenceQuery } from '../../../mappings/hl7v3/existence.ts';
import type { MessageHead } from '../../../mappings/hl7v3/message.ts';
import { readPatient } from '../../../mappings/hl7v3/patient-read.ts';
import { writePerson } from '../../../mappings/hl7v3/patient-write.ts';
import { writeRegistration, type Registration } from '../../../mappings/hl7v3/registration.ts';
import { serialize, type Element } from '../../../mappings/xml/build.ts';
import { at, child, parseXml, type XmlNode } from '../../../mappings/xml/tree.ts';
import { schema } from '../../server/dmp/oracles.ts';
import { describeShared } from '../../support/shared.ts';

const lps = { oid: '2.16.840.1.113883.19.7601.3', name: 'LumiDUI Passerelle' };
const head = (extension: string, creationTime: string): MessageHead => ({
  messageId: { root: `${lps.oid}.1`, extension },
  creationTime,
  lps,
});
const queryId = (extension: string) => ({ root: `${lps.oid}.2`, extension });
const pdq = 'ipf/hl7v3/HL7V3/NE2008/multicacheschemas/PRPA_IN201305UV02.xsd';

const doctor = (code: string, label: string) => [
  { code: '10', system: '1.2.250.1.71.1.2.7', display: 'Médecin' },
  { code, system: '1.2.250.1.71.4.2.5', display: label },
];
const fauconnet: Registration['author'] = {
  personId: '899700307715',
  family: 'FAUCONNET',
  given: 'BENOÎT',
  roles: doctor('SM26', 'Médecine Générale'),
  structure: { id: '499700307715001', name: 'CABINET DU DR FAUCONNET' },
};
const maurel: Registration['author'] = {
  personId: '899700101233',
  family: 'MAUREL',
  given: 'HÉLÈNE',
  roles: doctor('SM18', 'Gériatrie'),
  structure: { id: '1990100109', name: 'EHPAD FICTIF LE VERGER' },
};
const oid = '1.2.250.1.213.1.4.10';
const ange = { prefix: 'M', usage: 'CAVALLINI', given: ['ANGE-TOUSSAINT'] };

/** What the golden requests say, typed from the story (shared/wire/README.md). */
const registrations: [file: string, MessageHead, Registration][] = [
  [
    'td1-1/01-request',
    head('41a1c0de-0001-4a11-8c11-0a0b0c0d1101', '20261021070001'),
    {
      reason: 'CREA_RD',
      patient: { value: '150027499020861', oid },
      person: {
        name: { prefix: 'M', usage: 'LEPRATE', given: ['MARCEL'] },
        telecom: [{ value: 'tel:+33465710010', use: 'HP' }],
        sex: 'M',
        birthDate: '19500218',
        address: {
          streetAddressLine: "14 impasse du Moulin d'Essai",
          postalCode: '38990',
          city: 'SAINT-FICTIF-LES-VALS',
          country: 'France',
        },
      },
      author: fauconnet,
      consentedOn: '20261021',
      oppositions: { breakGlass: false, regulation: true },
    },
  ],
  [
    'td1-2/01-request',
    head('52b2d1ef-0001-4b22-9d22-1b1c1d1e1201', '20261021080001'),
    {
      reason: 'REAC',
      patient: { value: '229072699003171', oid },
      person: { name: { prefix: 'Mme', usage: 'VERNOUX-LAMY', birth: 'LAMY', given: ['SOLANGE'] } },
      author: maurel,
      consentedOn: '20261021',
    },
  ],
  [
    'td1-3b/01-request',
    head('74d4f301-0001-4d44-9f44-3d3e3f401301', '20261021093001'),
    {
      reason: 'MODIF_DATA',
      patient: { value: '141112A99004563', oid },
      person: {
        name: ange,
        telecom: [
          { value: 'tel:+33465710020', use: 'HP' },
          { value: 'tel:+33639980020', use: 'MC' },
          { value: 'mailto:ange.c@courriel.invalid' },
        ],
        sex: 'M',
        birthDate: '19411103',
        address: {
          streetAddressLine: '27 traverse des Genêts',
          postalCode: '38991',
          city: 'VALMONT-SUR-ESSAI',
          country: 'France',
        },
      },
      author: fauconnet,
      oppositions: { breakGlass: true, regulation: false },
    },
  ],
  [
    'td1-4/01-request',
    head('85e50412-0001-4e55-8055-4e4f50511401', '20261021100001'),
    {
      reason: 'FERM',
      patient: { value: '141112A99004563', oid },
      person: { name: ange },
      author: fauconnet,
      motive: { code: 'FERMETURE_DEMANDE_PATIENT', text: 'Demande écrite reçue le 20 octobre 2026' },
    },
  ],
];

const demographics: [file: string, DemographicsQuery, creationTime: string][] = [
  ['01-request', { family: 'ROUSSELIN', sex: 'F', birthDate: '1936' }, '20261020221434'],
  ['02-request-direct', { family: 'MARTIN', city: 'VALMONT-SUR-ESSAI' }, '20261020222001'],
  [
    '03-request-air',
    { family: 'ZWARTBERG', given: 'AGATHE', sex: 'F', birthDate: '19440229', postalCode: '38990' },
    '20261020222501',
  ],
];

/** Everything but the display names, which are worded freely (wire README). */
const shape = (n: XmlNode): unknown => ({
  name: n.name,
  ns: n.ns,
  attrs: Object.fromEntries(Object.entries({ ...n.attrs }).filter(([k]) => k !== 'displayName')),
  text: n.text.trim(),
  children: n.children.map(shape),
});
const shapeOf = (e: Element): unknown => shape(parseXml(serialize(e)));

describe('a search by traits', () => {
  it.each<[string, DemographicsQuery]>([
    ['without a criterion', {}],
    ['with an empty name only', { family: '', given: '' }],
    ['with a birth date of FHIR', { family: 'X', birthDate: '1936-04-12' }],
    ['with a birth date cut short', { family: 'X', birthDate: '19' }],
  ])('%s is not written', (_, query) => {
    expect(() => writeDemographicsQuery(query, head('1', '20261020'), queryId('2'))).toThrow(RangeError);
  });
});

describeShared('requests on patients', (dir) => {
  const golden = (file: string): XmlNode =>
    child(parseXml(readFileSync(path.join(dir, 'wire/messages', `${file}.xml`))), 'Body')!.children[0]!;

  it('TD1.3a is the golden query', () => {
    const request = golden('td1-3a/01-request');
    const ours = writeExistenceQuery({
      ...head('63c3e2f0-0001-4c33-8e33-2c2d2e2f1301', '20261021090001'),
      queryId: queryId('63c3e2f0-0001-4c33-8e33-2c2d2e2f13a1'),
      patient: { value: '213052B99001288', oid },
      reason: 'CNSLT_DATA',
    });
    expect(shapeOf(ours)).toEqual(shape(request));
    expect(schema(dir, 'dmp-hl7v3.xsd')(serialize(ours))).toEqual([]);
  });

  it.each(demographics)('TD0.5 %s', (file, query, creationTime) => {
    const request = golden(`td0-5/${file}`);
    const idOf = (n: XmlNode | undefined): string => n!.attrs['extension']!;
    const ours = writeDemographicsQuery(
      query,
      head(idOf(child(request, 'id')), creationTime),
      queryId(idOf(at(request, 'controlActProcess', 'queryByParameter', 'queryId'))),
    );
    expect(shapeOf(ours)).toEqual(shape(request));
    expect(schema(dir, pdq)(serialize(ours))).toEqual([]);
    expect(schema(dir, pdq)(serialize(ours).replace('<statusCode code="new"/>', ''))).not.toEqual([]);
  });

  it.each(registrations)('%s', (file, at, registration) => {
    const ours = writeRegistration(registration, at);
    expect(shapeOf(ours)).toEqual(shape(golden(file)));
    expect(schema(dir, 'dmp-hl7v3.xsd')(serialize(ours))).toEqual([]);
  });

  it('representatives, place of birth and further lines are valid, and are read again as they were', () => {
    const facts = readPatient(
      at(golden('td1-3a/01-response'), 'controlActProcess', 'subject', 'registrationEvent', 'subject1', 'patient')!,
    );
    const { name, sex, birthDate, telecom, address, birthPlace, relationships } = facts;
    const person = { name: name!, sex, birthDate, telecom, address, birthPlace, relationships } as Parameters<
      typeof writePerson
    >[0];
    const message = writeRegistration({ ...registrations[2]![2], person }, registrations[2]![1]);
    expect(schema(dir, 'dmp-hl7v3.xsd')(serialize(message))).toEqual([]);
    const again = parseXml(
      `<patient xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${serialize(writePerson(person))}</patient>`,
    );
    const { identifiers: _, ...read } = readPatient(again);
    expect(read).toEqual(person);
    expect(relationships).toHaveLength(2);
  });
});

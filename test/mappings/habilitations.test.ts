/** TD0.3, TD1.6 and TD0.4: what is written is the golden request, what is read is understood or refused. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  readListAuthorization,
  readSetAuthorization,
  writeListAuthorization,
  writeSetAuthorization,
} from '../../mappings/habilitations.ts';
import { readPatientList, writePatientList } from '../../mappings/patient-list.ts';
import { serialize, type Element } from '../../mappings/xml/build.ts';
import { child, parseXml, type XmlNode } from '../../mappings/xml/tree.ts';
import { schema } from '../server/dmp/oracles.ts';
import { describeShared } from '../support/shared.ts';

const authorizations = (rows: string, status = '<status>DMPOk</status>'): XmlNode =>
  parseXml(
    `<listAuthorizationByPatientResponse xmlns="urn:si-dmp-habilitations"><output>${rows}${status}</output></listAuthorizationByPatientResponse>`,
  );
const row = (parts: Record<string, string | string[]>): string =>
  `<listOfAuthorizationByPatient>${Object.entries(parts)
    .flatMap(([name, texts]) => [texts].flat().map((t) => `<${name}>${t}</${name}>`))
    .join('')}</listOfAuthorizationByPatient>`;
const holder = { nationalId: '899700677158', nationalIdType: '1.2.250.1.71.4.2.1' };

describe('an authorisation that cannot be understood makes the list unreadable', () => {
  it.each<[string, Record<string, string>]>([
    ['no holder', { mode: 'ACTIVE' }],
    ['a number without its kind', { nationalId: '899700677158', mode: 'ACTIVE' }],
    ['a number of another kind', { ...holder, nationalIdType: '1.2.3', mode: 'ACTIVE' }],
    ['no mode', holder],
    ['a mode that is none', { ...holder, mode: 'TOUTE' }],
  ])('%s', (_, parts) => {
    expect(() => readListAuthorization(authorizations(row(parts)))).toThrow(RangeError);
  });
});

describe('an authorisation', () => {
  it('labels go with specialties by their place, when there are as many', () => {
    const two = { ...holder, codeSpeciality: ['G15_10/SM26', 'G15_60'], mode: 'ACTIVE' };
    const specialties = (parts: Record<string, string | string[]>) =>
      readListAuthorization(authorizations(row(parts))).rows[0]!.specialties;
    expect(specialties({ ...two, libSpeciality: ['Médecin', 'Infirmier'] })).toEqual([
      { code: 'G15_10/SM26', display: 'Médecin' },
      { code: 'G15_60', display: 'Infirmier' },
    ]);
    expect(specialties({ ...two, libSpeciality: 'Infirmier' })).toEqual([{ code: 'G15_10/SM26' }, { code: 'G15_60' }]);
  });

  it('an element of another namespace is not one of the answer', () => {
    const other = '<x:listOfAuthorizationByPatient xmlns:x="urn:x"/>';
    expect(readListAuthorization(authorizations(other)).rows).toEqual([]);
  });
});

describe('an answer without status is none', () => {
  it.each([
    ['no output', '<setAuthorizationResponse xmlns="urn:si-dmp-habilitations"/>'],
    ['no status', '<setAuthorizationResponse xmlns="urn:si-dmp-habilitations"><output/></setAuthorizationResponse>'],
    [
      'an empty status',
      '<setAuthorizationResponse xmlns="urn:si-dmp-habilitations"><output><status> </status></output></setAuthorizationResponse>',
    ],
  ])('%s', (_, xml) => {
    expect(() => readSetAuthorization(parseXml(xml))).toThrow(RangeError);
  });
});

describe('a row of the list of DMPs', () => {
  const list = (patient: string): XmlNode =>
    parseXml(
      `<patientListResponse xmlns="urn:si-dmp-patients"><output><patientlistData>${patient}</patientlistData><status>DMPOk</status></output></patientListResponse>`,
    );
  it('that names nobody makes the list unreadable', () => {
    expect(() => readPatientList(list('<lastName>X</lastName><MT>false</MT><message>false</message>'))).toThrow(
      RangeError,
    );
  });
});

describeShared('habilitations and patient list, as the golden messages have them', (dir) => {
  const shape = (n: XmlNode): unknown => ({
    ...n,
    attrs: { ...n.attrs },
    text: n.text.trim(),
    children: n.children.map(shape),
  });
  it.each<[string, Element]>([
    ['td0-3/01-request-add', writeSetAuthorization({ action: 'AJOUT' })],
    ['td0-3/02-request-add-medecin-traitant', writeSetAuthorization({ action: 'AJOUT', role: 'MEDECIN_TRAITANT' })],
    ['td0-3/03-request-remove', writeSetAuthorization({ action: 'SUPPRESSION' })],
    [
      'td0-3/05-request-remove-medecin-traitant',
      writeSetAuthorization({ action: 'SUPPRESSION', role: 'MEDECIN_TRAITANT' }),
    ],
    ['td1-6/01-request', writeListAuthorization('TOUTE')],
    ['td0-4/01-request', writePatientList({ since: '20261001000000', by: 'LASTDOC' })],
    [
      'td0-4/02-request-lastautorization',
      writePatientList({ since: '20261019220000', by: 'LASTAUTORIZATION', owner: '899700204581' }),
    ],
  ])('%s', (file, ours) => {
    const golden = child(parseXml(readFileSync(path.join(dir, 'wire/messages', `${file}.xml`))), 'Body')!.children[0]!;
    expect(shape(parseXml(serialize(ours)))).toEqual(shape(golden));
    expect(schema(dir, 'dmp-specific.xsd')(serialize(ours))).toEqual([]);
  });

  it('an empty query asks for everything, and is valid', () => {
    expect(schema(dir, 'dmp-specific.xsd')(serialize(writePatientList({})))).toEqual([]);
  });
});

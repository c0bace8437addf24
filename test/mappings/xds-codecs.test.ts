import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coding, concept, conceptString, scheme } from '../../mappings/codecs/coded.ts';
import { hash, size } from '../../mappings/codecs/content.ts';
import { dtm, dtmDate, instantFrom, intervalOf } from '../../mappings/codecs/dtm.ts';
import { compose, components, hd, hl7Text } from '../../mappings/codecs/hl7v2.ts';
import { cx, cxIdentifier, identifier, oidUri, samePatient } from '../../mappings/codecs/identifiers.ts';
import { patientInfo } from '../../mappings/codecs/patient-info.ts';
import { humanName, xad, xcn, xon, xpn, xtn } from '../../mappings/codecs/people.ts';
import { dtmDay, dtmSecond, oid, stripped, text } from './arbitraries.ts';

const optional = <T>(a: fc.Arbitrary<T>) => fc.option(a, { nil: undefined });
const authority = fc.record({ namespace: optional(text(8)), oid: optional(oid) }).map(stripped);

describe('HL7 v2', () => {
  it('escapes what separates, and gives any text back', () => {
    expect(hl7Text.encode('A^B&C|D~E\\')).toBe('A\\S\\B\\T\\C\\F\\D\\R\\E\\E\\');
    fc.assert(fc.property(fc.string(), (s) => void expect(hl7Text.decode(hl7Text.encode(s))).toBe(s)));
    fc.assert(fc.property(fc.string(), (s) => void expect(hl7Text.encode(s)).not.toMatch(/[|^&~]/)));
    expect(hl7Text.decode('\\X41\\')).toBe('\\X41\\');
  });

  it('numbers components from one', () => {
    expect(compose({ 1: 'a', 4: 'b', 6: undefined })).toBe('a^^^b');
    expect(components('a^^^b')(4)).toBe('b');
    expect(components('a')(4)).toBe('');
  });

  it('writes authorities as HD', () => {
    expect(hd.encode({ oid: '1.2' })).toBe('&1.2&ISO');
    expect(hd.encode({ namespace: 'N', oid: '1.2' })).toBe('N&1.2&ISO');
    expect(hd.decode('&example.org&DNS')).toEqual({});
  });
});

describe('composites: decode(encode(value)) is the value', () => {
  const id = text(10);
  const type = fc.constantFrom('NH', 'PI', 'IDNPS', 'urn:ihe:iti:xds:2013:order');
  it('CX', () => {
    const value = fc.record({ id, authority, type: optional(type), effective: optional(dtmDay) }).map(stripped);
    fc.assert(fc.property(value, (v) => void expect(cx.decode(cx.encode(v) ?? '')).toEqual(v)));
  });
  it('XCN', () => {
    const name = optional(text(10));
    const value = fc
      .record({
        id,
        family: name,
        given: name,
        furtherGiven: name,
        suffix: name,
        prefix: name,
        authority,
        nameType: optional(fc.constantFrom('D', 'U')),
        type: optional(type),
      })
      .map(stripped);
    fc.assert(fc.property(value, (v) => void expect(xcn.decode(xcn.encode(v) ?? '')).toEqual(v)));
  });
  it('XON', () => {
    const value = fc.record({ name: text(10), authority, type: optional(type), id: optional(id) }).map(stripped);
    fc.assert(fc.property(value, (v) => void expect(xon.decode(xon.encode(v) ?? '')).toEqual(v)));
  });
  it('XPN, XAD, XTN', () => {
    const name = fc
      .record({
        use: optional(fc.constantFrom('official', 'usual', 'maiden')),
        family: text(8),
        given: fc.option(fc.array(text(8), { minLength: 1, maxLength: 2 }), { nil: undefined }),
      })
      .map(stripped);
    fc.assert(fc.property(name, (v) => void expect(xpn.decode(xpn.encode(v) ?? '')).toEqual(v)));
    const address = fc
      .record({
        use: optional(fc.constantFrom('home', 'work')),
        line: optional(fc.array(text(8), { minLength: 1, maxLength: 2 })),
        city: text(8),
        postalCode: optional(text(5)),
        country: optional(text(3)),
      })
      .map(stripped);
    fc.assert(fc.property(address, (v) => void expect(xad.decode(xad.encode(v) ?? '')).toEqual(v)));
    const contact = fc.record({ system: fc.constantFrom('email', 'phone', 'fax', 'other'), value: text(10) });
    fc.assert(fc.property(contact, (v) => void expect(xtn.decode(xtn.encode(v) ?? '')).toEqual(v)));
  });
});

describe('the DMP’s own forms', () => {
  it('CX with a date, by id and authority', () => {
    const dated = '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH^^20261015';
    expect(cx.decode(dated)).toEqual({
      id: '236046999012376',
      authority: { oid: '1.2.250.1.213.1.4.10' },
      type: 'NH',
      effective: '20261015',
    });
    expect(samePatient(dated, '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH')).toBe(true);
    expect(samePatient(dated, '236046999012376^^^&1.2.250.1.213.1.4.8&ISO^NH')).toBe(false);
    expect(samePatient('', '')).toBe(false);
  });

  it('XCN of a professional, XON of a structure', () => {
    const wire = '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
    expect(xcn.decode(wire)).toEqual({
      id: '899700101233',
      family: 'MAUREL',
      given: 'HÉLÈNE',
      authority: { oid: '1.2.250.1.71.4.2.1' },
      nameType: 'D',
      type: 'IDNPS',
    });
    const structure = 'EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109';
    expect(xon.encode(xon.decode(structure) ?? {})).toBe(structure);
    expect(xon.decode('^^^')).toBeUndefined();
  });

  it('identifiers: RPPS, FINESS, SIRET become national ones; a system without OID is refused', () => {
    expect(identifier.encode({ system: 'https://rpps.esante.gouv.fr', value: '99700101233' })).toEqual({
      id: '899700101233',
      authority: { oid: '1.2.250.1.71.4.2.1' },
      type: 'IDNPS',
    });
    expect(identifier.encode({ system: 'https://finess.esante.gouv.fr', value: '990100109' })?.id).toBe('1990100109');
    const siret = { type: { coding: [{ code: 'SIRET' }] }, system: 'https://sirene.fr', value: '99910023300041' };
    expect(identifier.encode(siret)?.id).toBe('399910023300041');
    expect(identifier.encode({ system: 'http://example.org', value: '1' })).toBeUndefined();
    expect(identifier.encode({ system: 'urn:oid:1.2' })).toBeUndefined();
    expect(cxIdentifier.decode('A-1^^^ns&1.2&ISO^urn:ihe:iti:xds:2013:order')).toEqual({
      type: { coding: [{ system: 'urn:ietf:rfc:3986', code: 'urn:ihe:iti:xds:2013:order' }] },
      system: 'urn:oid:1.2',
      value: 'A-1',
      assigner: { display: 'ns' },
    });
  });

  it('unique ids are OIDs of at most 64 characters', () => {
    expect(oidUri.encode('urn:oid:1.2.250')).toBe('1.2.250');
    for (const wrong of [
      '1.2',
      'urn:oid:',
      'urn:oid:1.02',
      'urn:oid:3.1',
      `urn:oid:1.${'1'.repeat(63)}`,
      'urn:uuid:x',
    ]) {
      expect(oidUri.encode(wrong), wrong).toBeUndefined();
    }
  });

  it('hash and size', () => {
    expect(hash.decode('da39a3ee5e6b4b0d3255bfef95601890afd80709')).toBe('2jmj7l5rSw0yVb/vlWAYkK/YBwk=');
    expect(hash.encode('2jmj7l5rSw0yVb/vlWAYkK/YBwk=')).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
    for (const wrong of ['', 'AAAA', '2jmj7l5rSw0yVb/vlWAYkK/YBwk', '2jmj7l5rSw0yVb_vlWAYkK_YBwk='])
      expect(hash.encode(wrong), wrong).toBeUndefined();
    expect([size.decode('6329'), size.decode('07'), size.decode('99999999999'), size.encode(1.5)]).toEqual([
      6329,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('a name is given and further names', () => {
    expect(humanName.encode({ family: 'A', given: ['B', 'C', 'D'] })).toEqual({
      family: 'A',
      given: 'B',
      furtherGiven: 'C D',
    });
  });

  it('sourcePatientInfo', () => {
    const wire = [
      'PID-5|BASTIDE^ODETTE^^^^^L',
      'PID-5|ROUSSELIN^ODETTE^^^^^D',
      'PID-7|19360412',
      'PID-8|F',
      'PID-11|1 rue A^^VALMONT^^38990^FRA^H',
    ];
    const traits = patientInfo.decode(wire);
    expect(traits).toMatchObject({
      name: [{ use: 'official', family: 'BASTIDE' }, { use: 'usual' }],
      birthDate: '1936-04-12',
      gender: 'female',
    });
    expect(patientInfo.encode(traits)).toEqual(wire);
  });
});

describe('coded values', () => {
  it('a scheme comes back from its system, whatever it is', () => {
    const any = fc.oneof(
      oid,
      text(20),
      fc.constantFrom('1.2.250.1.213.1.1.4.1', 'URN', 'ASTM', '2.16.840.1.113883.5.25'),
    );
    fc.assert(fc.property(any, (s) => void expect(scheme.encode(scheme.decode(s) ?? '')).toBe(s)));
  });

  it('reads NOS URLs, OIDs and synonyms as one scheme', () => {
    const read = (system: string) => coding.encode({ system, code: 'N' })?.scheme;
    expect(read('http://terminology.hl7.org/CodeSystem/v3-Confidentiality')).toBe('2.16.840.1.113883.5.25');
    expect(read('urn:oid:2.16.840.1.113883.5.25')).toBe('2.16.840.1.113883.5.25');
    expect(read('http://nowhere.example')).toBeUndefined();
    expect(read('https://dmp-fhir.example/xds-coding-scheme/%')).toBeUndefined();
  });

  it('takes the first coding that XDS can say, and the text for its display', () => {
    const loinc = { system: 'http://loinc.org', code: '1' };
    expect(concept.encode({ coding: [{ system: 'http://nowhere.example', code: 'x' }, loinc], text: 'T' })).toEqual({
      code: '1',
      scheme: '2.16.840.1.113883.6.1',
      display: 'T',
    });
    expect(concept.encode({ text: 'T' })).toBeUndefined();
  });

  it('authorSpecialty', () => {
    const wire = 'G15_10/SM26^Médecin - Qualifié^1.2.250.1.213.1.1.4.5';
    const value = conceptString.decode(wire);
    expect(value?.coding?.[0]).toMatchObject({ code: 'G15_10/SM26', display: 'Médecin - Qualifié' });
    expect(conceptString.encode(value ?? {})).toBe(wire);
    expect(conceptString.encode({ text: 'Cadre' })).toBe('Cadre');
  });
});

describe('DTM', () => {
  it.each([
    ['2026', '2026'],
    ['202610', '2026-10'],
    ['20261015', '2026-10-15'],
    ['2026101511', '2026-10-15T11:00:00Z'],
    ['20261015115500', '2026-10-15T11:55:00Z'],
    ['20261015115500.25', '2026-10-15T11:55:00.25Z'],
    ['20261015115500+0200', '2026-10-15T11:55:00+02:00'],
    ['20240229', '2024-02-29'],
  ])('%s is %s', (wire, fhir) => expect(dtm.decode(wire)).toBe(fhir));

  it.each(['', '20260229', '20261301', '20261015240000', '20261015116000', '2026-10-15', '202', 'demain'])(
    '%s is no time',
    (wire) => expect(dtm.decode(wire)).toBeUndefined(),
  );

  it.each([
    ['2026-10-15', '20261015'],
    ['2026-10-15T13:55:00+02:00', '20261015115500'],
    ['2026-10-15T23:30:00.999-05:00', '20261016043000'],
  ])('%s is written %s, in UTC to the second', (fhir, wire) => expect(dtm.encode(fhir)).toBe(wire));

  it('to the second, to the day: the identity', () => {
    fc.assert(fc.property(fc.oneof(dtmSecond, dtmDay), (d) => void expect(dtm.encode(dtm.decode(d) ?? '')).toBe(d)));
  });

  it('no time of day for a birth date', () => {
    expect([
      dtmDate.decode('19360412'),
      dtmDate.decode('193604121030'),
      dtmDate.encode('1936-04-12T10:00:00Z'),
    ]).toEqual(['1936-04-12', undefined, undefined]);
  });

  it('intervals and instants', () => {
    const at = (s: string) => intervalOf(s);
    expect(at('2026-10')).toEqual({ start: Date.UTC(2026, 9), end: Date.UTC(2026, 10) });
    expect(at('2026-10-15T11:55:00+02:00')).toEqual({
      start: Date.UTC(2026, 9, 15, 9, 55),
      end: Date.UTC(2026, 9, 15, 9, 55, 1),
    });
    expect(at('x')).toBeUndefined();
    expect([instantFrom('2026-10-15'), instantFrom('2026-10-15T11:55:00+02:00')]).toEqual([
      '2026-10-15T00:00:00Z',
      '2026-10-15T11:55:00+02:00',
    ]);
  });
});

import type { Patient } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { insInForce, insOfPatient, localsOfPatient, replacedBy } from '../../../mappings/identity/identifiers.ts';
import { patients } from '../../support/resources.ts';

const nir = { use: 'official' as const, system: 'urn:oid:1.2.250.1.213.1.4.8', value: patients.P1.ins };
const nia = { use: 'temp' as const, system: 'urn:oid:1.2.250.1.213.1.4.9', value: patients.P2.ins };
const insc = { system: 'urn:oid:1.2.250.1.213.1.4.2', value: '0944009023609680323697' };
const domain = 'urn:oid:2.16.840.1.113883.19.7602.9';
const of = (...identifier: NonNullable<Patient['identifier']>): Patient => ({ resourceType: 'Patient', identifier });

describe('the identifiers of a Patient', () => {
  it('a NIR stands before a NIA, what is old is history, an INS-C is no INS', () => {
    expect(insOfPatient(of(nia, nir))).toEqual({ value: patients.P1.ins, oid: '1.2.250.1.213.1.4.8' });
    expect(insOfPatient(of(nia))).toEqual({ value: patients.P2.ins, oid: '1.2.250.1.213.1.4.9' });
    expect(insOfPatient(of({ ...nir, use: 'old' }, nia))?.value).toBe(patients.P2.ins);
    expect(insOfPatient(of(insc, { ...nir, use: 'old' }))).toBeUndefined();
  });

  it('two INS in force are two, the same one twice is one', () => {
    expect(insInForce(of(nir, { ...nir, value: patients.P2.ins })).map((i) => i.index)).toEqual([0, 1]);
    expect(insInForce(of(insc, nir, { ...nir, use: 'secondary' }))).toHaveLength(1);
  });

  it('the establishment’s own are those of its domains', () => {
    const ipp = { system: domain, value: ' 42 ' };
    expect(localsOfPatient(of(nir, ipp, { ...ipp, use: 'old' }, { system: domain }), [domain])).toEqual([
      { system: domain, value: '42' },
    ]);
    expect(localsOfPatient(of(ipp), ['urn:oid:2.999'])).toEqual([]);
  });

  it('the one that took its place', () => {
    const other = { identifier: { system: domain, value: '43' } };
    expect(replacedBy({ resourceType: 'Patient', link: [{ type: 'seealso', other }] })).toBeUndefined();
    expect(replacedBy({ resourceType: 'Patient', link: [{ type: 'replaced-by', other }] })).toEqual(other);
  });
});

/** The committed tables are the published nomenclatures: same members, same associations, displays of the nomenclature. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { classOfType, formatOfMedia, formatOfTemplates } from '../../../mappings/terminology/associations.ts';
import { oidToSystem, sameSystem, schemes, systemToOid } from '../../../mappings/terminology/systems.ts';
import {
  displayOf,
  isMember,
  schemeOf,
  valueSets,
  type ValueSetName,
} from '../../../mappings/terminology/valuesets.ts';
import { describeShared } from '../../support/shared.ts';

interface Nomenclature {
  oid: string;
  version: string | null;
  concepts: { system: string; oid?: string; code: string; display: string }[];
  groups: { source: string; target: string; elements: { code: string; target: string }[] }[];
}

describe('code systems', () => {
  it('are named by URL and OID, both ways', () => {
    expect(systemToOid('http://loinc.org')).toBe('2.16.840.1.113883.6.1');
    expect(oidToSystem('1.2.250.1.213.1.1.4.1')).toBe(
      'https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument',
    );
    expect(oidToSystem('URN')).toContain('TRE_A10');
    expect(systemToOid(oidToSystem('ASTM'))).toBe('ASTM');
  });

  it('unknown ones go through untouched, and unknown URLs are not guessed', () => {
    expect(oidToSystem('1.2.3.4')).toBe('urn:oid:1.2.3.4');
    expect(systemToOid('urn:oid:1.2.3.4')).toBe('1.2.3.4');
    expect(systemToOid(oidToSystem('Connect-a-thon formatCodes'))).toBe('Connect-a-thon formatCodes');
    expect(systemToOid('https://example.org/codes')).toBeUndefined();
    expect(systemToOid('urn:oid:1.02.3')).toBeUndefined();
  });

  it('confidentiality has three spellings', () => {
    const nos = oidToSystem(schemes.confidentiality);
    expect(nos).toContain('TRE_A08');
    for (const other of [
      'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
      `urn:oid:${schemes.confidentiality}`,
    ]) {
      expect(systemToOid(other)).toBe(schemes.confidentiality);
      expect(sameSystem(nos, other)).toBe(true);
    }
    expect(sameSystem(nos, 'http://loinc.org')).toBe(false);
  });
});

describe('associations', () => {
  it('class follows from type: the DMP table first, the CI-SIS table where it is silent', () => {
    expect(classOfType('83981-1', schemes.loinc)).toEqual({
      code: '10',
      scheme: schemes.class,
      display: 'Compte rendu',
    });
    expect(classOfType('60280-5', schemes.loinc)?.code).toBe('11'); // X04 only
    expect(classOfType('E1762', 'ASTM')).toMatchObject({ code: 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1', scheme: 'URN' });
  });

  it('a type without class, or under another code system, has none', () => {
    expect(classOfType('101881-1', schemes.loinc)).toBeUndefined();
    expect(classOfType('83981-1', schemes.type)).toBeUndefined();
  });

  it('format follows from media type and from templateIds', () => {
    expect(formatOfMedia('application/pdf')).toMatchObject({
      code: 'urn:ihe:iti:xds-sd:pdf:2008',
      scheme: schemes.format,
    });
    expect(formatOfMedia('text/plain; charset=utf-8')?.code).toBe('urn:ihe:iti:xds-sd:text:2008');
    expect(formatOfMedia('image/png')).toBeUndefined();
    expect(formatOfTemplates(['2.16.840.1.113883.2.8.2.1', '1.2.250.1.213.1.1.1.29'])).toMatchObject({
      code: 'urn:asip:ci-sis:ldl-ses:2017',
      scheme: schemes.formatFrance,
    });
    expect(formatOfTemplates(['1.3.6.1.4.1.19376.1.2.20'])).toBeUndefined();
  });
});

describeShared('the published nomenclatures', (dir) => {
  const load = (name: string): Nomenclature => {
    const folder = path.join(dir, 'terminology');
    const file = readdirSync(folder).find((f) => f.startsWith(`${name}-`));
    if (!file) throw new Error(`${name} missing`);
    return JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Nomenclature;
  };
  const scheme = (c: { system: string; oid?: string }): string => c.oid ?? (systemToOid(c.system) as string);

  it.each(Object.keys(valueSets) as ValueSetName[])('JDV_%s: same version and members', (name) => {
    const all = load(`JDV_${name}`);
    expect(valueSets[name]).toMatchObject({ oid: all.oid, version: all.version });
    const ours = [...valueSets[name].codes].flatMap(([oid, codes]) => [...codes].map((code) => `${oid}|${code}`));
    expect(ours.sort()).toEqual(all.concepts.map((c) => `${scheme(c)}|${c.code}`).sort());
    for (const c of all.concepts) {
      expect(isMember(name, c.code, scheme(c))).toBe(true);
      expect(systemToOid(c.system)).toBe(scheme(c));
    }
    expect(isMember(name, 'NO-SUCH-CODE', schemes.loinc)).toBe(false);
  });

  it('every code of every table has the display of one of its sources', () => {
    const known = new Map<string, Set<string>>();
    for (const name of [
      ...Object.keys(valueSets).map((n) => `JDV_${n}`),
      'TRE_A00',
      'TRE_A01',
      'TRE_A03',
      'TRE_A07',
      'TRE_G15',
      'TRE_R01',
      'TRE_R02',
    ]) {
      const all = load(name);
      for (const c of all.concepts) {
        const key = `${scheme(c)}|${c.code}`;
        known.set(key, (known.get(key) ?? new Set()).add(c.display));
      }
    }
    for (const [key, displays] of known) {
      const [oid, code] = key.split('|') as [string, string];
      expect(displays, key).toContain(displayOf(code, oid));
    }
    expect(known.size).toBeGreaterThan(1000);
  });

  it('a code that one scheme holds is found without its scheme', () => {
    expect(schemeOf('J66', '83981-1')).toBe(schemes.loinc);
    expect(schemeOf('J66', 'SYNTH')).toBe(schemes.type);
    expect(schemeOf('J66', 'nothing')).toBeUndefined();
  });

  it('class of every type is what X16, then X04 say', () => {
    const expected = new Map<string, string>();
    for (const name of ['ASS_X04', 'ASS_X16'])
      for (const g of load(name).groups)
        for (const e of g.elements) expected.set(`${systemToOid(g.source) ?? ''}|${e.code}`, e.target);
    for (const [key, target] of expected) {
      const [oid, code] = key.split('|') as [string, string];
      expect(classOfType(code, oid)?.code, key).toBe(target);
    }
    const without = [...valueSets.J66.codes].flatMap(([oid, codes]) => [...codes].filter((c) => !classOfType(c, oid)));
    expect(without).toEqual(['101881-1']);
  });

  it('formats are what A11 and A12 say', () => {
    for (const g of load('ASS_A11').groups.filter((each) => !each.source.includes('NonStructure')))
      for (const e of g.elements)
        expect(formatOfTemplates([e.code]), e.code).toMatchObject({ code: e.target, scheme: systemToOid(g.target) });
    for (const g of load('ASS_A12').groups)
      for (const e of g.elements) expect(formatOfMedia(e.code)?.code).toBe(e.target);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkIns,
  hasRightKey,
  holdsIns,
  inscOid,
  insFromCx,
  insFromToken,
  insKey,
  insOids,
  insToCx,
  isInsOid,
  withoutIns,
} from '../../mappings/ins.ts';
import { describeShared } from '../support/shared.ts';

const keys = (issues: { key: string; severity?: string }[]): string[] =>
  issues.map((i) => `${i.key}:${i.severity ?? 'error'}`);

describe('a text', () => {
  it.each([
    '236046999012376',
    '2360469990123',
    '2 36 04 69 990 123 76',
    '2\u00a036\u00a004\u00a069\u00a0990\u00a0123\u00a076',
    '2\u202f36\u202f04\u202f69\u202f990\u202f123\u202f76',
    '2-36-04-69-990-123-76',
    '2–36–04–69–990–123–76',
    '141112a99004563',
  ])('in which %s stands has it taken out', (ins) => {
    expect(holdsIns(`INS ${ins}.`)).toBe(true);
    expect(withoutIns(`INS ${ins}.`)).toBe('INS ….');
  });

  it.each(['1.2.250.1.213.1.4.10', '20261128101530', '2.16.840.1.113883.19.7601.3.40', '12345678901234567890'])(
    'with %s is left as it is',
    (other) => expect(withoutIns(other)).toBe(other),
  );

  it('with a UUID that is built like one keeps it, and nothing beside it', () => {
    const uuid = 'd396f7b3-24f2-4b9c-a710-4026375839d1';
    for (const given of [uuid, uuid.toUpperCase(), `urn:uuid:${uuid}`, `ward-1-${uuid}`, `Task/${uuid}/_history/1`])
      expect(withoutIns(given)).toBe(given);
    expect(withoutIns(`${uuid} 236046999012376`)).toBe(`${uuid} …`);
    expect(withoutIns(`236046999012376-${uuid}`)).toBe(`…-${uuid}`);
    // Neither the version nor the variant of a UUID, or more than one.
    for (const other of [uuid.replace('-4b9c', '-0b9c'), uuid.replace('-a710', '-c710'), `a${uuid}`, `${uuid}0`])
      expect(holdsIns(other), other).toBe(true);
  });
});

describe('INS', () => {
  it('a wrong key is an error under the real authorities, a warning under the test ones', () => {
    const wrong = '236046999012377';
    for (const oid of [insOids.nir, insOids.nia])
      expect(keys(checkIns({ value: wrong, oid }, 'production'))).toEqual(['ins-key:error']);
    for (const oid of [insOids.test, insOids.demo])
      expect(keys(checkIns({ value: wrong, oid }, 'test'))).toEqual(['ins-key:warning']);
    expect(checkIns({ value: '236046999012376', oid: insOids.test }, 'test')).toEqual([]);
  });

  it('test authorities are refused in production; INS-C is no authority of an INS', () => {
    const value = '236046999012376';
    expect(keys(checkIns({ value, oid: insOids.test }, 'production'))).toEqual(['ins-environment:error']);
    expect(keys(checkIns({ value, oid: insOids.demo }, 'production'))).toEqual(['ins-environment:error']);
    expect(checkIns({ value, oid: insOids.nir }, 'production')).toEqual([]);
    expect(keys(checkIns({ value, oid: inscOid }, 'test'))).toEqual(['ins-oid:error']);
    expect(isInsOid(inscOid)).toBe(false);
  });

  it('13 characters, letters elsewhere than in a Corsican department, and other lengths are no form of an INS', () => {
    for (const value of [
      '2360469990123',
      'A36046999012376',
      '2360469C9012376',
      '23604699901237',
      '2360469990123760',
      '',
    ])
      expect(keys(checkIns({ value, oid: insOids.test }, 'test')), value).toEqual(['ins-format:error']);
  });

  it('no issue tells the INS', () => {
    const value = '236046999012377';
    for (const oid of [...Object.values(insOids), inscOid, '1.2.3'])
      for (const environment of ['test', 'production'] as const)
        expect(JSON.stringify(checkIns({ value, oid }, environment))).not.toContain(value);
  });

  it('reads tokens and CX, and writes the CX that it reads', () => {
    expect(insFromToken('urn:oid:1.2.250.1.213.1.4.10', ' 141112a99004563')).toEqual({
      value: '141112A99004563',
      oid: insOids.test,
    });
    expect(insFromToken('urn:oid:1.2.250.1.213.1.4.2', '1')).toBeUndefined();
    expect(insFromCx('236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH^^20200101')).toEqual({
      value: '236046999012376',
      oid: insOids.test,
    });
    expect(insFromCx('R-000471^^^&2.16.840.1.113883.19.7601.3.9&ISO^PI')).toBeUndefined();
    fc.assert(
      fc.property(
        fc.stringMatching(/^[12][0-9]{4}(2[AB]|[0-9]{2})[0-9]{6}$/),
        fc.constantFrom(...Object.values(insOids)),
        (n, oid) => {
          const ins = { value: n + insKey(n), oid };
          expect(hasRightKey(ins.value)).toBe(true);
          expect(insFromCx(insToCx(ins))).toEqual(ins);
          expect(checkIns(ins, 'test')).toEqual([]);
        },
      ),
    );
  });
});

describeShared('INS vectors', (dir) => {
  const vectors = (): { oids: Record<string, string>; valid: string[]; invalid: string[] } =>
    JSON.parse(readFileSync(path.join(dir, 'data/ins-vectors.json'), 'utf8')) as ReturnType<typeof vectors>;

  it('all valid ones have a right key, no invalid one has', () => {
    expect(vectors().valid.filter((v) => !hasRightKey(v))).toEqual([]);
    expect(vectors().invalid.filter((v) => hasRightKey(v))).toEqual([]);
    expect(vectors().valid.length).toBeGreaterThan(20);
  });

  it('the OIDs are those of the référentiel', () => {
    expect([insOids.nir, insOids.nia, insOids.test, insOids.demo, inscOid]).toEqual(Object.values(vectors().oids));
  });
});

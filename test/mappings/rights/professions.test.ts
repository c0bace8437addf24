/** Which roles a VIHF carries: for every profession of JDV_J65, and for those that a deployer adds. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errors } from '../../../mappings/errors.ts';
import {
  ownProfessions,
  parseProfessions,
  professionOf,
  vihfRoles,
  type RoleProblem,
} from '../../../mappings/rights/professions.ts';
import type { Role } from '../../../mappings/terminology/profession.ts';
import '../../support/fast-check.ts';
import { describeShared } from '../../support/shared.ts';

const g15 = '1.2.250.1.71.1.2.7';
const r01 = '1.2.250.1.71.4.2.5';
const g05 = '1.2.250.1.71.4.2.6';
const r85 = '1.2.250.1.213.1.6.1.107';
const r291 = '1.2.250.1.213.1.6.1.140';
const a00 = '1.2.250.1.213.1.1.4.6';
const role = (system: string, code: string, display = 'comme le dit le jeton'): Role => ({ system, code, display });
const codes = (roles: readonly Role[]): string[] | RoleProblem => {
  const said = vihfRoles(roles);
  return typeof said === 'string' ? said : said.roles.map((r) => r.code);
};

describe('the roles of a VIHF', () => {
  it.each<[string, Role[], string[] | RoleProblem]>([
    ['a nurse says the profession', [role(g15, '60')], ['60']],
    ['a nurse may say a role in the care', [role(g15, '60'), role(r85, '353')], ['60', '353']],
    ['a nurse’s own specialty stays out', [role(g15, '60'), role(r01, 'SI01')], ['60']],
    ['a function and a kind of activity stay out', [role(g15, '60'), role('1.2.250.1.213.1.6.1.17', 'FON-33')], ['60']],
    ['a doctor says the specialty', [role(g15, '10'), role(r01, 'SM18')], ['10', 'SM18']],
    ['a specialty that is younger than the terminology goes out', [role(g15, '10'), role(r01, 'SM99')], ['10', 'SM99']],
    ['a doctor’s role comes third', [role(g15, '10'), role(r85, '353'), role(r01, 'SM18')], ['10', 'SM18', '353']],
    ['a doctor without specialty', [role(g15, '10')], 'specialty'],
    ['a doctor with a pharmacist’s section', [role(g15, '10'), role(g05, 'A')], 'specialty'],
    ['a doctor with two specialties', [role(g15, '10'), role(r01, 'SM18'), role(r01, 'SM26')], 'roles'],
    ['a pharmacist says the section', [role(g15, '21'), role(g05, 'A')], ['21', 'A']],
    ['a pharmacist without section', [role(g15, '21')], 'section'],
    ['a pharmacist with a specialty', [role(g15, '21'), role(r01, 'SCH51')], 'section'],
    ['who is known by a role says it', [role(r291, '99'), role(r85, '312')], ['99', '312']],
    ['who is known by a role and says none', [role(r291, '99')], 'care-role'],
    ['an automaton says that it is one', [role(a00, 'AUTOMATE')], ['AUTOMATE']],
    ['an automaton takes no role in the care', [role(a00, 'AUTOMATE'), role(r85, '353')], ['AUTOMATE']],
    ['nobody', [], 'role'],
    ['four roles', [role(g15, '10'), role(r01, 'SM18'), role(r85, '353'), role(r85, '312')], 'role'],
    ['a specialty alone', [role(r01, 'SM18')], 'profession'],
    ['a profession that is none', [role(g15, '11')], 'profession'],
    ['a profession of another system', [role('1.2.3', '60')], 'profession'],
    ['two professions', [role(g15, '60'), role(g15, '50')], 'roles'],
    ['a role of a system that nobody knows', [role(g15, '60'), role('1.2.3', 'X')], 'roles'],
  ])('%s', (_, roles, expected) => {
    expect(codes(roles)).toEqual(expected);
  });

  it('are labelled by the terminology, not by the token', () => {
    const said = vihfRoles([role(g15, '10', 'Directeur'), role(r01, 'SM18', 'Tout'), role(r85, '312', 'Rien')]);
    expect(said).toMatchObject({
      roles: [{ display: 'Médecin' }, { display: 'Gériatrie (SM)' }, { display: 'Autre professionnel' }],
    });
  });

  it('are of one to three, the profession first, never two of a system, whatever is given', () => {
    const systems = [g15, r01, g05, r85, r291, a00, '1.2.250.1.213.1.6.1.17', '1.2.3'];
    const some = fc.constantFrom('10', '21', '60', '99', 'SM18', 'A', '312', 'AUTOMATE', 'FON-33');
    const any = fc.record({ system: fc.constantFrom(...systems), code: some, display: fc.string() });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), (roles) => {
        const said = vihfRoles(roles);
        if (typeof said === 'string') {
          expect(errors).toHaveProperty(`dmp-rights-${said}`);
          return;
        }
        const [first, ...rest] = said.roles;
        expect(professionOf(ownProfessions, first)).toBe(said.profession);
        expect(new Set(said.roles.map((r) => r.system)).size).toBe(said.roles.length);
        for (const { system, code } of rest) expect(roles).toContainEqual(expect.objectContaining({ system, code }));
      }),
      { numRuns: 2000 },
    );
  });
});

describeShared('the published JDV_J65', (dir) => {
  const { concepts } = JSON.parse(readFileSync(path.join(dir, 'terminology/JDV_J65-SubjectRole-DMP.json'), 'utf8')) as {
    concepts: { oid: string; code: string; display: string }[];
  };

  it('has each of the professions under its label, and they are all that can stand first', () => {
    const firsts = new Set([g15, a00, r291, '1.2.250.1.213.1.6.1.109', '1.2.250.1.213.1.6.1.4']);
    const published = concepts.filter((c) => firsts.has(c.oid));
    expect(published.length).toBe(52);
    expect([...ownProfessions.values()].map(({ system: oid, code, display }) => ({ oid, code, display }))).toEqual(
      expect.arrayContaining(published.map(({ oid, code, display }) => ({ oid, code, display }))),
    );
    expect(ownProfessions.size).toBe(published.length);
  });
});

describe('the deployer’s file', () => {
  const file = (...professions: object[]) => ({ version: '2026-10', source: 'Notre annuaire', professions });
  const psychologist = { code: '93', system: g15, display: 'Psychologue' };

  it('adds a profession, which says a role if it has one', () => {
    const added = professionOf(parseProfessions(file(psychologist)), role(g15, '93'));
    expect(vihfRoles([role(g15, '93')])).toBe('profession');
    expect(vihfRoles([role(g15, '93'), role(r85, '353')], added)).toMatchObject({
      roles: [psychologist, { code: '353' }],
    });
  });

  it('takes the place of a profession of ours', () => {
    const [added] = parseProfessions(
      file({ code: '60', system: g15, display: 'Infirmier', specialty: 'TRE_R01', careRole: 'never' }),
    ).values();
    expect(vihfRoles([role(g15, '60')], added)).toBe('specialty');
    expect(vihfRoles([role(g15, '60'), role(r01, 'SI01'), role(r85, '353')], added)).toMatchObject({
      roles: [{ code: '60' }, { code: 'SI01' }],
    });
  });

  it('is as the page shows it', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/professions.md'), 'utf8');
    const example: unknown = JSON.parse(/```json\n(.*?)```/s.exec(page)![1]!);
    expect([...parseProfessions(example).values()].map((p) => [p.code, p.careRole, p.automaton])).toEqual([
      ['93', 'optional', undefined],
      ['LOGICIEL_DUI', 'never', true],
    ]);
  });

  it('a row lends itself to no other profession', () => {
    const [added] = parseProfessions(file(psychologist)).values();
    expect(vihfRoles([role(g15, '11')], added)).toBe('profession');
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', [], /the file/],
    ['no version', { source: 'x', professions: [] }, /version/],
    ['another member', { ...file(), more: 1 }, /the file/],
    ['another member of a row', file({ ...psychologist, allow: true }), /professions\.0/],
    ['a system with a prefix', file({ ...psychologist, system: `urn:oid:${g15}` }), /professions\.0\.system/],
    ['a specialty as a profession', file({ ...psychologist, system: r01 }), /professions\.0\.system/],
    ['a specialty of an unknown system', file({ ...psychologist, specialty: 'TRE_R85' }), /professions\.0\.specialty/],
    ['a code with a blank', file({ ...psychologist, code: '9 3' }), /professions\.0\.code/],
    ['a label that ends a line', file({ ...psychologist, display: 'a\nb' }), /professions\.0\.display/],
    ['an automaton with roles', file({ ...psychologist, automaton: true }), /professions\.0: an automaton/],
    ['the same profession twice', file(psychologist, psychologist), /professions\.1: the profession/],
  ])('with %s is refused by its place', (_, json, place) => {
    expect(() => parseProfessions(json)).toThrow(place);
    expect(() => parseProfessions(json)).toThrow(RangeError);
  });
});

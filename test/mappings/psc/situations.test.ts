/** Userinfo of Pro Santé Connect → situations d'exercice: what is read, what falls back on what, what is refused. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { situationsOf, type Situation } from '../../../mappings/psc/situations.ts';
import { readUserinfo } from '../../../mappings/psc/userinfo.ts';
import { parseProfessions } from '../../../mappings/rights/professions.ts';
import { describeShared } from '../../support/shared.ts';

const G15 = '1.2.250.1.71.1.2.7';
const R01 = '1.2.250.1.71.4.2.5';
const G05 = '1.2.250.1.71.4.2.6';
const person = { sub: 'f:1:899700101233', SubjectNameID: '899700101233', family_name: 'MAUREL', given_name: 'HELENE' };
const of = (more: object): Situation[] => situationsOf(readUserinfo({ ...person, ...more }));
const exercises = (...exercices: object[]): Situation[] => of({ SubjectRefPro: { exercices } });
const codes = ({ roles }: Situation) => roles.map(({ system, code }) => `${system} ${code}`);
const refusal = (read: () => unknown): unknown => {
  try {
    read();
    return 'accepted';
  } catch (e) {
    return e instanceof IssueError ? [e.issues[0]!.key, e.issues[0]!.values!['reason']] : e;
  }
};

describe('roles', () => {
  it.each<[string, object, string[]]>([
    ['a physician: the savoir-faire', { codeProfession: '10', codeSavoirFaire: 'SM26' }, [`${G15} 10`, `${R01} SM26`]],
    [
      'a pharmacist: the section, of the activity',
      { codeProfession: '21', codeSavoirFaire: 'SP01', activities: [{ codeSectionPharmacien: 'A' }] },
      [`${G15} 21`, `${G05} A`],
    ],
    ['a nurse: the profession alone', { codeProfession: '60', codeSavoirFaire: 'SM26' }, [`${G15} 60`]],
    [
      'a physician without savoir-faire keeps the profession',
      { codeProfession: '10', codeSavoirFaire: '' },
      [`${G15} 10`],
    ],
    [
      'somebody without health profession: the role in the care, of the activity',
      { codeProfession: '99', activities: [{ codeRole: '312' }] },
      ['1.2.250.1.213.1.6.1.140 99', '1.2.250.1.213.1.6.1.107 312'],
    ],
    [
      'a nurse says no role that is not asked for',
      { codeProfession: '60', activities: [{ codeRole: 'FON-01' }] },
      [`${G15} 60`],
    ],
    ['a code that no list has stays as it is', { codeProfession: '999' }, [`${G15} 999`]],
    ['a social profession is of its own list', { codeProfession: '47' }, ['1.2.250.1.213.1.6.1.4 47']],
  ])('%s', (_, exercise, expected) => {
    expect(exercises(exercise).map(codes)).toEqual([expected]);
  });

  it('are labelled by the terminology', () => {
    expect(exercises({ codeProfession: '10', codeSavoirFaire: 'SM26' })[0]!.roles.map((r) => r.display)).toEqual([
      'Médecin',
      expect.stringContaining('général') as unknown,
    ]);
  });

  it('a profession that the deployer added asks for what the deployer says', () => {
    const added = parseProfessions({
      version: '1',
      source: 'x',
      professions: [{ code: '60', system: G15, display: 'Infirmier', specialty: 'TRE_R01' }],
    });
    const info = readUserinfo({
      ...person,
      SubjectRefPro: { exercices: [{ codeProfession: '60', codeSavoirFaire: 'SI01' }] },
    });
    expect(situationsOf(info, added).map(codes)).toEqual([[`${G15} 60`, `${R01} SI01`]]);
  });
});

describe('the structure', () => {
  const ids = (activity: object) => exercises({ codeProfession: '60', activities: [activity] })[0]!.structureIds;
  it.each<[string, object, string[]]>([
    [
      'all its numbers, best first',
      {
        numeroSiretSite: '33917228810005',
        numeroFinessSite: '380000001',
        numeroFinessetablissementJuridique: '380000002',
        ancienIdentifiantDeLaStructure: '10B0127189',
      },
      ['10B0127189', '1380000001', '1380000002', '333917228810005'],
    ],
    ['none, as often', { numeroSiretSite: '', numeroFinessSite: null }, []],
    ['a Corsican FINESS', { numeroFinessSite: '2a0000001' }, ['12A0000001']],
    ['not what has not the form of one', { numeroFinessSite: '123', numeroSiretSite: '38000000' }, []],
    ['each once', { numeroFinessSite: '990100109', ancienIdentifiantDeLaStructure: '1990100109' }, ['1990100109']],
  ])('%s', (_, activity, expected) => {
    expect(ids(activity)).toEqual(expected);
  });

  it('has the name of its site, or its sign', () => {
    const named = (activity: object) => exercises({ codeProfession: '60', activities: [activity] })[0]!.structureName;
    expect(named({ raisonSocialeSite: ' EHPAD ', enseigneCommercialeSite: 'X' })).toBe('EHPAD');
    expect(named({ raisonSocialeSite: '', enseigneCommercialeSite: 'X' })).toBe('X');
    expect(named({})).toBeUndefined();
  });
});

describe('situations', () => {
  it('are one for each activity, and one for an exercise without', () => {
    const found = exercises(
      { codeProfession: '10', nomDexercice: 'DURAND', activities: [{ codeSecteurDactivite: 'SA07' }, {}] },
      { codeProfession: '60', activities: [] },
      { codeProfession: '70' },
    );
    expect(found.map(({ id, family, sector }) => [id, family, sector])).toEqual([
      ['0.0', 'DURAND', 'SA07'],
      ['0.1', 'DURAND', undefined],
      ['1', 'MAUREL', undefined],
      ['2', 'MAUREL', undefined],
    ]);
  });

  it('without exercises there is the one of the Subject… members', () => {
    const subject = {
      SubjectRole: ['10^1.2.250.1.213.1.1.5.5', 'SM26^1.2.250.1.213.1.1.5.5'],
      Secteur_Activite: 'SA17^1.2.250.1.71.4.2.4',
      SubjectOrganization: 'EHPAD',
      SubjectOrganizationID: '1990100109',
    };
    const expected = { id: '0', sector: 'SA17', structureName: 'EHPAD', structureIds: ['1990100109'] };
    for (const SubjectRefPro of [undefined, null, { exercices: [] }, { exercices: '' }]) {
      const found = of({ ...subject, SubjectRefPro });
      expect(found).toMatchObject([expected]);
      expect(codes(found[0]!)).toEqual([`${G15} 10`, `${R01} SM26`]);
    }
    expect(of({ ...subject, SubjectRefPro: { exercices: [{}] } })).toMatchObject([expected]);
  });

  it('of two exercises, neither is given what is said of the subject', () => {
    const subject = { SubjectOrganizationID: '1990100109', SubjectRole: ['10^1.2'], Secteur_Activite: 'SA17^1.2' };
    const found = of({ ...subject, SubjectRefPro: { exercices: [{ codeProfession: '60' }, {}] } });
    expect(found).toEqual([expect.objectContaining({ id: '0', structureIds: [] })]);
    expect(found[0]).not.toHaveProperty('sector');
  });

  it('nobody without a profession has one', () => {
    expect(refusal(() => of({}))).toEqual(['psc-invalid', 'SubjectRefPro, SubjectRole']);
    expect(refusal(() => exercises({}, {}))).toEqual(['psc-invalid', 'SubjectRefPro, SubjectRole']);
  });
});

describe('hostile values are refused, and named without being repeated', () => {
  const exercise = (member: object) => ({ SubjectRefPro: { exercices: [{ codeProfession: '60', ...member }] } });
  const activity = (member: object) => exercise({ activities: [member] });
  it.each<[string, object, string]>([
    ['a line in a name', { family_name: 'A\nB' }, 'family_name'],
    ['a mark of direction', exercise({ nomDexercice: 'A\u202eB' }), 'SubjectRefPro.exercices.nomDexercice'],
    [
      'a text without end',
      activity({ raisonSocialeSite: 'x'.repeat(201) }),
      'SubjectRefPro.exercices.activities.raisonSocialeSite',
    ],
    ['a code that is markup', exercise({ codeProfession: '<a>' }), 'SubjectRefPro.exercices.codeProfession'],
    ['a number for a code', exercise({ codeProfession: 60 }), 'SubjectRefPro.exercices.codeProfession'],
    ['an object for a name', { given_name: { toString: 'x' } }, 'given_name'],
    ['a role without system', { SubjectRole: ['10'] }, 'SubjectRole'],
    ['a list of exercises that is an object', { SubjectRefPro: { exercices: { 0: {} } } }, 'SubjectRefPro.exercices'],
    [
      'too many exercises',
      { SubjectRefPro: { exercices: Array(51).fill({ codeProfession: '60' }) } },
      'SubjectRefPro.exercices',
    ],
    [
      'a structure that breaks out of its composite',
      activity({ ancienIdentifiantDeLaStructure: '1^^^&2' }),
      'SubjectRefPro.exercices.activities.ancienIdentifiantDeLaStructure',
    ],
    ['an identifier that is a path', { SubjectNameID: '../x' }, 'SubjectNameID'],
    ['no identifier', { SubjectNameID: '' }, 'SubjectNameID'],
    ['no sub', { sub: undefined }, 'sub'],
  ])('%s', (_, more, reason) => {
    expect(refusal(() => of(more))).toEqual(['psc-invalid', reason]);
  });

  it.each([null, 'text', 7, [], undefined])('%j is no userinfo', (json) => {
    expect(refusal(() => readUserinfo(json))).toEqual(['psc-invalid', 'userinfo']);
  });

  it('somebody without names is nobody', () => {
    expect(refusal(() => of({ ...exercise({}), family_name: '' }))).toEqual(['psc-invalid', 'family_name, given_name']);
  });
});

describeShared('userinfo as Pro Santé Connect’s samples have it', (dir) => {
  const sample = (name: string) =>
    JSON.parse(readFileSync(path.join(dir, 'data/psc', name), 'utf8')) as Record<string, unknown>;

  it('with one exercise and no activities', () => {
    const [only, ...others] = situationsOf(readUserinfo({ sub: 'x', ...sample('userinfo-one-exercise.json') }));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id: '0', sector: 'SA07', structureIds: [] });
    expect(codes(only!)).toEqual([`${G15} 10`]);
  });

  it('with several activities', () => {
    const found = situationsOf(readUserinfo(sample('userinfo-two-exercises.json')));
    expect(found.map(({ id, sector }) => [id, sector])).toEqual([
      ['0.0', 'SA07'],
      ['0.1', 'SA07'],
      ['0.2', 'SA01'],
      ['0.3', 'SA43'],
      ['0.4', 'SA43'],
    ]);
    expect(found.map((s) => s.structureIds.length)).toEqual([0, 0, 0, 1, 1]);
    expect(codes(found[2]!)).toEqual([`${G15} 10`, `${R01} SM54`]);
  });
});

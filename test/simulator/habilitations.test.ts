/** The matrix of habilitations: the format of its file, which row wins, and what of the record it keeps from whom. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { withXml } from '../../simulator/dom.ts';
import type { Exchange } from '../../simulator/exchange.ts';
import { type HabilitationMatrix, isReadable, parseMatrix } from '../../simulator/habilitations/matrix.ts';
import { rowFor } from '../../simulator/handlers.ts';
import { startSimulator } from '../../simulator/server.ts';
import { readSettings } from '../../simulator/settings.ts';
import { createClock, createWorld, seeds, type World } from '../../simulator/world.ts';
import { uniqueIdOf } from '../../simulator/xds/metadata.ts';
import { readParameters } from '../../simulator/xds/query/parameters.ts';
import { storedQueries } from '../../simulator/xds/query/queries.ts';
import { isVisible } from '../../simulator/xds/visibility.ts';
import { parse } from './support/project.ts';
import { projectXds } from './support/project-xds.ts';
import { type Asking, vihfOf } from './support/specific.ts';

const page = readFileSync(new URL('../../docs/habilitations.md', import.meta.url), 'utf8');
const example = JSON.parse(/```json\n(.*?)```/s.exec(page)![1]!) as HabilitationMatrix;
const matrix = (rows: HabilitationMatrix['rows'], otherwise = true): HabilitationMatrix => ({
  version: '1',
  source: 'test',
  default: otherwise,
  rows,
});

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matrix-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
    const path = join(folder, 'matrix.json');
    writeFileSync(path, text);
    return path;
  };
  const read = (text: string) => readSettings({ SIMULATOR_HABILITATION_MATRIX: file(text) }).habilitationMatrix;

  it('is named by a setting; none is no matrix', () => {
    expect(readSettings({}).habilitationMatrix).toBeUndefined();
    expect(read(JSON.stringify(example))).toEqual(example);
  });

  const row = { role: '60', allow: true };
  const { version: _version, ...withoutVersion } = example;
  const { default: _default, ...withoutDefault } = example;
  it.each<[string, unknown, RegExp]>([
    ['no object', [], /object/],
    ['no version', withoutVersion, /version/],
    ['an empty version', { ...example, version: ' ' }, /version/],
    ['an empty source', { ...example, source: '' }, /source/],
    ['no default', withoutDefault, /default/],
    ['a default that is no boolean', { ...example, default: 'true' }, /default/],
    ['no rows', { ...example, rows: undefined }, /rows/],
    ['another member', { ...example, comment: 'x' }, /comment/],
    ['a row without role', { ...example, rows: [row, { allow: true }] }, /rows\[1\]\.role/],
    ['a row without allow', { ...example, rows: [{ role: '60' }] }, /rows\[0\]\.allow/],
    ['a row with another member', { ...example, rows: [{ ...row, title: 'x' }] }, /title/],
    ['a code that is a number', { ...example, rows: [{ ...row, classCode: 10 }] }, /rows\[0\]\.classCode/],
    ['a code with white space', { ...example, rows: [{ ...row, typeCode: '11488-4 ' }] }, /rows\[0\]\.typeCode/],
    ['an empty code', { ...example, rows: [{ ...row, specialtyCode: '' }] }, /rows\[0\]\.specialtyCode/],
    ['a code too long', { ...example, rows: [{ ...row, role: 'x'.repeat(65) }] }, /rows\[0\]\.role/],
  ])('%s stops the start, and the message names the place', (_, data, message) => {
    expect(() => read(JSON.stringify(data))).toThrow(message);
    expect(() => read(JSON.stringify(data))).toThrow(/^SIMULATOR_HABILITATION_MATRIX: /);
  });

  it('that is no JSON, or not there, stops the start', async () => {
    expect(() => read('{')).toThrow('SIMULATOR_HABILITATION_MATRIX: not JSON');
    const missing = { SIMULATOR_HABILITATION_MATRIX: join(folder, 'none.json') };
    expect(() => readSettings(missing)).toThrow('SIMULATOR_HABILITATION_MATRIX: cannot be read');
    process.env['SIMULATOR_HABILITATION_MATRIX'] = join(folder, 'none.json');
    try {
      await expect(startSimulator({ port: 0, controlPort: 0 })).rejects.toThrow('cannot be read');
    } finally {
      delete process.env['SIMULATOR_HABILITATION_MATRIX'];
    }
  });
});

describe('which row wins', () => {
  const reading = { role: '10', specialtyCode: 'SM25', classCode: '10', typeCode: '11488-4' };
  it.each<[string, HabilitationMatrix, boolean]>([
    ['the default where there is none', matrix([], false), false],
    ['the default where none is about the role', matrix([{ role: '60', allow: false }]), true],
    ['a row about the role', matrix([{ role: '10', allow: false }]), false],
    ['the most specific, first', matrix([{ role: '10', typeCode: '11488-4', allow: true }, { role: '10', allow: false }], false), true],
    ['the most specific, last', matrix([{ role: '10', allow: false }, { role: '10', classCode: '10', allow: true }], false), true],
    ['two members over one', matrix([{ role: '10', classCode: '10', specialtyCode: 'SM25', allow: false }, { role: '10', typeCode: '11488-4', allow: true }]), false],
    ['three members over two', matrix([{ role: '10', ...{ classCode: '10', specialtyCode: 'SM25', typeCode: '11488-4' }, allow: true }, { role: '10', classCode: '10', typeCode: '11488-4', allow: false }], false), true],
    ['the later one among equals', matrix([{ role: '10', classCode: '10', allow: false }, { role: '10', typeCode: '11488-4', allow: true }], false), true],
    ['none whose every member is not theirs', matrix([{ role: '10', classCode: '10', typeCode: 'x', allow: false }, { role: '10', specialtyCode: 'SM26', allow: false }]), true],
  ])('%s', (_, of, allow) => {
    expect(isReadable(of, reading)).toBe(allow);
  }); // prettier-ignore

  it('the example of the documentation says what the documentation says of it', () => {
    const read = (role: string, specialtyCode: string | undefined, classCode: string, typeCode: string) =>
      isReadable(parseMatrix(example), { role, specialtyCode, classCode, typeCode });
    expect(read('10', 'SM25', '10', '11488-4')).toBe(true);
    expect(read('10', 'SM25', '42', '57833-6')).toBe(false);
    expect(read('60', undefined, '90', 'EXPPAT_3')).toBe(false);
    expect(read('60', undefined, '10', '11488-4')).toBe(false);
    expect(read('60', undefined, '42', '57833-6')).toBe(true);
    expect(read('10', 'SM26', '90', 'EXPPAT_3')).toBe(true);
  });
});

describe('what it applies to', () => {
  const P1 = '236046999012376';
  const nurse: Asking = { who: 'leBihan', patient: P1 };
  const worldWith = (habilitationMatrix: HabilitationMatrix): World =>
    createWorld(
      seeds['folders']!,
      { ...readSettings({}), habilitationMatrix },
      createClock(new Date('2026-10-20T09:00:00Z')),
    );
  const exchangeOf = (world: World, asking: Asking) =>
    ({ vihf: vihfOf(asking), world, now: world.clock.now() }) as Exchange;

  const all = [
    'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
    'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated',
    'urn:asip:ci-sis:2010:StatusType:Archived',
  ];
  const found = (world: World, asking: Asking, query: string, parameters: Record<string, string>) => {
    const { search, parameters: known } = storedQueries.find((q) => q.name === query)!;
    const slots = Object.entries(parameters).map(([name, value]) => ({ name, values: [value] }));
    return search(readParameters(slots, known), exchangeOf(world, asking));
  };
  const titles = (world: World, asking: Asking): string[] =>
    found(world, asking, 'FindDocuments', {
      $XDSDocumentEntryPatientId: `'${P1}^^^&1.2.250.1.213.1.4.10&ISO^NH'`,
      $XDSDocumentEntryStatus: `(${all.map((s) => `'${s}'`).join(',')})`,
    }).objects.map((o) => o.name[0]!.value.split(/[ :]/)[0]!);
  const retrieve = async (world: World, asking: Asking, ...uniqueIds: string[]) => {
    const requests = uniqueIds.map(
      (id) =>
        `<x:DocumentRequest><x:RepositoryUniqueId>1.2.250.1.213.4.1.1.1.2</x:RepositoryUniqueId><x:DocumentUniqueId>${id}</x:DocumentUniqueId></x:DocumentRequest>`,
    );
    const name = 'RetrieveDocumentSetRequest';
    const body = `<x:${name} xmlns:x="urn:ihe:iti:xds-b:2007">${requests.join('')}</x:${name}>`;
    const { handler } = rowFor('repository', `{urn:ihe:iti:xds-b:2007}${name}`)!;
    const answer = await withXml(Buffer.from(body), (root) => handler({ ...exchangeOf(world, asking), body: root }));
    const parts = new Map((answer.parts ?? []).map((p) => [p.cid, Buffer.from(p.body)]));
    return projectXds(parse(answer.body).documentElement!, parts);
  };
  const a2 = '2.16.840.1.113883.19.7601.3.50.20261015.1';
  const b1 = uniqueIdOf(
    worldWith(matrix([])).registry.byEntryUuid('urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31')!.entry,
  );
  const noLetters = matrix([{ role: '60', classCode: '10', allow: false }]);

  it('a list does not show what the profession may not read', () => {
    expect(titles(worldWith(matrix([])), nurse)).toEqual(['Ordonnance', 'Directives', 'Lettre', 'Lettre', 'Projet', 'Lettre']);
    expect(titles(worldWith(noLetters), nurse)).toEqual(['Ordonnance', 'Directives', 'Projet']);
    expect(titles(worldWith(noLetters), { who: 'maurel', patient: P1 })).toContain('Lettre');
  }); // prettier-ignore

  it('nor by its id, nor a relation with it', () => {
    const by = (of: HabilitationMatrix) =>
      found(worldWith(of), nurse, 'GetRelatedDocuments', {
        $XDSDocumentEntryUniqueId: `'${a2}'`,
        $AssociationTypes: "('urn:ihe:iti:2007:AssociationType:RPLC')",
      });
    expect(by(matrix([])).associations).toHaveLength(1);
    expect(by(noLetters)).toEqual({ objects: [], associations: [] });
  });

  it('its content is refused, with a word of its own, the others are given', async () => {
    expect(await retrieve(worldWith(matrix([])), nurse, a2)).toMatchObject({ status: 'Success' });
    expect(await retrieve(worldWith(noLetters), nurse, a2)).toMatchObject({
      status: 'Failure',
      errors: [{ code: 'DMPAccessDenied' }],
    });
    expect(await retrieve(worldWith(noLetters), nurse, a2, b1)).toMatchObject({ status: 'PartialSuccess' });
  });

  it('a masked document stays unknown, readable or not', async () => {
    const stranger: Asking = { who: 'occupational', patient: P1, purpose: 'bris_de_glace' };
    for (const of of [matrix([]), matrix([], false)])
      expect(await retrieve(worldWith(of), stranger, b1)).toMatchObject({
        errors: [{ code: 'XDSDocumentUniqueIdError' }],
      });
  });

  it('authors read what they wrote, and the médecin traitant reads everything', () => {
    const nothing = worldWith(matrix([], false));
    expect(titles(nothing, nurse)).toEqual(['Projet']);
    expect(titles(nothing, { who: 'maurel', patient: P1 })).toEqual(['Lettre', 'Projet', 'Lettre']);
    expect(titles(nothing, { who: 'fauconnet', patient: P1 })).toHaveLength(6);
    expect(titles(nothing, { who: 'occupational', patient: P1, purpose: 'bris_de_glace' })).toEqual(['Lettre']); // he wrote it
  });

  it('neither references for a structure nor what is written are filtered', () => {
    const nothing = worldWith(matrix([], false));
    expect(titles(nothing, { ...nurse, mode: 'INDIRECTE' })).toHaveLength(6);
    const letter = nothing.registry.byUniqueId(a2)!;
    expect(isVisible(letter, exchangeOf(nothing, nurse))).toBe(true);
  });

  it('signatures of sets are no documents', () => {
    const world = worldWith(matrix([], false));
    world.patients[0]!.maskedInEmergencies = true; // signatures are masked
    const asking: Asking = { who: 'occupational', patient: P1, purpose: 'bris_de_glace' };
    const signatures = found(world, asking, 'FindDocuments', {
      $XDSDocumentEntryPatientId: `'${P1}^^^&1.2.250.1.213.1.4.10&ISO^NH'`,
      $XDSDocumentEntryStatus: `('${all[0]}')`,
      $XDSDocumentEntryClassCode: "('urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1^^URN')",
    });
    expect(signatures.objects).toHaveLength(2);
    expect(titles(world, asking)).toEqual(['Lettre']);
  });
});

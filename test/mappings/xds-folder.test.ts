import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extDesignationType, pdsmFolder } from '../../mappings/canonicals.ts';
import { folderFromFhir, folderToFhir } from '../../mappings/folder.ts';
import { IssueError } from '../../mappings/outcome.ts';
import type { Folder } from '../../mappings/xds.ts';
import { folder } from './arbitraries.ts';

const context = { id: 'f1', subject: { reference: 'Patient/p1' }, items: [{ reference: 'DocumentReference/d1' }] };
const back = (value: Folder, list = folderToFhir(value, context)): Folder =>
  folderFromFhir(list, { patientId: value.patientId });

const one: Folder = {
  id: 'urn:uuid:11111111-2222-4333-8444-555555555555',
  logicalId: 'urn:uuid:11111111-2222-4333-8444-666666666666',
  version: '3',
  title: 'Sortie',
  comments: 'Pour la suite',
  lastUpdateTime: '20260912083000',
  codes: [{ code: 'X', scheme: '1.2.250.1.213.1.1.4.335', display: 'Un code' }],
  patientId: '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH',
  uniqueId: '1.2.250.1.999.1.1.5',
  slots: {},
};

describe('Folder ↔ List', () => {
  it('XDS → FHIR → XDS is the identity for every folder that a registry could hold', () => {
    fc.assert(
      fc.property(folder, (value) => {
        expect(back(value)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('FHIR → XDS → FHIR is the identity for every List that the façade emits', () => {
    fc.assert(
      fc.property(folder, (value) => {
        const list = folderToFhir(value, context);
        expect(folderToFhir(back(value, list), context)).toEqual(list);
      }),
      { numRuns: 500 },
    );
  });

  it('says what MHD and PDSm have a folder say', () => {
    const list = folderToFhir(one, context);
    expect(list).toMatchObject({
      id: 'f1',
      meta: { versionId: '3', profile: [pdsmFolder] },
      status: 'current',
      mode: 'working',
      title: 'Sortie',
      date: '2026-09-12T08:30:00Z',
      note: [{ text: 'Pour la suite' }],
      code: { coding: [{ system: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes', code: 'folder' }] },
      entry: [{ item: { reference: 'DocumentReference/d1' } }],
    });
    expect(list.source).toBeUndefined();
    expect(list.identifier?.map(({ use, value }) => [use, value])).toEqual([
      ['usual', 'urn:oid:1.2.250.1.999.1.1.5'],
      ['official', one.id],
      ['secondary', one.logicalId],
    ]);
    expect(list.identifier?.every((i) => i.type?.coding?.[0]?.code)).toBe(true);
  });

  it('claims the profile only when it has all that it asks for', () => {
    const claims = (value: Folder, items = context.items): boolean =>
      folderToFhir(value, { ...context, items }).meta?.profile !== undefined;
    expect(claims(one)).toBe(true);
    const { title: _title, ...untitled } = one;
    const { lastUpdateTime: _time, ...undated } = one;
    expect(claims(untitled)).toBe(false);
    expect(claims(undated)).toBe(false);
    expect(claims({ ...one, codes: [] })).toBe(false);
    expect(claims({ ...one, codes: [...one.codes, ...one.codes] })).toBe(false);
    expect(claims(one, [])).toBe(false);
  });

  it('a folder of a client: defaults fill what it leaves out, and every fault is told at its place', () => {
    const list = folderToFhir(one, context);
    const { identifier: _identifier, ...nameless } = list;
    const filled = folderFromFhir(nameless, {
      patientId: 'P',
      defaults: { id: 'F1', uniqueId: '1.2.3' },
    });
    expect(filled).toMatchObject({ id: 'F1', uniqueId: '1.2.3', patientId: 'P', title: 'Sortie' });

    const bad = { ...nameless, extension: [{ url: extDesignationType, valueCodeableConcept: { text: 'sans code' } }] };
    const read = (): Folder => folderFromFhir(bad, { patientId: 'P' });
    expect(read).toThrow(IssueError);
    try {
      read();
    } catch (e) {
      expect((e as IssueError).issues.map((i) => [i.key, i.expression])).toEqual([
        ['value-invalid', 'List.extension(ihe-designationType)'],
        ['required', "List.identifier.where(use = 'usual')"],
      ]);
    }
  });
});

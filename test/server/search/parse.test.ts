import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { parsePairs } from '../../../server/search/pairs.ts';
import { parseSearch, type ParameterSpec, type ParseOptions } from '../../../server/search/parse.ts';
import { escape } from '../../../server/search/values.ts';

const table: ParameterSpec[] = [
  { name: 'type', type: 'token', modifiers: ['not', 'text'] },
  { name: 'date', type: 'date' },
  { name: 'author.family', type: 'string', modifiers: ['exact', 'contains'] },
  { name: 'patient', type: 'reference', modifiers: ['identifier'] },
  { name: 'author:Device.family', type: 'string' },
  { name: 'patient.identifier', type: 'token', target: 'Patient' },
  { name: 'sourceId', type: 'token', aliases: ['SourceId', 'Source Id'] },
  { name: '_id', type: 'token' },
  { name: 'status', type: 'token', modifiers: ['not'], codes: ['current', 'superseded'] },
];
const lenient: ParseOptions = { handling: 'lenient', sortable: ['date'], includes: ['List:item', 'List:subject'] };
const parse = (query: string, options: ParseOptions = lenient) => parseSearch(parsePairs(query), table, options);

function issuesOf(action: () => unknown): { key: string; name: unknown }[] {
  try {
    action();
  } catch (e) {
    if (e instanceof IssueError) return e.issues.map((i) => ({ key: i.key, name: i.values?.['name'] }));
    throw e;
  }
  return [];
}

describe('parseSearch', () => {
  it('reads alternatives as one criterion and repetitions as several', () => {
    const { criteria } = parse('type=a,b&type=s|c');
    expect(criteria).toEqual([
      {
        name: 'type',
        values: [
          { type: 'token', code: 'a' },
          { type: 'token', code: 'b' },
        ],
        raw: 'a,b',
      },
      { name: 'type', values: [{ type: 'token', system: 's', code: 'c' }], raw: 's|c' },
    ]);
  });

  it('reads as many alternatives as were written, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 }), (codes) => {
        const query = `author.family=${encodeURIComponent(codes.map(escape).join(','))}`;
        expect(parse(query).criteria[0]!.values).toEqual(codes.map((text) => ({ type: 'string', text })));
      }),
    );
  });

  it('tells a code that is none of those that there are, in any handling', () => {
    for (const handling of ['strict', 'lenient'] as const) {
      for (const good of ['status=current', 'status=Current,superseded', 'status:not=s|current', 'status=s|'])
        expect(parse(good, { handling }).criteria).toHaveLength(1);
      expect(parse('status:missing=true', { handling }).criteria).toHaveLength(1);
      for (const bad of ['status=nonsense', 'status=current,nonsense', 'status=s|nonsense', 'status:not=nonsense'])
        expect(issuesOf(() => parse(bad, { handling }))).toEqual([
          { key: 'search-code-unknown', name: bad.split('=')[0] },
        ]);
    }
  });

  it('drops the type of a chain that has but one, and keeps the modifier of a reference', () => {
    expect(parse('patient:Patient.identifier=x|1').criteria[0]).toMatchObject({ name: 'patient.identifier' });
    expect(parse('patient:identifier=x|1').criteria[0]).toEqual({
      name: 'patient',
      modifier: 'identifier',
      values: [{ type: 'token', system: 'x', code: '1' }],
      raw: 'x|1',
    });
    expect(parse('patient:Patient=1').criteria[0]!.values).toEqual([{ type: 'reference', reference: 'Patient/1' }]);
    expect(parse('patient:Patient=1').criteria[0]!.modifier).toBeUndefined();
  });

  it('reads the modifier at the end of a chain', () => {
    expect(parse('author.family:exact=x').criteria[0]).toMatchObject({ name: 'author.family', modifier: 'exact' });
    expect(parse('author:Device.family:missing=true').criteria[0]).toMatchObject({
      name: 'author:Device.family',
      modifier: 'missing',
    });
    for (const query of ['author.family:exact.more=x', 'patient:Patient.identifier:Patient=x'])
      expect(
        issuesOf(() => parse(query)),
        query,
      ).toHaveLength(1);
  });

  it('knows a chain by the type that it goes through', () => {
    const names = (query: string): unknown[] => [
      ...parse(query).criteria.map((c) => c.name),
      ...parse(query).warnings.map((w) => [w.key, w.values!['name']]),
    ];
    expect(names('author:Device.family=x')).toEqual(['author:Device.family']);
    for (const key of ['author:Patient.family', 'patient:Group.identifier'])
      expect(names(`${key}=x`)).toEqual([['search-parameter-unknown', key]]);
  });

  it('reads a misprinted name, says the right one, and refuses it when asked to be strict', () => {
    for (const key of ['SourceId', 'Source+Id']) {
      const { criteria, warnings } = parse(`${key}=x`);
      expect(criteria).toMatchObject([{ name: 'sourceId' }]);
      expect(warnings).toMatchObject([
        {
          key: 'search-parameter-alias',
          severity: 'warning',
          values: { name: key.replace('+', ' '), right: 'sourceId' },
        },
      ]);
      expect(issuesOf(() => parse(`${key}=x`, { ...lenient, handling: 'strict' }))).toHaveLength(1);
    }
  });

  it('reads _include, and refuses what goes further', () => {
    expect(parse('_include=List:item&_include=List:subject:Patient').include).toEqual([
      { name: 'List:item' },
      { name: 'List:subject', target: 'Patient' },
    ]);
    expect(parse('_include=*').include).toEqual([{ name: 'List:item' }, { name: 'List:subject' }]);
    for (const value of ['List:source', 'List', '', 'List:item:a:b', 'item', 'List:item,List:subject']) {
      expect(parse(`_include=${value}`), value).toMatchObject({
        include: [],
        warnings: [{ key: 'search-include-unknown', severity: 'warning' }],
      });
      expect(issuesOf(() => parse(`_include=${value}`, { ...lenient, handling: 'strict' }))).toHaveLength(1);
    }
    expect(parseSearch([['_include', '*']], table, { handling: 'lenient' }).warnings).toHaveLength(1);
    for (const key of ['_include:iterate', '_include:recurse', '_revinclude', '_revinclude:iterate'])
      expect(issuesOf(() => parse(`${key}=List:item`))).toEqual([{ key: 'search-include-refused', name: key }]);
    expect(issuesOf(() => parse('_include=List:item&_summary=text'))).toHaveLength(1);
    expect(parse('_include=List:item&_summary=data').include).toHaveLength(1);
  });

  it('reads modifiers, and refuses those that it does not know, in either handling', () => {
    expect(parse('type:not=a').criteria[0]!.modifier).toBe('not');
    expect(parse('type:text=bil').criteria[0]!.values).toEqual([{ type: 'string', text: 'bil' }]);
    expect(parse('date:missing=true').criteria[0]).toMatchObject({
      modifier: 'missing',
      values: [{ type: 'token', code: 'true' }],
    });
    for (const query of ['type:above=a', 'date:exact=2026', 'date:missing=maybe', 'type:=a']) {
      expect(
        issuesOf(() => parse(query)),
        query,
      ).toEqual([{ key: 'search-parameter-invalid', name: query.split('=')[0] }]);
    }
  });

  it('warns of unknown parameters, or refuses them when asked to be strict', () => {
    const query = 'couleur=bleu&type=a&_has:x=y';
    const search = parse(query);
    expect(search.criteria).toHaveLength(1);
    expect(search.warnings.map((w) => [w.key, w.severity, w.values!['name']])).toEqual([
      ['search-parameter-unknown', 'warning', 'couleur'],
      ['search-parameter-unknown', 'warning', '_has:x'],
    ]);
    expect(issuesOf(() => parse(query, { ...lenient, handling: 'strict' })).map((i) => i.name)).toEqual([
      'couleur',
      '_has:x',
    ]);
  });

  it('does not take names of Object.prototype for parameters', () => {
    expect(parse('constructor=1&toString=2&__proto__=3').warnings).toHaveLength(3);
  });

  it('ignores an empty value, unless strict', () => {
    expect(parse('type=&date=').criteria).toEqual([]);
    expect(issuesOf(() => parse('type=', { ...lenient, handling: 'strict' }))).toHaveLength(1);
  });

  it('reports every problem at once', () => {
    expect(
      issuesOf(() => parse('date=demain&_count=abc&type=a|b|c&_summary=all&_elements=$$&_sort=type')).map(
        (i) => i.name,
      ),
    ).toEqual(['date', '_count', 'type', '_summary', '_elements', '_sort']);
  });

  it('names no more elements than there are', () => {
    const names = (count: number): string => Array.from({ length: count }, (_, i) => 'a'.repeat(i + 1)).join();
    expect(parse(`_elements=${names(100)}`).elements).toHaveLength(100);
    expect(issuesOf(() => parse(`_elements=${names(101)}`)).map((i) => i.name)).toEqual(['_elements']);
  });

  it('a key to sort by counts once, whatever is repeated', () => {
    expect(parse(`_sort=-date,${'date,'.repeat(10_000)}-date`).sort).toEqual([{ name: 'date', descending: true }]);
  });

  it('reads result parameters', () => {
    expect(
      parse('_count=0&_summary=count&_elements=DocumentReference.status,type&_sort=-date&_total=accurate&_format=json'),
    ).toEqual({
      criteria: [],
      include: [],
      count: 0,
      summary: 'count',
      elements: ['status', 'type'],
      sort: [{ name: 'date', descending: true }],
      warnings: [],
    });
  });

  it('never repeats a value in a problem', () => {
    try {
      parse('date=236046999012376&patient.identifier=a|236046999012376|c');
      expect.unreachable();
    } catch (e) {
      expect(JSON.stringify((e as IssueError).issues)).not.toContain('236046999012376');
    }
  });
});

describe('a search made to be slow', () => {
  it('has so many values and no more', () => {
    expect(parse(`type=${'a,'.repeat(500)}`).criteria[0]!.values).toHaveLength(500);
    expect(issuesOf(() => parse(`type=${'a,'.repeat(400)}&date=${'2020,'.repeat(101)}`))).toEqual([
      { key: 'query-malformed', name: undefined },
    ]);
  });

  it('names an element once', () => {
    expect(parse(`_elements=${'status,'.repeat(20_000)}date`).elements).toEqual(['status', 'date']);
  });
});

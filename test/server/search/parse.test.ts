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
  { name: 'patient.identifier', type: 'token' },
  { name: '_id', type: 'token' },
];
const lenient: ParseOptions = { handling: 'lenient', sortable: ['date'] };
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

  it('drops the type of a chain and keeps the modifier of a reference', () => {
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
    for (const key of ['author.family:exact', 'author:Practitioner.family:exact'])
      expect(parse(`${key}=x`).criteria[0], key).toMatchObject({ name: 'author.family', modifier: 'exact' });
    for (const query of ['author.family:exact.more=x', 'patient:Patient.identifier:Patient=x'])
      expect(
        issuesOf(() => parse(query)),
        query,
      ).toHaveLength(1);
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
    const query = 'couleur=bleu&type=a&_include=x';
    const search = parse(query);
    expect(search.criteria).toHaveLength(1);
    expect(search.warnings.map((w) => [w.key, w.severity, w.values!['name']])).toEqual([
      ['search-parameter-unknown', 'warning', 'couleur'],
      ['search-parameter-unknown', 'warning', '_include'],
    ]);
    expect(issuesOf(() => parse(query, { ...lenient, handling: 'strict' })).map((i) => i.name)).toEqual([
      'couleur',
      '_include',
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

  it('reads result parameters', () => {
    expect(
      parse('_count=0&_summary=count&_elements=DocumentReference.status,type&_sort=-date&_total=accurate&_format=json'),
    ).toEqual({
      criteria: [],
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

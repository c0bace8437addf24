/**
 * A FHIR search, parsed: pairs in, criteria and result parameters out. Knows no resource: the table of parameters is
 * given. FHIR R4 search.html; unknown parameters by `Prefer: handling` (3.1.1.6), unknown modifiers always refused
 * (3.1.1.5.3).
 */
import type { Criterion, SearchType } from '../../mappings/criteria.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import type { Pair } from './pairs.ts';
import { parseValue, splitEscaped, ValueError } from './values.ts';

/** What the grammar needs to know of a parameter. */
export interface ParameterSpec {
  name: string;
  type: SearchType;
  modifiers?: readonly string[];
}

export interface ParseOptions {
  handling: 'strict' | 'lenient';
  /** Names that `_sort` may use. */
  sortable?: readonly string[];
}

export type Summary = 'true' | 'false' | 'text' | 'data' | 'count';

export interface Search {
  criteria: Criterion[];
  /** `_count`, as given */
  count?: number;
  summary?: Summary;
  elements?: string[];
  sort: { name: string; descending: boolean }[];
  /** What was left aside, as warnings (lenient handling). */
  warnings: Issue[];
}

/** Values of all criteria together: each may cost a look into the store and a comparison with every document. */
const mostValues = 500;

const summaries: readonly string[] = ['true', 'false', 'text', 'data', 'count'];

/** `code[:Type][.chain][:modifier]` → name without the type of a chain, and modifier. */
function splitName(key: string): { name: string; modifier?: string } {
  const m = /^([^:.]+)(?::[A-Z][A-Za-z]*(?=\.))?((?:\.[^:.]+)*)(?::(.*))?$/.exec(key);
  if (!m) return { name: key };
  const [, head = '', chain = '', modifier] = m;
  return modifier === undefined ? { name: head + chain } : { name: head + chain, modifier };
}

/**
 * @param table the parameters that the resource type takes
 * @throws IssueError with every problem found
 */
export function parseSearch(pairs: readonly Pair[], table: readonly ParameterSpec[], options: ParseOptions): Search {
  const search: Search = { criteria: [], sort: [], warnings: [] };
  const errors: Issue[] = [];
  const invalid = (name: string, detail: string): void =>
    void errors.push({ key: 'search-parameter-invalid', values: { name, detail } });
  const unknown = (name: string): void => {
    const issue: Issue = {
      key: 'search-parameter-unknown',
      values: { name: printable(name), supported: table.map((p) => p.name).join(', ') },
    };
    if (options.handling === 'strict') errors.push(issue);
    else search.warnings.push({ ...issue, severity: 'warning' });
  };

  for (const [key, value] of pairs) {
    if (Object.hasOwn(resultParameters, key)) {
      const detail = resultParameters[key as keyof typeof resultParameters](search, value, options);
      if (detail !== undefined) invalid(key, detail);
      continue;
    }
    const { name, modifier } = splitName(key);
    const spec = table.find((p) => p.name === name);
    if (!spec) unknown(key);
    else if (value === '') {
      if (options.handling === 'strict') invalid(key, '∅');
    } else {
      try {
        search.criteria.push(toCriterion(spec, modifier, value));
      } catch (e) {
        if (!(e instanceof ValueError)) throw e;
        invalid(printable(key), e.message);
      }
    }
  }
  const values = search.criteria.reduce((sum, c) => sum + c.values.length, 0);
  if (values > mostValues)
    errors.push({ key: 'query-malformed', values: { detail: `${values} > ${mostValues} values` } });
  if (errors.length > 0) throw new IssueError(errors);
  return search;
}

function toCriterion(spec: ParameterSpec, modifier: string | undefined, raw: string): Criterion {
  let type = spec.type;
  let read = (text: string) => parseValue(type, text);
  if (modifier === 'missing') {
    if (raw !== 'true' && raw !== 'false') throw new ValueError(':missing=true|false');
    read = (code) => ({ type: 'token', code });
  } else if (modifier === 'text') {
    read = (text) => parseValue('string', text);
  } else if (spec.type === 'reference' && modifier !== undefined && /^[A-Z]/.test(modifier)) {
    const target = modifier;
    modifier = undefined;
    read = (text) => ({ type: 'reference', reference: text.includes('/') ? text : `${target}/${text}` });
  } else if (spec.type === 'reference' && modifier === 'identifier') {
    type = 'token';
  }
  if (modifier !== undefined && modifier !== 'missing' && !(spec.modifiers ?? []).includes(modifier)) {
    throw new ValueError(`modifiers: ${[...(spec.modifiers ?? []), 'missing'].map((m) => `:${m}`).join(', ')}`);
  }
  const values = splitEscaped(raw, ',')
    .filter((v) => v !== '')
    .map((v) => read(v));
  if (values.length === 0) throw new ValueError('∅');
  return { name: spec.name, ...(modifier === undefined ? {} : { modifier }), values, raw };
}

/** Names come from outside: short and printable before they go into an answer. */
const printable = (name: string): string => name.replace(/[^\x20-\x7e\u00a0-\u024f]/g, '?').slice(0, 60);

type Reader = (search: Search, value: string, options: ParseOptions) => string | undefined;

/** Result parameters: each stores what it reads, or says what was expected. Negotiation has read `_format` and `_pretty`. */
const resultParameters = {
  _count: (search, value) => {
    if (!/^\d{1,9}$/.test(value)) return '0, 1, 2…';
    search.count = Number(value);
    return undefined;
  },
  _summary: (search, value) => {
    if (!summaries.includes(value)) return summaries.join('|');
    search.summary = value as Summary;
    return undefined;
  },
  _elements: (search, value) => {
    const names = value.split(',').filter((n) => n !== '');
    if (names.length === 0 || !names.every((n) => /^[A-Za-z]+(\.[A-Za-z]+)*$/.test(n))) return 'a,b,c';
    search.elements = [...new Set(names.map((n) => n.replace(/^[A-Z][A-Za-z]*\./, '')))];
    return undefined;
  },
  _sort: (search, value, options) => {
    for (const part of value.split(',').filter((p) => p !== '')) {
      const descending = part.startsWith('-');
      const name = descending ? part.slice(1) : part;
      if (!(options.sortable ?? []).includes(name)) return (options.sortable ?? []).map((n) => `[-]${n}`).join(', ');
      search.sort.push({ name, descending });
    }
    return undefined;
  },
  /** The total is always exact. */
  _total: (_search, value) => (['none', 'estimate', 'accurate'].includes(value) ? undefined : 'none|estimate|accurate'),
  _format: () => undefined,
  _pretty: () => undefined,
} as const satisfies Record<string, Reader>;

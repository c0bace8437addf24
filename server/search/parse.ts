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
  /** A chain whose result depends on the type that it goes through names that type: `author:PractitionerRole.name`. */
  name: string;
  type: SearchType;
  modifiers?: readonly string[];
  /** Of a chain that goes through one type only: that type, which may then be written (`patient:Patient.identifier`). */
  target?: string;
  /** Designates the one thing that the search is about: it takes no `:missing`. */
  single?: boolean;
  /** Names that published guides misprint: read in lenient handling, with a warning that says the right one. */
  aliases?: readonly string[];
  /** Of a token: all codes that there are; another is an error in any handling, as a date that is none. */
  codes?: readonly string[];
}

export interface ParseOptions {
  handling: 'strict' | 'lenient';
  /** Names that `_sort` may use. */
  sortable?: readonly string[];
  /** Values that `_include` may have: `Type:parameter`. */
  includes?: readonly string[];
}

/** One `_include`. */
export interface Include {
  /** `Type:parameter` */
  name: string;
  /** `Type:parameter:Target` */
  target?: string;
}

export type Summary = 'true' | 'false' | 'text' | 'data' | 'count';

export interface Search {
  criteria: Criterion[];
  /** `_count`, as given */
  count?: number;
  summary?: Summary;
  elements?: string[];
  sort: { name: string; descending: boolean }[];
  include: Include[];
  /** What was left aside, as warnings (lenient handling). */
  warnings: Issue[];
}

/** Values of all criteria together: each may cost a look into the store and a comparison with every document. */
const mostValues = 500;
/** Names of `_elements`: each is compared with each element of every hit. */
const mostElements = 100;

const summaries: readonly string[] = ['true', 'false', 'text', 'data', 'count'];

interface Named {
  spec: ParameterSpec;
  /** It was found by an alias. */
  misprinted: boolean;
}
const indexes = new WeakMap<readonly ParameterSpec[], Map<string, Named>>();

/** Every spelling of every parameter of a table. */
function indexOf(table: readonly ParameterSpec[]): Map<string, Named> {
  let index = indexes.get(table);
  if (index) return index;
  const aliases = table.flatMap((spec) => (spec.aliases ?? []).map((a) => [a, { spec, misprinted: true }] as const));
  index = new Map(aliases);
  for (const spec of table) {
    const named = { spec, misprinted: false };
    index.set(spec.name, named);
    if (spec.target) index.set(spec.name.replace('.', `:${spec.target}.`), named);
  }
  indexes.set(table, index);
  return index;
}

/** `name[:modifier]`, where a name may hold the type of a chain: `author:PractitionerRole.name:exact`. */
function parameterOf(key: string, table: readonly ParameterSpec[]): (Named & { modifier?: string }) | undefined {
  const index = indexOf(table);
  const whole = index.get(key);
  if (whole) return whole;
  const at = key.lastIndexOf(':');
  const named = at < 0 ? undefined : index.get(key.slice(0, at));
  const modifier = key.slice(at + 1);
  // `:Type.element` is a chain, not a modifier.
  return named && !/^[A-Z][A-Za-z]*\./.test(modifier) ? { ...named, modifier } : undefined;
}

/**
 * @param table the parameters that the resource type takes
 * @throws IssueError with every problem found
 */
export function parseSearch(pairs: readonly Pair[], table: readonly ParameterSpec[], options: ParseOptions): Search {
  const search: Search = { criteria: [], sort: [], include: [], warnings: [] };
  const errors: Issue[] = [];
  const invalid = (name: string, detail: string): void =>
    void errors.push({ key: 'search-parameter-invalid', values: { name, detail } });
  /** What lenient handling passes over. */
  const odd = (issue: Issue): void =>
    options.handling === 'strict'
      ? void errors.push(issue)
      : void search.warnings.push({ ...issue, severity: 'warning' });

  for (const [key, value] of pairs) {
    if (key === '_include') {
      const found = includeOf(value, options.includes ?? []);
      const supported = (options.includes ?? []).join(', ') || '—';
      if (found) search.include.push(...found);
      else odd({ key: 'search-include-unknown', values: { value: printable(value), supported } });
      continue;
    }
    if (/^_(rev)?include(:|$)/.test(key)) {
      errors.push({ key: 'search-include-refused', values: { name: printable(key) } });
      continue;
    }
    if (Object.hasOwn(resultParameters, key)) {
      const detail = resultParameters[key as keyof typeof resultParameters](search, value, options);
      if (detail !== undefined) invalid(key, detail);
      continue;
    }
    const parameter = parameterOf(key, table);
    if (!parameter) {
      const supported = table.map((p) => p.name).join(', ');
      odd({ key: 'search-parameter-unknown', values: { name: printable(key), supported } });
      continue;
    }
    const { spec, modifier, misprinted } = parameter;
    if (misprinted) odd({ key: 'search-parameter-alias', values: { name: printable(key), right: spec.name } });
    if (value === '') {
      if (options.handling === 'strict') invalid(printable(key), '1..*');
    } else {
      try {
        const criterion = toCriterion(spec, modifier, value);
        search.criteria.push(criterion);
        const { codes } = spec;
        if (codes && hasUnknownCode(criterion, codes))
          errors.push({ key: 'search-code-unknown', values: { name: printable(key), supported: codes.join(', ') } });
      } catch (e) {
        if (!(e instanceof ValueError)) throw e;
        invalid(printable(key), e.message);
      }
    }
  }
  const values = search.criteria.reduce((sum, c) => sum + c.values.length, 0);
  if (values > mostValues)
    errors.push({ key: 'query-malformed', values: { detail: `${values} > ${mostValues} values` } });
  // R4 search.html#summary: what is included cannot be told from its narrative.
  if (search.summary === 'text' && search.include.length > 0) invalid('_summary', '_summary=text + _include');
  if (errors.length > 0) throw new IssueError(errors);
  return search;
}

/** `Type:parameter[:Target]`, or all of them (`*`). Undefined: not served. */
function includeOf(value: string, served: readonly string[]): Include[] | undefined {
  if (value === '*' && served.length > 0) return served.map((name) => ({ name }));
  const [type = '', parameter = '', target, ...more] = value.split(':');
  const name = `${type}:${parameter}`;
  if (!served.includes(name) || more.length > 0) return undefined;
  return [target === undefined ? { name } : { name, target }];
}

function toCriterion(spec: ParameterSpec, modifier: string | undefined, raw: string): Criterion {
  let type = spec.type;
  let read = (text: string) => parseValue(type, text);
  const allowed = [...(spec.modifiers ?? []), ...(spec.single ? [] : ['missing'])];
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
  if (modifier !== undefined && !allowed.includes(modifier))
    throw new ValueError(`modifiers: ${allowed.map((m) => `:${m}`).join(', ') || '—'}`);
  const values = splitEscaped(raw, ',')
    .filter((v) => v !== '')
    .map((v) => read(v));
  if (values.length === 0) throw new ValueError('1..*');
  return { name: spec.name, ...(modifier === undefined ? {} : { modifier }), values, raw };
}

/** Whether one of its codes is none of those that there are; tokens are compared without regard to case (docs/api.md). */
const hasUnknownCode = ({ modifier, values }: Criterion, codes: readonly string[]): boolean =>
  (modifier === undefined || modifier === 'not') &&
  values.some((v) => v.type === 'token' && v.code !== undefined && !isOneOf(codes, v.code));
const isOneOf = (codes: readonly string[], code: string): boolean =>
  codes.some((known) => known.toLowerCase() === code.toLowerCase());

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
    const names = [...new Set(value.split(',').filter((n) => n !== ''))];
    if (names.length === 0 || names.length > mostElements || !names.every((n) => /^[A-Za-z]+(\.[A-Za-z]+)*$/.test(n)))
      return `a,b,c (≤ ${mostElements})`;
    search.elements = [...new Set(names.map((n) => n.replace(/^[A-Z][A-Za-z]*\./, '')))];
    return undefined;
  },
  _sort: (search, value, options) => {
    for (const part of value.split(',').filter((p) => p !== '')) {
      const descending = part.startsWith('-');
      const name = descending ? part.slice(1) : part;
      if (!(options.sortable ?? []).includes(name))
        return (options.sortable ?? []).map((n) => `[-]${n}`).join(', ') || '—';
      // Said again, a key decides nothing, and costs a value of every hit.
      if (!search.sort.some((s) => s.name === name)) search.sort.push({ name, descending });
    }
    return undefined;
  },
  /** The total is always exact. */
  _total: (_search, value) => (['none', 'estimate', 'accurate'].includes(value) ? undefined : 'none|estimate|accurate'),
  _format: () => undefined,
  _pretty: () => undefined,
} as const satisfies Record<string, Reader>;

/** Names that no type declares: they say what of the result is wanted. */
export type ResultParameter = keyof typeof resultParameters;

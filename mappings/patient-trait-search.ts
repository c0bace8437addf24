/**
 * A search by traits (PDQm ITI-78) as the query of TD0.5: each parameter, and how its value is said to the DMP. Source: dmp-wire
 * §1.2; golden messages td0-5. How names are compared is the DMP's affair, and not published.
 */
import type { Criterion, CriterionValue } from './criteria.ts';
import { defined } from './defined.ts';
import type { DemographicsQuery } from './hl7v3/demographics.ts';
import { IssueError, type Issue } from './outcome.ts';

interface Trait {
  key: keyof DemographicsQuery;
  /** What a value must be, for the sentence of the refusal. */
  expected: string;
  /** The DMP's form; undefined: it has none for this value. */
  read(value: CriterionValue): string | undefined;
}

/** Characters of a name or a town: more is no name. */
const longest = 100;

const text = (key: keyof DemographicsQuery): Trait => ({
  key,
  expected: `1 × texte / text, 1..${longest}`,
  read(value) {
    const said = value.type === 'string' ? value.text.trim() : '';
    return said !== '' && said.length <= longest && !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(said) ? said : undefined;
  },
});

const genderSystem = 'http://hl7.org/fhir/administrative-gender';
const sexes: Readonly<Record<string, string>> = { male: 'M', female: 'F' };

/** Search parameter → part of the query. */
export const searchTraits: Readonly<Record<string, Trait>> = {
  family: text('family'),
  given: text('given'),
  birthdate: {
    key: 'birthDate',
    expected: '1 × YYYY[-MM[-DD]]',
    read(value) {
      if (value.type !== 'date' || value.prefix !== 'eq' || !/^\d{4}(-\d\d){0,2}$/.test(value.text)) return undefined;
      return value.text.replaceAll('-', '');
    },
  },
  gender: {
    key: 'sex',
    expected: '1 × male | female',
    read: (value) =>
      value.type === 'token' && (value.system ?? genderSystem) === genderSystem ? sexes[value.code ?? ''] : undefined,
  },
  'address-city': text('city'),
  'address-postalcode': {
    key: 'postalCode',
    expected: '1 × 00000',
    read(value) {
      const said = value.type === 'string' ? value.text.trim() : '';
      return /^\d{5}$/.test(said) ? said : undefined;
    },
  },
};

export const isTrait = (name: string): boolean => Object.hasOwn(searchTraits, name);

/**
 * The query of a search by traits.
 * @throws IssueError with everything that is wrong: search-parameter-required without a family name, search-parameter-invalid,
 * traits-alone for what does not go together with traits
 */
export function demographicsOf(criteria: readonly Criterion[]): DemographicsQuery {
  const issues: Issue[] = [];
  const query: Partial<Record<keyof DemographicsQuery, string>> = {};
  for (const { name, values, modifier } of criteria) {
    const trait = searchTraits[name];
    if (!trait) {
      issues.push({ key: 'traits-alone', values: { name } });
      continue;
    }
    const [value, ...more] = values;
    const said = value && more.length === 0 && modifier === undefined ? trait.read(value) : undefined;
    if (said === undefined || query[trait.key] !== undefined)
      issues.push({ key: 'search-parameter-invalid', values: { name, detail: trait.expected } });
    else query[trait.key] = said;
  }
  if (!criteria.some((c) => c.name === 'family'))
    issues.push({ key: 'search-parameter-required', values: { name: 'family', rule: 'TD0.5' } });
  if (issues.length > 0) throw new IssueError(issues);
  return defined<DemographicsQuery>(query as DemographicsQuery);
}

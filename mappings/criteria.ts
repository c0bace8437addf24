/**
 * A search, parsed: what the grammar (`server/search`) reads out of a query string and what the mapping translates into
 * a stored query. FHIR R4 search.html.
 */
export type SearchType = 'token' | 'date' | 'string' | 'reference';

/** Date prefixes of FHIR R4 search. */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

export type CriterionValue =
  /** `system` undefined: any system (`code`); '' : no system (`|code`). `code` undefined: `system|`. */
  | { type: 'token'; system?: string; code?: string }
  /** The interval that the written value stands for: [start, end) in epoch milliseconds. */
  | { type: 'date'; prefix: Prefix; start: number; end: number; text: string }
  | { type: 'string'; text: string }
  | { type: 'reference'; reference: string };

/** One occurrence of one parameter: its values are alternatives (OR); several criteria are all required (AND). */
export interface Criterion {
  /** code of the SearchParameter, chain included: `patient.identifier`, `author.family` */
  name: string;
  /** `:not`, `:exact`, `:contains`, `:text`, `:missing` without colon */
  modifier?: string;
  values: CriterionValue[];
  /** As it was written, for the self link. */
  raw: string;
}

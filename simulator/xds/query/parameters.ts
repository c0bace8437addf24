/**
 * The parameters of a stored query: coding of values, single or list, AND by repeated slots (IHE ITI TF-2
 * §3.18.4.1.2.3.4–5). A parameter that the query does not have is ignored by an ebXML registry (ebRS 3.0 §6.3.2.1), and
 * refused here unless a setting says otherwise: a misspelt criterion must not pass for one that was applied.
 */
import { isDtm } from '../composites.ts';
import type { Association, RegistryObject, Slot } from '../metadata.ts';

export type ValueForm = 'string' | 'dtm' | 'code';

export interface ParameterRow {
  name: string;
  form: ValueForm;
  /** A list `('a','b')` of OR-ed values, possibly over several Value elements; otherwise one value. */
  list?: true;
  /** Several slots of this name are AND-ed. */
  and?: true;
  required?: true;
  /** The values that exist, when they are few. */
  among?: readonly string[];
}

/** What a stored query finds. */
export interface Found {
  objects: RegistryObject[];
  associations: Association[];
}

/** Name of a parameter about an attribute of document entries. */
export const entryParameter = (attribute: string): string => `$XDSDocumentEntry${attribute}`;

/** Parameter name → AND-ed groups of OR-ed values. */
export type Parameters = Map<string, string[][]>;

/** A stored query that is refused: IHE error code and codeContext. */
export class QueryRefused extends Error {
  override name = 'QueryRefused';
  readonly code: string;
  readonly context: string;

  constructor(code: string, context: string) {
    super(code);
    this.code = code;
    this.context = context;
  }
}

const badValue = (name: string): QueryRefused =>
  new QueryRefused('XDSStoredQueryParamNumber', `Valeur invalide pour ${name}`);

const quoted = `'(?:[^']|'')*'`;
const single = new RegExp(`^${quoted}$`);
const listOf = new RegExp(`^\\(\\s*${quoted}(?:\\s*,\\s*${quoted})*\\s*\\)$`);

/** The strings of one Value element. @returns undefined when the coding is wrong */
function decode(text: string, row: ParameterRow): string[] | undefined {
  if (row.form === 'dtm') {
    const bare = single.test(text) ? text.slice(1, -1) : text;
    return isDtm(bare) ? [bare] : undefined;
  }
  const accepted = row.list ? listOf.test(text) || single.test(text) : single.test(text);
  if (!accepted) return undefined;
  return [...text.matchAll(new RegExp(quoted, 'g'))].map(([q]) => q.slice(1, -1).replaceAll("''", "'"));
}

/** `code^^system`, both there. */
const isCode = (text: string): boolean => /^[^^]+\^\^[^^]+$/.test(text);

/** Reads and checks the slots of an AdhocQuery; `unknown`: what becomes of those that the query does not have. @throws QueryRefused */
export function readParameters(
  slots: Slot[],
  rows: ParameterRow[],
  unknown: 'refuse' | 'ignore' = 'refuse',
): Parameters {
  const parameters: Parameters = new Map();
  for (const slot of slots) {
    const row = rows.find((r) => r.name === slot.name);
    if (row === undefined && unknown === 'ignore') continue;
    if (row === undefined) throw new QueryRefused('XDSStoredQueryParamNumber', `Paramètre inconnu : ${slot.name}`);
    const groups = parameters.get(row.name) ?? [];
    if ((groups.length > 0 && row.and !== true) || slot.values.length === 0) throw badValue(row.name);
    if (slot.values.length > 1 && row.list !== true) throw badValue(row.name);
    const values = slot.values.flatMap((text) => {
      const decoded = decode(text, row);
      if (decoded === undefined) throw badValue(row.name);
      return decoded;
    });
    const known = values.every((v) => (row.form !== 'code' || isCode(v)) && (row.among?.includes(v) ?? true));
    if (!known) throw badValue(row.name);
    parameters.set(row.name, [...groups, values]);
  }
  for (const { name, required } of rows)
    if (required === true && !parameters.has(name)) throw new QueryRefused('XDSStoredQueryMissingParam', name);
  return parameters;
}

/** The values of a parameter that cannot be AND-ed; undefined when it was not given. */
export const valuesOf = (parameters: Parameters, name: string): string[] | undefined => parameters.get(name)?.[0];

/** The one value of a parameter. */
export const valueOf = (parameters: Parameters, name: string): string | undefined => valuesOf(parameters, name)?.[0];

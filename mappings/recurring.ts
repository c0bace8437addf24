/**
 * What comes again and again among the entries of one answer is made once: the documents of one patient have few authors,
 * few codes, and one patient.
 */
import type { Draft, Mapped, Row } from './rows.ts';

/** The two halves of a `write`: what depends on nothing but the value, and putting that into the resource. */
export interface Recurring<V, R extends Mapped> {
  make(value: V): unknown;
  put(made: unknown, draft: Draft<R>): void;
  /** Another field on which what is read back depends. */
  beside?: string;
}

/**
 * A row whose values come again and again among the entries of one answer (authors, codes, traits of the patient): equal
 * values are made, and read back, once in a `Memory`. What is made is frozen and shared by the resources; what is read
 * back must depend on what this row wrote and, at most, on the field `beside`.
 */
export function recurring<V, T, R extends Mapped>(
  make: (value: V) => T | undefined,
  put: (made: T, draft: Draft<R>) => void,
  beside?: string,
): Pick<Row<Record<string, V>, R, string>, 'write'> & { recurring: Recurring<V, R> } {
  return {
    write(value, draft) {
      const made = make(value);
      if (made !== undefined) put(made, draft);
    },
    recurring: { make, put: put, ...(beside === undefined ? {} : { beside }) },
  };
}

/** A value met before: what was made of it, and whether FHIR says it exactly. */
export interface Met {
  made: unknown;
  exact?: boolean;
}

/** What `recurring` rows made, for as long as one answer is mapped: it holds what names persons, and is never kept. */
export class Memory {
  private readonly met = new Map<object, Map<string, Met>>();

  recall<V>(recurring: Recurring<V, never>, value: V, model: Record<string, unknown>): Met {
    let values = this.met.get(recurring);
    if (!values) this.met.set(recurring, (values = new Map<string, Met>()));
    let key = typeof value === 'string' ? value : JSON.stringify(value);
    if (recurring.beside !== undefined) key += `\n${JSON.stringify(model[recurring.beside])}`;
    let met = values.get(key);
    if (!met) values.set(key, (met = { made: deepFreeze(recurring.make(value)) }));
    return met;
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

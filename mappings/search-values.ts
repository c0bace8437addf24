/**
 * The values that a search compares, and how they are taken out of FHIR data types: tokens, intervals, strings, references.
 * FHIR R4 search.html#token, #date.
 */
import type { CodeableConcept, Coding, Identifier, Reference } from '@medplum/fhirtypes';
import { intervalOf } from './codecs/dtm.ts';

/** One value of a parameter in a resource, ready to be compared. */
export type SearchValue =
  | {
      type: 'token';
      system?: string;
      code?: string;
      text?: string;
      /** Where upper and lower case differ: always, or when the search names the system. */
      case?: 'always' | 'system';
    }
  /** [start, end) in epoch milliseconds; an open end is infinite. */
  | { type: 'date'; start: number; end: number; period?: true }
  | { type: 'string'; text: string }
  | { type: 'reference'; reference?: string; identifiers: Identifier[] };

export const present = <T>(values: (T | undefined)[]): T[] => values.filter((v) => v !== undefined);

export const coding = ({ system, code, display }: Coding): SearchValue => ({
  type: 'token',
  case: 'system',
  ...(system === undefined ? {} : { system }),
  ...(code === undefined ? {} : { code }),
  ...(display === undefined ? {} : { text: display }),
});
export const concepts = (all: readonly (CodeableConcept | undefined)[] | undefined): SearchValue[] =>
  present([...(all ?? [])]).flatMap((c) => [
    ...(c.coding ?? []).map(coding),
    ...(c.text === undefined ? [] : [{ type: 'token' as const, text: c.text }]),
  ]);
export const identifiers = (all: readonly (Identifier | undefined)[] | undefined): SearchValue[] =>
  present([...(all ?? [])]).map(({ system, value }) => ({
    type: 'token',
    ...(system === undefined ? {} : { system }),
    ...(value === undefined ? {} : { code: value }),
  }));
export const code = (value: string | undefined, system?: string): SearchValue[] =>
  value === undefined ? [] : [{ type: 'token', code: value, ...(system === undefined ? {} : { system }) }];
export const strings = (values: readonly (string | undefined)[]): SearchValue[] =>
  present([...values]).map((text) => ({ type: 'string', text }));
export function date(value: string | undefined): SearchValue[] {
  const interval = value === undefined ? undefined : intervalOf(value);
  return interval === undefined ? [] : [{ type: 'date', ...interval }];
}

/** R4: a period without start or end is open on that side. */
export function period({ start, end }: { start?: string; end?: string } = {}): SearchValue[] {
  const [from, to] = [start, end].map((d) => (d === undefined ? undefined : intervalOf(d)));
  if (from === undefined && to === undefined) return [];
  return [{ type: 'date', start: from?.start ?? -Infinity, end: to?.end ?? Infinity, period: true }];
}

export const references = (all: readonly (Reference | undefined)[]): SearchValue[] =>
  present([...all]).map((r) => ({
    type: 'reference',
    ...(r.reference === undefined ? {} : { reference: r.reference }),
    identifiers: present([r.identifier]),
  }));

/** The filters of stored queries on one object each (IHE ITI TF-2 §3.18.4.1.2.3.7). */
import { classifiedBy, codes, type RegistryObject, slotValue, slotValues } from '../metadata.ts';
import { type Parameters, valueOf, valuesOf } from './parameters.ts';

/** Coded attribute in the list; repeated slots must all be met. */
export function hasCode(object: RegistryObject, scheme: string, parameters: Parameters, name: string): boolean {
  const groups = parameters.get(name);
  if (groups === undefined) return true;
  const own = codes(object, scheme).map((c) => `${c.code}^^${c.system}`);
  return groups.every((group) => group.some((wanted) => own.includes(wanted)));
}

/** Values of a slot in the list; repeated slots must all be met. */
export function hasValue(object: RegistryObject, slot: string, parameters: Parameters, name: string): boolean {
  const own = slotValues(object, slot);
  return (parameters.get(name) ?? []).every((group) => group.some((wanted) => own.includes(wanted)));
}

/** One of the listed texts; true when the parameter was not given. */
export const isAmong = (value: string | undefined, parameters: Parameters, name: string): boolean =>
  valuesOf(parameters, name)?.includes(value ?? '') ?? true;

/** `From` ≤ time < `To`; an object without that time is not found by either. Missing precision counts as zero. */
export function isWithin(object: RegistryObject, slot: string, parameters: Parameters, prefix: string): boolean {
  const from = valueOf(parameters, `${prefix}From`);
  const to = valueOf(parameters, `${prefix}To`);
  if (from === undefined && to === undefined) return true;
  const time = slotValue(object, slot);
  if (time === undefined) return false;
  return (from === undefined || pad(time) >= pad(from)) && (to === undefined || pad(time) < pad(to));
}

const pad = (dtm: string): string => dtm + '00000101000000'.slice(dtm.length);

/** One author whose authorPerson is LIKE a pattern: `%` any text, `_` any character. */
export function hasAuthor(object: RegistryObject, scheme: string, parameters: Parameters, name: string): boolean {
  const patterns = valuesOf(parameters, name);
  if (patterns === undefined) return true;
  const persons = classifiedBy(object, scheme).flatMap((a) => slotValues(a, 'authorPerson'));
  return patterns.some((pattern) => persons.some((person) => like(pattern).test(person)));
}

function like(pattern: string): RegExp {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '[^]*').replaceAll('_', '[^]')}$`);
}

/**
 * Decimals keep the text that they had in XML: 1.50 says more than 1.5, and a JavaScript number holds neither the zero
 * nor more than 17 digits (FHIR R4 datatypes.html#decimal: precision has significance). The text lives beside the
 * object that holds the number, for as long as that object does; JSON, whose reader has no such place, gets the number.
 */
const texts = new WeakMap<object, Map<string, string>>();

/** Remembers how a decimal was written. @param key property name, with its index in a list: `value`, `x/3` */
export function keepText(owner: object, key: string, text: string): void {
  let kept = texts.get(owner);
  if (!kept) texts.set(owner, (kept = new Map<string, string>()));
  kept.set(key, text);
}

/** A number as FHIR writes it: as it came when it has not changed since. @throws RangeError when it is none */
export function textOf(owner: object, key: string, value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('not a number that FHIR can hold');
  const text = texts.get(owner)?.get(key);
  return text !== undefined && Number(text) === value ? text : String(value);
}

/**
 * The value attribute of a primitive as its JSON value. FHIR R4 datatypes.html#primitive.
 */

const integer =
  (pattern: RegExp) =>
  (text: string): number | undefined => {
    const value = pattern.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(value) ? value : undefined;
  };

const decimal = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

const converters: Readonly<Record<string, (text: string) => unknown>> = {
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  integer: integer(/^(0|[-+]?[1-9]\d*)$/),
  unsignedInt: integer(/^(0|[1-9]\d*)$/),
  positiveInt: integer(/^\+?[1-9]\d*$/),
  decimal: (text) => {
    const value = decimal.test(text) ? Number(text) : NaN;
    return Number.isFinite(value) ? value : undefined;
  },
  // White space within base64 is for line length alone.
  base64Binary: (text) => (/[ \t\r\n]/.test(text) ? text.replace(/[ \t\r\n]+/g, '') : text),
};

/** Types whose white space is their own; of all others XML Schema strips what stands around the value. */
const verbatim: ReadonlySet<string> = new Set(['string', 'markdown', 'id', 'base64Binary']);

/** @returns undefined when the text does not have the form of the type; other types than these are the validator's */
export function convert(type: string, text: string): unknown {
  const value = verbatim.has(type) ? text : text.trim();
  const own = converters[type];
  return own ? own(value) : value;
}

/**
 * HL7 v2 composites as XDS uses them (ITI TF-3 table 4.2.3.1.7-2): components `^`, subcomponents `&`, escapes `\F\`
 * `\S\` `\T\` `\R\` `\E\`.
 */

/**
 * A codec: the two directions of one form, side by side. `undefined` says that the value has no such form. A codec may
 * read more than it writes: what the wire held beyond is kept by the rows (`rows.ts`), which compare.
 */
export interface Codec<Wire, Value> {
  decode(wire: Wire): Value | undefined;
  encode(value: Value): Wire | undefined;
}

const escapes: Record<string, string> = { F: '|', S: '^', T: '&', R: '~', E: '\\' };
const special: Record<string, string> = { '|': '\\F\\', '^': '\\S\\', '&': '\\T\\', '~': '\\R\\', '\\': '\\E\\' };

const separators = /[|^&~\\]/;

/** Text of one component ↔ plain text (HL7 v2.5 §2.7). Unknown escapes are left as they are. */
export const hl7Text: { decode(wire: string): string; encode(value: string): string } = {
  decode: (wire) =>
    !wire.includes('\\') ? wire : wire.replace(/\\([FSTRE])\\/g, (_, letter: string) => escapes[letter] as string),
  encode: (value) => (!separators.test(value) ? value : value.replace(/[|^&~\\]/g, (c) => special[c] as string)),
};

/** The components of a composite, 1-based as in the standard (index 0 is unused); '' when absent. */
export function components(wire: string): (index: number) => string {
  const parts = wire.split('^');
  return (index) => parts[index - 1] ?? '';
}

/** Joins components given by their number, without trailing separators. Values are already encoded. */
export function compose(parts: Record<number, string | undefined>, separator = '^'): string {
  let wire = '';
  let at = 1;
  // Integer keys come in ascending order.
  for (const key in parts) {
    const value = parts[key];
    if (value === undefined || value === '') continue;
    wire += separator.repeat(Number(key) - at) + value;
    at = Number(key);
  }
  return wire;
}

/** HD: who assigned an identifier. `universalType` is ISO for an OID. */
export interface Authority {
  namespace?: string;
  oid?: string;
}

/** HD `namespace&oid&ISO`. Other kinds of universal id are not read. */
export const hd: { decode(wire: string): Authority; encode(value: Authority): string } = {
  decode(wire) {
    const [namespace = '', id = '', type = ''] = wire.split('&');
    return {
      ...(namespace === '' ? {} : { namespace: hl7Text.decode(namespace) }),
      ...(id === '' || type !== 'ISO' ? {} : { oid: id }),
    };
  },
  encode: (value) =>
    compose(
      {
        1: value.namespace === undefined ? undefined : hl7Text.encode(value.namespace),
        2: value.oid,
        3: value.oid === undefined ? undefined : 'ISO',
      },
      '&',
    ),
};

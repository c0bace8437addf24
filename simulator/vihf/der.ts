/** DER, as far as an X.509 certificate needs it: tag, content and children of a value (X.690). */

export interface Der {
  /** Identifier octet, class and constructed bits included. */
  tag: number;
  content: Buffer;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Consecutive values. @throws RangeError when lengths do not add up */
export function readDer(bytes: Buffer): Der[] {
  const values: Der[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at++);
    if ((tag & 0x1f) === 0x1f) throw new RangeError('DER: long tags do not occur in certificates');
    let length = bytes[at++] ?? Number.NaN;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) throw new RangeError('DER: unreadable length');
      length = bytes.readUIntBE(at, octets);
      at += octets;
    }
    if (!(at + length <= bytes.length)) throw new RangeError('DER: value is cut');
    values.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return values;
}

/** A value by its place. @throws RangeError when there are fewer */
export function nth(values: Der[], index: number): Der {
  const value = values[index];
  if (value === undefined) throw new RangeError('DER: a value is missing');
  return value;
}

/** The only value in these bytes. */
export function readOne(bytes: Buffer): Der {
  const [value, ...rest] = readDer(bytes);
  if (value === undefined || rest.length > 0) throw new RangeError('DER: one value expected');
  return value;
}

/** Dotted form of an object identifier's content. */
export function readOid(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = arcs.shift() ?? 0;
  const top = Math.min(Math.floor(first / 40), 2);
  return [top, first - top * 40, ...arcs].join('.');
}

/** Text of a directory string (UTF8String, PrintableString, IA5String, T61String, BMPString). */
export const readString = (value: Der): string =>
  value.tag === tags.bmpString
    ? Buffer.from(value.content).swap16().toString('utf16le')
    : value.content.toString(value.tag === 0x0c ? 'utf8' : 'latin1');

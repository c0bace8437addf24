/**
 * Just enough DER to read the names and the serial number of a certificate: node:crypto gives names in a form of its own
 * that loses the structure of multi-valued RDNs, and the VIHF wants them as RFC 2253 (dmp-wire §2.1).
 */

/** One TLV of a DER structure. */
export interface Der {
  tag: number;
  /** contents octets */
  value: Buffer;
  /** the whole TLV */
  raw: Buffer;
}

/** Reads the TLVs that follow one another in a buffer. @throws RangeError when they do not fit */
export function derItems(bytes: Buffer): Der[] {
  const items: Der[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = bytes.readUInt8(at++);
    if ((tag & 0x1f) === 0x1f) throw new RangeError('DER: long tags are not used in certificates');
    let length = bytes[at++] ?? -1;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4 || at + octets > bytes.length) throw new RangeError('DER: bad length');
      length = bytes.readUIntBE(at, octets);
      at += octets;
    }
    if (length < 0 || at + length > bytes.length) throw new RangeError('DER: truncated');
    items.push({ tag, value: bytes.subarray(at, at + length), raw: bytes.subarray(start, at + length) });
    at += length;
  }
  return items;
}

/** An OBJECT IDENTIFIER's contents as dotted decimals. */
export function derOid(value: Buffer): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of value) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if ((octet & 0x80) === 0) {
      if (arcs.length === 0) {
        const first = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
        arcs.push(first, arc - first * 40n);
      } else arcs.push(arc);
      arc = 0n;
    }
  }
  return arcs.join('.');
}

/** Keywords of RFC 2253 §2.3; every other type is written as dotted OID and hexadecimal DER, as Java and the DMP's samples do. */
const keywords: Record<string, string> = {
  '2.5.4.3': 'CN',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.6': 'C',
  '2.5.4.9': 'STREET',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
};

const decoders: Record<number, (v: Buffer) => string> = {
  0x0c: (v) => v.toString('utf8'), // UTF8String
  0x13: (v) => v.toString('latin1'), // PrintableString
  0x14: (v) => v.toString('latin1'), // TeletexString
  0x16: (v) => v.toString('latin1'), // IA5String
  0x1e: (v) => Buffer.from(v).swap16().toString('utf16le'), // BMPString
};

/** RFC 2253 §2.4. */
function escapeValue(text: string): string {
  return text
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

/**
 * A DER Name as RFC 2253 writes it, last RDN first: `CN=…,OU=…,O=…,ST=Isère (38),C=FR`. The parts of a multi-valued RDN are
 * joined by `+`, last one first too, which is how the DMP's samples have them (`CN=…+2.5.4.4=#…`); their order means nothing.
 */
export function distinguishedName(name: Der): string {
  return derItems(name.value)
    .map((rdn) =>
      derItems(rdn.value)
        .map((part) => {
          const [type, value] = derItems(part.value);
          if (!type || !value) throw new RangeError('DER: empty attribute in a name');
          const oid = derOid(type.value);
          const keyword = keywords[oid];
          const decode = decoders[value.tag];
          return keyword !== undefined && decode
            ? `${keyword}=${escapeValue(decode(value.value))}`
            : `${oid}=#${value.raw.toString('hex')}`;
        })
        .reverse()
        .join('+'),
    )
    .reverse()
    .join(',');
}

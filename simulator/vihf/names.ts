/**
 * Distinguished names as ordered lists of sets: from a certificate (DER) and from the text of an Issuer (RFC 2253 and
 * 4514). A multi-valued RDN is a set: its order on the wire means nothing (wire/README, "VIHF files").
 */
import { readDer, readOid, readOne, readString, tags } from './der.ts';

export interface Ava {
  oid: string;
  value: string;
}
/** One RDN: attribute values in no order. */
export type Rdn = Ava[];
/** Most significant first, as encoded in the certificate. */
export type Name = Rdn[];

export const attributeTypes = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
  TITLE: '2.5.4.12',
  GN: '2.5.4.42',
  GIVENNAME: '2.5.4.42',
  SURNAME: '2.5.4.4',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
} as const;

/** A Name from the content of its DER SEQUENCE. */
export function nameFromDer(content: Buffer): Name {
  return readDer(content).map((set) =>
    readDer(set.content).map((ava) => {
      const [type, value] = readDer(ava.content);
      if (type?.tag !== tags.oid || value === undefined) throw new RangeError('DER: malformed name');
      return { oid: readOid(type.content), value: readString(value) };
    }),
  );
}

/** Splits on a separator that is neither escaped nor quoted. */
function split(text: string, separators: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\') piece += c + (text[++i] ?? '');
    else if (!quoted && separators.includes(c)) {
      pieces.push(piece);
      piece = '';
    } else {
      if (c === '"') quoted = !quoted;
      piece += c;
    }
  }
  return [...pieces, piece];
}

function unescape(text: string): string {
  const bare = /^".*"$/s.test(text) ? text.slice(1, -1) : text;
  const bytes: number[] = [];
  for (let i = 0; i < bare.length;) {
    const hex = /^\\([0-9a-f]{2})/i.exec(bare.slice(i));
    if (hex !== null) {
      bytes.push(parseInt(hex[0].slice(1), 16));
      i += 3;
      continue;
    }
    if (bare[i] === '\\') i++;
    const point = String.fromCodePoint(bare.codePointAt(i) ?? 0x5c);
    bytes.push(...Buffer.from(point));
    i += point.length;
  }
  return Buffer.from(bytes).toString('utf8');
}

/**
 * A Name from text, least significant first (RFC 2253: `CN=…,OU=…,C=FR`). Values may be `#` hexadecimal DER; types may
 * be dotted OIDs. @returns undefined when it is not such a text
 */
export function nameFromText(text: string): Name | undefined {
  try {
    return split(text, ',;')
      .map((rdn) =>
        split(rdn, '+').map((part): Ava => {
          const [, type, raw] = /^\s*([A-Za-z0-9.-]+)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
          if (type === undefined || raw === undefined || raw === '') throw new RangeError('not a name');
          const known = (attributeTypes as Record<string, string>)[type.toUpperCase()];
          const oid = known ?? (/^\d+(\.\d+)+$/.test(type) ? type : undefined);
          if (oid === undefined) throw new RangeError('not a name');
          return {
            oid,
            value: raw.startsWith('#') ? readString(readOne(Buffer.from(raw.slice(1), 'hex'))) : unescape(raw),
          };
        }),
      )
      .reverse();
  } catch {
    return undefined;
  }
}

const key = (rdn: Rdn): string => JSON.stringify(rdn.map((a) => `${a.oid}=${a.value.normalize('NFC')}`).sort());

/** Same RDNs in the same order, each compared as a set. */
export const sameName = (a: Name, b: Name): boolean =>
  a.length === b.length && a.every((rdn, i) => key(rdn) === key(b[i] ?? []));

/** Every value of an attribute type, most significant first. */
export const valuesOf = (name: Name, type: keyof typeof attributeTypes): string[] =>
  name.flatMap((rdn) => rdn.filter((a) => a.oid === attributeTypes[type]).map((a) => a.value));

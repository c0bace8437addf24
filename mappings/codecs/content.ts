/** What describes the bytes: hash and size. */
import type { Codec } from './hl7v2.ts';

/** SHA-1 in hexadecimal (XDS, lower case) ↔ base64 (FHIR Attachment.hash). */
export const hash: Codec<string, string> = {
  decode: (hex) => (/^[0-9a-f]{40}$/.test(hex) ? Buffer.from(hex, 'hex').toString('base64') : undefined),
  encode(base64) {
    const bytes = Buffer.from(base64, 'base64');
    return bytes.length === 20 && bytes.toString('base64') === base64 ? bytes.toString('hex') : undefined;
  },
};

/** Decimal string ↔ unsignedInt. */
export const size: Codec<string, number> = {
  decode(wire) {
    const n = /^(0|[1-9]\d{0,9})$/.test(wire) ? Number(wire) : NaN;
    return n <= 2_147_483_647 ? n : undefined;
  },
  encode: (n) => (Number.isInteger(n) && n >= 0 ? String(n) : undefined),
};

/**
 * What a document's bytes say that it is, and what the DMP takes.
 *
 * Source: CI-SIS « Structuration minimale » (bodies of a CDA N1: PDF/A-1, text, RTF, JPEG, TIFF), dmp-wire §3.4 and
 * §8; magic numbers: ISO 32000-1 §7.5.2, ISO/IEC 10918-1 (JPEG), TIFF 6.0, RTF 1.9.1; PDF/A declaration: ISO 19005-1
 * §6.7.11.
 */

export type BodyMedia = 'application/pdf' | 'image/jpeg' | 'image/tiff' | 'text/rtf' | 'text/plain';
/** `text/xml` is a CDA (any XML whose root is, or may hold, a ClinicalDocument). */
export type SniffedMedia = BodyMedia | 'text/xml';

/**
 * Media types that may be deposited. `wrap`: becomes the body of a CDA N1; `cda`: is deposited as it is. `same` are
 * other names under which clients announce the type.
 */
export const depositMedia: Readonly<Record<SniffedMedia, { handling: 'wrap' | 'cda'; same: readonly string[] }>> = {
  'application/pdf': { handling: 'wrap', same: ['application/x-pdf'] },
  'image/jpeg': { handling: 'wrap', same: ['image/jpg', 'image/pjpeg'] },
  'image/tiff': { handling: 'wrap', same: ['image/tif'] },
  'text/rtf': { handling: 'wrap', same: ['application/rtf', 'application/x-rtf'] },
  'text/plain': { handling: 'wrap', same: [] },
  'text/xml': {
    handling: 'cda',
    same: ['application/xml', 'application/hl7-cda+xml', 'application/hl7-sda+xml', 'application/xslt+xml'],
  },
};

/** The canonical name of an announced media type (parameters ignored), when the DMP takes it. */
export function canonicalMedia(announced: string): SniffedMedia | undefined {
  const bare = (announced.split(';')[0] ?? '').trim().toLowerCase();
  for (const [name, { same }] of Object.entries(depositMedia))
    if (name === bare || same.includes(bare)) return name as SniffedMedia;
  return undefined;
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to);

const startsWith = (bytes: Uint8Array, ...prefix: number[]): boolean => prefix.every((b, i) => bytes[i] === b);

/** Whether there is nothing in it: no byte, or nothing but a byte order mark, blanks and zero bytes. */
export function isEmpty(bytes: Uint8Array): boolean {
  let i = startsWith(bytes, 0xef, 0xbb, 0xbf) ? 3 : 0;
  for (; i < bytes.length; i++) {
    const b = bytes[i] as number;
    if (b !== 0 && b !== 0x20 && (b < 0x09 || b > 0x0d)) return false;
  }
  return true;
}

/**
 * The type of a document, by its bytes alone; `undefined` when it is none that the DMP takes.
 *
 * A binary type needs both its first bytes and what must follow (a PDF its end marker, a TIFF a plausible offset), so
 * that a text which happens to begin like one is not taken for it. What is left is text only if it is UTF-8 without
 * control characters.
 */
export function sniff(bytes: Uint8Array): SniffedMedia | undefined {
  if (isEmpty(bytes)) return undefined;
  if (/^%PDF-[12]\.\d/.test(ascii(bytes, 0, 8)))
    return ascii(bytes, Math.max(0, bytes.length - 2048), bytes.length).includes('%%EOF')
      ? 'application/pdf'
      : undefined;
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return isJpeg(bytes) ? 'image/jpeg' : undefined;
  if (startsWith(bytes, 0x49, 0x49, 0x2a, 0x00) || startsWith(bytes, 0x4d, 0x4d, 0x00, 0x2a))
    return isTiff(bytes) ? 'image/tiff' : undefined;
  if (/^\{\\rtf1?[\\{}\s]/.test(ascii(bytes, 0, 8)))
    return /\}\s*\0*$/.test(ascii(bytes, Math.max(0, bytes.length - 64), bytes.length)) ? 'text/rtf' : undefined;
  if (!isText(bytes)) return undefined;
  return looksLikeXml(bytes) ? 'text/xml' : 'text/plain';
}

/** First marker after SOI is a segment, and the image ends with EOI (some cameras add zero bytes). */
function isJpeg(bytes: Uint8Array): boolean {
  const marker = bytes[3] ?? 0;
  if (marker < 0xc0 || marker === 0xff) return false;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(Buffer.from([0xff, 0xd9])) > 3;
}

/** The offset of the first directory lies within the file, on a word. */
function isTiff(bytes: Uint8Array): boolean {
  if (bytes.length < 14) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offset = view.getUint32(4, bytes[0] === 0x49);
  return offset >= 8 && offset % 2 === 0 && offset + 6 <= bytes.length;
}

/** UTF-8 throughout, and no control character but tab, line feed, form feed, carriage return. */
function isText(bytes: Uint8Array): boolean {
  for (const b of bytes) if (b < 0x20 && b !== 0x09 && b !== 0x0a && b !== 0x0c && b !== 0x0d) return false;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (let i = 0; i < bytes.length; i += 65_536) decoder.decode(bytes.subarray(i, i + 65_536), { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

function looksLikeXml(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 4096))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  return (
    /^<(?:\?xml[\s?]|!--|!DOCTYPE|[A-Za-z_][\w.-]*(?::[\w.-]+)?[\s/>])/.test(head) &&
    !/^<(?:!DOCTYPE\s+)?html\b/i.test(head)
  );
}

/**
 * Whether a PDF declares itself PDF/A-1, the only PDF that the CI-SIS permits: XMP metadata with
 * `pdfaid:part` 1 and `pdfaid:conformance` A or B, as elements or attributes. ISO 19005-1 forbids to compress that
 * stream, so that the declaration stands in the bytes. That the document keeps its word is not checked.
 */
export function declaresPdfA1(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // XMP packets are UTF-8 in nearly all PDFs; each is looked at apart, without turning the whole file into a string.
  let at = buffer.indexOf('pdfaid:part');
  for (let looks = 0; at >= 0 && looks < mostDeclarations; looks++) {
    const packet = buffer.toString('latin1', Math.max(0, at - 4096), Math.min(buffer.length, at + 4096));
    if (value(packet, 'part') === '1' && /^[AB]$/.test(value(packet, 'conformance') ?? '')) return true;
    at = buffer.indexOf('pdfaid:part', at + 11);
  }
  return false;
}

/** A PDF has one declaration, and one more for each PDF in it; a file made of nothing else is not searched to its end. */
const mostDeclarations = 100;

/** Every repetition is short and what follows it differs: the time is bounded whatever stands there. */
function value(packet: string, name: string): string | undefined {
  const form = new RegExp(
    `pdfaid:${name}\\s{0,32}(?:>\\s{0,32}([^<\\s]{1,16})\\s{0,32}<|=\\s{0,32}["']\\s{0,32}([^"'\\s]{1,16})\\s{0,32}["'])`,
  );
  const found = form.exec(packet);
  return found?.[1] ?? found?.[2];
}

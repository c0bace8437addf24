/**
 * The name under which a browser keeps a document: what kind it is and its date, as its CDA header says them. Never its
 * title, where authors write what they like, names of persons included; without a header, its opaque id.
 * RFC 6266, RFC 8187.
 */
import type { CdaHeader } from '../../mappings/cda/types.ts';

const extensions: Record<string, string> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
  'text/rtf': 'rtf',
  'application/rtf': 'rtf',
  'text/plain': 'txt',
  'text/xml': 'xml',
  'text/html': 'html',
  'application/xslt+xml': 'xsl',
};

/** Letters, digits and simple signs of any language; nothing that a file system or a header reads. */
const plain = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}.' -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+|[ .]+$/g, '')
    // Not within a letter of two units: half of it has no encoding.
    .replace(/^(.{0,80}).*$/u, '$1')
    .trim();

/**
 * `Content-Disposition`.
 * @param type media type of what is sent
 * @param disposition `inline` for a page that is ours; a document of somebody else is never opened by itself
 */
export function dispositionOf(
  id: string,
  type: string,
  header: CdaHeader | undefined,
  disposition: 'inline' | 'attachment',
): string {
  const extension = extensions[type] ?? 'bin';
  const day = /^(\d{4})(\d{2})(\d{2})/
    .exec(header?.effectiveTime ?? '')
    ?.slice(1)
    .join('-');
  const kind = plain(header?.code.display ?? '');
  const name = kind === '' ? id : day === undefined ? kind : `${kind} ${day}`;
  const ascii = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const extended = ascii === name ? '' : `; filename*=UTF-8''${encoded}.${extension}`;
  return `${disposition}; filename="${ascii}.${extension}"${extended}`;
}

/**
 * MTOM/XOP packages (SOAP 1.2): multipart/related read from octets and written. Strict: a package that is cut or that
 * does not close is refused.
 */

/** One MIME part other than the root. */
export interface Part {
  contentType: string;
  body: Uint8Array;
}

export interface Package {
  /** Octets of the root part: the SOAP envelope. */
  root: Uint8Array;
  /** By decoded Content-ID, without angle brackets. */
  parts: Map<string, Part>;
}

/** Not a readable MTOM package. */
export class MtomRefused extends Error {
  override name = 'MtomRefused';
}

const limits = { parts: 64, headerBytes: 8192 };

/** A media type, and its parameters with names in lower case and quoted strings unquoted. */
export function mediaType(header: string | undefined): { type: string; parameters: Record<string, string> } {
  const text = header ?? '';
  const parameters: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/;\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g))
    parameters[name.toLowerCase()] = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value.trim();
  return { type: text.replace(/;.*$/s, '').trim().toLowerCase(), parameters };
}

/** Content-ID or `cid:` href → the id that both mean: no `cid:`, no angle brackets, percent escapes decoded. */
export function decodeCid(id: string): string {
  const bare = id
    .trim()
    .replace(/^cid:/i, '')
    .replace(/^<(.*)>$/, '$1');
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare; // a stray % is part of the id
  }
}

/** `cid:` href for a Content-ID, in the DMP's style: colon written %3A (dmp-wire §1.3). */
export const cidHref = (cid: string): string => `cid:${cid.replace(/%/g, '%25').replace(/:/g, '%3A')}`;

/** The part that an xop:Include href names. */
export const partOf = (parts: Map<string, Part>, href: string): Part | undefined =>
  /^cid:/i.test(href) ? parts.get(decodeCid(href)) : undefined;

const crlf = Buffer.from('\r\n');

/** Reads a package. @throws MtomRefused with what is wrong */
export function decodeMtom(contentType: string | undefined, body: Buffer): Package {
  const { parameters } = mediaType(contentType);
  const boundary = parameters['boundary'];
  if (boundary === undefined || boundary === '' || boundary.length > 70) throw new MtomRefused('no usable boundary');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // the first delimiter may open the body without a CRLF before it
  const framed = Buffer.concat([crlf, body]);
  const found: { id: string | undefined; part: Part }[] = [];
  let at = framed.indexOf(delimiter);
  if (at < 0) throw new MtomRefused('boundary not found');
  for (;;) {
    at += delimiter.length;
    if (framed.subarray(at, at + 2).toString('latin1') === '--') break;
    while (framed[at] === 0x20 || framed[at] === 0x09) at++; // transport padding
    if (framed.subarray(at, at + 2).compare(crlf) !== 0) throw new MtomRefused('malformed delimiter');
    const next = framed.indexOf(delimiter, at);
    if (next < 0) throw new MtomRefused('package is truncated');
    if (found.push(readPart(framed.subarray(at, next))) > limits.parts) throw new MtomRefused('too many parts');
    at = next;
  }
  return assemble(found, parameters['start']);
}

/** `section` starts with the CRLF that ends its delimiter line. */
function readPart(section: Buffer): { id: string | undefined; part: Part } {
  const end = section.indexOf('\r\n\r\n');
  if (end < 0 || end > limits.headerBytes) throw new MtomRefused('part without header end');
  const headers: Record<string, string> = {};
  for (const line of section
    .subarray(0, end)
    .toString('utf8')
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const encoding = (headers['content-transfer-encoding'] ?? 'binary').toLowerCase();
  if (!['binary', '8bit', '7bit'].includes(encoding)) throw new MtomRefused(`transfer encoding ${encoding}`);
  const id = headers['content-id'];
  return {
    id: id === undefined ? undefined : decodeCid(id),
    part: { contentType: headers['content-type'] ?? 'application/octet-stream', body: section.subarray(end + 4) },
  };
}

function assemble(found: { id: string | undefined; part: Part }[], start: string | undefined): Package {
  const rootAt = start === undefined ? 0 : found.findIndex((f) => f.id === decodeCid(start));
  const root = found[rootAt];
  if (root === undefined) throw new MtomRefused('root part not found');
  const rootType = mediaType(root.part.contentType);
  if (rootType.type !== 'application/xop+xml') throw new MtomRefused('root part is not application/xop+xml');
  const parts = new Map<string, Part>();
  for (const { id, part } of found) {
    if (part === root.part) continue;
    if (id === undefined) throw new MtomRefused('part without Content-ID');
    if (parts.has(id)) throw new MtomRefused('two parts with the same Content-ID');
    parts.set(id, part);
  }
  return { root: root.part.body, parts };
}

/** Writes a package in the server's (CXF) style. */
export function encodeMtom(
  envelope: string,
  action: string,
  parts: readonly { cid: string; contentType: string; body: Uint8Array }[],
  boundaryId: string,
): { contentType: string; body: Buffer } {
  const boundary = `uuid:${boundaryId}`;
  const start = '<root.message@cxf.apache.org>';
  const head = (type: string, id: string) =>
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: ${id}\r\n\r\n`,
    );
  const chunks: Uint8Array[] = [
    head('application/xop+xml; charset=UTF-8; type="application/soap+xml"', start),
    Buffer.from(envelope),
  ];
  for (const part of parts) chunks.push(head(part.contentType, `<${part.cid}>`), part.body);
  chunks.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  return {
    contentType: `multipart/related; type="application/xop+xml"; boundary="${boundary}"; start="${start}"; start-info="application/soap+xml"; action="${action}"`,
    body: Buffer.concat(chunks),
  };
}

/** Small real documents of every kind that the DMP takes, made in code; all persons are invented. */

/** A one-page PDF; `archival`: with the XMP packet that declares PDF/A-1b. */
export function pdf(text = 'Lettre de liaison', archival = true): Buffer {
  const objects: string[] = [];
  const xmp =
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ' +
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
    'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>' +
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>';
  const content = `BT /F1 18 Tf 72 720 Td (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`;
  objects.push(`<< /Type /Catalog /Pages 2 0 R${archival ? ' /Metadata 6 0 R' : ''} >>`);
  objects.push('<< /Type /Pages /Kids [3 0 R] /Count 1 >>');
  objects.push(
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
  );
  objects.push(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  if (archival) objects.push(`<< /Type /Metadata /Subtype /XML /Length ${xmp.length} >>\nstream\n${xmp}\nendstream`);
  let out = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  const offsets = objects.map((o, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${o}\nendobj\n`;
    return at;
  });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  out += offsets.map((o) => `${String(o).padStart(10, '0')} 00000 n \n`).join('');
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}

/** A PDF of about `bytes` bytes: the small one with padding that a reader skips. */
export function pdfOfSize(bytes: number, seed = 0): Buffer {
  const base = pdf(`Document ${seed}`);
  const end = base.indexOf('xref\n');
  const padding = Buffer.alloc(
    Math.max(0, bytes - base.length),
    `%${seed} padding padding padding padding padding pad\n`,
  );
  return Buffer.concat([base.subarray(0, end), padding, base.subarray(end)]);
}

export const text = (content = 'Transmission du matin : nuit calme, bon appétit.\n'): Buffer =>
  Buffer.from(content, 'utf8');

export const rtf = (content = 'Transmission du matin'): Buffer =>
  Buffer.from(`{\\rtf1\\ansi\\deff0 ${content}}`, 'latin1');

/** The smallest baseline JPEG (1 × 1, grey). */
export const jpeg = (): Buffer =>
  Buffer.from(
    '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////' +
      '2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAABAAEDAREAAhEBAxEB/8QA' +
      'FAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwD' +
      'AQACEQMRAD8AfwD/2Q==',
    'base64',
  );

/** A 1 × 1 bilevel TIFF, little-endian. */
export function tiff(): Buffer {
  const entries: [number, number, number, number][] = [
    [256, 3, 1, 1],
    [257, 3, 1, 1],
    [258, 3, 1, 1],
    [259, 3, 1, 1],
    [262, 3, 1, 0],
    [273, 4, 1, 8],
    [277, 3, 1, 1],
    [278, 3, 1, 1],
    [279, 4, 1, 1],
  ];
  const b = Buffer.alloc(10 + 2 + entries.length * 12 + 4);
  b.write('II', 0, 'latin1');
  b.writeUInt16LE(42, 2);
  b.writeUInt32LE(10, 4);
  b.writeUInt16LE(entries.length, 10);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 12 + i * 12;
    b.writeUInt16LE(tag, at);
    b.writeUInt16LE(type, at + 2);
    b.writeUInt32LE(count, at + 4);
    b.writeUInt32LE(value, at + 8);
  });
  return b;
}

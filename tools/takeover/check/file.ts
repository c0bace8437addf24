/** The document itself: there, readable, of a size and a format that the DMP takes. */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { uniqueIdOf } from '../../../mappings/cda/metadata.ts';
import { declaresPdfA1, isEmpty, sniff } from '../../../mappings/media.ts';
import type { Finding } from '../types.ts';

export interface FileFacts {
  size: number;
  /** SHA-256, hex */
  digest: string;
  media: string;
  /** Of a CDA: its own. */
  uniqueId?: string;
}

export interface FileRules {
  /** octets */
  maxBytes: number;
  /** What a PDF that does not declare PDF/A-1 is (the façade's setting PDFA). */
  pdfa: 'warn' | 'refuse' | 'ignore';
}

const error = (key: string, values?: Finding['values']): Finding => ({
  key,
  severity: 'error',
  ...(values ? { values } : {}),
});

/**
 * @param folder in which it must be, whatever links lead there: a manifest may come from somebody who may not read all that we may
 * @returns facts only when nothing is wrong
 */
export async function checkFile(
  path: string,
  folder: string,
  rules: FileRules,
): Promise<{ facts?: FileFacts; findings: Finding[] }> {
  let bytes: Uint8Array;
  try {
    const root = (await realpath(folder)).replace(/[\\/]*$/, sep);
    if (!`${await realpath(path)}${sep}`.startsWith(root)) return { findings: [error('file-outside')] };
    const about = await stat(path);
    if (!about.isFile()) return { findings: [error('file-missing')] };
    if (about.size > rules.maxBytes)
      return { findings: [error('file-large', { size: about.size, limit: rules.maxBytes })] };
    bytes = await readFile(path);
  } catch {
    return { findings: [error('file-missing')] };
  }
  if (isEmpty(bytes)) return { findings: [error('file-empty')] };
  const media = sniff(bytes);
  // A page of HTML, a table or a script is text as well: only what is called text is taken for it.
  if (media === undefined || (media === 'text/plain' && !/\.(txt|text)$/i.test(path)))
    return { findings: [error('file-format')] };
  const facts = { size: bytes.length, digest: createHash('sha256').update(bytes).digest('hex'), media };
  if (media === 'application/pdf') return { ...pdfFindings(bytes, rules), facts };
  if (media !== 'text/xml') return { facts, findings: [] };
  try {
    const uniqueId = uniqueIdOf(readCdaHeader(bytes).id);
    return /^[\d.]{3,64}$/.test(uniqueId)
      ? { facts: { ...facts, uniqueId }, findings: [] }
      : { findings: [error('cda-id')] };
  } catch {
    return { findings: [error('cda-invalid')] };
  }
}

function pdfFindings(bytes: Uint8Array, { pdfa }: FileRules): { findings: Finding[] } {
  // Where the trailer or the cross-reference stream stands (ISO 32000-1 §7.5.5, §7.6.1).
  const tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - 4096))).toString('latin1');
  if (/\/Encrypt\s+\d+\s+\d+\s+R/.test(tail)) return { findings: [error('pdf-encrypted')] };
  if (pdfa === 'ignore' || declaresPdfA1(bytes)) return { findings: [] };
  return { findings: [{ key: 'pdf-not-archival', severity: pdfa === 'warn' ? 'warning' : 'error' }] };
}

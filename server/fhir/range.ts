/**
 * Parts of a body: `Range` with one range of bytes, `If-Range` with a strong tag (RFC 9110 §13.1.5, §14). Several ranges
 * at once, and units other than bytes, are answered by the whole, as the RFC allows.
 */

/** Both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** @returns undefined when the whole is to be sent; `unsatisfiable` when no byte is in the range */
export function rangeOf(
  { range, ifRange }: { range?: string; ifRange?: string },
  etag: string,
  length: number,
): ByteRange | 'unsatisfiable' | undefined {
  if (range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) return undefined;
  const [, first, last] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(range) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0 || length === 0) return 'unsatisfiable';
    return { start: Math.max(0, length - suffix), end: length - 1 };
  }
  const start = Number(first);
  const end = last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== '' && Number(last) < start) return undefined; // no range at all
  return start >= length ? 'unsatisfiable' : { start, end };
}

/** The bytes of a range, of all the bytes. */
export async function* cut(chunks: AsyncIterable<Uint8Array>, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    if (part.length > 0) yield part;
    at += chunk.length;
    if (at > end) return;
  }
}

/** Whether `If-None-Match` names this strong tag (compared weakly, RFC 9110 §13.1.2). */
export const isUnchanged = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((t) => t.trim())
    .some((t) => t === '*' || t.replace(/^W\//, '') === etag);

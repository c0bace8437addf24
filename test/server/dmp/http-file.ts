/** Reads the golden messages: bodies (`.xml`, with their headers in http-headers.json) and whole HTTP messages (`.http`). */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Golden {
  status: number;
  contentType: string;
  body: Buffer;
}

export function readGolden(dir: string, file: string): Golden {
  const bytes = readFileSync(path.join(dir, 'wire', file));
  if (!file.endsWith('.http')) {
    const all = JSON.parse(readFileSync(path.join(dir, 'wire/http-headers.json'), 'utf8')) as Record<
      string,
      { status?: number; 'Content-Type': string }
    >;
    return { status: all[file]?.status ?? 200, contentType: all[file]!['Content-Type'], body: bytes };
  }
  const end = bytes.indexOf('\r\n\r\n');
  const [start, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  return {
    status: Number(start!.split(' ')[1]) || 0,
    contentType: lines.find((l) => /^content-type:/i.test(l))!.replace(/^[^:]+:\s*/, ''),
    body: bytes.subarray(end + 4),
  };
}

/** Cuts a message in chunks of the same size. */
export async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What is read from expected.json: its shape is its own. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

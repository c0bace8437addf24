/** Helpers of the CDA tests: chunks, and the metadata of golden submissions. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readRegistryObjects } from '../../../mappings/ebrim/read.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { descendants, parseXml } from '../../../mappings/xml/tree.ts';

/** The bytes in pieces of a size. */
export async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) {
    await Promise.resolve();
    yield bytes.subarray(i, i + size);
  }
}

export async function collect(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

/** An ExtrinsicObject of a golden ITI-41 request, which is MIME: its envelope is the root part. */
export function goldenEntry(dir: string, file: string, id: string): DocumentEntry {
  const raw = readFileSync(path.join(dir, 'wire/messages', file)).toString('utf8');
  const start = raw.search(/<(\w+:)?Envelope/);
  const end = /<\/(\w+:)?Envelope>/.exec(raw);
  if (start < 0 || !end) throw new Error(`no envelope in ${file}`);
  const envelope = parseXml(raw.slice(start, end.index + end[0].length));
  const [list] = descendants(envelope, 'RegistryObjectList');
  if (!list) throw new Error('no RegistryObjectList');
  const entry = readRegistryObjects(list).documentEntries.find((e) => e.id === id);
  if (!entry) throw new Error(`no ${id} in ${file}`);
  return entry;
}

/** Verifying an export by itself, without any database: its signature, its files, and that its segments lead to signed heads. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { canonical, chainHash, type Json, recordDigest } from './canonical.ts';
import { type Head, isSignedBy, readToken } from './checkpoint.ts';
import { type ChainLine, EXPORT_FORMAT, type Manifest, type Segment } from './export-format.ts';
import { type Finding, type Findings, findings } from './findings.ts';
import { followCheckpoints, type UsedKey } from './signatures.ts';

export interface ExportReport {
  isGood: boolean;
  findings: readonly Finding[];
  manifest: Manifest;
  /** With the number up to which all records are there from the first on: what lies beyond is known by its digest alone. */
  segments: (Segment & { wholeTo: number })[];
  keys: readonly UsedKey[];
}

export type SignedManifest = Manifest & { signature: string };

/**
 * @param file the manifest; the two others are beside it
 * @param pinned thumbprints of public keys of which one must have signed
 * @throws Error when a file cannot be read, or is no manifest
 */
export async function verifyExport(file: string, pinned?: readonly string[]): Promise<ExportReport> {
  const { signature, ...manifest } = JSON.parse(await readFile(file, 'utf8')) as SignedManifest;
  if ((manifest.format as string) !== EXPORT_FORMAT) throw new Error('This is not the manifest of an export.');
  const found = findings();
  const folder = path.dirname(file);
  const chain = readLines(path.join(folder, path.basename(manifest.chain.name)));
  const events = readLines(path.join(folder, path.basename(manifest.events.name)));
  const { segments, follower } = await walkChain(chain.lines, events.lines, found);
  for (const [lines, signed] of [
    [chain, manifest.chain],
    [events, manifest.events],
  ] as const)
    if (lines.sha256() !== signed.sha256) found.add('export-altered');
  const isSigned = follower.keys.some((key) => isSignedBy(signature, key.publicJwk));
  const says = canonical(readToken<Json>(signature).payload) === canonical(manifest as unknown as Json);
  if (!isSigned || !says) found.add('export-signature');
  if (pinned && !follower.hasSigned(pinned)) found.add('key-unknown');
  return { isGood: found.all.length === 0, findings: found.all, manifest, segments, keys: follower.keys };
}

/** Lines of a file, and the digest of what was read of it: to be asked at the end. */
export function readLines(file: string): { lines: AsyncIterator<string>; sha256: () => string } {
  const hash = createHash('sha256');
  const stream = createReadStream(file).on('data', (chunk) => hash.update(chunk));
  const lines = createInterface({ input: stream, crlfDelay: Infinity })[Symbol.asyncIterator]();
  return { lines, sha256: () => hash.digest('hex') };
}

/** Chain and events side by side, to the end of both. */
async function walkChain(chain: AsyncIterator<string>, events: AsyncIterator<string>, found: Findings) {
  const follower = followCheckpoints(found, false);
  const heads = new Map<string, Head[]>();
  const segments: (Segment & { wholeTo: number })[] = [];
  let current: (Segment & { wholeTo: number }) | undefined;

  const close = (): void => {
    if (current === undefined) return;
    const { stream, last: seq, hash } = current;
    const isSigned = heads.get(stream)?.some((head) => head.seq === seq && head.hash === hash) ?? false;
    if (!isSigned) found.add('export-unanchored', { stream, seq });
    segments.push(current);
    current = undefined;
  };

  for (let next = await chain.next(); next.done !== true; next = await chain.next()) {
    const line = JSON.parse(next.value) as ChainLine;
    if ('token' in line) {
      const body = follower.next(line.token, line.checkpoint);
      for (const head of body?.streams ?? []) heads.set(head.stream, [...(heads.get(head.stream) ?? []), head]);
    } else if ('stream' in line) {
      close();
      current = { stream: line.stream, first: line.after + 1, last: line.after, hash: line.hash, wholeTo: line.after };
    } else if ('before' in line) {
      close();
      await checkEvent(events, line.before, found);
    } else if (current) {
      const { stream } = current;
      if (line.seq !== current.last + 1) found.add('record-missing', { stream, seq: line.seq });
      const digest = 'digest' in line ? line.digest : recordDigest({ stream, seq: line.seq, ...line.record });
      if ('record' in line) {
        if (current.wholeTo === current.last) current.wholeTo = line.seq;
        await checkEvent(events, line.record, found);
      }
      current.last = line.seq;
      current.hash = chainHash(current.hash, digest);
    } else found.add('export-unanchored', { seq: line.seq });
  }
  close();
  for (let rest = await events.next(); rest.done !== true; rest = await events.next()) found.add('export-event');
  return { segments, follower };
}

/** The event of a record stands in the other file, in the same order. */
async function checkEvent(
  events: AsyncIterator<string>,
  { id, at }: { id: string; at: string },
  found: Findings,
): Promise<void> {
  const next = await events.next();
  const event = next.done === true ? {} : (JSON.parse(next.value) as { id?: string; recorded?: string });
  if (event.id !== id || event.recorded !== at) found.add('export-event', { record: id });
}

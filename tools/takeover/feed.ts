/** Sending what has no answer yet, in chunks, some at a time: each answer is in the journal before another chunk takes its place. */
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { CommandError, exitCodes } from './errors.ts';
import type { Answered } from './journal.ts';
import { inParallel } from './parallel.ts';
import type { Settings } from './settings.ts';
import { sendDocuments } from './takeover-door.ts';
import type { PlannedDocument } from './types.ts';

/** As many documents as fit. */
export function* chunksOf(
  documents: readonly PlannedDocument[],
  { chunk, chunkBytes }: Pick<Settings, 'chunk' | 'chunkBytes'>,
): Generator<PlannedDocument[]> {
  let held: PlannedDocument[] = [];
  let bytes = 0;
  for (const document of documents) {
    if (held.length > 0 && (held.length === chunk || bytes + document.size > chunkBytes)) {
      yield held;
      held = [];
      bytes = 0;
    }
    held.push(document);
    bytes += document.size;
  }
  if (held.length > 0) yield held;
}

/** The bytes are put in only now. @throws CommandError when a file is another than the one that was checked */
async function lineOf({ path, digest, resource }: PlannedDocument): Promise<Buffer> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CommandError(path, exitCodes.failed, { cause });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== digest)
    throw new CommandError(`${path} ≠`, exitCodes.failed);
  const { content, ...rest } = resource as DocumentReference;
  const [first] = content;
  const attachment = { ...first?.attachment, data: bytes.toString('base64') };
  return Buffer.from(`${JSON.stringify({ ...rest, content: [{ ...first, attachment }] })}\n`, 'utf8');
}

/**
 * @param takeover absent: they are only checked
 * @param onAnswers is given the answers of a chunk, in its order
 */
export async function feed(
  documents: readonly PlannedDocument[],
  { client, settings, takeover }: { client: Client; settings: Settings; takeover?: string },
  onAnswers: (answers: Answered[]) => void,
): Promise<void> {
  await inParallel(chunksOf(documents, settings), settings.concurrency, async (chunk) => {
    const lines: Buffer[] = [];
    for (const document of chunk) lines.push(await lineOf(document));
    const answers = await sendDocuments(client, Buffer.concat(lines), takeover);
    if (answers.length !== chunk.length)
      throw new CommandError(`${answers.length} ≠ ${chunk.length}`, exitCodes.failed);
    // In their order: a line that could not be read has no name in its answer.
    onAnswers(answers.map((answer, i) => ({ ...answer, reference: chunk[i]?.reference ?? answer.reference })));
  });
}

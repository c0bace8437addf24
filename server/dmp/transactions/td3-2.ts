/**
 * TD3.2: ITI-43. The documents are handed to a sink as they arrive (dmp-wire §1.2–1.3): attached ones in bounded memory, those
 * that stand inline as base64 within the limit of an answer.
 */
import { readRetrieveResponse, type RetrievedDocument } from '../../../mappings/ebrim/read.ts';
import { writeRetrieveRequest } from '../../../mappings/ebrim/write.ts';
import type { RegistryResponse } from '../../../mappings/xds.ts';
import { serialize } from '../../../mappings/xml/build.ts';
import { registryErrors, unreadable } from '../failure.ts';
import { DmpError, type StreamedAnswer, type Transaction } from '../types.ts';

const name = 'TD3.2';

export interface RetrieveInput {
  documents: { repositoryUniqueId: string; uniqueId: string }[];
  /**
   * Called once a document, one after the other; reads the body to its end before it returns. What it throws ends the call
   * and comes out unchanged.
   */
  sink(
    document: { uniqueId: string; repositoryUniqueId: string; mimeType: string },
    body: AsyncIterable<Uint8Array>,
  ): Promise<void>;
}

const keyOf = (d: { repositoryUniqueId: string; uniqueId: string }): string => `${d.repositoryUniqueId}|${d.uniqueId}`;

/** The documents of the answer, each of which must have been asked for, once. @throws DmpError kind `mismatch` */
function accepted(documents: readonly RetrievedDocument[], asked: ReadonlySet<string>): Map<string, RetrievedDocument> {
  const found = new Map<string, RetrievedDocument>();
  for (const d of documents) {
    const key = keyOf({ repositoryUniqueId: d.repositoryUniqueId, uniqueId: d.documentUniqueId });
    if (!asked.has(key) || found.has(key)) throw new DmpError('mismatch', 'uniqueId', name);
    found.set(key, d);
  }
  return found;
}

async function* decoded(base64: string): AsyncGenerator<Uint8Array> {
  const step = 4 * 64 * 1024;
  for (let at = 0; at < base64.length; at += step) yield Buffer.from(base64.slice(at, at + step), 'base64');
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

async function receive(answer: StreamedAnswer, input: RetrieveInput): Promise<RegistryResponse> {
  let response: ReturnType<typeof readRetrieveResponse>;
  try {
    response = readRetrieveResponse(answer.root);
  } catch (e) {
    throw unreadable(name, e);
  }
  const documents = accepted(response.documents, new Set(input.documents.map(keyOf)));
  const waiting = new Map<string, RetrievedDocument>();
  const facts = (d: RetrievedDocument): { uniqueId: string; repositoryUniqueId: string; mimeType: string } => ({
    uniqueId: d.documentUniqueId,
    repositoryUniqueId: d.repositoryUniqueId,
    mimeType: d.mimeType,
  });
  for (const d of documents.values()) {
    if (d.cid !== undefined) {
      if (waiting.has(d.cid)) throw new DmpError('mismatch', 'cid', name);
      waiting.set(d.cid, d);
    } else {
      if (d.inline === undefined || !isBase64(d.inline)) throw new DmpError('garbage', 'base64', name);
      await input.sink(facts(d), decoded(d.inline));
    }
  }
  for await (const part of answer.parts()) {
    const d = waiting.get(part.cid);
    if (!d) continue;
    waiting.delete(part.cid);
    await input.sink(facts(d), part.body);
  }
  if (waiting.size > 0) throw new DmpError('truncated', 'part', name);
  // A success holds everything that was asked; anything less must come with the registry's reasons.
  if (documents.size < input.documents.length && response.errors.length === 0)
    throw new DmpError('truncated', 'document', name);
  return { status: response.status, errors: registryErrors(response) };
}

export const td3_2: Transaction<RetrieveInput, RegistryResponse> = {
  name,
  service: 'repository',
  action: 'urn:ihe:iti:2007:RetrieveDocumentSet',
  responseAction: 'urn:ihe:iti:2007:RetrieveDocumentSetResponse',
  responseRoot: { ns: 'urn:ihe:iti:xds-b:2007', name: 'RetrieveDocumentSetResponse' },
  modes: ['INDIRECTE_RENFORCEE'],
  purposes: ['normal', 'bris_de_glace', 'centre_15'],
  consent: 'consultation',
  idempotent: true,
  build: ({ documents }) => ({ body: serialize(writeRetrieveRequest(documents)) }),
  read: { kind: 'parts', read: receive },
};

/** What the client sends, taken apart as the other end would. */
import { expect } from 'vitest';
import { readRegistryObjects } from '../../../mappings/ebrim/read.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { at, childrenOf, parseXml } from '../../../mappings/xml/tree.ts';
import { parseContentType } from '../../../server/dmp/mtom/content-type.ts';
import { decodeMultipart, normalizeCid } from '../../../server/dmp/mtom/decode.ts';
import { td2_1, type SubmissionInput } from '../../../server/dmp/transactions/td2-1.ts';
import type { CallContext, Transaction } from '../../../server/dmp/types.ts';
import type { Received } from './far-end.ts';
import { inChunks } from './http-file.ts';
import { byNurse, clientOf } from './setup.ts';
import { content, entry, set } from './submission.ts';
import type { Wire } from './wire.ts';

/** What arrives at the other end when a transaction is called. */
export async function sent<In>(
  { pki, far }: Wire,
  transaction: Transaction<In, unknown>,
  input: In,
  context: CallContext,
  settings: Record<string, string> = {},
): Promise<Received> {
  far.reply = (_, response) => response.writeHead(503).end();
  const client = clientOf(pki, far.url, settings);
  await expect(client.call(transaction, input, context)).rejects.toMatchObject({ kind: 'http' });
  await client.close();
  return far.received.at(-1)!;
}

export interface Parts {
  envelope: string;
  parts: Map<string, { contentType: string; body: Buffer }>;
}

/** The envelope of a request, and its parts by Content-ID. */
export async function partsOf({ headers, body }: Received): Promise<Parts> {
  const type = parseContentType(headers['content-type'])!;
  if (type.type !== 'multipart/related') return { envelope: body.toString('utf8'), parts: new Map() };
  const all: [string, { contentType: string; body: Buffer }][] = [];
  for await (const part of decodeMultipart(inChunks(body, 1000), type.parameters.get('boundary')!)) {
    const chunks: Uint8Array[] = [];
    for await (const c of part.body) chunks.push(c);
    all.push([
      normalizeCid(part.headers.get('content-id')!),
      { contentType: part.headers.get('content-type')!, body: Buffer.concat(chunks) },
    ]);
  }
  const [[start, root], ...rest] = all as [(typeof all)[0], ...typeof all];
  expect(start).toBe(normalizeCid(type.parameters.get('start')!));
  return { envelope: root.body.toString('utf8'), parts: new Map(rest) };
}

/** The text of what the SOAP body holds: it declares its own namespaces. */
export const bodyOf = (envelope: string): string => /<soap:Body>(.*)<\/soap:Body>/s.exec(envelope)![1]!;
export const sink = async (): Promise<void> => undefined;
export const documents = [
  { repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2', uniqueId: '1.2.3' },
  { repositoryUniqueId: '1.2.250.1.213.4.1.1.1.2', uniqueId: '1.2.4' },
];

/** The content of a deposit. */
export async function deposited(w: Wire, input: SubmissionInput, settings: Record<string, string> = {}) {
  const message = await partsOf(await sent(w, td2_1, input, byNurse, settings));
  const request = parseXml(bodyOf(message.envelope));
  const objects = readRegistryObjects(at(request, 'SubmitObjectsRequest', 'RegistryObjectList')!);
  const partOf = (id: string): { contentType: string; body: Buffer } => {
    const document = childrenOf(request, 'Document').find((d) => d.attrs['id'] === id)!;
    return message.parts.get(normalizeCid(at(document, 'Include')!.attrs['href']!))!;
  };
  const signature = objects.documentEntries.find((d) => d.id === 'Signature01')!;
  return { ...message, request, objects, partOf, signature, xades: partOf('Signature01').body };
}

/** Two documents, one of which is not XML, and a replacement. */
export const two = (): SubmissionInput => {
  const kos: DocumentEntry = {
    ...entry,
    id: 'Document02',
    mimeType: 'application/dicom',
    uniqueId: `${entry.uniqueId}.2`,
  };
  const replaces = {
    type: 'urn:ihe:iti:2007:AssociationType:RPLC',
    source: 'Document01',
    target: 'urn:uuid:703ceda7-c610-11f1-8462-02420a1e0f31',
    slots: {},
  };
  return {
    set,
    entries: [
      { entry, content },
      { entry: kos, content: Buffer.from('\r\nDICM') },
    ],
    associations: [replaces],
  };
};

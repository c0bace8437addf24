/** ITI-43 Retrieve Document Set (TD3.2): documents by uniqueId, as MTOM, in part when not all can be given. */
import { randomUUID } from 'node:crypto';

import { escapeXml, findAll, findOne } from '../dom.ts';
import type { Answer, AnswerPart, Exchange } from '../exchange.ts';
import { cidHref } from '../mtom.ts';
import { refuseClosed } from '../patient.ts';
import { isReadableBy, isVisible } from './visibility.ts';
import { ns, oid } from './vocabulary.ts';
import { type RegistryError, writeRegistryResponse } from './write.ts';

/** A smaller document is written in the envelope, in base64: the server is an Apache CXF with an MTOM threshold. */
const mtomThreshold = 5 * 1024;

interface DocumentRequest {
  repositoryUniqueId: string;
  uniqueId: string;
}

interface Delivered extends DocumentRequest {
  mimeType: string;
  content: Uint8Array;
}

const uniqueIdError = (context: string): RegistryError => ({ code: 'XDSDocumentUniqueIdError', context });

/** What a request asks for; the answer keeps its order. @throws SoapFault when the DMP is closed */
export function retrieveDocumentSet(exchange: Exchange): Answer {
  refuseClosed(exchange);
  const requests = findAll(exchange.body, 'xdsb:DocumentRequest').map((r): DocumentRequest => {
    const text = (name: string): string => findOne(r, `xdsb:${name}`)?.content.trim() ?? '';
    return { repositoryUniqueId: text('RepositoryUniqueId'), uniqueId: text('DocumentUniqueId') };
  });
  const errors: RegistryError[] = [];
  const delivered: Delivered[] = [];
  if (requests.length === 0) errors.push({ code: 'XDSRepositoryError', context: 'Aucun document demandé' });
  for (const request of requests) {
    const found = fetch(request, exchange);
    if ('code' in found) errors.push(found);
    else delivered.push(found);
  }
  const status = errors.length === 0 ? 'Success' : delivered.length === 0 ? 'Failure' : 'PartialSuccess';
  const parts: AnswerPart[] = [];
  const documents = delivered.map((document) => writeDocument(document, parts)).join('');
  return {
    body: `<xdsb:RetrieveDocumentSetResponse xmlns:xdsb="${ns.xdsb}">${writeRegistryResponse(status, errors)}${documents}</xdsb:RetrieveDocumentSetResponse>`,
    parts,
  };
}

/** The document, or why not. What the requester may not see is unknown to them. */
function fetch(request: DocumentRequest, exchange: Exchange): Delivered | RegistryError {
  const { repositoryUniqueId, uniqueId } = request;
  if (repositoryUniqueId !== oid.repository)
    return { code: 'XDSUnknownRepositoryId', context: `repositoryUniqueId=${repositoryUniqueId}` };
  if (/^urn:uuid:/i.test(uniqueId)) return uniqueIdError(`uniqueId=${uniqueId}`); // an entryUUID by mistake
  const document = exchange.world.registry.byUniqueId(uniqueId);
  if (document === undefined || !isVisible(document, exchange))
    return uniqueIdError(`Document inconnu de cet entrepôt : uniqueId=${uniqueId}`);
  if (!isReadableBy(document, exchange))
    return {
      code: 'DMPAccessDenied',
      context: `La matrice d’habilitation ne permet pas ce document : uniqueId=${uniqueId}`,
    };
  const { content, entry } = document;
  if (content === undefined)
    return { code: 'XDSRepositoryError', context: `Contenu non conservé par cet entrepôt : uniqueId=${uniqueId}` };
  return { ...request, mimeType: entry.mimeType ?? 'text/xml', content };
}

function writeDocument({ repositoryUniqueId, uniqueId, mimeType, content }: Delivered, parts: AnswerPart[]): string {
  return (
    `<xdsb:DocumentResponse><xdsb:RepositoryUniqueId>${escapeXml(repositoryUniqueId)}</xdsb:RepositoryUniqueId>` +
    `<xdsb:DocumentUniqueId>${escapeXml(uniqueId)}</xdsb:DocumentUniqueId>` +
    `<xdsb:mimeType>${escapeXml(mimeType)}</xdsb:mimeType>` +
    `<xdsb:Document>${writeContent(mimeType, content, parts)}</xdsb:Document></xdsb:DocumentResponse>`
  );
}

function writeContent(mimeType: string, content: Uint8Array, parts: AnswerPart[]): string {
  if (content.length < mtomThreshold) return Buffer.from(content).toString('base64');
  const cid = `${randomUUID()}-${parts.length + 1}@urn:ihe:iti:xds-b:2007`;
  parts.push({ cid, contentType: mimeType, body: content });
  return `<xop:Include xmlns:xop="${ns.xop}" href="${cidHref(cid)}"/>`;
}

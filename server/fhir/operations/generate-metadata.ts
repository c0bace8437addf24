/**
 * ITI-106, `POST /fhir/DocumentReference/$generate-metadata`: the metadata of a CDA, from the CDA alone. The result meets
 * PDSm comprehensive and can be put as it is into a provide Bundle, or the answer lists what the CDA lacks.
 *
 * MHD's operation answers a Reference and leaves open what the Recipient keeps (`persist`, default the server's). Here the
 * default is to keep nothing: the Reference is then a logical one (by uniqueId), and the DocumentReference itself comes
 * beside it; with `persist` = true the CDA is deposited as by ITI-105 and the Reference leads to what was made.
 */
import { createHash } from 'node:crypto';
import type { Binary, DocumentReference, Parameters, Resource } from '@medplum/fhirtypes';
import { mhdCodes } from '../../../mappings/canonicals.ts';
import { generateEntry, type GeneratedRelation } from '../../../mappings/cda/generate.ts';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { identifier, oidStructure } from '../../../mappings/codecs/identifiers.ts';
import { documentEntryToFhir } from '../../../mappings/document-entry.ts';
import { canonicalMedia, depositMedia } from '../../../mappings/media.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Environment } from '../../../mappings/ins.ts';
import { decodeBase64 } from '../deposit/content.ts';
import { depositOne } from '../deposit/one.ts';
import { orPropose } from '../feed/propose.ts';
import type { Handler } from '../interaction.ts';
import { mhdSimplified } from '../validation/canonicals.ts';
import { hasErrors, validateAgainst, validateBase } from '../validation/index.ts';
import { readInput, type InputForm } from './parameters.ts';

const form: InputForm = {
  operation: '$generate-metadata',
  resource: 'document',
  values: { persist: ['valueBoolean'] },
};

export const generateMetadata: Handler = async (call, services) => {
  const { resource, path, values } = readInput(call.body, call.pairs, form);
  const persist = booleanOf(values['persist']);
  const { config } = services;
  const binary = binaryOf(resource, path);
  const bytes = decodeBase64(binary.data ?? '', `${path}.data`, config.MAX_DOCUMENT_BYTES);
  const generated = metadataOf(bytes, { ...config, path: `${path}.data`, url: binary.id && `Binary/${binary.id}` });
  if (!persist) return { status: 200, resource: answerOf(generated, logicalReference(generated)) };
  const body = simplified(generated, binary);
  return orPropose({ kind: 'document', body }, call, services, async () => {
    const deposited = await depositOne(body, services, call.caller, { requestId: call.requestId });
    const reference = `DocumentReference/${deposited.id ?? ''}`;
    return { status: 200, resource: answerOf(deposited.resource ?? generated, { reference }) };
  });
};

function booleanOf(value: string | boolean | undefined): boolean {
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new IssueError({ key: 'operation-parameter', values: { name: 'persist', detail: 'true, false' } });
}

/** @throws IssueError unless it is a Binary that says to be a CDA */
function binaryOf(resource: unknown, path: string): Binary {
  const given = (resource as Partial<Resource> | undefined)?.resourceType;
  if (given === 'Bundle')
    throw new IssueError({
      key: 'fhir-document-unsupported',
      expression: path,
      upstream: { system: mhdCodes, code: 'FHIRDocumentNotSupported' },
    });
  const issues = validateBase(resource, 'Binary').map((i) => ({
    ...i,
    expression: (i.expression ?? '').replace(/^Binary\b/, path) || path,
  }));
  if (hasErrors(issues)) throw new IssueError(issues);
  const binary = resource as Binary;
  if (binary.data === undefined)
    throw new IssueError({
      key: 'required',
      expression: `${path}.data`,
      values: { element: 'Binary.data', rule: form.operation },
    });
  if (canonicalMedia(binary.contentType) !== 'text/xml') {
    const supported = ['text/xml', ...depositMedia['text/xml'].same].join(', ');
    throw new IssueError({
      key: 'document-type',
      expression: `${path}.contentType`,
      values: { given: binary.contentType.slice(0, 80), supported },
    });
  }
  return binary;
}

export interface MetadataOptions {
  ENVIRONMENT: Environment;
  /** FHIRPath of the bytes, for what is wrong with them as such. */
  path?: string;
  /** attachment.url; by default one that is derived from the bytes. */
  url?: string | undefined;
}

/**
 * The DocumentReference of a CDA, ready for a provide Bundle: no id, `attachment.url` the fullUrl to give to its Binary.
 * The same bytes give the same resource.
 * @throws IssueError cda-invalid, cda-lacks and whatever keeps it from being a PDSm comprehensive DocumentReference
 */
export function metadataOf(bytes: Uint8Array, { ENVIRONMENT, path, url }: MetadataOptions): DocumentReference {
  const header = headerOf(bytes, path);
  const hash = createHash('sha1').update(bytes).digest('hex');
  const { entry, relations, issues } = generateEntry(header, { hash, size: bytes.length }, ENVIRONMENT);
  if (hasErrors(issues)) throw new IssueError(issues);
  const { id: _, ...resource } = documentEntryToFhir(entry, {
    id: 'generated',
    subject: { type: 'Patient' },
    attachmentUrl: url ?? urnOf(bytes),
    ...(relations.length > 0 ? { relatesTo: relatesToOf(relations) } : {}),
  });
  const made: DocumentReference = { ...resource, ...custodianOf(header) };
  const faults = validateAgainst(made, 'comprehensive');
  if (hasErrors(faults)) throw new IssueError([...faults, ...issues]);
  return made;
}

function headerOf(bytes: Uint8Array, path: string | undefined): CdaHeader {
  try {
    return readCdaHeader(bytes);
  } catch (error) {
    if (!(error instanceof IssueError) || path === undefined) throw error;
    throw new IssueError(error.issues.map((issue): Issue => ({ ...issue, expression: path })));
  }
}

/** A UUID made of the bytes (RFC 9562, version 8: the first 122 bits of their SHA-256). */
function urnOf(bytes: Uint8Array): string {
  const d = createHash('sha256').update(bytes).digest().subarray(0, 16);
  d[6] = ((d[6] ?? 0) & 0x0f) | 0x80;
  d[8] = ((d[8] ?? 0) & 0x3f) | 0x80;
  return `urn:uuid:${d.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
}

const relatesToOf = (relations: readonly GeneratedRelation[]): NonNullable<DocumentReference['relatesTo']> =>
  relations.flatMap(({ code, target }) =>
    target ? [{ code, target: { type: 'DocumentReference', identifier: target } }] : [],
  );

/** The structure that keeps the document, by its identifier; a CDA always has one (CDA.xsd). */
function custodianOf({ custodian }: CdaHeader): Pick<DocumentReference, 'custodian'> {
  const id = custodian?.ids.find((each) => each.root === oidStructure) ?? custodian?.ids[0];
  if (!id?.extension) return {};
  const type = id.root === oidStructure ? { type: 'IDNST' } : {};
  return {
    custodian: {
      type: 'Organization',
      identifier: identifier.decode({ id: id.extension, authority: { oid: id.root }, ...type }) ?? {},
      ...(custodian?.name === undefined ? {} : { display: custodian.name }),
    },
  };
}

const logicalReference = ({ masterIdentifier }: DocumentReference): object => ({
  type: 'DocumentReference',
  identifier: masterIdentifier,
});

/**
 * As ITI-105 takes it: the bytes inside, nothing that the façade finds out itself. By MHD's profile: a CDA may well have
 * several events, of which PDSm's takes one.
 */
function simplified(generated: DocumentReference, { contentType, data }: Binary): DocumentReference {
  const [content] = generated.content;
  const { url: _url, ...attachment } = content?.attachment ?? {};
  return {
    ...generated,
    meta: { profile: [mhdSimplified] },
    content: [{ ...content, attachment: { ...attachment, contentType, data } }],
  };
}

/** `DocumentReference` as MHD defines it, `resource` beside it: a parameter holds a value or a resource, never both (inv-1). */
const answerOf = (resource: DocumentReference, valueReference: object): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'DocumentReference', valueReference },
    { name: 'resource', resource },
  ],
});

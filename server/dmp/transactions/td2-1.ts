/**
 * TD2.1: ITI-41, a submission set with its documents and the XAdES that signs it (dmp-wire §3.6, §3.8). Feeding is for
 * structures, imputed to a named person: never in INDIRECTE_RENFORCEE (§1.4).
 */
import { createHash } from 'node:crypto';
import { readRegistryResponse } from '../../../mappings/ebrim/read.ts';
import { writeSubmission } from '../../../mappings/ebrim/write.ts';
import type { Association, DocumentEntry, Folder, RegistryResponse, SubmissionSet } from '../../../mappings/xds.ts';
import { el, serialize } from '../../../mappings/xml/build.ts';
import { registryErrors, requireSuccess } from '../failure.ts';
import { cidUrl } from '../mtom/encode.ts';
import type { DmpEnvironment, OutgoingPart, Transaction } from '../types.ts';
import { signSet } from '../xades.ts';
import { signatureEntry, signatureId } from './signature-entry.ts';

const name = 'TD2.1';

export interface SubmissionInput {
  set: SubmissionSet;
  /** Documents whose `id` is that of their ExtrinsicObject (`Document01`). */
  entries: { entry: DocumentEntry; content: Uint8Array }[];
  /** Folders to create. */
  folders?: Folder[];
  /** RPLC and the like; the HasMember of every document is added where it is not among them. */
  associations: Association[];
  /** Facility and practice setting of the signature of a set that brings no document. */
  context?: Pick<DocumentEntry, 'healthcareFacilityTypeCode' | 'practiceSettingCode'>;
}

export const associationTypes = {
  hasMember: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember',
  signs: 'urn:ihe:iti:2007:AssociationType:signs',
} as const;

/** hash and size of the bytes that are sent, or neither (dmp-wire §3.2). */
function measured(entry: DocumentEntry, content: Uint8Array, send: boolean): DocumentEntry {
  const { hash: _hash, size: _size, ...rest } = entry;
  if (!send) return rest;
  return { ...rest, hash: createHash('sha1').update(content).digest('hex'), size: String(content.byteLength) };
}

/** Every association of the set: members first, then what signs and replaces. */
function associate(
  set: SubmissionSet,
  documents: readonly DocumentEntry[],
  given: readonly Association[],
): Association[] {
  const original = { SubmissionSetStatus: ['Original'] };
  const member = (id: string): Association =>
    given.find((a) => a.type === associationTypes.hasMember && a.target === id) ?? {
      type: associationTypes.hasMember,
      source: set.id,
      target: id,
      slots: original,
    };
  const members = documents.map((d) => member(d.id));
  return [
    ...members,
    { type: associationTypes.signs, source: signatureId, target: set.id, slots: original },
    ...given.filter((a) => !members.includes(a)),
  ];
}

/** The set as it goes out: with its signature document, measured and associated. */
function completed(input: SubmissionInput, env: DmpEnvironment, requester: Parameters<typeof signatureEntry>[2]) {
  const signature = signSet(
    {
      uniqueId: input.set.uniqueId,
      documents: input.entries.map(({ entry, content }) => ({
        uniqueId: entry.uniqueId,
        mimeType: entry.mimeType,
        content,
      })),
    },
    { seal: env.seal, time: env.now(), signatureId: `_${env.newUuid()}`, digest: env.options.xadesDigest },
  );
  const first = input.entries[0]?.entry ?? input.context;
  if (!first) throw new RangeError('a submission set without a document');
  const entries = [
    ...input.entries,
    { entry: signatureEntry(input.set, first, requester, env), content: signature },
  ].map(({ entry, content }) => ({
    entry: measured(entry, content, env.options.sendHash),
    content,
  }));
  if (new Set(entries.map((e) => e.entry.id)).size < entries.length)
    throw new RangeError('two documents of a set have the same id');
  const documentEntries = entries.map((e) => e.entry);
  return { entries, documentEntries, associations: associate(input.set, documentEntries, input.associations) };
}

export const td2_1: Transaction<SubmissionInput, RegistryResponse> = {
  name,
  service: 'repository',
  action: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
  responseAction: 'urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse',
  responseRoot: { ns: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0', name: 'RegistryResponse' },
  modes: ['INDIRECTE'],
  purposes: ['normal', 'centre_15'],
  consent: 'feeding',
  idempotent: false,
  paced: ({ entries }) => entries.length,

  /** @throws XmlError when a document that says it is XML is not; RangeError when the input makes no set */
  build(input, context, env) {
    const { entries, documentEntries, associations } = completed(input, env, context.requester);
    const attached = entries.map(({ entry, content }, i) => {
      const part: OutgoingPart = {
        cid: `document-${i + 1}.${env.newUuid()}@dmp-fhir.invalid`,
        contentType: entry.mimeType,
        body: content,
      };
      return { id: entry.id, part };
    });
    const body = el('xdsb:ProvideAndRegisterDocumentSetRequest', { 'xmlns:xdsb': 'urn:ihe:iti:xds-b:2007' }, [
      writeSubmission({
        documentEntries,
        submissionSets: [input.set],
        folders: input.folders ?? [],
        associations,
        objectRefs: [],
      }),
      ...attached.map(({ id, part }) =>
        el('xdsb:Document', { id }, [
          el('xop:Include', { 'xmlns:xop': 'http://www.w3.org/2004/08/xop/include', href: cidUrl(part.cid) }),
        ]),
      ),
    ]);
    return { body: serialize(body), parts: attached.map((a) => a.part) };
  },

  read: {
    kind: 'tree',
    /** Success may come with warnings; what a partial one means the depositor finds out. @throws DmpError kind `registry` on failure */
    read(root) {
      const { status, errors } = readRegistryResponse(root);
      if (status === 'Failure') requireSuccess(name, { status, errors });
      return { status, errors: registryErrors({ status, errors }) };
    },
  },
};

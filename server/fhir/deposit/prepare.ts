/**
 * One document, from FHIR to what goes into TD2.1: patient, bytes, metadata, CDA. Each step is a file; every problem that a
 * step finds is kept, and the document's path put before it.
 */
import { createHash } from 'node:crypto';
import type { DocumentReference, Identifier, Patient } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import { checkCdaAgainst } from '../../../mappings/cda/check.ts';
import { checkRelated, type Lineage } from '../../../mappings/cda/related.ts';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { writeCdaN1 } from '../../../mappings/cda/n1.ts';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { cxIdentifier } from '../../../mappings/codecs/identifiers.ts';
import { patientInfo } from '../../../mappings/codecs/patient-info.ts';
import { documentEntryFromFhir } from '../../../mappings/document-entry.ts';
import { insFromToken, insToCx, isPatientOid } from '../../../mappings/ins.ts';
import { formatOfMedia } from '../../../mappings/terminology/associations.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { StoredIdentity } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { hasErrors } from '../validation/index.ts';
import { completeAuthor, withCallerNamed } from './author.ts';
import { checkComplete, confidentialityOf, withDisplays } from './complete.ts';
import { readContent, type Content } from './content.ts';
import { custodianIssues } from './custodian.ts';
import { defaultsFor } from './defaults.ts';
import { oidOf } from './oid.ts';
import { ownExtensions, slotIssues } from './extensions.ts';
import { checkDescribed, fedPatientOf, identityIssues, patientsOf } from './identity.ts';
import { nextLineage, resolveRelations, statedRelations, type Relation } from './relations.ts';
import { resolveSubject, type Subject, type Surroundings } from './subject.ts';
import type { TargetSurroundings } from './target.ts';

/** A DocumentReference to deposit, and where its bytes stand. */
export interface Source {
  /** id of the entry in the submission: `Document01`. */
  entryId: string;
  resource: DocumentReference;
  /** FHIRPath of the resource. */
  path: string;
  data: string | undefined;
  /** FHIRPath of the base64. */
  dataPath: string;
  /** Binary.contentType */
  binaryType?: string;
  around: Surroundings & TargetSurroundings;
}

/** A document ready for TD2.1. */
export interface Prepared {
  path: string;
  subject: Subject;
  /** The establishment's identities that it names. */
  named: StoredIdentity[];
  entry: DocumentEntry;
  /** What is sent: the CDA. */
  content: Uint8Array;
  /** SHA-256 (hex) of what was deposited. */
  digest: string;
  /** What it says of older documents. */
  relations: Relation[];
  /** Its place among its versions, where its CDA says it in OIDs. */
  lineage?: Lineage;
  /** Warnings. */
  issues: Issue[];
}

/**
 * Prepares one document.
 * @throws IssueError with the problems of the first step that fails; patient and content are looked at together
 */
export async function prepare(source: Source, services: Services, caller: Caller): Promise<Prepared> {
  const { resource, path, around } = source;
  const attachmentPath = `${path}.content[0].attachment`;
  const [subject, content] = await both(
    () =>
      resolveSubject(
        resource.subject,
        `${path}.subject`,
        { ...around, contained: resource.contained ?? [] },
        services,
        caller.structure.id,
      ),
    () =>
      readContent(
        { ...source, attachment: resource.content[0]?.attachment ?? {}, path: attachmentPath },
        services.config,
      ),
  );
  const header = content.media === 'text/xml' ? readHeader(content.bytes, source.dataPath) : undefined;
  const named = await checkDescribed(source, header, subject, services, caller);
  const patient = patientsOf(source)[0] ?? fedPatientOf(subject);

  const entry = toEntry(source, { subject, content, header, patient, caller, services });
  const relations = await resolveRelations(resource, path, entry.uniqueId, around, subject.ins, caller, services);
  const related = statedRelations(relations);
  const opposed = (await services.gate.feeding(subject.ins, caller)).map((issue) => ({
    ...issue,
    expression: `${path}.subject`,
  }));
  const issues = [
    ...subject.issues,
    ...content.issues,
    ...slotIssues(resource, path),
    ...custodianIssues(resource, path, caller),
    ...checkComplete(entry, path),
    // Of whom objects, not even the traits are asked of the DMP.
    ...(opposed.length > 0
      ? opposed
      : await identityIssues(source, header, { ins: subject.ins, named }, services, caller)),
  ];
  const wrapped = header === undefined;
  if (wrapped) issues.push(...formatIssues(entry, content.media, path));
  else
    issues.push(
      ...[...checkCdaAgainst(header, entry), ...checkRelated(header, related)].map((issue) => under(path, issue)),
    );
  if (hasErrors(issues)) throw new IssueError(issues);

  const { id, name } = caller.structure;
  const lineage = header ? lineageOf(header) : nextLineage(entry.uniqueId, relations);
  const bytes = wrapped
    ? located(path, () =>
        writeCdaN1({
          entry,
          content: content.bytes,
          mediaType: content.media,
          custodian: { id, name },
          related,
          ...lineage,
        }),
      )
    : content.bytes;
  const hash = createHash('sha1').update(bytes).digest('hex');
  return {
    path,
    subject,
    named,
    entry: { ...entry, hash, size: String(bytes.length) },
    content: bytes,
    digest: content.digest,
    relations,
    ...(lineage ? { lineage } : {}),
    issues,
  };
}

interface Facts {
  subject: Subject;
  content: Content;
  header: CdaHeader | undefined;
  patient: Patient | undefined;
  caller: Caller;
  services: Services;
}

/** The XDS entry: what FHIR says, then the CDA's header, then the defaults. */
function toEntry({ entryId, resource, path, around }: Source, facts: Facts): DocumentEntry {
  const { subject, content, header, patient, caller, services } = facts;
  const patientId = insToCx(subject.ins);
  const uniqueId = oidOf(resource.masterIdentifier, `${path}.masterIdentifier`);
  const entry = located(path, () =>
    documentEntryFromFhir(describe(withCallerNamed(resource, caller), uniqueId, header), {
      patientId,
      ...(patient ? { sourcePatientInfo: patientInfo.encode(patient) } : {}),
      defaults: defaultsFor({
        resource,
        media: content.media,
        header,
        caller,
        structure: structureOf(caller, services),
        now: services.now(),
      }),
      resolve: ({ reference }) =>
        around.patients?.find((p) => p.fullUrl !== undefined && p.fullUrl === reference)?.resource,
    }),
  );
  // What the registry gives is not a depositor's to say.
  const {
    availabilityStatus: _s,
    logicalId: _l,
    version: _v,
    homeCommunityId: _h,
    repositoryUniqueId: _r,
    uri: _u,
    ...own
  } = entry;
  return withDisplays({
    ...own,
    id: entryId,
    mimeType: mimeTypeOf(header),
    patientId,
    sourcePatientId: sourceIdOf(resource, subject, patient, own.sourcePatientId) ?? patientId,
    authors: own.authors.map((author) => completeAuthor(author, caller)),
    confidentialityCodes: confidentialityOf(own.confidentialityCodes),
  });
}

/**
 * The resource as the mapping is to see it: the description of what the DMP will hold, a CDA. A CDA says itself when it was
 * written: `date` then stands for its indexing.
 */
function describe(resource: DocumentReference, uniqueId: string, header: CdaHeader | undefined): DocumentReference {
  const { data: _data, url: _url, hash: _hash, size: _size, ...attachment } = resource.content[0]?.attachment ?? {};
  return {
    ...resource,
    ...(header && attachment.creation === undefined ? { date: undefined } : {}),
    identifier: undefined,
    extension: ownExtensions(resource.extension),
    masterIdentifier: { use: 'usual', system: uris, value: `urn:oid:${uniqueId}` },
    content: [{ ...resource.content[0], attachment: { ...attachment, contentType: mimeTypeOf(header) } }],
  };
}

/** The place of a given CDA among its versions, as far as it says so. */
function lineageOf({ setId, versionNumber = '' }: CdaHeader): Lineage | undefined {
  if (setId === undefined || setId.extension !== undefined || !/^\d{1,6}$/.test(versionNumber)) return undefined;
  return { setId: setId.root, versionNumber: Number(versionNumber) };
}

/** What the DMP is told that it holds: a CDA, which may stand inside its own stylesheet (dmp-wire §3.4, mimeType). */
const mimeTypeOf = (header: CdaHeader | undefined): string =>
  header?.selfPresenting ? 'application/xslt+xml' : 'text/xml';

function readHeader(bytes: Uint8Array, path: string): CdaHeader {
  return located(path, () => readCdaHeader(bytes));
}

/**
 * The patient's identifier in the depositing system, as CX: said by the reference (MHD), else that of the establishment's
 * identity, else the local one of the Patient, typed PI whether or not the client says so (dmp-wire §3.2: PI or NH), else what
 * the mapping or the CDA found.
 */
function sourceIdOf(
  resource: DocumentReference,
  { identity }: Subject,
  patient: Patient | undefined,
  found: string | undefined,
): string | undefined {
  const said = resource.context?.sourcePatientInfo?.identifier;
  const own = identity && { system: identity.system, value: identity.value };
  // An INS-C is neither the establishment's nor an INS.
  const isOwn = (i: Identifier): boolean => !isPatientOid(i.system?.replace(/^urn:oid:/, ''));
  const local =
    (said && (isOwn(said) || insFromToken(said.system, said.value)) ? said : undefined) ??
    own ??
    patient?.identifier?.find((i) => i.system?.startsWith('urn:oid:') && isOwn(i));
  // The INS needs no form of the client's: it is written as the patientId is.
  const isNational = (cx: string | undefined): boolean => isPatientOid(cx?.split('^')[3]?.split('&')[1]);
  if (!local || insFromToken(local.system, local.value)) return isNational(found) ? undefined : found;
  return cxIdentifier.encode({ ...local, type: { coding: [{ code: 'PI' }] } }) ?? found;
}

/** The format of a wrapped document follows from its media type (ASS_A12): another one is a contradiction. */
function formatIssues(entry: DocumentEntry, media: string, path: string): Issue[] {
  const expected = formatOfMedia(media);
  if (!expected || entry.formatCode?.code === expected.code) return [];
  const values = { element: 'content.format', expected: expected.code, rule: 'ASS_A12' };
  return [{ key: 'value-fixed', expression: `${path}.content[0].format`, values }];
}

/** Puts the document's place before an expression that starts at the resource. */
function under(path: string, issue: Issue): Issue {
  const inside = (issue.expression ?? '').replace(/^DocumentReference\b/, path);
  return { ...issue, expression: inside === '' ? path : inside };
}

function located<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof IssueError) throw new IssueError(error.issues.map((issue) => under(path, issue)));
    throw error;
  }
}

/** Runs two steps and gives the problems of both. */
async function both<A, B>(first: () => Promise<A>, second: () => B): Promise<[A, B]> {
  const issues: Issue[] = [];
  let a: A | undefined;
  let b: B | undefined;
  const keep = (error: unknown): void => {
    if (!(error instanceof IssueError)) throw error;
    issues.push(...error.issues);
  };
  try {
    a = await first();
  } catch (error) {
    keep(error);
  }
  try {
    b = second();
  } catch (error) {
    keep(error);
  }
  if (issues.length > 0) throw new IssueError(issues);
  return [a as A, b as B];
}

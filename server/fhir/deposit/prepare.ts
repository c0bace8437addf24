/**
 * One document, from FHIR to what goes into TD2.1: patient, bytes, metadata, CDA. Each step is a file; every problem that a
 * step finds is kept, and the document's path put before it.
 */
import { createHash } from 'node:crypto';
import type { DocumentReference } from '@medplum/fhirtypes';
import { checkCdaAgainst } from '../../../mappings/cda/check.ts';
import { checkRelated, type Lineage } from '../../../mappings/cda/related.ts';
import { writeCdaN1 } from '../../../mappings/cda/n1.ts';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { insToCx } from '../../../mappings/ins.ts';
import { formatOfMedia } from '../../../mappings/terminology/associations.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Ruling } from '../../feed/rules/evaluate.ts';
import type { StoredIdentity } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { hasErrors } from '../validation/index.ts';
import { checkComplete } from './complete.ts';
import { readContent } from './content.ts';
import { custodianIssues } from './custodian.ts';
import { toEntry } from './entry.ts';
import { slotIssues } from './extensions.ts';
import { checkDescribed, fedPatientOf, identityIssues, patientsOf } from './identity.ts';
import { located, readHeader, under } from './located.ts';
import { nextLineage, resolveRelations, statedRelations, type Relation } from './relations.ts';
import { applyRules, type Rulebook } from './ruling.ts';
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
  /** What the structure's feeding rules say of it. */
  ruling: Ruling;
  /** Warnings. */
  issues: Issue[];
}

/**
 * Prepares one document.
 * @throws IssueError with the problems of the first step that fails; patient and content are looked at together
 */
export async function prepare(
  source: Source,
  services: Services,
  caller: Caller,
  rulebook: Rulebook,
): Promise<Prepared> {
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

  const made = toEntry(source, {
    ...{ patientId: insToCx(subject.ins), identity: subject.identity },
    ...{ media: content.media, header, patient, caller, services },
  });
  const origin = { resource, header, caller, now: services.now() };
  const { entry, ruling, issues: told } = applyRules(made, path, origin, rulebook);
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
    ...told,
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
    ruling,
    ...(lineage ? { lineage } : {}),
    issues,
  };
}

/** The place of a given CDA among its versions, as far as it says so. */
function lineageOf({ setId, versionNumber = '' }: CdaHeader): Lineage | undefined {
  if (setId === undefined || setId.extension !== undefined || !/^\d{1,6}$/.test(versionNumber)) return undefined;
  return { setId: setId.root, versionNumber: Number(versionNumber) };
}

/** The format of a wrapped document follows from its media type (ASS_A12): another one is a contradiction. */
function formatIssues(entry: DocumentEntry, media: string, path: string): Issue[] {
  const expected = formatOfMedia(media);
  if (!expected || entry.formatCode?.code === expected.code) return [];
  const values = { element: 'content.format', expected: expected.code, rule: 'ASS_A12' };
  return [{ key: 'value-fixed', expression: `${path}.content[0].format`, values }];
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

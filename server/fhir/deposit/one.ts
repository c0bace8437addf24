/**
 * ITI-105, PDSm flux 09: one document, published simply. Validation → patient, content, metadata, CDA, relations → set of the
 * caller → TD2.1 → the resource.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import type { Services } from '../services.ts';
import { structureOf } from '../structure.ts';
import { hasErrors, validateSimplifiedPublish } from '../validation/index.ts';
import { existingBy } from './condition.ts';
import { contextOf } from './connect.ts';
import { asAccepted, type Attempt } from './attempt.ts';
import { rehearse } from './dry-run.ts';
import { keptDocument } from './existing.ts';
import { prepare } from './prepare.ts';
import { depositedReference } from './resource.ts';
import { checkSame } from './subject.ts';
import { ownSet } from './submission-set.ts';
import { submit, type Submission } from './submit.ts';

export interface DepositResult {
  /** 201; 200 when the same document was deposited before, meets the condition, or in a dry run. */
  status: 200 | 201;
  /** `DocumentReference.id`; absent in a dry run. */
  id?: string;
  /** Absent in a dry run, and of a document that exists and was not deposited here. */
  resource?: DocumentReference;
  /** `List.id` of its submission set, where it was deposited now or before. */
  setId?: string;
  /** Warnings and information. */
  issues: Issue[];
}

/** What a deposit knows of its request. */
export interface DepositOptions {
  requestId?: string;
  /** Everything but what writes (`dry-run.ts`): `issues` says what would have happened. */
  dryRun?: boolean;
  /** The only patient that it may be about. */
  patient?: PatientIns;
  /** If-None-Exist: criteria of a document that stands for this one when it exists. */
  ifNoneExist?: string;
  /** Of what was taken into the feed: an attempt at it, perhaps not the first. */
  attempt?: Attempt;
}

/** A document ready to be submitted. */
export interface ReadyDocument {
  submission: Submission;
  /** Warnings. */
  issues: Issue[];
}

/** Everything that comes before the DMP is called. @throws IssueError with what is wrong */
export async function readyOne(
  body: unknown,
  given: Services,
  caller: Caller,
  options: DepositOptions,
): Promise<ReadyDocument> {
  const { attempt } = options;
  const services = asAccepted(given, attempt);
  const validation = validateSimplifiedPublish(body);
  if (hasErrors(validation)) throw new IssueError(validation);
  const resource = body as DocumentReference;
  const path = 'DocumentReference';
  const document = await prepare(
    {
      entryId: 'Document01',
      resource,
      path,
      data: resource.content[0]?.attachment.data,
      dataPath: `${path}.content[0].attachment.data`,
      around: {},
    },
    services,
    caller,
  );
  const { ins } = document.subject;
  if (options.patient) checkSame([options.patient, ins], `${path}.subject`);
  const submission: Submission = {
    ins,
    set: ownSet(ins, document.entry.title, caller, structureOf(caller, services), services.now(), attempt?.seed),
    documents: [document],
    outside: [],
    folders: [],
    caller,
    ...(options.requestId ? { requestId: options.requestId } : {}),
    ...(attempt ? { attempt } : {}),
  };
  return { submission, issues: [...validation, ...document.issues] };
}

/**
 * Deposits one document.
 * @param body any JSON value
 * @throws IssueError with what is wrong; DmpError when the DMP refuses or fails
 */
export async function depositOne(
  body: unknown,
  services: Services,
  caller: Caller,
  options: DepositOptions = {},
): Promise<DepositResult> {
  const { submission, issues } = await readyOne(body, services, caller, options);
  const found =
    options.ifNoneExist === undefined ? undefined : await foundBy(options.ifNoneExist, submission, options, services);
  if (found) return { ...found, issues: [...issues, ...found.issues] };
  if (options.dryRun) return { status: 200, issues: [...issues, ...(await rehearse(submission, services))] };

  const submitted = await submit(submission, services);
  const [first] = submitted.payload.documents;
  if (!first) throw new Error('a submission without its document');
  return {
    status: submitted.created ? 201 : 200,
    id: first.id,
    ...(submitted.setId === '' ? {} : { setId: submitted.setId }),
    resource: depositedReference(first, {
      patientId: submitted.patientId,
      submittedAt: submitted.payload.submittedAt,
      config: services.config,
    }),
    issues: [...issues, ...submitted.issues],
  };
}

/** The document that the condition finds: then nothing is deposited. */
async function foundBy(
  query: string,
  submission: Submission,
  { dryRun }: DepositOptions,
  services: Services,
): Promise<DepositResult | undefined> {
  const condition = { query, expression: 'If-None-Exist' };
  const found = await existingBy(condition, submission.ins, contextOf(submission), services);
  if (!found) return undefined;
  const issues: Issue[] = [{ key: 'exists-already', severity: 'information' }];
  if (dryRun) return { status: 200, issues };
  const { id, resource } = await keptDocument(found, submission.ins, services);
  return { status: 200, id, ...(resource ? { resource } : {}), issues };
}

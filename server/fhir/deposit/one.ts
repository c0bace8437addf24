/**
 * ITI-105, PDSm flux 09: one document, published simply. Validation → patient, content, metadata, CDA → set of the caller →
 * TD2.1 → the resource.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Services } from '../services.ts';
import { hasErrors, validateSimplifiedPublish } from '../validation/index.ts';
import { prepare } from './prepare.ts';
import { depositedReference } from './resource.ts';
import { ownSet } from './submission-set.ts';
import { submit } from './submit.ts';

export interface DepositResult {
  /** 201; 200 when the same document was deposited before. */
  status: 200 | 201;
  resource: DocumentReference;
  /** Warnings. */
  issues: Issue[];
}

/** What a deposit knows of its request. */
export interface DepositOptions {
  requestId?: string;
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
  const set = ownSet(ins, document.entry.title, caller, services.config, services.now());
  const submission = { ins, set, documents: [document], outside: [], folders: [], caller, ...options };
  const submitted = await submit(submission, services);
  const [first] = submitted.payload.documents;
  if (!first) throw new Error('a submission without its document');
  return {
    status: submitted.created ? 201 : 200,
    resource: depositedReference(first, {
      patientId: submitted.patientId,
      submittedAt: submitted.payload.submittedAt,
      config: services.config,
    }),
    issues: [...validation, ...document.issues, ...submitted.issues],
  };
}

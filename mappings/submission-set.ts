/** SubmissionSet ↔ List: the rows do the work (`submission-set-rows.ts`); here stands what depends on the caller. */
import type { List, Patient, Reference, Resource } from '@medplum/fhirtypes';
import { pdsmSubmissionSet } from './canonicals.ts';
import { statuses } from './ebrim/schemes.ts';
import { IssueError } from './outcome.ts';
import { fromFhir, toFhir } from './rows.ts';
import { listSkeleton, submissionSetRows } from './submission-set-rows.ts';
import type { SubmissionSet } from './xds.ts';

export { submissionSetRows } from './submission-set-rows.ts';

export interface SubmissionListContext {
  /** Logical id of the resource. */
  id: string;
  subject: Reference;
  /** The documents of the set. */
  items: Reference[];
  versionId?: string;
  lastUpdated?: string;
}

export interface SubmissionSetContext {
  /** CX */
  patientId: string;
  /** Values for what the resource leaves out. */
  defaults?: Partial<SubmissionSet>;
  /** Finds what is referenced outside the resource; contained ones are found anyway. */
  resolve?(reference: Reference): Resource | undefined;
}

/**
 * A submission set as a PDSm comprehensive List. A set without status reads as an approved one; an id that is no
 * `urn:uuid:` (of a submission) is not shown.
 */
export function submissionSetToFhir(set: SubmissionSet, context: SubmissionListContext): List {
  const { id, availabilityStatus = statuses.approved, ...rest } = set;
  const model = { ...rest, availabilityStatus, id: id.startsWith('urn:uuid:') ? id : undefined } as SubmissionSet;
  const { resourceType, contained, extension, ...elements } = toFhir(submissionSetRows, model, listSkeleton);
  const { versionId, lastUpdated } = context;
  const conforms =
    elements.source !== undefined &&
    elements.date !== undefined &&
    set.contentTypeCode !== undefined &&
    elements.status === 'current';
  return {
    resourceType,
    id: context.id,
    meta: {
      ...(versionId === undefined ? {} : { versionId }),
      ...(lastUpdated === undefined ? {} : { lastUpdated }),
      ...(conforms ? { profile: [pdsmSubmissionSet] } : {}),
    },
    ...(contained === undefined ? {} : { contained }),
    ...(extension === undefined ? {} : { extension }),
    ...elements,
    subject: context.subject as Reference<Patient>,
    ...(context.items.length === 0 ? {} : { entry: context.items.map((item) => ({ item })) }),
  };
}

const emptySet = {
  id: 'SubmissionSet01',
  authors: [],
  intendedRecipients: [],
  slots: {},
} satisfies Partial<SubmissionSet>;

const given = (value: unknown): boolean =>
  value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);

const mandatory = [
  ['uniqueId', "List.identifier.where(use = 'usual')"],
  ['submissionTime', 'List.date'],
  ['sourceId', 'List.extension(ihe-sourceId)'],
] as const;

/**
 * The submission set that a List describes; what it leaves out comes from the defaults.
 * @throws IssueError with every problem: what cannot be said in XDS, and the absence of uniqueId, submissionTime or
 * sourceId. Other mandatory metadata are a matter of profile validation.
 */
export function submissionSetFromFhir(list: List, context: SubmissionSetContext): SubmissionSet {
  const { values, issues } = fromFhir(submissionSetRows, list, listSkeleton, context.resolve);
  const set: Partial<SubmissionSet> = {};
  for (const source of [emptySet, context.defaults ?? {}, values]) {
    for (const [key, value] of Object.entries(source))
      if (given(value) || !(key in set)) Object.assign(set, { [key]: value });
  }
  for (const key of Object.keys(set) as (keyof SubmissionSet)[]) if (set[key] === undefined) delete set[key];
  const told = new Set(issues.map((i) => i.expression));
  for (const [key, expression] of mandatory) {
    if (set[key] !== undefined || told.has(expression)) continue;
    issues.push({ key: 'required', expression, values: { element: key, rule: 'MHD, PDSm' } });
  }
  if (issues.length > 0) throw new IssueError(issues);
  return { ...(set as SubmissionSet), patientId: context.patientId };
}

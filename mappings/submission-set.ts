/** SubmissionSet ↔ List: the rows do the work (`submission-set-rows.ts`); here stands what depends on the caller. */
import type { List } from '@medplum/fhirtypes';
import { pdsmSubmissionSet } from './canonicals.ts';
import { packageFromFhir, packageToFhir, type ListContext, type PackageContext, type PackageMapping } from './list.ts';
import { submissionSetRows } from './submission-set-rows.ts';
import type { SubmissionSet } from './xds.ts';

export { submissionSetRows } from './submission-set-rows.ts';

export type SubmissionListContext = ListContext;
export type SubmissionSetContext = PackageContext<SubmissionSet>;

const mapping: PackageMapping<SubmissionSet> = {
  kind: 'submissionset',
  rows: submissionSetRows,
  profile: pdsmSubmissionSet,
  conforms: (list, { contentTypeCode }) =>
    list.source !== undefined && list.date !== undefined && contentTypeCode !== undefined && list.status === 'current',
  empty: { id: 'SubmissionSet01', authors: [], intendedRecipients: [], slots: {} },
  mandatory: [
    ['uniqueId', "List.identifier.where(use = 'usual')"],
    ['submissionTime', 'List.date'],
    ['sourceId', 'List.extension(ihe-sourceId)'],
  ],
};

/**
 * A submission set as a PDSm comprehensive List. A set without status reads as an approved one; an id that is no
 * `urn:uuid:` (of a submission) is not shown.
 */
export const submissionSetToFhir = (set: SubmissionSet, context: SubmissionListContext): List =>
  packageToFhir(mapping, set, context);

/**
 * The submission set that a List describes; what it leaves out comes from the defaults.
 * @throws IssueError with every problem: what cannot be said in XDS, and the absence of uniqueId, submissionTime or
 * sourceId. Other mandatory metadata are a matter of profile validation.
 */
export const submissionSetFromFhir = (list: List, context: SubmissionSetContext): SubmissionSet =>
  packageFromFhir(mapping, list, context);

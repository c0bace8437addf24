/** Who the set of a Bundle says that the patient is. */
import type { Patient } from '@medplum/fhirtypes';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Services } from '../services.ts';
import { hasErrors, type ProvideBundle } from '../validation/index.ts';
import { checkDescribed, identityIssues } from './identity.ts';
import { describedBy, type Subject } from './subject.ts';

/** The contained Patients by which the set and its folders describe their subject. */
export const subjectsOf = ({ set, folders }: ProvideBundle): Patient[] =>
  [set, ...folders].flatMap(
    ({ resource: { subject, contained = [] } }) => describedBy(subject?.reference, { contained }) ?? [],
  );

/**
 * A set that brings no document changes the record all the same: nothing may be said against the identity. That it is qualified
 * was said when its documents were fed, and need not be said again.
 * @throws IssueError as `checkDescribed`, and identity-…
 */
export async function requireFit(
  parts: ProvideBundle,
  subject: Subject,
  services: Services,
  caller: Caller,
): Promise<void> {
  const { resource, path, fullUrl } = parts.set;
  const around = {
    patients: parts.patient ? [parts.patient] : [],
    others: subjectsOf(parts),
    ...(fullUrl === undefined ? {} : { fullUrl }),
  };
  const described = { resource, path, around };
  const named = await checkDescribed(described, undefined, subject, services, caller);
  const issues = await identityIssues(described, undefined, { ins: subject.ins, named }, services, caller);
  const against = issues.filter((i) => i.key !== 'identity-status-unsaid');
  if (hasErrors(against)) throw new IssueError(against);
}

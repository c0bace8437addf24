/**
 * What a client may rightfully ask at deposit and the façade does not do yet: answered, never silently dropped.
 */
import type { DocumentReference, List } from '@medplum/fhirtypes';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import type { Issue } from '../../../mappings/outcome.ts';

/** Issues (501) for depositing straight into the archive. */
export function unsupportedYet(resource: DocumentReference | List, path: string): Issue[] {
  const later = (detail: string, expression: string): Issue => ({
    key: 'not-supported-yet',
    expression: `${path}.${expression}`,
    values: { detail },
  });
  const issues: Issue[] = [];
  (Array.isArray(resource.extension) ? resource.extension : []).forEach((extension, i) => {
    if (extension.url === extIsArchived && extension.valueBoolean === true)
      issues.push(later('isArchived = true', `extension[${i}]`));
  });
  return issues;
}

/**
 * The custodian of a deposit is the depositing structure (issue: “custodian is the depositing structure”). XDS has no place
 * for another one: when the client names another, it is told, not followed.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { identifier } from '../../../mappings/codecs/identifiers.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';

/** A warning unless the custodian is absent or is, by identifier, the caller's structure. */
export function custodianIssues(resource: DocumentReference, path: string, caller: Caller): Issue[] {
  const { custodian } = resource;
  if (!custodian) return [];
  const contained = resource.contained?.find((c) => `#${c.id ?? ''}` === custodian.reference);
  const candidates = [
    custodian.identifier,
    ...(contained?.resourceType === 'Organization' ? (contained.identifier ?? []) : []),
  ];
  const same = candidates.some((c) => c !== undefined && identifier.encode(c)?.id === caller.structure.id);
  return same ? [] : [{ key: 'custodian-is-depositor', severity: 'warning', expression: `${path}.custodian` }];
}

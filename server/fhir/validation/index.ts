/**
 * Validation of what comes in: one engine for a deposit, a dry run and `$validate`.
 *
 * `severity` absent means error. Nothing is thrown: the caller decides.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import { claimedBy } from './canonicals.ts';
import { isWalkable } from './engine.ts';
import { validateAgainst } from './profile.ts';
import { relationIssues } from './relates-to.ts';
import { unsupportedYet } from './unsupported.ts';

export { isWalkable, loadEngine, validateBase } from './engine.ts';
export { validateAgainst } from './profile.ts';
export type { FolderEntry } from './bundle-entries.ts';
export { resolveEntry, type Entry, type Members, type OutsideMember } from './bundle-references.ts';
export type { PatchEntry } from './patch-entry.ts';
export { depositable } from './relates-to.ts';
export { readProvideBundle, type ProvideBundle, type ReadBundle } from './provide-bundle.ts';

/**
 * ITI-105: a DocumentReference with its document inline, PDSm Simplified Publish; MHD's where it claims that one and not
 * PDSm's, which is the narrower.
 */
export function validateSimplifiedPublish(value: unknown): Issue[] {
  const claimed = claimedBy(value).filter((known) => known.profile === 'simplified');
  const isMhd = claimed.length > 0 && claimed.every((known) => known.edition === 'mhd');
  const issues = validateAgainst(value, 'simplified', isMhd ? 'mhd' : 'pdsm');
  if (!isWalkable(issues)) return issues;
  const resource = value as DocumentReference;
  return [
    ...issues,
    ...unsupportedYet(resource, 'DocumentReference'),
    ...relationIssues(resource, 'DocumentReference'),
  ];
}

export const hasErrors = (issues: readonly Issue[]): boolean => issues.some((i) => (i.severity ?? 'error') === 'error');

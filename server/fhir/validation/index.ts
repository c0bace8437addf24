/**
 * Validation of what comes in: one engine for a deposit, a dry run and (later) `$validate`.
 *
 * `severity` absent means error. Nothing is thrown: the caller decides.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import { validateBase } from './engine.ts';
import { profiles } from './pdsm-rules.ts';
import { relationIssues } from './relates-to.ts';
import { applyRules } from './rules.ts';
import { unsupportedYet } from './unsupported.ts';

export { loadEngine, validateBase } from './engine.ts';
export type { FolderEntry } from './bundle-entries.ts';
export { resolveEntry, type Entry, type Members, type OutsideMember } from './bundle-references.ts';
export type { PatchEntry } from './patch-entry.ts';
export { depositable } from './relates-to.ts';
export { readProvideBundle, type ProvideBundle, type ReadBundle } from './provide-bundle.ts';

/** ITI-105: a DocumentReference with its document inline, PDSm Simplified Publish. */
export function validateSimplifiedPublish(value: unknown): Issue[] {
  const base = validateBase(value, 'DocumentReference');
  if (base.some((i) => i.key === 'body-missing' || i.key === 'wrong-resource-type')) return base;
  const { name, rules } = profiles.simplified;
  const more = [
    ...applyRules(value as object, rules, 'DocumentReference', 'pdsm', name),
    ...(hasErrors(base) ? [] : unsupportedYet(value as DocumentReference, 'DocumentReference')),
    ...(hasErrors(base) ? [] : relationIssues(value as DocumentReference, 'DocumentReference', false)),
  ];
  return [...base, ...more.filter((m) => !base.some((b) => b.key === m.key && b.expression === m.expression))];
}

export const hasErrors = (issues: readonly Issue[]): boolean => issues.some((i) => (i.severity ?? 'error') === 'error');

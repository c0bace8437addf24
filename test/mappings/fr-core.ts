/** Whether a Patient conforms to fr-core-patient 2.1.0. The test that uses it indexes the types of R4 first. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { validateResource } from '@medplum/core';
import type { Patient, StructureDefinition } from '@medplum/fhirtypes';

/** Whether a value holds a FHIR pattern: every part of the pattern is there; of arrays, some member matches. */
function holds(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) return Array.isArray(value) && pattern.every((p) => value.some((v) => holds(v, p)));
  if (typeof pattern === 'object' && pattern !== null)
    return (
      typeof value === 'object' &&
      value !== null &&
      Object.entries(pattern).every(([k, p]) => holds((value as Record<string, unknown>)[k], p))
    );
  return value === pattern;
}

/** Medplum counts the members of a slice, but does not look inside: minimum and patterns of the parts, checked here. */
function sliceProblems(patient: Patient, profile: StructureDefinition): string[] {
  const elements = profile.snapshot?.element ?? [];
  const patternOf = (id: string): unknown =>
    Object.entries(elements.find((e) => e.id === id) ?? {}).find(([k]) => k.startsWith('pattern'))?.[1];
  const problems: string[] = [];
  for (const [list, discriminator] of [
    ['identifier', 'type'],
    ['name', 'use'],
  ] as const)
    for (const slice of elements.filter((e) => new RegExp(`^Patient\\.${list}:[^.]+$`).test(e.id ?? ''))) {
      const id = slice.id as string;
      const pattern = patternOf(`${id}.${discriminator}`);
      if (pattern === undefined) throw new Error(`no discriminator in ${id}`);
      for (const item of (patient[list] ?? []) as unknown as Record<string, unknown>[])
        if (holds(item[discriminator], pattern))
          for (const part of elements.filter(
            (e) => e.id?.startsWith(`${id}.`) && !e.id.slice(id.length + 1).includes('.'),
          )) {
            const value = item[part.path.split('.')[2] as string];
            if ((part.min ?? 0) > 0 && value === undefined) problems.push(`${part.id ?? ''} missing`);
            const wanted = patternOf(part.id as string);
            if (value !== undefined && wanted !== undefined && !holds(value, wanted))
              problems.push(`${part.id ?? ''} differs`);
          }
    }
  return problems;
}

/** What is wrong with a Patient, by the definitions in `shared`. */
export function frCorePatientErrors(dir: string): (patient: Patient) => unknown[] {
  const file = path.join(dir, 'fhir/fr-core/StructureDefinition-fr-core-patient-2.1.0.json');
  const profile = JSON.parse(readFileSync(file, 'utf8')) as StructureDefinition;
  return (patient) => {
    const inside = sliceProblems(patient, profile);
    try {
      return [...inside, ...validateResource(patient, { profile }).filter((i) => i.severity === 'error')];
    } catch (error) {
      return (error as { outcome?: { issue?: unknown[] } }).outcome?.issue ?? [error, ...inside];
    }
  };
}

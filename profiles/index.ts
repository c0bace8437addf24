/**
 * The project's own definitions: one JSON resource a file in this folder, read when asked for. What the mapping writes
 * beyond the published guides is defined here and nowhere else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { CodeSystem, StructureDefinition } from '@medplum/fhirtypes';

export type Definition = StructureDefinition | CodeSystem;

/** Every definition, in the order of the file names. */
export function loadProfiles(): Definition[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) as Definition);
}

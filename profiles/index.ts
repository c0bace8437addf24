/**
 * The project's own definitions: one JSON resource a file in this folder, read when asked for. What the mapping writes
 * beyond the published guides is defined here and nowhere else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { CodeSystem, ConceptMap, OperationDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { conceptMaps } from './concept-maps.ts';
import { consentDefinitions } from './consents.ts';
import { errorCodeSystem } from './error.ts';
import { patientInsDefinition } from './patient-ins.ts';
import { rightsDefinitions } from './rights.ts';
import { taskDefinitions } from './tasks.ts';
import { attributeCodeSystems, upstreamCodeSystems } from './upstream.ts';
import { webDefinitions } from './web-pages.ts';

export type Definition = StructureDefinition | CodeSystem | OperationDefinition | ConceptMap;

/** Every definition: those of the files, in the order of their names, then those derived from our tables. */
export function loadProfiles(): Definition[] {
  const written = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) as Definition);
  return [
    ...written,
    errorCodeSystem(),
    ...upstreamCodeSystems(),
    ...attributeCodeSystems(),
    ...consentDefinitions(),
    patientInsDefinition(),
    ...rightsDefinitions(),
    ...taskDefinitions(),
    ...webDefinitions(),
    ...conceptMaps(),
  ];
}

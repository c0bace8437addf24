/** The documents that something else refers to, as entries of `_include`: by their uniqueIds, in batches. */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { Issue } from '../../mappings/outcome.ts';
import { getDocuments, getDocumentsAndAssociations } from '../../mappings/query.ts';
import { Memory } from '../../mappings/recurring.ts';
import type { Ins, StoredDocument } from '../store/types.ts';
import { inBatches, relate, relationsOrWarning } from './associations.ts';
import type { Call } from './interaction.ts';
import { createMapper } from './mapper.ts';
import { askRegistry, hitOf, toResource } from './registry.ts';
import type { Services } from './services.ts';

/**
 * The documents as the registry has them now, each once; what it does not give (to this caller) is not among them.
 * @throws DmpError
 */
export async function documentsOf(
  documents: readonly StoredDocument[],
  ins: Ins,
  call: Call,
  services: Services,
): Promise<{ resources: DocumentReference[]; warnings: Issue[] }> {
  const { config } = services;
  const uniqueIds = [...new Set(documents.map((d) => d.uniqueId))];
  const get = config.RELATIONS ? getDocumentsAndAssociations : getDocuments;
  const answers = await inBatches(uniqueIds, services, (part) =>
    askRegistry(get({ uniqueIds: part }), ins, call, services),
  );
  const warnings = answers.flatMap((a) => a.warnings);
  const wanted = new Set(documents.map((d) => d.id));
  const hits = answers.flatMap((a) => a.found.map(hitOf)).filter((h) => wanted.has(h.id));
  const memory = new Memory();
  const { resourceOf, unreadable } = createMapper((hit: (typeof hits)[number]) =>
    toResource(hit, answers[0]?.patient.id ?? '', config.fhirBase, memory),
  );
  const resources = hits.map(resourceOf).filter((r) => r !== undefined);
  for (let i = unreadable(); i > 0; i--) warnings.push({ key: 'dmp-garbage', severity: 'warning' });
  if (config.RELATIONS && hits.length > 0) {
    const known = { associations: answers.flatMap((a) => a.associations) };
    const told = await relationsOrWarning(hits, ins, call, services, known);
    for (const resource of resources) relate(resource, told.relations);
    warnings.push(...told.warnings);
  }
  return { resources, warnings };
}

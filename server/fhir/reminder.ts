/**
 * « Consultation d'annonce »: documents that the structure deposited and that the patient (or the representatives) may not see
 * yet, of all its patients: `DocumentReference?security-label=INVISIBLE_PATIENT`. They are the structure's own submissions, kept in
 * the store: the DMP is not asked, and forbids a structure to (dmp-wire §1.4). What other software made visible meanwhile is
 * known once the document was seen.
 */
import { visibilities, withVisibility, type Visibility } from '../../mappings/attributes.ts';
import { statuses } from '../../mappings/ebrim/schemes.ts';
import { matches } from '../../mappings/search.ts';
import type { Search } from '../search/parse.ts';
import type { StoredDocument } from '../store/types.ts';
import { readSetPayload } from './deposit/payload.ts';
import type { Call } from './interaction.ts';
import { hitOf, toResource, type Hit } from './registry.ts';
import type { Services } from './services.ts';

/** Which of the labels that hide a document the search asks for; undefined: it is no reminder. */
export function reminderOf({ criteria }: Search): Visibility | undefined {
  const codes = criteria
    .filter((c) => c.name === 'security-label' && c.modifier === undefined)
    .flatMap((c) => (c.values.length === 1 ? c.values : []))
    .flatMap((v) => (v.type === 'token' ? (v.code ?? []) : []));
  return visibilities.find((v) => v.startsWith('INVISIBLE_') && codes.includes(v));
}

/** The structure's documents with the label that meet the other criteria too, oldest first. */
export async function waitingDocuments(
  label: Visibility,
  search: Search,
  { caller }: Call,
  services: Services,
): Promise<Hit[]> {
  const { store, config, now } = services;
  const documents = await store.documents.depositedBy(caller.structure.id, { label });
  const sets = new Map<string, ReturnType<typeof readSetPayload> | undefined>();
  const hits: Hit[] = [];
  for (const document of documents) {
    const { setId = '' } = document;
    if (!sets.has(setId)) {
      const set = await store.sets.byId(setId);
      sets.set(setId, set && readSetPayload(set.payload));
    }
    const kept = sets.get(setId)?.documents.find((d) => d.id === document.id);
    if (kept) hits.push(asKnown(document, kept.entry, config.REPOSITORY_UNIQUE_ID));
  }
  const instant = now().getTime();
  return hits.filter((hit) => {
    const resource = toResource(hit, hit.patientId ?? '', config.fhirBase);
    return search.criteria.every((c) => matches(resource, c, instant));
  });
}

/** What was deposited, with the visibility and status that it is known to have now. */
function asKnown(document: StoredDocument, entry: Hit['entry'], repository: string): Hit {
  const labels = new Set(visibilities.filter((v) => document.labels.includes(v)));
  const current = {
    ...entry,
    repositoryUniqueId: entry.repositoryUniqueId ?? repository,
    availabilityStatus: document.availabilityStatus ?? statuses.approved,
    confidentialityCodes: withVisibility(entry.confidentialityCodes, labels),
  };
  return { ...hitOf({ entry: current, document }), patientId: document.patientId };
}

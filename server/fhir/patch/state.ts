/**
 * The document as it is now, before it is patched and after. A professional authenticated by Pro Santé Connect sees the
 * registry's entry (TD3.1a). A structure may only ask for its reference (TD3.1b, to replace or delete what it fed): then what
 * was deposited here stands for the rest.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { newEntryId } from '../../../mappings/document-entry-rows.ts';
import { stableDocument, statuses } from '../../../mappings/ebrim/schemes.ts';
import { insToCx } from '../../../mappings/ins.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { getDocuments } from '../../../mappings/query.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { td3_1b } from '../../dmp/transactions/td3-1.ts';
import type { StoredDocument } from '../../store/types.ts';
import { readSetPayload } from '../deposit/payload.ts';
import { absent } from '../document-read.ts';
import { callContext, type Call } from '../interaction.ts';
import { askRegistry, deleted, foundOf, hitOf, toResource, type Found } from '../registry.ts';
import type { Services } from '../services.ts';

export interface State {
  found: Found;
  /** Whether the registry said it, or only what was deposited here is known. */
  isCertain: boolean;
  resource: DocumentReference;
  /** entryUUID of the current version, where the registry said no more than that. */
  reference?: string;
}

/** `State` of an entry. */
export function stateOf(found: Found, isCertain: boolean, { config }: Services): State {
  return { found, isCertain, resource: toResource(hitOf(found), found.document.patientId, config.fhirBase) };
}

/**
 * The state of a document for a caller.
 * @param withDeleted a deleted one is an answer too
 * @throws IssueError not-found, deleted; DmpError
 */
export async function currentState(
  document: StoredDocument,
  call: Call,
  services: Services,
  withDeleted = false,
): Promise<State> {
  const state =
    call.caller.strength === 'psc'
      ? await asRegistered(document, call, services)
      : await asDeposited(document, call, services);
  if (!state) throw absent(document);
  if (!withDeleted && state.found.entry.availabilityStatus === deleted) throw new IssueError({ key: 'deleted' });
  return state;
}

async function asRegistered(document: StoredDocument, call: Call, services: Services): Promise<State | undefined> {
  const answer = await askRegistry(getDocuments({ uniqueIds: [document.uniqueId] }), document.ins, call, services);
  const found = answer.found.find((f) => f.document.id === document.id);
  return found && stateOf(found, true, services);
}

async function asDeposited(document: StoredDocument, call: Call, services: Services): Promise<State | undefined> {
  const entry = await depositedEntry(document, services);
  const state = stateOf(foundOf(entry, document, services), false, services);
  // Nothing comes back from a deletion: no need to ask.
  if (document.availabilityStatus === deleted) return state;
  const reference = await referenceOf(document, call, services);
  return reference === undefined ? undefined : { ...state, reference };
}

/** The entryUUID of the document's current version, by TD3.1b; undefined when the DMP does not hold it. @throws DmpError */
export async function referenceOf(
  document: StoredDocument,
  call: Call,
  services: Services,
): Promise<string | undefined> {
  const query = getDocuments({ uniqueIds: [document.uniqueId] }, 'ObjectRef');
  const { objects } = await services.dmp.call(td3_1b, query, callContext(call, document.ins));
  const references = objects.objectRefs;
  return references.find((r) => r === document.entryUuid) ?? references.at(-1);
}

/** What was deposited here, or, of a document of other software, the little that the store knows. */
async function depositedEntry(document: StoredDocument, { store }: Services): Promise<DocumentEntry> {
  const set = document.setId === undefined ? undefined : await store.sets.byId(document.setId);
  const deposited = set && readSetPayload(set.payload).documents.find((d) => d.id === document.id)?.entry;
  const bare: DocumentEntry = {
    id: newEntryId,
    objectType: stableDocument,
    mimeType: document.mimeType,
    sourcePatientInfo: [],
    referenceIdList: [],
    authors: [],
    confidentialityCodes: [],
    eventCodes: [],
    patientId: insToCx(document.ins),
    uniqueId: document.uniqueId,
    slots: {},
  };
  return {
    ...(deposited ?? bare),
    ...(document.entryUuid ? { id: document.entryUuid } : {}),
    ...(document.logicalId ? { logicalId: document.logicalId } : {}),
    repositoryUniqueId: document.repositoryUniqueId,
    availabilityStatus: document.availabilityStatus ?? statuses.approved,
  };
}

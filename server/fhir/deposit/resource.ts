/** What a deposit answers with: the resources as a later read will show them, as far as they are known without the DMP. */
import type { DocumentReference, List } from '@medplum/fhirtypes';
import { dtmOfInstant } from '../../../mappings/codecs/dtm.ts';
import { documentEntryToFhir } from '../../../mappings/document-entry.ts';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { submissionSetToFhir } from '../../../mappings/submission-set.ts';
import { folderToFhir } from '../../../mappings/folder.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { Config } from '../../config.ts';
import type { FolderPayload, KeptDocument, SetPayload } from './payload.ts';
import { relatesToOf } from './relations.ts';

/** A deposited document: version 1, approved, in the DMP's repository, its bytes at our Binary. */
export function depositedReference(
  { id, entry, relations = [] }: KeptDocument,
  { patientId, submittedAt, config }: { patientId: string; submittedAt: string; config: Config },
): DocumentReference {
  const registered: DocumentEntry = {
    ...entry,
    availabilityStatus: statuses.approved,
    repositoryUniqueId: config.REPOSITORY_UNIQUE_ID,
  };
  return documentEntryToFhir(registered, {
    id,
    subject: { reference: `Patient/${patientId}` },
    attachmentUrl: `${config.fhirBase}/Binary/${id}`,
    versionId: '1',
    lastUpdated: submittedAt,
    ...(relations.length > 0 ? { relatesTo: relatesToOf(relations) } : {}),
  });
}

/** A deposited set as a List. */
export function depositedList(
  setId: string,
  patientId: string,
  { set, documents, listed = [], folders = [], submittedAt }: SetPayload,
): List {
  const list = submissionSetToFhir(
    { ...set, availabilityStatus: statuses.approved },
    {
      id: setId,
      subject: { reference: `Patient/${patientId}` },
      items: [
        ...[...documents.map((d) => d.id), ...listed].map((id) => ({ reference: `DocumentReference/${id}` })),
        ...folders.map((id) => ({ reference: `List/${id}` })),
      ],
    },
  );
  return { ...list, meta: { ...list.meta, versionId: '1', lastUpdated: submittedAt } };
}

/** A folder that was created or added to here, as a List: what is in it as far as it is known here. */
export function depositedFolder(id: string, patientId: string, { folder, items, submittedAt }: FolderPayload): List {
  const list = folderToFhir(
    { ...folder, availabilityStatus: statuses.approved, lastUpdateTime: dtmOfInstant(Date.parse(submittedAt)) },
    {
      id,
      subject: { reference: `Patient/${patientId}` },
      items: items.map((item) => ({ reference: `DocumentReference/${item}` })),
    },
  );
  return { ...list, meta: { ...list.meta, lastUpdated: submittedAt } };
}

/** What a deposit answers with: the resources as a later read will show them, as far as they are known without the DMP. */
import type { DocumentReference, List } from '@medplum/fhirtypes';
import { documentEntryToFhir } from '../../../mappings/document-entry.ts';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { submissionSetToFhir } from '../../../mappings/submission-set.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import type { Config } from '../../config.ts';
import type { SetPayload } from './payload.ts';

/** A deposited document: version 1, approved, in the DMP's repository, its bytes at our Binary. */
export function depositedReference(
  { id, entry }: { id: string; entry: DocumentEntry },
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
  });
}

/** A deposited set as a List. */
export function depositedList(setId: string, patientId: string, { set, documents, submittedAt }: SetPayload): List {
  const list = submissionSetToFhir(
    { ...set, availabilityStatus: statuses.approved },
    {
      id: setId,
      subject: { reference: `Patient/${patientId}` },
      items: documents.map(({ id }) => ({ reference: `DocumentReference/${id}` })),
    },
  );
  return { ...list, meta: { ...list.meta, versionId: '1', lastUpdated: submittedAt } };
}

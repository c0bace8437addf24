/** The transaction-response: an entry for each entry, in the same order (MHD ITI-65 §3.65.4.2.2; each has status and location). */
import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import { toOutcome } from '../outcome.ts';
import type { Services } from '../services.ts';
import type { BundleOptions } from './bundle.ts';
import type { ReadySet } from './ready-set.ts';
import { depositedList, depositedReference } from './resource.ts';
import type { Submitted } from './submit.ts';

/** A PATCH entry and the document that it supersedes. */
export interface Superseded {
  /** of the entry */
  index: number;
  uniqueId: string;
}

interface Answered {
  type: string;
  id: string;
  status: string;
  resource?: BundleEntry['resource'];
  /** Of what was created here. */
  etag?: string;
  issues?: readonly Issue[];
}

/** The response of a deposit. */
export function respond(
  request: Bundle,
  { parts: { set, documents, folders, patient }, submission, superseded, standing, issues }: ReadySet,
  submitted: Submitted,
  { config }: Services,
  { language = 'fr', requestId }: BundleOptions,
): Bundle {
  const { created, patientId, payload, setId, folderIds, targetIds } = submitted;
  const { submittedAt } = payload;
  const entries = new Map<number, BundleEntry>();
  // What the DMP says of one document goes with its entry, the rest with the set.
  const inEntry = (i: Issue): boolean => /^Bundle\.entry\[\d+\]/.test(i.expression ?? '');
  const all = [...issues, ...submitted.issues];
  const outcomeOf = (index: number, more: readonly Issue[]): { outcome?: ReturnType<typeof toOutcome> } => {
    const own = [...all.filter((i) => i.expression?.startsWith(`Bundle.entry[${index}].`)), ...more];
    return own.length > 0 ? { outcome: toOutcome(own, language, requestId) } : {};
  };
  const answer = (index: number, { type, id, status, resource, etag, issues: more = [] }: Answered): void => {
    const url = `${config.fhirBase}/${type}/${id}`;
    entries.set(index, {
      fullUrl: url,
      ...(resource ? { resource } : {}),
      response: {
        status,
        location: url,
        ...(etag === undefined ? {} : { etag }),
        lastModified: submittedAt,
        ...outcomeOf(index, more),
      },
    });
  };
  const status = created ? '201 Created' : '200 OK';
  const etag = 'W/"1"';
  answer(set.index, {
    type: 'List',
    id: setId,
    status,
    etag,
    resource: depositedList(setId, patientId, payload),
    issues: all.filter((i) => !inEntry(i)),
  });
  const sent = documents.filter(({ reference }) => !standing.has(reference.index));
  for (const { reference, binary } of documents) {
    const stands = standing.get(reference.index);
    if (!stands) continue;
    const id = targetIds.get(stands.uniqueId) ?? stands.document?.id ?? '';
    answer(reference.index, { type: 'DocumentReference', id, status: '200 OK' });
    answer(binary.index, { type: 'Binary', id, status: '200 OK' });
  }
  for (const [i, { reference, binary }] of sent.entries()) {
    const uniqueId = submission.documents[i]?.entry.uniqueId;
    const document = payload.documents.find((d) => d.entry.uniqueId === uniqueId);
    if (!document) {
      const lost: Issue = { key: 'not-registered', expression: reference.path };
      for (const index of [reference.index, binary.index])
        entries.set(index, {
          response: { status: '502 Bad Gateway', lastModified: submittedAt, ...outcomeOf(index, [lost]) },
        });
      continue;
    }
    const { id } = document;
    const resource = depositedReference(document, { patientId, submittedAt, config });
    answer(reference.index, { type: 'DocumentReference', id, status, etag, resource });
    answer(binary.index, { type: 'Binary', id, status, etag });
  }
  folders.forEach(({ index, update }, i) =>
    answer(index, { type: 'List', id: folderIds[i] ?? '', status: update === undefined ? status : '200 OK' }),
  );
  for (const { index, uniqueId } of superseded)
    answer(index, { type: 'DocumentReference', id: targetIds.get(uniqueId) ?? '', status: '200 OK' });
  // The patient is known to the DMP already: nothing is created.
  if (patient) answer(patient.index, { type: 'Patient', id: patientId, status: '200 OK', etag });
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: {
      profile: ['https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.ProvideDocumentBundleResponse'],
      lastUpdated: submittedAt,
    },
    type: 'transaction-response',
    link: [{ relation: 'self', url: config.fhirBase }],
    entry: (request.entry ?? []).map((_, i) => entries.get(i) as BundleEntry),
  };
}

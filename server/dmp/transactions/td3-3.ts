/**
 * TD3.3: ITI-57, the attributes of a document that is in the DMP. Its visibility changes by a new version of its metadata
 * (TD3.3a to professionals, TD3.3b to the patient and representatives), its status by itself (TD3.3c deleted, TD3.3d
 * archived). dmp-wire §3.7; modes §1.2 and §1.4.
 */
import { readRegistryResponse } from '../../../mappings/ebrim/read.ts';
import { writeSubmission } from '../../../mappings/ebrim/write.ts';
import type { Association, DocumentEntry, RegistryResponse, SubmissionSet } from '../../../mappings/xds.ts';
import { serialize } from '../../../mappings/xml/build.ts';
import { registryErrors, requireSuccess } from '../failure.ts';
import type { Transaction } from '../types.ts';
import { associationTypes } from './td2-1.ts';

/** A new version of a document's metadata. */
export interface VersionInput {
  set: SubmissionSet;
  /** The whole new metadata: `logicalId` and the registry's `version` and status are set; its `id` is not sent. */
  entry: DocumentEntry;
  /** versionName of the version that it follows: the current one, or the registry refuses. */
  previousVersion: string;
}

/** A new status of a document. */
export interface StatusInput {
  set: SubmissionSet;
  /** entryUUID, `urn:uuid:…` */
  target: string;
  /** URN of the status that it has now, or the registry refuses. */
  originalStatus: string;
  newStatus: string;
}

/** Marks a change of status (ITI TF-3 §4.2.2.2.6). */
const updateAvailabilityStatus = 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus';

/** id of the entry in the message. */
const entryId = 'Document01';

type Update<In> = Transaction<In, RegistryResponse>;

function update<In extends { set: SubmissionSet }>(
  name: string,
  options: Pick<Update<In>, 'modes' | 'purposes'>,
  contents: (input: In) => { entries: DocumentEntry[]; association: Omit<Association, 'source'> },
): Update<In> {
  return {
    name,
    service: 'registry',
    action: 'urn:ihe:iti:2010:UpdateDocumentSet',
    responseAction: 'urn:ihe:iti:2010:UpdateDocumentSet-Response',
    responseRoot: { ns: 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0', name: 'RegistryResponse' },
    ...options,
    // Whoever feeds may change what it fed without an authorisation (ANS-EEDS td3.3*, dmp-wire §8).
    consent: 'none',
    idempotent: false,
    build(input) {
      const { set } = input;
      const { entries, association } = contents(input);
      const objects = { submissionSets: [set], folders: [], documentEntries: entries, objectRefs: [] };
      return { body: serialize(writeSubmission({ ...objects, associations: [{ ...association, source: set.id }] })) };
    },
    read: {
      kind: 'tree',
      /** Success may come with warnings. @throws DmpError kind `registry` on anything else */
      read(root) {
        const answer = requireSuccess(name, readRegistryResponse(root));
        return { status: answer.status, errors: registryErrors(answer) };
      },
    },
  };
}

/** @throws RangeError when the entry has no logical id: it would be a first submission */
function newVersion({ entry, previousVersion }: VersionInput): ReturnType<Parameters<typeof update>[2]> {
  if (entry.logicalId === undefined) throw new RangeError('a metadata version without its logical id');
  return {
    entries: [{ ...entry, id: entryId }],
    association: {
      type: associationTypes.hasMember,
      target: entryId,
      slots: { SubmissionSetStatus: ['Original'], PreviousVersion: [previousVersion] },
    },
  };
}

const newStatus = ({
  target,
  originalStatus,
  newStatus: to,
}: StatusInput): ReturnType<Parameters<typeof update>[2]> => ({
  entries: [],
  association: {
    type: updateAvailabilityStatus,
    target,
    slots: { OriginalStatus: [originalStatus], NewStatus: [to] },
  },
});

const byPerson = ['INDIRECTE_RENFORCEE'] as const;

/** Masks or unmasks to professionals. */
export const td3_3a = update<VersionInput>('TD3.3a', { modes: byPerson, purposes: ['normal'] }, newVersion);

/** Makes visible to the patient, or to the legal representatives. */
export const td3_3b = update<VersionInput>('TD3.3b', { modes: byPerson, purposes: ['normal'] }, newVersion);

/** Deletes, logically: a structure may, for what it fed (§1.4 note 9). */
export const td3_3c = update<StatusInput>(
  'TD3.3c',
  { modes: ['INDIRECTE', 'INDIRECTE_RENFORCEE'], purposes: ['normal', 'bris_de_glace', 'centre_15'] },
  newStatus,
);

/** The same by a person, for what that person wrote wherever it was (§1.4 note 8). */
export const td3_3cByPerson: typeof td3_3c = { ...td3_3c, modes: byPerson };

/** Archives or takes out of the archive. */
export const td3_3d = update<StatusInput>(
  'TD3.3d',
  { modes: byPerson, purposes: ['normal', 'bris_de_glace', 'centre_15'] },
  newStatus,
);

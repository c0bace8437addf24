/** A DocumentReference read as a deposit would read it, for the feeding rules alone: no patient is resolved, no DMP asked. */
import type { DocumentReference } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import { canonicalMedia } from '../../../mappings/media.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Facts } from '../../feed/rules/evaluate.ts';
import type { FeedLane } from '../../store/types.ts';
import type { Services } from '../services.ts';
import { hasErrors, validateBase } from '../validation/index.ts';
import { readContent } from './content.ts';
import { toEntry } from './entry.ts';
import { readHeader } from './located.ts';
import { factsOf } from './rule-facts.ts';

/** No rule looks at it: a draft may have none yet. */
const anyId = { system: uris, value: 'urn:oid:2.25.1' };

/**
 * @param document JSON; its bytes are read when they are there: a CDA says of itself what the resource leaves out
 * @throws IssueError with what is wrong
 */
export function factsOfDraft(
  document: unknown,
  lane: FeedLane,
  caller: Caller,
  services: Pick<Services, 'structures' | 'now' | 'config'>,
): Facts {
  const issues = validateBase(document, 'DocumentReference');
  if (hasErrors(issues)) throw new IssueError(issues);
  const given = document as DocumentReference;
  const path = 'DocumentReference';
  const attachment = given.content[0]?.attachment ?? {};
  const { data } = attachment;
  const attachmentPath = `${path}.content[0].attachment`;
  const dataPath = `${attachmentPath}.data`;
  const content =
    data === undefined ? undefined : readContent({ data, dataPath, attachment, path: attachmentPath }, services.config);
  const header = content?.media === 'text/xml' ? readHeader(content.bytes, dataPath) : undefined;
  const resource = { ...given, masterIdentifier: given.masterIdentifier ?? anyId };
  const entry = toEntry(
    { entryId: 'Document01', resource, path, around: {} },
    {
      ...{ patientId: '', media: content?.media ?? canonicalMedia(attachment.contentType ?? '') ?? '' },
      ...{ header, patient: undefined, caller, services },
    },
  );
  return factsOf(entry, { resource, header, caller, now: services.now() }, lane);
}

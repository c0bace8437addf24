/** What the feeding rules look at (`Facts`), from a document's entry and what it was made of. */
import type { DocumentReference } from '@medplum/fhirtypes';
import type { CdaHeader } from '../../../mappings/cda/types.ts';
import { dtm, intervalOf } from '../../../mappings/codecs/dtm.ts';
import { components, hl7Text } from '../../../mappings/codecs/hl7v2.ts';
import { xcn, xon } from '../../../mappings/codecs/people.ts';
import type { DocumentEntry, XdsAuthor } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { AuthorFacts, Facts } from '../../feed/rules/evaluate.ts';
import type { DocumentStatus } from '../../feed/rules/model.ts';
import type { FeedLane } from '../../store/types.ts';
import { isCaller } from './author.ts';

/** What a document was made of. */
export interface Origin {
  resource: DocumentReference;
  header: CdaHeader | undefined;
  caller: Caller;
  now: Date;
}

/** What the rules look at. */
export function factsOf(entry: DocumentEntry, { resource, header, caller, now }: Origin, lane: FeedLane): Facts {
  const made = intervalOf(dtm.decode(entry.creationTime ?? '') ?? '');
  return {
    type: entry.typeCode?.code,
    class: entry.classCode?.code,
    practiceSetting: entry.practiceSettingCode?.code,
    format: entry.formatCode?.code,
    confidentiality: entry.confidentialityCodes.map((c) => c.code),
    authors: entry.authors.map((author) => authorFacts(author, caller)),
    status: statusOf(resource, header),
    lane,
    ...(made === undefined ? {} : { ageDays: Math.floor((now.getTime() - made.start) / 86_400_000) }),
  };
}

const codeOf = (composite: string): string => hl7Text.decode(components(composite)(1));

function authorFacts(author: XdsAuthor, caller: Caller): AuthorFacts {
  const person = author.person === undefined ? undefined : xcn.decode(author.person)?.id;
  return {
    ...(person === undefined ? {} : { person }),
    professions: author.specialties.map(codeOf),
    roles: author.roles.map(codeOf),
    institutions: author.institutions.flatMap((i) => xon.decode(i)?.id ?? []),
    isDepositor: isCaller(author, caller),
  };
}

/** See `statuses` of the model. */
function statusOf({ authenticator, relatesTo = [] }: DocumentReference, header: CdaHeader | undefined): DocumentStatus {
  const isSigned = authenticator !== undefined || header?.legalAuthenticator !== undefined;
  if (!isSigned || header?.serviceEvents.some((e) => e.status === 'active') === true) return 'preliminary';
  const isReplacement =
    relatesTo.some((r) => r.code === 'replaces') || header?.relatedDocuments.some((r) => r.type === 'RPLC') === true;
  return isReplacement ? 'amended' : 'final';
}

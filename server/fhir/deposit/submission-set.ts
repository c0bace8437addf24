/**
 * The submission set: built from the caller for one document (ITI-105), read from the List for a set (ITI-65). In both its
 * author is the caller and the caller's structure, as in the VIHF, or the DMP refuses it.
 */
import type { List } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import { dtmOfInstant } from '../../../mappings/codecs/dtm.ts';
import { insToCx } from '../../../mappings/ins.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { submissionSetFromFhir } from '../../../mappings/submission-set.ts';
import { displayOf, isMember } from '../../../mappings/terminology/valuesets.ts';
import type { SubmissionSet } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import type { Structure } from '../../registry/types.ts';
import { uniqueIdentifierOf } from '../validation/set-identifier.ts';
import { authorOf, completeAuthor, isCaller, isCallersStructure } from './author.ts';
import { coded } from './defaults.ts';
import { ownExtensions, slotIssues } from './extensions.ts';
import { mintOid, oidOf } from './oid.ts';

/** id of the RegistryPackage in the message. */
const setId = 'SubmissionSet01';
/** TRE_R209, to which `Structure.contentType` belongs. */
const contentTypeScheme = '1.2.250.1.213.2.2';

/** The caller's, as far as a set says it: the OID of its software is the source, and the root of the uniqueIds minted for it. */
type Source = Pick<Structure, 'contentType' | 'lps'>;

/** The set of a simplified publish: one document, by the caller, now. @param seed of its uniqueId (`mintOid`) */
export function ownSet(
  ins: PatientIns,
  title: string | undefined,
  caller: Caller,
  { contentType, lps }: Source,
  now: Date,
  seed?: string,
): SubmissionSet {
  return {
    id: setId,
    ...(title === undefined ? {} : { title }),
    submissionTime: dtmOfInstant(now.getTime()),
    authors: [authorOf(caller)],
    contentTypeCode: coded(contentType, contentTypeScheme),
    intendedRecipients: [],
    patientId: insToCx(ins),
    sourceId: lps.oid,
    uniqueId: mintOid(lps.oid, seed),
    slots: {},
  };
}

/**
 * The set that a List describes. Its uniqueId is minted when the List has none; its sourceId is kept: it tells which system
 * of the establishment made the set.
 * @param seed of a uniqueId that is minted (`mintOid`)
 * @throws IssueError author-not-caller (403), unique-id-invalid, code-unknown, and what the mapping finds
 */
export function setOfList(
  list: List,
  path: string,
  ins: PatientIns,
  caller: Caller,
  { lps }: Pick<Source, 'lps'>,
  seed?: string,
): SubmissionSet {
  const patientId = insToCx(ins);
  const found = uniqueIdentifierOf(list);
  const uniqueId = found ? oidOf(found.identifier, `${path}.identifier[${found.index}]`) : mintOid(lps.oid, seed);
  const described: List = {
    ...list,
    extension: ownExtensions(list.extension),
    identifier: [{ use: 'usual', system: uris, value: `urn:oid:${uniqueId}` }],
  };
  let set: SubmissionSet;
  try {
    set = submissionSetFromFhir(described, { patientId, defaults: { uniqueId, authors: [authorOf(caller)] } });
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    throw new IssueError(
      error.issues.map((i) => ({ ...i, expression: (i.expression ?? '').replace(/^List\b/, path) || path })),
    );
  }
  const issues: Issue[] = slotIssues(list, path);
  const authors = set.authors.length > 0 ? set.authors : [authorOf(caller)];
  if (!authors.every((author) => isCaller(author, caller) && isCallersStructure(author, caller)))
    issues.push({ key: 'author-not-caller', expression: `${path}.source` });
  const content = set.contentTypeCode;
  if (content && !isMember('J59', content.code, content.scheme))
    issues.push({
      key: 'code-unknown',
      expression: `${path}.extension`,
      values: { code: content.code, valueSet: 'JDV_J59' },
    });
  if (issues.length > 0) throw new IssueError(issues);
  // What the registry gives is not a depositor's to say.
  const { availabilityStatus: _s, homeCommunityId: _h, ...own } = set;
  return {
    ...own,
    id: setId,
    patientId,
    uniqueId,
    authors: authors.map((author) => completeAuthor(author, caller)),
    ...(content
      ? {
          contentTypeCode: {
            ...content,
            display: content.display ?? displayOf(content.code, content.scheme) ?? content.code,
          },
        }
      : {}),
  };
}

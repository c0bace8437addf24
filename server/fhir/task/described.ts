/**
 * What a proposal is about, for the person who decides on it: each document, contained in the Task, as a list of the DMP would name
 * it. That is health data: `mayRead` says who sees it (docs/asynchronous-deposits.md, “What is proposed”).
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { visibilityOf } from '../../../mappings/attributes.ts';
import { concept } from '../../../mappings/codecs/coded.ts';
import { dtm, instantFrom } from '../../../mappings/codecs/dtm.ts';
import { xcn, xon } from '../../../mappings/codecs/people.ts';
import { defined } from '../../../mappings/defined.ts';
import { isReadable, type Habilitations } from '../../../mappings/rights/habilitation.ts';
import { cellOf, columnOf } from '../../../mappings/rights/matrix.ts';
import type { DocumentEntry, XdsAuthor } from '../../../mappings/xds.ts';
import type { Caller } from '../../auth/caller.ts';
import { reachOf } from '../../auth/scopes.ts';

/** What is kept of a document that is proposed. */
export type Described = Pick<
  DocumentEntry,
  'typeCode' | 'classCode' | 'practiceSettingCode' | 'confidentialityCodes' | 'mimeType' | 'title' | 'creationTime'
> & {
  /** Each author in words: the person, and where. */
  authors: string[];
};

export const describeDocument = (entry: DocumentEntry): Described => ({
  typeCode: entry.typeCode,
  classCode: entry.classCode,
  practiceSettingCode: entry.practiceSettingCode,
  confidentialityCodes: entry.confidentialityCodes,
  mimeType: entry.mimeType,
  title: entry.title,
  creationTime: entry.creationTime,
  authors: entry.authors.map(authorInWords).filter((words) => words !== ''),
});

function authorInWords({ person, institutions }: XdsAuthor): string {
  const who = person === undefined ? undefined : xcn.decode(person);
  const name = [who?.given, who?.family].filter(Boolean).join(' ');
  return [name, ...institutions.map((wire) => xon.decode(wire)?.name)].filter(Boolean).join(', ');
}

/**
 * Whether a caller may know what a deposit of somebody else's is about: as they would in the DMP. They may read documents (TD3.2, by
 * the matrix: a professional, by Pro Santé Connect), the token says so too, the deployer's habilitations do not speak against it;
 * and it is not masked from professionals, which its author alone sees past.
 */
export function mayRead(document: Described, caller: Caller, habilitations: Habilitations | undefined): boolean {
  const { roles, purpose, scopes, strength } = caller;
  const column = columnOf('INDIRECTE_RENFORCEE', { roles, purpose }, false);
  if (strength !== 'psc' || cellOf('TD3.2', 'INDIRECTE_RENFORCEE', column) !== 'yes') return false;
  if (reachOf(scopes, { type: 'DocumentReference', permission: 'r', ihe: [] }) !== 'all') return false;
  if (visibilityOf(document.confidentialityCodes).has('MASQUE_PS')) return false;
  const kind = defined({ classCode: document.classCode?.code, typeCode: document.typeCode?.code });
  return habilitations === undefined || isReadable(habilitations, roles, kind);
}

/** As it is contained in its Task: nobody's identifier, no bytes, no address. */
export function describedResource(document: Described, id: string): DocumentReference {
  const { typeCode, classCode, practiceSettingCode, confidentialityCodes, mimeType, title, authors } = document;
  const creation = document.creationTime === undefined ? undefined : dtm.decode(document.creationTime);
  const category = classCode && concept.decode(classCode);
  const setting = practiceSettingCode && concept.decode(practiceSettingCode);
  return defined({
    resourceType: 'DocumentReference' as const,
    id,
    status: 'current' as const,
    type: typeCode && concept.decode(typeCode),
    category: category && [category],
    date: creation === undefined ? undefined : instantFrom(creation),
    author: authors.length === 0 ? undefined : authors.map((display) => ({ display })),
    securityLabel: confidentialityCodes.flatMap((code) => concept.decode(code) ?? []),
    content: [{ attachment: defined({ contentType: mimeType, title, creation }) }],
    context: setting && { practiceSetting: setting },
  });
}

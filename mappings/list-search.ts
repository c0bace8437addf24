/**
 * A FHIR search on List → FindSubmissionSets, FindFolders or both, and what remains to be checked on the answers. As with
 * documents (`search.ts`): asking and then checking always gives what checking every list of the patient would give.
 * Sources: ITI TF-2 §3.18.4.1.2.3.7.2 and .3, MHD ITI-66 (spec fhir B.2), dmp-wire §4.
 */
import type { List } from '@medplum/fhirtypes';
import { extIsArchived } from './canonicals.ts';
import { oidUri } from './codecs/identifiers.ts';
import type { Criterion } from './criteria.ts';
import { statuses } from './ebrim/schemes.ts';
import { listSkeleton, listStatuses, type ListKind } from './list-rows.ts';
import { listSearchParameter } from './list-search-parameters.ts';
import { codesOf, hull, isWritable, pointBounds, wire } from './push-down.ts';
import { findFolders, findSubmissionSets, type StoredQuery } from './query.ts';
import { satisfies } from './search-match.ts';

export { listSearchParameters, type ListParameterRow } from './list-search-parameters.ts';
export type { ListKind } from './list-rows.ts';

/** Whether a List satisfies a criterion. @throws RangeError when the parameter is not served */
export function listMatches(list: List, criterion: Criterion, now: number = Date.now()): boolean {
  return satisfies(listSearchParameter(criterion.name).values(list), criterion, now);
}

/** A search of one patient's lists of one kind, translated. */
export interface TranslatedListSearch {
  kind: ListKind;
  query: StoredQuery;
  /** To be checked on each result with `listMatches`. */
  residual: Criterion[];
}

const kinds: readonly ListKind[] = ['submissionset', 'folder'];

/** The slots of each kind of list. */
const slots: Record<ListKind, { object: string; time: string; codes: string; severalCodes: boolean }> = {
  submissionset: { object: '$XDSSubmissionSet', time: 'SubmissionTime', codes: 'ContentType', severalCodes: false },
  folder: { object: '$XDSFolder', time: 'LastUpdateTime', codes: 'CodeList', severalCodes: true },
};

/** The kinds that the criteria on `code` let through. */
export function kindsOf(criteria: readonly Criterion[]): ListKind[] {
  const wanted = criteria.filter((c) => c.name === 'code');
  return kinds.filter((kind) => wanted.every((c) => listMatches(listSkeleton(kind)(), c)));
}

const shownByDefault: readonly string[] = [statuses.approved, statuses.archived, statuses.deprecated];

/** Which registry statuses `status` and `isArchived` let through. A deleted list is shown only to who asks for it. */
function wantedStatuses(criteria: readonly Criterion[]): string[] {
  const asked = criteria.filter((c) => c.name === 'status' || c.name === 'isArchived');
  const isNamed = asked.some((c) => c.name === 'status');
  return listStatuses
    .filter(({ urn, status, archived }) => {
      if (!isNamed && !shownByDefault.includes(urn)) return false;
      const extension = [{ url: extIsArchived, valueBoolean: archived }];
      const probe: List = { ...listSkeleton('submissionset')(), status, extension };
      return asked.every((c) => listMatches(probe, c));
    })
    .map((row) => row.urn);
}

/** OIDs of the alternatives; undefined when one is no OID, or the registry would not find what FHIR finds. */
function oidsOf(criterion: Criterion): string[] | undefined {
  if (criterion.modifier !== undefined) return undefined;
  const oids = criterion.values.map((v) => (v.type === 'token' ? oidUri.encode(v.code ?? '') : undefined));
  return oids.every((oid) => oid !== undefined) ? oids : undefined;
}

/**
 * An XCN pattern (SQL LIKE) that every match satisfies, where one can be told: one identifier, which the XCN holds whole or
 * behind the `8` of PS_IdNat; one family name, letter for letter. FHIR's other searches by name do not look at case and
 * accents, the registry does. ITI-18 takes one pattern only.
 */
function authorPattern({ name, modifier, values }: Criterion): string | undefined {
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) return undefined;
  if (name === 'source.identifier' && modifier === undefined && value.type === 'token')
    return /^[\d/.-]+$/.test(value.code ?? '') ? `%${value.code}%` : undefined;
  if (name.endsWith('.family') && modifier === 'exact' && value.type === 'string')
    return /^[A-Za-z][A-Za-z -]*$/.test(value.text) ? `%^${value.text}%` : undefined;
  return undefined;
}

/**
 * Translates a search of one patient's lists of one kind. `code`, `patient` and `patient.identifier` are taken as answered
 * by the kind and `patientId`; what says something of submission sets only is passed over for folders. Without a `status`
 * criterion, deleted lists are not asked for.
 * @param patientId CX
 * @returns undefined when nothing can match: there is no need to ask
 */
export function toListQuery(
  criteria: readonly Criterion[],
  kind: ListKind,
  patientId: string,
): TranslatedListSearch | undefined {
  const { object, time, codes: codesSlot, severalCodes } = slots[kind];
  const parameters: Record<string, string[][]> = {};
  const residual: Criterion[] = [];
  let [from, to] = [-Infinity, Infinity];
  for (const criterion of criteria) {
    const { name } = criterion;
    if (['patient', 'patient.identifier', 'code', 'status', 'isArchived'].includes(name)) continue;
    if (kind === 'folder' && listSearchParameter(name).setOnly) continue;
    const codes = name === 'designationType' ? codesOf(criterion) : undefined;
    if (codes) {
      const slot = `${object}${codesSlot}`;
      const before = parameters[slot];
      // A set has one content type: several criteria share their alternatives.
      if (before === undefined || severalCodes) parameters[slot] = [...(before ?? []), codes];
      else parameters[slot] = [(before[0] ?? []).filter((c) => codes.includes(c))];
      if (parameters[slot].some((any) => any.length === 0)) return undefined;
      continue;
    }
    residual.push(criterion);
    if (name === 'date') {
      const bounds = hull(criterion, pointBounds);
      from = Math.max(from, bounds.from ?? -Infinity);
      to = Math.min(to, bounds.to ?? Infinity);
    }
    const oids = name === 'sourceId' ? oidsOf(criterion) : undefined;
    if (oids) parameters[`${object}SourceId`] ??= [oids];
    const pattern = authorPattern(criterion);
    if (pattern !== undefined) parameters[`${object}AuthorPerson`] ??= [[pattern]];
  }
  if (isWritable(from)) parameters[`${object}${time}From`] = [[wire.from(from)]];
  if (isWritable(to)) parameters[`${object}${time}To`] = [[wire.to(to)]];
  const wanted = wantedStatuses(criteria);
  if (wanted.length === 0) return undefined;
  const find = kind === 'folder' ? findFolders : findSubmissionSets;
  return { kind, query: find(patientId, { [`${object}Status`]: [wanted], ...parameters }), residual };
}

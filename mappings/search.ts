/**
 * A FHIR search on DocumentReference → FindDocuments, and what remains to be checked on the answers.
 *
 * Asking and then checking always gives what checking every document of the patient would give: a slot is used only
 * where it cannot lose a match. A criterion that its slot answers exactly is not checked again; one that its slot only
 * narrows is. Sources: ITI TF-2 §3.18.4.1.2.3.7.1, MHD ITI-67 (spec fhir B.3), dmp-wire §4.
 */
import type { DocumentReference } from '@medplum/fhirtypes';
import { extIsArchived } from './canonicals.ts';
import { cx } from './codecs/identifiers.ts';
import type { Criterion } from './criteria.ts';
import { statusTable } from './document-entry-rows.ts';
import { statuses } from './ebrim/schemes.ts';
import { codesOf, hull, isWritable, longestCode, pointBounds, wire, type Bounds, type DateValue } from './push-down.ts';
import { findDocuments, findDocumentsByReferenceId, type StoredQuery } from './query.ts';
import { asToken, matches } from './search-match.ts';

export {
  documentSearchParameters,
  searchParameter,
  type SearchParameterRow,
  type SearchValue,
} from './search-parameters.ts';
export { matches, valuesOf } from './search-match.ts';

/** A search of one patient's documents, translated. */
export interface TranslatedSearch {
  query: StoredQuery;
  /** To be checked on each result with `matches`. */
  residual: Criterion[];
  /** Nothing can match: there is no need to ask. */
  empty?: true;
}

const slot = (name: string): string => `$XDSDocumentEntry${name}`;

/** Statuses that are asked for when the search names none: a deleted document is shown only to who asks for it. */
const shownByDefault: readonly string[] = [statuses.approved, statuses.archived, statuses.deprecated];

/**
 * Which registry statuses the criteria `status` and `isArchived` let through. `current` is Approved and Archived (PDSm
 * tells them apart by isArchived), `superseded` is Deprecated, `entered-in-error` is Deleted.
 */
function wantedStatuses(criteria: readonly Criterion[], deletedAs?: 'superseded'): string[] {
  const named = criteria.some((c) => c.name === 'status');
  return statusTable
    .filter(({ urn, status: mapped, archived }) => {
      if (!named && !shownByDefault.includes(urn)) return false;
      const status = (urn === statuses.deleted && deletedAs) || mapped;
      const extension = [{ url: extIsArchived, valueBoolean: archived }];
      const probe: DocumentReference = { resourceType: 'DocumentReference', status, extension, content: [] };
      return criteria.every((c) => matches(probe, c));
    })
    .map((row) => row.urn);
}

/** Parameters whose slot takes codes, and whether it may be given several times (AND). */
const codedSlots: Record<string, { slot: string; and: boolean }> = {
  type: { slot: 'TypeCode', and: false },
  category: { slot: 'ClassCode', and: false },
  facility: { slot: 'HealthcareFacilityTypeCode', and: false },
  setting: { slot: 'PracticeSettingCode', and: false },
  format: { slot: 'FormatCode', and: false },
  event: { slot: 'EventCodeList', and: true },
  'security-label': { slot: 'ConfidentialityCode', and: true },
};

/**
 * For `period`. A slot never gives back an entry that lacks the time: a period may lack its end, not its start (CI-SIS and
 * PDSm: serviceStartTime is mandatory). So what must end after something is not asked of the registry.
 */
function periodStartBounds({ prefix, start, end }: DateValue): Bounds {
  if (prefix === 'sa') return { from: end };
  if (prefix === 'lt') return { to: start };
  return prefix === 'eq' || prefix === 'le' ? { to: end } : {};
}
const periodStopBounds = ({ prefix, start }: DateValue): Bounds => (prefix === 'eb' ? { to: start } : {});

const timeSlots: Record<string, readonly (readonly [string, (value: DateValue) => Bounds])[]> = {
  creation: [['CreationTime', pointBounds]],
  // date is creationTime, too (document-entry-rows).
  date: [['CreationTime', pointBounds]],
  'period-start': [['ServiceStartTime', pointBounds]],
  'period-end': [['ServiceStopTime', pointBounds]],
  period: [
    ['ServiceStartTime', periodStartBounds],
    ['ServiceStopTime', periodStopBounds],
  ],
};

/** XCN patterns that an author with that identifier satisfies: the id itself, or PS_IdNat of an RPPS number. */
function authorPatterns(criterion: Criterion): string[] | undefined {
  if (criterion.modifier !== undefined) return undefined;
  const ids = criterion.values.map((v) => (v.type === 'token' && v.code !== undefined ? v.code : ''));
  if (!ids.every((id) => /^[\w/.-]{1,120}$/.test(id))) return undefined;
  // The registry would tell upper from lower case, which an identifier's search does not.
  if (ids.some((id) => /[A-Za-z]/.test(id))) return undefined;
  return ids.flatMap((id) => [`${id}%`, `8${id}%`]);
}

/**
 * Reference ids that a document with one of these identifiers may have: CXi holds the type too, which FHIR does not name (and
 * a homeCommunityId, which the DMP does not use, dmp-wire §3.2).
 * undefined: the criterion does not say whole identifiers.
 */
function referenceIds(criterion: Criterion, types: readonly string[]): string[] | undefined {
  if (types.length === 0 || (criterion.modifier !== undefined && criterion.modifier !== 'identifier')) return undefined;
  const tokens = criterion.values.map(asToken);
  const ids = tokens.flatMap((token) => {
    const [system, id] = [token?.system ?? '', token?.code ?? ''];
    if (!/^urn:oid:[\d.]{1,64}$/.test(system) || id === '' || id.length > longestCode) return [];
    const authority = { oid: system.slice('urn:oid:'.length) };
    return types.flatMap((type) => cx.encode({ id, authority, type }) ?? []);
  });
  return ids.length === tokens.length * types.length ? ids : undefined;
}

/**
 * Translates a search of one patient's documents. `patient` and `patient.identifier` are taken as answered by
 * `patientId`. Without a `status` criterion, deleted documents are not asked for.
 * @param patientId CX
 * @param options.deletedAs the status that a deleted document shows, when it is not the mapping’s own
 * @param options.referenceIdTypes every type (CXi.5) that reference ids have: with them `related` is asked of the registry
 */
export function toStoredQuery(
  criteria: readonly Criterion[],
  patientId: string,
  { referenceIdTypes = [], deletedAs }: { referenceIdTypes?: readonly string[]; deletedAs?: 'superseded' } = {},
): TranslatedSearch {
  const parameters: Record<string, string[][]> = {};
  const residual: Criterion[] = [];
  const bounds = new Map<string, Bounds>();
  const related: string[][] = [];
  let empty = false;

  for (const criterion of criteria) {
    const { name } = criterion;
    if (name === 'patient' || name === 'patient.identifier' || name === 'status' || name === 'isArchived') continue;
    const coded = codedSlots[name];
    const codes = coded && codesOf(criterion);
    if (coded && codes) {
      const before = parameters[slot(coded.slot)];
      if (before === undefined || coded.and) parameters[slot(coded.slot)] = [...(before ?? []), codes];
      else parameters[slot(coded.slot)] = [(before[0] ?? []).filter((c) => codes.includes(c))];
      empty ||= parameters[slot(coded.slot)]?.some((any) => any.length === 0) ?? false;
      continue;
    }
    residual.push(criterion);
    for (const [time, boundsOf] of timeSlots[name] ?? []) {
      const { from, to } = hull(criterion, boundsOf);
      const before = bounds.get(time) ?? {};
      bounds.set(time, {
        from: Math.max(before.from ?? -Infinity, from ?? -Infinity),
        to: Math.min(before.to ?? Infinity, to ?? Infinity),
      });
    }
    const patterns = name === 'author.identifier' ? authorPatterns(criterion) : undefined;
    if (patterns) parameters[slot('AuthorPerson')] ??= [patterns];
    const ids = name === 'related' ? referenceIds(criterion, referenceIdTypes) : undefined;
    if (ids) related.push(ids);
  }

  for (const [time, { from = -Infinity, to = Infinity }] of bounds) {
    if (isWritable(from)) parameters[slot(`${time}From`)] = [[wire.from(from)]];
    if (isWritable(to)) parameters[slot(`${time}To`)] = [[wire.to(to)]];
  }
  const wanted = wantedStatuses(
    criteria.filter((c) => c.name === 'status' || c.name === 'isArchived'),
    deletedAs,
  );
  empty ||= wanted.length === 0;
  const more = {
    [slot('Status')]: [wanted.length === 0 ? [statuses.approved] : wanted],
    ...Object.fromEntries(Object.entries(parameters).filter(([, all]) => all.every((any) => any.length > 0))),
  };
  const query =
    related.length > 0 ? findDocumentsByReferenceId(patientId, related, more) : findDocuments(patientId, more);
  if (!empty) return { query, residual };
  // Whoever asks all the same must find nothing: every criterion is checked then.
  return { query, residual: [...criteria], empty: true };
}

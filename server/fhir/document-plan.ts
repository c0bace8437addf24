/**
 * How a search of documents is asked of the registry: by what it is known (`_id`, `identifier`), else by its criteria; and
 * what is left to check on the answer.
 */
import type { Criterion } from '../../mappings/criteria.ts';
import { insToCx } from '../../mappings/ins.ts';
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { getDocuments, getDocumentsAndAssociations, type By, type StoredQuery } from '../../mappings/query.ts';
import { toStoredQuery } from '../../mappings/search.ts';
import type { Search } from '../search/parse.ts';
import type { Ins, StoredDocument } from '../store/types.ts';
import { isPatientCriterion } from './patient-of.ts';
import type { Services } from './services.ts';

export interface Plan {
  query: StoredQuery;
  residual: Criterion[];
}

/** PDSm and MHD: the patient and `status`, both; with `identifier` or `_id` the DMP's own reference search asks for less. */
export function requireMandatory(search: Search, hasPatient: boolean): void {
  const issues: Issue[] = [];
  const required = (name: string): void =>
    void issues.push({ key: 'search-parameter-required', values: { name, rule: 'PDSm, MHD ITI-67' } });
  if (!hasPatient) required('patient.identifier | patient');
  if (!search.criteria.some((c) => ['status', 'identifier', '_id'].includes(c.name))) required('status');
  if (issues.length > 0) throw new IssueError(issues);
}

/** The documents that `_id` names, when it is given; those unknown here are left out. */
export async function documentsOfIds(search: Search, { store }: Services): Promise<StoredDocument[] | undefined> {
  const criterion = search.criteria.find((c) => c.name === '_id' && c.modifier === undefined);
  if (!criterion) return undefined;
  const ids = criterion.values.flatMap((v) => (v.type === 'token' && v.code !== undefined ? [v.code] : []));
  const documents = await Promise.all([...new Set(ids)].map((id) => store.documents.byId(id)));
  return documents.filter((d) => d !== undefined);
}

/**
 * Which stored query answers, and what is left to check. Undefined: nothing can match, no need to ask.
 * @param known the documents of `_id`
 * @param related their relations are shown too: a query by identifier gives both at once
 */
export async function planOf(
  search: Search,
  known: StoredDocument[] | undefined,
  ins: Ins,
  related: boolean,
  services: Services,
): Promise<Plan | undefined> {
  const get = related ? getDocumentsAndAssociations : getDocuments;
  const criteria = search.criteria.filter((c) => !isPatientCriterion(c));
  if (known) {
    const uniqueIds = known.filter((d) => d.ins.value === ins.value && d.ins.oid === ins.oid).map((d) => d.uniqueId);
    return uniqueIds.length === 0
      ? undefined
      : { query: get({ uniqueIds }), residual: criteria.filter((c) => c.name !== '_id' || c.modifier !== undefined) };
  }
  const byIdentifier = criteria.find((c) => c.name === 'identifier' && c.modifier === undefined);
  const by = byIdentifier && (await identifiersOf(byIdentifier, services));
  if (by) return { query: get(by), residual: criteria.filter((c) => c !== byIdentifier) };
  const { REFERENCE_ID_TYPES: referenceIdTypes, DELETED_STATUS } = services.config;
  const deletedAs = DELETED_STATUS === 'superseded' ? { deletedAs: DELETED_STATUS } : {};
  const translated = toStoredQuery(criteria, insToCx(ins), { referenceIdTypes, ...deletedAs });
  return translated.empty ? undefined : translated;
}

/** What `identifier` names, when it is uniqueIds alone, or entryUUIDs and logicalIds alone; undefined otherwise. */
async function identifiersOf(criterion: Criterion, { store }: Services): Promise<By | undefined> {
  const uniqueIds: string[] = [];
  const entryUuids: string[] = [];
  for (const value of criterion.values) {
    const code = value.type === 'token' ? value.code : undefined;
    if (code === undefined) return undefined;
    // XDS knows no uniqueId longer than 128 (ITI TF-3 table 4.2.3.2-1).
    const oid = /^(?:urn:oid:)?([0-2](?:\.\d+)+(?:\^[^^]+)?)$/.exec(code.length <= 136 ? code : '')?.[1];
    const uuid = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i.exec(code)?.[1];
    if (oid) uniqueIds.push(oid);
    else if (uuid) {
      // An entryUUID changes with every version: one that was seen leads to the document, whatever its version is now.
      const seen = await store.documents.byIdentifier(uuid);
      if (seen) uniqueIds.push(seen.uniqueId);
      else entryUuids.push(`urn:uuid:${uuid.toLowerCase()}`);
    } else return undefined;
  }
  if (uniqueIds.length > 0 && entryUuids.length > 0) return undefined;
  return uniqueIds.length > 0 ? { uniqueIds } : { entryUuids };
}

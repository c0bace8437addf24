/**
 * What a new document says of older ones (`relatesTo`), from FHIR to what goes into TD2.1 and into the CDA.
 *
 * MHD ConceptMap AssociationTypeVsRelatesTo; `replaces` and `transforms` of the same document are one association, XFRM_RPLC
 * (ITI TF-3 §4.2.2.2). To supersede a document is to update it: that right is asked for, PATCH entry or not.
 */
import type { DocumentReference, DocumentReferenceRelatesTo } from '@medplum/fhirtypes';
import { uris } from '../../../mappings/canonicals.ts';
import type { Lineage, StatedRelation } from '../../../mappings/cda/related.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { relationTable, replaces, type RelationType } from '../../../mappings/relates-to.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { requireScopes } from '../access.ts';
import type { Services } from '../services.ts';
import { depositable } from '../validation/index.ts';
import { readSetPayload } from './payload.ts';
import { checkTarget, isOver, resolveTarget, type Target, type TargetSurroundings } from './target.ts';

/** A relation of a new document. */
export interface Relation {
  type: RelationType;
  target: Target;
  /** FHIRPath of the relatesTo. */
  path: string;
  /** The target among its versions, where it was deposited here. */
  lineage?: Lineage;
}

/** A relation as it is kept on record, and shown. */
export interface KeptRelation {
  type: RelationType;
  uniqueId: string;
  /** `DocumentReference.id` of the target. */
  id: string;
}

/**
 * The relations of one document. Nothing is asked of the DMP.
 * @param ins the subject of the new document
 * @throws IssueError with every relation that is wrong; scope-missing (403)
 */
export async function resolveRelations(
  { relatesTo = [] }: DocumentReference,
  path: string,
  uniqueId: string,
  around: TargetSurroundings,
  ins: PatientIns,
  caller: Caller,
  services: Services,
): Promise<Relation[]> {
  const relations: Relation[] = [];
  const issues: Issue[] = [];
  for (const [i, { code, target }] of relatesTo.entries()) {
    const at = `${path}.relatesTo[${i}]`;
    const type = depositable[code];
    if (!type) throw new IssueError({ key: 'relates-code', expression: `${at}.code`, values: { code } });
    try {
      const found = await resolveTarget(target, `${at}.target`, around, services);
      checkTarget(found, ins);
      if (found.uniqueId === uniqueId) throw new IssueError({ key: 'target-new', expression: `${at}.target` });
      const lineage = type === 'RPLC' ? await lineageOf(found, services) : undefined;
      relations.push({ type, target: found, path: at, ...(lineage ? { lineage } : {}) });
    } catch (error) {
      if (!(error instanceof IssueError)) throw error;
      issues.push(...error.issues);
    }
  }
  if (issues.length > 0) throw new IssueError(issues);
  if (relations.some((r) => replaces(r.type)))
    requireScopes(caller, [{ type: 'DocumentReference', permission: 'u', ihe: ['ITI-65', 'ITI-105'] }]);
  return merged(relations);
}

/** `replaces` and `transforms` of one document are one relation. */
function merged(relations: Relation[]): Relation[] {
  const replacement = relations.find((r) => r.type === 'RPLC');
  const transformation = relations.find((r) => r.type === 'XFRM');
  if (!replacement || replacement.target.uniqueId !== transformation?.target.uniqueId) return relations;
  return [{ ...replacement, type: 'XFRM_RPLC' }];
}

/** Where a document that was deposited here stands among its versions. */
async function lineageOf({ document }: Target, { store }: Services): Promise<Lineage | undefined> {
  const set = document?.setId === undefined ? undefined : await store.sets.byId(document.setId);
  return set && readSetPayload(set.payload).documents.find((d) => d.id === document?.id)?.lineage;
}

/** The relations as a CDA says them. */
export const statedRelations = (relations: readonly Relation[]): StatedRelation[] =>
  relations.map(({ type, target, lineage }) => ({
    type,
    uniqueId: target.uniqueId,
    ...(lineage ? { lineage } : {}),
  }));

/** The place of a new document among its versions: after the one that it replaces, else the first. */
export function nextLineage(uniqueId: string, relations: readonly Relation[]): Lineage {
  const before = relations.find((r) => replaces(r.type))?.lineage;
  return before
    ? { setId: before.setId, versionNumber: before.versionNumber + 1 }
    : { setId: uniqueId, versionNumber: 1 };
}

/** A document has one replacement. @throws IssueError replaced-twice */
export function checkReplacedOnce(documents: readonly { relations: readonly Relation[] }[]): void {
  const seen = new Set<string>();
  for (const { type, target, path } of documents.flatMap((d) => d.relations)) {
    if (!replaces(type)) continue;
    if (seen.has(target.uniqueId)) throw new IssueError({ key: 'replaced-twice', expression: path });
    seen.add(target.uniqueId);
  }
}

/**
 * What is known to be replaced or deleted can no longer be related to; what is not known the DMP says.
 * @throws IssueError
 */
export function checkCurrent(documents: readonly { relations: readonly Relation[] }[]): void {
  const issues = documents
    .flatMap((d) => d.relations)
    .filter(({ target }) => isOver(target))
    .map(({ type, path, target }): Issue => ({
      key: replaces(type) ? 'dmp:XDSReplaceFailed' : 'dmp:XDSRegistryDeprecatedDocumentError',
      expression: path,
      values: { context: (target.document?.availabilityStatus ?? '').replace(/^.*:/, '') },
    }));
  if (issues.length > 0) throw new IssueError(issues);
}

/** The kept relations as `relatesTo`: by our id, and by the uniqueId for who knows no other. */
export const relatesToOf = (relations: readonly KeptRelation[]): DocumentReferenceRelatesTo[] =>
  relations.map(({ type, uniqueId, id }) => ({
    code: relationTable[type].relatesTo,
    target: {
      reference: `DocumentReference/${id}`,
      identifier: { system: uris, value: `urn:oid:${uniqueId}` },
    },
  }));

/** Whether a deposit that is sent again says the same relations as the first time. */
export function sameRelations(kept: readonly KeptRelation[], relations: readonly Relation[]): boolean {
  const key = (type: string, uniqueId: string): string => `${type} ${uniqueId}`;
  const first = kept.map((k) => key(k.type, k.uniqueId)).sort();
  const again = relations.map((r) => key(r.type, r.target.uniqueId)).sort();
  return first.join() === again.join();
}

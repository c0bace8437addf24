/**
 * How documents relate: XDS association type ↔ `DocumentReference.relatesTo.code` ↔ CDA `relatedDocument/@typeCode`.
 *
 * Sources: MHD ConceptMap AssociationTypeVsRelatesTo; ITI TF-3 §4.2.2.2 (Document Relationships); CDA R2 §4.2.3.1.
 */

/** The relations that a deposit can make, by the last part of the association's URN. */
export type RelationType = 'RPLC' | 'XFRM' | 'APND' | 'XFRM_RPLC';
/** http://hl7.org/fhir/document-relationship-type */
export type RelatesToCode = 'replaces' | 'transforms' | 'signs' | 'appends';
/** relatedDocument/@typeCode (x_ActRelationshipDocument) */
export type CdaRelation = 'RPLC' | 'XFRM' | 'APND';

const urn = 'urn:ihe:iti:2007:AssociationType:';

/** What one document says of another, in the three languages. */
export const relationTable: Readonly<
  Record<RelationType, { urn: string; relatesTo: RelatesToCode; cda: readonly CdaRelation[] }>
> = {
  RPLC: { urn: `${urn}RPLC`, relatesTo: 'replaces', cda: ['RPLC'] },
  XFRM: { urn: `${urn}XFRM`, relatesTo: 'transforms', cda: ['XFRM'] },
  APND: { urn: `${urn}APND`, relatesTo: 'appends', cda: ['APND'] },
  // MHD: “replaces”, as the most specific change; at deposit it is said by `replaces` and `transforms` together.
  XFRM_RPLC: { urn: `${urn}XFRM_RPLC`, relatesTo: 'replaces', cda: ['XFRM', 'RPLC'] },
};

/** What registries hold besides: `signs` and `IsSnapshotOf` (MHD ConceptMap). */
const others: Readonly<Record<string, RelatesToCode>> = {
  [`${urn}signs`]: 'signs',
  'urn:ihe:iti:2010:AssociationType:IsSnapshotOf': 'transforms',
};

/** The relatesTo.code of an association (full URN); undefined when it does not relate documents (HasMember…). */
export function relatesToOf(associationType: string): RelatesToCode | undefined {
  return Object.values(relationTable).find((r) => r.urn === associationType)?.relatesTo ?? others[associationType];
}

/** What `relatesTo` says of an association (full URN): XFRM_RPLC says two things, as it does at deposit. */
export function relatesToCodes(associationType: string): readonly RelatesToCode[] {
  if (associationType === relationTable.XFRM_RPLC.urn) return ['replaces', 'transforms'];
  const code = relatesToOf(associationType);
  return code === undefined ? [] : [code];
}

/** Whether the target of the relation is superseded by it. */
export const replaces = (type: RelationType): boolean => relationTable[type].cda.includes('RPLC');

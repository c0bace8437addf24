/**
 * The parent documents of a CDA (`relatedDocument`): what a header that we write says, and whether a header that we are
 * given says what the metadata say. CDA R2 §4.2.3.1: one relation, or a transformation together with a replacement or an
 * addition.
 */
import type { Issue } from '../outcome.ts';
import { relationTable, type CdaRelation, type RelationType } from '../relates-to.ts';
import { el, type Element } from '../xml/build.ts';
import { ii } from './actors.ts';
import { uniqueIdOf } from './metadata.ts';
import type { CdaHeader, CdaId } from './types.ts';

/** A relation as the metadata say it. */
export interface StatedRelation {
  type: RelationType;
  /** OID of the document that is related to. */
  uniqueId: string;
  /** Its place among its versions, where it is known. */
  lineage?: Lineage;
}

/** A document among its versions: what CDA calls setId and versionNumber. */
export interface Lineage {
  /** OID */
  setId: string;
  versionNumber: number;
}

/** `relatedDocument` elements, in the order in which CDA.xsd wants them. */
export function relatedDocuments(relations: readonly StatedRelation[]): Element[] {
  return relations.flatMap(({ type, uniqueId, lineage }) =>
    relationTable[type].cda.map((typeCode) =>
      el('relatedDocument', { typeCode }, [
        el('parentDocument', {}, [
          ii('id', idOfUniqueId(uniqueId)),
          ...(lineage
            ? [ii('setId', { root: lineage.setId }), el('versionNumber', { value: String(lineage.versionNumber) })]
            : []),
        ]),
      ]),
    ),
  );
}

/** `root` or `root^extension` (ITI TF-3 §4.2.3.2.26). */
export function idOfUniqueId(uniqueId: string): CdaId {
  const [root = '', extension] = uniqueId.split('^');
  return extension === undefined ? { root } : { root, extension };
}

/** Every way in which an II may stand for an XDS uniqueId. */
const uniqueIdsOf = (id: CdaId): string[] => [uniqueIdOf(id), `${id.root}^${id.extension ?? ''}`];

const relations: readonly string[] = ['RPLC', 'XFRM', 'APND'] satisfies CdaRelation[];

/**
 * Compares the header's parents with the relations of the metadata, both ways. A replacement must stand in both: the DMP
 * refuses a CDA that does not name what it replaces (dmp-wire §3.5), and metadata that are silent would leave two
 * current versions. An addition or transformation that the header does not tell is pointed out.
 * @returns issues whose expression starts at the DocumentReference
 */
export function checkRelated(header: Pick<CdaHeader, 'relatedDocuments'>, stated: readonly StatedRelation[]): Issue[] {
  const issues: Issue[] = [];
  const wanted = stated.flatMap(({ type, uniqueId }) => relationTable[type].cda.map((cda) => ({ cda, uniqueId })));
  const said = header.relatedDocuments.filter((r) => relations.includes(r.type));
  const agree = (w: (typeof wanted)[number], s: (typeof said)[number]): boolean =>
    w.cda === s.type && (s.id === undefined || uniqueIdsOf(s.id).includes(w.uniqueId));
  for (const s of said)
    if (!wanted.some((w) => agree(w, s)))
      issues.push({
        key: 'cda-relation-unsaid',
        expression: 'DocumentReference.relatesTo',
        values: { type: s.type, code: relationTable[s.type as CdaRelation].relatesTo },
      });
  for (const w of wanted)
    if (!said.some((s) => agree(w, s) && s.id !== undefined))
      issues.push({
        key: 'cda-relation-missing',
        expression: 'DocumentReference.relatesTo',
        ...(w.cda === 'RPLC' ? {} : { severity: 'warning' as const }),
        values: { type: w.cda, code: relationTable[w.cda].relatesTo, uniqueId: w.uniqueId },
      });
  return issues;
}

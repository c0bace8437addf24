/**
 * `relatesTo` at deposit: which relations a document may have. Nothing is looked up here: what a target stands for is found
 * by `deposit/target.ts`.
 *
 * MHD ITI-65 §3.65.4.1.2.3; PDSm constr-cdr-rempl, constr-bind-relatesTo (exactly one on replacement),
 * constr-bind-relatesToTarget; CDA R2 §4.2.3.1 (which relations go together).
 */
import type { DocumentReference, DocumentReferenceRelatesTo } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import type { CdaRelation } from '../../../mappings/relates-to.ts';

/** relatesTo.code → what is deposited. `signs` is none of them: the set is signed here, as a whole (XAdES). */
export const depositable: Readonly<Record<string, CdaRelation | undefined>> = {
  replaces: 'RPLC',
  transforms: 'XFRM',
  appends: 'APND',
};

/**
 * What is wrong with the relations of one document. That a replacement has exactly one is a constraint of PDSm's
 * comprehensive profile (`invariants.ts`); its simplified one and MHD leave room for `replaces` with `transforms`.
 */
export function relationIssues(resource: DocumentReference, path: string): Issue[] {
  const all: readonly Partial<DocumentReferenceRelatesTo>[] = Array.isArray(resource.relatesTo)
    ? resource.relatesTo
    : [];
  const issues: Issue[] = [];
  const codes = all.map((r) => r.code);
  all.forEach(({ code, target }, i) => {
    const at = `${path}.relatesTo[${i}]`;
    // That there is a code, and which codes exist, is base FHIR's to say.
    if (code === 'signs') issues.push({ key: 'relates-code', expression: `${at}.code`, values: { code } });
    if (target && target.reference === undefined && !target.identifier)
      issues.push({
        key: 'required',
        expression: `${at}.target`,
        values: { element: 'relatesTo.target.reference', rule: 'MHD' },
      });
  });
  const repeated = new Set(codes).size < codes.length;
  if (repeated || (codes.includes('replaces') && codes.includes('appends')))
    issues.push({ key: 'relates-combination', expression: `${path}.relatesTo` });
  return issues;
}

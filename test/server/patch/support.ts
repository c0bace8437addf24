/** The document that the tests of patches change, the patches in their forms, and what comes of them. */
import type { DocumentReference } from '@medplum/fhirtypes';
import { extIsArchived } from '../../../mappings/canonicals.ts';
import { documentEntryToFhir } from '../../../mappings/document-entry.ts';
import { type Issue, IssueError } from '../../../mappings/outcome.ts';
import { requireNames, requirePatchable } from '../../../server/fhir/patch/elements.ts';
import { readFhirPathPatch } from '../../../server/fhir/patch/fhirpath-patch.ts';
import { readJsonPatch } from '../../../server/fhir/patch/json-patch.ts';
import type { Patch } from '../../../server/fhir/patch/patch.ts';
import { readXmlPatch } from '../../../server/fhir/patch/xml-patch.ts';
import { entry as registered } from '../fhir/support.ts';

export const masked = registered(1, {
  confidentialityCodes: [
    { code: 'N', scheme: '2.16.840.1.113883.5.25', display: 'Normal' },
    { code: 'MASQUE_PS', scheme: '1.2.250.1.213.1.1.4.13', display: 'Masqué' },
  ],
});
export const document: DocumentReference = documentEntryToFhir(masked, {
  id: 'd1',
  subject: { reference: 'Patient/p' },
  attachmentUrl: 'http://x.invalid/fhir/Binary/d1',
});
export const visibility =
  'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
export const v3 = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
export const at = document.extension!.findIndex((e) => e.url === extIsArchived);

export const json = (operations: unknown): Patch => readJsonPatch(Buffer.from(JSON.stringify(operations)));
export type Part = Record<string, unknown>;
export const fhirPath = (...operations: Part[][]): Patch =>
  readFhirPathPatch({ resourceType: 'Parameters', parameter: operations.map((part) => ({ name: 'operation', part })) });
export const op = (type: string, path: string, ...more: Part[]): Part[] => [
  { name: 'type', valueCode: type },
  { name: 'path', valueString: path },
  ...more,
];
export const xml = (content: string): Patch =>
  readXmlPatch(Buffer.from(`<diff xmlns:f="http://hl7.org/fhir">${content}</diff>`));

export const patched = (patch: Patch): DocumentReference => {
  requireNames(patch.names);
  return requirePatchable(document, patch.apply(document));
};
export const codesOf = ({ securityLabel }: DocumentReference): (string | undefined)[] =>
  (securityLabel ?? []).map((l) => l.coding?.[0]?.code);
export const isArchived = ({ extension }: DocumentReference): boolean | undefined =>
  extension?.find((e) => e.url === extIsArchived)?.valueBoolean;
export const issuesOf = (run: () => unknown): readonly Issue[] => {
  try {
    run();
  } catch (e) {
    if (e instanceof IssueError) return e.issues;
    throw e;
  }
  return [];
};
export const keysOf = (run: () => unknown): string[] => issuesOf(run).map((i) => i.key);
export const unchanged = structuredClone(document);

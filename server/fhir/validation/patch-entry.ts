/**
 * The PATCH entry of a set: what makes the replaced document superseded (MHD UpdateDocumentRefs, profile
 * IHE.MHD.Patch.Parameters). One operation, and that one only.
 */
import type { BundleEntry, BundleEntryRequest, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import type { Entry } from './bundle-references.ts';

/** A PATCH entry: which document it supersedes, relative to the base. */
export interface PatchEntry extends Entry<Parameters> {
  /** `DocumentReference/<id>` or `DocumentReference?identifier=…` */
  target: string;
}

const form = /^\/?(DocumentReference(?:\/[A-Za-z0-9\-.]{1,64}|\?[^#]*))$/;

/** Reads a PATCH entry. Absolute URLs are not taken: an entry's URL is relative to the base (R4 bundle.html, request.url). */
export function readPatchEntry(entry: Entry<Parameters>, request: BundleEntry['request'], issues: Issue[]): PatchEntry {
  const { method, url = '' } = (request ?? {}) as Partial<BundleEntryRequest>;
  const at = entry.path.replace(/\.resource$/, '.request');
  const target = form.exec(url)?.[1];
  if (method !== 'PATCH' || target === undefined)
    issues.push({ key: 'entry-request', expression: at, values: { expected: 'PATCH DocumentReference/<id>' } });
  if (!supersedes(entry.resource)) issues.push({ key: 'patch-parameters', expression: `${entry.path}.parameter` });
  return { ...entry, target: target ?? '' };
}

/** `operation { type: replace, path: DocumentReference.status, value: superseded }`, and nothing else. */
function supersedes({ parameter = [] }: Parameters): boolean {
  const [operation, ...more] = parameter;
  if (more.length > 0 || operation?.name !== 'operation') return false;
  const parts = new Map((operation.part ?? []).map((p) => [p.name, valueOf(p)]));
  return (
    parts.size === 3 &&
    operation.part?.length === 3 &&
    parts.get('type') === 'replace' &&
    /^DocumentReference\.status$/.test(parts.get('path') ?? '') &&
    parts.get('value') === 'superseded'
  );
}

/** The value, whether it was said as a code or as a string: clients in the field write either. */
const valueOf = (p: ParametersParameter): string | undefined => p.valueCode ?? p.valueString;

/** The PATCH entries of a set: each goes with the replacement that supersedes its document (MHD). */
import { type Issue, IssueError } from '../../../mappings/outcome.ts';
import { replaces } from '../../../mappings/relates-to.ts';
import type { Services } from '../services.ts';
import type { ProvideBundle } from '../validation/index.ts';
import type { Prepared } from './prepare.ts';
import type { Superseded } from './respond.ts';
import type { Attempt } from './set-parts.ts';
import { resolveTarget } from './target.ts';

/** Each PATCH entry with the replacement that it belongs to: a document is superseded by another, never by itself. */
export async function matchPatches(
  { patches }: ProvideBundle,
  documents: readonly Prepared[],
  services: Services,
  attempt: Attempt,
): Promise<Superseded[]> {
  const replaced = documents.flatMap((d) => d.relations).filter((r) => replaces(r.type));
  const matched: Superseded[] = [];
  for (const { target: reference, index, path } of patches) {
    const at = path.replace(/\.resource$/, '.request.url');
    await attempt(async () => {
      const { uniqueId } = await resolveTarget({ reference }, at, {}, services);
      const replacement = replaced.find((r) => r.target.uniqueId === uniqueId);
      if (!replacement) throw new IssueError({ key: 'patch-unmatched', expression: at });
      if (matched.some((m) => m.uniqueId === uniqueId))
        throw new IssueError({ key: 'entry-duplicate', expression: at, values: { element: 'request.url' } });
      matched.push({ index, uniqueId });
    });
  }
  return matched;
}

/** A replacement without its PATCH entry is one all the same, as it is in ITI-105; MHD asks for the entry. */
export const withoutPatch = (documents: readonly Prepared[], superseded: readonly Superseded[]): Issue[] =>
  documents
    .flatMap((d) => d.relations)
    .filter((r) => replaces(r.type) && !superseded.some((s) => s.uniqueId === r.target.uniqueId))
    .map((r): Issue => ({ key: 'replace-without-patch', severity: 'warning', expression: r.path }));

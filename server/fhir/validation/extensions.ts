/**
 * The extensions of PDSm and MHD: where each may stand and which value it has. Slices told by `type.profile` are what the
 * validator library does not see; a test holds the rows against the published definitions.
 */
import {
  extAuthorOrg,
  extDesignationType,
  extHomeCommunityId,
  extIntendedRecipient,
  extIsArchived,
  extMhdIntendedRecipient,
  extSourceId,
} from '../../../mappings/canonicals.ts';
import type { Issue } from '../../../mappings/outcome.ts';

export interface KnownExtension {
  url: string;
  /** property that holds its value */
  value: string;
  /** elements that may carry it */
  contexts: readonly string[];
}

/** By the last segment of the URL. `ihe-HomeCommunityId` is MHD 4.2.4's: the definitions of 4.2.3 do not have it. */
export const knownExtensions: Readonly<Record<string, KnownExtension>> = Object.fromEntries(
  (
    [
      [extIsArchived, 'valueBoolean', ['DocumentReference', 'List']],
      [extIntendedRecipient, 'valueReference', ['List']],
      [extMhdIntendedRecipient, 'valueReference', ['List']],
      [extDesignationType, 'valueCodeableConcept', ['List']],
      [extSourceId, 'valueIdentifier', ['List']],
      [extAuthorOrg, 'valueReference', ['List.source']],
      [extHomeCommunityId, 'valueOid', ['DocumentReference', 'List']],
    ] as const
  ).map(([url, value, contexts]) => [url.slice(url.lastIndexOf('/') + 1), { url, value, contexts }]),
);

/** The URL of an extension that a rule names by its last segment. @throws RangeError: a rule names what is not known */
export function extensionUrl(name: string): string {
  const known = knownExtensions[name];
  if (!known) throw new RangeError(name);
  return known.url;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Extensions in a wrong place, or with another value than theirs. @param path FHIRPath of the resource */
export function extensionIssues(resource: object, path: string): Issue[] {
  const issues: Issue[] = [];
  const type = String((resource as Json).resourceType);
  const byUrl = new Map(Object.values(knownExtensions).map((e) => [e.url, e]));
  const check = (holder: Json, place: string, here: string): void => {
    const all = Array.isArray(holder.extension) ? (holder.extension as unknown[]) : [];
    all.forEach((extension, i) => {
      const known = isObject(extension) ? byUrl.get(String(extension.url)) : undefined;
      if (!known || !isObject(extension)) return;
      const expression = `${here}.extension[${i}]`;
      if (!known.contexts.includes(place))
        issues.push({
          key: 'extension-context',
          expression,
          values: { url: known.url, contexts: known.contexts.join(', ') },
        });
      else if (!Object.hasOwn(extension, known.value))
        issues.push({ key: 'extension-value', expression, values: { url: known.url, expected: known.value } });
    });
  };
  check(resource as Json, type, path);
  // Elements one step down: `source` is the only one that carries one of them.
  for (const [name, value] of Object.entries(resource))
    if (isObject(value) && name !== 'contained') check(value, `${type}.${name}`, `${path}.${name}`);
  return issues;
}

/**
 * Our own extensions at deposit. An unknown slot may be deposited (`xds-slot`); a slot that XDS knows may not take this back
 * door, and what only the façade or the registry can say (`xds-exact`, `xds-version`, the home community, where the document
 * is kept) is not read.
 */
import type { DocumentReference, Extension, List, Reference } from '@medplum/fhirtypes';
import { extExact, extHomeCommunityId, extSlot, extVersion } from '../../../mappings/canonicals.ts';
import { authorSlots, documentSlots } from '../../../mappings/ebrim/schemes.ts';
import type { Issue } from '../../../mappings/outcome.ts';

const notTheirs = new Set<string>([extExact, extVersion, extHomeCommunityId]);
const notTheirSlots = new Set(['repositoryUniqueId', 'URI']);
const known = new Set<string>([
  ...documentSlots.map(([name]) => name),
  ...authorSlots.map(([name]) => name),
  'submissionTime',
  'intendedRecipient',
  'codingScheme',
]);

const slotName = (extension: Extension): string | undefined =>
  extension.url === extSlot ? extension.extension?.find((e) => e.url === 'name')?.valueString : undefined;

/** The extensions that a depositor may give. */
export const ownExtensions = (all: Extension[] | undefined): Extension[] | undefined =>
  all?.filter((extension) => !notTheirs.has(extension.url) && !notTheirSlots.has(slotName(extension) ?? ''));

/** Slots, of the resource or of an author, by the name of metadata that have their own element. @param path FHIRPath */
export function slotIssues(resource: DocumentReference | List, path: string): Issue[] {
  const authors: (readonly [Reference | undefined, string])[] =
    resource.resourceType === 'List'
      ? [[resource.source, `${path}.source`]]
      : (resource.author ?? []).map((author, i) => [author, `${path}.author[${i}]`] as const);
  const holders = [[{ extension: ownExtensions(resource.extension) }, path] as const, ...authors];
  return holders.flatMap(([holder, place]) =>
    (holder?.extension ?? []).flatMap((extension): Issue[] => {
      const name = slotName(extension);
      if (name === undefined || !known.has(name)) return [];
      const values = { element: `xds-slot ${name}`, rule: 'XDS' };
      return [{ key: 'element-forbidden', expression: `${place}.extension`, values }];
    }),
  );
}

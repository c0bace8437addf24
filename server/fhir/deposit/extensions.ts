/**
 * Our own extensions at deposit. An unknown slot may be deposited (`xds-slot`); a slot that XDS knows may not take this back
 * door, and what only the façade or the registry can say (`xds-exact`, `xds-version`, the home community) is not read.
 */
import type { Extension } from '@medplum/fhirtypes';
import { extExact, extHomeCommunityId, extSlot, extVersion } from '../../../mappings/canonicals.ts';
import { authorSlots, documentSlots } from '../../../mappings/ebrim/schemes.ts';
import type { Issue } from '../../../mappings/outcome.ts';

const notTheirs = new Set<string>([extExact, extVersion, extHomeCommunityId]);
const known = new Set<string>([
  ...documentSlots.map(([name]) => name),
  ...authorSlots.map(([name]) => name),
  'submissionTime',
  'intendedRecipient',
  'codingScheme',
]);

/** The extensions that a depositor may give. */
export const ownExtensions = (all: Extension[] | undefined): Extension[] | undefined =>
  all?.filter(({ url }) => !notTheirs.has(url));

/** A slot by the name of a piece of metadata that has its own element. @param path FHIRPath of the resource */
export function slotIssues(all: readonly Extension[] | undefined, path: string): Issue[] {
  return (all ?? []).flatMap((extension, i): Issue[] => {
    const name =
      extension.url === extSlot ? extension.extension?.find((e) => e.url === 'name')?.valueString : undefined;
    if (name === undefined || !known.has(name)) return [];
    return [
      {
        key: 'element-forbidden',
        expression: `${path}.extension[${i}]`,
        values: { element: `xds-slot ${name}`, rule: 'XDS' },
      },
    ];
  });
}

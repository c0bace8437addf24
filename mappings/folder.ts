/** Folder ↔ List: the rows do the work (`folder-rows.ts`); here stands what depends on the caller. */
import type { List } from '@medplum/fhirtypes';
import { pdsmFolder } from './canonicals.ts';
import { folderRows } from './folder-rows.ts';
import { designationTypes } from './list-rows.ts';
import { packageFromFhir, packageToFhir, type ListContext, type PackageContext, type PackageMapping } from './list.ts';
import type { Folder } from './xds.ts';

export { folderRows } from './folder-rows.ts';

const mapping: PackageMapping<Folder> = {
  kind: 'folder',
  rows: folderRows,
  profile: pdsmFolder,
  conforms: (list) =>
    list.title !== undefined &&
    list.date !== undefined &&
    designationTypes(list).length === 1 &&
    (list.entry ?? []).length > 0,
  empty: { id: 'Folder01', codes: [], slots: {} },
  mandatory: [['uniqueId', "List.identifier.where(use = 'usual')"]],
};

/**
 * A folder as a PDSm comprehensive List; the profile is claimed by one that has all it requires (a title, one code, one
 * document at least).
 * @param context `versionId` is the version that the registry says, unless another is given
 */
export function folderToFhir(folder: Folder, context: ListContext): List {
  const versionId = context.versionId ?? folder.version;
  return packageToFhir(mapping, folder, versionId === undefined ? context : { ...context, versionId });
}

/**
 * The folder that a List describes; what it leaves out comes from the defaults. `entry` is not read: members are
 * associations.
 * @throws IssueError with every problem: what cannot be said in XDS, and the absence of uniqueId. Other mandatory metadata
 * (title, codes) are a matter of profile validation.
 */
export const folderFromFhir = (list: List, context: PackageContext<Folder>): Folder =>
  packageFromFhir(mapping, list, context);

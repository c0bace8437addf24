/**
 * The table of Folder ↔ List. Sources: IHE MHD 4.2 (spec fhir B.1), PDSm folder comprehensive (A.3), ITI TF-3 §4.2.3.4,
 * ITI-18 FindFolders.
 */
import type { List } from '@medplum/fhirtypes';
import { extDesignationType } from './canonicals.ts';
import { concept } from './codecs/coded.ts';
import { logicalId, version } from './common-rows.ts';
import { designationTypes, identityRows, listDate, remainingRows } from './list-rows.ts';
import type { RowOf } from './rows.ts';
import type { Folder, XdsCode } from './xds.ts';

const slotQuery = (name: string): string => `$XDSFolder${name}`;
const designationPath = 'List.extension(ihe-designationType)';

export const folderRows: readonly RowOf<Folder, List>[] = [
  ...identityRows('XDSFolder'),
  {
    xds: 'logicalId',
    ebrim: 'RegistryPackage/@lid',
    fhir: "List.identifier.where(type.coding.code = 'logicalId')",
    ...logicalId,
  },
  { xds: 'version', ebrim: 'VersionInfo/@versionName', fhir: 'List.extension(xds-version)', ...version },
  {
    xds: 'lastUpdateTime',
    ebrim: 'Slot lastUpdateTime',
    query: [slotQuery('LastUpdateTimeFrom'), slotQuery('LastUpdateTimeTo')],
    loss: 'The registry sets it, each time the folder changes (ITI TF-3 §4.2.3.4.6).',
    ...listDate,
  },
  {
    xds: 'codes',
    ebrim: 'Classification codeList',
    fhir: designationPath,
    codec: 'code',
    search: ['designationType'],
    query: [slotQuery('CodeList')],
    loss: 'Of each concept one coding is kept: the first whose system has an OID; text stands in for a missing display.',
    write(value, draft) {
      const concepts = value.flatMap((code) => concept.decode(code) ?? []);
      const extensions = concepts.map((c) => ({ url: extDesignationType, valueCodeableConcept: c }));
      if (extensions.length > 0) (draft.resource.extension ??= []).push(...extensions);
    },
    read(s) {
      const codes = designationTypes(s.resource).map((c) => concept.encode(c));
      if (codes.includes(undefined)) {
        const values = { element: 'designationType', detail: 'no coding of a system that has an OID' };
        s.issue({ key: 'value-invalid', expression: designationPath, values });
      }
      return codes.filter((c): c is XdsCode => c !== undefined);
    },
  },
  ...remainingRows('XDSFolder'),
];

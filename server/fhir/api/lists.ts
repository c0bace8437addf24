/** List: submission sets and folders. */
import { listIncludes } from '../includes.ts';
import { listSortable } from '../list-order.ts';
import { mhd, pdsm } from './canonicals.ts';
import { listParameters } from './parameters.ts';
import { validation } from './validation.ts';
import type { ResourceDefinition } from './types.ts';

export const lists: ResourceDefinition = {
  type: 'List',
  profile: pdsm('StructureDefinition', 'pdsm-submissionset-comprehensive'),
  supportedProfiles: [
    pdsm('StructureDefinition', 'pdsm-folder-comprehensive'),
    mhd('StructureDefinition', 'IHE.MHD.Comprehensive.SubmissionSet'),
    mhd('StructureDefinition', 'IHE.MHD.Comprehensive.Folder'),
  ],
  interactions: [
    {
      code: 'read',
      permission: 'r',
      ihe: ['ITI-66'],
      dmp: ['TD3.1a'],
      documentation:
        'A submission set or folder, by its id or by any entryUUID or uniqueId seen here. A structure reads what it deposited, without asking the DMP.',
    },
    {
      code: 'search-type',
      permission: 's',
      ihe: ['ITI-66'],
      dmp: ['TD3.1a'],
      documentation:
        'The submission sets or folders of one patient (PDSm flux 05a). The patient is mandatory, except with `_id`; `code` and `status` too, except with `_id` or `identifier`.',
    },
    validation('c'),
  ],
  searchParameters: listParameters,
  searchIncludes: listIncludes,
  sortable: listSortable,
};

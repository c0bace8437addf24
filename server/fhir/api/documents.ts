/** DocumentReference: the documents of a record, their whole life. */
import { opGenerateMetadata, opWhatsNew } from '../../../mappings/canonicals.ts';
import { documentSortable } from '../document-order.ts';
import { documentIncludes } from '../includes.ts';
import { mhd, pdsm } from './canonicals.ts';
import { documentParameters } from './parameters.ts';
import { validation } from './validation.ts';
import type { ResourceDefinition } from './types.ts';

export const documents: ResourceDefinition = {
  type: 'DocumentReference',
  profile: pdsm('StructureDefinition', 'pdsm-comprehensive-document-reference'),
  supportedProfiles: [
    pdsm('StructureDefinition', 'pdsm-simplified-publish'),
    mhd('StructureDefinition', 'IHE.MHD.Comprehensive.DocumentReference'),
    mhd('StructureDefinition', 'IHE.MHD.SimplifiedPublish.DocumentReference'),
  ],
  interactions: [
    {
      code: 'create',
      permission: 'c',
      ihe: ['ITI-105'],
      dmp: ['TD2.1', 'TD3.1b', 'TD0.2'],
      conditional: true,
      succeeds: [201, 200, 202],
      documentation:
        'Deposit of one document with its content inline (PDSm flux 09). `Prefer: respond-async`: checked and kept now, made later (docs/asynchronous-deposits.md). `relatesTo` replaces, transforms or appends (replacing asks for `u` too). `If-None-Exist: identifier=…`; `_dryRun=true` checks everything, with the DMP, and writes nothing.',
    },
    {
      code: 'read',
      permission: 'r',
      ihe: ['ITI-67'],
      dmp: ['TD3.1a'],
      documentation: 'One entry, by its id or by any entryUUID, logicalId or uniqueId seen here.',
    },
    {
      code: 'search-type',
      permission: 's',
      ihe: ['ITI-67'],
      dmp: ['TD3.1a'],
      documentation:
        'The documents of one patient (PDSm flux 05b). The patient is mandatory, except with `_id`; `status` too, except with `_id` or `identifier`. Without a patient, `security-label=INVISIBLE_PATIENT` (or INVISIBLE_REPRESENTANTS_LEGAUX) lists what the structure deposited here and what is not visible yet: the DMP is not asked.',
    },
    {
      code: 'operation',
      operation: { name: 'whats-new', level: 'type', methods: ['get', 'post'], definition: opWhatsNew },
      permission: 's',
      ihe: ['ITI-67'],
      dmp: ['TD3.1a'],
      documentation:
        'What is new in a record since the last visit, by the CNAM’s own pattern: sets, associations, documents.',
    },
    {
      code: 'operation',
      operation: { name: 'generate-metadata', level: 'type', methods: ['post'], definition: opGenerateMetadata },
      permission: 'c',
      ihe: ['ITI-106'],
      dmp: ['TD2.1'],
      documentation:
        'The metadata of a CDA, from the CDA alone: a DocumentReference as PDSm wants it, or what the CDA lacks. `persist` = true also deposits it.',
    },
    validation('c'),
    {
      code: 'patch',
      conditional: true,
      permission: 'u',
      ihe: [],
      dmp: ['TD3.3a', 'TD3.3b', 'TD3.3c', 'TD3.3d', 'TD3.1a', 'TD3.1b'],
      documentation:
        'Mask, make visible, archive or delete (PDSm flux 03): `status`, `securityLabel` or the extension isArchived, one change each; JSON Patch, FHIRPath Patch or XML Patch; also conditional, by `identifier`. `_dryRun=true` changes nothing.',
    },
  ],
  versioning: 'versioned',
  searchParameters: documentParameters,
  searchIncludes: documentIncludes,
  sortable: documentSortable,
};

/** Bundle: sets of documents, and how to try one. */
import { opMyRights } from '../../../mappings/canonicals.ts';
import { mhd, pdsm } from './canonicals.ts';
import type { Interaction, ResourceDefinition } from './types.ts';
import { validation } from './validation.ts';

/** Interactions on the server as a whole. */
export const systemInteractions: readonly Interaction[] = [
  {
    code: 'transaction',
    succeeds: [200, 202],
    ihe: ['ITI-65'],
    dmp: ['TD2.1', 'TD3.1b', 'TD3.1a', 'TD0.2'],
    documentation:
      'Deposit of a set (PDSm flux 01): one submission to the DMP, all or nothing. Replacement (`relatesTo` and the PATCH entry), folders (POST, PUT), documents that exist (listed, or by `ifNoneExist`); `_dryRun=true` writes nothing; `Prefer: respond-async`: checked and kept now, made later.',
    entries: [
      { type: 'List', permission: 'c' },
      { type: 'List', permission: 'u' },
      { type: 'DocumentReference', permission: 'c' },
      { type: 'DocumentReference', permission: 'u' },
      { type: 'Binary', permission: 'c' },
    ],
  },
  {
    code: 'operation',
    operation: { name: 'my-rights', level: 'system', methods: ['get', 'post'], definition: opMyRights },
    ihe: [],
    dmp: ['TD0.2'],
    documentation:
      'What the caller may do with the DMP, in general or for a patient: by transaction, by which door, in which mode, and why not (docs/rights.md). Changes nothing. With a patient: needs the right to search Patient.',
  },
];

export const bundles: ResourceDefinition = {
  type: 'Bundle',
  supportedProfiles: [
    pdsm('StructureDefinition', 'pdsm-comprehensive-provide-document-bundle'),
    mhd('StructureDefinition', 'IHE.MHD.Comprehensive.ProvideBundle'),
  ],
  // Each entry asks for its own scope, as in the transaction.
  interactions: [validation()],
  searchParameters: [],
};

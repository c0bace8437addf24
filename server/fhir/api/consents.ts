/** Consent: what patients allow. */
import { r4 } from './canonicals.ts';
import { modifiers, patientParameters } from './parameters.ts';
import type { ResourceDefinition } from './types.ts';
import { consentProfiles } from '../../../mappings/consent/shape.ts';

export const consents: ResourceDefinition = {
  type: 'Consent',
  profile: consentProfiles.patient,
  supportedProfiles: [consentProfiles.authorization],
  versioning: 'versioned',
  interactions: [
    {
      code: 'create',
      succeeds: [201, 200, 204],
      permission: 'c',
      ihe: ['ITI-108'],
      dmp: ['TD0.3', 'TD0.2'],
      documentation:
        'Records what a patient allows (information, feeding, consultation, break-glass, regulation): recorded again, it is the next version. With category dmp-authorization: declares the caller’s authorisation in the DMP, with dmp-treating-physician as médecin traitant.',
    },
    {
      code: 'read',
      permission: 'r',
      ihe: ['ITI-108'],
      dmp: ['TD0.2', 'TD1.6'],
      documentation: 'A consent of the caller’s structure, or an authorisation as it stands in the DMP now.',
    },
    {
      code: 'vread',
      permission: 'r',
      ihe: ['ITI-108'],
      dmp: [],
      documentation: 'A version of a consent that the structure recorded.',
    },
    {
      code: 'history-instance',
      permission: 'r',
      ihe: ['ITI-108'],
      dmp: [],
      documentation: 'All versions of a consent that the structure recorded, and who recorded each.',
    },
    {
      code: 'update',
      succeeds: [200, 204],
      permission: 'u',
      ihe: ['ITI-108'],
      dmp: ['TD0.3', 'TD0.2'],
      documentation:
        'The next version of a consent; status inactive withdraws it, with effect at once. Of an authorisation: end it (inactive), become or stop being médecin traitant.',
    },
    {
      code: 'delete',
      permission: 'd',
      ihe: ['ITI-108'],
      dmp: ['TD0.3'],
      documentation: 'Withdraws a consent (its history stays), or ends the caller’s authorisation in the DMP.',
    },
    {
      code: 'search-type',
      permission: 's',
      ihe: ['ITI-108'],
      dmp: ['TD1.6', 'TD0.2'],
      documentation:
        'What a patient allows: consents of the structure, and one for each professional or structure that the patient authorised or blocked in the DMP (TD1.6); with actor:identifier = the caller, the caller’s own (TD0.2). A category of the structure alone asks the DMP nothing. The patient is mandatory, except with _id.',
    },
  ],
  searchParameters: [
    { name: '_id', type: 'token', definition: r4('Resource-id'), modifiers: ['not'] },
    ...patientParameters(r4('clinical-patient')),
    { name: 'status', type: 'token', definition: r4('Consent-status'), modifiers: ['not'] },
    { name: 'category', type: 'token', definition: r4('Consent-category'), modifiers: ['not', 'text'] },
    { name: 'actor', type: 'reference', definition: r4('Consent-actor'), modifiers: modifiers.reference },
    { name: 'date', type: 'date', definition: r4('clinical-date') },
  ],
};

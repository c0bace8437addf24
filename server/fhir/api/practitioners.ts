/** Practitioner: who the caller is, where SMART's `fhirUser` points. */
import type { ResourceDefinition } from './types.ts';

export const practitioners: ResourceDefinition = {
  type: 'Practitioner',
  interactions: [
    {
      code: 'read',
      permission: 'r',
      ihe: ['fhirUser'],
      dmp: [],
      documentation:
        'The caller’s own entry, as the access token says it: names, PS_IdNat, profession and specialty. Of anybody else nothing is served: the directory (Annuaire Santé) is the place for that.',
    },
  ],
  searchParameters: [],
};

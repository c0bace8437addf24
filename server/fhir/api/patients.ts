/** Patient: does this person have a DMP? */
import { r4 } from './canonicals.ts';
import type { ResourceDefinition } from './types.ts';

export const patients: ResourceDefinition = {
  type: 'Patient',
  profile: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient',
  interactions: [
    {
      code: 'search-type',
      permission: 's',
      ihe: ['ITI-78'],
      dmp: ['TD0.2'],
      documentation:
        'Does this person have a DMP? Zero or one Patient; prefer POST _search, an INS in a URL ends in logs.',
    },
    {
      code: 'read',
      permission: 'r',
      ihe: [],
      dmp: ['TD0.2'],
      documentation: 'The same by the opaque id that an earlier answer gave.',
    },
  ],
  searchParameters: [
    {
      name: 'identifier',
      type: 'token',
      definition: r4('Patient-identifier'),
      documentation: 'INS, as urn:oid:…|value. One value.',
      single: true,
    },
    {
      name: '_id',
      type: 'token',
      definition: r4('Resource-id'),
      documentation: 'Opaque id given by an earlier answer.',
      single: true,
    },
  ],
};

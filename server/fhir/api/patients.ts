/** Patient: does this person have a DMP? And the identities that the establishment feeds. */
import {
  opCorrectRecord,
  opIdentityHistory,
  opMatch,
  opPix,
  pixmPatient,
} from '../../../mappings/identity/canonicals.ts';
import { patientIns } from '../../../profiles/patient-ins.ts';
import { r4 } from './canonicals.ts';
import { recordInteractions, traitParameters } from './patient-records.ts';
import type { ResourceDefinition } from './types.ts';

export const patients: ResourceDefinition = {
  type: 'Patient',
  profile: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient',
  supportedProfiles: [pixmPatient, patientIns],
  versioning: 'versioned',
  interactions: [
    {
      code: 'search-type',
      permission: 's',
      ihe: ['ITI-78'],
      dmp: ['TD0.2', 'TD0.5'],
      documentation:
        'Does this person have a DMP? By identifier zero or one Patient, by traits (emergency regulation only) the candidates; prefer POST _search, an INS in a URL ends in logs. By a local identifier that was fed, too.',
    },
    {
      code: 'read',
      permission: 'r',
      ihe: [],
      dmp: ['TD0.2'],
      documentation:
        'The same by the opaque id that an earlier answer gave; an identity that the establishment fed, as it was fed (the DMP is not asked).',
    },
    {
      code: 'update',
      conditional: true,
      succeeds: [200, 201],
      permission: 'u',
      ihe: ['ITI-104'],
      dmp: ['TD0.2', 'TD1.3b'],
      besides: [{ dmp: 'TD1.3b', type: 'Patient', permission: 'u' }],
      documentation:
        'An identity of the establishment (PIXm): `PUT Patient?identifier=<domain>|<IPP>` creates or updates it and links its INS, whose traits are compared with the DMP’s once; `active` = false with a link replaced-by merges it. `If-Match`. With the id of a patient of the DMP: changes the administrative data there; withdrawn by the DMP, 501 unless the setting WITHDRAWN_TRANSACTIONS serves it.',
    },
    {
      code: 'delete',
      conditional: true,
      permission: 'd',
      ihe: ['ITI-104'],
      dmp: [],
      documentation:
        'Takes an identity of the establishment out: `DELETE Patient?identifier=<domain>|<IPP>`. It becomes inactive; its history stays.',
    },
    {
      code: 'operation',
      operation: {
        name: 'identity-history',
        level: 'instance',
        methods: ['get', 'post'],
        definition: opIdentityHistory,
      },
      permission: 'r',
      ihe: [],
      dmp: [],
      documentation: 'What happened to an identity of the establishment, who did it and when.',
    },
    {
      code: 'operation',
      operation: { name: 'ihe-pix', level: 'type', methods: ['get', 'post'], definition: opPix },
      permission: 's',
      ihe: ['ITI-83'],
      dmp: [],
      documentation: 'The other identifiers of a person, among those that were fed: IPP and INS.',
    },
    {
      code: 'operation',
      operation: { name: 'match', level: 'type', methods: ['post'], definition: opMatch },
      permission: 's',
      ihe: ['ITI-119'],
      dmp: ['TD0.2', 'TD0.5'],
      documentation:
        'Is the person of this INS (or local identifier) the one described? Graded by the traits, and the names of those that differ. Without an identifier for emergency regulation only.',
    },
    {
      code: 'operation',
      operation: { name: 'correct-record', level: 'type', methods: ['get', 'post'], definition: opCorrectRecord },
      permission: 'u',
      ihe: [],
      dmp: ['TD3.1b', 'TD3.3c', 'TD2.1'],
      besides: [
        { dmp: 'TD3.1b', type: 'DocumentReference', permission: 'u' },
        { dmp: 'TD3.3c', type: 'DocumentReference', permission: 'u' },
        { dmp: 'TD2.1', type: 'DocumentReference', permission: 'c' },
      ],
      documentation:
        'What this structure fed to the wrong record: listed, deleted there, fed to the right one; step by step, resumable, on record.',
    },
    ...recordInteractions,
  ],
  searchParameters: [
    {
      name: 'identifier',
      type: 'token',
      definition: r4('Patient-identifier'),
      documentation: 'INS, or local identifier that was fed, as urn:oid:…|value. One value.',
      single: true,
    },
    {
      name: '_id',
      type: 'token',
      definition: r4('Resource-id'),
      documentation: 'Opaque id given by an earlier answer.',
      single: true,
    },
    ...traitParameters,
  ],
};

/** AuditEvent: the record of notable events, for the structure's administrator. */
import { r4 } from './canonicals.ts';
import { patientParameters } from './parameters.ts';
import { balpProfiles } from '../../../mappings/audit/systems.ts';
import type { ResourceDefinition } from './types.ts';

export const auditEvents: ResourceDefinition = {
  type: 'AuditEvent',
  supportedProfiles: Object.values(balpProfiles),
  interactions: [
    {
      code: 'read',
      permission: 'r',
      ihe: ['ITI-81'],
      dmp: [],
      documentation: 'One event on record. For the administrator of the structure only.',
    },
    {
      code: 'search-type',
      permission: 's',
      ihe: ['ITI-81'],
      dmp: [],
      documentation:
        'Emergency accesses, consents, authorisations, corrections of identities and records, newest first. For the administrator of the structure only; `subtype=break-glass` finds the emergencies.',
    },
  ],
  searchParameters: [
    { name: '_id', type: 'token', definition: r4('Resource-id'), single: true },
    {
      name: 'date',
      type: 'date',
      definition: r4('AuditEvent-date'),
      documentation: 'One value, repeated for a period: eq, ge, gt, le, lt, sa, eb.',
      single: true,
    },
    ...patientParameters(r4('AuditEvent-patient')),
    {
      name: 'agent.identifier',
      type: 'token',
      documentation:
        'National identifier of the professional (PS_IdNat), as urn:oid:1.2.250.1.71.4.2.1|value. One value.',
      single: true,
    },
    { name: 'type', type: 'token', definition: r4('AuditEvent-type'), single: true },
    {
      name: 'subtype',
      type: 'token',
      definition: r4('AuditEvent-subtype'),
      documentation:
        'By kind of event: break-glass, 110127, AuthZ-Consent, consent, identity, correction, record-administration.',
      single: true,
    },
    {
      name: 'outcome',
      type: 'token',
      definition: r4('AuditEvent-outcome'),
      documentation: 'One of 0 (success), 4 (refused), 8 (failure).',
      single: true,
    },
  ],
};

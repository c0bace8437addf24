/** AuditEvent: the record of every access, for those entitled. */
import { r4 } from './canonicals.ts';
import { patientParameters } from './parameters.ts';
import { auditProfiles } from '../../../mappings/audit/systems.ts';
import type { ResourceDefinition, SearchParameter } from './types.ts';

const coded = (name: string, documentation: string): SearchParameter => ({
  name,
  type: 'token',
  definition: r4(`AuditEvent-${name}`),
  documentation,
  single: true,
});
const identified = (of: string, documentation: string): SearchParameter => ({
  name: `${of}.identifier`,
  type: 'token',
  documentation,
  single: true,
});

const whoReads =
  'The structure’s administrator sees all of the structure’s; a professional their own; the médecin traitant, as the DMP last said, all those to the patient that the search names.';

export const auditEvents: ResourceDefinition = {
  type: 'AuditEvent',
  supportedProfiles: auditProfiles,
  interactions: [
    {
      code: 'read',
      permission: 'r',
      ihe: ['ITI-81'],
      dmp: [],
      documentation: `One event on record. ${whoReads}`,
    },
    {
      code: 'search-type',
      permission: 's',
      ihe: ['ITI-81'],
      dmp: [],
      documentation: `Requests, calls of the DMP, and what is notable (\`subtype=break-glass\` finds the emergencies), newest first. ${whoReads} \`total\` is left out beyond 10 000; \`_summary=count\` counts them all.`,
    },
  ],
  searchParameters: [
    { name: '_id', type: 'token', definition: r4('Resource-id'), single: true },
    {
      name: 'date',
      type: 'date',
      definition: r4('AuditEvent-date'),
      documentation:
        'One value, repeated for a period: eq, ge, gt, le, lt, sa, eb. Mandatory with Prefer: handling=strict (ITI-81).',
      single: true,
    },
    ...patientParameters(r4('AuditEvent-patient')),
    identified(
      'agent',
      'Who took part: the professional (PS_IdNat, urn:oid:1.2.250.1.71.4.2.1|value), the structure (…4.2.2|value), the client (client_id).',
    ),
    identified('source', 'This gateway: urn:ietf:rfc:3986|urn:oid:….'),
    {
      name: 'address',
      type: 'string',
      definition: r4('AuditEvent-address'),
      documentation: 'Network address of who took part, whole: addresses are kept as keyed hashes.',
      single: true,
    },
    {
      name: 'altid',
      type: 'token',
      definition: r4('AuditEvent-altid'),
      documentation: 'Thumbprint of the client’s certificate (x5t#S256).',
      single: true,
    },
    {
      name: 'entity',
      type: 'reference',
      definition: r4('AuditEvent-entity'),
      documentation: 'What it was about, in any version: DocumentReference/id, List/id, Consent/id, Patient/id.',
      single: true,
    },
    identified('entity', 'X-Request-Id, traceparent, or jti of the token.'),
    coded('entity-type', '1 (person), 2 (resource, query), XrequestId, traceparent…'),
    coded('entity-role', '1 (patient), 3 (report), 4 (resource), 20 (submission set), 24 (query).'),
    coded(
      'type',
      'rest, 110107 (import), 110112 (query of the DMP), 110113 (security alert), 110114 (authentication)…',
    ),
    coded(
      'subtype',
      'By kind of event (break-glass, AuthZ-Consent, consent, identity, correction, record-administration, request, dmp, login, registration), interaction (read, search-type…), IHE transaction (ITI-67) or transaction of the DMP (TD3.1a).',
    ),
    coded('action', 'C, R, U, D or E.'),
    {
      name: 'outcome',
      type: 'token',
      definition: r4('AuditEvent-outcome'),
      documentation: 'One of 0 (success), 4 (refused), 8 (failure), 12 (unforeseen failure).',
      single: true,
    },
  ],
};

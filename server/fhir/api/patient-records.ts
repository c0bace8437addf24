/** What is served of patients beyond « has this person a DMP? »: lists, traits, administrative data, the DMP's web site. */
import { patientOperations } from '../../../mappings/patient-operations.ts';
import { r4 } from './canonicals.ts';
import type { Interaction, Operation, SearchParameter } from './types.ts';

const operation = (
  name: keyof typeof patientOperations,
  level: Operation['level'],
  ...methods: Operation['methods']
): Operation => ({ name, level, methods, definition: patientOperations[name] });

/** How a transaction that the DMP has withdrawn is declared. */
const withdrawn = 'Withdrawn by the DMP: 501 unless the setting WITHDRAWN_TRANSACTIONS serves it.';

const webAccess = (level: Operation['level'], documentation: string): Interaction => ({
  code: 'operation',
  operation: operation('web-access', level, 'get', 'post'),
  permission: 'r',
  ihe: [],
  dmp: ['TD0.9', 'TD0.10'],
  documentation,
});

export const recordInteractions: readonly Interaction[] = [
  {
    code: 'operation',
    operation: operation('authorized-records', 'type', 'get', 'post'),
    permission: 's',
    ihe: [],
    dmp: ['TD0.4'],
    documentation:
      'The DMPs that the caller is authorised to enter, by last authorisation or by last document, in the DMP’s order. A structure (no Pro Santé Connect) may only ask for the new authorisations since a date.',
  },
  {
    code: 'operation',
    operation: operation('administrative-data', 'instance', 'get', 'post'),
    permission: 'r',
    ihe: [],
    dmp: ['TD1.3a'],
    documentation:
      'The administrative data that the DMP holds: traits, address, birth place, legal representatives, oppositions (setting PATIENT_TRAITS).',
  },
  webAccess(
    'instance',
    'The URL of a page of the DMP’s web site for this patient; whoever follows it authenticates there. It holds the INS, as the DMP wants it: keep it out of logs.',
  ),
  webAccess('type', 'The same without a patient: the site asks for one.'),
  {
    code: 'create',
    permission: 'c',
    ihe: [],
    dmp: ['TD1.1', 'TD0.2'],
    documentation: `Opens a DMP. ${withdrawn}`,
  },
  {
    code: 'operation',
    operation: operation('reactivate', 'instance', 'post'),
    permission: 'u',
    ihe: [],
    dmp: ['TD1.2', 'TD0.2'],
    documentation: `Opens a closed DMP again. ${withdrawn}`,
  },
  {
    code: 'operation',
    operation: operation('close', 'instance', 'post'),
    permission: 'u',
    ihe: [],
    dmp: ['TD1.4', 'TD0.2'],
    documentation: `Closes a DMP. ${withdrawn}`,
  },
  {
    code: 'operation',
    operation: operation('internet-account', 'instance', 'post'),
    succeeds: [],
    permission: 'u',
    ihe: [],
    // None, ever: see `internet-account.ts`.
    dmp: [],
    documentation:
      'The patient’s internet account (TD1.5). Always 501: the DMP has withdrawn it, and no public source gives its messages.',
  },
];

const trait = (name: string, type: SearchParameter['type'], of: string, documentation: string): SearchParameter => ({
  name,
  type,
  definition: r4(of),
  documentation: `${documentation} Emergency regulation only (TD0.5), and not with identifier or _id. One value.`,
  modifiers: [],
  single: true,
});

/** PDQm ITI-78, as far as TD0.5 goes. */
export const traitParameters: readonly SearchParameter[] = [
  trait('family', 'string', 'individual-family', 'Family name, in use or at birth: mandatory.'),
  trait('given', 'string', 'individual-given', 'First name.'),
  trait('birthdate', 'date', 'individual-birthdate', 'YYYY, YYYY-MM or YYYY-MM-DD, no prefix.'),
  trait('gender', 'token', 'individual-gender', 'male or female.'),
  trait('address-city', 'string', 'individual-address-city', 'Town.'),
  trait('address-postalcode', 'string', 'individual-address-postalcode', 'Five figures.'),
];

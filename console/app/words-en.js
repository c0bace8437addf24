// @ts-check
/** The sentences in English: the keys of `words-fr.js`, no more and no less. */
/** @type {typeof import('./words-fr.js').fr} */
export const en = {
  brand: 'DMP console',
  skip: 'Skip to content',
  nav: 'Pages',
  footer: 'Console of the FHIR façade of the DMP.',
  documentation: 'Documentation',
  retry: 'Try again',
  loading: 'Loading…',
  unreachable: 'The server does not answer. Check the network, then try again.',
  'signed-out': 'Your session has ended. Sign in again.',

  'sign-in': 'Sign in',
  'sign-out': 'Sign out',
  welcome: 'The DMP of residents',
  'welcome.text':
    'Find a resident, read and deposit documents, record what they allow. Pro Santé Connect signs you in.',
  demonstration: 'Demonstration: people and documents are invented.',
  'oauth.access_denied': 'The sign-in was refused or given up.',

  find: 'Find a resident',
  'find.text': 'By INS, or by an identifier of your establishment.',
  'find.kind': 'Kind of identifier',
  'find.value': 'Identifier',
  'find.hint': 'The 15 characters of the INS, blanks allowed. The identifier is never written into an address.',
  'find.go': 'Search',
  'find.none': 'No DMP is known for this identifier.',
  'ins.nir': 'INS (NIR)',
  'ins.nia': 'INS (NIA)',
  'ins.test': 'Test INS (NIR)',
  'local-id': 'Local identifier ({domain})',

  emergency: 'Emergency: break-glass',
  'emergency.text':
    'Opens the DMP of one patient, for a limited time, when they cannot consent. The patient, their traits and the reason are asked in the next step; the access is on record and visible to the patient.',
  'emergency.go': 'Ask for emergency access',
  'emergency.banner': 'Emergency access (break-glass): one record, to be read, on record with its reason.',

  resident: 'Resident',
};

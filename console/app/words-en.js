// @ts-check
/** The sentences in English: the keys of `words-fr.js`, no more and no less. */
import { administration } from './words-en-admin.js';
import { care } from './words-en-care.js';

/** @type {typeof import('./words-fr.js').fr} */
export const en = {
  brand: 'DMP console',
  skip: 'Skip to content',
  nav: 'Pages',
  footer: 'Console of the FHIR façade of the DMP.',
  documentation: 'Documentation',
  again: 'Refresh',
  retry: 'Try again',
  loading: 'Loading…',
  unreachable: 'The server does not answer. Check the network, then try again.',
  'signed-out': 'Your session has ended. Sign in again.',

  'sign-in': 'Sign in',
  'sign-in.administration': 'Sign in as an administrator',
  'sign-out': 'Sign out',
  welcome: 'The DMP of residents',
  'welcome.text':
    'Find a resident, read and deposit documents, record what they allow. Pro Santé Connect signs you in.',
  demonstration: 'Demonstration: people and documents are invented.',
  'oauth.access_denied': 'The sign-in was refused or given up.',

  ...care,
  ...administration,
};

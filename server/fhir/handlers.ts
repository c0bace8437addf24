/**
 * Which function serves which declared interaction. The router refuses to start when this and `definition.ts` differ.
 */
import { readAuditEvent, searchAuditEvents } from './audit/interactions.ts';
import { readBinary } from './binary-read.ts';
import {
  createConsent,
  deleteConsent,
  historyConsent,
  readConsent,
  updateConsent,
  vreadConsent,
} from './consent/interactions.ts';
import { searchConsents } from './consent/search.ts';
import { createDocument, transaction } from './create.ts';
import { readDocument } from './document-read.ts';
import { searchDocuments } from './document-search.ts';
import { identityHistory } from './identity/history.ts';
import { feedPatient, removePatient } from './identity/interactions.ts';
import { crossReference } from './identity/pix.ts';
import { readList } from './list-read.ts';
import { searchLists } from './list-search.ts';
import { generateMetadata } from './operations/generate-metadata.ts';
import { validate } from './operations/validate.ts';
import { patchDocument } from './patch/index.ts';
import { readPatient, searchPatients } from './patient-search.ts';
import { whatsNew } from './news/whats-new.ts';
import type { Handlers } from './router.ts';
import {
  createSubscription,
  deleteSubscription,
  readOne,
  searchSubscriptions,
  subscriptionEvents,
  subscriptionStatus,
  updateSubscription,
} from './subscription/interactions.ts';

export const handlers: Handlers = {
  transaction,
  'Patient.search-type': searchPatients,
  'Patient.read': readPatient,
  'Patient.update': feedPatient,
  'Patient.delete': removePatient,
  'Patient.$identity-history': identityHistory,
  'Patient.$ihe-pix': crossReference,
  'DocumentReference.create': createDocument,
  'DocumentReference.read': readDocument,
  'DocumentReference.patch': patchDocument,
  'DocumentReference.search-type': searchDocuments,
  'DocumentReference.$whats-new': whatsNew,
  'List.read': readList,
  'List.search-type': searchLists,
  'DocumentReference.$generate-metadata': generateMetadata,
  'DocumentReference.$validate': validate('DocumentReference'),
  'List.$validate': validate('List'),
  'Bundle.$validate': validate('Bundle'),
  'AuditEvent.read': readAuditEvent,
  'AuditEvent.search-type': searchAuditEvents,
  'Binary.read': readBinary,
  'Subscription.create': createSubscription,
  'Subscription.update': updateSubscription,
  'Subscription.delete': deleteSubscription,
  'Subscription.read': readOne,
  'Subscription.search-type': searchSubscriptions,
  'Subscription.$status': subscriptionStatus,
  'Subscription.$events': subscriptionEvents,
  'Consent.create': createConsent,
  'Consent.read': readConsent,
  'Consent.vread': vreadConsent,
  'Consent.history-instance': historyConsent,
  'Consent.update': updateConsent,
  'Consent.delete': deleteConsent,
  'Consent.search-type': searchConsents,
};

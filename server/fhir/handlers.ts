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
import { correctRecord } from './identity/correct/index.ts';
import { identityHistory } from './identity/history.ts';
import { removePatient } from './identity/interactions.ts';
import { matchPatients } from './identity/match.ts';
import { crossReference } from './identity/pix.ts';
import { readList } from './list-read.ts';
import { searchLists } from './list-search.ts';
import { generateMetadata } from './operations/generate-metadata.ts';
import { validate } from './operations/validate.ts';
import { patchDocument } from './patch/index.ts';
import { administrativeData } from './patient/administrative-data.ts';
import { authorizedRecords } from './patient/authorized-records.ts';
import { close } from './patient/close.ts';
import { createPatient } from './patient/create.ts';
import { internetAccount } from './patient/internet-account.ts';
import { reactivate } from './patient/reactivate.ts';
import { searchPatient } from './patient/search.ts';
import { updatePatient } from './patient/update.ts';
import { webAccess } from './patient/web-access.ts';
import { readPatient } from './patient-search.ts';
import { readPractitioner } from './practitioner.ts';
import { whatsNew } from './news/whats-new.ts';
import { myRights } from './rights/my-rights.ts';
import type { Handlers } from './router.ts';
import { actOn, readTask, searchTasks } from './task/interactions.ts';
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
  '$my-rights': myRights,
  'Patient.search-type': searchPatient,
  'Patient.read': readPatient,
  'Patient.create': createPatient,
  'Patient.$authorized-records': authorizedRecords,
  'Patient.$administrative-data': administrativeData,
  'Patient.$web-access': webAccess,
  'Patient.$reactivate': reactivate,
  'Patient.$close': close,
  'Patient.$internet-account': internetAccount,
  'Patient.update': updatePatient,
  'Patient.delete': removePatient,
  'Patient.$identity-history': identityHistory,
  'Patient.$ihe-pix': crossReference,
  'Patient.$match': matchPatients,
  'Patient.$correct-record': correctRecord,
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
  'Practitioner.read': readPractitioner,
  'Binary.read': readBinary,
  'Subscription.create': createSubscription,
  'Subscription.update': updateSubscription,
  'Subscription.delete': deleteSubscription,
  'Subscription.read': readOne,
  'Subscription.search-type': searchSubscriptions,
  'Subscription.$status': subscriptionStatus,
  'Subscription.$events': subscriptionEvents,
  'Task.read': readTask,
  'Task.search-type': searchTasks,
  'Task.$cancel': actOn('cancel'),
  'Task.$requeue': actOn('requeue'),
  'Task.$release': actOn('release'),
  'Task.$decline': actOn('decline'),
  'Consent.create': createConsent,
  'Consent.read': readConsent,
  'Consent.vread': vreadConsent,
  'Consent.history-instance': historyConsent,
  'Consent.update': updateConsent,
  'Consent.delete': deleteConsent,
  'Consent.search-type': searchConsents,
};

/**
 * A deposit of the feed as FHIR names it: its state, as Task.status and in words of our own, what kind of deposit it is, what comes of
 * it. Published as CodeSystems and as the profile of Task (`profiles/tasks.ts`). FHIR R4 task.html, “Task State Machine”.
 */
import type { Task } from '@medplum/fhirtypes';
import { ours } from '../canonicals.ts';

export const taskProfile = `${ours}/StructureDefinition/deposit-task`;
/** `Task.businessStatus` */
export const stateSystem = `${ours}/CodeSystem/deposit-state`;
/** `Task.code` */
export const kindSystem = `${ours}/CodeSystem/deposit-kind`;
/** `Task.input.type` */
export const inputSystem = `${ours}/CodeSystem/deposit-input`;
/** `Task.output.type` */
export const outputSystem = `${ours}/CodeSystem/deposit-output`;
/** R4 has no element for how often something was tried, nor for when it will be tried again. */
export const extAttempts = `${ours}/StructureDefinition/deposit-attempts`;
export const extNextAttempt = `${ours}/StructureDefinition/deposit-next-attempt`;
/** What can be followed by Subscription (R4 backport): a canonical alone, R4 has no SubscriptionTopic. */
export const taskTopic = `${ours}/SubscriptionTopic/deposit-task`;

interface Word {
  fr: string;
  en: string;
  /** English, of the CodeSystem. */
  definition: string;
}

/** The states of the feed (`server/store/feed-types.ts`), and what Task says of each. */
export const depositStates = {
  proposed: {
    status: 'draft',
    fr: 'Proposé, à valider',
    en: 'Proposed, to be released',
    definition: 'The structure’s feeding rules leave it to a person: $release or $decline.',
  },
  queued: {
    status: 'ready',
    fr: 'En file d’attente',
    en: 'In line',
    definition: 'Accepted and durable; sent when the DMP, the limits and the earlier deposits for the patient allow.',
  },
  active: {
    status: 'in-progress',
    fr: 'En cours d’envoi',
    en: 'Being sent',
    definition: 'An attempt is under way.',
  },
  waiting: {
    status: 'on-hold',
    fr: 'En attente d’une nouvelle tentative',
    en: 'Waiting for another attempt',
    definition:
      'What stopped the last attempt may pass; the extension deposit-next-attempt says when it is tried again.',
  },
  delivered: {
    status: 'completed',
    fr: 'Déposé dans le DMP',
    en: 'In the DMP',
    definition: 'The DMP has it; output names what was made of it.',
  },
  refused: {
    status: 'failed',
    fr: 'Refusé',
    en: 'Refused',
    definition: 'For good, for statusReason; $requeue once its cause is gone.',
  },
  exhausted: {
    status: 'failed',
    fr: 'Abandonné après toutes les tentatives',
    en: 'Given up after all attempts',
    definition: 'What stopped the attempts never passed; $requeue tries again.',
  },
  cancelled: {
    status: 'cancelled',
    fr: 'Annulé',
    en: 'Cancelled',
    definition: 'Taken back before it was sent; forgotten.',
  },
  declined: {
    status: 'rejected',
    fr: 'Écarté',
    en: 'Declined',
    definition: 'Proposed, and a person decided against it; forgotten.',
  },
} as const satisfies Record<string, Word & { status: Task['status'] }>;
export type DepositState = keyof typeof depositStates;

/** The states of a Task.status. */
export const statesOf = (status: string): DepositState[] =>
  (Object.keys(depositStates) as DepositState[]).filter((state) => depositStates[state].status === status);

/** The kinds of deposit, by the feed's names. */
export const depositKinds = {
  document: {
    code: 'deposit-document',
    fr: 'Dépôt d’un document',
    en: 'Deposit of a document',
    definition: 'One document with its content (IHE MHD ITI-105).',
  },
  set: {
    code: 'deposit-set',
    fr: 'Dépôt d’un lot',
    en: 'Deposit of a set',
    definition: 'A submission set, all or nothing (IHE MHD ITI-65).',
  },
} as const satisfies Record<string, Word & { code: string }>;
export type DepositKind = keyof typeof depositKinds;

/** What a deposit is made of, as far as a Task shows it. */
export const depositInputs = {
  proposed: {
    fr: 'Document proposé',
    en: 'Proposed document',
    definition:
      'While it is proposed: a document of it, contained, without its content; for who deposited it, and for administrators who may read it in the DMP.',
  },
} as const satisfies Record<string, Word>;

/** What comes of a deposit. */
export const depositOutputs = {
  document: {
    fr: 'Document déposé',
    en: 'Document',
    definition: 'DocumentReference of a document that the DMP holds by this deposit.',
  },
  'submission-set': {
    fr: 'Lot de soumission',
    en: 'Submission set',
    definition: 'List of the submission set.',
  },
  response: {
    fr: 'Réponse',
    en: 'Response',
    definition:
      'Of a set: the transaction-response, contained, an entry for each of the request; without the resources.',
  },
  outcome: {
    fr: 'Compte rendu',
    en: 'Outcome',
    definition: 'OperationOutcome, contained: errors of the last attempt, warnings, the DMP’s own codes.',
  },
} as const satisfies Record<string, Word>;
export type DepositOutput = keyof typeof depositOutputs;

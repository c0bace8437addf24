/**
 * What a person does with a deposit of the feed: operations on one Task (FHIR R4 has no interaction for them: a client that wrote
 * Task.status itself would say how, and not what). Their OperationDefinitions and their doors are made of this table.
 */
import { ours } from '../canonicals.ts';
import type { DepositState } from './task.ts';

interface Action {
  /** canonical URL of the OperationDefinition */
  definition: string;
  /** French. */
  title: string;
  /** English. */
  documentation: string;
  /** Into which state it brings a deposit: one that is there already is answered as it is. */
  to: DepositState;
  /**
   * `owner`: who sees the deposit; `structure`: whoever of the same structure may deposit, and its administrator.
   */
  by: 'owner' | 'structure';
  /** Says why, in words. */
  hasReason?: true;
}

const of = (name: string): string => `${ours}/OperationDefinition/Task-${name}`;

export const depositActions = {
  cancel: {
    definition: of('cancel'),
    title: 'Annuler un dépôt',
    documentation:
      'Takes a deposit back that waits: in line, or for another attempt. One that is being sent, or whose last attempt may have arrived, is not: 409.',
    to: 'cancelled',
    by: 'owner',
  },
  requeue: {
    definition: of('requeue'),
    title: 'Remettre un dépôt en file',
    documentation:
      'Tries again what failed, at the end of its patient’s line, once the cause is gone (a consent, an authorisation, a DMP that was opened).',
    to: 'queued',
    by: 'structure',
  },
  release: {
    definition: of('release'),
    title: 'Valider un dépôt proposé',
    documentation: 'Sends a deposit that the structure’s feeding rules had left to a person.',
    to: 'queued',
    by: 'structure',
  },
  decline: {
    definition: of('decline'),
    title: 'Écarter un dépôt proposé',
    documentation:
      'Decides against a deposit that the structure’s feeding rules had left to a person; its content is forgotten.',
    to: 'declined',
    by: 'structure',
    hasReason: true,
  },
} as const satisfies Record<string, Action>;
export type DepositAction = keyof typeof depositActions;

/** Longest reason, in characters. */
export const longestReason = 400;

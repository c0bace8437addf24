/** What is kept, encrypted, of how a deposit went: enough to show it, and nothing that says whose it is. */
import type { Bundle } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';

export interface DepositResult {
  /** Of the last attempt: errors, warnings, with the DMP's own codes. */
  issues?: readonly Issue[];
  /** `DocumentReference.id` of what the DMP holds by it. */
  documents?: readonly string[];
  /** `List.id` of its submission set. */
  set?: string;
  /** Of a set: its transaction-response, without the resources. */
  response?: Bundle;
  /** Of one that was declined: what the person said. */
  comment?: string;
}

/** The result as the store gives it back. */
export const readResult = (result: unknown): DepositResult => result ?? {};

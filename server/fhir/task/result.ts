/** What is kept, encrypted, of how a deposit went: enough to show it. Whose it is does not stand there, unless a title says it. */
import type { Bundle } from '@medplum/fhirtypes';
import type { Issue } from '../../../mappings/outcome.ts';
import type { KeptRuling } from '../deposit/ruling.ts';
import type { Described } from './described.ts';

export interface DepositResult {
  /** Of the last attempt: errors, warnings, with the DMP's own codes. */
  issues?: readonly Issue[];
  /** `DocumentReference.id` of what the DMP holds by it. */
  documents?: readonly string[];
  /** `List.id` of its submission set. */
  set?: string;
  /** Of a set: its transaction-response, without the resources. */
  response?: Bundle;
  /** What the structure's feeding rules said when it was taken in. */
  rules?: readonly KeptRuling[];
  /** Of one that is proposed: its documents, for who decides. */
  proposed?: readonly Described[];
  /** Of one that was declined: what the person said. */
  comment?: string;
}

/** The result as the store gives it back. */
export const readResult = (result: unknown): DepositResult => result ?? {};

/**
 * The rights that are explained: each right of the matrix, the DMP transaction that it is about, and the interactions of this API
 * that reach it where not all of the transaction's do.
 */
import type { Right } from '../../../mappings/rights/matrix.ts';
import { td0_2 } from '../../dmp/transactions/td0-2.ts';
import { td0_3 } from '../../dmp/transactions/td0-3.ts';
import { td0_4 } from '../../dmp/transactions/td0-4.ts';
import { td0_5 } from '../../dmp/transactions/td0-5.ts';
import { td1_1 } from '../../dmp/transactions/td1-1.ts';
import { td1_2 } from '../../dmp/transactions/td1-2.ts';
import { td1_3a } from '../../dmp/transactions/td1-3a.ts';
import { td1_3b } from '../../dmp/transactions/td1-3b.ts';
import { td1_4 } from '../../dmp/transactions/td1-4.ts';
import { td1_6 } from '../../dmp/transactions/td1-6.ts';
import { td2_1 } from '../../dmp/transactions/td2-1.ts';
import { td3_1, td3_1b } from '../../dmp/transactions/td3-1.ts';
import { td3_2 } from '../../dmp/transactions/td3-2.ts';
import { td3_3a, td3_3b, td3_3c, td3_3cByPerson, td3_3d } from '../../dmp/transactions/td3-3.ts';
import type { Transaction } from '../../dmp/types.ts';
import type { InteractionCode } from '../definition.ts';
import { td0_10 } from '../patient/web-access.ts';

/** What of a declared transaction decides who may send it. */
export type Declared = Pick<Transaction<never, unknown>, 'name' | 'modes' | 'purposes' | 'consent'>;

/** How a patient's DMP stands. */
export type DmpState = 'active' | 'terminated' | 'none';

export interface Entry {
  right: Right;
  transaction: Declared;
  /** Interactions by which it is reached; absent: all those of the transaction. */
  by?: readonly InteractionCode[];
  /** The states of the patient's DMP in which it can be done; absent: `active` alone. */
  dmp?: readonly DmpState[];
  /**
   * What does not close it, though it closes the record: a block, of which it tells; traits that differ, which are compared when the
   * record is opened.
   */
  despite?: readonly ('block' | 'traits')[];
  /**
   * What of the consents on record it rests on, where that is not the transaction's own `consent`: `reading`, for the door looks at
   * the document first (TD3.1a); `declaring`, reading but for the authorisation; `refusal`, what the patient refuses alone.
   */
  consent?: 'reading' | 'declaring' | 'refusal';
  /** No message goes out: the DMP's web site authenticates, and Pro Santé Connect is all that the door asks for. */
  onSite?: true;
}

const everyState: readonly DmpState[] = ['active', 'terminated', 'none'];

export const entries: readonly Entry[] = [
  {
    right: 'TD0.2',
    transaction: td0_2,
    by: ['search-type', 'read'],
    dmp: everyState,
    despite: ['block', 'traits'],
  },
  { right: 'TD0.3 declare', transaction: td0_3, by: ['create', 'update'], consent: 'declaring' },
  { right: 'TD0.3 remove', transaction: td0_3, by: ['update', 'delete'] },
  { right: 'TD0.3 become MT', transaction: td0_3, by: ['create', 'update'], consent: 'declaring' },
  { right: 'TD0.3 remove MT', transaction: td0_3, by: ['update'] },
  { right: 'TD0.4', transaction: td0_4, dmp: everyState, despite: ['block'] },
  { right: 'TD0.5', transaction: td0_5, dmp: everyState, despite: ['block'] },
  { right: 'TD0.10', transaction: td0_10, dmp: everyState, consent: 'refusal', onSite: true },
  { right: 'TD1.1', transaction: td1_1, dmp: ['none'] },
  { right: 'TD1.2', transaction: td1_2, dmp: ['terminated'] },
  { right: 'TD1.3a', transaction: td1_3a, consent: 'refusal' },
  { right: 'TD1.3b', transaction: td1_3b },
  { right: 'TD1.4', transaction: td1_4 },
  { right: 'TD1.6', transaction: td1_6 },
  { right: 'TD2.1', transaction: td2_1 },
  { right: 'TD3.1a', transaction: td3_1 },
  { right: 'TD3.1b', transaction: td3_1b },
  { right: 'TD3.2', transaction: td3_2 },
  { right: 'TD3.2 masked', transaction: td3_2 },
  { right: 'TD3.3a', transaction: td3_3a, consent: 'reading' },
  { right: 'TD3.3a unmask', transaction: td3_3a, consent: 'reading' },
  { right: 'TD3.3b', transaction: td3_3b, consent: 'reading' },
  // Twice: by the structure its own documents, by the person the person's own.
  { right: 'TD3.3c', transaction: td3_3c },
  { right: 'TD3.3c', transaction: td3_3cByPerson, by: ['patch'], consent: 'reading' },
  { right: 'TD3.3c patient', transaction: td3_3cByPerson, by: ['patch'], consent: 'reading' },
  { right: 'TD3.3d', transaction: td3_3d, consent: 'reading' },
  { right: 'TD3.3d patient', transaction: td3_3d, consent: 'reading' },
];

/**
 * An identity held against the DMP, once (EX_GEN-1270, auth §1.5): the key was checked, TD0.2 asks whether the person exists
 * there, the traits are compared. Only the names of those that differ are kept.
 */
import { compareTraits, traitsOfFacts, type TraitName, type Traits } from '../../mappings/identity/traits.ts';
import { td0_2 } from '../dmp/transactions/td0-2.ts';
import { DmpError, type CallContext, type PatientIns } from '../dmp/types.ts';
import type { IdentityRoom } from './room.ts';

export type Compared =
  | { state: 'compared'; differing: TraitName[] }
  /** No DMP: there is nothing to compare with yet. */
  | { state: 'absent' }
  /** The DMP did not answer, or not with an answer; `code` says how. */
  | { state: 'failed'; code: string };

/** One TD0.2. Never fails because of the DMP: comparing can wait. */
export async function compareInDmp(
  traits: Traits,
  ins: PatientIns,
  context: CallContext,
  { dmp }: Pick<IdentityRoom, 'dmp'>,
): Promise<Compared> {
  try {
    const { patients } = await dmp.call(td0_2, { patient: ins }, context);
    const [facts] = patients;
    return facts
      ? { state: 'compared', differing: compareTraits(traits, traitsOfFacts(facts)).differing }
      : { state: 'absent' };
  } catch (error) {
    if (!(error instanceof DmpError)) throw error;
    return { state: 'failed', code: error.code || error.kind };
  }
}

/**
 * Which VIHF mode a transaction goes out in for a requester, or which right is missing (design, idea 5). Sources: dmp-wire
 * §1.2 and §1.4 (matrices PDT-INF-526 and 606), §2.2–2.3; auth §1.3. The DMP enforces its own matrix: here only what a
 * server can know before it asks is refused.
 */
import { vihfRoles, type Profession } from '../../mappings/rights/professions.ts';
import {
  DmpError,
  type MissingRight,
  type PurposeOfUse,
  type Requester,
  type Transaction,
  type VihfMode,
} from './types.ts';

export type { MissingRight } from './types.ts';

/** Purposes of each mode: no column of the matrix of a structure's certificate has « bris de glace » (dmp-wire §1.4). */
const purposesOf: Record<VihfMode, readonly PurposeOfUse[]> = {
  INDIRECTE: ['normal', 'centre_15'],
  INDIRECTE_RENFORCEE: ['normal', 'bris_de_glace', 'centre_15'],
};

/** What the requester lacks for a mode, if anything. */
function missing(mode: VihfMode, requester: Requester, { automaton }: Profession): MissingRight | undefined {
  if (mode === 'INDIRECTE_RENFORCEE') {
    // What it vouches for is that a person was there (auth §1.3).
    if (automaton) return 'automaton';
    if (requester.strength !== 'psc') return 'psc';
    // The professional must be in the RASS: a PS_IdNat made of 8 and the RPPS number (auth §1.3).
    if (!/^8\d{11}$/.test(requester.personId)) return 'rpps';
  }
  return purposesOf[mode].includes(requester.purpose) ? undefined : 'purpose';
}

/**
 * The first mode of the transaction that the requester may use.
 * @param limits what the input lacks in a mode (see `Transaction.limits`)
 * @throws DmpError kind `rights`, whose code says what is missing
 */
export function chooseMode(
  transaction: Pick<Transaction<never, unknown>, 'name' | 'modes' | 'purposes'>,
  requester: Requester,
  limits: (mode: VihfMode) => MissingRight | undefined = () => undefined,
): VihfMode {
  const refuse = (right: MissingRight): never => {
    throw new DmpError('rights', right, transaction.name);
  };
  if (!transaction.purposes.includes(requester.purpose)) refuse('purpose');
  if (requester.purpose === 'bris_de_glace' && !requester.reason?.trim()) refuse('reason');
  const roles = vihfRoles(requester.roles, requester.profession);
  if (typeof roles === 'string') return refuse(roles);
  const lacks: MissingRight[] = [];
  for (const mode of transaction.modes) {
    const lack = missing(mode, requester, roles.profession);
    const limit = lack ?? limits(mode);
    if (limit === undefined) return mode;
    // What the input lacks says more than what the person lacks for a better mode.
    if (lack === undefined) lacks.unshift(limit);
    else lacks.push(lack);
  }
  return refuse(lacks[0] ?? 'mode');
}

/**
 * May this identity feed the DMP? « Only a qualified identity allows the matricule INS to be transmitted » (auth §1.5, RNIV;
 * fr-core PatientINS). What is said of it: by the deposit itself (its Patient), and by what was fed before (ITI-104).
 *
 * Any statement that it is not qualified refuses, whoever made it and whatever the setting. Without such a statement one that
 * it is qualified is enough; where nobody says anything, the setting decides.
 */
import { statusQualifies } from './reliability.ts';

export type Verdict =
  | { qualified: true; by: 'deposit' | 'feed' | 'presumed' }
  /** `status`: the code that says otherwise; absent: nobody says anything. */
  | { qualified: false; by: 'deposit' | 'feed' | 'nobody'; status?: string };

/**
 * @param statement status in the deposit's Patient; undefined: it says none
 * @param fed statuses of the active identities that were fed and bear the INS; undefined in it: fed without a status
 */
export function decide(
  statement: string | undefined,
  fed: readonly (string | undefined)[],
  setting: 'required' | 'presumed',
): Verdict {
  if (statement !== undefined && !statusQualifies(statement))
    return { qualified: false, by: 'deposit', status: statement };
  const contrary = fed.find((status) => status !== undefined && !statusQualifies(status));
  if (contrary !== undefined) return { qualified: false, by: 'feed', status: contrary };
  if (statement !== undefined) return { qualified: true, by: 'deposit' };
  if (fed.some((status) => status !== undefined)) return { qualified: true, by: 'feed' };
  return setting === 'presumed' ? { qualified: true, by: 'presumed' } : { qualified: false, by: 'nobody' };
}

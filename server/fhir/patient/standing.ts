/** The name under which the DMP holds a patient: TD1.2 and TD1.4 must say it, and their operations are not told it. */
import type { PersonName } from '../../../mappings/hl7v3/facts.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { td0_2 } from '../../dmp/transactions/td0-2.ts';
import { DmpError } from '../../dmp/types.ts';
import type { Ins } from '../../store/types.ts';
import { callContext, type Call } from '../interaction.ts';
import type { Services } from '../services.ts';

/** One TD0.2; it answers for a closed DMP, too. @throws IssueError dmp-absent; DmpError */
export async function nameInDmp(ins: Ins, call: Call, { dmp }: Services): Promise<PersonName> {
  const { patients } = await dmp.call(td0_2, { patient: ins }, callContext(call, ins));
  const [facts] = patients;
  if (!facts) throw new IssueError({ key: 'dmp-absent' });
  if (!facts.name) throw new DmpError('garbage', 'name', td0_2.name);
  return facts.name;
}

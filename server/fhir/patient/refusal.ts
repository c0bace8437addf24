/**
 * What a patient refuses, for doors that need no consent: the administrative data and the pages of the DMP's web site are closed by a
 * refusal on record, not by its want.
 */
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Ins } from '../../store/types.ts';
import type { Call } from '../interaction.ts';
import type { Services } from '../services.ts';

const refusals: readonly string[] = [
  'consent-consultation-refused',
  'consent-break-glass-opposed',
  'consent-regulation-opposed',
];

/** Whether an issue of the consents is a refusal: what is only missing, professional and patient settle otherwise. */
export const isRefusal = ({ key }: Issue): boolean => refusals.includes(key);

/** @throws IssueError consent-consultation-refused, consent-break-glass-opposed, consent-regulation-opposed */
export async function requireNoRefusal(ins: Ins, { caller }: Call, { gate }: Pick<Services, 'gate'>): Promise<void> {
  const refused = (await gate.explain(ins, caller)).consultation.filter(isRefusal);
  if (refused.length > 0) throw new IssueError(refused);
}

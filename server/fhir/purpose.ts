/**
 * What a token whose purpose is not « normal », or whose scopes reach one patient only, is for. An emergency opens one record to be read, and what professionals may do there
 * with its documents (dmp-wire §1.4): every other door is closed to it, also those that lead to the store alone, where no gate
 * stands. What a patient allows is recorded with normal access: nobody lifts an opposition with the very access that it closes.
 */
import { IssueError, type Issue } from '../../mappings/outcome.ts';
import { regulationProblems } from '../../mappings/rights/purposes.ts';
import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config.ts';

/** Names of interactions (`handlerName`) about one patient: whose record it is, the gate looks at, or the handler asks it. */
const ofOnePatient: ReadonlySet<string> = new Set([
  'Practitioner.read',
  'Patient.read',
  'Patient.search-type',
  'Patient.$administrative-data',
  'Patient.$web-access',
  'DocumentReference.read',
  'DocumentReference.search-type',
  'DocumentReference.$whats-new',
  'DocumentReference.patch',
  'List.read',
  'List.search-type',
  'Binary.read',
]);

const normalOnly: ReadonlySet<string> = new Set(['Consent.create', 'Consent.update', 'Consent.delete']);

/** Explains, and opens nothing. */
const explains = '$my-rights';

/** Why the purpose closes an interaction: launch-patient, break-glass-patient, regulation-only, purpose-normal-only; nothing when it does not. */
export function purposeIssues(
  caller: Pick<Caller, 'purpose' | 'onlyPatient'>,
  interaction: string,
  config: Pick<Config, 'REGULATION_STRUCTURE'>,
): Issue[] {
  const { purpose, onlyPatient } = caller;
  if (interaction === explains) return [];
  const issues: Issue[] = regulationProblems(caller, config);
  if (onlyPatient && !ofOnePatient.has(interaction)) issues.push({ key: 'launch-patient' });
  if (purpose === 'bris_de_glace' && !ofOnePatient.has(interaction)) issues.push({ key: 'break-glass-patient' });
  if (purpose === 'centre_15' && normalOnly.has(interaction)) issues.push({ key: 'purpose-normal-only' });
  return issues;
}

/** @throws IssueError as `purposeIssues` */
export function requirePurpose(caller: Caller, interaction: string, config: Config): void {
  const issues = purposeIssues(caller, interaction, config);
  if (issues.length > 0) throw new IssueError(issues);
}

/**
 * Whether a caller may use a right, and why not: the token (strength, RPPS, profession, purpose, scopes), the matrix, the settings and,
 * for a patient, the state of the DMP, the authorisation and the consents. Pure: what was asked of the DMP and of the store is given.
 * Nothing here is decided for good: the DMP enforces its matrix, the gate the consents.
 */
import { dmpKey } from '../../../mappings/errors.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { cellOf, columnOf, type Limit } from '../../../mappings/rights/matrix.ts';
import { regulationProblems } from '../../../mappings/rights/purposes.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Config } from '../../config.ts';
import { chooseMode } from '../../dmp/rights.ts';
import { DmpError, type VihfMode } from '../../dmp/types.ts';
import { isRefusal } from '../patient/refusal.ts';
import { doorsOf, isOpen, type Door } from './doors.ts';
import { once, type PatientFacts } from './patient-facts.ts';
import type { DmpState, Entry } from './table.ts';

export interface Explained {
  entry: Entry;
  /** What the matrix says; `no` when anything else forbids it. */
  allowed: Limit;
  /** The VIHF mode that it would go out in; absent when none fits. */
  mode?: VihfMode;
  doors: Door[];
  /** What forbids it. */
  why: Issue[];
  /** What is good to know: forbids nothing. */
  notes: Issue[];
  /** What the matrix says for the patient's médecin traitant, where that is more and no patient is asked about. */
  asTreating?: Limit;
}

function modeOf({ transaction, onSite }: Entry, caller: Caller): VihfMode | Issue {
  if (onSite) return caller.strength === 'psc' ? 'INDIRECTE_RENFORCEE' : { key: dmpKey('rights', 'psc') };
  try {
    return chooseMode(transaction, caller);
  } catch (error) {
    if (error instanceof DmpError && error.kind === 'rights') return { key: dmpKey('rights', error.code) };
    throw error;
  }
}

/** What the matrix says in a mode; before a mode is found, in the one that the transaction prefers. */
function limitOf({ right }: Pick<Entry, 'right'>, mode: VihfMode, caller: Caller, isTreating: boolean): Limit {
  return cellOf(right, mode, columnOf(mode, caller, isTreating));
}

/** What the matrix closes: the right itself, or the look at the document that its door takes first. */
function matrixIssues(entry: Entry, mode: VihfMode, caller: Caller, isTreating: boolean): Issue[] {
  const closed = (of: Pick<Entry, 'right'>): boolean => limitOf(of, mode, caller, isTreating) === 'no';
  const issue = (transaction: string): Issue => ({ key: 'rights-matrix', values: { transaction, mode } });
  if (closed(entry)) return [issue(entry.transaction.name)];
  return entry.consent === 'reading' && closed({ right: 'TD3.1a' }) ? [issue('TD3.1a')] : [];
}

/** What the settings of this installation close. */
function settingIssues({ transaction: { name } }: Entry, limit: Limit, caller: Caller, config: Config): Issue[] {
  const withdrawn = limit === 'withdrawn' && !config.WITHDRAWN_TRANSACTIONS;
  return [
    ...regulationProblems(caller, config),
    ...(withdrawn
      ? [{ key: 'transaction-withdrawn', values: { transaction: name, setting: 'WITHDRAWN_TRANSACTIONS' } }]
      : []),
  ];
}

/** Where no door is open: what the purpose closes, or the scopes that would open one. */
function doorIssues(doors: readonly Door[], { transaction: { name } }: Entry): Issue[] {
  if (doors.length === 0) return [{ key: 'rights-no-door', values: { transaction: name } }];
  if (doors.some(isOpen)) return [];
  const meant = doors.filter((d) => d.refused.length === 0);
  if (meant.length === 0) return doors.flatMap((d) => d.refused);
  const missing = [...new Set(meant.flatMap((d) => d.missing))];
  return [{ key: 'scope-missing', values: { scope: missing.join(' ') } }];
}

/** What a DMP in the wrong state answers. */
const stateIssues: Record<DmpState, Issue> = {
  active: { key: 'dmp:DMPFound' },
  terminated: { key: 'rights-dmp-closed' },
  none: { key: 'dmp-absent' },
};

/** What the consents on record say of a right. */
function consentIssues({ consent, transaction }: Entry, facts: PatientFacts): Issue[] {
  switch (consent ?? transaction.consent) {
    case 'none':
      return [];
    case 'feeding':
      return facts.feeding;
    case 'declaring':
      return facts.declaring;
    case 'refusal':
      return facts.consultation.filter(isRefusal);
    default:
      return facts.consultation;
  }
}

/** What is known of the patient closes, or is good to know. */
function patientIssues(entry: Entry, { purpose }: Caller, facts: PatientFacts | undefined): Issue[] {
  if (!facts) return [];
  const { despite = [] } = entry;
  // An emergency access opens a record that is there, before anything else.
  const opens = purpose === 'bris_de_glace' && !despite.includes('traits');
  const states = (opens ? undefined : entry.dmp) ?? ['active'];
  return [
    ...facts.emergency,
    ...(despite.includes('traits') ? [] : facts.traits),
    ...(facts.dmp === undefined || states.includes(facts.dmp) ? [] : [stateIssues[facts.dmp]]),
    ...(despite.includes('block') ? [] : facts.block),
    ...consentIssues(entry, facts),
  ];
}

const isSevere = ({ severity = 'error' }: Issue): boolean => severity === 'error';

/** @param facts of the patient that is asked about */
export function explainRight(entry: Entry, caller: Caller, config: Config, facts: PatientFacts | undefined): Explained {
  const found = modeOf(entry, caller);
  const mode = typeof found === 'string' ? found : undefined;
  const isTreating = facts?.isTreating ?? false;
  const limit = mode ? limitOf(entry, mode, caller, isTreating) : 'no';
  const treating = mode && !facts ? limitOf(entry, mode, caller, true) : limit;
  const doors = doorsOf(entry, caller, config);
  const issues = once([
    ...(typeof found === 'string' ? [] : [found]),
    ...(mode ? matrixIssues(entry, mode, caller, isTreating) : []),
    ...settingIssues(entry, limit, caller, config),
    ...doorIssues(doors, entry),
    ...patientIssues(entry, caller, facts),
  ]);
  const why = issues.filter(isSevere);
  const known = isTreating && limit === 'treating-physician' ? 'yes' : limit;
  return {
    entry,
    allowed: why.length > 0 ? 'no' : known,
    ...(mode ? { mode } : {}),
    doors,
    why,
    notes: issues.filter((i) => !isSevere(i)),
    ...(treating === limit ? {} : { asTreating: treating }),
  };
}

/**
 * The reconciliation: every line of the manifest is delivered, refused for its reason, or pending. From what was found here, what the
 * façade answered (the journal) and what it says of every line that it received; the sums are proven to be the number of lines.
 */
import { livingStates } from '../../server/store/feed-types.ts';
import type { Answered } from './journal.ts';
import type { Reported } from './takeover-door.ts';
import type { CheckedLine, Finding } from './types.ts';

export type Verdict = 'delivered' | 'refused' | 'pending';

export interface ReportLine {
  line: number;
  file: string;
  verdict: Verdict;
  /** `not-sent`, `answered`, or the state at the façade. */
  state: string;
  /** Rows of the tables of findings and errors. */
  reasons: Finding[];
  warnings: Finding[];
  task?: string;
}

export interface Reconciled {
  lines: ReportLine[];
  total: number;
  delivered: number;
  refused: number;
  pending: number;
}

const pendingStates: readonly string[] = [...livingStates, 'proposed'];

export function reconcile(
  lines: readonly CheckedLine[],
  answers: ReadonlyMap<string, Answered>,
  reported: ReadonlyMap<string, Reported>,
): Reconciled {
  const all = lines.map((line) => lineOf(line, answers, reported));
  const count = (verdict: Verdict): number => all.filter((line) => line.verdict === verdict).length;
  const sums = { delivered: count('delivered'), refused: count('refused'), pending: count('pending') };
  if (sums.delivered + sums.refused + sums.pending !== lines.length)
    throw new Error(`${JSON.stringify(sums)} ≠ ${lines.length}`);
  return { lines: all, total: lines.length, ...sums };
}

const errorsIn = (findings: readonly Finding[]): Finding[] => findings.filter((f) => f.severity === 'error');
const warningsIn = (findings: readonly Finding[]): Finding[] => findings.filter((f) => f.severity === 'warning');

function lineOf(
  { number, file, findings, document }: CheckedLine,
  answers: ReadonlyMap<string, Answered>,
  reported: ReadonlyMap<string, Reported>,
): ReportLine {
  const base = { line: number, file, warnings: warningsIn(findings) };
  if (!document) return { ...base, verdict: 'refused', state: 'not-sent', reasons: errorsIn(findings) };
  const answer = answers.get(document.reference);
  const there = reported.get(document.reference);
  const task = there?.task ?? answer?.task;
  const warnings = [...base.warnings, ...warningsIn(there?.findings ?? answer?.findings ?? [])];
  const known = { ...base, warnings, ...(task === undefined ? {} : { task }) };
  // The façade's word goes before the journal's: it knows what became of what was accepted.
  if (there) {
    const verdict =
      there.state === 'delivered' ? 'delivered' : pendingStates.includes(there.state) ? 'pending' : 'refused';
    const reasons = verdict === 'delivered' ? [] : errorsIn(there.findings);
    return { ...known, verdict, state: there.state, reasons: unique(reasons, there) };
  }
  if (answer?.result === 'refused')
    return { ...known, verdict: 'refused', state: 'rejected', reasons: errorsIn(answer.findings) };
  return { ...known, verdict: 'pending', state: answer ? 'answered' : 'not-sent', reasons: [] };
}

/** One finding a row; a state without a reason is its own. */
function unique(findings: readonly Finding[], { state }: Reported): Finding[] {
  const byKey = new Map(findings.map((f) => [f.key, f]));
  const isEnd = !pendingStates.includes(state) && state !== 'delivered';
  return byKey.size === 0 && isEnd ? [{ key: state, severity: 'error', text: state }] : [...byKey.values()];
}

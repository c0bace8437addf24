/** A line of a take-over as it is answered and reported: Parameters, a line of NDJSON each. */
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { errorRow, sentence } from '../../../mappings/errors.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import type { TakeoverLineState } from '../../store/types.ts';
import { errorSystem, toOutcome, type Language } from '../outcome.ts';
import { reasonCode } from './show.ts';

export const lineStates: readonly TakeoverLineState[] = [
  ...(['rejected', 'proposed', 'queued', 'active', 'waiting', 'delivered'] as const),
  ...(['refused', 'exhausted', 'cancelled', 'declined'] as const),
];

export interface ShownLine {
  /** Absent: the line has no name that could be read. */
  reference?: string;
  /** Of an answer to documents. */
  result?: 'accepted' | 'same' | 'refused';
  /** Of a report. */
  state?: TakeoverLineState;
  /** `Task.id` */
  task?: string;
  /** Row of the error table. */
  reason?: string;
  issues: readonly Issue[];
}

export function shownLine(
  { reference, result, state, task, reason, issues }: ShownLine,
  language: Language,
): Parameters {
  const parameter: ParametersParameter[] = [
    ...(reference === undefined ? [] : [{ name: 'line', valueId: reference }]),
    ...(result === undefined ? [] : [{ name: 'result', valueCode: result }]),
    ...(state === undefined ? [] : [{ name: 'state', valueCode: state }]),
    ...(task === undefined ? [] : [{ name: 'task', valueReference: { reference: `Task/${task}` } }]),
    ...(reason === undefined
      ? []
      : [{ name: 'reason', valueCodeableConcept: reasonConcept(reason, issues, language) }]),
    ...(issues.length === 0 ? [] : [{ name: 'outcome', resource: toOutcome(issues, language) }]),
  ];
  return { resourceType: 'Parameters', parameter };
}

const reasonConcept = (key: string, issues: readonly Issue[], language: Language) => ({
  coding: [{ system: errorSystem, code: reasonCode(key) }],
  text: sentence(errorRow(key), language, issues.find((issue) => issue.key === key)?.values),
});

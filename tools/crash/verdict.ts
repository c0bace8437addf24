/** What a feed under failures came to: each document once in the DMP, every event on record, nothing left over. */
import type { FedDocument } from './documents.ts';

/** What was seen at the end, on all sides. */
export interface Observed {
  /** What was answered 202, by the request whose answer it was. */
  accepted: readonly { document: FedDocument; requestId: string }[];
  /** How many documents were to be fed. */
  wanted: number;
  /** In the DMP. */
  documents: readonly { uniqueId: string; status?: string }[];
  /** Items of the feed by state. */
  states: Readonly<Record<string, number>>;
  /** Requests that are on record. */
  recordedRequests: ReadonlySet<string>;
  /** Submissions (TD2.1) that have reached the DMP, and those that are on record as about to be sent. */
  sent: number;
  recordedSubmissions: number;
  /** As `npm run audit:verify` says it. */
  isTrailGood: boolean;
  kills: number;
  seconds: number;
}

/** The figures that are printed; `misplaced`: replaced without being superseded, or the other way round. */
export interface Figures {
  submitted: number;
  delivered: number;
  lost: number;
  duplicated: number;
  refused: number;
  kills: number;
  auditMissing: number;
  misplaced: number;
  left: number;
  seconds: number;
}

const living = ['queued', 'active', 'waiting', 'proposed'];

/** @returns what is printed as JSON */
export function figuresOf(seen: Observed): Figures {
  const inDmp = new Map<string, string[]>();
  for (const { uniqueId, status = '' } of seen.documents) inDmp.set(uniqueId, [...(inDmp.get(uniqueId) ?? []), status]);
  const accepted = [...new Map(seen.accepted.map(({ document }) => [document.uniqueId, document])).values()];
  const replaced = new Set(accepted.flatMap(({ replaces }) => replaces ?? []));
  const copies = accepted.map(({ uniqueId }) => inDmp.get(uniqueId)?.length ?? 0);
  const count = (states: readonly string[]): number =>
    states.reduce((sum, state) => sum + (seen.states[state] ?? 0), 0);
  return {
    submitted: accepted.length,
    delivered: copies.filter((n) => n > 0).length,
    lost: copies.filter((n) => n === 0).length + (seen.wanted - accepted.length),
    duplicated: copies.filter((n) => n > 1).length,
    refused: count(['refused', 'exhausted', 'cancelled', 'declined']),
    kills: seen.kills,
    auditMissing:
      seen.accepted.filter(({ requestId }) => !seen.recordedRequests.has(requestId)).length +
      Math.max(0, seen.sent - seen.recordedSubmissions) +
      (seen.isTrailGood ? 0 : 1),
    misplaced: accepted.filter(
      ({ uniqueId }) => inDmp.get(uniqueId)?.includes(replaced.has(uniqueId) ? 'Approved' : 'Deprecated') ?? false,
    ).length,
    left: count(living),
    seconds: Math.round(seen.seconds),
  };
}

/** What is wrong; nothing: the feed has kept its promise. */
export function complaintsOf(figures: Figures, wantedKills: number): string[] {
  const zero = ['lost', 'duplicated', 'refused', 'auditMissing', 'misplaced', 'left'] as const;
  return [
    ...zero.filter((name) => figures[name] !== 0).map((name) => `${name}: ${figures[name]}`),
    ...(figures.delivered === figures.submitted ? [] : [`delivered ${figures.delivered} of ${figures.submitted}`]),
    ...(figures.kills >= wantedKills ? [] : [`only ${figures.kills} of ${wantedKills} kills`]),
  ];
}

/**
 * How fast submissions (TD2.1) came, by structure and software: the real DMP asks for fewer than five in a second and is not known to
 * refuse more (dmp-wire §8). Counted by the arrival of each request, on a clock that only goes forward, whatever the DMP's own says.
 */

export interface SubmissionLog {
  /**
   * @param at milliseconds, when the request began to arrive
   * @returns how many came in the second that ends with it, itself included
   */
  add(sender: { structure: string; software: string }, at: number): number;
  clear(): void;
  report(): { structure: string; software: string; count: number; mostInASecond: number; at: number[] }[];
}

const secondMs = 1000;
/** Arrivals that are remembered, by structure and software. */
const kept = 10_000;

/** The most that lie in any second: neither its begin nor its end twice. @param at in order */
function mostInASecond(at: readonly number[]): number {
  let most = 0;
  let first = 0;
  at.forEach((last, i) => {
    while (last - (at[first] ?? last) >= secondMs) first++;
    most = Math.max(most, i - first + 1);
  });
  return most;
}

export function createSubmissionLog(): SubmissionLog {
  const senders = new Map<string, { structure: string; software: string; count: number; at: number[] }>();
  return {
    add(sender, at) {
      const key = JSON.stringify([sender.structure, sender.software]);
      const seen = senders.get(key) ?? { ...sender, count: 0, at: [] };
      senders.set(key, seen);
      seen.count++;
      // A large one may be read to its end after a later one.
      seen.at.splice(seen.at.findLastIndex((other) => other <= at) + 1, 0, at);
      if (seen.at.length > kept) seen.at.shift();
      return seen.at.filter((other) => other <= at && at - other < secondMs).length;
    },
    clear: () => senders.clear(),
    report: () => [...senders.values()].map((seen) => ({ ...seen, mostInASecond: mostInASecond(seen.at) })),
  };
}

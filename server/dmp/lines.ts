/**
 * A line to the DMP for each structure: its certificates, its connections, the assertions that it signed. A line is opened at the
 * first call in the structure's name and closed when it was not used for a while, when there are too many, and when the structure
 * is changed or withdrawn: the calls under way on it end first, and the next call opens another.
 */
import type { Runner } from './post.ts';

interface Line {
  runner: Runner;
  /** Calls under way. */
  busy: number;
  /** Since the last look for those that nobody uses. */
  isUsed: boolean;
  isRetired: boolean;
  /** Resolves when it is closed. */
  closed?: Promise<void>;
}

export interface LinesOptions {
  /** @throws when the structure cannot be spoken for */
  open(structure: string): Runner;
  /** Lines at once; beyond, the one that is longest unused is closed. */
  most: number;
  /** Unused for this long to twice as long, a line is closed. */
  idleMs: number;
}

/** A line in use: it stays open until `done`. */
export interface Lease {
  runner: Runner;
  done(): void;
}

export interface Lines {
  /** The line of a structure. @throws what `open` throws */
  take(structure: string): Lease;
  /** The next call opens another line. */
  retire(structure: string): void;
  /** Waits for the calls under way. */
  close(): Promise<void>;
}

export function createLines({ open, most, idleMs }: LinesOptions): Lines {
  /** In the order of use: the longest unused first. */
  const lines = new Map<string, Line>();
  const closing = new Set<Promise<void>>();

  function closeIfDone(line: Line): void {
    if (!line.isRetired || line.busy > 0 || line.closed) return;
    const closed = line.runner.pool.close().finally(() => closing.delete(closed));
    line.closed = closed;
    closing.add(closed);
  }

  function retire(structure: string): void {
    const line = lines.get(structure);
    if (!line) return;
    lines.delete(structure);
    line.isRetired = true;
    closeIfDone(line);
  }

  function lineOf(structure: string): Line {
    const line = lines.get(structure) ?? { runner: open(structure), busy: 0, isUsed: true, isRetired: false };
    line.isUsed = true;
    lines.delete(structure);
    lines.set(structure, line);
    for (const longestUnused of lines.keys()) {
      if (lines.size <= most) break;
      retire(longestUnused);
    }
    return line;
  }

  const sweeper = setInterval(() => {
    for (const [structure, line] of lines) {
      if (!line.isUsed && line.busy === 0) retire(structure);
      line.isUsed = false;
    }
  }, idleMs).unref();

  return {
    take(structure) {
      const line = lineOf(structure);
      line.busy++;
      return {
        runner: line.runner,
        done() {
          line.busy--;
          closeIfDone(line);
        },
      };
    },
    retire,
    async close() {
      clearInterval(sweeper);
      const open = [...lines.values()];
      lines.clear();
      // Agents wait for the calls under way themselves.
      await Promise.all([...open.map((line) => line.runner.pool.close()), ...closing]);
    },
  };
}

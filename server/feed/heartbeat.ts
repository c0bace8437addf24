/**
 * What an instance works on, and the leases by which it holds that. They are renewed while it lives; the attempt at what is no longer
 * held, or may not be for want of an answer of the database, is cut at once: two would send the same.
 */
import type { ClaimedItem } from '../store/types.ts';

/** Why an attempt was cut: its item is, or may be, in other hands. */
export class ClaimLost extends Error {
  override name = 'ClaimLost';
}

export interface Held {
  item: ClaimedItem;
  work: Promise<void>;
  cut: AbortController;
  /** Until when nobody else can have taken it over, by `performance.now()`. */
  until: number;
}

export interface HeartbeatParts {
  /** By claim. */
  held: ReadonlyMap<string, Held>;
  leaseMs: number;
  /** @returns the claims that are still held */
  renew(claims: string[]): Promise<string[]>;
  warn(error: unknown, message: string): void;
}

export interface Heartbeat {
  /** Beats from now on, as long as something is held. */
  start(): void;
  stop(): void;
}

export function createHeartbeat({ held, leaseMs, renew, warn }: HeartbeatParts): Heartbeat {
  const everyMs = leaseMs / 3;
  let heart: NodeJS.Timeout | undefined;

  async function beat(): Promise<void> {
    const asked = [...held.values()].filter(({ cut }) => !cut.signal.aborted);
    const cutWhere = (isLost: (one: Held) => boolean): void => {
      for (const one of asked) if (isLost(one)) one.cut.abort(new ClaimLost());
    };
    const until = performance.now() + leaseMs;
    // Leases end however long the database keeps silent.
    cutWhere((one) => one.until <= performance.now() + everyMs / 2);
    try {
      const still = new Set(await renew(asked.map(({ item }) => item.claim)));
      for (const one of asked) if (still.has(one.item.claim)) one.until = Math.max(one.until, until);
      cutWhere(({ item }) => !still.has(item.claim));
    } catch (error) {
      warn(error, 'feed: no heartbeat');
    }
  }

  function stop(): void {
    clearInterval(heart);
    heart = undefined;
  }

  return {
    start() {
      heart ??= setInterval(() => {
        if (held.size > 0) void beat();
        else stop();
      }, everyMs).unref();
    },
    stop,
  };
}

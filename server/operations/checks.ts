/**
 * What must be well for the façade to work. `failed`: nothing can be done without it, send no requests here. `degraded`: it works, and
 * somebody should look.
 */
import type { Config } from '../config.ts';
import { lacksOwn, needCare, watchCertificates } from '../registry/expiry.ts';
import type { Registry } from '../registry/index.ts';
import type { Store } from '../store/types.ts';

export type CheckState = 'ok' | 'degraded' | 'failed';

export interface Check {
  /** Rejects: failed. */
  look: () => Promise<CheckState>;
  /** How long what was seen is good, in milliseconds. */
  keptMs?: number;
}

export interface Checked {
  config: Config;
  store: Pick<Store, 'ping' | 'pingTrail'>;
  registry?: Registry;
  /** Connects to the DMP. */
  reachDmp?: () => Promise<void>;
  /** Opens the keys of the authorization server. */
  openKeys?: () => Promise<void>;
}

/** However often readiness is asked, by whomever, the DMP sees a handshake in so many milliseconds. */
const reachKeptMs = 10_000;

export function checksOf({ config, store, registry, reachDmp, openKeys }: Checked): Record<string, Check> {
  const watch = registry && (() => watchCertificates(config, registry));
  const ok = (work: () => Promise<void>): Check => ({ look: () => work().then(() => 'ok' as const) });
  const own = async (): Promise<CheckState> =>
    watch && lacksOwn(await watch(), config.STRUCTURE_ID) ? 'failed' : 'ok';
  // No other instance reaches it either, most likely; what does not need it (audit, pages of a search, the feed) is served.
  const reached = async (): Promise<CheckState> =>
    reachDmp
      ? reachDmp().then(
          () => 'ok' as const,
          () => 'degraded' as const,
        )
      : 'ok';
  return {
    database: ok(() => store.ping()),
    audit: ok(() => store.pingTrail()),
    ...(openKeys ? { keys: ok(openKeys) } : {}),
    ...(watch || reachDmp
      ? {
          dmp: {
            look: async () => ((await own()) === 'failed' ? 'failed' : reached()),
            ...(reachDmp ? { keptMs: reachKeptMs } : {}),
          },
        }
      : {}),
    ...(watch ? { certificates: { look: async () => (needCare(await watch()) ? 'degraded' : 'ok') } } : {}),
  };
}

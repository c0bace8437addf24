/**
 * The watch over the end of certificates: of the structures, and of the façade's own TLS. A structure is covered as long as one
 * certificate follows the other without a gap, so that nothing is said once the next one is in place.
 */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import type { CertificateKind, StoredCertificate } from '../store/types.ts';
import { kindNames, leafOf } from './certificate.ts';
import type { Registry, RegistryLogger } from './index.ts';
import { partsOf } from './primary.ts';

/**
 * - `valid`;
 * - `expiring`: ends within the largest of CERTIFICATE_WARNING_DAYS;
 * - `urgent`: within the least of them;
 * - `expired`: none is valid now;
 * - `missing`: a structure that has none, and is not in force for that.
 */
export type CertificateStanding = 'valid' | 'expiring' | 'urgent' | 'expired' | 'missing';

export interface WatchedCertificate {
  /** Struct_IdNat; absent: the façade's own. */
  structure?: string;
  kind: 'AUTH_CLI' | 'SIGN' | 'TLS_CERT';
  standing: CertificateStanding;
  /** When the last of those that follow each other ends. */
  until?: Date;
  /** Whole days left; negative: since when it has ended. */
  days?: number;
}

const DAY_MS = 86_400_000;

type Validity = Pick<StoredCertificate, 'notBefore' | 'notAfter'>;

/** Until when there is a valid certificate without a gap from now on; when there is none now, when the last one ended. */
function coveredUntil(certificates: readonly Validity[], now: Date): Date | undefined {
  let until = now;
  for (const { notBefore, notAfter } of [...certificates].sort((a, b) => Number(a.notBefore) - Number(b.notBefore)))
    if (notBefore <= until && notAfter > until) until = notAfter;
  if (until > now) return until;
  const ended = certificates.filter(({ notAfter }) => notAfter <= now).map(({ notAfter }) => notAfter.getTime());
  return ended.length > 0 ? new Date(Math.max(...ended)) : undefined;
}

function standingOf(days: number, thresholds: readonly number[]): CertificateStanding {
  if (days < 0) return 'expired';
  if (days < Math.min(...thresholds)) return 'urgent';
  return days < Math.max(...thresholds) ? 'expiring' : 'valid';
}

function watched(
  of: Pick<WatchedCertificate, 'structure' | 'kind'>,
  certificates: readonly Validity[],
  { CERTIFICATE_WARNING_DAYS: thresholds }: Config,
  now: Date,
): WatchedCertificate {
  const until = coveredUntil(certificates, now);
  if (until === undefined) return { ...of, standing: 'missing' };
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
  return { ...of, standing: until > now ? standingOf(days, thresholds) : 'expired', until, days };
}

/** Every certificate that must be there, those that end first before the others. */
export async function watchCertificates(config: Config, registry: Registry): Promise<WatchedCertificate[]> {
  const now = registry.now();
  const { structures } = registry;
  const validityOf = (chain: string): Validity => {
    const { validFrom, validTo } = leafOf(chain);
    return { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
  };
  const primary = structures.primary.id;
  const kinds = Object.keys(kindNames) as CertificateKind[];
  const found: WatchedCertificate[] = [];
  if (config.TLS_CERT !== undefined)
    found.push(watched({ kind: 'TLS_CERT' }, [validityOf(await readFile(config.TLS_CERT, 'utf8'))], config, now));
  // Where the settings name no certificates, the DMP client is somebody else's (tests).
  if (config.DMP_TLS_CERT !== undefined)
    for (const kind of kinds) {
      const { chain } = partsOf(structures.materialOf(primary))[kind];
      found.push(watched({ structure: primary, kind: kindNames[kind] }, [validityOf(chain)], config, now));
    }
  for (const { id, state, certificates } of registry.stored().structures)
    if (state === 'active' && id !== primary)
      for (const kind of kinds) {
        const own = certificates.filter((certificate) => certificate.kind === kind && certificate.state === 'active');
        found.push(watched({ structure: id, kind: kindNames[kind] }, own, config, now));
      }
  return found.sort((a, b) => (a.until?.getTime() ?? 0) - (b.until?.getTime() ?? 0));
}

/** Whether the structure of the settings or the façade itself has none that is valid: nothing can be done without. */
export const lacksOwn = (watch: readonly WatchedCertificate[], primary: string): boolean =>
  watch.some(({ structure, standing }) => standing === 'expired' && (structure ?? primary) === primary);

/** Whether somebody should look at them: the end of one is near, or another structure has none; the others are served. */
export const needCare = (watch: readonly WatchedCertificate[]): boolean =>
  watch.some(({ standing }) => standing !== 'valid');

const HOUR_MS = 3_600_000;

/**
 * Says in the log now, and every CERTIFICATE_CHECK_HOURS, which certificates are not well.
 * @returns ends it
 */
export function startWatch(config: Config, registry: Registry, logger: RegistryLogger): () => void {
  const look = (): void => {
    watchCertificates(config, registry).then(
      (watch) => logWatch(watch, logger),
      (error: unknown) => logger.error({ error: (error as Error).name }, 'certificates cannot be watched'),
    );
  };
  look();
  const timer = setInterval(look, config.CERTIFICATE_CHECK_HOURS * HOUR_MS).unref();
  return () => clearInterval(timer);
}

/** One line for each certificate that is not well. */
export function logWatch(watch: readonly WatchedCertificate[], logger: RegistryLogger): void {
  for (const { standing, structure, kind, until, days } of watch) {
    if (standing === 'valid') continue;
    const fields = { structure, certificate: kind, standing, until: until?.toISOString(), days };
    logger[standing === 'urgent' || standing === 'expired' ? 'error' : 'warn'](fields, 'certificate');
  }
}

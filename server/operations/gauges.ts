/** The gauges of what every façade has: database, audit trail and its feed, deposits of the feed, certificates. */
import type { AuditFeed } from '../audit/feed/index.ts';
import type { Config } from '../config.ts';
import { type WatchedCertificate, watchCertificates } from '../registry/expiry.ts';
import type { Registry } from '../registry/index.ts';
import type { Store } from '../store/types.ts';
import type { Metrics, Sample } from './metrics.ts';

export interface Observed {
  config: Config;
  store: Pick<Store, 'load' | 'feed'>;
  registry: Registry;
  feed?: Pick<AuditFeed, 'backlog'>;
  now: () => Date;
}

/** Read once for all who ask meanwhile: to count the whole table is no small thing. */
function together<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () =>
    (reading ??= read().finally(() => {
      reading = undefined;
    }));
}

export function registerGauges(metrics: Metrics, { config, store, registry, feed, now }: Observed): void {
  metrics.gauge('dmp_database_connections', () =>
    Object.entries(store.load().connections).map(([state, value]) => ({ labels: { state }, value })),
  );
  metrics.gauge('dmp_audit_queue_records', () => [{ value: store.load().records }]);
  if (feed) {
    metrics.gauge('dmp_audit_feed_records', async () => [{ value: (await feed.backlog()).records }]);
    metrics.gauge('dmp_audit_feed_oldest_seconds', async () => {
      const { oldest } = await feed.backlog();
      return [{ value: oldest === undefined ? 0 : (now().getTime() - oldest.getTime()) / 1000 }];
    });
  }
  const feedBacklog = together(() => store.feed.backlog());
  metrics.gauge('dmp_feed_items', async () =>
    (await feedBacklog()).flatMap(({ lane, counts }) =>
      Object.entries(counts).map(([state, value]) => ({ labels: { state, lane }, value })),
    ),
  );
  metrics.gauge('dmp_feed_oldest_seconds', async () =>
    (await feedBacklog()).map(({ lane, oldest }) => ({
      labels: { lane },
      value: oldest === undefined ? 0 : (now().getTime() - oldest.getTime()) / 1000,
    })),
  );
  const watch = (): Promise<WatchedCertificate[]> => watchCertificates(config, registry);
  metrics.gauge('dmp_certificate_days', async () => daysOf(await watch(), config.STRUCTURE_ID));
  metrics.gauge('dmp_certificates', async () => {
    const standings = (await watch()).map(({ standing }) => standing);
    return [...new Set(standings)].map((standing) => ({
      labels: { standing },
      value: standings.filter((other) => other === standing).length,
    }));
  });
}

/** The first of a kind to end speaks for all of them. @param watched those that end first before the others */
function daysOf(watched: readonly WatchedCertificate[], primary: string): Sample[] {
  const samples = new Map<string, Sample>();
  for (const { structure = primary, kind, days } of watched) {
    const of = structure === primary ? 'own' : 'registered';
    if (days !== undefined && !samples.has(`${kind} ${of}`))
      samples.set(`${kind} ${of}`, { labels: { kind, of }, value: days });
  }
  return [...samples.values()];
}

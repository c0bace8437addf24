/** The feed of the audit trail, as the settings want it. */
import { recordToAuditEvent } from '../../../mappings/audit/event.ts';
import type { Config } from '../../config.ts';
import type { Store, StoreLogger } from '../../store/types.ts';
import { gatewayOf } from '../gateway.ts';
import { fhirReceiver } from './fhir.ts';
import { syslogReceiver } from './syslog.ts';
import { type AuditFeed, createAuditFeed } from './worker.ts';

export type { AuditFeed } from './worker.ts';

/**
 * @returns undefined when nothing is to be sent (AUDIT_FEED `none`)
 * @throws ConfigError about its certificates
 */
export function openAuditFeed(config: Config, store: Store, logger: StoreLogger): AuditFeed | undefined {
  if (config.AUDIT_FEED === 'none') return undefined;
  const isFhir = config.AUDIT_FEED.startsWith('https:');
  const receiver = isFhir ? fhirReceiver(config) : syslogReceiver(config, config.LPS_NAME);
  const gateway = gatewayOf(config);
  return createAuditFeed({
    config,
    store,
    receiver,
    logger,
    toEvent: (record) => recordToAuditEvent(record, gateway, 'fr'),
  });
}

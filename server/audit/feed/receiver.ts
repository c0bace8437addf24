/** What a receiver of the audit trail must do, however it is spoken to. */
import type { AuditEvent } from '@medplum/fhirtypes';

export interface FeedReceiver {
  /**
   * Sends events, in their order.
   * @returns how many it took, from the first on
   * @throws Error when it is not known that it took any
   */
  send(events: readonly AuditEvent[], signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

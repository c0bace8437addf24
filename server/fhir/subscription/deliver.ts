/**
 * One notification, posted to its receiver (ITI-112; backport “rest-hook”). Whatever the receiver answers beyond its status
 * is thrown away.
 */
import { readFileSync } from 'node:fs';
import type { Resource } from '@medplum/fhirtypes';
import { Agent, request } from 'undici';
import { guardedLookup } from '../../auth/addresses.ts';
import { ConfigError, settings, type Config } from '../../config.ts';
import { writeFhirXml } from '../xml/write.ts';
import type { SubscriptionContent } from './content.ts';
import { addressRules, allowedEndpoint, allowedEndpoints } from './endpoint.ts';

/** Why a notification was not delivered: codes of http://terminology.hl7.org/CodeSystem/subscription-error. */
export class DeliveryError extends Error {
  override name = 'DeliveryError';
  constructor(
    readonly code: 'dns-resolution-error' | 'no-response' | 'error-response',
    /** HTTP status, of an error-response */
    readonly status?: number,
  ) {
    super(code);
  }
}

export interface Deliverer {
  /** @throws DeliveryError unless the receiver answers 2xx in time */
  send(to: SubscriptionContent, resource: Resource, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** What of an answer is read before the connection is cut, in bytes. */
const longestAnswer = 16 * 1024;
const connections = 4;

/** @throws ConfigError about SUBSCRIPTION_ENDPOINTS or SUBSCRIPTION_CA */
export function createDeliverer(config: Config): Deliverer {
  allowedEndpoints(config);
  const timeoutMs = config.SUBSCRIPTION_TIMEOUT_MS;
  const agent = new Agent({
    connections,
    pipelining: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 4_000,
    connect: {
      lookup: guardedLookup(addressRules(config)),
      timeout: timeoutMs,
      minVersion: 'TLSv1.2',
      ...authorities(config),
    },
  });
  return {
    async send(to, resource, signal) {
      // Again: the setting may be another than when the subscription was made.
      const url = allowedEndpoint(to.endpoint, config);
      if (!url) throw new DeliveryError('dns-resolution-error');
      const limit = Math.min(timeoutMs, (to.timeout ?? Infinity) * 1000);
      const body = to.mime === 'application/fhir+xml' ? writeFhirXml(resource) : JSON.stringify(resource);
      try {
        const answer = await request(url, {
          method: 'POST',
          // The content type last: no header of the client's replaces it.
          headers: [...to.headers.flat(), 'Content-Type', `${to.mime}; charset=utf-8`, 'Accept', to.mime],
          body,
          dispatcher: agent,
          signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]),
        });
        await answer.body.dump({ limit: longestAnswer }).catch(() => undefined);
        if (answer.statusCode < 200 || answer.statusCode > 299)
          throw new DeliveryError('error-response', answer.statusCode);
      } catch (e) {
        if (e instanceof DeliveryError) throw e;
        const { code } = e as { code?: unknown };
        throw new DeliveryError(code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'dns-resolution-error' : 'no-response');
      }
    },
    // What is under way was aborted by its signal.
    close: () => agent.destroy(),
  };
}

function authorities({ SUBSCRIPTION_CA }: Config): { ca?: string } {
  if (SUBSCRIPTION_CA === undefined) return {};
  try {
    return { ca: readFileSync(SUBSCRIPTION_CA, 'utf8') };
  } catch {
    throw new ConfigError(`SUBSCRIPTION_CA: cannot be read — ${settings.SUBSCRIPTION_CA[1]}`);
  }
}

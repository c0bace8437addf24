/** ITI-20 in FHIR (IHE RESTful ATNA): a batch Bundle of AuditEvents, posted to the base of a FHIR server. */
import { readFile } from 'node:fs/promises';
import type { Bundle } from '@medplum/fhirtypes';
import { Agent, request } from 'undici';
import type { FeedReceiver } from './receiver.ts';
import { type FeedConfig, feedTls } from './tls.ts';

/** Of an answer at most so much is read, bytes. */
const LONGEST_ANSWER = 8 * 1024 * 1024;

/** @throws ConfigError about the certificates */
export function fhirReceiver(config: FeedConfig): FeedReceiver {
  const timeout = config.AUDIT_FEED_TIMEOUT_MS;
  const agent = new Agent({
    connections: 1,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: { timeout, ...feedTls(config) },
  });
  const authorization = async (): Promise<Record<string, string>> => {
    const file = config.AUDIT_FEED_TOKEN;
    return file === undefined ? {} : { authorization: `Bearer ${(await readFile(file, 'utf8')).trim()}` };
  };
  return {
    async send(events, signal) {
      const bundle: Bundle = {
        resourceType: 'Bundle',
        type: 'batch',
        entry: events.map((resource) => ({
          fullUrl: `urn:uuid:${resource.id ?? ''}`,
          resource,
          request: { method: 'POST', url: 'AuditEvent' },
        })),
      };
      const answer = await request(config.AUDIT_FEED, {
        method: 'POST',
        headers: {
          ...(await authorization()),
          'content-type': 'application/fhir+json; charset=utf-8',
          accept: 'application/fhir+json',
        },
        body: JSON.stringify(bundle),
        dispatcher: agent,
        signal,
      });
      if (answer.statusCode !== 200) {
        await answer.body.dump({ limit: LONGEST_ANSWER }).catch(() => undefined);
        throw new Error(`status ${answer.statusCode}`);
      }
      const { entry = [] } = (await read(answer.body)) as Bundle;
      const refused = entry.findIndex((one) => !/^2\d\d/.test(one.response?.status ?? ''));
      return Math.min(refused === -1 ? entry.length : refused, events.length);
    },
    close: () => agent.destroy(),
  };
}

async function read(body: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LONGEST_ANSWER) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

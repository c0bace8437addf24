/** Issue 5, line 4: every DMP transaction leaves an AuditEvent, also those that a subscription makes when nobody asks. */
import type { AuditEvent, Bundle, Subscription } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startReceiver } from '../support/receiver.ts';
import { subscriptionTo } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    SUBSCRIPTION_ENDPOINTS: 'http://localhost',
    SUBSCRIPTION_TICK_MS: '25',
    SUBSCRIPTION_POLL_SECONDS: '1',
    SUBSCRIPTION_POLL_FLOOR_SECONDS: '1',
  });
});
afterAll(() => stack.close());

it('4. what the worker asks of the DMP is on record, with who subscribed, the patient and the client', async () => {
  const receiver = await startReceiver();
  const made = await stack.post<Subscription>('/Subscription', subscriptionTo(receiver.url), 'doctor');
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const request = made.headers.get('x-request-id')!;
  await receiver.waitFor('handshake');
  await stack.resetCalls();
  // Looks of its own: no request is under way any more.
  await vi.waitFor(async () => expect((await stack.calls()).length).toBeGreaterThan(1), { timeout: 20_000 });
  const calls = await stack.calls();
  const ended = await stack.request('DELETE', `/Subscription/${made.body.id}`, 'doctor');
  expect(ended.status).toBeLessThan(300);

  const events = async () => {
    const { body } = await stack.get<Bundle<AuditEvent>>('/AuditEvent?subtype=dmp&_count=500', 'admin');
    return (body.entry ?? [])
      .flatMap((e) => (e.search?.mode === 'match' ? [e.resource!] : []))
      .filter((e) => !JSON.stringify(e.entity).includes(request))
      .filter(({ agent }) => agent.some(({ who }) => who?.identifier?.value === '899700101233'));
  };
  const looks = (await events()).filter((e) => e.subtype!.some((s) => calls.includes(s.code!)));
  expect(looks.length).toBeGreaterThanOrEqual(calls.length);
  for (const { agent, entity } of looks) {
    const ids = agent.flatMap(({ who }) => who?.identifier?.value ?? []);
    expect(ids).toEqual(expect.arrayContaining(['899700101233', '1990100109', 'urn:dmp-fhir:outside-client']));
    expect(entity!.some((e) => e.what?.reference?.startsWith('Patient/'))).toBe(true);
  }
  await receiver.close();
});

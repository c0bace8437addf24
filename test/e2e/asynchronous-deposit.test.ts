/**
 * Issue 6, line 1: asynchronous deposit. `Prefer: respond-async` on ITI-65 and ITI-105: 202 and `Content-Location`; status as Task,
 * with the DMP's answer, attempts, next try, OperationOutcome; searched; completion by Subscription. Accepted means durable.
 */
import type { Bundle, DocumentReference, OperationOutcome, Task } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../bench/processes.ts';
import { extAttempts, extNextAttempt, taskTopic } from '../../mappings/feed/task.ts';
import { loadConfig } from '../../server/config.ts';
import { startServer, type RunningServer } from '../../server/main.ts';
import { writeFhirXml } from '../../server/fhir/xml/write.ts';
import { errorsOf, loadR4 } from '../support/profiles.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import {
  INS_TEST,
  newOid,
  patients,
  provideBundle,
  simplified,
  subscriptionTo,
  type Who,
} from '../support/resources.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

const settings = {
  SUBSCRIPTION_ENDPOINTS: 'http://localhost',
  SUBSCRIPTION_TICK_MS: '25',
  FEED_TICK_MS: '25',
  FEED_PACE: '0',
  FEED_RETRY_SECONDS: '1',
  FEED_BREAKER_FAILURES: '0',
};
const later = { prefer: 'respond-async' };

let stack: Stack;
let receiver: Receiver;
beforeAll(async () => {
  loadR4();
  stack = await startStack(settings);
  receiver = await startReceiver();
});
afterEach(() => stack.clearFaults());
afterAll(async () => {
  await receiver.close();
  await stack.close();
});

const note = (more: Partial<Parameters<typeof simplified>[0]> = {}): DocumentReference =>
  simplified({ content: Buffer.from('Nuit calme.'), contentType: 'text/plain', ...more });
const uniqueIdOf = (resource: DocumentReference): string => resource.masterIdentifier!.value!.replace('urn:oid:', '');

/** Takes a deposit in, and gives the Task of its answer. */
async function accept(resource: DocumentReference | Bundle, kind: Kind = 'nurse'): Promise<Task> {
  const url = resource.resourceType === 'Bundle' ? '' : '/DocumentReference';
  const answer = await stack.post<Task>(url, resource, kind, later);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(answer.headers.get('content-location')).toBe(`${stack.base}/Task/${answer.body.id}`);
  expect(answer.headers.get('preference-applied')).toBe('respond-async');
  return answer.body;
}
const read = async (id: string, kind: Kind = 'nurse', headers?: Record<string, string>): Promise<Task> =>
  (await stack.get<Task>(`/Task/${id}`, kind, headers)).body;

/** Follows a Task until it has a status. */
async function until(id: string, ...statuses: string[]): Promise<Task> {
  for (let i = 0; ; i++) {
    const task = await read(id);
    if (statuses.includes(task.status)) return task;
    if (i === 1600) throw new Error(`it stayed ${JSON.stringify(task)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
const act = (id: string, action: string, kind: Kind = 'nurse') =>
  stack.request<Task>('POST', `/Task/${id}/$${action}`, kind);
const outcomeOf = (task: Task): OperationOutcome =>
  task.contained!.find((r) => r.resourceType === 'OperationOutcome') as OperationOutcome;
const rowOf = ({ issue }: OperationOutcome): string | undefined => issue[0]?.details?.coding?.at(-1)?.code;
/** The DMP refuses what TD2.1 brings. */
const refuses = async (code: string, context: string): Promise<void> => {
  const fault = { kind: 'registryError', code, context, transaction: 'TD2.1', times: 20 };
  const answer = await fetch(`${stack.simulator.controlUrl}/faults`, { method: 'POST', body: JSON.stringify(fault) });
  expect(answer.ok, await answer.text()).toBe(true);
};

describe('a deposit that is made later', () => {
  it('of one document: accepted at once, completed with what the DMP has', async () => {
    const resource = note();
    const accepted = await accept(resource);
    expect(errorsOf(accepted)).toEqual([]);
    expect(['ready', 'in-progress']).toContain(accepted.status);
    const done = await until(accepted.id!, 'completed');
    expect(errorsOf(done)).toEqual([]);
    expect(done.extension).toContainEqual({ url: extAttempts, valueUnsignedInt: 1 });
    expect(done.focus!.reference).toMatch(/^DocumentReference\//);
    expect(done.output!.map((o) => o.type.coding![0]!.code)).toContain('submission-set');
    await expect(stack.registered(uniqueIdOf(resource))).resolves.toBeDefined();
    // It is the document that a search finds.
    const found = await stack.get<DocumentReference>(`/${done.focus!.reference}`, 'doctor');
    expect(found.body.masterIdentifier!.value).toBe(resource.masterIdentifier!.value);
    const text = JSON.stringify(done);
    for (const secret of [patients.P1.ins, patients.P1.family, 'LE BIHAN', '899700204581'])
      expect(text).not.toContain(secret);
  });

  it('of a set: completed with its transaction-response', async () => {
    const bundle = provideBundle([
      { content: Buffer.from('Un'), contentType: 'text/plain' },
      { content: Buffer.from('Deux'), contentType: 'text/plain' },
    ]);
    const done = await until((await accept(bundle)).id!, 'completed');
    expect(errorsOf(done)).toEqual([]);
    expect(done.focus!.reference).toMatch(/^List\//);
    const response = done.contained!.find((r) => r.resourceType === 'Bundle') as Bundle;
    expect(response.type).toBe('transaction-response');
    expect(response.entry!.map((e) => e.response!.status)).toEqual(bundle.entry!.map(() => '201 Created'));
    expect(done.output!.filter((o) => o.type.coding![0]!.code === 'document')).toHaveLength(2);
  });

  it('in XML, in both languages, and without a body when none is wanted', async () => {
    const xml = await fetch(`${stack.base}/DocumentReference`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await stack.token('nurse')}`,
        ...{ accept: 'application/fhir+xml', 'content-type': 'application/fhir+xml', ...later },
      },
      body: writeFhirXml(note()),
    });
    expect(xml.status).toBe(202);
    const id = xml.headers.get('content-location')!.split('/').at(-1)!;
    expect(await xml.text()).toContain(`<id value="${id}"/>`);
    const done = await until(id, 'completed');
    expect(done.businessStatus!.text).toBe('Déposé dans le DMP');
    expect((await read(id, 'nurse', { 'accept-language': 'en' })).businessStatus!.text).toBe('In the DMP');
    const minimal = await stack.post('/DocumentReference', note(), 'nurse', {
      prefer: 'respond-async, return=minimal',
    });
    expect([minimal.status, minimal.body]).toEqual([202, undefined]);
    const said = await stack.post<OperationOutcome>('/DocumentReference', note(), 'nurse', {
      prefer: 'return=OperationOutcome, respond-async',
    });
    expect([said.status, rowOf(said.body)]).toEqual([202, 'deposit-accepted']);
  });

  it('by fhir-kit-client', async () => {
    const client = new Client({ baseUrl: stack.base, bearerToken: await stack.token('nurse') });
    const accepted = await client.create({
      resourceType: 'DocumentReference',
      body: note() as never,
      options: { headers: { Prefer: 'respond-async' } },
    });
    const { response } = Client.httpFor(accepted);
    expect(response!.status).toBe(202);
    const id = response!.headers.get('content-location')!.split('/').at(-1)!;
    await until(id, 'completed');
    const task = (await client.read({ resourceType: 'Task', id })) as unknown as Task;
    expect(task.status).toBe('completed');
    const found = (await client.search({
      resourceType: 'Task',
      searchParams: { status: 'completed', 'patient.identifier': `${INS_TEST}|${patients.P1.ins}` },
    })) as unknown as Bundle<Task>;
    expect(found.entry!.map((e) => e.resource!.id)).toContain(id);
  });
});

describe('the same deposit again', () => {
  it('is the same Task as long as it is on its way, then what the synchronous door says', async () => {
    await stack.fault({ kind: 'html503', transaction: 'TD2.1' });
    const resource = note();
    const first = await accept(resource);
    expect((await accept(resource)).id).toBe(first.id);
    const other = { ...resource, description: 'Autre chose' };
    const conflict = await stack.post<OperationOutcome>('/DocumentReference', other, 'nurse', later);
    expect([conflict.status, conflict.body.resourceType]).toEqual([409, 'OperationOutcome']);
    await stack.clearFaults();
    await until(first.id!, 'completed');
    const again = await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse', later);
    expect([again.status, again.body.resourceType]).toEqual([200, 'DocumentReference']);
    expect(again.headers.has('preference-applied')).toBe(false);
    const bytes = note({ uniqueId: uniqueIdOf(resource), content: Buffer.from('Autres octets') });
    expect((await stack.post('/DocumentReference', bytes, 'nurse', later)).status).toBe(409);
  });
});

describe('what can be seen to be wrong', () => {
  const total = async (): Promise<number> => (await stack.get<Bundle>('/Task?_summary=count', 'admin')).body.total!;

  it.each([
    ['content', { ...note(), content: [] }, 400],
    ['somebody who objects', note({ who: 'P8' }), 403],
  ] as const)('is refused at once, and nothing is kept: %s', async (what, resource, status) => {
    if (status === 403) {
      const objection = (
        await stack.get<Bundle>(`/Consent?patient.identifier=${INS_TEST}|${patients.P8.ins}&category=feeding`, 'nurse')
      ).body;
      const consent = objection.entry![0]!.resource!;
      const denied = { ...consent, provision: { ...(consent as { provision?: object }).provision, type: 'deny' } };
      expect((await stack.put(`/Consent/${consent.id}`, denied, 'nurse')).status, what).toBe(200);
    }
    const before = await total();
    const answer = await stack.post<OperationOutcome>('/DocumentReference', resource, 'nurse', later);
    expect([Math.floor(answer.status / 100), answer.body.resourceType], JSON.stringify(answer.body)).toEqual([
      4,
      'OperationOutcome',
    ]);
    if (status === 403) expect(answer.status).toBe(403);
    expect(answer.headers.has('content-location')).toBe(false);
    expect(await total()).toBe(before);
  });

  it('and a dry run is one, at once', async () => {
    const before = await total();
    const answer = await stack.post<OperationOutcome>('/DocumentReference?_dryRun=true', note(), 'nurse', later);
    expect([answer.status, answer.headers.has('preference-applied')]).toEqual([200, false]);
    expect(rowOf(answer.body)).toBe('dry-run');
    expect(await total()).toBe(before);
  });
});

describe('a deposit that fails', () => {
  it('for good: with the element of what was sent; queued again when the cause is gone', async () => {
    await refuses('XDSRegistryMetadataError', 'Document01 typeCode');
    const failed = await until((await accept(note())).id!, 'failed');
    expect(failed.businessStatus!.coding![0]!.code).toBe('refused');
    expect(errorsOf(failed)).toEqual([]);
    const [issue] = outcomeOf(failed).issue;
    expect(issue!.expression).toEqual(['DocumentReference.type']);
    expect(issue!.details!.coding!.map((c) => c.code)).toContain('XDSRegistryMetadataError');
    expect(failed.statusReason!.coding![0]!.code).toBe(issue!.details!.coding!.at(-1)!.code);
    expect((await act(failed.id!, 'cancel')).status).toBe(409);
    await stack.clearFaults();
    expect((await act(failed.id!, 'requeue')).status).toBe(200);
    const done = await until(failed.id!, 'completed');
    expect(done.statusReason).toBeUndefined();
  });

  it('for a while: says when it is tried again, and can be taken back', async () => {
    // The DMP itself says no: what a gateway says of it leaves the outcome open, and is not taken back.
    await stack.fault({ kind: 'registryError', code: 'XDSRegistryBusy', transaction: 'TD2.1' });
    const resource = note();
    const waiting = await until((await accept(resource)).id!, 'on-hold');
    expect(waiting.extension!.find((e) => e.url === extNextAttempt)!.valueInstant).toBeDefined();
    expect(outcomeOf(waiting).issue[0]!.details!.coding!.map((c) => c.code)).toContain('XDSRegistryBusy');
    expect((await act(waiting.id!, 'cancel')).body.status).toBe('cancelled');
    await stack.clearFaults();
    expect(await stack.registeredAll(uniqueIdOf(resource))).toEqual([]);
    // The uniqueId is free again.
    await until((await accept(resource)).id!, 'completed');
  });
});

describe('completion is told', () => {
  it('to who follows their Tasks, by their address alone; and to who follows the documents', async () => {
    const tasks = {
      ...{ resourceType: 'Subscription', status: 'requested', reason: 'Suivi', criteria: taskTopic },
      channel: { type: 'rest-hook', endpoint: receiver.url, payload: 'application/fhir+json' },
    };
    const made = await stack.post<{ id: string }>('/Subscription', tasks, 'nurse');
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const shown = await stack.get<{ criteria: string }>(`/Subscription/${made.body.id}`, 'nurse');
    expect(shown.body.criteria).toBe(taskTopic);
    await receiver.waitFor('handshake');
    const { id } = await until((await accept(note())).id!, 'completed');
    const told = await receiver.waitFor('event-notification');
    expect([told.focus, told.value('topic')]).toEqual([[id], taskTopic]);
    expect(told.bundle.entry![1]!.request!.url).toBe(`Task/${id}`);
    for (const secret of [patients.P1.ins, patients.P1.family]) expect(told.text).not.toContain(secret);

    const documents = await startReceiver();
    const topic = 'DocReference-PatientDependent-AllEvents';
    expect((await stack.post('/Subscription', subscriptionTo(documents.url, topic), 'nurse')).status).toBe(201);
    await documents.waitFor('handshake');
    const second = await until((await accept(note())).id!, 'completed');
    const heard = await documents.waitFor('event-notification');
    expect(heard.bundle.entry![1]!.request!.url).toBe(second.focus!.reference);
    await documents.close();
  });

  it('not without the right to search them, nor with a filter that it does not have', async () => {
    const tasks = (valueString?: string) => ({
      ...{ resourceType: 'Subscription', status: 'requested', reason: 'Suivi', criteria: taskTopic },
      ...(valueString === undefined
        ? {}
        : {
            _criteria: {
              extension: [
                {
                  url: 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria',
                  valueString,
                },
              ],
            },
          }),
      channel: { type: 'rest-hook', endpoint: receiver.url, payload: 'application/fhir+json' },
    });
    const scope = 'user/Subscription.c user/DocumentReference.s';
    expect((await stack.as({ person: 'nurse', scope }, 'POST', '/Subscription', tasks())).status).toBe(403);
    for (const filter of ['Task?status=completed', 'DocumentReference?patient=Patient/x', 'Task?patient=Patient/x']) {
      const answer = await stack.post('/Subscription', tasks(filter), 'nurse');
      expect(Math.floor(answer.status / 100), filter).toBe(4);
    }
  });
});

describe('accepted means durable', () => {
  it('an instance that is killed right after 202 loses nothing: another delivers', { timeout: 120_000 }, async () => {
    await stack.fault({ kind: 'html503', transaction: 'TD2.1' });
    await stack.closeServer();
    const port = new URL(stack.base).port;
    const child = await start('test/support/facade-child.ts', { ...stack.environment, LOG_LEVEL: 'silent' });
    const resources = (['P1', 'P2', 'P1'] as Who[]).map((who) => note({ who, uniqueId: newOid() }));
    const accepted: Task[] = [];
    for (const resource of resources) accepted.push(await accept(resource));
    process.kill(child.pid, 'SIGKILL');
    await stack.clearFaults();
    let other: RunningServer | undefined;
    try {
      other = await startServer(loadConfig({ ...stack.environment, PORT: port, LOG_LEVEL: 'silent' }));
      for (const [i, { id }] of accepted.entries()) {
        const done = await until(id!, 'completed');
        expect(done.focus!.reference).toMatch(/^DocumentReference\//);
        expect(await stack.registeredAll(uniqueIdOf(resources[i]!))).toHaveLength(1);
      }
    } finally {
      await child.stop();
      await other?.close();
    }
  });
});

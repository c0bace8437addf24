/**
 * Issue 3, line 5: subscriptions. R4 backport on the topics of DSUBm, rest-hook, id-only: deposits made here are told
 * without a question to the DMP; a professional's session lets the record be looked into, and ends it.
 */
import type {
  Bundle,
  CapabilityStatement,
  DocumentReference,
  OperationOutcome,
  Parameters,
  Subscription,
} from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../server/main.ts';
import { loadConfig } from '../../server/config.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { changesStatus, registers } from '../support/elsewhere.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { INS_TEST, patients, simplified } from '../support/resources.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

const settings = {
  SUBSCRIPTION_ENDPOINTS: 'http://localhost, https://hooks.example.org/fhir/',
  SUBSCRIPTION_TICK_MS: '25',
  SUBSCRIPTION_POLL_SECONDS: '1',
  SUBSCRIPTION_POLL_FLOOR_SECONDS: '1',
  SUBSCRIPTION_RETRY_SECONDS: '1',
  SUBSCRIPTION_RETRIES: '2',
  SUBSCRIPTION_MAX_PER_CALLER: '6',
  NEWS_OVERLAP_SECONDS: '60',
};

let stack: Stack;
let receiver: Receiver;
beforeAll(async () => {
  stack = await startStack(settings);
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await stack.clearFaults();
  for (const kind of ['nurse', 'doctor'] as const) {
    const all = await stack.get<Bundle<Subscription>>('/Subscription', kind);
    for (const { resource } of all.body.entry ?? [])
      await stack.request('DELETE', `/Subscription/${resource!.id}`, kind);
  }
  await receiver.close();
});
afterAll(() => stack.close());

const base = 'https://profiles.ihe.net/ITI/DSUBm/SubscriptionTopic';
const created = `${base}/DSUBm-SubscriptionTopic-DocumentReference-PatientDependent`;
const allEvents = `${base}/DSUBm-SubscriptionTopic-DocReference-PatientDependent-AllEvents`;
const backport = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
const P1 = `${INS_TEST}|${patients.P1.ins}`;

interface Wish {
  topic?: string;
  filter?: string;
  endpoint?: string;
  payload?: string;
  mime?: string;
  header?: string[];
  heartbeat?: number;
  end?: string;
}

const subscription = (wish: Wish = {}): Subscription =>
  ({
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Suivre le dossier d’une résidente',
    ...(wish.end ? { end: wish.end } : {}),
    criteria: wish.topic ?? created,
    _criteria: {
      extension: [
        {
          url: `${backport}/backport-filter-criteria`,
          valueString: `DocumentReference?patient.identifier=${P1}${wish.filter ?? ''}`,
        },
      ],
    },
    channel: {
      ...(wish.heartbeat
        ? { extension: [{ url: `${backport}/backport-heartbeat-period`, valueUnsignedInt: wish.heartbeat }] }
        : {}),
      type: 'rest-hook',
      endpoint: wish.endpoint ?? receiver.url,
      payload: wish.mime ?? 'application/fhir+json',
      _payload: { extension: [{ url: `${backport}/backport-payload-content`, valueCode: wish.payload ?? 'id-only' }] },
      header: wish.header ?? ['Authorization: Bearer s3cr3t-of-the-receiver'],
    },
  }) as Subscription;

async function subscribe(kind: Kind, wish: Wish = {}): Promise<Subscription> {
  const answer = await stack.post<Subscription>('/Subscription', subscription(wish), kind);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  expect(answer.headers.get('location')).toBe(`${stack.base}/Subscription/${answer.body.id}/_history/1`);
  return answer.body;
}
const read = async (id: string, kind: Kind): Promise<Subscription> =>
  (await stack.get<Subscription>(`/Subscription/${id}`, kind)).body;

async function deposit(more: Partial<Parameters> | object = {}): Promise<DocumentReference> {
  const resource = { ...simplified({ content: Buffer.from('Note'), contentType: 'text/plain' }), ...more };
  const answer = await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse');
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never came to be');
}
const idOf = async (uniqueId: string): Promise<string> => {
  const url = `/DocumentReference?identifier=urn:oid:${uniqueId}&patient.identifier=${encodeURIComponent(P1)}`;
  return (await stack.get<Bundle>(url, 'doctor')).body.entry![0]!.resource!.id!;
};

describe('a structure hears of what it deposits', () => {
  it('after a handshake, without a question to the DMP', async () => {
    const { id, status, end } = await subscribe('nurse');
    expect(status).toBe('requested');
    expect(Date.parse(end!)).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    const handshake = await receiver.waitFor('handshake');
    expect(handshake.value('status')).toBe('requested');
    expect(handshake.value('events-since-subscription-start')).toBe('0');
    expect(handshake.bundle).toMatchObject({
      type: 'history',
      entry: [{ request: { method: 'GET', url: `${stack.base}/Subscription/${id}/$status` } }],
    });
    await until(async () => (await read(id!, 'nurse')).status === 'active');

    await stack.resetCalls();
    const deposited = await deposit();
    const told = await receiver.waitFor('event-notification');
    expect(told.focus).toEqual([deposited.id]);
    expect(told.value('subscription')).toBe(`${stack.base}/Subscription/${id}`);
    expect(told.value('topic')).toBe(created);
    expect(told.value('status')).toBe('active');
    expect(told.value('events-since-subscription-start')).toBe('1');
    expect(told.headers['authorization']).toBe('Bearer s3cr3t-of-the-receiver');
    expect(told.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
    // No more than its address: nothing of the person, nothing of the document.
    expect(told.text).not.toContain(patients.P1.ins);
    expect(told.bundle.entry!.slice(1).every((e) => e.resource === undefined)).toBe(true);
    expect(await stack.calls()).toEqual(['TD2.1']);
    // The same deposit again is no news.
    await stack.resetCalls();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(receiver.of('event-notification')).toHaveLength(1);
  });

  it('of what its filters let through, and no more than asked', async () => {
    await subscribe('nurse', { filter: '&type=http://loinc.org|57833-6', payload: 'empty' });
    await subscribe('nurse', { filter: '&type=http://loinc.org|28653-4', payload: 'empty' });
    await receiver.waitFor('handshake', 2);
    await deposit();
    const told = await receiver.waitFor('event-notification');
    expect([told.focus, told.value('topic'), told.value('events-since-subscription-start')]).toEqual([
      [],
      undefined,
      '1',
    ]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(receiver.of('event-notification')).toHaveLength(1);
  });

  it('in XML when asked', async () => {
    await subscribe('nurse', { mime: 'application/fhir+xml' });
    await until(() => Promise.resolve(receiver.received.length === 1));
    expect(receiver.received[0]!.headers['content-type']).toBe('application/fhir+xml; charset=utf-8');
    expect(receiver.received[0]!.text).toMatch(
      /<Bundle xmlns="http:\/\/hl7.org\/fhir">.*<valueCode value="handshake"\/>/s,
    );
  });

  it('again when the receiver was ill, in order, and is given up when it stays so', async () => {
    const { id } = await subscribe('nurse');
    await receiver.waitFor('handshake');
    receiver.answers.push(500, 302);
    const first = await deposit();
    const told = await receiver.waitFor('event-notification');
    expect(told.focus).toEqual([first.id]);
    receiver.answers.push(500, 500, 500);
    const second = await deposit();
    await until(async () => (await read(id!, 'nurse')).status === 'error');
    expect((await read(id!, 'nurse')).error).toContain('destinataire');
    // What was missed is still there.
    const events = await stack.get<Bundle>(`/Subscription/${id}/$events?eventsSinceNumber=2`, 'nurse');
    const status = events.body.entry![0]!.resource as Parameters;
    expect(status.parameter!.find((p) => p.name === 'type')!.valueCode).toBe('query-event');
    expect(JSON.stringify(status)).toContain(second.id);
    expect(JSON.stringify(status)).not.toContain(first.id);
    // Resumed, it is told.
    const resumed = await stack.request('PUT', `/Subscription/${id}`, 'nurse');
    expect(resumed.status).toBe(400);
    const answer = await put(id!, { ...subscription(), id, status: 'requested' }, 'nurse');
    expect([answer.status, (answer.body as Subscription).status]).toEqual([200, 'requested']);
    expect((await receiver.waitFor('event-notification', 2)).focus).toEqual([second.id]);
  });
});

const put = async (id: string, resource: Subscription, kind: Kind): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`${stack.base}/Subscription/${id}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await stack.token(kind)}`,
      'content-type': 'application/fhir+json',
    },
    body: JSON.stringify(resource),
  });
  return { status: answer.status, body: await answer.json() };
};

describe('a professional hears of what others register', () => {
  it('by looks into the record, and of nothing that was there before', async () => {
    const before = registers(stack.simulator.world(), { at: new Date(Date.now() - 5000) });
    const { id, end } = await subscribe('doctor', { topic: allEvents });
    // As long as the session, and no longer.
    expect(Date.parse(end!)).toBeLessThanOrEqual(Date.now() + 4 * 3_600_000);
    await until(async () => (await read(id!, 'doctor')).status === 'active');
    const { uniqueId } = registers(stack.simulator.world(), { at: new Date() });
    const told = await receiver.waitFor('event-notification');
    expect(told.focus).toEqual([await idOf(uniqueId)]);
    expect(told.focus).not.toContain(await idOf(before.uniqueId));
    changesStatus(stack.simulator.world(), uniqueId, 'archived', new Date());
    expect((await receiver.waitFor('event-notification', 2)).focus).toEqual([await idOf(uniqueId)]);
  });

  it('once, when it was deposited here and then found in the DMP', async () => {
    await subscribe('doctor');
    await receiver.waitFor('handshake');
    const deposited = await deposit();
    expect((await receiver.waitFor('event-notification')).focus).toEqual([deposited.id]);
    await stack.resetCalls();
    await until(async () => (await stack.calls()).filter((c) => c === 'TD3.1a').length >= 3);
    expect(receiver.of('event-notification')).toHaveLength(1);
  });

  it('later, when the DMP does not answer for a while', async () => {
    const { id } = await subscribe('doctor');
    await receiver.waitFor('handshake');
    await stack.fault({ kind: 'html503' });
    const { uniqueId } = registers(stack.simulator.world(), { at: new Date() });
    await stack.resetCalls();
    await until(async () => (await stack.calls()).length >= 2);
    expect((await read(id!, 'doctor')).status).toBe('active');
    await stack.clearFaults();
    expect((await receiver.waitFor('event-notification')).focus).toEqual([await idOf(uniqueId)]);
  });

  it('until the DMP refuses: in error, with the reason', async () => {
    const { id } = await subscribe('doctor');
    await receiver.waitFor('handshake');
    await stack.fault({ kind: 'soapFault', code: 'DMPAccessDenied' });
    await until(async () => (await read(id!, 'doctor')).status === 'error');
    const farewell = await receiver.waitFor('event-notification');
    expect(farewell.value('status')).toBe('error');
    expect(farewell.status.parameter!.find((p) => p.name === 'error')!.valueCodeableConcept!.coding![0]!.code).toBe(
      'subscription-refused',
    );
  });
});

describe('its end', () => {
  it('with the session: off, and the receiver is told why', async () => {
    const config = loadConfig(stack.environment);
    const token = await makeToken(config, { person: 'doctor' });
    // A session of which 2 s are left.
    const limits = { ...stack.environment, PORT: '0', SUBSCRIPTION_SESSION_SECONDS: '60' };
    const other = await second(limits, new Date(Date.now() + 57_500));
    try {
      const answer = await fetch(`${other.url}/Subscription`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify(subscription()),
      });
      const made = (await answer.json()) as Subscription;
      expect(answer.status, JSON.stringify(made)).toBe(201);
      const farewell = await receiver.waitFor('event-notification');
      expect(farewell.value('status')).toBe('off');
      const reason = farewell.status.parameter!.find((p) => p.name === 'error')!.valueCodeableConcept!;
      expect(reason.coding![0]!.code).toBe('subscription-ended-session');
      const over = await read(made.id!, 'doctor');
      expect([over.status, over.error]).toEqual(['off', expect.stringContaining('session')]);
    } finally {
      await other.close();
    }
  });

  it('by its owner: DELETE, and the receiver is told; then 410', async () => {
    const { id } = await subscribe('nurse');
    await receiver.waitFor('handshake');
    expect((await stack.request('DELETE', `/Subscription/${id}`, 'nurse')).status).toBe(204);
    const farewell = await receiver.waitFor('event-notification');
    expect([farewell.value('status'), farewell.focus]).toEqual(['off', []]);
    expect((await stack.get(`/Subscription/${id}`, 'nurse')).status).toBe(410);
    await deposit();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(receiver.of('event-notification')).toHaveLength(1);
  });

  it('by its owner: PUT with status off (ITI-110)', async () => {
    const made = await subscribe('nurse');
    await receiver.waitFor('handshake');
    const answer = await put(made.id!, { ...made, status: 'off' }, 'nurse');
    expect([answer.status, (answer.body as Subscription).status]).toEqual([200, 'off']);
    expect((await receiver.waitFor('event-notification')).value('status')).toBe('off');
  });

  it('does not come with a restart: another instance goes on', async () => {
    const lonely = await startStack(settings);
    try {
      const answer = await lonely.post<Subscription>('/Subscription', subscription(), 'doctor');
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      const mine = `/Subscription/${answer.body.id}`;
      await until(async () => (await lonely.get<Subscription>(mine, 'doctor')).body.status === 'active');
      await lonely.closeServer();
      const { uniqueId } = registers(lonely.simulator.world(), { at: new Date() });
      const other = await startServer(loadConfig(lonely.environment));
      try {
        const told = await receiver.waitFor('event-notification');
        expect(told.focus).toHaveLength(1);
        const read = await fetch(`${other.url}/DocumentReference/${told.focus[0]}`, {
          headers: { authorization: `Bearer ${await lonely.token('doctor')}` },
        });
        expect(((await read.json()) as DocumentReference).masterIdentifier!.value).toBe(`urn:oid:${uniqueId}`);
        expect(receiver.of('handshake')).toHaveLength(1);
      } finally {
        await other.close();
      }
    } finally {
      await lonely.close();
    }
  });
});

/** A second façade on the same database, with its own clock. */
async function second(environment: Record<string, string>, start: Date): Promise<RunningServer> {
  const ahead = start.getTime() - Date.now();
  return startServer(
    { ...loadConfig(environment), AUTH_AUDIENCE: stack.base },
    { now: () => new Date(Date.now() + ahead) },
  );
}

it('its topics are said in /metadata', async () => {
  const { body } = await stack.get<CapabilityStatement>('/metadata', 'nurse');
  const declared = body.rest![0]!.resource!.find((r) => r.type === 'Subscription')!;
  expect(declared.extension!.map((e) => e.valueCanonical)).toEqual([
    ...[created, expect.anything(), allEvents],
    'https://dmp-fhir.example/SubscriptionTopic/deposit-task',
  ]);
  expect(declared.operation!.map((o) => o.name)).toEqual(['status', 'events']);
});

describe('its owner', () => {
  it('sees it, and nobody else does; its secrets are kept', async () => {
    const { id } = await subscribe('nurse');
    await receiver.waitFor('handshake');
    const mine = await stack.get<Bundle<Subscription>>('/Subscription?status=active,requested', 'nurse');
    expect(mine.body.entry!.map((e) => e.resource!.id)).toEqual([id]);
    const text = JSON.stringify(mine.body);
    expect(text).not.toContain('s3cr3t');
    expect(text).not.toContain(patients.P1.ins);
    expect(text).toContain('DocumentReference?patient=Patient/');
    expect((await stack.get<Bundle>('/Subscription?status=off', 'nurse')).body.total).toBe(0);
    expect((await stack.get<Bundle>('/Subscription', 'doctor')).body.total).toBe(0);
    expect((await stack.get(`/Subscription/${id}`, 'doctor')).status).toBe(404);
    expect((await stack.request('DELETE', `/Subscription/${id}`, 'doctor')).status).toBe(404);
    const rows = await stack.database.query('SELECT * FROM subscription');
    const stored = Buffer.concat(
      rows.flatMap((r) => Object.values(r).map((v) => (Buffer.isBuffer(v) ? v : Buffer.from(String(v))))),
    ).toString('latin1');
    for (const secret of ['s3cr3t', patients.P1.ins, receiver.url, 'BIHAN']) expect(stored).not.toContain(secret);
    for (const secret of ['s3cr3t', patients.P1.ins, receiver.url]) expect(stack.log()).not.toContain(secret);
  });

  it('asks how it is: $status of one and of all', async () => {
    const { id } = await subscribe('nurse');
    await until(async () => (await read(id!, 'nurse')).status === 'active');
    for (const url of [
      `/Subscription/${id}/$status`,
      `/Subscription/$status?id=${id}`,
      '/Subscription/$status?status=active',
    ]) {
      const { body } = await stack.get<Bundle<Parameters>>(url, 'nurse');
      expect(body.type).toBe('searchset');
      const [entry] = body.entry!;
      expect(body.entry).toHaveLength(1);
      const code = (name: string) => entry!.resource!.parameter!.find((p) => p.name === name)!.valueCode;
      expect([code('status'), code('type')]).toEqual(['active', 'query-status']);
    }
    expect((await stack.get<Bundle>('/Subscription/$status?status=off', 'nurse')).body.total).toBe(0);
  });

  it('may have so many, and no more', async () => {
    for (let i = 0; i < 6; i++) await subscribe('nurse');
    const answer = await stack.post<OperationOutcome>('/Subscription', subscription(), 'nurse');
    expect([answer.status, answer.body.issue[0]!.details!.text]).toEqual([429, expect.stringContaining('6')]);
    // Neither by making room, filling it, and waking up the one that had made it.
    const [first] = (await stack.get<Bundle<Subscription>>('/Subscription', 'nurse')).body.entry!;
    const id = first!.resource!.id!;
    const put = async (status: Subscription['status']): Promise<number> => {
      const token = await stack.token('nurse');
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
      const body = JSON.stringify({ ...first!.resource, status });
      return (await fetch(`${stack.base}/Subscription/${id}`, { method: 'PUT', headers, body })).status;
    };
    expect(await put('off')).toBe(200);
    await subscribe('nurse');
    expect(await put('requested')).toBe(429);
    expect((await read(id, 'nurse')).status).toBe('off');
  });
});

describe('what is refused', () => {
  const text = (o: OperationOutcome): string => o.issue[0]!.details!.coding!.at(-1)!.code!;
  const bad: [what: string, wish: () => Wish, key: string][] = [
    ['an address that nobody allowed', () => ({ endpoint: 'https://evil.example.org/hook' }), 'subscription-endpoint'],
    ['http beyond this machine', () => ({ endpoint: 'http://hooks.example.org/fhir/x' }), 'subscription-endpoint'],
    [
      'another path of an allowed host',
      () => ({ endpoint: 'https://hooks.example.org/admin' }),
      'subscription-endpoint',
    ],
    ['a path that climbs', () => ({ endpoint: 'https://hooks.example.org/fhir/../admin' }), 'subscription-endpoint'],
    [
      'a path that climbs in disguise',
      () => ({ endpoint: 'https://hooks.example.org/fhir/%2e%2e/admin' }),
      'subscription-endpoint',
    ],
    ['another port', () => ({ endpoint: 'https://hooks.example.org:8443/fhir/x' }), 'subscription-endpoint'],
    [
      'a name that begins alike',
      () => ({ endpoint: 'https://hooks.example.org.evil.org/fhir/x' }),
      'subscription-endpoint',
    ],
    ['credentials', () => ({ endpoint: 'https://u:p@hooks.example.org/fhir/x' }), 'subscription-endpoint'],
    [
      'the host before the at sign',
      () => ({ endpoint: 'https://hooks.example.org@evil.org/fhir/x' }),
      'subscription-endpoint',
    ],
    [
      'the address of a cloud’s secrets',
      () => ({ endpoint: 'http://169.254.169.254/latest' }),
      'subscription-endpoint',
    ],
    ['this machine by number', () => ({ endpoint: 'http://127.0.0.1:5432/' }), 'subscription-endpoint'],
    ['a file', () => ({ endpoint: 'file:///etc/passwd' }), 'subscription-endpoint'],
    ['whole documents', () => ({ payload: 'full-resource' }), 'subscription-payload'],
    ['another format', () => ({ mime: 'text/plain' }), 'subscription-payload'],
    [
      'another topic',
      () => ({ topic: `${base}/DSUBm-SubscriptionTopic-DocumentReference-MultiPatient` }),
      'subscription-topic',
    ],
    ['another filter', () => ({ filter: '&description=x' }), 'search-parameter-unknown'],
    ['two lines in a header', () => ({ header: ['X-A: b\r\nX-C: d'] }), 'subscription-header'],
    ['a header of the connection', () => ({ header: ['Host: evil.example.org'] }), 'subscription-header'],
    ['an end that is past', () => ({ end: '2020-01-01T00:00:00Z' }), 'subscription-value'],
    ['a heart that races', () => ({ heartbeat: 1 }), 'subscription-value'],
  ];
  it.each(bad)('%s', async (_what, wish, key) => {
    const answer = await stack.post<OperationOutcome>('/Subscription', subscription(wish()), 'nurse');
    expect([answer.status < 500 && answer.status >= 400, text(answer.body)]).toEqual([true, key]);
    expect(receiver.received).toEqual([]);
  });

  it('a subscription without the right to search documents', async () => {
    const token = await stack.token('doctor', { scope: 'user/Subscription.cruds' });
    const answer = await fetch(`${stack.base}/Subscription`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(subscription()),
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('user/DocumentReference.s');
  });

  it('a receiver that refuses the handshake: in error, never told anything', async () => {
    receiver.answers.push(403);
    const { id } = await subscribe('nurse');
    await until(async () => (await read(id!, 'nurse')).status === 'error');
    await deposit();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(receiver.received).toEqual([]);
  });
});

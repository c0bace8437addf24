/**
 * Issue 5, line 3: several structures in one façade, each with its certificates, with no way to speak in another's name. Over real
 * HTTP and mutual TLS: the simulator says in whose name, and by which certificates, each call came.
 */
import { X509Certificate } from 'node:crypto';
import type {
  Bundle,
  CapabilityStatement,
  DocumentReference,
  Element,
  OperationOutcome,
  Subscription,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { uniqueIdOf } from '../../simulator/xds/metadata.ts';
import type { TokenOptions } from '../support/outside-issuer.ts';
import { text } from '../support/documents.ts';
import { startReceiver } from '../support/receiver.ts';
import { consent, INS_TEST, newOid, patients, simplified, subscriptionTo, type Who } from '../support/resources.ts';
import { startStack, type Answer, type Stack } from '../support/stack.ts';
import { savs } from '../support/structures.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(
    {
      SUBSCRIPTION_ENDPOINTS: 'http://localhost',
      SUBSCRIPTION_TICK_MS: '25',
      SUBSCRIPTION_POLL_SECONDS: '1',
      SUBSCRIPTION_POLL_FLOOR_SECONDS: '1',
    },
    {},
    { second: savs },
  );
  for (const topic of ['feeding', 'consultation']) await agree('P2', topic);
});
afterAll(() => stack.close());
beforeEach(() => stack.resetCalls());

interface Call {
  at: string;
  transaction?: string;
  structure?: string;
  tls?: string;
  seal?: string;
  outcome: string;
}
const callsOf = async (structure?: string): Promise<Call[]> => {
  const { calls } = (await (await fetch(`${stack.simulator.controlUrl}/calls`)).json()) as { calls: Call[] };
  return calls.filter((c) => structure === undefined || c.structure === structure);
};
const primary = (): string => stack.structures.primary.id;
const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber;
const certificatesOf = (id: string): { tls: string; seal: string } => {
  const { tls, seal } = stack.structures.materialOf(id);
  return { tls: serialOf(tls.cert), seal: serialOf(seal.chain) };
};
const keysOf = (body: unknown): (string | undefined)[] =>
  (body as OperationOutcome).issue.map((i) => i.details?.coding?.at(-1)?.code);

/** By somebody of the second structure; the same people work in both. */
const there = <T>(who: TokenOptions, method: string, url: string, body?: unknown): Promise<Answer<T>> =>
  stack.as<T>({ structure: savs, scope: 'user/*.cruds', ...who }, method, url, body);
const agree = async (who: Who, topic: string): Promise<void> => {
  expect((await there({}, 'POST', '/Consent', consent(who, topic))).status).toBe(201);
};
/** A note that says nothing of its author: the caller. */
const note = (who: Who, uniqueId = newOid()): DocumentReference => {
  const {
    author: _a,
    custodian: _c,
    contained = [],
    ...rest
  } = simplified({
    who,
    uniqueId,
    content: text(uniqueId),
    contentType: 'text/plain',
  });
  return { ...rest, contained: contained.filter((c) => c.resourceType === 'Patient') };
};
const listOf = (who: Who): string =>
  `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients[who].ins}`)}&status=current`;
const registered = (uniqueId: string) => {
  const { registry } = stack.simulator.world();
  const document = registry.documents().find((d) => uniqueIdOf(d.entry) === uniqueId)!;
  return { document, sets: JSON.stringify(registry.sets()) };
};

describe('3. several structures in one façade', () => {
  it('each deposits and consults in its own name: certificates, software, defaults', async () => {
    const [ours, theirs] = [newOid(), newOid()];
    const both = await Promise.all([
      stack.as<DocumentReference>({}, 'POST', '/DocumentReference', note('P2', ours)),
      there<DocumentReference>({}, 'POST', '/DocumentReference', note('P2', theirs)),
      there<Bundle>({ person: 'doctor' }, 'GET', listOf('P2')),
    ]);
    expect(both.map((a) => a.status)).toEqual([201, 201, 200]);
    for (const id of [primary(), savs.id]) {
      const calls = await callsOf(id);
      expect(calls.map((c) => c.transaction)).toContain('TD2.1');
      for (const { tls, seal, outcome } of calls)
        expect({ tls, seal, outcome }).toEqual({ ...certificatesOf(id), outcome: 'ok' });
    }
    expect((await callsOf(savs.id)).map((c) => c.transaction)).toContain('TD3.1a');
    expect(certificatesOf(savs.id)).not.toEqual(certificatesOf(primary()));

    const { document, sets } = registered(theirs);
    expect(document.depositor.structure).toBe(savs.id);
    const said = JSON.stringify(document.entry);
    for (const own of [savs.name, savs.sector, savs.practiceSetting]) expect(said).toContain(own);
    expect(said).not.toContain(primary());
    expect(sets).toContain(`"${savs.lps.oid}"`);
    expect(sets).toContain(`"${savs.lps.oid}.`);
    expect(registered(ours).document.depositor.structure).toBe(primary());
  });

  it('what one was allowed, the other was not', async () => {
    const refused = await there({}, 'POST', '/DocumentReference', note('P1'));
    expect([refused.status, keysOf(refused.body)]).toEqual([403, expect.arrayContaining(['consent-feeding-missing'])]);
    const closed = await there({ person: 'doctor' }, 'GET', listOf('P1'));
    expect([closed.status, keysOf(closed.body)]).toEqual([403, ['consent-consultation-missing']]);
    expect((await stack.get(listOf('P1'), 'doctor')).status).toBe(200);
  });

  it('what is said of the whole façade names the primary', async () => {
    const statement = (await (await fetch(`${stack.base}/metadata`)).json()) as CapabilityStatement;
    expect(JSON.stringify(statement)).not.toContain(savs.name);
    expect(statement.implementation?.description).toContain(stack.structures.primary.name);
  });

  it('certificates that are swapped are refused before anything is sent', async () => {
    const own = stack.structures.materialOf(savs.id);
    const others = stack.structures.materialOf(primary());
    for (const material of [others, { ...own, seal: others.seal }, { ...own, tls: others.tls }]) {
      stack.structures.put(savs, material);
      const refused = await there({}, 'POST', '/DocumentReference', note('P2'));
      expect([refused.status, keysOf(refused.body)]).toEqual([403, ['dmp-rights-structure']]);
    }
    expect(await callsOf()).toEqual([]);
    stack.structures.put(savs, own);
    expect((await there({}, 'POST', '/DocumentReference', note('P2'))).status).toBe(201);
  });

  it('certificates are renewed without a restart, and nobody else’s change', async () => {
    const before = [certificatesOf(primary()), certificatesOf(savs.id)];
    stack.structures.put(savs, await stack.certify(savs));
    expect((await there({}, 'POST', '/DocumentReference', note('P2'))).status).toBe(201);
    expect((await stack.as({}, 'POST', '/DocumentReference', note('P2'))).status).toBe(201);
    const [first] = await callsOf(savs.id);
    expect({ tls: first!.tls, seal: first!.seal }).toEqual(certificatesOf(savs.id));
    expect(before).toEqual([certificatesOf(primary()), expect.not.objectContaining(certificatesOf(savs.id))]);
    const [ours] = await callsOf(primary());
    expect({ tls: ours!.tls, seal: ours!.seal }).toEqual(before[0]);
  });

  it('one that is withdrawn is refused at once, and nothing works in its name any more', async () => {
    const receiver = await startReceiver();
    const wish = subscriptionTo(receiver.url);
    const [filter] = (wish as { _criteria?: Element })._criteria!.extension!;
    filter!.valueString = listOf('P2').slice(1).replace('&status=current', '');
    const doctor = { person: 'doctor' } as const;
    const made = await there<Subscription>(doctor, 'POST', '/Subscription', wish);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await receiver.waitFor('handshake');
    await vi.waitFor(async () => expect((await callsOf(savs.id)).length).toBeGreaterThan(0), 10_000);

    const withdrawnAt = Date.now();
    stack.structures.withdraw(savs.id);
    for (const [method, url] of [
      ['GET', listOf('P2')],
      ['GET', `/Subscription/${made.body.id}`],
      ['POST', '/DocumentReference'],
    ] as const) {
      const refused = await there(doctor, method, url, method === 'POST' ? note('P2') : undefined);
      expect([refused.status, keysOf(refused.body)]).toEqual([403, ['structure-mismatch']]);
    }
    // What was found before may be on its way still.
    await vi.waitFor(() => expect(receiver.of('event-notification').at(-1)?.value('status')).toBe('off'), 10_000);
    expect((await callsOf(savs.id)).filter((c) => Date.parse(c.at) > withdrawnAt)).toEqual([]);
    expect((await stack.get(listOf('P2'), 'doctor')).status, 'the other goes on').toBe(200);

    stack.structures.put(savs, await stack.certify(savs));
    const ended = await there<Subscription>(doctor, 'GET', `/Subscription/${made.body.id}`);
    expect([ended.body.status, ended.body.error]).toEqual(['off', expect.stringContaining('structure')]);
    await receiver.close();
  });
});

/** Failures on demand that need a registry or a document: on golden ITI-18, ITI-41 and ITI-43 requests. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { clientFor, startFor, wireAuthorities } from './support/golden.ts';
import { control, post, type HttpAnswer } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, soapOf } from './support/project.ts';
import { partsOf, projectXds } from './support/project-xds.ts';
import { readMessage, standAt, type Message } from './support/xds.ts';

describeShared('failures on demand, with documents', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());
  afterEach(() => control(simulator, 'DELETE', 'faults'));

  /** Stands at the message's instant, asks for a failure, sends. */
  const failing = async (message: Message, fault: Record<string, unknown>): Promise<HttpAnswer> => {
    await standAt(simulator, message);
    await control(simulator, 'POST', 'faults', fault);
    return send(message);
  };
  const send = async (message: Message): Promise<HttpAnswer> => {
    const body = Buffer.from(message.octets, 'latin1');
    return post(simulator, pki, { ...message, body, client: await clientFor(pki, body.toString('utf8')) });
  };
  const facts = ({ contentType, body }: HttpAnswer) =>
    projectXds(openSoap(soapOf(contentType, body)).content, partsOf(contentType, body));

  /** Octets of every part but the envelope. */
  const documents = ({ contentType, body }: HttpAnswer): Buffer[] =>
    [...partsOf(contentType, body)].filter(([cid]) => !cid.startsWith('root.message')).map(([, b]) => Buffer.from(b));

  const retrieve = () => readMessage(dir, 'td3-2/01-request-two-documents.http');
  const list = () => readMessage(dir, 'td3-1a/01-request-finddocuments.xml');
  const submit = () => readMessage(dir, 'td2-1/01-request-new.http');

  it('corrupt: the same documents, each with one other byte', async () => {
    await standAt(simulator, retrieve());
    const right = await send(retrieve());
    const wrong = await failing(retrieve(), { kind: 'corrupt' });
    expect(wrong.body).toHaveLength(right.body.length);
    const [before, after] = [right, wrong].map((a) => documents(a));
    expect(before!.length).toBeGreaterThan(0);
    before!.forEach((bytes, i) => {
      expect(bytes.filter((byte, at) => byte !== after![i]![at])).toHaveLength(1);
    });
  });

  it('truncate: an MTOM package that stops inside a document', async () => {
    const answer = await failing(retrieve(), { kind: 'truncate', bytes: 3000, transaction: 'TD3.2' });
    expect(answer.body).toHaveLength(3000);
    expect(answer.contentType).toContain('multipart/related');
    expect(answer.body.toString('latin1').trimEnd().endsWith('--')).toBe(false);
  });

  it('soapFault: inside multipart for ITI-43, as the DMP does', async () => {
    const answer = await failing(retrieve(), { kind: 'soapFault', code: 'Receiver' });
    expect([answer.status, answer.contentType.split(';')[0]]).toEqual([500, 'multipart/related']);
    expect(projectFault(openSoap(soapOf(answer.contentType, answer.body)).content)).toMatchObject({ code: 'Receiver' });
  });

  it('registryError: a Failure in the words of each transaction', async () => {
    const fault = { kind: 'registryError', code: 'XDSRegistryBusy', context: 'plus tard' };
    for (const message of [list(), submit(), retrieve()]) {
      const found = facts(await failing(message, fault));
      expect(found).toMatchObject({ status: 'Failure', errors: [{ code: 'XDSRegistryBusy' }] });
    }
  });

  it('down before: nothing was stored; down after: the set is there although nobody was told', async () => {
    const again = async () => facts(await send(submit()));
    await expect(failing(submit(), { kind: 'down' })).rejects.toThrow();
    expect(await again()).toMatchObject({ status: 'Success' });
    await expect(failing(submit(), { kind: 'down', when: 'after' })).rejects.toThrow();
    expect(await again()).toMatchObject({
      status: 'Failure',
      errors: expect.arrayContaining([expect.objectContaining({ code: 'XDSDuplicateUniqueIdInRegistry' })]),
    });
  });
});

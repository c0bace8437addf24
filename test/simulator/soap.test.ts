/** The door of the simulated DMP: TLS, HTTP, SOAP faults, failures on demand, the control port. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startSimulator, type Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { aboutVihf, envelopeWith, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { control, post, type Post } from './support/http.ts';
import { createTestPki, type Identity, type TestPki } from './support/pki.ts';
import { openSoap, projectFault, projectHl7, soapOf } from './support/project.ts';

const soap = 'application/soap+xml; charset=UTF-8';

describeShared('simulator, the door', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  let client: Identity;
  let request: string;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
    client = await pki.structure('1990100109', { use: 'tls' });
    request = readWire(dir, 'messages/td0-2/05-request-indirect.xml');
    await control(simulator, 'POST', 'clock', { instant: aboutVihf(request).instant.toISOString() });
  });
  afterAll(() => simulator.close());
  afterEach(async () => {
    await control(simulator, 'DELETE', 'faults');
  });

  const send = (more: Partial<Post> = {}) =>
    post(simulator, pki, { service: 'patients', contentType: soap, body: request, client, ...more });
  const fault = async (more: Partial<Post>) => {
    const answer = await send(more);
    const envelope = openSoap(soapOf(answer.contentType, answer.body));
    return { ...envelope, ...projectFault(envelope.content)!, status: answer.status };
  };

  describe('TLS', () => {
    it('refuses a client without certificate', async () => {
      await expect(send({ client: undefined })).rejects.toThrow();
    });
    it('refuses a certificate of an unknown authority', async () => {
      const stranger = await (await createTestPki('AUTRE')).structure('1990100109', { use: 'tls' });
      await expect(send({ client: stranger })).rejects.toThrow();
    });
    it('refuses a certificate that is not for TLS clients', async () => {
      await expect(send({ client: await pki.structure('1990100109', { use: 'sign' }) })).rejects.toThrow();
    });
    it('refuses a certificate that has ended', async () => {
      const ended = { notBefore: new Date('2024-01-01'), notAfter: new Date('2024-02-01') };
      await expect(send({ client: await pki.structure('1990100109', { use: 'tls', ...ended }) })).rejects.toThrow();
    });
  });

  describe('HTTP', () => {
    it('knows its services only', async () => {
      expect((await send({ service: 'habilitation' })).status).toBe(404);
    });
    it('takes SOAP 1.2 media types only', async () => {
      for (const contentType of [
        'text/xml',
        'application/soap+xml; charset=ISO-8859-1',
        'multipart/related; type="text/xml"; boundary=x',
      ])
        expect((await send({ contentType })).status).toBe(415);
    });
    it('limits the size of a request', async () => {
      const small = await startFor(pki, wireAuthorities(dir), { maxRequestBytes: 1000 });
      try {
        expect((await post(small, pki, { service: 'patients', contentType: soap, body: request, client })).status).toBe(
          413,
        );
      } finally {
        await small.close();
      }
    });
    it('wants the action of the content type to be the body’s', async () => {
      const refused = await fault({ contentType: `${soap}; action="urn:ihe:iti:2007:RegistryStoredQuery"` });
      expect(refused).toMatchObject({ code: 'Sender', subcode: 'ActionMismatch', status: 500 });
    });
    it('refuses a message on another service', async () => {
      expect(await fault({ service: 'registry' })).toMatchObject({ code: 'Sender', subcode: 'ActionNotSupported' });
    });
  });

  describe('messages that cannot be read get the fault without header', () => {
    const entity = (xml: string) => xml.replace(/^<\?xml[^>]*\?>/, '$&<!DOCTYPE a [<!ENTITY e "x">]>');
    const cases: Record<string, () => Partial<Post>> = {
      'not XML': () => ({ body: 'bonjour' }),
      'cut XML': () => ({ body: request.slice(0, -20) }),
      'a document type declaration': () => ({ body: entity(request) }),
      'a declaration behind a comment': () => ({
        body: `<!-- a --><!DOCTYPE a>${request.replace(/^<\?xml[^>]*\?>/, '')}`,
      }),
      'not UTF-8': () => ({ body: Buffer.from(request, 'latin1') }),
      'another encoding': () => ({ body: request.replace('UTF-8', 'ISO-8859-1') }),
      'elements too deep': () => ({ body: `${'<a>'.repeat(300)}${'</a>'.repeat(300)}` }),
      'a cut package': () => ({
        contentType: 'multipart/related; type="application/xop+xml"; boundary="b"; start-info="application/soap+xml"',
        body: `--b\r\nContent-Type: application/xop+xml\r\n\r\n${request}`,
      }),
    };
    for (const [name, change] of Object.entries(cases))
      it(name, async () => {
        expect(await fault(change())).toMatchObject({
          header: [],
          code: 'Receiver',
          subcode: null,
          reasons: { en: 'Error reading XMLStreamReader', fr: 'Message illisible' },
          status: 500,
        });
      });
  });

  it('a fault relates to its request', async () => {
    const body = request.replace('addressing/anonymous<', 'addressing/none<');
    const refused = await fault({ body });
    expect(refused.header).toEqual(['Action', 'MessageID', 'To', 'RelatesTo']);
    expect(refused.relatesTo).toBe(/<MessageID[^>]*>([^<]*)</.exec(request)![1]);
  });

  it('a package without attachment is taken for a message that needs none', async () => {
    const contentType =
      'multipart/related; boundary="b"; type="application/xop+xml"; start="<r>"; start-info="application/soap+xml"';
    const head = 'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\nContent-ID: <r>';
    const answer = await send({ contentType, body: `--b\r\n${head}\r\n\r\n${request}\r\n--b--\r\n` });
    expect(projectHl7(openSoap(answer.body.toString()).content)).toMatchObject({ queryResponse: 'NF' });
  });

  describe('failures on demand', () => {
    const ask = (fault: Record<string, unknown>) => control(simulator, 'POST', 'faults', fault);
    const works = async () =>
      expect(projectHl7(openSoap((await send()).body.toString()).content)).toMatchObject({ queryResponse: 'NF' });

    it('down, twice, then up again', async () => {
      await ask({ kind: 'down', times: 2 });
      await expect(send()).rejects.toThrow();
      await expect(send()).rejects.toThrow();
      await works();
    });
    it('for another transaction only', async () => {
      await ask({ kind: 'down', transaction: 'TD2.1' });
      await works();
    });
    it('slow', async () => {
      await ask({ kind: 'delay', ms: 300 });
      const start = performance.now();
      await works();
      expect(performance.now() - start).toBeGreaterThan(290);
    });
    it('HTTP 503 with a page', async () => {
      await ask({ kind: 'http503' });
      const answer = await send();
      expect([answer.status, answer.contentType.split(';')[0]]).toEqual([503, 'text/html']);
    });
    it('garbage', async () => {
      await ask({ kind: 'garbage' });
      const answer = await send();
      expect(answer.status).toBe(200);
      expect(() => openSoap(answer.body.toString())).toThrow();
    });
    it('cut, as a whole HTTP message', async () => {
      await ask({ kind: 'truncate', bytes: 100 });
      expect((await send()).body).toHaveLength(100);
    });
    it('cut, with the connection', async () => {
      await ask({ kind: 'truncate', bytes: 100, reset: true });
      await expect(send()).rejects.toThrow();
    });
    it('an answer to another message', async () => {
      await ask({ kind: 'relatesTo' });
      expect(openSoap((await send()).body.toString()).relatesTo).toBe('urn:uuid:00000000-0000-4000-8000-000000000000');
    });
    it('a chosen fault', async () => {
      await ask({ kind: 'soapFault', code: 'Sender', subcode: 'DMPInvalidData', reason: 'Panne' });
      expect(await fault({})).toMatchObject({ code: 'Sender', subcode: 'DMPInvalidData', reasons: { fr: 'Panne' } });
    });
    it('refuses a failure that it does not know', async () => {
      await expect(ask({ kind: 'fire' })).rejects.toThrow('400');
      await expect(ask({ kind: 'delay' })).rejects.toThrow('ms');
    });
  });

  describe('control port', () => {
    it('counts what was asked, without any identifier', async () => {
      await control(simulator, 'DELETE', 'calls');
      await send();
      await send({ body: request.replace('SA17', 'SA16') });
      const report = await control(simulator, 'GET', 'calls');
      expect(report).toMatchObject({
        count: 2,
        byTransaction: { 'TD0.2': 1, refused: 1 },
        calls: [
          { service: 'patients', transaction: 'TD0.2', mode: 'INDIRECTE', purpose: 'normal', outcome: 'ok' },
          { service: 'patients', outcome: 'fault InvalidSecurityToken' },
        ],
      });
      expect(JSON.stringify(report)).not.toContain(aboutVihf(request).patient);
    });
    it('sets the clock and gives it back', async () => {
      const instant = aboutVihf(request).instant.toISOString();
      expect(await control(simulator, 'POST', 'clock', { instant: '2027-01-01T00:00:00Z' })).toMatchObject({
        clock: '2027-01-01T00:00:00.000Z',
      });
      expect((await fault({})).subcode).toBe('InvalidSecurityToken');
      const { clock } = (await control(simulator, 'POST', 'clock', { instant: null })) as { clock: string };
      expect(Math.abs(Date.parse(clock) - Date.now())).toBeLessThan(5000);
      await expect(control(simulator, 'POST', 'clock', { instant: 'hier' })).rejects.toThrow('400');
      await control(simulator, 'POST', 'clock', { instant });
    });
    it('seeds by name or by value, and resets to the last seed', async () => {
      const p1 = envelopeWith(request, readWire(dir, 'vihf/sha256/indirecte-normal.xml'));
      await control(simulator, 'POST', 'clock', { instant: aboutVihf(p1).instant.toISOString() });
      const exists = async () => {
        const { content } = openSoap((await send({ body: p1 })).body.toString());
        return projectHl7(content)['queryResponse'];
      };
      expect(await exists()).toBe('OK');
      await control(simulator, 'POST', 'seed', { name: 'empty' });
      expect(await exists()).toBe('NF');
      const person = { name: { given: ['A'] }, sex: 'F', birthDate: '19360412' };
      const identifiers = [{ oid: '1.2.250.1.213.1.4.10', value: '236046999012376' }];
      await control(simulator, 'POST', 'seed', { patients: [{ ...person, identifiers }] });
      expect(await exists()).toBe('OK');
      simulator.world().patients.length = 0;
      expect(await exists()).toBe('NF');
      await control(simulator, 'POST', 'reset');
      expect(await exists()).toBe('OK');
      await expect(control(simulator, 'POST', 'seed', { patients: [{ ...person }] })).rejects.toThrow('identifiers');
      await expect(control(simulator, 'POST', 'seed', { name: 'autre' })).rejects.toThrow('unknown seed');
      await control(simulator, 'POST', 'seed', { name: 'story' });
      await control(simulator, 'POST', 'clock', { instant: aboutVihf(request).instant.toISOString() });
    });
    it('says that it is well, refuses pages of a browser and unknown paths', async () => {
      expect(await control(simulator, 'GET', 'health')).toMatchObject({ status: 'ok', seed: 'story', patients: 8 });
      const origin = await fetch(`${simulator.controlUrl}/reset`, {
        method: 'POST',
        headers: { origin: 'https://example.invalid' },
      });
      expect(origin.status).toBe(403);
      await expect(control(simulator, 'GET', 'nothing')).rejects.toThrow('404');
    });
  });
});

describe('simulator, settings', () => {
  it('says which certificate or setting is wrong', async () => {
    await expect(startSimulator({ tlsKey: '/nowhere/key.pem' })).rejects.toThrow('/nowhere/key.pem');
  });
});

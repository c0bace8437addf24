/** "Access" and "server/fhir" of the issue: tokens, what is open, headers, /metadata, and a real FHIR client. */
import net from 'node:net';
import type { Bundle, CapabilityStatement, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../support/documents.ts';
import { INS_TEST, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ LOG_LEVEL: 'debug' });
});
afterAll(() => stack.close());

const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const list = `/DocumentReference?patient.identifier=${P1}&status=current`;

/** A request line as it stands, and the whole answer. */
function plain(line: string): Promise<string> {
  const { hostname, port } = new URL(stack.origin);
  return new Promise((resolve, reject) => {
    // Open until the answer is there: Node ends the connection of whoever half-closes it, and an answer waits for its record.
    const socket = net.connect(Number(port), hostname, () =>
      socket.write(`${line}\r\nHost: ${hostname}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
    );
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

describe('Access', () => {
  it('is closed without a token, with a wrong one, with an expired one', async () => {
    for (const authorization of [
      undefined,
      'Bearer abc',
      `Bearer ${await stack.token('nurse', { expiresIn: -60 })}`,
      'Basic dTpw',
    ]) {
      const answer = await fetch(`${stack.base}/Patient?identifier=${P1}`, {
        headers: authorization ? { authorization } : {},
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(((await answer.json()) as OperationOutcome).resourceType).toBe('OperationOutcome');
    }
  });

  it('refuses a token signed by another key, for another audience, by another issuer, with alg none', async () => {
    for (const how of ['otherKey', 'otherAudience', 'otherIssuer', 'none'] as const) {
      const answer = await fetch(`${stack.base}/Patient?identifier=${P1}`, {
        headers: { authorization: `Bearer ${await stack.token('nurse', { forge: how })}` },
      });
      expect(answer.status, how).toBe(401);
    }
  });

  it('is open for /metadata, .well-known and health only', async () => {
    for (const url of [
      `${stack.base}/metadata`,
      `${stack.base}/.well-known/smart-configuration`,
      `${stack.origin}/health/live`,
      `${stack.origin}/health/ready`,
    ])
      expect((await fetch(url)).status, url).toBe(200);
    for (const url of [
      `${stack.base}/Patient`,
      `${stack.base}/DocumentReference`,
      `${stack.base}/List/1`,
      `${stack.base}/Binary/1`,
      `${stack.base}/unknown`,
    ])
      expect((await fetch(url)).status, url).toBe(401);
  });

  it('lets the nurse’s establishment feed, not list: the answer names the right that is missing', async () => {
    const listed = await stack.get<OperationOutcome>(list, 'nurse');
    expect(listed.status).toBe(403);
    expect(listed.body.issue[0]!.details!.text).toMatch(/Pro Santé Connect|INDIRECTE_RENFORCEE/);
  });

  it('asks for the scope of each interaction', async () => {
    const token = await stack.token('doctor', { scope: 'user/Patient.rs' });
    const answer = await fetch(`${stack.base}${list}`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(403);
    expect(JSON.stringify(await answer.json())).toContain('DocumentReference');
  });

  it('refuses a token of another structure', async () => {
    const token = await stack.token('nurse', { structure: '1990200776' });
    const answer = await fetch(`${stack.base}/Patient?identifier=${P1}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(403);
  });
});

describe('server/fhir', () => {
  it('declares what works', async () => {
    const { body } = await stack.get<CapabilityStatement>('/metadata', 'nurse');
    expect(body).toMatchObject({ resourceType: 'CapabilityStatement', kind: 'instance', fhirVersion: '4.0.1' });
    const resources = Object.fromEntries(body.rest![0]!.resource!.map((r) => [r.type, r]));
    expect(Object.keys(resources).sort()).toEqual(
      expect.arrayContaining(['Binary', 'DocumentReference', 'List', 'Patient']),
    );
    const codes = (type: string) => resources[type]!.interaction!.map((i) => i.code).sort();
    expect(codes('DocumentReference')).toEqual(expect.arrayContaining(['create', 'read', 'search-type']));
    for (const name of [
      'patient',
      'patient.identifier',
      'status',
      'type',
      'category',
      'date',
      'creation',
      'period',
      'facility',
      'setting',
      'format',
      'security-label',
      'event',
      'identifier',
    ])
      expect(
        resources.DocumentReference!.searchParam!.map((p) => p.name),
        name,
      ).toContain(name);
  });

  it('echoes X-Request-Id, or makes one', async () => {
    const sent = await stack.get('/metadata', 'nurse', { 'x-request-id': 'abc-123' });
    expect(sent.headers.get('x-request-id')).toBe('abc-123');
    expect((await stack.get('/metadata', 'nurse')).headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/);
    const evil = await fetch(`${stack.base}/metadata`, { headers: { 'x-request-id': 'a b{}"' } });
    expect(evil.headers.get('x-request-id')).not.toContain('{');
  });

  it.each([
    ['GET / HTTP/1.1', 404],
    ['GET /elsewhere HTTP/1.1', 404],
    ['GET /fhir HTTP/1.1', 401],
    ['GET /fhir/%zz HTTP/1.1', 401],
    ['POST /health/live HTTP/1.1', 405],
    ['POST /fhir/metadata HTTP/1.1', 405],
    // What Node refuses before Express sees it.
    ['GET /fhir/Patient?name=Hélène HTTP/1.1', 400],
    ['GRAB /fhir/Patient HTTP/1.1', 400],
    [`GET /fhir/Patient?name=${'a'.repeat(20_000)} HTTP/1.1`, 431],
  ])('every error is an OperationOutcome: %s', async (line, status) => {
    const answer = await plain(line);
    expect(answer.slice(0, 13).trim()).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toMatch(/^content-type: application\/fhir\+json/im);
    expect(answer).toMatch(/^x-request-id: [\w-]{8,}/im);
    const outcome = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as OperationOutcome;
    expect(outcome).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] });
    expect(answer).not.toContain('Hélène');
  });

  it('answers in French first, in English when asked', async () => {
    const fr = await stack.get<OperationOutcome>('/DocumentReference?status=current', 'doctor');
    expect(fr.body.issue[0]!.details!.text).toMatch(/obligatoire/);
    const en = await stack.get<OperationOutcome>('/DocumentReference?status=current', 'doctor', {
      'accept-language': 'en',
    });
    expect(en.body.issue[0]!.details!.text).toMatch(/mandatory/);
  });

  it('works with fhir-kit-client', async () => {
    const client = (token: string) => new Client({ baseUrl: stack.base, bearerToken: token });
    const nurse = client(await stack.token('nurse'));
    const doctor = client(await stack.token('doctor'));
    const found = (await nurse.search({
      resourceType: 'Patient',
      searchParams: { identifier: `${INS_TEST}|${patients.P1.ins}` },
    })) as unknown as Bundle;
    expect(found.total).toBe(1);
    const created = (await nurse.create({
      resourceType: 'DocumentReference',
      body: simplified({ content: text('Par fhir-kit-client'), contentType: 'text/plain' }) as never,
    })) as unknown as DocumentReference;
    const listed = (await doctor.search({
      resourceType: 'DocumentReference',
      searchParams: { 'patient.identifier': `${INS_TEST}|${patients.P1.ins}`, status: 'current' },
    })) as unknown as Bundle<DocumentReference>;
    expect(listed.entry!.map((e) => e.resource!.id)).toContain(created.id);
    const read = (await doctor.read({
      resourceType: 'DocumentReference',
      id: created.id!,
    })) as unknown as DocumentReference;
    expect(read.masterIdentifier!.value).toBe(created.masterIdentifier!.value);
  });
});

describe('No person in a log', () => {
  it('holds after all of the above, at debug level', async () => {
    await stack.get(list, 'doctor');
    await stack.get(`/Patient?identifier=${encodeURIComponent(`${INS_TEST}|236046999012301`)}`, 'nurse');
    const log = stack.log();
    expect(log).toContain('/fhir/Patient');
    for (const p of Object.values(patients)) for (const secret of [p.ins, p.family]) expect(log).not.toContain(secret);
    expect(log).not.toContain('236046999012301');
    // A checkpoint of the audit trail is a JWS, too: signed for everybody to see (docs/audit.md).
    const tokens = log.replace(/"checkpoint":"[^"]+"/g, '');
    expect(tokens).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
    expect(log).not.toContain('LE BIHAN');
  });
});

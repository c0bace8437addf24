/** "Bad input" of the issue: each gets its own clear OperationOutcome with the right status, and nothing is left behind. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../server/fhir/router.ts';
import { pdf, pdfOfSize, text } from '../support/documents.ts';
import { INS_TEST, newOid, patients, provideBundle, simplified } from '../support/resources.ts';
import { countRows } from '../support/rows.ts';
import { startStack, type FaultSpec, type Stack } from '../support/stack.ts';
import { describeShared, sharedDir } from '../support/shared.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ DMP_TIMEOUT_MS: '1500', MAX_DOCUMENT_BYTES: '300000', MAX_BODY_BYTES: '600000' });
});
afterAll(() => stack.close());
afterEach(() => stack.clearFaults());

const ok = (): DocumentReference => simplified({ content: text(), contentType: 'text/plain' });
const both = (outcome: OperationOutcome): string => JSON.stringify(outcome);

function expectOutcome(
  answer: { status: number; body: unknown },
  status: number,
  code?: string,
  expression?: string,
): void {
  const outcome = answer.body as OperationOutcome;
  expect(answer.status, both(outcome)).toBe(status);
  expect(outcome.resourceType).toBe('OperationOutcome');
  expect(outcome.issue.length).toBeGreaterThan(0);
  if (code) expect(outcome.issue.map((i) => i.code)).toContain(code);
  if (expression) expect(outcome.issue.flatMap((i) => i.expression ?? [])).toContain(expression);
  for (const issue of outcome.issue) expect(issue.details?.text).toBeTruthy();
  const all = both(outcome);
  expect(all).not.toMatch(/ at .*\.ts:\d+/);
  for (const p of Object.values(patients)) expect(all).not.toContain(p.ins);
}

/** How much each table of the database holds, and the spool. */
const held = async (): Promise<Record<string, number>> => ({
  ...(await countRows(stack.database)),
  spool: stack.spooled().length,
});

/** Within a `describe`: after each of its tests the database and the spool hold what they held before. */
function leavesNothing(): void {
  let before: Record<string, number>;
  beforeEach(async () => {
    before = await held();
  });
  afterEach(async () => {
    expect(await held()).toEqual(before);
  });
}

describe('refused before the DMP is asked', () => {
  leavesNothing();
  const send = (mutate: (d: DocumentReference) => unknown) => {
    const d = structuredClone(ok());
    const replaced = mutate(d);
    return stack.post('/DocumentReference', (replaced as DocumentReference | undefined) ?? d, 'nurse');
  };
  const attachment = (d: DocumentReference) => d.content[0]!.attachment;
  const b64 = (b: Buffer) => b.toString('base64');

  const rows: [string, (d: DocumentReference) => unknown, number, string?, string?][] = [
    ['a wrong resource type', () => ({ resourceType: 'Observation', status: 'final', code: {} }), 400, 'invalid'],
    [
      'a missing subject',
      (d) => void delete (d as Partial<DocumentReference>).subject,
      400,
      'required',
      'DocumentReference.subject',
    ],
    [
      'a missing masterIdentifier',
      (d) => void delete d.masterIdentifier,
      400,
      'required',
      'DocumentReference.masterIdentifier',
    ],
    [
      'a missing content',
      (d) => void delete (d as Partial<DocumentReference>).content,
      400,
      'required',
      'DocumentReference.content',
    ],
    [
      'a missing title',
      (d) => void delete attachment(d).title,
      400,
      'required',
      'DocumentReference.content[0].attachment.title',
    ],
    ['an unknown property', (d) => void Object.assign(d, { colour: 'blue' }), 400, 'structure'],
    ['a wrong status', (d) => void Object.assign(d, { status: 'wrong' }), 400],
    [
      'an INS of the wrong form',
      (d) => void (d.subject = { identifier: { system: INS_TEST, value: '123' } }),
      400,
      'value',
    ],
    [
      'an identifier that is no INS',
      (d) => void (d.subject = { identifier: { system: 'urn:oid:1.2.3', value: '123' } }),
      400,
    ],
    [
      'a production INS with a wrong key',
      (d) => void (d.subject = { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '236046999012301' } }),
      422,
      'business-rule',
    ],
    ['an empty document', (d) => void (attachment(d).data = ''), 400],
    ['base64 that is none', (d) => void (attachment(d).data = '§§§'), 400],
    ['a type the DMP does not take', (d) => void (attachment(d).contentType = 'video/mp4'), 415, 'not-supported'],
    [
      'a content that is not of the type said',
      (d) => void (attachment(d).contentType = 'application/pdf'),
      422,
      'invalid',
    ],
    [
      'a hash that is not the content’s',
      (d) => void (attachment(d).hash = b64(Buffer.alloc(20))),
      422,
      'value',
      'DocumentReference.content[0].attachment.hash',
    ],
    [
      'a size that is not the content’s',
      (d) => void (attachment(d).size = 1),
      422,
      'value',
      'DocumentReference.content[0].attachment.size',
    ],
    [
      'a document that is too large',
      (d) => void Object.assign(attachment(d), { contentType: 'application/pdf', data: b64(pdfOfSize(350_000)) }),
      413,
      'too-long',
    ],
    [
      'a code outside its value set',
      (d) => void (d.type = { coding: [{ system: 'http://loinc.org', code: '0000-0' }] }),
      400,
      'code-invalid',
    ],
    ['a uniqueId that is no OID', (d) => void (d.masterIdentifier!.value = 'urn:oid:not.an.oid'), 400, 'value'],
  ];
  it.each(rows)('%s', async (_, mutate, status, code, expression) => {
    await stack.resetCalls();
    expectOutcome(await send(mutate), status, code, expression);
    expect(await stack.calls()).toEqual([]);
  });

  it('a malformed body, a missing one, a wrong media type, one over the limit', async () => {
    expectOutcome(
      await stack.send('/DocumentReference', '{"resourceType":', 'application/fhir+json', 'nurse'),
      400,
      'structure',
    );
    expectOutcome(await stack.send('/DocumentReference', '', 'application/fhir+json', 'nurse'), 400);
    expectOutcome(
      await stack.send('/DocumentReference', 'a=b', 'application/x-www-form-urlencoded', 'nurse'),
      415,
      'not-supported',
    );
    expectOutcome(
      await stack.send('/DocumentReference', `{"a":"${'x'.repeat(700_000)}"}`, 'application/fhir+json', 'nurse'),
      413,
      'too-long',
    );
  });

  it('unknown ids, unknown types, methods that are not served', async () => {
    expectOutcome(
      await stack.get('/DocumentReference/7f0c9a52-0000-4000-8000-000000000000', 'doctor'),
      404,
      'not-found',
    );
    expectOutcome(await stack.get('/Binary/7f0c9a52-0000-4000-8000-000000000000', 'doctor'), 404, 'not-found');
    expectOutcome(await stack.get('/Observation', 'doctor'), 404);
    expectOutcome(await stack.request('DELETE', '/DocumentReference/x', 'doctor'), 405);
  });

  it('a PDF that is not PDF/A-1, when the setting refuses it', async () => {
    const strict = await startStack({ PDFA: 'refuse' });
    try {
      const answer = await strict.post(
        '/DocumentReference',
        simplified({ content: pdf('x', false), contentType: 'application/pdf' }),
        'nurse',
      );
      expectOutcome(answer, 422, 'business-rule');
    } finally {
      await strict.close();
    }
  });

  describeShared('a CDA', () => {
    it('whose patient is not the subject', async () => {
      const cda = readFileSync(path.join(sharedDir()!, 'wire/parts/td2-1-01-cda-n1.xml'));
      const uniqueId = /<id root="([\d.]+)"/.exec(cda.toString())![1]!;
      const d = simplified({
        who: 'P2',
        content: cda,
        contentType: 'text/xml',
        uniqueId,
        type: { system: 'http://loinc.org', code: '83981-1' },
      });
      expectOutcome(await stack.post('/DocumentReference', d, 'nurse'), 422, 'business-rule');
    });
  });
});

describe('refused by the DMP', () => {
  leavesNothing();
  it('an unknown patient: 404', async () => {
    const d = simplified({ who: 'P4', content: text(), contentType: 'text/plain' });
    expectOutcome(await stack.post('/DocumentReference', d, 'nurse'), 404, 'not-found');
  });

  it('a closed DMP: 422', async () => {
    const d = simplified({ who: 'P3', content: text(), contentType: 'text/plain' });
    expectOutcome(await stack.post('/DocumentReference', d, 'nurse'), 422, 'business-rule');
  });

  it('a uniqueId that another software used: 409, and the id is free again for nobody', async () => {
    // A2 of the story, which the façade did not deposit.
    const d = simplified({ content: text(), contentType: 'text/plain', uniqueId: stack.storyUniqueId });
    expectOutcome(await stack.post('/DocumentReference', d, 'nurse'), 409);
    expectOutcome(await stack.post('/DocumentReference', d, 'nurse'), 409);
  });

  it('an INS with a wrong key on a test OID, refused by the DMP itself', async () => {
    const answer = await stack.get(`/Patient?identifier=${encodeURIComponent(`${INS_TEST}|236046999012301`)}`, 'nurse');
    expectOutcome(answer, 422);
  });
});

describe('the DMP in trouble; afterwards the same deposit works', () => {
  const troubles: [string, FaultSpec, number, string?][] = [
    ['down', { kind: 'reset' }, 503, 'transient'],
    ['slow', { kind: 'delay', milliseconds: 4000 }, 504, 'timeout'],
    ['answering HTTP 503 in HTML', { kind: 'html503' }, 503, 'transient'],
    ['answering garbage', { kind: 'garbage' }, 502],
    ['answering to another message', { kind: 'relatesTo' }, 502],
    ['busy', { kind: 'registryError', code: 'XDSRegistryBusy' }, 503, 'transient'],
    ['failing', { kind: 'soapFault', code: 'DMPInvalidCertificate' }, 502],
  ];
  it.each(troubles)('%s: listing', async (_, fault, status, code) => {
    await stack.fault({ ...fault, transaction: 'TD3.1a' });
    const url = `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current`;
    expectOutcome(await stack.get(url, 'doctor'), status, code);
    await stack.clearFaults();
    expect((await stack.get<Bundle>(url, 'doctor')).status).toBe(200);
  });

  it.each(troubles.filter(([name]) => name !== 'answering to another message'))(
    '%s: depositing, then again',
    async (_, fault, status) => {
      const d = simplified({ content: text(), contentType: 'text/plain' });
      await stack.fault({ ...fault, transaction: 'TD2.1' });
      expectOutcome(await stack.post('/DocumentReference', d, 'nurse'), status);
      await stack.clearFaults();
      // Lost answers may have registered the document: then the retry finds it, and it is there once.
      const again = await stack.post<DocumentReference>('/DocumentReference', d, 'nurse');
      expect([200, 201], JSON.stringify(again.body)).toContain(again.status);
      expect((await stack.registeredAll(d.masterIdentifier!.value!.replace('urn:oid:', ''))).length).toBe(1);
    },
  );

  it('truncating its MTOM: 502, nothing spooled', async () => {
    const created = await stack.post<DocumentReference>('/DocumentReference', ok(), 'nurse');
    const url = `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current&_id=${created.body.id}`;
    const found = (await stack.get<Bundle<DocumentReference>>(url, 'doctor')).body.entry![0]!.resource!;
    await stack.fault({ kind: 'truncate', transaction: 'TD3.2' });
    const answer = await stack.raw(found.content[0]!.attachment.url!, 'doctor', { accept: '*/*' });
    expect(answer.status).toBe(502);
    expect(stack.spooled()).toEqual([]);
  });
});

describe('nothing is left behind', () => {
  it('after a refusal the same uniqueId can be deposited', async () => {
    const uniqueId = newOid();
    const bad = provideBundle([{ content: text(), contentType: 'text/plain', uniqueId }], 'P3');
    expect((await stack.post('', bad, 'nurse')).status).toBe(422);
    const good = provideBundle([{ content: text(), contentType: 'text/plain', uniqueId }], 'P1');
    expect((await stack.post('', good, 'nurse')).status).toBe(200);
  });
});

describe('an operation posted without a body', () => {
  it('is asked without parameters, or says what it wants', async () => {
    for (const route of routes().filter((r) => r.body === 'any')) {
      const answer = await fetch(`${stack.base}${route.path.replace(':id', 'abc')}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await stack.token('doctor', { scope: 'user/*.cruds' })}` },
      });
      const body = (await answer.json()) as { resourceType: string };
      expect(answer.status, `${route.path} ${JSON.stringify(body)}`).not.toBe(500);
      if (answer.status >= 400) expect(body.resourceType, route.path).toBe('OperationOutcome');
    }
  });
});

import type { Bundle, DocumentReference, List, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DmpError } from '../../../server/dmp/types.ts';
import { pdf, text } from '../../support/documents.ts';
import { newOid, provideBundle, simplified } from '../../support/resources.ts';
import { startBench, type Bench } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const json = 'application/fhir+json';
const accepted = () => {
  bench.dmp.answers['TD2.1'] = () => ({ status: 'Success', errors: [] });
};
/** The token of the nurse, who is the author in the test resources. */
const nurse = 'nurse';
const post = (url: string, body: unknown, prefer?: string) => {
  const test = bench.post(url, nurse).type(json);
  return (prefer === undefined ? test : test.set('Prefer', prefer)).send(JSON.stringify(body));
};

describe('ITI-105', () => {
  it('answers 201 with Location, ETag, Last-Modified and the resource, after one TD2.1', async () => {
    accepted();
    const res = await post('/fhir/DocumentReference', simplified({ content: text(), contentType: 'text/plain' }));
    expect(res.status, res.text).toBe(201);
    expect(bench.dmp.names()).toEqual(['TD2.1']);
    const created = res.body as DocumentReference;
    expect(res.headers).toMatchObject({
      location: `${bench.config.fhirBase}/DocumentReference/${created.id}`,
      etag: `W/"${created.meta?.versionId}"`,
      'last-modified': new Date(created.meta?.lastUpdated ?? 0).toUTCString(),
    });
  });

  it('returns what Prefer asks for', async () => {
    accepted();
    const send = (prefer: string, content = pdf('x', false)) =>
      post('/fhir/DocumentReference', simplified({ content, contentType: 'application/pdf' }), prefer);
    const minimal = await send('return=minimal');
    expect([minimal.status, minimal.text]).toEqual([201, '']);
    expect(minimal.headers['location']).toContain('/DocumentReference/');
    const warned = (await send('return=OperationOutcome')).body as OperationOutcome;
    expect(warned.issue.map((i) => i.severity)).toContain('warning');
    const clean = (await send('return=OperationOutcome', pdf())).body as OperationOutcome;
    expect(clean.issue.map((i) => [i.severity, i.code])).toEqual([['information', 'informational']]);
  });

  it('answers the same again with 200 and the same resource, and no second call', async () => {
    accepted();
    const deposit = simplified({ content: text(), contentType: 'text/plain', uniqueId: newOid() });
    const first = await post('/fhir/DocumentReference', deposit);
    const second = await post('/fhir/DocumentReference', deposit);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(second.headers['location']).toBe(first.headers['location']);
    expect(bench.dmp.names()).toEqual(['TD2.1']);
  });

  it('passes on what the DMP refuses', async () => {
    bench.dmp.answers['TD2.1'] = () => Promise.reject(new DmpError('registry', 'XDSUnknownPatientId', 'TD2.1'));
    const res = await post('/fhir/DocumentReference', simplified({ content: text(), contentType: 'text/plain' }));
    expect([res.status, (res.body as OperationOutcome).issue[0]?.code]).toEqual([404, 'not-found']);
  });
});

describe('ITI-65', () => {
  const bundle = () => provideBundle([{ content: text(), contentType: 'text/plain' }]);

  it('answers entry by entry; the List is read again by the structure without a call', async () => {
    accepted();
    const res = await post('/fhir', bundle());
    expect(res.status, res.text).toBe(200);
    const { type, entry } = res.body as Bundle;
    expect([type, entry?.map((e) => e.response?.status.slice(0, 3))]).toEqual([
      'transaction-response',
      ['201', '201', '201'],
    ]);
    const id = /List\/([^/]+)/.exec(
      entry?.find((e) => e.response?.location?.includes('/List/'))?.response?.location ?? '',
    )?.[1];
    const list = await bench.get(`/fhir/List/${id}`, 'nurse');
    expect([list.status, (list.body as List).resourceType, list.headers['etag']]).toEqual([200, 'List', 'W/"1"']);
    expect(bench.dmp.names()).toEqual(['TD2.1']);
  });

  it('leaves the resources out when a minimal answer is preferred', async () => {
    accepted();
    const { entry } = (await post('/fhir', bundle(), 'return=minimal')).body as Bundle;
    expect(entry?.map((e) => [e.resource, e.response?.location === undefined])).toEqual(
      entry?.map(() => [undefined, false]),
    );
  });
});

/** Issue lines 2 to 5: deposit (ITI-105, ITI-65), list (ITI-67), read and retrieve (ITI-68), against real messages. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Binary, Bundle, DocumentReference, List, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpeg, pdf, rtf, text, tiff } from '../support/documents.ts';
import {
  INS_TEST,
  N,
  newOid,
  patients,
  provideBundle,
  simplified,
  VISIBILITY,
  type Who,
} from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { describeShared, sharedDir } from '../support/shared.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const sha1 = (b: Buffer): string => createHash('sha1').update(b).digest('base64');
const idOf = (location: string): string => /\/DocumentReference\/([^/]+)/.exec(location)![1]!;

async function find(query = '', who: Who = 'P1'): Promise<Bundle<DocumentReference>> {
  const { status, body } = await stack.get<Bundle<DocumentReference>>(
    `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients[who].ins}`)}&status=current${query}`,
    'doctor',
  );
  expect(status).toBe(200);
  return body;
}
const documentsOf = (bundle: Bundle<DocumentReference>): DocumentReference[] =>
  (bundle.entry ?? []).filter((e) => e.search?.mode !== 'outcome').map((e) => e.resource!);

describe('2. Deposit one document, simply (ITI-105)', () => {
  const kinds: [string, string, () => Buffer][] = [
    ['PDF/A-1', 'application/pdf', () => pdf()],
    ['text', 'text/plain', () => text()],
    ['RTF', 'text/rtf', () => rtf()],
    ['JPEG', 'image/jpeg', () => jpeg()],
    ['TIFF', 'image/tiff', () => tiff()],
  ];
  it.each(kinds)(
    'takes %s: 201, Location, id and versionId; found again, bytes exact',
    async (_, contentType, make) => {
      const content = make();
      await stack.resetCalls();
      const created = await stack.post<DocumentReference>(
        '/DocumentReference',
        simplified({ content, contentType, title: `Dépôt ${contentType}` }),
        'nurse',
      );
      expect(created.status, JSON.stringify(created.body)).toBe(201);
      expect(await stack.calls()).toEqual(['TD2.1']);
      expect(created.headers.get('location')).toMatch(/\/fhir\/DocumentReference\/[^/]+/);
      expect(created.body).toMatchObject({
        resourceType: 'DocumentReference',
        meta: { versionId: expect.any(String), lastUpdated: expect.any(String) },
      });
      const id = idOf(created.headers.get('location')!);
      expect(created.body.id).toBe(id);
      expect(JSON.stringify(created.body)).not.toContain(content.toString('base64'));

      const found = documentsOf(await find()).find((d) => d.id === id);
      expect(found, 'the minted id is the one that a search finds').toBeDefined();
      expect(found!.content[0]!.attachment.contentType).toBe('text/xml');

      const url = found!.content[0]!.attachment.url!;
      const embedded = await stack.raw(url, 'doctor', { accept: contentType });
      expect(embedded.status).toBe(200);
      expect(embedded.headers.get('content-type')).toContain(contentType);
      expect(Buffer.compare(embedded.bytes, content)).toBe(0);

      const cda = await stack.raw(url, 'doctor', { accept: '*/*' });
      expect(cda.headers.get('content-type')).toContain('text/xml');
      expect(sha1(cda.bytes)).toBe(found!.content[0]!.attachment.hash);
      expect(cda.bytes.length).toBe(found!.content[0]!.attachment.size);
    },
  );

  const CODES = ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'];
  const combinations = Array.from({ length: 8 }, (_, bits) => CODES.filter((_c, i) => bits & (1 << i)));
  it.each(combinations.map((c) => [c.join('+') || 'visible to all', c] as const))(
    'keeps visibility %s',
    async (_, codes) => {
      const securityLabel = [N, ...codes.map((code) => ({ system: VISIBILITY, code }))];
      const created = await stack.post<DocumentReference>(
        '/DocumentReference',
        simplified({ content: text(), contentType: 'text/plain', securityLabel }),
        'nurse',
      );
      expect(created.status, JSON.stringify(created.body)).toBe(201);
      const registered = await stack.registered(created.body.masterIdentifier!.value!.replace('urn:oid:', ''));
      expect(registered.confidentialityCodes.sort()).toEqual(['N', ...codes].sort());
    },
  );

  it('names the depositing structure as custodian, and the first author’s institution on reading', async () => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    const found = documentsOf(await find()).find((d) => d.id === created.body.id)!;
    for (const d of [created.body, found]) {
      const custodian = JSON.stringify([d.custodian, d.contained?.find((c) => `#${c.id}` === d.custodian?.reference)]);
      expect(custodian).toContain('1990100109');
    }
  });

  it('warns about a PDF that is not PDF/A-1', async () => {
    const created = await stack.post(
      '/DocumentReference',
      simplified({ content: pdf('x', false), contentType: 'application/pdf' }),
      'nurse',
      {
        prefer: 'return=OperationOutcome',
      },
    );
    expect(created.status).toBe(201);
    const outcome = created.body as OperationOutcome;
    expect(outcome.issue.some((i) => i.severity === 'warning' && /PDF\/A/.test(JSON.stringify(i)))).toBe(true);
  });
});

describe('3. Deposit a set (ITI-65)', () => {
  it('sends one TD2.1 and answers entry by entry, in order', async () => {
    const bundle = provideBundle([
      { content: pdf('Premier'), contentType: 'application/pdf', title: 'Premier' },
      { content: text('Second'), contentType: 'text/plain', title: 'Second' },
    ]);
    await stack.resetCalls();
    const { status, body } = await stack.post<Bundle>('', bundle, 'nurse');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await stack.calls()).toEqual(['TD2.1']);
    expect(body.type).toBe('transaction-response');
    expect(body.entry).toHaveLength(bundle.entry!.length);
    body.entry!.forEach((entry, i) => {
      expect(entry.response!.status).toMatch(/^201/);
      expect(entry.response!.location).toContain(`${bundle.entry![i]!.resource!.resourceType}/`);
    });
    const listUrl = body.entry![0]!.response!.location!;
    const list = await stack.get<List>(`/List/${/List\/([^/]+)/.exec(listUrl)![1]!}`, 'nurse');
    expect(list.status).toBe(200);
    expect(list.body).toMatchObject({ resourceType: 'List', status: 'current', title: 'Dépôt du matin' });
    expect(list.body.entry).toHaveLength(2);
  });

  it('is all or nothing', async () => {
    const good = newOid();
    const bundle = provideBundle([
      { content: text('Bon'), contentType: 'text/plain', uniqueId: good },
      { content: Buffer.alloc(0), contentType: 'text/plain' },
    ]);
    await stack.resetCalls();
    const { status, body } = await stack.post<OperationOutcome>('', bundle, 'nurse');
    expect(status).toBe(400);
    expect(body.resourceType).toBe('OperationOutcome');
    expect(await stack.calls()).toEqual([]);
    const again = await stack.post<Bundle>(
      '',
      provideBundle([{ content: text('Bon'), contentType: 'text/plain', uniqueId: good }]),
      'nurse',
    );
    expect(again.status).toBe(200);
  });

  it('answers the same uniqueId with the same bytes by the existing resource, other bytes by 409', async () => {
    const uniqueId = newOid();
    const deposit = simplified({ content: text('Unique'), contentType: 'text/plain', uniqueId });
    const first = await stack.post<DocumentReference>('/DocumentReference', deposit, 'nurse');
    expect(first.status).toBe(201);
    await stack.resetCalls();
    const second = await stack.post<DocumentReference>('/DocumentReference', deposit, 'nurse');
    expect(second.status).toBe(200);
    expect(second.body.id).toBe(first.body.id);
    const other = await stack.post<OperationOutcome>(
      '/DocumentReference',
      simplified({ content: text('Autre'), contentType: 'text/plain', uniqueId }),
      'nurse',
    );
    expect(other.status).toBe(409);
    expect(other.body.issue[0]!.expression).toEqual(['DocumentReference.masterIdentifier']);
    expect(await stack.calls()).toEqual([]);
  });
});

describe('4. List (ITI-67)', () => {
  it('answers GET and POST _search alike, in a PDSm searchset, by TD3.1a alone', async () => {
    await stack.resetCalls();
    const got = await find();
    expect([...new Set(await stack.calls())]).toEqual(['TD3.1a']);
    const posted = await stack.form<Bundle<DocumentReference>>(
      '/DocumentReference/_search',
      {
        'patient.identifier': `${INS_TEST}|${patients.P1.ins}`,
        status: 'current',
      },
      'doctor',
    );
    expect(posted.status).toBe(200);
    expect(posted.body.total).toBe(got.total);
    expect(documentsOf(posted.body).map((d) => d.id)).toEqual(documentsOf(got).map((d) => d.id));
    for (const entry of got.entry!) expect(entry.fullUrl).toBe(`${stack.base}/DocumentReference/${entry.resource!.id}`);
    expect(JSON.stringify(got.link)).not.toContain(patients.P1.ins);
  });

  it.each([
    ['type', 'type=http://loinc.org|28653-4'],
    ['type without system', 'type=28653-4'],
    ['category', 'category=10'],
    ['date', 'date=ge2026-01-01'],
    ['creation', 'creation=ge2026-01-01&creation=lt2027-01-01'],
    ['period', 'period=ge2026-01-01'],
    ['facility', 'facility=SA17'],
    ['setting', 'setting=ESSMS'],
    ['format', 'format=urn:ihe:iti:xds-sd:text:2008'],
    ['security-label', 'security-label=N'],
  ])('filters by %s, and finds a deposit that matches', async (_, query) => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    const ids = documentsOf(await find(`&${query}&_count=500`)).map((d) => d.id);
    expect(ids).toContain(created.body.id);
  });

  it.each([
    'type=http://loinc.org|0-0',
    'category=31',
    'date=lt2000-01-01',
    'creation=lt2000-01-01',
    'facility=SA01&facility=SA17',
    'setting=AMBULATOIRE&setting=ESSMS',
    'event=ZZZZ001',
    'format=urn:none',
  ])('finds nothing of ours for %s', async (query) => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    expect(documentsOf(await find(`&${query}`)).map((d) => d.id)).not.toContain(created.body.id);
  });

  it('finds by identifier and by _id', async () => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    const unique = created.body.masterIdentifier!.value!;
    for (const q of [`&identifier=${encodeURIComponent(`urn:ietf:rfc:3986|${unique}`)}`, `&_id=${created.body.id}`])
      expect(documentsOf(await find(q)).map((d) => d.id)).toEqual([created.body.id]);
  });

  it('pages: next links, no gap, no repeat, no further DMP call', async () => {
    const whole = documentsOf(await find('&_count=500')).map((d) => d.id);
    expect(whole.length).toBeGreaterThan(4);
    await stack.resetCalls();
    const seen: (string | undefined)[] = [];
    // Relations would be asked for, page by page.
    let page = await find('&_count=3&_elements=masterIdentifier');
    expect(page.total).toBe(whole.length);
    for (let guard = 0; guard < 200; guard++) {
      seen.push(...documentsOf(page).map((d) => d.id));
      const next = page.link?.find((l) => l.relation === 'next')?.url;
      if (!next) break;
      expect(documentsOf(page)).toHaveLength(3);
      page = (await stack.get<Bundle<DocumentReference>>(next.slice(stack.base.length), 'doctor')).body;
    }
    expect(seen).toEqual(whole);
    expect(await stack.calls()).toEqual(['TD3.1a']);
  });

  it('wants patient and status, and says so', async () => {
    for (const query of [
      'status=current',
      `patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`,
    ]) {
      const { status, body } = await stack.get<OperationOutcome>(`/DocumentReference?${query}`, 'doctor');
      expect(status).toBe(400);
      expect(body.issue[0]!.code).toBe('required');
    }
  });

  it('treats unknown parameters by Prefer: handling', async () => {
    const url = `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}&status=current&couleur=bleu`;
    const lenient = await stack.get<Bundle>(url, 'doctor');
    expect(lenient.status).toBe(200);
    expect(
      lenient.body.entry!.some((e) => e.resource!.resourceType === 'OperationOutcome' && e.search?.mode === 'outcome'),
    ).toBe(true);
    expect(lenient.body.link!.find((l) => l.relation === 'self')!.url).not.toContain('couleur');
    const strict = await stack.get(url, 'doctor', { prefer: 'handling=strict' });
    expect(strict.status).toBe(400);
  });
});

describe('5. Read and retrieve (ITI-68)', () => {
  it('reads a DocumentReference by its stable id, by uniqueId and by entryUUID', async () => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    const found = documentsOf(await find(`&_id=${created.body.id}`))[0]!;
    const entryUuid = found.identifier!.find((i) => i.use === 'official')!.value!;
    expect(entryUuid).toMatch(/^urn:uuid:/);
    await stack.resetCalls();
    const read = await stack.get<DocumentReference>(`/DocumentReference/${created.body.id}`, 'doctor');
    expect(read.status).toBe(200);
    expect(read.headers.get('etag')).toMatch(/^W\/"/);
    expect(await stack.calls()).toHaveLength(1);
    expect(read.body).toEqual(found);
    for (const alias of [
      entryUuid.replace('urn:uuid:', ''),
      created.body.masterIdentifier!.value!.replace('urn:oid:', ''),
    ])
      expect((await stack.get<DocumentReference>(`/DocumentReference/${alias}`, 'doctor')).body.id).toBe(
        created.body.id,
      );
  });

  it('serves Binary raw, as a FHIR resource, and refuses what it is not', async () => {
    const content = pdf('Binaire');
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content, contentType: 'application/pdf' }),
      'nurse',
    );
    const url = documentsOf(await find(`&_id=${created.body.id}`))[0]!.content[0]!.attachment.url!;
    await stack.resetCalls();
    const raw = await stack.raw(url, 'doctor', { accept: 'text/xml' });
    expect(await stack.calls()).toEqual(['TD3.2']);
    expect(raw.headers.get('x-content-type-options')).toBe('nosniff');
    const asFhir = await stack.raw(url, 'doctor', { accept: 'application/fhir+json' });
    const binary = JSON.parse(asFhir.bytes.toString('utf8')) as Binary;
    expect(binary).toMatchObject({ resourceType: 'Binary', contentType: 'text/xml' });
    expect(Buffer.compare(Buffer.from(binary.data!, 'base64'), raw.bytes)).toBe(0);
    expect((await stack.raw(url, 'doctor', { accept: 'image/png' })).status).toBe(406);
  });

  it('lets nothing unverified leave when the DMP sends other bytes than its registry says', async () => {
    const created = await stack.post<DocumentReference>(
      '/DocumentReference',
      simplified({ content: text(), contentType: 'text/plain' }),
      'nurse',
    );
    const url = documentsOf(await find(`&_id=${created.body.id}`))[0]!.content[0]!.attachment.url!;
    await stack.fault({ kind: 'corrupt', transaction: 'TD3.2' });
    const broken = await stack.raw(url, 'doctor', { accept: '*/*' });
    expect(broken.status).toBe(502);
    expect(JSON.parse(broken.bytes.toString())).toMatchObject({ resourceType: 'OperationOutcome' });
    expect(stack.spooled()).toEqual([]);
    await stack.clearFaults();
  });
});

describe('Every round trip keeps every piece of metadata', () => {
  it('finds in FHIR what was deposited in FHIR', async () => {
    const uniqueId = newOid();
    const bundle = provideBundle(
      [{ content: text('Complet'), contentType: 'text/plain', uniqueId, title: 'Complet' }],
      'P2',
    );
    const dr = bundle.entry!.find((e) => e.resource!.resourceType === 'DocumentReference')!
      .resource as DocumentReference;
    dr.description = 'Commentaire & détails';
    dr.context!.event = [{ coding: [{ system: 'urn:oid:1.2.250.1.213.2.5', code: 'DEQP003', display: 'ECG' }] }];
    dr.context!.period = { start: '2026-11-20T08:00:00Z', end: '2026-11-20T09:00:00Z' };
    dr.authenticator = { reference: '#author' };
    const posted = await stack.post<Bundle>('', bundle, 'nurse');
    expect(posted.status, JSON.stringify(posted.body)).toBe(200);
    const found = documentsOf(
      await find(`&identifier=${encodeURIComponent(`urn:ietf:rfc:3986|urn:oid:${uniqueId}`)}`, 'P2'),
    )[0]!;
    const code = (c: { coding?: { system?: string; code?: string }[] } | undefined) => c?.coding?.map((x) => x.code);
    expect(found.masterIdentifier).toMatchObject({ system: 'urn:ietf:rfc:3986', value: `urn:oid:${uniqueId}` });
    expect(found.status).toBe('current');
    expect(code(found.type)).toEqual(code(dr.type));
    expect(found.category!.map(code)).toEqual(dr.category!.map(code));
    expect(found.description).toBe(dr.description);
    expect(found.securityLabel!.map(code)).toEqual(dr.securityLabel!.map(code));
    expect(found.content[0]!.attachment).toMatchObject({ title: 'Complet', language: 'fr-FR' });
    expect(new Date(found.content[0]!.attachment.creation!).toISOString()).toBe(
      new Date(dr.content[0]!.attachment.creation!).toISOString(),
    );
    expect(found.context!.event!.map(code)).toEqual(dr.context!.event.map(code));
    expect(new Date(found.context!.period!.start!).toISOString()).toBe('2026-11-20T08:00:00.000Z');
    expect(new Date(found.context!.period!.end!).toISOString()).toBe('2026-11-20T09:00:00.000Z');
    expect(code(found.context!.facilityType)).toEqual(['SA17']);
    expect(code(found.context!.practiceSetting)).toEqual(['ESSMS']);
    const contained = JSON.stringify(found.contained);
    for (const kept of [
      '899700204581',
      'LE BIHAN',
      'YANN',
      '1990100109',
      'EHPAD FICTIF LE VERGER',
      'CAVALLINI',
      '1941-11-03',
    ])
      expect(contained).toContain(kept);
  });

  describeShared('a given CDA', () => {
    it('goes in as it is and comes out to the byte', async () => {
      // The golden letter, under a new id so that the story's own is not in the way.
      const oid = newOid();
      const cda = Buffer.from(
        readFileSync(path.join(sharedDir()!, 'wire/parts/td2-1-01-cda-n1.xml'), 'utf8').replace(
          /(<id root=")2\.16\.840\.1\.113883\.19\.7601\.3\.50[^"]*"/,
          `$1${oid}"`,
        ),
      );
      const created = await stack.post<DocumentReference>(
        '/DocumentReference',
        {
          ...simplified({
            content: cda,
            contentType: 'text/xml',
            uniqueId: oid,
            type: { system: 'http://loinc.org', code: '83981-1' },
          }),
        },
        'nurse',
      );
      expect(created.status, JSON.stringify(created.body)).toBe(201);
      const found = documentsOf(await find(`&_id=${created.body.id}`))[0]!;
      const back = await stack.raw(found.content[0]!.attachment.url!, 'doctor', { accept: 'text/xml' });
      expect(Buffer.compare(back.bytes, cda)).toBe(0);
    });
  });
});

import type { Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StoredQuery } from '../../../mappings/query.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { resources } from '../../../server/fhir/definition.ts';
import { answerOf, entry, insToken, P1, startBench, testOid, type Bench } from './support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ PAGE_SIZE: '4', PAGE_SIZE_MAX: '5' });
});
afterAll(() => bench.close());
afterEach(() => {
  bench.dmp.calls = [];
  bench.dmp.answers = {};
});

const base = () => bench.config.fhirBase;
const patientOfP1 = async () => (await bench.store.patients.byIns({ value: P1, oid: testOid })).id;
const search = (query = '', token?: string) =>
  bench.get(`/fhir/DocumentReference?patient.identifier=${encodeURIComponent(insToken)}&status=current${query}`, token);
const bundleOf = (res: { body: unknown }) => res.body as Bundle<DocumentReference>;
const matchesOf = (res: { body: unknown }) =>
  (bundleOf(res).entry ?? []).filter((e) => e.search?.mode === 'match').map((e) => e.resource!);
const linkOf = (res: { body: unknown }, relation: string) =>
  bundleOf(res).link?.find((l) => l.relation === relation)?.url;
const outcomeOf = (res: { body: unknown }) => res.body as OperationOutcome;
const queries = () => bench.dmp.calls.map((c) => (c.input as StoredQuery).query);
const follow = (url: string, token?: string) => bench.get(url.slice(base().length - '/fhir'.length), token);
const holds = (n: number) => {
  bench.dmp.answers['TD3.1a'] = () => answerOf(Array.from({ length: n }, (_, i) => entry(i + 1)));
};

describe('search', () => {
  it('asks the registry once, for this patient and status, and answers a searchset', async () => {
    holds(2);
    const res = await search();
    expect(res.status, res.text).toBe(200);
    expect(queries()).toEqual(['FindDocuments', 'GetAssociations']);
    const { input, context } = bench.dmp.calls[0]!;
    expect((input as StoredQuery).parameters['$XDSDocumentEntryPatientId']).toEqual([[`${P1}^^^&${testOid}&ISO^NH`]]);
    expect(context).toMatchObject({ patient: { value: P1, oid: testOid }, requester: { personId: '899700101233' } });
    const bundle = bundleOf(res);
    expect([bundle.type, bundle.total, bundle.entry!.length]).toEqual(['searchset', 2, 2]);
    for (const e of bundle.entry!) expect(e.fullUrl).toBe(`${base()}/DocumentReference/${e.resource!.id}`);
    const [first] = matchesOf(res);
    expect(first).toMatchObject({
      resourceType: 'DocumentReference',
      subject: { reference: `Patient/${await patientOfP1()}` },
      meta: { versionId: '1' },
    });
    expect(first!.content[0]!.attachment.url).toBe(`${base()}/Binary/${first!.id}`);
  });

  it('gives a document the same id every time, whatever its entryUUID is now', async () => {
    holds(1);
    const [before] = matchesOf(await search());
    bench.dmp.answers['TD3.1a'] = () =>
      answerOf([entry(1, { id: 'urn:uuid:aaaaaaaa-0000-4000-8000-000000000001', version: '2' })]);
    const [after] = matchesOf(await search());
    expect(after!.id).toBe(before!.id);
    expect([before!.meta!.versionId, after!.meta!.versionId]).toEqual(['1', '2']);
  });

  it('shows a document once when the registry gives several of its versions', async () => {
    bench.dmp.answers['TD3.1a'] = () =>
      answerOf([
        entry(1, { title: 'Un' }),
        entry(2),
        entry(1, { id: 'urn:uuid:bbbbbbbb-0000-4000-8000-000000000001', version: '2', title: 'Deux' }),
      ]);
    const found = matchesOf(await search());
    expect(found.map((d) => d.content[0]?.attachment.title)).toEqual(['Deux', 'Document 2']);
  });

  it('makes links that carry no person', async () => {
    holds(9);
    const res = await search('&type=28653-4&_sort=-date&couleur=bleu');
    expect(linkOf(res, 'self')).toBe(
      `${base()}/DocumentReference?patient=Patient/${await patientOfP1()}&status=current&type=28653-4&_sort=-date`,
    );
    expect(JSON.stringify(bundleOf(res).link)).not.toContain(P1);
    expect(linkOf(res, 'next')).toMatch(/_cursor=/);
    const self = await follow(linkOf(res, 'self')!);
    expect(matchesOf(self).map((d) => d.id)).toEqual(matchesOf(res).map((d) => d.id));
  });

  it('takes POST _search, the opaque patient, a chained and a bare identifier alike', async () => {
    holds(2);
    const id = await patientOfP1();
    const expected = matchesOf(await search()).map((d) => d.id);
    const form = (body: string) => bench.post('/fhir/DocumentReference/_search').type('form').send(body);
    for (const res of [
      await form(`patient.identifier=${encodeURIComponent(insToken)}&status=current`),
      await form(`subject:Patient.identifier=${encodeURIComponent(insToken)}&status=current`),
      await form(`patient:identifier=${encodeURIComponent(insToken)}&status=current`),
      await form(`patient=Patient/${id}&status=current`),
      await form(`subject=${encodeURIComponent(`${base()}/Patient/${id}`)}&status=current`),
      await form(`patient:Patient=${id}&status=current`),
      await form(`patient.identifier=${P1}&status=current`),
    ]) {
      expect(res.status, res.text).toBe(200);
      expect(matchesOf(res).map((d) => d.id)).toEqual(expected);
    }
  });

  it('wants the patient and the status, one patient, and a right INS', async () => {
    holds(1);
    const p1 = encodeURIComponent(insToken);
    const rows: [string, number, string][] = [
      ['status=current', 400, 'required'],
      [`patient.identifier=${p1}`, 400, 'required'],
      [`patient.identifier=${p1},${p1}&status=current`, 400, 'value'],
      [
        `patient.identifier=${p1}&patient.identifier=${encodeURIComponent(`urn:oid:${testOid}|141112A99004563`)}&status=current`,
        422,
        'business-rule',
      ],
      ['patient=Patient/unknown&status=current', 400, 'not-found'],
      ['patient=Group/1&status=current', 400, 'not-found'],
      ['patient.identifier=urn:oid:1.2.3|5&status=current', 400, 'value'],
      [`patient.identifier=${encodeURIComponent(`urn:oid:${testOid}|12345`)}&status=current`, 400, 'value'],
      [
        `patient.identifier=${encodeURIComponent('urn:oid:1.2.250.1.213.1.4.8|236046999012301')}&status=current`,
        422,
        'business-rule',
      ],
    ];
    for (const [query, status, code] of rows) {
      const res = await bench.get(`/fhir/DocumentReference?${query}`);
      expect([res.status, outcomeOf(res).issue[0]!.code], query).toEqual([status, code]);
      expect(res.text).not.toContain('236046999');
    }
    expect(outcomeOf(await bench.get('/fhir/DocumentReference')).issue).toHaveLength(2);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('warns in the Bundle: an odd test INS, an unknown parameter, what the registry says', async () => {
    bench.dmp.answers['TD3.1a'] = () => answerOf([entry(1)], [{ code: 'XDSWarned', severity: 'Warning' }]);
    const res = await bench.get(
      `/fhir/DocumentReference?patient.identifier=${encodeURIComponent(`urn:oid:${testOid}|236046999012301`)}&status=current&couleur=bleu`,
    );
    expect(res.status).toBe(200);
    const warning = (res.body as Bundle).entry!.find((e) => e.search?.mode === 'outcome')!;
    expect(warning.fullUrl).toMatch(/^urn:uuid:/);
    const { issue } = warning.resource as OperationOutcome;
    expect(issue.map((i) => i.severity)).toEqual(['warning', 'warning', 'warning']);
    expect(JSON.stringify(issue)).toMatch(/INS.*couleur.*XDSWarned/s);
    expect((await search('&couleur=bleu').set('Prefer', 'handling=strict')).status).toBe(400);
  });

  it('finds by identifier and _id with one query, relations included, without status', async () => {
    holds(2);
    const [known, other] = matchesOf(await search());
    const ask = async (query: string) => {
      bench.dmp.calls = [];
      bench.dmp.answers['TD3.1a'] = (query: StoredQuery) => {
        const wanted = query.parameters['$XDSDocumentEntryUniqueId']?.[0] ?? [];
        return answerOf([entry(1), entry(2)].filter((e) => wanted.includes(e.uniqueId)));
      };
      return bench.get(`/fhir/DocumentReference?${query}`);
    };
    const patient = `patient.identifier=${encodeURIComponent(insToken)}`;
    for (const query of [
      `${patient}&identifier=urn:ietf:rfc:3986|urn:oid:${entry(1).uniqueId}`,
      `${patient}&identifier=urn:oid:${entry(1).uniqueId}&status=current`,
      `${patient}&identifier=${entry(1).id}`,
      `${patient}&identifier=${entry(1).logicalId}`,
      `${patient}&_id=${known!.id}`,
      `_id=${known!.id}`,
    ]) {
      const res = await ask(query);
      expect(res.status, res.text).toBe(200);
      expect(
        matchesOf(res).map((d) => d.id),
        query,
      ).toEqual([known!.id]);
      expect(queries()).toEqual(['GetDocumentsAndAssociations']);
    }
    expect(matchesOf(await ask(`_id=${known!.id},${other!.id}`))).toHaveLength(2);
    expect(matchesOf(await ask(`_id=${known!.id}&status=superseded`))).toEqual([]);
  });

  it('does not ask the registry about ids that nobody has', async () => {
    const res = await bench.get(
      `/fhir/DocumentReference?patient.identifier=${encodeURIComponent(insToken)}&_id=nobody`,
    );
    expect([res.status, bundleOf(res).total]).toEqual([200, 0]);
    expect(bench.dmp.calls).toEqual([]);
  });

  it('does not show another patient’s document that an identifier leads to', async () => {
    bench.dmp.answers['TD3.1a'] = () => answerOf([entry(7, { patientId: `141112A99004563^^^&${testOid}&ISO^NH` })]);
    const res = await bench.get(
      `/fhir/DocumentReference?patient.identifier=${encodeURIComponent(insToken)}&identifier=urn:oid:${entry(7).uniqueId}`,
    );
    expect([res.status, bundleOf(res).total]).toEqual([200, 0]);
  });

  it('filters what the registry cannot', async () => {
    bench.dmp.answers['TD3.1a'] = () =>
      answerOf([
        entry(1),
        entry(2, {
          authors: [
            { ...entry(1).authors[0]!, person: '899700204581^LE BIHAN^YANN^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS' },
          ],
        }),
      ]);
    const res = await search('&author.family=le%20bih');
    expect(bundleOf(res).total).toBe(1);
    expect((await search('&_lastUpdated=lt2020')).body).toMatchObject({ total: 0 });
    expect((await search('&_lastUpdated=ge2020')).body).toMatchObject({ total: 2 });
  });

  it('sorts by date in both directions, dateless last', async () => {
    bench.dmp.answers['TD3.1a'] = () =>
      answerOf([entry(5), entry(3), entry(9), entry(4, { serviceStartTime: undefined })]);
    const titles = async (sort: string) =>
      matchesOf(await search(`&_sort=${sort}`)).map((d) => d.content[0]!.attachment.title);
    expect(await titles('period')).toEqual(['Document 3', 'Document 5', 'Document 9', 'Document 4']);
    expect(await titles('-period')).toEqual(['Document 9', 'Document 5', 'Document 3', 'Document 4']);
    expect((await search('&_sort=couleur')).status).toBe(400);
  });

  it('counts, summarises and selects elements', async () => {
    holds(3);
    for (const query of ['&_count=0', '&_summary=count']) {
      const res = await search(query);
      expect([bundleOf(res).total, bundleOf(res).entry, linkOf(res, 'next')]).toEqual([3, undefined, undefined]);
    }
    const [some] = matchesOf(await search('&_elements=type,date'));
    expect(Object.keys(some!).sort()).toEqual(['content', 'date', 'id', 'meta', 'resourceType', 'status', 'type']);
    expect(some!.meta!.tag).toContainEqual({
      system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
      code: 'SUBSETTED',
    });
    const [summary] = matchesOf(await search('&_summary=true'));
    expect(summary!.context).toBeUndefined();
    expect(summary!.author![0]!.reference).toBe(
      `#${summary!.contained!.find((c) => `#${c.id}` === summary!.author![0]!.reference)!.id}`,
    );
  });

  it('answers a failure of the DMP by its own outcome', async () => {
    const rows: [DmpError, number, string][] = [
      [new DmpError('registry', 'XDSUnknownPatientId', 'TD3.1a'), 404, 'not-found'],
      [new DmpError('rights', 'psc', 'TD3.1a'), 403, 'forbidden'],
      [new DmpError('timeout', '', 'TD3.1a'), 504, 'timeout'],
      [new DmpError('network', 'ECONNRESET', 'TD3.1a'), 503, 'transient'],
      [new DmpError('garbage', '', 'TD3.1a'), 502, 'exception'],
    ];
    for (const [error, status, code] of rows) {
      bench.dmp.answers['TD3.1a'] = () => Promise.reject(error);
      const res = await search();
      expect([res.status, outcomeOf(res).issue[0]!.code]).toEqual([status, code]);
      expect(res.headers['retry-after'] !== undefined).toBe(status >= 502);
    }
  });

  it('leaves out and reports an entry that cannot be read, and shows the others', async () => {
    bench.dmp.answers['TD3.1a'] = () => answerOf([entry(1), entry(2, { creationTime: 'hier' })]);
    const res = await search();
    expect(res.status).toBe(200);
    expect(matchesOf(res).length + (bundleOf(res).entry ?? []).filter((e) => e.search?.mode === 'outcome').length).toBe(
      2,
    );
  });
});

describe('every declared search parameter', () => {
  const values = { token: 'x', date: 'ge2020', string: 'x', reference: 'Patient/x' };
  const documents = resources.find((r) => r.type === 'DocumentReference')?.searchParameters ?? [];
  const others = documents.filter((p) => !/^(patient|subject)/.test(p.name));

  it.each(others.map((p) => [p.name, p.codes?.[0] ?? values[p.type], p.modifiers ?? []] as const))(
    '%s is taken, with its modifiers',
    async (name, one, modifiers) => {
      holds(2);
      for (const suffix of ['', ':missing', ...modifiers.map((m) => `:${m}`)]) {
        const value = suffix === ':missing' ? 'false' : one;
        const res = await search(`&${name}${suffix}=${value}`).set('Prefer', 'handling=strict');
        expect(res.status, `${name}${suffix} ${res.text}`).toBe(200);
      }
    },
  );
});

describe('paging', () => {
  it('cuts one answer into pages without gap or repeat, and asks the DMP for the relations of each only', async () => {
    holds(10);
    const whole = bundleOf(await search('&_count=5'));
    const seen: string[] = [];
    let res = await search();
    expect([bundleOf(res).total, whole.total]).toEqual([10, 10]);
    bench.dmp.calls = [];
    holds(0);
    const sizes: number[] = [];
    for (;;) {
      const page = matchesOf(res);
      sizes.push(page.length);
      seen.push(...page.map((d) => d.content[0]!.attachment.title!));
      const next = linkOf(res, 'next');
      if (!next) break;
      expect(next).not.toContain(P1);
      res = await follow(next);
      expect(res.status).toBe(200);
    }
    expect(sizes).toEqual([4, 4, 2]);
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `Document ${i + 1}`));
    expect(queries()).toEqual(['GetAssociations', 'GetAssociations']);
    const back = await follow(linkOf(res, 'previous')!);
    expect(matchesOf(back)[0]!.content[0]!.attachment.title).toBe('Document 5');
    expect(matchesOf(await follow(linkOf(back, 'first')!))[0]!.content[0]!.attachment.title).toBe('Document 1');
  });

  it('keeps the selection of the search, and the cap of the server', async () => {
    holds(10);
    const res = await search('&_elements=type&_count=100');
    expect(matchesOf(res)).toHaveLength(5);
    const next = await follow(linkOf(res, 'next')!);
    expect(matchesOf(next)[0]!.author).toBeUndefined();
  });

  it('is for the caller alone, and ends', async () => {
    holds(10);
    const next = linkOf(await search(), 'next')!;
    const stolen = await follow(next, 'other');
    expect([stolen.status, outcomeOf(stolen).issue[0]!.code]).toEqual([410, 'expired']);
    expect((await follow(next)).status).toBe(200);
    expect((await follow(next.replace(/_cursor=[^&]+/, '_cursor=nothing'))).status).toBe(410);
    expect((await follow(next.replace(/_offset=\d+/, '_offset=-1'))).status).toBe(400);
    expect(matchesOf(await follow(next.replace(/_offset=\d+/, '_offset=1000')))).toEqual([]);
  });

  it('makes no cursor when one page holds everything', async () => {
    holds(4);
    expect(bundleOf(await search()).link!.map((l) => l.relation)).toEqual(['self']);
  });
});

describe('read', () => {
  it('asks once, and gives the resource of the search with its ETag, by any of its names', async () => {
    holds(1);
    const [found] = matchesOf(await search());
    for (const name of [found!.id!, entry(1).uniqueId, entry(1).id.slice(9), entry(1).logicalId!.slice(9)]) {
      bench.dmp.calls = [];
      const res = await bench.get(`/fhir/DocumentReference/${name}`);
      expect(res.status, `${name} ${res.text}`).toBe(200);
      expect(bench.dmp.names()).toEqual(['TD3.1a']);
      expect(bench.dmp.calls[0]!.input).toMatchObject({
        query: 'GetDocumentsAndAssociations',
        returnType: 'LeafClass',
        parameters: { $XDSDocumentEntryUniqueId: [[entry(1).uniqueId]] },
      });
      expect(res.body).toEqual(found);
      expect(res.headers['etag']).toBe(`W/"${found!.meta!.versionId}"`);
      expect(res.headers['last-modified']).toBe(new Date(found!.meta!.lastUpdated!).toUTCString());
    }
  });

  it('takes the last of several metadata versions', async () => {
    bench.dmp.answers['TD3.1a'] = () =>
      answerOf([
        entry(1, { version: '2', title: 'Deux' }),
        entry(1, { version: '10', title: 'Dix' }),
        entry(1, { version: '9', title: 'Neuf' }),
      ]);
    const res = await bench.get(`/fhir/DocumentReference/${entry(1).uniqueId}`);
    expect((res.body as DocumentReference).content[0]!.attachment.title).toBe('Dix');
  });

  it('is 404 when unknown here or there, 410 when deleted', async () => {
    expect((await bench.get('/fhir/DocumentReference/nobody')).status).toBe(404);
    expect(bench.dmp.calls).toEqual([]);
    holds(1);
    const [found] = matchesOf(await search());
    bench.dmp.answers['TD3.1a'] = () => answerOf([]);
    expect((await bench.get(`/fhir/DocumentReference/${found!.id}`)).status).toBe(404);
    bench.dmp.answers['TD3.1a'] = () => answerOf([entry(1, { patientId: `141112A99004563^^^&${testOid}&ISO^NH` })]);
    expect((await bench.get(`/fhir/DocumentReference/${found!.id}`)).status).toBe(404);
    bench.dmp.answers['TD3.1a'] = () =>
      answerOf([entry(1, { availabilityStatus: 'urn:asip:ci-sis:2010:StatusType:Deleted' })]);
    const gone = await bench.get(`/fhir/DocumentReference/${found!.id}`);
    expect([gone.status, outcomeOf(gone).issue[0]!.code]).toEqual([410, 'deleted']);
  });
});

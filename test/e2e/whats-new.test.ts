/**
 * Issue 3, line 5: what is new since my last visit. `DocumentReference/$whats-new` asks the DMP as the CNAM recommends (spec
 * fhir.md A.7) and tells new, replaced and re-labelled documents apart.
 */
import type { Bundle, BundleEntry, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { extDocumentChange } from '../../mappings/canonicals.ts';
import { changesStatus, masks, registers } from '../support/elsewhere.ts';
import { INS_TEST, patients, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

type News = Bundle<DocumentReference>;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ NEWS_OVERLAP_SECONDS: '60', PAGE_SIZE: '500' });
});
afterAll(() => stack.close());
afterEach(() => stack.clearFaults());

const P1 = `${INS_TEST}|${patients.P1.ins}`;
const operation = '/DocumentReference/$whats-new';
const world = () => stack.simulator.world();

async function visit(query: Record<string, string>): Promise<News> {
  const answer = await stack.get<News>(`${operation}?${new URLSearchParams(query).toString()}`, 'doctor');
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}
const first = (): Promise<News> => visit({ 'patient.identifier': P1 });
const follow = async (news: News, relation = 'monitor'): Promise<News> => {
  const { url } = news.link!.find((l) => l.relation === relation)!;
  const answer = await stack.get<News>(url.slice(stack.base.length), 'doctor');
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

const entries = (news: News): BundleEntry<DocumentReference>[] =>
  (news.entry ?? []).filter((e) => e.search?.mode === 'match');
const part = (entry: BundleEntry, name: string) =>
  entry.search!.extension!.find((e) => e.url === extDocumentChange)!.extension!.find((e) => e.url === name);
const codeOf = (entry: BundleEntry): string => part(entry, 'code')!.valueCode!;
const uniqueIdOf = (d: DocumentReference): string => d.masterIdentifier!.value!.replace('urn:oid:', '');
/** What is said of a document, by its uniqueId; undefined when it is not in the answer. */
const said = (news: News, uniqueId: string): string | undefined => {
  const found = entries(news).filter((e) => uniqueIdOf(e.resource!) === uniqueId);
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0] && codeOf(found[0]);
};
const resourceOf = (news: News, uniqueId: string): DocumentReference =>
  entries(news).find((e) => uniqueIdOf(e.resource!) === uniqueId)!.resource!;

describe('the first visit', () => {
  it('gives the documents in force of the last two years, and no other', async () => {
    const years = (n: number): Date => new Date(Date.now() - n * 365.25 * 86_400_000);
    const recent = registers(world(), { at: years(1), serviceStart: years(1) });
    const old = registers(world(), { at: years(3), serviceStart: years(3) });
    const archived = registers(world(), { at: years(1), serviceStart: years(1) });
    changesStatus(world(), archived.uniqueId, 'archived', years(1));
    await stack.resetCalls();
    const news = await first();
    expect(said(news, recent.uniqueId)).toBe('new');
    expect([said(news, old.uniqueId), said(news, archived.uniqueId)]).toEqual([undefined, undefined]);
    expect(entries(news).every((e) => e.resource!.status === 'current' && codeOf(e) === 'new')).toBe(true);
    expect(news.type).toBe('searchset');
    expect(news.total).toBe(entries(news).length);
    expect(entries(news).every((e) => e.fullUrl === `${stack.base}/DocumentReference/${e.resource!.id}`)).toBe(true);
    // One search; one look for what relates to what, and one for the far ends that were never seen here.
    expect(await stack.calls()).toEqual(['TD3.1a', 'TD3.1a', 'TD3.1a']);
    expect(JSON.stringify(news.link)).not.toContain(patients.P1.ins);
  });

  it('is asked by POST too', async () => {
    const posted = await stack.post<News>(
      operation,
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'patient.identifier', valueIdentifier: { system: INS_TEST, value: patients.P1.ins } },
          { name: '_count', valueInteger: 2 },
        ],
      },
      'doctor',
    );
    expect(posted.status).toBe(200);
    expect(entries(posted.body)).toHaveLength(2);
    expect(posted.body.total).toBeGreaterThan(2);
    const next = new URL(posted.body.link!.find((l) => l.relation === 'next')!.url);
    // Its pages are its own: elsewhere the cursor is unknown.
    for (const elsewhere of ['DocumentReference', 'List'])
      expect((await stack.get(`/${elsewhere}${next.search}`, 'doctor')).status).toBe(410);
    const second = await follow(posted.body, 'next');
    expect(entries(second).map((e) => e.resource!.id)).not.toContain(entries(posted.body)[0]!.resource!.id);
    expect(second.link!.find((l) => l.relation === 'monitor')).toEqual(
      posted.body.link!.find((l) => l.relation === 'monitor'),
    );
  });
});

describe('a later visit', () => {
  it('is empty when nothing has happened, for one call', async () => {
    const news = await visit({ 'patient.identifier': P1, since: new Date(Date.now() + 3_600_000).toISOString() });
    await stack.resetCalls();
    expect(entries(await follow(news))).toEqual([]);
    expect(await stack.calls()).toEqual(['TD3.1a']);
  });

  it('tells new, replaced, re-labelled, archived, unarchived and deleted documents apart', async () => {
    const long = new Date(Date.now() - 30 * 86_400_000);
    const [a, b, c, d, e] = [1, 2, 3, 4, 5].map(() => registers(world(), { at: long, serviceStart: long }));
    changesStatus(world(), e!.uniqueId, 'archived', long);
    // Everything is seen here once, as a client's search would.
    await visit({ 'patient.identifier': P1, since: new Date(long.getTime() - 60_000).toISOString() });
    const before = await first();
    const id = (u: string): string | undefined =>
      entries(before).find((x) => uniqueIdOf(x.resource!) === u)?.resource!.id;
    const ids = { a: id(a!.uniqueId), b: id(b!.uniqueId), d: id(d!.uniqueId) };

    const now = new Date();
    const fresh = registers(world(), { at: now, title: 'Nouveau' });
    const replacement = registers(world(), { at: now, replaces: a!.entryUuid });
    const entryUuid = masks(world(), b!.uniqueId, now);
    changesStatus(world(), c!.uniqueId, 'archived', now);
    changesStatus(world(), d!.uniqueId, 'deleted', now);
    changesStatus(world(), e!.uniqueId, 'approved', now);

    const news = await follow(before);
    const codes = [fresh, replacement, a!, b!, c!, d!, e!].map((x) => said(news, x.uniqueId));
    // A stranger's masked document is not shown: not even that it was masked.
    expect(codes).toEqual(['new', 'replacement', 'replaced', undefined, 'archived', 'deleted', 'unarchived']);
    expect(entries(news)).toHaveLength(6);

    masks(world(), b!.uniqueId, new Date(), false);
    const shown = await follow(before);
    expect(said(shown, b!.uniqueId)).toBe('updated');
    const relabelled = resourceOf(shown, b!.uniqueId);
    expect(relabelled.id).toBe(ids.b);
    expect(relabelled.meta!.versionId).toBe('3');
    expect(JSON.stringify(relabelled.identifier)).not.toContain(entryUuid);

    expect(resourceOf(news, a!.uniqueId)).toMatchObject({ id: ids.a, status: 'superseded' });
    expect(resourceOf(news, d!.uniqueId)).toMatchObject({ id: ids.d, status: 'entered-in-error' });
    expect(resourceOf(news, replacement.uniqueId).relatesTo).toEqual([
      expect.objectContaining({
        code: 'replaces',
        target: expect.objectContaining({ reference: `DocumentReference/${ids.a}` }),
      }),
    ]);
    expect(resourceOf(news, fresh.uniqueId).relatesTo).toBeUndefined();
    for (const entry of entries(news)) expect(part(entry, 'at')!.valueInstant).toMatch(/^\d{4}-.*Z$/);
  });

  it('follows a chain of replacements within one visit', async () => {
    const long = new Date(Date.now() - 20 * 86_400_000);
    const [oldest] = [registers(world(), { at: long })];
    const old = registers(world(), { at: long, replaces: oldest.entryUuid });
    const before = await first();
    const middle = registers(world(), { at: new Date(), replaces: old.entryUuid });
    const last = registers(world(), { at: new Date(), replaces: middle.entryUuid });
    const news = await follow(before);
    // The middle one came and went: it is superseded. The oldest was before.
    expect([oldest, old, middle, last].map((x) => said(news, x.uniqueId))).toEqual([
      undefined,
      'replaced',
      'replaced',
      'replacement',
    ]);
  });

  it('is new, not re-labelled, when it came and was re-labelled since', async () => {
    const before = await first();
    const { uniqueId } = registers(world(), { at: new Date() });
    masks(world(), uniqueId, new Date());
    masks(world(), uniqueId, new Date(), false);
    const news = await follow(before);
    expect(said(news, uniqueId)).toBe('new');
    expect(resourceOf(news, uniqueId).meta!.versionId).toBe('3');
  });

  it('loses nothing that is registered in the second in which it is asked, or dated a little earlier', async () => {
    const before = await first();
    const since = new URL(before.link!.find((l) => l.relation === 'monitor')!.url).searchParams.get('since')!;
    expect(before.meta!.lastUpdated).toBe(new Date(since).toISOString());
    expect(new Date(since).getMilliseconds()).toBe(0);
    const sameSecond = registers(world(), { at: new Date(since) });
    const slowClock = registers(world(), { at: new Date(Date.parse(since) - 50_000) });
    const news = await follow(before);
    expect([said(news, sameSecond.uniqueId), said(news, slowClock.uniqueId)]).toEqual(['new', 'new']);
    // Told again by the next visit, recognisably: the same id, version, change and instant.
    const again = await follow(news);
    const identity = (n: News, u: string) => {
      const e = entries(n).find((x) => uniqueIdOf(x.resource!) === u)!;
      return [e.fullUrl, e.resource!.meta!.versionId, codeOf(e), part(e, 'at')!.valueInstant];
    };
    expect(identity(again, sameSecond.uniqueId)).toEqual(identity(news, sameSecond.uniqueId));
  });

  it('hides the limit of the registry: too many sets are asked for in parts', async () => {
    const before = await first();
    const { uniqueId } = registers(world(), { at: new Date() });
    const { settings } = world();
    const { maxResults } = settings;
    settings.maxResults = 30;
    try {
      const news = await follow(before);
      expect(said(news, uniqueId)).toBe('new');
    } finally {
      settings.maxResults = maxResults;
    }
  });

  it('asks for associations and documents in batches of 20', async () => {
    const before = await first();
    const made = Array.from({ length: 45 }, () => registers(world(), { at: new Date() }));
    const known = entries(await follow(before)).length;
    expect(known).toBeGreaterThanOrEqual(45);
    await stack.resetCalls();
    const news = await follow(before);
    expect(made.every((m) => said(news, m.uniqueId) === 'new')).toBe(true);
    const sets = world().registry.sets().length;
    const calls = (await stack.calls()).length;
    // FindSubmissionSets, the batches, one list for the silent sets of the tests above, one look at what relates.
    expect(calls).toBeLessThanOrEqual(3 + 2 * Math.ceil(sets / 20));
    expect(calls).toBeGreaterThanOrEqual(1 + 3 + 3);
  });
});

describe('what is deposited here', () => {
  it('is new to another visitor', async () => {
    const before = await first();
    const resource = simplified({ content: Buffer.from('Note de suivi'), contentType: 'text/plain' });
    const deposited = await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse');
    expect(deposited.status, JSON.stringify(deposited.body)).toBe(201);
    const news = await follow(before);
    expect(resourceOf(news, uniqueIdOf(resource)).id).toBe(deposited.body.id);
    expect(said(news, uniqueIdOf(resource))).toBe('new');
    // The signature of its set is no document.
    expect(entries(news).filter((e) => e.resource!.content[0]!.attachment.title === 'Signature du lot')).toEqual([]);
  });
});

describe('what is asked wrongly', () => {
  const bad: [what: string, query: Record<string, string>, status: number, word: string][] = [
    ['no patient', { since: '2026-11-21T08:00:00Z' }, 400, 'patient'],
    ['a day', { 'patient.identifier': P1, since: '2026-11-21' }, 400, 'since'],
    ['no zone', { 'patient.identifier': P1, since: '2026-11-21T08:00:00' }, 400, 'since'],
    ['no day of the calendar', { 'patient.identifier': P1, since: '2026-02-30T08:00:00Z' }, 400, 'since'],
    ['a misspelt parameter', { 'patient.identifier': P1, sinse: '2026-11-21T08:00:00Z' }, 400, 'sinse'],
    ['no count', { 'patient.identifier': P1, _count: 'many' }, 400, '_count'],
    ['an unknown patient', { patient: 'Patient/nobody' }, 400, 'Patient'],
    ['a patient without DMP', { 'patient.identifier': `${INS_TEST}|${patients.P4.ins}` }, 404, 'DMP'],
  ];
  it.each(bad)('%s', async (_what, query, status, word) => {
    const url = `${operation}?${new URLSearchParams(query).toString()}`;
    const answer = await stack.get<OperationOutcome>(url, 'doctor');
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.body.issue[0]!.details!.text).toContain(word);
  });

  it('since a nurse of the establishment, whom no session of Pro Santé Connect lets search: 403', async () => {
    const answer = await stack.get<OperationOutcome>(
      `${operation}?patient.identifier=${encodeURIComponent(P1)}`,
      'nurse',
    );
    expect(answer.status).toBe(403);
  });
});

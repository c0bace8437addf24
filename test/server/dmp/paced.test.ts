/** Submissions go out in their turn, and what becomes of them is told; real TLS, scripted turns. */
import { afterEach, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import type { CallObserver } from '../../../server/dmp/followers.ts';
import { td2_1 } from '../../../server/dmp/transactions/td2-1.ts';
import type { CallContext, Pacing, TurnRequest } from '../../../server/dmp/types.ts';
import { envelope } from './far-end.ts';
import { byNurse, clientOf, type TestClient } from './setup.ts';
import { submission } from './submission.ts';
import { list, say, success, wire } from './wire.ts';

const w = wire();
const accepted = say((id) => envelope(success, id));
const failure = (code: string) =>
  say((id) =>
    envelope(
      `<r:RegistryResponse xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"><r:RegistryErrorList><r:RegistryError errorCode="${code}" codeContext="x" severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"/></r:RegistryErrorList></r:RegistryResponse>`,
      id,
    ),
  );
const tooFast = new IssueError({ key: 'feed-pace', values: { seconds: 7 } });

let client: TestClient | undefined;
afterEach(async () => {
  await client?.close();
  client = undefined;
});

/** @param turns of each: whether it is fresh when it is looked at, or why there is none; the last one again and again */
function paced(turns: readonly (boolean | IssueError)[], settings: Record<string, string> = {}, onCall?: CallObserver) {
  const asked: TurnRequest[] = [];
  const told: string[] = [];
  const pacing: Pacing = {
    turn(structure, request) {
      expect(structure).toBe(byNurse.requester.structure.id);
      const turn = turns[Math.min(asked.push(request), turns.length) - 1]!;
      return typeof turn === 'boolean' ? Promise.resolve({ isFresh: () => turn }) : Promise.reject(turn);
    },
    report(_, outcome, ms) {
      expect(ms).toBeGreaterThanOrEqual(0);
      told.push(outcome);
      return Promise.reject(new Error('the database is away'));
    },
  };
  const made = (client = clientOf(w.pki, w.far.url, settings, { pacing, ...(onCall ? { onCall } : {}) }));
  const deposit = (context: Partial<CallContext> = {}) => made.call(td2_1, submission(), { ...byNurse, ...context });
  return { asked, told, deposit, client: made };
}

describe('a submission', () => {
  it('asks for its turn, in its lane and patience; a question asks for none', async () => {
    w.far.reply = accepted;
    const { asked, deposit, told } = paced([true], { FEED_PATIENCE_MS: '1234' });
    await deposit();
    await deposit({ lane: 'takeover', patienceMs: 5 });
    expect(asked).toEqual([
      { lane: 'live', patienceMs: 1234, documents: 1 },
      { lane: 'takeover', patienceMs: 5, documents: 1 },
    ]);
    // That it cannot be kept changes nothing of what was sent.
    expect(told).toEqual(['ok', 'ok']);
    await list(client!).catch(() => undefined);
    expect(asked).toHaveLength(2);
  });

  it('without a turn is not sent, and nothing is told of the DMP', async () => {
    const { deposit, told } = paced([tooFast]);
    const details: unknown[] = [];
    await expect(deposit({ onEnd: (d) => details.push(d) })).rejects.toBe(tooFast);
    expect(w.far.received).toEqual([]);
    expect(told).toEqual([]);
    expect(details).toEqual([expect.objectContaining({ attempts: 0 })]);
  });

  it('whose turn was lost while the connection opened asks again, counted once', async () => {
    w.far.reply = accepted;
    const { asked, deposit } = paced([false, false, true]);
    await deposit();
    expect(asked.map(({ documents }) => documents)).toEqual([1, 0, 0]);
    // A connection is held meanwhile.
    expect(asked.map(({ patienceMs }) => patienceMs)).toEqual([10_000, 5000, 5000]);
    expect(w.far.received).toHaveLength(1);
  });

  it('that gets no other turn then is not sent, and says so; the next one is', async () => {
    w.far.reply = accepted;
    const { deposit, told, asked } = paced([false, tooFast, true]);
    const details: unknown[] = [];
    await expect(deposit({ onEnd: (d) => details.push(d) })).rejects.toBe(tooFast);
    expect(w.far.received).toEqual([]);
    expect(told).toEqual([]);
    expect(details).toEqual([expect.objectContaining({ attempts: 0 })]);
    expect(asked).toHaveLength(2);
    await deposit();
    expect(w.far.received).toHaveLength(1);
  });

  it('says how long it has waited, which is no time of the DMP', async () => {
    w.far.reply = accepted;
    const times: [number, number][] = [];
    const { deposit } = paced([true], {}, (_, __, ms, { waitedMs = -1 }) => times.push([ms, waitedMs]));
    await deposit();
    expect(times[0]?.[0]).toBeGreaterThanOrEqual(0);
    expect(times[0]?.[1]).toBeGreaterThanOrEqual(0);
  });
});

describe('what is told of the DMP', () => {
  it.each([
    ['it has no such patient', failure('XDSUnknownPatientId'), 'refused'],
    ['it is busy', failure('XDSRegistryBusy'), 'failed'],
    ['it is unavailable', say(() => '', 'text/html', 503), 'failed'],
    ['it wants fewer', say(() => '', 'text/html', 429), 'failed'],
    ['it forbids', say(() => '', 'text/html', 403), 'refused'],
    ['it answers something else', say(() => 'maintenance', 'text/html'), 'failed'],
    ['it breaks off', (_: unknown, response: { destroy(): unknown }) => response.destroy(), 'failed'],
    ['it says nothing', () => undefined, 'failed'],
  ])('%s', async (_, reply, outcome) => {
    w.far.reply = reply;
    const { deposit, told } = paced([true], { DMP_TIMEOUT_MS: '300' });
    await expect(deposit()).rejects.toMatchObject({ name: 'DmpError' });
    expect(told).toEqual([outcome]);
  });

  it('nothing, where a right is missing or the caller has left', async () => {
    const { deposit, told } = paced([true]);
    const elsewhere = { ...byNurse.requester, structure: { ...byNurse.requester.structure, id: '1990300444' } };
    await expect(deposit({ requester: elsewhere })).rejects.toMatchObject({ kind: 'rights' });
    const leaving = new AbortController();
    w.far.reply = () => leaving.abort();
    await expect(deposit({ signal: leaving.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(told).toEqual([]);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { IssueError } from '../../../../mappings/outcome.ts';
import { takeTurn } from '../../../../server/feed/limits/turns.ts';
import type { TurnAnswer, TurnRules } from '../../../../server/store/types.ts';
import { openTestStore } from '../../../support/store.ts';

const settings = { pace: 4, marginMs: 100, probeMs: 1000 };
const key = { structure: '1', software: 'A' };
const ask = { lane: 'live', patienceMs: 10_000, documents: 1 } as const;

/** A store that answers what it is told, the last again and again; a number: granted, so many ms later than it was asked. */
function scripted(...answers: (TurnAnswer | number)[]) {
  const asked: TurnRules[] = [];
  return {
    asked,
    async turn(_: unknown, rules: TurnRules): Promise<TurnAnswer> {
      const answer = answers[Math.min(asked.push(rules), answers.length) - 1]!;
      if (typeof answer !== 'number') return answer;
      await sleep(answer);
      return { outcome: 'granted', waitMs: 0 };
    },
  };
}
const refusal = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'granted',
    (error: unknown) => (error instanceof IssueError ? error.issues[0] : error),
  );

describe('a turn', () => {
  it('is asked for as the settings say; a live one is booked ahead, one of a take-over is not', async () => {
    const live = scripted(0);
    await takeTurn(live, key, ask, { ...settings, dailyCap: 9 });
    expect(live.asked).toEqual([
      { intervalMs: 275, dailyCap: 9, probeMs: 1000, documents: 1, patienceMs: expect.any(Number) as number },
    ]);
    expect(live.asked[0]?.patienceMs).toBeGreaterThan(9000);
    const past = scripted({ outcome: 'pace', waitMs: 5 }, { outcome: 'pace', waitMs: 5 }, 0);
    await takeTurn(past, key, { ...ask, lane: 'takeover' }, settings);
    expect(past.asked.map(({ patienceMs }) => patienceMs)).toEqual([0, 0, 0]);
    const free = scripted(0);
    await takeTurn(free, key, ask, { ...settings, pace: 0 });
    expect(free.asked[0]?.intervalMs).toBe(0);
  });

  it.each([
    ['pace', 'feed-pace', 3],
    ['cap', 'feed-daily-cap', 3],
    ['breaker', 'feed-breaker', 3],
  ] as const)('that is refused (%s) says when to come back', async (outcome, key_, seconds) => {
    const issue = await refusal(takeTurn(scripted({ outcome, waitMs: 2001 }), key, ask, settings));
    expect(issue).toMatchObject({ key: key_, values: { seconds } });
  });

  it('of a take-over is waited for within the patience only', async () => {
    const past = { ...ask, lane: 'takeover', patienceMs: 30 } as const;
    const answers = scripted({ outcome: 'pace', waitMs: 20 });
    expect(await refusal(takeTurn(answers, key, past, settings))).toMatchObject({ key: 'feed-pace' });
    expect(answers.asked.length).toBeGreaterThan(1);
  });

  it('that comes too late is thrown away and asked for again: its documents are counted once', async () => {
    const late = scripted(60, 0);
    const turn = await takeTurn(late, key, { ...ask, documents: 3 }, { ...settings, marginMs: 40 });
    expect(late.asked.map(({ documents }) => documents).slice(0, 2)).toEqual([3, 0]);
    await sleep(60);
    expect(turn.isFresh()).toBe(false);
  });

  it('for more documents than a day takes is refused for good', async () => {
    const never = scripted(0);
    const many = { ...ask, documents: 21 };
    expect(await refusal(takeTurn(never, key, many, { ...settings, dailyCap: 20 }))).toMatchObject({
      key: 'feed-set-over-cap',
      values: { documents: 21, cap: 20 },
    });
    expect(never.asked).toEqual([]);
  });

  it('is not waited for by who has left', async () => {
    const leaving = new AbortController();
    const waiting = takeTurn(
      scripted({ outcome: 'granted', waitMs: 60_000 }),
      key,
      { ...ask, signal: leaving.signal },
      settings,
    );
    leaving.abort();
    expect(await refusal(waiting)).toMatchObject({ name: 'AbortError' });
  });
});

it('over several processes whose event loops are busy, any N + 1 submissions span a second', async () => {
  const { config, close } = await openTestStore();
  try {
    const N = 8;
    const child = async (lane: 'live' | 'takeover'): Promise<bigint[]> => {
      const task = { config, settings: { pace: N, marginMs: 60, probeMs: 1000 }, lane, times: 8 };
      const program = path.join(import.meta.dirname, 'turn-child.ts');
      const process_ = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(task)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [printed, [code]] = await Promise.all([text(process_.stdout), once(process_, 'exit')]);
      expect(code).toBe(0);
      return printed.trim().split('\n').map(BigInt);
    };
    const used = (await Promise.all([child('live'), child('live'), child('takeover')])).flat();
    expect(used).toHaveLength(24);
    const inOrder = used.sort((a, b) => (a < b ? -1 : 1));
    const spans = inOrder.slice(N).map((at, i) => Number(at - inOrder[i]!) / 1e6);
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(1000);
  } finally {
    await close();
  }
}, 120_000);

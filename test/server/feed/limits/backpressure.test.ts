import { expect, it } from 'vitest';
import { type IssueError } from '../../../../mappings/outcome.ts';
import { createBackpressure } from '../../../../server/feed/limits/backpressure.ts';

const config = { FEED_BACKLOG_MAX: 10, FEED_BACKLOG_MAX_SECONDS: 60 };
const told = (promise: Promise<void>): Promise<string> =>
  promise.then(
    () => 'taken',
    (error: unknown) => (error as IssueError).issues.map((i) => `${i.key} ${i.values?.['seconds']}`).join(),
  );

it.each([
  [{ count: 9, oldestMs: 60_000 }, 'taken'],
  [{ count: 10, oldestMs: 0 }, 'feed-backlog 60'],
  [{ count: 1, oldestMs: 60_001 }, 'feed-backlog 60'],
])('%j: %s; a take-over in any case', async (backlog, expected) => {
  const pressure = createBackpressure(config, { backlog: () => Promise.resolve(backlog) });
  expect(await told(pressure('1', 'live'))).toBe(expected);
  expect(await told(pressure('1', 'takeover'))).toBe('taken');
});

it('counts once for all who come within a second, each structure apart, and again after a failure', async () => {
  let at = 0;
  const asked: string[] = [];
  let fails = false;
  const backlog = (structure: string) => {
    asked.push(structure);
    return fails ? Promise.reject(new Error('away')) : Promise.resolve({ count: 0, oldestMs: 0 });
  };
  const pressure = createBackpressure(config, { backlog }, () => at);
  await Promise.all([pressure('1', 'live'), pressure('1', 'live'), pressure('2', 'live')]);
  at = 999;
  await pressure('1', 'live');
  expect(asked).toEqual(['1', '2']);
  at = 1000;
  fails = true;
  await expect(pressure('1', 'live')).rejects.toThrow('away');
  fails = false;
  await pressure('1', 'live');
  expect(asked).toEqual(['1', '2', '1', '1']);
});

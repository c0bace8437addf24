/** The record of how fast submissions came. */
import { expect, it } from 'vitest';
import { createSubmissionLog } from '../../simulator/control/submissions.ts';

const sender = { structure: '1', software: 'A' };

it('counts the most in any second, whose end is no part of it, in the order of arrival', () => {
  const log = createSubmissionLog();
  // 1000 is read to its end after 1999.
  const counts = [0, 999, 1999, 1000, 1998.5].map((at) => log.add(sender, at));
  expect(counts).toEqual([1, 2, 1, 2, 3]);
  expect(log.report()).toEqual([{ ...sender, count: 5, mostInASecond: 3, at: [0, 999, 1000, 1998.5, 1999] }]);
});

it('structures and software are counted apart, and forgotten together', () => {
  const log = createSubmissionLog();
  expect(log.add(sender, 5)).toBe(1);
  expect(log.add({ ...sender, software: 'B' }, 5)).toBe(1);
  expect(log.add({ ...sender, structure: '2' }, 5)).toBe(1);
  expect(log.report().map(({ count }) => count)).toEqual([1, 1, 1]);
  log.clear();
  expect(log.report()).toEqual([]);
});

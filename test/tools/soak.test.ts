/** The soak test’s own judgement: memory that grows makes it fail. Its runs are in .ci/run. */
import { expect, it } from 'vitest';
import { randomOf } from '../../tools/crash/random.ts';
import { growing } from '../../tools/soak/flat.ts';

const random = randomOf(1);
/** MiB over 45 samples: what is needed, what fills at the beginning, chance; and a leak of so much a sample. */
const run = (leak: number) =>
  Array.from({ length: 45 }, (_, i) => {
    const heap = 90 + 20 * (1 - Math.exp(-i / 3)) + 4 * random.next() + leak * i;
    return { heap, rss: 2 * heap + 30 * random.next() };
  });

it('memory that comes to rest is flat', () => {
  for (let i = 0; i < 20; i++) expect(growing(run(0))).toEqual([]);
});

it('memory that goes on growing is not', () => {
  expect(growing(run(1))).toEqual([expect.stringMatching(/^heap grows: /)]);
  expect(growing(run(3))).toEqual([expect.stringMatching(/^heap/), expect.stringMatching(/^rss/)]);
});

it('nothing is said of a run that was too short', () => {
  expect(() => growing(run(0).slice(0, 5))).toThrow(RangeError);
});

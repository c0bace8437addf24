import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { cut, isUnchanged, rangeOf } from '../../../server/fhir/range.ts';
import '../../support/fast-check.ts';

describe('Range', () => {
  it.each([
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=10-', { start: 10, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['BYTES=99-99', { start: 99, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=100-200', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=-', undefined],
    ['bytes=a-b', undefined],
    ['lines=0-9', undefined],
    [undefined, undefined],
  ])('%s of 100', (range, expected) => expect(rangeOf({ range }, '"e"', 100)).toEqual(expected));

  it('of nothing', () => {
    expect(rangeOf({ range: 'bytes=0-' }, '"e"', 0)).toBe('unsatisfiable');
    expect(rangeOf({ range: 'bytes=-5' }, '"e"', 0)).toBe('unsatisfiable');
  });

  it('counts only while If-Range is the tag, strong', () => {
    const range = 'bytes=0-9';
    expect(rangeOf({ range, ifRange: '"e"' }, '"e"', 100)).toEqual({ start: 0, end: 9 });
    for (const ifRange of ['"f"', 'W/"e"', 'Sat, 21 Nov 2026 05:00:00 GMT', ''])
      expect(rangeOf({ range, ifRange }, '"e"', 100)).toBeUndefined();
  });

  it('is cut out of any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 }),
        fc.nat(150),
        fc.nat(150),
        async (chunks, a, b) => {
          const whole = Buffer.concat(chunks);
          const [start, end] = [Math.min(a, b), Math.max(a, b)];

          const source = async function* (): AsyncGenerator<Uint8Array> {
            yield* chunks;
          };
          const parts: Uint8Array[] = [];
          for await (const part of cut(source(), { start, end })) parts.push(part);
          expect(Buffer.concat(parts).equals(whole.subarray(start, end + 1))).toBe(true);
        },
      ),
    );
  });
});

it('If-None-Match is compared weakly, in a list', () => {
  expect(['"e"', 'W/"e"', '"a", "e"', '*'].map((h) => isUnchanged(h, '"e"'))).toEqual([true, true, true, true]);
  expect([undefined, '', '"a"', 'e', '"e'].map((h) => isUnchanged(h, '"e"'))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

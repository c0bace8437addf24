/** Answers that the registry finds too large are asked in parts, and nothing is lost or shown twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDocuments, getDocuments, type StoredQuery } from '../../../mappings/query.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { DmpError } from '../../../server/dmp/types.ts';
import { askWhole, between } from '../../../server/fhir/whole-answer.ts';
import { answerOf, entry } from './support.ts';

const now = new Date('2026-11-21T08:00:00Z');
const tooMany = () => new DmpError('registry', 'XDSTooManyResults', 'TD3.1a');

/** A registry of `entries` that gives at most `most` at once; From counts in, To as `inclusive` says. */
function registry(entries: readonly DocumentEntry[], most: number, inclusive = false) {
  const asked: StoredQuery[] = [];
  const ask = (query: StoredQuery) => {
    asked.push(query);
    const value = (name: string) => query.parameters[`$XDSDocumentEntryCreationTime${name}`]?.[0]?.[0];
    const [from, to, ids] = [value('From'), value('To'), query.parameters['$XDSDocumentEntryUniqueId']?.[0]];
    const found = entries.filter((e) => {
      const time = e.creationTime!.padEnd(14, '0');
      const before = to === undefined || time < to || (inclusive && time === to);
      return (from === undefined || time >= from) && before && (ids?.includes(e.uniqueId) ?? true);
    });
    return found.length > most ? Promise.reject(tooMany()) : Promise.resolve(answerOf(found));
  };
  return { asked, ask };
}
const ids = (entries: readonly DocumentEntry[]): string[] => entries.map((e) => e.id).sort();
const search = findDocuments('x');

describe('askWhole', () => {
  it('finds everything once, wherever the documents lie in time', async () => {
    const time = fc
      .date({ min: new Date('1950-01-01'), max: new Date('2031-01-01'), noInvalidDate: true })
      .map((d) => d.toISOString().replace(/[-T:]/g, '').slice(0, 14));
    const recent = fc
      .integer({ min: 0, max: 86_400 * 30 })
      .map((s) => new Date(now.getTime() - s * 1000).toISOString().replace(/[-T:]/g, '').slice(0, 14));
    const times = fc.array(fc.oneof(time, recent), { maxLength: 40 });
    let parts = 0;
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 3, max: 10 }), fc.boolean(), async (all, most, inclusive) => {
        const counts = all.map((t) => all.filter((o) => o === t).length);
        fc.pre(Math.max(0, ...counts) <= most - 2);
        const entries = all.map((creationTime, n) => entry(n, { creationTime }));
        const { ask, asked } = registry(entries, most, inclusive);
        const { objects } = await askWhole(search, ask, { calls: 1000, now });
        expect(ids(objects.documentEntries)).toEqual(ids(entries));
        parts += asked.length;
      }),
      { numRuns: 200 },
    );
    expect(parts).toBeGreaterThan(400);
  });

  it('asks once when that is enough, and keeps the bounds that the search has', async () => {
    const entries = Array.from({ length: 60 }, (_, i) =>
      entry(i, { creationTime: `2026${String((i % 10) + 1).padStart(2, '0')}15080${i % 10}00` }),
    );
    const whole = registry(entries, 100);
    await askWhole(search, whole.ask, { calls: 1, now });
    expect(whole.asked).toEqual([search]);
    const bounded = findDocuments('x', {
      $XDSDocumentEntryCreationTimeFrom: [['20260301000000']],
      $XDSDocumentEntryCreationTimeTo: [['20260701000000']],
    });
    const { ask, asked } = registry(entries, 10);
    const { objects } = await askWhole(bounded, ask, { calls: 64, now });
    expect(objects.documentEntries).toHaveLength(24);
    for (const { parameters: p } of asked) {
      expect(p['$XDSDocumentEntryCreationTimeFrom']![0]![0]! >= '20260301000000').toBe(true);
      expect(p['$XDSDocumentEntryCreationTimeTo']![0]![0]! <= '20260701000000').toBe(true);
    }
  });

  it('puts the parts together in the order of time', async () => {
    const times = ['20200101000000', '20261101000000', '20100101000000', '20240101000000'];
    const { ask } = registry(
      times.map((creationTime, n) => entry(n, { creationTime })),
      1,
    );
    const { objects } = await askWhole(search, ask, { calls: 64, now });
    expect(objects.documentEntries.map((e) => e.creationTime)).toEqual([...times].sort());
  });

  it('cuts a list of identifiers in two', async () => {
    const entries = Array.from({ length: 20 }, (_, n) => entry(n));
    const { ask, asked } = registry(entries, 6);
    const query = getDocuments({ uniqueIds: entries.map((e) => e.uniqueId) });
    const { objects } = await askWhole(query, ask, { calls: 64, now });
    expect(ids(objects.documentEntries)).toEqual(ids(entries));
    expect(asked).toHaveLength(7);
  });

  it('leaves the error when it cannot be cut, or not within the calls: half a list is no list', async () => {
    const sameSecond = Array.from({ length: 5 }, (_, n) => entry(n, { creationTime: '20260101080000' }));
    await expect(askWhole(search, registry(sameSecond, 4).ask, { calls: 1000, now })).rejects.toMatchObject({
      code: 'XDSTooManyResults',
    });
    const spread = Array.from({ length: 28 }, (_, n) => entry(n));
    const { ask, asked } = registry(spread, 1);
    await expect(askWhole(search, ask, { calls: 10, now })).rejects.toMatchObject({ code: 'XDSTooManyResults' });
    expect(asked.length).toBeLessThanOrEqual(10);
    const one = getDocuments({ uniqueIds: ['1.2'] });
    await expect(askWhole(one, () => Promise.reject(tooMany()), { calls: 9, now })).rejects.toThrow(DmpError);
  });

  it('does not repeat other failures', async () => {
    let calls = 0;
    const busy = () => Promise.reject(new DmpError('registry', 'XDSRegistryBusy', `TD3.1a${calls++}`));
    await expect(askWhole(search, busy, { calls: 64, now })).rejects.toMatchObject({ code: 'XDSRegistryBusy' });
    expect(calls).toBe(1);
  });
});

describe('between', () => {
  it('lies between the ends, on a second', () => {
    const t = now.getTime();
    const end = fc.oneof(fc.integer({ min: -2e12, max: 4e12 }), fc.constant(t), fc.constant(t + 1000));
    fc.assert(
      fc.property(fc.oneof(end, fc.constant(-Infinity)), fc.oneof(end, fc.constant(Infinity)), (from, to) => {
        const at = between(from, to, t);
        if (at === undefined) return;
        expect(at > from && at < to && at % 1000 === 0).toBe(true);
      }),
    );
    expect(between(t, t + 1000, t)).toBeUndefined();
    expect(between(t - 2000, t, t)).toBe(t - 1000);
  });
});

/** The crash test’s own judgement: whatever is not as promised makes it fail. Its runs are in .ci/run. */
import { describe, expect, it } from 'vitest';
import { hasRightKey } from '../../mappings/ins.ts';
import { parseSeed } from '../../simulator/seed/read.ts';
import { asSeed, lineOf, people } from '../../tools/crash/documents.ts';
import { randomOf } from '../../tools/crash/random.ts';
import { complaintsOf, figuresOf, type Observed } from '../../tools/crash/verdict.ts';

const [who] = people(1);
const line = lineOf(who!, 10);
const superseded = new Set(line.flatMap(({ replaces }) => replaces ?? []));
const good: Observed = {
  accepted: line.map((document, i) => ({ document, requestId: `r${i}` })),
  wanted: 10,
  documents: line.map(({ uniqueId }) => ({ uniqueId, status: superseded.has(uniqueId) ? 'Deprecated' : 'Approved' })),
  states: { delivered: 10 },
  recordedRequests: new Set(line.map((_, i) => `r${i}`)),
  sent: 13,
  recordedSubmissions: 14,
  isTrailGood: true,
  kills: 3,
  seconds: 1.4,
};
const judge = (change: Partial<Observed>): string[] => complaintsOf(figuresOf({ ...good, ...change }), 3);

describe('the verdict', () => {
  it('is good when everything is there once', () => {
    expect(judge({})).toEqual([]);
    expect(figuresOf(good)).toEqual({
      ...{ submitted: 10, delivered: 10, lost: 0, duplicated: 0, refused: 0, kills: 3, auditMissing: 0 },
      ...{ misplaced: 0, left: 0, seconds: 1 },
    });
    // The same document, accepted at a second try.
    expect(judge({ accepted: [...good.accepted, good.accepted[0]!] })).toEqual([]);
  });

  const swapped = good.documents.map(({ uniqueId }) => ({ uniqueId, status: 'Approved' }));
  it.each<[string, Partial<Observed>, string[]]>([
    ['a document is not in the DMP', { documents: good.documents.slice(1) }, ['lost: 1', 'delivered 9 of 10']],
    ['one was never accepted', { wanted: 11 }, ['lost: 1']],
    ['one is there twice', { documents: [...good.documents, good.documents[0]!] }, ['duplicated: 1']],
    ['one was refused', { states: { delivered: 9, refused: 1 } }, ['refused: 1']],
    ['one was given up', { states: { delivered: 9, exhausted: 1 } }, ['refused: 1']],
    ['one is still on its way', { states: { delivered: 9, waiting: 1 } }, ['left: 1']],
    ['an accepted request is not on record', { recordedRequests: new Set(['r1']) }, ['auditMissing: 9']],
    ['something was sent that is not on record', { sent: 15 }, ['auditMissing: 1']],
    ['the trail was broken', { isTrailGood: false }, ['auditMissing: 1']],
    ['what was replaced is not superseded', { documents: swapped }, ['misplaced: 2']],
    ['too little was killed', { kills: 2 }, ['only 2 of 3 kills']],
  ])('is bad when %s', (_, change, complaints) => {
    expect(judge(change)).toEqual(complaints);
  });
});

describe('what is fed', () => {
  it('is about people whom the DMP can know', () => {
    const all = people(90);
    expect(new Set(all.map(({ ins }) => ins)).size).toBe(90);
    expect(all.every(({ ins }) => hasRightKey(ins))).toBe(true);
    expect(parseSeed(asSeed(all)).patients).toHaveLength(90);
  });
  it('replaces within its line, what was fed before', () => {
    const replacing = line.flatMap(({ replaces }, i) => (replaces ? [[i, line[i - 1]!.uniqueId === replaces]] : []));
    expect(replacing).toEqual([
      [4, true],
      [9, true],
    ]);
    expect(line.map(({ body }) => body.includes('"replaces"'))).toEqual(line.map(({ replaces }) => !!replaces));
  });
  it('comes by chance that can be had again', () => {
    const draw = (seed: number): number[] => {
      const random = randomOf(seed);
      return Array.from({ length: 1000 }, () => random.between(1, 6));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(new Set(draw(7))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });
});

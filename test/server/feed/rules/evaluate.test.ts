import { describe, expect, it } from 'vitest';
import { evaluate, strictest, type Facts } from '../../../../server/feed/rules/evaluate.ts';
import { feedingRules, type FeedingRules, type When } from '../../../../server/feed/rules/model.ts';

const doctor = {
  person: '899700101233',
  professions: ['G15_10/SM42'],
  roles: ['MTRAIT'],
  institutions: ['1990100109'],
  isDepositor: false,
};
const facts: Facts = {
  type: '11488-4',
  class: '11',
  practiceSetting: 'AMBULATOIRE',
  format: 'urn:ihe:iti:xds-sd:pdf:2008',
  confidentiality: ['N', 'MASQUE_PS'],
  authors: [doctor],
  status: 'final',
  lane: 'live',
  ageDays: 30,
};
const nurse = { ...doctor, person: '899700204581', professions: ['G15_60'], roles: [], isDepositor: true };

const decision = { date: '2026-11-12', reference: 'CME 2026-14' };
const policy = (rules: unknown, otherwise?: unknown) => ({
  version: 3,
  rules: feedingRules.parse({ decision, rules, ...(otherwise === undefined ? {} : { otherwise }) }),
});
/** What a rule with these conditions, and nothing else, says of a document. */
const isMatch = (when: When, of: Partial<Facts> = {}): boolean =>
  evaluate(policy([{ name: 'rule', when, then: 'never' }]), { ...facts, ...of }).verdict === 'never';

describe('a condition', () => {
  const cases: [string, When, boolean, Partial<Facts>?][] = [
    ['nothing: every document', {}, true],
    ['type', { type: ['11488-4'] }, true],
    ['one of several types', { type: ['11502-2', '11488-4'] }, true],
    ['another type', { type: ['11502-2'] }, false],
    ['a type, of a document without one', { type: ['11488-4'] }, false, { type: undefined }],
    ['class', { class: ['11'] }, true],
    ['another class', { class: ['10'] }, false],
    ['service', { practiceSetting: ['AMBULATOIRE'] }, true],
    ['another service', { practiceSetting: ['ESSMS'] }, false],
    ['format', { format: ['urn:ihe:iti:xds-sd:pdf:2008'] }, true],
    ['another format', { format: ['urn:ihe:lab:xd-lab:2008'] }, false],
    ['confidentiality', { confidentiality: ['MASQUE_PS'] }, true],
    ['another confidentiality', { confidentiality: ['V', 'R'] }, false],
    ['profession with its specialty', { author: { profession: ['G15_10/SM42'] } }, true],
    ['profession of any specialty', { author: { profession: ['G15_10'] } }, true],
    ['another specialty', { author: { profession: ['G15_10/SM26'] } }, false],
    [
      'a specialty, of an author who says none',
      { author: { profession: ['G15_10/SM42'] } },
      false,
      { authors: [{ ...doctor, professions: ['G15_10'] }] },
    ],
    ['role', { author: { role: ['MTRAIT'] } }, true],
    ['another role', { author: { role: ['X'] } }, false],
    ['person', { author: { person: ['899700101233'] } }, true],
    ['another person', { author: { person: ['899700204581'] } }, false],
    ['a person, of a device', { author: { person: ['1'] } }, false, { authors: [{ ...doctor, person: undefined }] }],
    ['institution', { author: { institution: ['1990100109'] } }, true],
    ['another institution', { author: { institution: ['1990100117'] } }, false],
    [
      'one author who is all that',
      { author: { profession: ['G15_60'], person: ['899700204581'] } },
      true,
      { authors: [doctor, nurse] },
    ],
    [
      'no author is all that, two together are',
      { author: { profession: ['G15_60'], person: ['899700101233'] } },
      false,
      { authors: [doctor, nurse] },
    ],
    ['the depositor is no author', { author: { isDepositor: false } }, true],
    ['the depositor is an author', { author: { isDepositor: false } }, false, { authors: [doctor, nurse] }],
    ['the depositor is the author', { author: { isDepositor: true } }, true, { authors: [doctor, nurse] }],
    [
      'the depositor is another author than the doctor',
      { author: { isDepositor: true, profession: ['G15_10'] } },
      false,
      { authors: [doctor, nurse] },
    ],
    ['status', { status: ['final', 'amended'] }, true],
    ['another status', { status: ['preliminary'] }, false],
    ['lane', { lane: 'live' }, true],
    ['another lane', { lane: 'takeover' }, false],
    ['an age from', { age: { atLeastDays: 30 } }, true],
    ['too young', { age: { atLeastDays: 31 } }, false],
    ['an age up to', { age: { lessThanDays: 31 } }, true],
    ['too old', { age: { lessThanDays: 30 } }, false],
    ['an age, of a document without time', { age: { atLeastDays: 0 } }, false, { ageDays: undefined }],
    ['all of several', { type: ['11488-4'], lane: 'live', status: ['final'] }, true],
    ['all but one of several', { type: ['11488-4'], lane: 'takeover', status: ['final'] }, false],
  ];
  it.each(cases)('%s', (_, when, expected, of) => {
    expect(isMatch(when, of)).toBe(expected);
  });
});

describe('the rules', () => {
  const two = [
    { name: 'first', when: { type: ['11488-4'] }, then: 'manual', reason: 'why', visibility: ['INVISIBLE_PATIENT'] },
    { name: 'second', when: {}, then: 'never' },
  ];

  it('the first that matches decides, and is named with its version and decision', () => {
    expect(evaluate(policy(two), facts)).toEqual({
      verdict: 'manual',
      by: { version: 3, rule: 'first', reference: 'CME 2026-14', reason: 'why' },
      visibility: ['INVISIBLE_PATIENT'],
    });
    expect(evaluate(policy([...two].reverse()), facts)).toMatchObject({ verdict: 'never', by: { rule: 'second' } });
  });

  it('a document outside the rules is for a person to release, unless the decision says otherwise', () => {
    const outside = { ...facts, type: '11502-2' };
    expect(evaluate(policy(two.slice(0, 1)), outside)).toMatchObject({ verdict: 'manual', by: { rule: 'otherwise' } });
    const open = policy(two.slice(0, 1), { then: 'automatic', visibility: ['INVISIBLE_PATIENT'] });
    expect(evaluate(open, outside)).toEqual({
      verdict: 'automatic',
      by: { version: 3, rule: 'otherwise', reference: 'CME 2026-14' },
      visibility: ['INVISIBLE_PATIENT'],
    });
  });

  it('without rules everything goes on, by no rule', () => {
    expect(evaluate(undefined, facts)).toEqual({ verdict: 'automatic', visibility: [] });
  });

  it('a set goes by the strictest of its documents', () => {
    const of = (...verdicts: FeedingRules['otherwise']['then'][]) =>
      strictest(verdicts.map((verdict) => ({ verdict })));
    expect(of('automatic', 'manual', 'automatic')?.verdict).toBe('manual');
    expect(of('manual', 'never', 'automatic')?.verdict).toBe('never');
    expect(of('automatic')?.verdict).toBe('automatic');
    expect(of()).toBeUndefined();
  });
});

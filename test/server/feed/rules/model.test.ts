import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { IssueError } from '../../../../mappings/outcome.ts';
import { feedingRules } from '../../../../server/feed/rules/model.ts';
import { readInput } from '../../../../server/registry/input.ts';

const good = {
  decision: { date: '2026-11-12', reference: 'CME 2026-14' },
  rules: [{ name: 'reports', when: { type: ['11488-4'] }, then: 'automatic' }],
};

it('what no rule names is for a person to release, when the decision says nothing of it', () => {
  expect(readInput(feedingRules, good)).toEqual({ ...good, otherwise: { then: 'manual' } });
});

const withRule = (rule: object) => ({ ...good, rules: [{ ...good.rules[0], ...rule }] });
const when = (conditions: object) => withRule({ when: conditions });

it.each<[string, unknown, string, string]>([
  ['no decision', { rules: [] }, 'decision', 'registry-required'],
  ['no date', { ...good, decision: { reference: 'x' } }, 'decision.date', 'registry-required'],
  ['no such day', { ...good, decision: { date: '2026-02-30', reference: 'x' } }, 'decision.date', 'registry-value'],
  [
    'an empty reference',
    { ...good, decision: { date: '2026-11-12', reference: '' } },
    'decision.reference',
    'registry-value',
  ],
  ['a time without zone', { ...good, effectiveFrom: '2026-11-12T10:00:00' }, 'effectiveFrom', 'registry-value'],
  ['an unknown property', { ...good, author: 'me' }, '', 'registry-property'],
  ['an unknown condition', when({ colour: ['red'] }), 'rules[0].when', 'registry-property'],
  ['no list', { ...good, rules: {} }, 'rules', 'registry-value'],
  [
    'too many rules',
    { ...good, rules: Array.from({ length: 501 }, (_, i) => ({ ...good.rules[0], name: `r${i}` })) },
    'rules',
    'registry-value',
  ],
  ['a name twice', { ...good, rules: [good.rules[0], good.rules[0]] }, 'rules', 'registry-value'],
  ['the name of what stands for no rule', withRule({ name: 'otherwise' }), 'rules[0].name', 'registry-value'],
  ['a name that is a sentence', withRule({ name: 'Mme X seulement' }), 'rules[0].name', 'registry-value'],
  ['an unknown verdict', withRule({ then: 'perhaps' }), 'rules[0].then', 'registry-value'],
  ['no conditions at all', withRule({ when: undefined }), 'rules[0].when', 'registry-required'],
  ['an unknown type', when({ type: ['11488-4', '00000-0'] }), 'rules[0].when.type[1]', 'registry-value'],
  ['a type twice', when({ type: ['11488-4', '11488-4'] }), 'rules[0].when.type', 'registry-value'],
  ['an empty list', when({ type: [] }), 'rules[0].when.type', 'registry-value'],
  ['an unknown class', when({ class: ['99'] }), 'rules[0].when.class[0]', 'registry-value'],
  ['an unknown service', when({ practiceSetting: ['CARDIO'] }), 'rules[0].when.practiceSetting[0]', 'registry-value'],
  ['an unknown format', when({ format: ['pdf'] }), 'rules[0].when.format[0]', 'registry-value'],
  [
    'an unknown confidentiality',
    when({ confidentiality: ['SECRET'] }),
    'rules[0].when.confidentiality[0]',
    'registry-value',
  ],
  [
    'an unknown profession',
    when({ author: { profession: ['10'] } }),
    'rules[0].when.author.profession[0]',
    'registry-value',
  ],
  ['an author of no kind', when({ author: {} }), 'rules[0].when.author', 'registry-value'],
  ['an unknown status', when({ status: ['draft'] }), 'rules[0].when.status[0]', 'registry-value'],
  ['an unknown lane', when({ lane: 'fast' }), 'rules[0].when.lane', 'registry-value'],
  ['no age', when({ age: {} }), 'rules[0].when.age', 'registry-value'],
  [
    'an age that nothing has',
    when({ age: { atLeastDays: 5, lessThanDays: 5 } }),
    'rules[0].when.age',
    'registry-value',
  ],
  ['an unknown visibility', withRule({ visibility: ['INVISIBLE'] }), 'rules[0].visibility[0]', 'registry-value'],
  [
    'a visibility of what is never sent',
    withRule({ then: 'never', visibility: ['MASQUE_PS'] }),
    'rules[0].visibility',
    'registry-value',
  ],
  ['a reason of two lines', withRule({ reason: 'a\nb' }), 'rules[0].reason', 'registry-value'],
])('refuses %s, and names the element', (_, given, expression, key) => {
  let caught: unknown;
  try {
    readInput(feedingRules, given);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(IssueError);
  expect((caught as IssueError).issues).toEqual([
    expect.objectContaining({ key, ...(expression === '' ? {} : { expression }) }),
  ]);
});

it('says of which value set a code should be, and repeats none that it was given', () => {
  try {
    readInput(feedingRules, when({ type: ['00000-0'] }));
  } catch (error) {
    const [issue] = (error as IssueError).issues;
    expect(issue?.values).toEqual({ expected: 'JDV_J66_TypeCode_DMP' });
  }
  expect.assertions(1);
});

it('takes the decision that the documentation shows', () => {
  const page = readFileSync(new URL('../../../../docs/feeding-rules.md', import.meta.url), 'utf8');
  const [, decision = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  expect(readInput(feedingRules, parse(decision)).rules.length).toBeGreaterThan(3);
});

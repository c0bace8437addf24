/** What recorded consents say of an access: the whole table, by topic, purpose, decision and setting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { consultationIssues, feedingIssues, inForce, isFresh, type Decision } from '../../../server/consent/decide.ts';
import { consentTopics } from '../../../server/store/consent-types.ts';

const now = new Date('2026-11-28T10:00:00Z');
const config = loadConfig({});
const presumed = loadConfig({ CONSENT_FEEDING: 'presumed', CONSENT_CONSULTATION: 'presumed' });
const said = (topic: Decision['topic'], decision: Decision['decision'], more: Partial<Decision> = {}): Decision => ({
  topic,
  decision,
  status: 'active',
  ...more,
});
const keys = (issues: readonly { key: string }[]): string[] => issues.map((i) => i.key);

describe('feeding', () => {
  it.each<[string, Decision[], string[], string[]]>([
    ['nothing on record', [], ['consent-feeding-missing'], []],
    ['not opposed', [said('feeding', 'permit')], [], []],
    ['opposed', [said('feeding', 'deny')], ['consent-feeding-opposed'], ['consent-feeding-opposed']],
    ['withdrawn', [said('feeding', 'permit', { status: 'inactive' })], ['consent-feeding-missing'], []],
    ['consent to consultation is another thing', [said('consultation', 'permit')], ['consent-feeding-missing'], []],
  ])('%s', (_, decisions, strict, lenient) => {
    expect(keys(feedingIssues(decisions, config, now))).toEqual(strict);
    expect(keys(feedingIssues(decisions, presumed, now))).toEqual(lenient);
  });
});

describe('consultation', () => {
  it('needs the consent with a normal access only', () => {
    expect(keys(consultationIssues([], 'normal', config, now))).toEqual(['consent-consultation-missing']);
    expect(keys(consultationIssues([], 'bris_de_glace', config, now))).toEqual([]);
    expect(keys(consultationIssues([], 'centre_15', config, now))).toEqual([]);
    expect(keys(consultationIssues([said('consultation', 'deny')], 'normal', presumed, now))).toEqual([
      'consent-consultation-refused',
    ]);
  });

  it('an opposition closes the access that it is about, and no other', () => {
    const both = [said('break-glass', 'deny'), said('regulation', 'deny'), said('consultation', 'permit')];
    expect(keys(consultationIssues(both, 'bris_de_glace', config, now))).toEqual(['consent-break-glass-opposed']);
    expect(keys(consultationIssues(both, 'centre_15', config, now))).toEqual(['consent-regulation-opposed']);
    expect(keys(consultationIssues(both, 'normal', config, now))).toEqual([]);
    expect(keys(consultationIssues([said('break-glass', 'permit')], 'bris_de_glace', config, now))).toEqual([]);
  });
});

describe('a decision', () => {
  it('is in force within its period, from its first instant to before its last', () => {
    const from = new Date(now.getTime() - 1000);
    const until = new Date(now.getTime() + 1000);
    const decision = said('feeding', 'permit', { from, until });
    expect(inForce([decision], 'feeding', from)).toBe('permit');
    expect(inForce([decision], 'feeding', new Date(from.getTime() - 1))).toBeUndefined();
    expect(inForce([decision], 'feeding', until)).toBeUndefined();
  });

  it('of another topic or a status that is not active never counts', () => {
    const any = fc.record({
      topic: fc.constantFrom(...consentTopics),
      decision: fc.constantFrom('permit' as const, 'deny' as const),
      status: fc.constantFrom('active' as const, 'inactive' as const, 'entered-in-error' as const),
    });
    fc.assert(
      fc.property(fc.array(any), (decisions) => {
        const counted = decisions.find((d) => d.topic === 'feeding' && d.status === 'active')?.decision;
        expect(inForce(decisions, 'feeding', now)).toBe(counted);
      }),
    );
  });
});

describe('a remembered authorisation', () => {
  const common = { ins: { value: '', oid: '' }, holder: 'h', checkedFor: '1990100109', updatedAt: now };
  const known = { id: 'a', patientId: 'p', ...common };
  it.each([
    ['valid, just checked', { status: 'VALIDE', checkedAt: now }, true],
    ['valid, checked too long ago', { status: 'VALIDE', checkedAt: new Date(now.getTime() - 14_400_000) }, false],
    ['valid, not known since when', { status: 'VALIDE' }, false],
    ['valid, said of them at another structure', { status: 'VALIDE', checkedAt: now, checkedFor: '1990100117' }, false],
    ['expired', { status: 'EXPIRE', checkedAt: now }, false],
    ['unknown', {}, false],
  ])('%s', (_, more, fresh) => expect(isFresh({ ...known, ...more }, '1990100109', config, now)).toBe(fresh));
});

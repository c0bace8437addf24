import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../server/config.ts';
import { mailOf } from '../../../../server/feed/limits/mail.ts';
import { noticeOf, volumeOf } from '../../../../server/feed/limits/notice.ts';
import { primaryOf } from '../../../../server/registry/primary.ts';

const begin = new Date('2026-11-23T18:00:00+01:00'); // a Monday
const volume = (documents: number, settings: Record<string, string> = {}, hoursPerDay?: number) =>
  volumeOf({ documents, begin, ...(hoursPerDay === undefined ? {} : { hoursPerDay }) }, loadConfig(settings));
/** One a second. */
const slow = { FEED_PACE: '1', FEED_PACE_MARGIN_MS: '1', FEED_NOTICE_DOCUMENTS_PER_DAY: '30000' };

describe('the volume of a take-over', () => {
  it('is what the pace lets through while the windows are open', () => {
    const plan = volume(100_000, slow);
    expect(plan.days).toEqual([
      { date: '2026-11-23', documents: Math.floor((4 * 3600_000) / 1001) },
      { date: '2026-11-24', documents: Math.floor((11 * 3600_000) / 1001) },
      { date: '2026-11-25', documents: Math.floor((11 * 3600_000) / 1001) },
      { date: '2026-11-26', documents: 100_000 - 14_385 - 2 * 39_560 },
    ]);
    expect(plan).toMatchObject({ documents: 100_000, left: 0, mostPerDay: 39_560, mustTell: true });
  });

  it.each([
    [30_000, {}, undefined, false],
    [30_001, { FEED_PACE: '0' }, undefined, true],
    [1_000_000, {}, 8, false],
    [1_000_000, {}, 9, true],
    [1_000_000, { FEED_DAILY_CAP: '30000' }, undefined, false],
    [1_000_000, { FEED_NOTICE_DOCUMENTS_PER_DAY: '90000' }, undefined, false],
  ])('%i documents, %j, %s hours a day: to be told %s', (documents, settings, hours, mustTell) => {
    expect(volume(documents, { ...slow, ...settings }, hours).mustTell).toBe(mustTell);
  });

  it('has an end, also where next to nothing passes', () => {
    const plan = volume(1_000_000, { ENVIRONMENT: 'training' });
    expect(plan.days).toHaveLength(400);
    expect(plan).toMatchObject({ mostPerDay: 20, left: 1_000_000 - 8000, mustTell: false });
    expect(volume(5, {}, 0)).toMatchObject({ days: [], left: 5, mostPerDay: 0 });
  });
});

describe('the message', () => {
  const config = loadConfig({ STRUCTURE_NAME: 'EHPAD DES ÉRABLES' });
  const contact = { name: 'Zoé Périgny', email: 'zoe.perigny@exemple.invalid', phone: '01 99 00 00 00' };
  const given = { structure: primaryOf(config), contact, now: new Date('2026-11-20T09:00:00Z') };
  const notice = noticeOf(volume(100_000, slow), given, config);
  /** Unfolded. */
  const header = (name: string): string =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(notice.eml.split('\r\n\r\n')[0]!.replace(/\r\n[ \t]/g, ' '))![1]!.trim();
  const decoded = (words: string): string =>
    words
      .replace(/\?= =\?/g, '?==?')
      .replace(/=\?utf-8\?B\?([\w+/=]*)\?=/g, (_, word: string) => Buffer.from(word, 'base64').toString('utf8'));

  it('says who, what, how much, when and whom to call', () => {
    const text = notice.text.replace(/[\u202f\u00a0]/g, ' ');
    for (const said of [
      'plus de 30 000 documents par jour',
      `EHPAD DES ÉRABLES (identifiant ${config.STRUCTURE_ID})`,
      `${config.LPS_NAME} ${config.LPS_VERSION}, numéro d’homologation ${config.LPS_HOMOLOGATION}`,
      '100 000 documents, au plus 39 560 par jour',
      'du lundi 23 novembre 2026 au jeudi 26 novembre 2026',
      '- le lundi 23 novembre 2026 : 14 385 documents',
      '- du mardi 24 novembre 2026 au mercredi 25 novembre 2026 : 39 560 documents',
      'au plus 4 transactions',
      'Zoé Périgny, zoe.perigny@exemple.invalid, 01 99 00 00 00',
    ])
      expect(text).toContain(said);
    expect(text).not.toContain('undefined');
  });

  it('is mail: ASCII, short lines, encoded words, and the same text', () => {
    expect(notice.eml).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(notice.eml.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of notice.eml.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
    expect(header('To')).toBe('dmp-moamoe.cnam@assurance-maladie.fr, dlfr-dmp1-expl-gds@worldline.com');
    expect(decoded(header('From'))).toBe('Zoé Périgny <zoe.perigny@exemple.invalid>');
    expect(decoded(header('Subject'))).toBe(notice.subject);
    expect(header('Date')).toBe('Fri, 20 Nov 2026 09:00:00 +0000');
    const body = notice.eml.slice(notice.eml.indexOf('\r\n\r\n') + 4);
    expect(Buffer.from(body, 'base64').toString('utf8').replaceAll('\r\n', '\n')).toBe(notice.text);
  });

  it('an address that would be another header is none; a name is never one', () => {
    const mail = { from: { name: 'A\r\nBcc: b@c.fr', email: 'a@b.fr' }, to: ['c@d.fr'], subject: 's', text: 't' };
    expect(mailOf({ ...mail, date: begin })).not.toMatch(/^Bcc/m);
    for (const email of ['a@b.fr\r\nBcc: c@d.fr', 'a b@c.fr', 'a@b', '<a@b.fr>'])
      expect(() => mailOf({ ...mail, from: { ...mail.from, email }, date: begin })).toThrow(RangeError);
  });
});

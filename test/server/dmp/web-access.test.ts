/** URLs of the DMP's web site (TD0.9, TD0.10): the pages of the list, and nothing else. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isWebPage, webAuthentications, webPages, type WebPage } from '../../../mappings/web-pages.ts';
import { webAccessUrl, type WebAccess } from '../../../server/dmp/web-access.ts';
import { describeShared } from '../../support/shared.ts';

const origin = 'https://web.dmp.example';
const ins = '213052B99001288';
const pages = Object.keys(webPages) as WebPage[];

describe('a page of the web access', () => {
  it.each(pages)('%s', (page) => {
    expect(webAccessUrl({ origin, page })).toBe(`https://web.dmp.example/AccesDirect/${page}`);
    if (webPages[page].ins)
      expect(webAccessUrl({ origin, page, ins })).toBe(`https://web.dmp.example/AccesDirect/${page}/${ins}`);
    else expect(() => webAccessUrl({ origin, page, ins })).toThrow(RangeError);
    expect(webPages[page].fr).not.toBe('');
    expect(webPages[page].en).not.toBe('');
  });

  it.each<[string, Partial<WebAccess>]>([
    ['a page that is none', { page: 'Accueil' as WebPage }],
    ['a page in another case', { page: 'documents' as WebPage }],
    ['a path', { page: 'Documents/../x' as WebPage }],
    ['a property of every object', { page: 'constructor' as WebPage }],
    ['what is no INS', { ins: '../../admin' }],
    ['an INS and more', { ins: `${ins}?x` }],
    ['an empty INS', { ins: '' }],
    ['no https', { origin: 'http://web.dmp.example' }],
    ['an origin with a path', { origin: 'https://web.dmp.example/x' }],
    ['an origin with a query', { origin: 'https://web.dmp.example/?x' }],
    ['an origin with a user', { origin: 'https://u@web.dmp.example' }],
  ])('%s is refused, without a word of the patient', (_, change) => {
    const make = (): string => webAccessUrl({ origin, page: 'Documents', ins, ...change });
    expect(make).toThrow(RangeError);
    try {
      make();
    } catch (e) {
      expect((e as Error).message).not.toMatch(/\d{13}/);
    }
  });

  it('an origin may end with a slash', () => {
    expect(webAccessUrl({ origin: `${origin}/`, page: 'Parametrages' })).toBe(`${origin}/AccesDirect/Parametrages`);
  });

  it('the professional authenticates by card, or by Pro Santé Connect', () => {
    expect(Object.entries(webAuthentications).map(([td, { mode }]) => [td, mode])).toEqual([
      ['TD0.9', 'DIRECTE'],
      ['TD0.10', 'INDIRECTE_RENFORCEE'],
    ]);
    expect(isWebPage('TableauDeBord')).toBe(true);
    expect(isWebPage('toString')).toBe(false);
  });
});

describeShared('the list of pages', (dir) => {
  it('is that of the sheet', () => {
    const spec = readFileSync(path.join(dir, 'spec/dmp-wire.md'), 'utf8');
    const line = spec.split('\n').find((l) => l.includes('/AccesDirect/'))!;
    const listed = [...line.matchAll(/(?:AccesDirect\/|`)([A-Z][A-Za-z]+)(\/?\[\/?INS\])?`/g)].map((m) => [
      m[1],
      m[2] !== undefined,
    ]);
    expect(listed.filter(([page]) => page !== 'DMPAccessDeniedByRightsService')).toEqual(
      pages.map((page) => [page, webPages[page].ins]),
    );
  });
});

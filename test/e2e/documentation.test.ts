/**
 * Issue 7, line 6: README and documentation. Every link leads somewhere, every command is a script, every page is reached from the README, every
 * test that a threat names is there; the pages written from tables are held by `test/tools/docs.test.ts`, the commands by `readme.test.ts` and
 * `recipes.test.ts`. What the pages say of addresses is held against a façade that runs.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settings } from '../../server/config.ts';
import { pscSettingRows as pscRows } from '../../simulator/psc/settings.ts';
import { settingRows } from '../../simulator/settings.ts';
import { root } from '../support/demonstration.ts';
import { startStack, type Stack } from '../support/stack.ts';

const pagesIn = (dir: string): string[] =>
  readdirSync(path.join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(dir, name));
const pages = ['README.md', 'CONTRIBUTING.md', 'simulator/README.md', ...pagesIn('docs')];
const text = (page: string): string => readFileSync(path.join(root, page), 'utf8');
/** Without what stands in blocks and marks of code. */
const prose = (page: string): string =>
  text(page)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');

/** GitHub's anchors. */
const anchorsOf = (page: string): Set<string> =>
  new Set(
    [...text(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );

const linksOf = (page: string): { target: string; anchor?: string }[] =>
  [...prose(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.normalize(path.join(path.dirname(page), file));
    return { target, ...(anchor === undefined ? {} : { anchor }) };
  });

describe('issue 7, line 6: documentation', () => {
  it.each(pages)('%s: every link leads somewhere', (page) => {
    for (const { target, anchor } of linksOf(page)) {
      expect(existsSync(path.join(root, target)), `${page} → ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), `${page} → ${target}#${anchor}`).toContain(anchor);
    }
  });

  it('every page is reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached)
      // grows while it is walked
      for (const { target } of linksOf(page))
        if (target.endsWith('.md') && existsSync(path.join(root, target))) reached.add(target);
    expect(pagesIn('docs').filter((page) => !reached.has(page))).toEqual([]);
  });

  it('the README begins in French, and has its two commands first', () => {
    const readme = text('README.md');
    expect(readme).toMatch(/^# .+\n\n> \*\*En français\.\*\*/);
    expect([...readme.matchAll(/^npm ci && npm (start|test)\b/gm)].map(([, command]) => command).slice(0, 2)).toEqual([
      'start',
      'test',
    ]);
  });

  it('every script that a page names is one, and every setting too', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    const known = new Set([
      ...Object.keys(settings),
      ...[...Object.values(settingRows), ...Object.values(pscRows)].map(({ env }) => env),
    ]);
    for (const page of pages) {
      for (const [, name = ''] of text(page).matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g))
        expect(Object.keys(scripts), `${page}: npm run ${name}`).toContain(name);
      for (const [, name = ''] of text(page).matchAll(
        /`((?:DMP|FEED|PSC|STORE|AUDIT|SIMULATOR|LPS|STRUCTURE|SUBSCRIPTION|TLS)_[A-Z_]+)(?:=[^`]*)?`/g,
      ))
        expect(known, `${page}: ${name}`).toContain(name);
    }
  });

  it('every test that a threat names is there', () => {
    const named = [...text('docs/security.md').matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('names no path of a machine', () => {
    for (const page of pages) expect(text(page), page).not.toMatch(/\/(home|root|Users|work)\/\w/);
  });
});

describe('addresses that the README names', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ CONSOLE_CLIENT_ID: 'console' });
  });
  afterAll(() => stack.close());

  it('answer', async () => {
    const named = new Set(
      [...text('README.md').matchAll(/http:\/\/localhost:8080(\/(?!fhir\b)[\w/.-]*|\/fhir\/metadata)/g)].map(
        ([, p]) => p!,
      ),
    );
    expect(named.size).toBeGreaterThan(0);
    for (const address of named) expect((await fetch(`${stack.origin}${address}`)).status, address).toBeLessThan(400);
  });
});

/**
 * Issue 7, line 3: the client recipes, as their reader runs them beside `npm start`: the deposit with `fhir-kit-client` and with `curl`, the
 * SMART app of `fhirclient` in a real Chromium, and the settings of a production. The take-over's recipe has a test of its own (`takeover.test.ts`).
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loadConfig, settings } from '../../server/config.ts';
import { refuseDemonstration } from '../../server/production.ts';
import { demonstration, root, tokenOf } from '../support/demonstration.ts';
import { patients } from '../support/resources.ts';
import { describeNeeding } from '../support/shared.ts';

const recipe = (name: string): string => path.join(root, 'docs/recipes', name);
const page = (name: string): string => readFileSync(recipe(name), 'utf8');
const { dir, place, running } = demonstration('recipes');

/** The `sh` blocks of a page under a heading, with this run's addresses. */
async function run(markdown: string, heading: string): Promise<string> {
  const [, after = ''] = markdown.split(`\n## ${heading}\n`);
  const block = /```sh\n([\s\S]*?)```/.exec(after)?.[1];
  expect(block, heading).toBeDefined();
  const script = block!
    .replaceAll('http://localhost:8080', running.url.replace(/\/fhir$/, ''))
    .replaceAll('data/auth/', `${place['DATA_DIR']}/auth/`)
    .replaceAll(/(?<![\w/])(answer\.json|deposit\.json)/g, (file) => path.join(dir, file));
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: root,
    env: { ...process.env, ...place },
  });
  return stdout;
}

describe('my first deposit', () => {
  it('with fhir-kit-client', { timeout: 60_000 }, async () => {
    const printed = await run(page('my-first-deposit.md'), 'With TypeScript');
    expect(printed).toMatch(/^The resident has a DMP\.\nDeposited: DocumentReference\/[\w-]{36}\n$/);
  });

  it('says what is wrong, in words', { timeout: 60_000 }, async () => {
    const program = [recipe('my-first-deposit.ts'), running.url, `${place['DATA_DIR']}/auth/demo-dui.jwk.json`];
    const [noPdf, noText] = [[], [recipe('README.md')]].map((more) =>
      spawnSync(process.execPath, ['--import', 'tsx', ...program, ...more], { cwd: root, encoding: 'utf8' }),
    );
    expect([noPdf!.status, noPdf!.stderr]).toEqual([1, 'Error: Give the PDF as the third argument.\n']);
    expect(noText!.status).toBe(1);
    expect(noText!.stderr).toContain('DocumentReference.content[0].attachment');
    expect(noText!.stderr).not.toContain('    at ');
  });

  const noCurl = spawnSync('curl', ['--version']).status === 0 ? undefined : 'curl is not installed';
  describeNeeding('with curl', noCurl, () =>
    it('its lines work', { timeout: 60_000 }, async () => {
      const printed = await run(page('my-first-deposit.md'), 'With curl');
      expect(printed).toMatch(/^20[01]\n20[01]\n\{"resourceType":"DocumentReference"/);
    }),
  );
});

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => existsSync(p));
describeNeeding('show a resident’s DMP', program === undefined ? 'Chromium is not installed' : undefined, () => {
  it('with fhirclient, in the browser', { timeout: 120_000 }, async () => {
    const nurse = await tokenOf(place);
    const post = async (type: string, example: string): Promise<number> => {
      const body = readFileSync(path.join(root, 'docs/examples', example), 'utf8');
      const headers = { authorization: `Bearer ${nurse}`, 'content-type': 'application/fhir+json' };
      return (await fetch(`${running.url}/${type}`, { method: 'POST', headers, body })).status;
    };
    for (const consent of ['consent-feeding.json', 'consent-consultation.json'])
      expect([200, 201]).toContain(await post('Consent', consent));
    expect([200, 201]).toContain(await post('DocumentReference', 'deposit-text.json'));

    const serving = spawn(process.execPath, [recipe('show-a-residents-dmp/serve.mjs'), running.url]);
    const browser = await chromium.launch({ executablePath: program!, args: ['--no-sandbox'] });
    try {
      const [line] = (await once(serving.stdout, 'data')) as [Buffer];
      const app = await (await browser.newContext()).newPage();
      const asked: string[] = [];
      app.on('request', (request) => asked.push(request.url()));
      await app.goto(line.toString().trim());
      await app.getByRole('link', { name: /Pro Santé Connect/ }).click();
      await app.getByText('HÉLÈNE MAUREL').click();
      await app.getByRole('button', { name: 'Se connecter' }).click();
      await app.locator('input[name=value]').fill(patients.P1.ins);
      await app.locator('button[form=step]').click();
      await app.locator('button[form=step]').click();
      await app
        .getByRole('status')
        .getByText(/^\d+ document/)
        .waitFor();
      await app.getByRole('button', { name: 'Note de test' }).click();
      await app.locator('#content', { hasText: 'nuit calme' }).waitFor();
      await app.screenshot({ path: path.join(root, 'coverage/recipe-browser.png') });
      expect(asked.filter((url) => url.includes(patients.P1.ins))).toEqual([]);
    } finally {
      await browser.close();
      serving.kill();
    }
  });
});

describe('go to production', () => {
  const lines = /```ini\n([\s\S]*?)```/.exec(page('go-to-production.md'))?.[1]?.trim().split('\n') ?? [];
  const given = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

  it('its settings are settings, and leave nothing of the demonstration', () => {
    expect(Object.keys(given).filter((name) => !Object.hasOwn(settings, name))).toEqual([]);
    const config = loadConfig({ ...given, STORE_KEY: Buffer.alloc(32, 7).toString('base64') });
    expect(() => refuseDemonstration(config)).not.toThrow();
  });

  it('needs each of them that the start asks for', () => {
    const { LPS_OID: _, ...rest } = given;
    const config = loadConfig({ ...rest, STORE_KEY: Buffer.alloc(32, 7).toString('base64') });
    expect(() => refuseDemonstration(config)).toThrow('LPS_OID');
  });

  it('every page that a recipe links to is there', () => {
    for (const name of ['README.md', 'my-first-deposit.md', 'show-a-residents-dmp.md', 'go-to-production.md'])
      for (const [, target = ''] of page(name).matchAll(/\]\((?!https?:)([^)#]+)/g))
        expect(existsSync(path.resolve(root, 'docs/recipes', target)), `${name}: ${target}`).toBe(true);
  });
});

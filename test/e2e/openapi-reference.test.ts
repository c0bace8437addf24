/**
 * Issue 7, line 1: the interactive reference at `/docs/api`. What is served comes from here and asks for nothing elsewhere; in a real
 * Chromium it shows every operation, signs in at our authorization server (code, PKCE) by way of Pro Santé Connect, of which a fake answers,
 * and tries calls.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceFiles } from '../../server/fhir/docs/reference/files.ts';
import { client, neighbours, type Neighbours } from '../support/authorization.ts';
import { passFake } from '../support/login.ts';
import { operationsOf, type Document } from '../support/openapi.ts';
import { describeNeeding } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => existsSync(p));

const reference = client('reference', {
  redirectUris: ['http://localhost/docs/api/oauth2-redirect.html'],
  postLogoutRedirectUris: [],
  // Of this server alone: what its own page asks crosses no origin.
  origins: [],
});

let stack: Stack;
let around: Neighbours;
beforeAll(async () => {
  around = neighbours([reference]);
  stack = await startStack({ DOCS_CLIENT_ID: reference.id }, {}, { authorization: around.parts });
  const redirectUris = [`${stack.origin}/docs/api/oauth2-redirect.html`];
  around.registered.set(reference.id, { ...reference, redirectUris });
});
afterAll(() => stack.close());

/** What names a place without anything being fetched from it. */
const names = /^https?:\/\/(www\.w3\.org|[a-z]+\.w3\.org)\//;

describe('what is served', () => {
  it.each(Object.keys(referenceFiles))(
    '%s: from here, under a policy that lets nothing in from elsewhere',
    async (path) => {
      const answer = await fetch(`${stack.origin}${path}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, referenceFiles[path]!.contentType]);
      const policy = answer.headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).toContain(`connect-src 'self' ${stack.origin};`);
      expect(policy).not.toMatch(/unsafe|\*|https:/);
      const text = await answer.text();
      if (path.endsWith('bundle.js')) return; // holds addresses that it shows or names; the policy and the browser below speak for it
      expect(
        [...text.matchAll(/https?:\/\/[^\s"'<>)]+/g)]
          .map(([url]) => url)
          .filter((url) => !names.test(url) && !url.startsWith(stack.origin)),
      ).toEqual([]);
      expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=|javascript:/i);
      expect(text).not.toMatch(/@import|url\((?!"?data:)/);
    },
  );

  it('only these files, by GET alone', async () => {
    for (const path of ['/docs/api/swagger-ui.js', '/docs/api/package.json', '/docs/api/..%2frouter.ts'])
      expect((await fetch(`${stack.origin}${path}`)).status, path).toBe(404);
    const posted = await fetch(`${stack.origin}/docs/api/init.js`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${stack.origin}/docs/api/init.js`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('is linked from /docs', async () => {
    expect(await (await fetch(`${stack.origin}/docs`)).text()).toContain('href="/docs/api"');
  });
});

describeNeeding('in a browser', program === undefined ? 'Chromium is not installed' : undefined, () => {
  let browser: Browser;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program!, args: ['--no-sandbox'] });
    const context = await browser.newContext();
    context.on('request', (request) => requests.push(request.url()));
    // Pro Santé Connect lets everybody in, and sends them back.
    await context.route(`${around.psc.origin}/**`, async (route) => {
      const back = await passFake(new URL(route.request().url()));
      await route.fulfill({ status: 302, headers: { location: back.href } });
    });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${stack.origin}/docs/api`);
    await page.waitForSelector('.opblock-tag');
  });
  afterAll(() => browser.close());

  it('shows every operation of the document', { timeout: 60_000 }, async () => {
    const document = (await (await fetch(`${stack.origin}/openapi.json`)).json()) as Document;
    const shown = new Set<string>();
    // One at a time: of more than a hundred open at once, only those in sight are in the page.
    for (const tag of await page.locator('.opblock-tag').all()) {
      await tag.click();
      for (const block of await page.locator('.opblock').all()) shown.add((await block.getAttribute('id')) ?? '');
      await tag.click();
    }
    expect([...shown].sort()).toEqual(
      operationsOf(document)
        .map(({ tags: [tag], operationId }) => `operations-${tag}-${operationId}`)
        .sort(),
    );
  });

  it('signs in with PKCE, for this API, and tries a call', { timeout: 60_000 }, async () => {
    await page.locator('.auth-wrapper .authorize').click();
    const smart = page.locator('.auth-container', { hasText: 'authorizationCode' }).first();
    expect(await smart.locator('input[type=text]').first().inputValue()).toBe('reference');
    await smart.locator('label[for*="user/DocumentReference.crus"]').click();
    const opened = page.context().waitForEvent('page');
    await smart.locator('.btn.authorize').click();
    const signIn = await opened;
    await signIn.getByRole('link').click();
    await signIn.locator('button[form=step]').click();
    await smart.getByText('Logout').waitFor();
    const asked = new URL(requests.find((url) => url.startsWith(`${stack.origin}/oauth/authorize?`))!).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'reference',
      redirect_uri: `${stack.origin}/docs/api/oauth2-redirect.html`,
      code_challenge_method: 'S256',
      aud: stack.base,
    });
    expect(around.events.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'login success',
      'authorization success',
      'token success',
    ]);
    await page.locator('.modal-ux .close-modal').click();

    await page.locator('#operations-tag-System').click();
    const block = page.locator('#operations-System-systemMyRightsGet');
    await block.locator('.opblock-summary-control').click();
    await block.getByRole('button', { name: 'Try it out' }).click();
    await block.getByRole('button', { name: 'Execute' }).click();
    await block.locator('.live-responses-table .response-col_status').last().waitFor();
    expect(await block.locator('.live-responses-table .response td.response-col_status').innerText()).toContain('200');
    await page.screenshot({ path: path.join(import.meta.dirname, '../../coverage/openapi-reference.png') });
    expect(await block.locator('.live-responses-table').innerText()).toContain('"resourceType": "Parameters"');
  });

  it('nothing was asked of anybody else, and nothing was against the policy', () => {
    const origins = new Set(requests.filter((url) => /^https?:/.test(url)).map((url) => new URL(url).origin));
    expect([...origins].sort()).toEqual([stack.origin, around.psc.origin].sort());
    expect(complaints).toEqual([]);
  });
});

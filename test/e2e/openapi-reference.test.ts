/**
 * Issue 7, line 1: the interactive reference at `/docs/api`. What is served comes from here and asks for nothing elsewhere; in a real
 * Chromium it shows every operation, signs in by authorization code with PKCE, and tries calls.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceFiles } from '../../server/fhir/docs/reference/files.ts';
import { operationsOf, type Document } from '../support/openapi.ts';
import { describeNeeding } from '../support/shared.ts';
import { startStack, type Stack } from '../support/stack.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => existsSync(p));

/** A stand-in for the authorization server: says yes to everybody, and gives a token for a code whose verifier is right. */
async function startAuthorizationServer(tokenFor: () => Promise<string>) {
  const asked: URLSearchParams[] = [];
  const exchanged: URLSearchParams[] = [];
  const server = http.createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://localhost');
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('access-control-allow-headers', '*');
    if (req.method === 'OPTIONS') return void res.writeHead(204).end();
    if (url.pathname === '/.well-known/openid-configuration') {
      res.setHeader('content-type', 'application/json');
      const [authorization_endpoint, token_endpoint] = ['/auth', '/token'].map((p) => `http://${req.headers.host}${p}`);
      const flows = { grant_types_supported: ['authorization_code'], response_types_supported: ['code'] };
      return void res.end(JSON.stringify({ authorization_endpoint, token_endpoint, scopes_supported: [], ...flows }));
    }
    if (url.pathname === '/auth') {
      asked.push(url.searchParams);
      const back = new URL(url.searchParams.get('redirect_uri')!);
      back.searchParams.set('code', 'the-code');
      back.searchParams.set('state', url.searchParams.get('state')!);
      return void res.writeHead(302, { location: back.href }).end();
    }
    let text = '';
    req.on('data', (chunk: Buffer) => (text += chunk.toString()));
    req.on('end', () => {
      const given = new URLSearchParams(text);
      exchanged.push(given);
      const challenge = createHash('sha256')
        .update(given.get('code_verifier') ?? '')
        .digest('base64url');
      const isRight = given.get('code') === 'the-code' && challenge === asked.at(-1)?.get('code_challenge');
      res.setHeader('content-type', 'application/json');
      if (!isRight) return void res.writeHead(400).end('{"error":"invalid_grant"}');
      void tokenFor().then((token) =>
        res.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 300 })),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { url, asked, exchanged, close: () => new Promise((resolve) => server.close(resolve)) };
}

let stack: Stack;
let authorization: Awaited<ReturnType<typeof startAuthorizationServer>>;
beforeAll(async () => {
  authorization = await startAuthorizationServer(() => stack.token('doctor'));
  stack = await startStack({ AUTH_SERVERS: authorization.url, DOCS_CLIENT_ID: 'reference' });
});
afterAll(async () => {
  await stack.close();
  await authorization.close();
});

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
      expect(policy).toContain(`connect-src 'self' ${authorization.url};`);
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
    const closed = page.locator('.opblock-tag[data-is-open="false"]');
    while ((await closed.count()) > 0) await closed.first().click();
    expect(await page.locator('.opblock').count()).toBe(operationsOf(document).length);
  });

  it('signs in with PKCE, for this API, and tries a call', { timeout: 60_000 }, async () => {
    await page.locator('.auth-wrapper .authorize').click();
    const smart = page.locator('.auth-container', { hasText: 'authorizationCode' }).first();
    expect(await smart.locator('input[type=text]').first().inputValue()).toBe('reference');
    await smart.locator('label[for*="DocumentReference"]').first().click();
    await smart.locator('.btn.authorize').click();
    await smart.getByText('Logout').waitFor();
    const [asked] = authorization.asked;
    expect(Object.fromEntries(asked!)).toMatchObject({
      response_type: 'code',
      client_id: 'reference',
      redirect_uri: `${stack.origin}/docs/api/oauth2-redirect.html`,
      code_challenge_method: 'S256',
      aud: stack.base,
    });
    expect(authorization.exchanged[0]!.get('code_verifier')!.length).toBeGreaterThanOrEqual(43);
    await page.locator('.modal-ux .close-modal').click();

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
    expect([...origins].sort()).toEqual([stack.origin, authorization.url].sort());
    expect(complaints).toEqual([]);
  });
});

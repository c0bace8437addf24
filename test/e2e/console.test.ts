/**
 * Issue 7, line 4: the console at `/console`. What is served, under which policy; the sign-in (SMART, PKCE, DPoP) in a real Chromium
 * through the stand-in of Pro Santé Connect. The flows behind it: `console-….test.ts`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleFiles } from '../../server/console/files.ts';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { describeNeeding } from '../support/shared.ts';

describeNeeding('the console', noChromium, () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await startConsole();
  }, 120_000);
  afterAll(() => stack.close());

  describe('what is served', () => {
    it('one page, without a script of its own, under a policy that lets nothing in from elsewhere', async () => {
      const answer = await fetch(`${stack.origin}/console`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const policy = answer.headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'; script-src 'self' 'sha256-");
      expect(policy).toContain("connect-src 'self';");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(await answer.text()).not.toMatch(/<script(?! type="importmap"| type="module" src=)|\son\w+=|<style/i);
    });

    it('every file, and no other, by GET alone', async () => {
      for (const [name, { contentType }] of consoleFiles) {
        const answer = await fetch(`${stack.origin}/console/${name}`, { method: 'HEAD' });
        expect([name, answer.status, answer.headers.get('content-type')]).toEqual([name, 200, contentType]);
        expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      }
      for (const path of ['/console/app/tsconfig.json', '/console/app/..%2ftsconfig.json', '/console/lib/package.json'])
        expect((await fetch(`${stack.origin}${path}`)).status, path).toBe(404);
      const slash = await fetch(`${stack.origin}/console/`, { redirect: 'manual' });
      expect([slash.status, slash.headers.get('location')]).toEqual([308, '../console']);
      for (const path of ['/console', '/console/app/main.js']) {
        const posted = await fetch(`${stack.origin}${path}`, { method: 'POST' });
        expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      }
    });
  });

  describe('signing in', () => {
    let at: ConsolePage;
    beforeAll(async () => {
      at = await stack.open();
    });

    it('French first, English by choice, which stays', async () => {
      const { page } = at;
      await page.goto(`${stack.origin}/console`);
      expect(await page.locator('h1').innerText()).toBe('Le DMP des résidents');
      await at.look('sign-in');
      await page.getByRole('button', { name: 'English' }).click();
      expect(await page.locator('h1').innerText()).toBe('The DMP of residents');
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      await page.reload();
      expect(await page.locator('h1').innerText()).toBe('The DMP of residents');
      await page.getByRole('button', { name: 'Français' }).click();
    });

    it('by Pro Santé Connect, with PKCE, and nothing of it stays behind', { timeout: 60_000 }, async () => {
      await at.signIn('doctor');
      const { page } = at;
      expect(await page.locator('.who span').innerText()).toContain('MAUREL');
      expect(page.url()).toMatch(/\/console(#.*)?$/);
      const asked = new URL(at.addresses.find((url) => url.startsWith(`${stack.origin}/oauth/authorize?`))!);
      expect(Object.fromEntries(asked.searchParams)).toMatchObject({
        response_type: 'code',
        client_id: 'demo-console',
        redirect_uri: `${stack.origin}/console`,
        code_challenge_method: 'S256',
        aud: stack.running.url,
      });
      const kept = await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage }) + document.cookie');
      expect(kept).not.toMatch(/token|verifier|code|nonce/);
      await at.look('find');
    });

    it('its tokens are bound to a key: as bearer tokens they are refused', async () => {
      const { page } = at;
      const asked = page.waitForRequest((r) => r.url().endsWith('/fhir/Patient/_search'));
      await page.getByLabel('Identifiant', { exact: true }).fill('236046999012376');
      await page.getByRole('button', { name: 'Chercher' }).click();
      const headers = (await asked).headers();
      expect(headers['authorization']).toMatch(/^DPoP /);
      expect(headers['dpop']).toBeDefined();
      const stolen = await fetch(`${stack.running.url}/$my-rights`, {
        headers: { authorization: headers['authorization']!.replace('DPoP', 'Bearer') },
      });
      expect(stolen.status).toBe(401);
    });

    it('and out again', async () => {
      const { page } = at;
      await page.getByRole('button', { name: 'Se déconnecter' }).click();
      await page.waitForURL((url) => !url.pathname.startsWith('/console'));
      expect(at.complaints).toEqual([]);
    });
  });
});

/**
 * Issue 7, line 4, the session of who is at the console: tokens that live for half a minute are renewed unnoticed; a session that has
 * ended elsewhere leaves a page to sign in again, and nothing of a patient on it, in storage, or to come back to.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { patients } from '../support/resources.ts';
import { describeNeeding } from '../support/shared.ts';

describeNeeding('a session', noChromium, () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    // The least: renewed after 15 s, which is as long as these tests wait for it.
    stack = await startConsole({ ACCESS_TOKEN_SECONDS: '30' });
  }, 180_000);
  afterAll(() => stack.close());

  interface Seat extends ConsolePage {
    /** Answers of the token endpoint to renewals, by their status. */
    renewals: number[];
    /** The last refresh token that was given. */
    refreshToken: () => string;
  }
  async function sit(): Promise<Seat> {
    const at = await stack.open();
    const renewals: number[] = [];
    let refreshToken = '';
    at.page.on('requestfinished', (request) => {
      if (new URL(request.url()).pathname !== '/oauth/token') return;
      void request.response().then(async (answer) => {
        const { refresh_token: given } = (await answer!.json()) as { refresh_token?: string };
        refreshToken = given ?? refreshToken;
        if (request.postData()?.includes('grant_type=refresh_token') === true) renewals.push(answer!.status());
      });
    });
    await at.signIn('doctor');
    await at.page.getByLabel('Identifiant', { exact: true }).fill(patients.P1.ins);
    await at.page.keyboard.press('Enter');
    await at.page.getByRole('heading', { level: 1, name: 'BASTIDE ODETTE' }).waitFor();
    await expect.poll(() => refreshToken).not.toBe('');
    return { ...at, renewals, refreshToken: () => refreshToken };
  }
  /** As its owner would, from elsewhere. */
  async function revoke(seat: Seat): Promise<void> {
    const answer = await fetch(`${stack.origin}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: seat.refreshToken(), client_id: 'demo-console' }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }
  /** Signed out: says so, and holds nothing of the patient. */
  async function isClean({ page }: Seat, sentence: string, title: string): Promise<void> {
    await page.getByRole('alert').getByText(sentence).waitFor({ timeout: 40_000 });
    expect(await page.locator('h1').innerText()).toBe(title);
    // Who was at work finds the focus there, not on a page that is gone.
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    const left = await page.evaluate(
      'document.title + document.documentElement.outerHTML + JSON.stringify({ ...sessionStorage, ...localStorage }) + document.cookie + location.href',
    );
    expect(left).not.toMatch(/BASTIDE|ODETTE|ROUSSELIN|1936|MAUREL/);
    expect(left).not.toContain(patients.P1.ins);
    expect(await page.evaluate('indexedDB.databases().then((all) => all.length)')).toBe(0);
    expect(await page.evaluate("'caches' in self ? caches.keys().then((all) => all.length) : 0")).toBe(0);
    // What was shown stays out of reach: the way back shows the same page.
    await page.goBack();
    await page.locator('h1', { hasText: title }).waitFor();
  }

  let seat: Seat;
  it(
    'goes on by itself: nothing on the page changes, and nothing that was typed is lost',
    { timeout: 150_000 },
    async () => {
      seat = await sit();
      const { page } = seat;
      await page.getByRole('link', { name: 'Déposer' }).click();
      await seat.drop('note.txt', 'text/plain', Buffer.from('Note'));
      await page.getByLabel('Titre').fill('Un titre en cours de frappe');
      await expect.poll(() => seat.renewals.length, { timeout: 60_000 }).toBeGreaterThan(0);
      await expect.poll(() => seat.renewals.length, { timeout: 60_000 }).toBeGreaterThan(1);
      expect(new Set(seat.renewals)).toEqual(new Set([200]));
      expect(await page.getByLabel('Titre').inputValue()).toBe('Un titre en cours de frappe');
      expect(await page.evaluate('document.activeElement.name')).toBe('title');
      // The first token has ended by now; the new one opens.
      await page.getByRole('link', { name: 'Mes droits' }).click();
      await page.getByRole('row', { name: 'Se déclarer autorisé' }).waitFor();
      expect(seat.addresses.filter((url) => url.includes('/oauth/authorize?'))).toHaveLength(1);
      expect(seat.complaints).toEqual([]);
    },
  );

  it(
    'a token that the server no longer takes is renewed once, for all requests that it refused',
    { timeout: 90_000 },
    async () => {
      const { page } = seat;
      let stale: string | undefined;
      let refused = 0;
      await page.route('**/fhir/**', async (route) => {
        const given = await route.request().headerValue('authorization');
        stale ??= given ?? '';
        if (given !== stale) return route.continue();
        refused++;
        return route.fulfill({ status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' } });
      });
      const before = seat.renewals.length;
      await page.getByRole('link', { name: 'Consentements' }).click();
      await page.getByRole('row', { name: 'Alimentation du DMP' }).waitFor();
      await page.unroute('**/fhir/**');
      expect(refused).toBeGreaterThan(0);
      // The one that was due may have come in the same moment.
      expect(seat.renewals.slice(before)).toEqual(expect.arrayContaining([200]));
      expect(seat.renewals.filter((status) => status !== 200)).toEqual([]);
    },
  );

  it('a server that is not reached ends nothing: it is tried again', { timeout: 120_000 }, async () => {
    const { page } = seat;
    let lost = 0;
    await page.route('**/oauth/token', async (route) => {
      lost++;
      await route.abort('connectionrefused');
    });
    await expect.poll(() => lost, { timeout: 60_000 }).toBeGreaterThan(0);
    await page.unroute('**/oauth/token');
    const before = seat.renewals.length;
    await expect.poll(() => seat.renewals.length, { timeout: 60_000 }).toBeGreaterThan(before);
    await page.getByRole('link', { name: 'Mes droits' }).click();
    await page.getByRole('row', { name: 'Se déclarer autorisé' }).waitFor();
  });

  it('that was ended elsewhere ends here by itself, while nobody does anything', { timeout: 120_000 }, async () => {
    await revoke(seat);
    await isClean(seat, 'Votre session est terminée. Connectez-vous de nouveau.', 'Le DMP des résidents');
    await seat.look('session-ended');
    await seat.page.getByRole('button', { name: 'English' }).click();
    await seat.page.getByRole('alert').getByText('Your session has ended. Sign in again.').waitFor();
    await seat.look('session-ended-en');
    // And in again, by the keyboard.
    await seat.page.getByRole('button', { name: 'Sign in', exact: true }).focus();
    await seat.page.keyboard.press('Enter');
    await seat.page.waitForURL((url) => url.pathname !== '/console');
    await seat.throughLogin('doctor');
    await seat.page.locator('.who span').waitFor();
    expect(await seat.page.getByRole('alert').count()).toBe(0);
  });

  it('and at once when something is asked for, also in the midst of a question', { timeout: 120_000 }, async () => {
    const other = await sit();
    const { page } = other;
    await page.getByRole('link', { name: 'Consentements' }).click();
    await page.getByRole('button', { name: 'Recueillir : Alimentation du DMP' }).click();
    await page.getByRole('dialog').getByLabel('Comment').fill('Oralement, par Odette');
    await revoke(other);
    await page.getByRole('dialog').getByRole('button', { name: 'Recueillir', exact: true }).click();
    await isClean(other, 'Votre session est terminée. Connectez-vous de nouveau.', 'Le DMP des résidents');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(other.complaints).toEqual([]);
  });
});

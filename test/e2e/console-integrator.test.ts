/**
 * Issue 7, line 4, for an integrator: the last exchanges as FHIR and as the SOAP that they became, side by side, with nobody in them;
 * in English, and by the keyboard alone.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { tokenOf } from '../support/demonstration.ts';
import { INS_TEST, patients, simplified } from '../support/resources.ts';
import { text } from '../support/documents.ts';
import { describeNeeding } from '../support/shared.ts';

describeNeeding('an integrator', noChromium, () => {
  let stack: ConsoleStack;
  let at: ConsolePage;
  let token: string;
  beforeAll(async () => {
    stack = await startConsole();
    token = await tokenOf(stack.place);
    at = await stack.open();
  }, 180_000);
  afterAll(() => stack.close());

  const fhir = (method: string, path: string, body?: unknown) =>
    fetch(`${stack.running.url}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('sees what was asked, and what the DMP was asked because of it', { timeout: 90_000 }, async () => {
    // A deposit with all that may be said of a person, and a search with an INS in the address.
    const deposit = simplified({
      content: text('Bonjour ODETTE'),
      contentType: 'text/plain',
      title: 'Lettre de BASTIDE',
    });
    await fhir('POST', 'DocumentReference', deposit);
    await fhir('GET', `Patient?identifier=${INS_TEST}%7C${patients.P1.ins}`);
    const { page } = at;
    await at.signIn('doctor');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('link', { name: 'Exchanges' }).click();
    const deposited = page.getByRole('listitem').filter({ hasText: 'POST /fhir/DocumentReference' }).first();
    await deposited.getByRole('button').click();
    await page.getByText('"resourceType": "DocumentReference"').first().waitFor();
    await at.look('exchanges-deposit');
    const found = page.getByRole('listitem').filter({ hasText: 'GET /fhir/Patient?identifier=•••' }).first();
    await found.getByRole('button').click();
    await page.getByRole('heading', { name: 'TD0.2 : sent' }).waitFor();
    await at.look('exchanges');
    expect(await page.locator('.sides').innerText()).toContain('PRPA_IN201307UV02');
  });

  it('but nobody: no INS, no name, no birth date, no token, no signature', async () => {
    const answer = await fetch(`${stack.origin}/console/exchanges`, { headers: { authorization: `Bearer ${token}` } });
    const all = await answer.text();
    expect(answer.status).toBe(200);
    expect(all.length).toBeGreaterThan(5000);
    const people = [
      'MAUREL',
      'HÉLÈNE',
      'LE BIHAN',
      'YANN',
      'BASTIDE',
      'ODETTE',
      'ROUSSELIN',
      '899700101233',
      '899700204581',
    ];
    for (const secret of [...people, patients.P1.ins, '1936-04-12', '19360412', token, 'BEGIN', 'MII'])
      expect(all.includes(secret), secret).toBe(false);
    expect(all).not.toMatch(/<(SignatureValue|X509Certificate|DigestValue)>[^•]|DPoP /);
  });

  it('asks for a token, and is on record', async () => {
    expect((await fetch(`${stack.origin}/console/exchanges`)).status).toBe(401);
    const admin = await tokenOf(stack.place, 'admin');
    const events = await fetch(`${stack.running.url}/AuditEvent?date=ge2026-01-01&subtype=request&_count=100`, {
      headers: { authorization: `Bearer ${admin}` },
    });
    expect(await events.text()).toContain('/console/exchanges');
  });

  it('by the keyboard alone: skip link, menu, search, dialog, and back', { timeout: 90_000 }, async () => {
    const { page } = at;
    const press = (key: string) => page.keyboard.press(key);
    const focused = () => page.evaluate('document.activeElement.textContent.trim()');
    const tabTo = async (name: string, key = 'Tab') => {
      for (let i = 0; i < 60 && (await focused()) !== name; i++) await press(key);
      expect(await focused()).toBe(name);
    };
    await tabTo('Find a resident');
    await press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Find a resident' }).waitFor();
    await expect.poll(focused).toBe('Find a resident');
    await tabTo('Skip to content', 'Shift+Tab');
    await press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    for (let i = 0; i < 5 && (await page.evaluate('document.activeElement.name')) !== 'value'; i++) await press('Tab');
    await page.keyboard.type(patients.P1.ins);
    await press('Enter');
    await page.getByRole('heading', { level: 1, name: 'BASTIDE ODETTE' }).waitFor();
    await tabTo('Consents');
    await press('Enter');
    await page.getByRole('heading', { level: 2, name: 'Consents' }).waitFor();
    await page.getByRole('row', { name: 'Feeding of the DMP' }).waitFor();
    await tabTo('Record');
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate("document.activeElement.closest('dialog') !== null")).toBe(true);
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The focus is back where it was.
    expect(await focused()).toBe('Record');
    expect(at.complaints).toEqual([]);
  });

  it('on a telephone, in the dark', { timeout: 60_000 }, async () => {
    const { page } = at;
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await at.look('consent-telephone-dark');
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
  });
});

/**
 * Issue 7, line 4, for the structure's administrator: the record of accesses with the standing of its chain, certificates, applications;
 * and the emergency whose reason they read there. The feed: `console-feed.test.ts`.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emergency, patients as story } from '../../tools/demo/people.ts';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { describeNeeding } from '../support/shared.ts';

describeNeeding('an administrator', noChromium, () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await startConsole();
  }, 180_000);
  afterAll(() => stack.close());

  it('a doctor breaks the glass, for one patient, with a reason', { timeout: 120_000 }, async () => {
    const at = await stack.open();
    const { page } = at;
    await at.signIn('doctor');
    await page.getByRole('button', { name: 'Demander un accès en urgence' }).click();
    await page.waitForURL((url) => !url.pathname.startsWith('/console'));
    const { family, given, birthDate } = story[emergency.patient]!;
    await at.throughLogin('doctor', async () => {
      if ((await page.locator('[name=reason]').count()) === 0) return false;
      await page.locator('[name=value]').fill(emergency.patient);
      await page.locator('[name=family]').fill(family);
      await page.locator('[name=given]').fill(given);
      await page.locator('[name=birthdate]').fill(birthDate);
      await page.locator('[name=reason]').fill(emergency.reason);
      await page.locator('button[form=step], form button').first().click();
      return true;
    });
    await page.getByText('Accès en urgence (bris de glace)').waitFor();
    await page.getByRole('heading', { level: 1, name: family }).waitFor();
    await page.locator('.entry').first().waitFor();
    await at.look('emergency');
    // To be read, and nothing else.
    expect(await page.getByRole('link', { name: 'Déposer' }).count()).toBe(0);
    expect(
      at.addresses.filter((url) => url.startsWith(`${stack.origin}/fhir`) && url.includes(emergency.patient)),
    ).toEqual([]);
    await page.locator('.entry a').first().click();
    await page.locator('article dl').waitFor();
    expect(await page.getByRole('group', { name: 'Actions' }).count()).toBe(0);
    expect(at.complaints).toEqual([]);
  });

  let director: ConsolePage;
  it('reads who did, why, and how the chain stands', { timeout: 120_000 }, async () => {
    director = await stack.open();
    await director.signIn('admin');
    const { page } = director;
    await page.getByRole('heading', { level: 1, name: 'Traces' }).waitFor();
    await page.getByText('conforme au dernier point de contrôle').waitFor();
    await director.look('audit');
    await page.getByLabel('Nature').selectOption({ label: 'bris de glace' });
    await page.getByRole('button', { name: 'Chercher' }).click();
    await page
      .getByRole('status')
      .getByText(/^[1-9] trace/)
      .waitFor();
    const row = page.getByRole('row').filter({ hasText: 'MAUREL' }).first();
    await row.getByText(emergency.reason).first().waitFor();
    await director.look('audit-break-glass');
    await page.getByLabel('Nature').selectOption({ label: 'Tous' });
    await page.getByRole('button', { name: 'Chercher' }).click();
    await page.getByRole('button', { name: 'Page suivante' }).click();
    await page.getByRole('button', { name: 'Page précédente' }).waitFor();
  });

  it('sees certificates and when they end, and the applications', { timeout: 60_000 }, async () => {
    const { page } = director;
    await page.getByRole('link', { name: 'Certificats' }).click();
    await page.getByRole('row', { name: '1990100109' }).first().waitFor();
    await page.locator('details').first().click();
    await director.look('certificates');
    await page.getByRole('link', { name: 'Applications' }).click();
    await page.getByRole('heading', { name: 'Application de démonstration' }).waitFor();
    await director.look('clients');
    expect(director.complaints).toEqual([]);
  });
});

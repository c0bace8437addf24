/**
 * Issue 7, line 4, the formats of the DMP in a real Chromium: TIFF, RTF and JPEG are deposited by drop and read; what the browser cannot
 * show is said to be so, and saved; what the DMP does not take (PNG) is refused before anything is sent.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { jpeg, rtf, tiff } from '../support/documents.ts';
import { patients } from '../support/resources.ts';
import { describeNeeding } from '../support/shared.ts';

describeNeeding('formats', noChromium, () => {
  let stack: ConsoleStack;
  let at: ConsolePage;
  beforeAll(async () => {
    stack = await startConsole();
    at = await stack.open();
    await at.signIn('doctor');
    const { page } = at;
    await page.getByLabel('Identifiant', { exact: true }).fill(patients.P1.ins);
    await page.keyboard.press('Enter');
    await tab('Consentements').click();
    for (const [topic, decision] of [
      ['Alimentation du DMP', 'ne s’oppose pas'],
      ['Consultation du DMP par l’établissement', 'consent'],
    ] as const) {
      await page.getByRole('button', { name: `Recueillir : ${topic}` }).click();
      await page.getByRole('dialog').getByLabel('Décision').selectOption({ label: decision });
      await page.getByRole('dialog').getByLabel('Comment').fill('Oralement');
      await page.getByRole('dialog').getByRole('button', { name: 'Recueillir', exact: true }).click();
      await page.getByRole('row', { name: topic }).getByText(decision, { exact: true }).waitFor();
    }
  }, 180_000);
  afterAll(() => stack.close());

  const tab = (name: string) => at.page.getByRole('navigation', { name: 'Dossier' }).getByRole('link', { name });

  async function deposit(name: string, type: string, bytes: Buffer): Promise<void> {
    const { page } = at;
    await tab('Déposer').click();
    await at.drop(name, type, bytes);
    await page.getByLabel('Type', { exact: true }).selectOption('http://loinc.org|28653-4');
    await page.getByLabel('L’identité du résident est qualifiée', { exact: false }).check();
    await page.getByRole('button', { name: 'Vérifier avant l’envoi' }).click();
    await page.getByRole('heading', { name: 'Ce qui sera envoyé' }).waitFor();
    await page.getByRole('button', { name: 'Déposer dans le DMP' }).click();
    await page.getByRole('link', { name: 'Enregistrer une copie' }).waitFor();
  }
  /** What is saved: its name and its bytes. */
  async function saved(): Promise<[name: string, bytes: Buffer]> {
    const download = at.page.waitForEvent('download');
    await at.page.getByRole('link', { name: 'Enregistrer une copie' }).focus();
    await at.page.keyboard.press('Enter');
    const file = await download;
    return [file.suggestedFilename(), readFileSync(await file.path())];
  }

  // Systems name the types of files differently, or not at all: the end of the name counts.
  it.each([
    ['scanner_1998.tif', '', tiff(), 'image TIFF', 'scanner 1998.tif'],
    ['SCANNER.TIFF', 'image/tiff', tiff(), 'image TIFF', 'SCANNER.tif'],
    ['lettre.rtf', 'application/msword', rtf(), 'texte RTF', 'lettre.rtf'],
  ])(
    '%s is deposited; it cannot be shown, which is said, and is saved as it was',
    async (name, type, bytes, format, copy) => {
      await deposit(name, type, bytes);
      await at.page
        .getByText(`Ce format (${format}) ne s’affiche pas ici : enregistrez le document pour l’ouvrir.`)
        .waitFor();
      expect(await at.page.locator('.read').count()).toBe(0);
      await at.look(`reader-${copy.split('.').at(-1)!}`);
      expect(await saved()).toEqual([copy, bytes]);
    },
    60_000,
  );

  it('a JPEG is shown, with its title for who does not see it', { timeout: 60_000 }, async () => {
    const { page } = at;
    await deposit('plaie.jpeg', 'image/jpeg', jpeg());
    const image = page.getByRole('img', { name: 'plaie' });
    await image.waitFor();
    expect(
      await page.evaluate(
        "document.querySelector('img.read').decode().then(() => document.querySelector('img.read').naturalWidth)",
      ),
    ).toBe(1);
    await at.look('reader-jpeg');
    expect(await saved()).toEqual(['plaie.jpg', jpeg()]);
  });

  it('in English', { timeout: 60_000 }, async () => {
    const { page } = at;
    await tab('Documents').click();
    await page.getByRole('link', { name: 'lettre', exact: true }).click();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('This format (RTF text) cannot be shown here: save the document to open it.').waitFor();
    await page.getByRole('button', { name: 'Français' }).click();
  });

  it(
    'a PNG is none of them, and what is named otherwise than it is, is refused by the server',
    { timeout: 60_000 },
    async () => {
      const { page } = at;
      await tab('Déposer').click();
      await at.drop('plaie.png', 'image/png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
      await page.getByText('« plaie.png » n’est pas d’un format que le DMP accepte').waitFor();
      expect(await page.getByLabel('Titre').count()).toBe(0);
      await at.drop('plaie.tif', 'image/tiff', jpeg());
      await page.getByLabel('Type', { exact: true }).selectOption('http://loinc.org|28653-4');
      await page.getByLabel('L’identité du résident est qualifiée', { exact: false }).check();
      await page.getByRole('button', { name: 'Vérifier avant l’envoi' }).click();
      await page.getByRole('alert').getByText('image/tiff').waitFor();
      await at.look('deposit-refused');
      expect(at.complaints).toEqual([]);
    },
  );
});

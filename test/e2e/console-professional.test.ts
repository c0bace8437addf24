/**
 * Issue 7, line 4, for a professional: the flows of the console in a real Chromium, against the simulator of the DMP. What a person
 * does, step by step; each page is looked at by axe, and kept as a picture.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jpeg, pdf, text } from '../support/documents.ts';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { root } from '../support/demonstration.ts';
import { patients } from '../support/resources.ts';
import { describeNeeding } from '../support/shared.ts';

/** The CDA of the documentation's example. */
function cda(): Buffer {
  const text = readFileSync(path.join(root, 'docs/examples/generate-metadata.json'), 'utf8');
  const { parameter } = JSON.parse(text) as { parameter: { resource: { data: string } }[] };
  return Buffer.from(parameter[0]!.resource.data, 'base64');
}

describeNeeding('a professional', noChromium, () => {
  let stack: ConsoleStack;
  let at: ConsolePage;
  beforeAll(async () => {
    stack = await startConsole();
    at = await stack.open();
    await at.signIn('doctor');
  }, 180_000);
  afterAll(() => stack.close());

  const button = (name: string) => at.page.getByRole('button', { name, exact: true });
  const tab = (name: string) => at.page.getByRole('navigation', { name: 'Dossier' }).getByRole('link', { name });
  const said = (words: string) => at.page.locator('.announcer p', { hasText: words }).waitFor();
  const dialog = () => at.page.getByRole('dialog');
  const confirm = (name = 'Confirmer') => dialog().getByRole('button', { name, exact: true }).click();
  const title = () => at.page.locator('article h2').innerText();

  const drop = (name: string, type: string, bytes: Buffer) => at.drop(name, type, bytes);
  async function deposit(heading: string): Promise<void> {
    await at.page.getByLabel('Titre').fill(heading);
    await at.page.getByLabel('Type', { exact: true }).selectOption('http://loinc.org|28653-4');
    await at.page.getByLabel('L’identité du résident est qualifiée', { exact: false }).check();
    await button('Vérifier avant l’envoi').click();
    await at.page.getByRole('heading', { name: 'Ce qui sera envoyé' }).waitFor();
  }

  it('finds a resident by INS; the INS is in no address', { timeout: 90_000 }, async () => {
    const { page } = at;
    await page.getByLabel('Identifiant', { exact: true }).fill('2 36 04 69 990 123 76');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'BASTIDE ODETTE' }).waitFor();
    expect(await page.locator('.identity').innerText()).toContain('12 avril 1936');
    expect(await page.locator('.identity .badges').innerText()).toContain('DMP ouvert');
    expect(page.url()).toMatch(/#\/resident\/[0-9a-f-]{36}$/);
    expect(at.addresses.filter((url) => url.includes(patients.P1.ins))).toEqual([]);
  });

  it('records what the resident allows, and sees what stands in the DMP', { timeout: 90_000 }, async () => {
    const { page } = at;
    await tab('Consentements').click();
    for (const [topic, decision] of [
      ['Alimentation du DMP', 'ne s’oppose pas'],
      ['Consultation du DMP par l’établissement', 'consent'],
      ['Accès de la régulation (centre 15)', 's’oppose'],
    ] as const) {
      await button(`Recueillir : ${topic}`).click();
      await dialog().getByLabel('Décision').selectOption({ label: decision });
      await dialog().getByLabel('Comment').fill('Oralement, à l’admission');
      await confirm('Recueillir');
      await page.getByRole('row', { name: topic }).getByText(decision, { exact: true }).waitFor();
    }
    await at.look('consent');
    await button('Retirer : Accès de la régulation (centre 15)').click();
    await at.look('dialog');
    await confirm('Retirer');
    await page.getByRole('row', { name: 'centre 15' }).getByText('non recueilli').waitFor();
    await button('Déclarer mon autorisation').click();
    await confirm();
    await said('Cette autorisation était déjà inscrite.');
    await page.getByRole('row', { name: 'HÉLÈNE MAUREL (vous)' }).getByText('Accès autorisé').waitFor();
  });

  it('sees their rights', { timeout: 60_000 }, async () => {
    await tab('Mes droits').click();
    await at.page.getByRole('row', { name: 'Se déclarer autorisé' }).waitFor();
    await at.look('rights');
  });

  it('sees the documents on a timeline, and filters them', { timeout: 90_000 }, async () => {
    const { page } = at;
    await tab('Documents').click();
    await page.locator('.entry').first().waitFor();
    await at.look('documents');
    const all = await page.locator('.entry').count();
    await page.getByLabel('Type', { exact: true }).selectOption({ label: 'Prescription de produits de santé' });
    await button('Filtrer').click();
    await expect.poll(() => page.locator('.entry').count()).toBeLessThan(all);
    expect(await page.locator('.entry .quiet').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('Prescription de produits de santé')]),
    );
    await page.getByLabel('Type', { exact: true }).selectOption('');
    await page.getByLabel('Nom de l’auteur').fill('FAUCONNET');
    await button('Filtrer').click();
    await expect
      .poll(async () => (await page.locator('.entry').allInnerTexts()).every((entry) => entry.includes('FAUCONNET')))
      .toBe(true);
  });

  it('deposits a PDF by drop: what will be sent is shown first', { timeout: 120_000 }, async () => {
    const { page } = at;
    await tab('Déposer').click();
    await drop('tableau.xlsx', 'application/octet-stream', Buffer.from('x'));
    await page.getByText('« tableau.xlsx » n’est pas d’un format').waitFor();
    await drop('cr_visite.pdf', 'application/pdf', pdf());
    expect(await page.getByLabel('Titre').inputValue()).toBe('cr visite');
    await deposit('Compte rendu de visite');
    await page.getByText('La ressource FHIR').click();
    expect(await page.locator('details pre').innerText()).toContain('"resourceType": "DocumentReference"');
    await at.look('deposit');
    await button('Déposer dans le DMP').click();
    await said('Document déposé dans le DMP.');
    expect(await title()).toBe('Compte rendu de visite');
    await page.locator('canvas[data-drawn="1"]').waitFor({ state: 'attached' });
    await at.look('reader-pdf');
  });

  it('replaces it, and the old one is there as replaced', { timeout: 120_000 }, async () => {
    const { page } = at;
    await page.getByRole('link', { name: 'Remplacer' }).click();
    await page.getByText('Le nouveau document remplacera « Compte rendu de visite ».').waitFor();
    await drop('suite.txt', 'text/plain', text('Visite du matin, corrigée.\n'));
    await deposit('Compte rendu corrigé');
    await button('Déposer dans le DMP').click();
    await expect.poll(title).toBe('Compte rendu corrigé');
    await page.locator('pre.read', { hasText: 'Visite du matin, corrigée.' }).waitFor();
    await tab('Documents').click();
    await page.getByLabel('État').selectOption({ label: 'Remplacé' });
    await button('Filtrer').click();
    await page.locator('.entry', { hasText: 'Compte rendu de visite' }).waitFor();
    await page.getByLabel('État').selectOption({ label: 'En vigueur' });
    await button('Filtrer').click();
    await page.getByRole('link', { name: 'Compte rendu corrigé' }).click();
  });

  it('masks and unmasks, archives', { timeout: 120_000 }, async () => {
    const { page } = at;
    await button('Archiver').click();
    await confirm();
    await said('Document archivé.');
    await page.locator('article .badges', { hasText: 'Archivé' }).waitFor();
    await button('Désarchiver').click();
    await confirm();
    await said('Document désarchivé.');
    await button('Masquer aux professionnels').click();
    await confirm();
    await said('Document masqué.');
    await page.locator('.entry', { hasText: 'Compte rendu corrigé' }).getByText('Masqué aux professionnels').waitFor();
    await page.getByRole('link', { name: 'Compte rendu corrigé' }).click();
    await button('Démasquer').click();
    await confirm();
    await said('Document démasqué.');
    await at.look('document');
  });

  it('makes visible, to the patient and to the representatives', { timeout: 60_000 }, async () => {
    const { page } = at;
    const own = page.url();
    await tab('Documents').click();
    await page.getByRole('link', { name: "Lettre de liaison à la sortie d'hospitalisation" }).click();
    for (const whom of ['du patient', 'des représentants']) {
      await button(`Rendre visible ${whom}`).click();
      await confirm();
      await said(`Document visible ${whom}.`);
    }
    await page.locator('article .badges').waitFor({ state: 'detached' });
    await page.goto(own);
  });

  it('deletes, after a question', { timeout: 60_000 }, async () => {
    const { page } = at;
    await button('Supprimer').click();
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await button('Supprimer').click();
    await confirm();
    await said('Document supprimé.');
    await page.locator('.entry').first().waitFor();
    expect(await page.locator('.entry', { hasText: 'Compte rendu corrigé' }).count()).toBe(0);
  });

  it(
    'deposits an image and a CDA; a structured CDA is read as a page that can do nothing',
    { timeout: 120_000 },
    async () => {
      const { page } = at;
      await tab('Déposer').click();
      await drop('plaie.jpg', 'image/jpeg', jpeg());
      await deposit('Photographie');
      await button('Déposer dans le DMP').click();
      await page.locator('img.read').waitFor();
      const image = "document.querySelector('img.read')";
      expect(await page.evaluate(`${image}.decode().then(() => ${image}.naturalWidth)`)).toBeGreaterThan(0);
      await tab('Déposer').click();
      await drop('synthese.xml', 'text/xml', cda());
      await page.getByText('C’est un document CDA').waitFor();
      await page.getByLabel('L’identité du résident est qualifiée', { exact: false }).check();
      await button('Vérifier avant l’envoi').click();
      await page.getByRole('heading', { name: 'Ce qui sera envoyé' }).waitFor();
      await button('Déposer dans le DMP').click();
      await page.locator('pre.read').waitFor();
      await tab('Documents').click();
      await page.getByRole('link', { name: 'Ordonnance de renouvellement' }).click();
      const frame = page.locator('iframe.read');
      await frame.waitFor();
      expect(await frame.getAttribute('sandbox')).toBe('');
      await frame.contentFrame().getByRole('heading').first().waitFor();
      await at.look('reader-cda');
    },
  );

  it('nothing was against the policy', () => {
    expect(at.complaints).toEqual([]);
  });
});

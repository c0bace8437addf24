/**
 * Issue 7, line 4, take-overs and proposals: an administrator confirms, pauses, resumes and cancels take-overs in a real Chromium; which
 * document a proposal is, is shown to who may read it, and to nobody else.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { tokenOf } from '../support/demonstration.ts';
import { text } from '../support/documents.ts';
import { consent, newOid, patients, simplified } from '../support/resources.ts';
import { describeNeeding } from '../support/shared.ts';

const json = 'application/fhir+json';
const LAB = { system: 'http://loinc.org', code: '11502-2' };

describeNeeding('take-overs and proposals', noChromium, () => {
  let stack: ConsoleStack;
  let tokens: Record<'nurse' | 'admin', string>;
  let director: ConsolePage;
  let archives: string;

  beforeAll(async () => {
    // Nothing is sent: what is taken back is still there.
    stack = await startConsole({
      FEED_NOTICE_DOCUMENTS_PER_DAY: '1000',
      FEED_TICK_MS: '0',
      FEED_TAKEOVER_HOURS: 'always',
      ACCESS_TOKEN_SECONDS: '3600',
    });
    tokens = {
      nurse: await tokenOf(stack.place, 'nurse'),
      admin: await tokenOf(stack.place, 'admin', '--scope', 'openid admin/registry.rw'),
    };
    for (const topic of ['feeding', 'consultation']) await send('POST', '/Consent', consent('P1', topic), 201);
    director = await stack.open();
    await director.signIn('admin');
    await director.page.getByRole('link', { name: 'Alimentation' }).click();
    await director.page.getByRole('heading', { level: 1, name: 'Alimentation' }).waitFor();
  }, 180_000);
  afterAll(() => stack.close());

  /** Asks the API as the care home's server. */
  async function send(method: string, url: string, body: unknown, status: number, headers = {}): Promise<Response> {
    const answer = await fetch(url.startsWith('/admin') ? `${stack.origin}${url}` : `${stack.running.url}${url}`, {
      method,
      headers: {
        authorization: `Bearer ${url.startsWith('/admin') ? tokens.admin : tokens.nurse}`,
        'content-type': url.startsWith('/admin') ? 'application/json' : json,
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect(answer.status, await answer.clone().text()).toBe(status);
    return answer;
  }
  const note = (more = {}) => simplified({ content: text(`Note ${newOid()}`), contentType: 'text/plain', ...more });
  async function begin(name: string, documents: number): Promise<string> {
    const parameter = [
      { name: 'name', valueString: name },
      { name: 'documents', valueInteger: documents },
      { name: 'contactName', valueString: 'Léa FICTIVE' },
      { name: 'contactEmail', valueString: 'lea@verger.example' },
      { name: 'reference', valueString: name },
    ];
    const answer = await send('POST', '/$import', { resourceType: 'Parameters', parameter }, 202, {
      prefer: 'respond-async',
    });
    return new URL(answer.headers.get('content-location')!).searchParams.get('takeover')!;
  }

  const section = (name: string | RegExp) => director.page.getByRole('region', { name });
  const press = (within: string | RegExp, name: string) =>
    section(within).getByRole('button', { name, exact: true }).click();
  const dialog = () => director.page.getByRole('dialog');
  const confirm = (name = 'Confirmer') => dialog().getByRole('button', { name, exact: true }).click();
  const said = (words: string) => director.page.locator('.announcer p', { hasText: words }).waitFor();
  const refresh = () => director.page.getByRole('button', { name: 'Actualiser' }).click();
  /** What has the focus. */
  const focused = () => director.page.evaluate('document.activeElement.textContent');

  it('confirms that the CNAM was told, with the message that is to be sent', { timeout: 120_000 }, async () => {
    archives = await begin('Archives', 60_000);
    await refresh();
    const one = section(/^Archives/).last();
    await one.getByText('à confirmer').waitFor();
    await one.getByText('Le message à la CNAM').click();
    expect(await one.locator('pre').innerText()).toContain('60');
    const saved = director.page.waitForEvent('download');
    await one.getByRole('link', { name: 'Enregistrer le message (.eml)' }).click();
    expect((await saved).suggestedFilename()).toBe('CNAM.eml');
    await director.look('takeover-unconfirmed');
    await director.page.getByRole('button', { name: 'English' }).click();
    await one.getByRole('button', { name: 'Confirm that the CNAM was told' }).waitFor();
    await one.getByText('send this message to the CNAM first').waitFor();
    await director.look('takeover-unconfirmed-en');
    await director.page.getByRole('button', { name: 'Français' }).click();

    await one.getByRole('button', { name: 'Confirmer l’avis à la CNAM' }).focus();
    await director.page.keyboard.press('Enter');
    await dialog().getByLabel('CNAM prévenue le').waitFor();
    await director.look('takeover-confirm');
    // The reference is asked for by the browser: blanks are none.
    await dialog().getByLabel('Référence de l’avis').fill('   ');
    await confirm();
    expect(await dialog().locator('input:invalid').count()).toBe(1);
    // A day to come is refused by the browser; past it, by the server, whose sentence stays with the question.
    await dialog().getByLabel('Référence de l’avis').fill('Courriel du 1er décembre');
    const day = dialog().getByLabel('CNAM prévenue le');
    const today = await day.inputValue();
    await day.evaluate((input) => input.removeAttribute('max'));
    await day.fill('2099-01-01');
    await confirm();
    await dialog().getByRole('alert').getByText('on n’est pas valable').waitFor();
    await day.fill(today);
    await director.page.keyboard.press('Enter');
    await said('Avis à la CNAM confirmé.');
    await dialog().waitFor({ state: 'detached' });
    await one.getByText('(Courriel du 1er décembre)').waitFor();
    await one.getByText('en cours', { exact: true }).waitFor();
    expect(await focused()).toContain('Archives');
  });

  it('pauses and resumes by the keyboard; the focus stays with the take-over', { timeout: 60_000 }, async () => {
    const { page } = director;
    for (const [action, done, state] of [
      ['Mettre en pause', 'Reprise en pause.', 'en pause'],
      ['Reprendre l’envoi', 'Envoi repris.', 'en cours'],
    ] as const) {
      await section(/^Archives/)
        .getByRole('button', { name: action })
        .focus();
      await page.keyboard.press('Enter');
      await dialog().getByText('Archives', { exact: true }).waitFor();
      await confirm();
      await said(done);
      await dialog().waitFor({ state: 'detached' });
      await section(/^Archives/)
        .getByText(state, { exact: true })
        .waitFor();
      expect(await focused()).toContain('Archives');
    }
  });

  it(
    'what somebody else has done meanwhile is told; cancelled takes back what was not sent',
    { timeout: 90_000 },
    async () => {
      const { page } = director;
      // Shown as running; cancelled by who feeds it before the director pauses it.
      await press(/^Archives/, 'Mettre en pause');
      const parameter = [
        { name: 'takeover', valueId: archives },
        { name: 'action', valueCode: 'cancel' },
      ];
      await send('POST', '/$import-change', { resourceType: 'Parameters', parameter }, 200);
      await confirm();
      await dialog().getByRole('alert').getByText('Impossible dans l’état « cancelled »').waitFor();
      await director.look('takeover-too-late');
      await page.keyboard.press('Escape');
      await refresh();
      await section(/^Archives/)
        .getByText('annulée', { exact: true })
        .waitFor();

      const id = await begin('Courriers', 3);
      const lines = ['a', 'b'].map((name) => JSON.stringify({ ...note(), id: name })).join('\n');
      await send('POST', `/$import-documents?takeover=${id}`, lines, 200, {
        'content-type': 'application/fhir+ndjson',
      });
      await refresh();
      const one = section(/^Courriers/);
      await one.getByText('en file : 2').waitFor();
      await press(/^Courriers/, 'Annuler la reprise');
      await dialog().getByText('Cette annulation est définitive.').waitFor();
      await director.look('takeover-cancel');
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      expect(await focused()).toContain('Annuler la reprise');
      await page.keyboard.press('Enter');
      await confirm();
      await said('Reprise annulée.');
      await dialog().waitFor({ state: 'detached' });
      await one.getByText('annulés : 2').waitFor();
      expect(await one.getByRole('button').count()).toBe(0);
      expect(await focused()).toContain('Courriers');
    },
  );

  it(
    'a proposal says which document it is to who deposited it, and not to the director',
    { timeout: 120_000 },
    async () => {
      const rules = [{ name: 'labo', when: { type: [LAB.code] }, then: 'manual', reason: 'Relu par le médecin' }];
      const decision = { date: '2026-11-12', reference: 'CME 2026-14' };
      const recorded = { decision, rules, otherwise: { then: 'automatic' } };
      await send('PUT', '/admin/feeding-rules', recorded, 200, { 'if-match': '"0"' });
      const doctor = await stack.open();
      const { page } = doctor;
      await doctor.signIn('doctor');
      await page.getByLabel('Identifiant', { exact: true }).fill(patients.P1.ins);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Déposer' }).click();
      const file = { name: 'bilan.txt', mimeType: 'text/plain', buffer: text('Hémoglobine 12 g/dl') };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByLabel('Titre').fill('Bilan sanguin d’automne');
      await page.getByLabel('Type', { exact: true }).selectOption(`${LAB.system}|${LAB.code}`);
      await page.getByLabel('L’identité du résident est qualifiée', { exact: false }).check();
      await page.getByRole('button', { name: 'Vérifier avant l’envoi' }).click();
      await page.getByText('Relu par le médecin').waitFor();
      await page.getByRole('button', { name: 'Déposer dans le DMP' }).click();
      await page.locator('.announcer p', { hasText: 'Document non envoyé' }).waitFor();
      await page.getByRole('heading', { level: 1, name: 'À valider' }).waitFor();
      const row = page.getByRole('row').nth(1);
      await row.waitFor();
      const shown = await row.innerText();
      for (const words of [
        'Bilan sanguin d’automne',
        'MAUREL',
        'Relu par le médecin',
        String(new Date().getFullYear()),
      ])
        expect(shown).toContain(words);
      expect(shown).toMatch(/biologi/i);
      await doctor.look('proposals');
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('heading', { level: 1, name: 'To be released' }).waitFor();
      await doctor.look('proposals-en');

      await refresh();
      const seen = section('À valider');
      await seen.getByText('Le document n’est montré qu’à qui peut le lire.').waitFor();
      await seen.getByText('Relu par le médecin').waitFor();
      expect(await director.page.locator('main').innerText()).not.toMatch(/Bilan|MAUREL/);
      await director.look('proposals-director');

      await row.getByRole('button', { name: 'Release' }).click();
      await page.getByRole('dialog').getByText('Bilan sanguin d’automne').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
      await page.locator('.announcer p', { hasText: 'Deposit released.' }).waitFor();
      await page.getByText('No deposit waits for a decision.').waitFor();
      expect([...doctor.complaints, ...director.complaints]).toEqual([]);
    },
  );
});

/**
 * Issue 7, line 4, the feed: what an administrator sees and does there, in a real Chromium against `npm start`: proposals, refusals,
 * what waits, take-overs, what was not announced; and a professional who finds it, and a resident by the establishment's own identifier.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DocumentReference, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noChromium, startConsole, type ConsolePage, type ConsoleStack } from '../support/console.ts';
import { freePort, root, tokenOf } from '../support/demonstration.ts';
import { text } from '../support/documents.ts';
import { consent, N, newOid, simplified, VISIBILITY, type Deposit } from '../support/resources.ts';
import { describeNeeding } from '../support/shared.ts';

const LAB = { system: 'http://loinc.org', code: '11502-2' };
const domain = 'urn:oid:2.16.840.1.113883.19.7602.9';
const json = 'application/fhir+json';

describeNeeding('the feed', noChromium, () => {
  let stack: ConsoleStack;
  let control: string;
  let tokens: Record<'nurse' | 'admin', string>;
  let director: ConsolePage;

  beforeAll(async () => {
    const port = String(await freePort());
    control = `http://127.0.0.1:${port}/control`;
    stack = await startConsole({
      SIMULATOR_CONTROL_PORT: port,
      FEED_TICK_MS: '50',
      FEED_PACE: '0',
      FEED_BREAKER_FAILURES: '1',
      // The breaker, opened by the last of the tests, stays so: how long that one takes does not matter.
      FEED_BREAKER_SECONDS: '3600',
      FEED_TAKEOVER_HOURS: 'always',
      // So do the tests' tokens, on a slow machine too.
      ACCESS_TOKEN_SECONDS: '3600',
      // What waits for another attempt waits until somebody does something.
      FEED_RETRY_SECONDS: '3600',
    });
    tokens = {
      nurse: await tokenOf(stack.place, 'nurse'),
      admin: await tokenOf(stack.place, 'admin', '--scope', 'openid admin/registry.rw'),
    };
    await send('POST', '/Consent', consent('P2', 'feeding'), 201);
    for (const topic of ['feeding', 'consultation']) await send('POST', '/Consent', consent('P1', topic), 201);
  }, 180_000);
  afterAll(() => stack.close());

  /** Asks the API as the care home's server, or the administration as the director. */
  async function send<T>(
    method: string,
    url: string,
    body: unknown,
    status: number,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const isAdmin = url.startsWith('/admin');
    const answer = await fetch(isAdmin ? `${stack.origin}${url}` : `${stack.running.url}${url}`, {
      method,
      headers: {
        authorization: `Bearer ${isAdmin ? tokens.admin : tokens.nurse}`,
        'content-type': isAdmin ? 'application/json' : json,
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const said = await answer.text();
    expect(answer.status, said).toBe(status);
    return (/[+/]json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(said) : said) as T;
  }
  const note = (more: Partial<Deposit> = {}): DocumentReference =>
    simplified({ content: text(`Note ${newOid()}`), contentType: 'text/plain', ...more });
  const accept = (more: Partial<Deposit> = {}) =>
    send<Task>('POST', '/DocumentReference', note(more), 202, { prefer: 'respond-async' });
  async function fault(spec: Record<string, unknown>): Promise<void> {
    const body = JSON.stringify({ transaction: 'TD2.1', times: 20, ...spec });
    expect((await fetch(`${control}/faults`, { method: 'POST', body })).ok).toBe(true);
  }
  const clear = () => fetch(`${control}/faults`, { method: 'DELETE' });

  const section = (name: string) => director.page.getByRole('region', { name, exact: true });
  const button = (within: string, name: string) => section(within).getByRole('button', { name, exact: true });
  const dialog = () => director.page.getByRole('dialog');
  const said = (words: string) => director.page.locator('.announcer p', { hasText: words }).waitFor();
  /** Refreshes until it is there. */
  async function shows(within: string, words: string | RegExp, refresh = 'Actualiser'): Promise<void> {
    await expect
      .poll(
        async () => {
          await director.page.getByRole('button', { name: refresh }).click();
          await director.page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
          return section(within).innerText();
        },
        { timeout: 60_000 },
      )
      .toMatch(words);
  }
  const filter = (status: string) => section('Les dépôts').getByLabel('État').selectOption({ label: status });

  it(
    'what the rules leave to a person comes first: released by the keyboard, it is delivered',
    { timeout: 120_000 },
    async () => {
      const rules = [{ name: 'labo', when: { type: [LAB.code] }, then: 'manual', reason: 'Relu par le médecin' }];
      const decision = { date: '2026-11-12', reference: 'CME 2026-14' };
      const recorded = { decision, rules, otherwise: { then: 'automatic' } };
      await send('PUT', '/admin/feeding-rules', recorded, 200, { 'if-match': '"0"' });
      expect((await accept({ type: LAB })).status).toBe('draft');
      expect((await accept({ type: LAB })).status).toBe('draft');

      director = await stack.open();
      await director.signIn('admin');
      const { page } = director;
      await page.getByRole('link', { name: 'Alimentation' }).click();
      await page.getByRole('heading', { level: 1, name: 'Alimentation' }).waitFor();
      await section('À valider').getByRole('row').nth(2).waitFor();
      await section('La file des dépôts').getByText('à valider : 2').waitFor();
      await director.look('feed-proposals');

      await button('À valider', 'Valider').first().focus();
      await page.keyboard.press('Enter');
      await dialog().getByText('Ce dépôt partira vers le DMP.').waitFor();
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      // The focus is where it was.
      await page.keyboard.press('Enter');
      await dialog().waitFor();
      await director.look('feed-dialog');
      await dialog().getByRole('button', { name: 'Confirmer' }).focus();
      await page.keyboard.press('Enter');
      await said('Dépôt validé.');
      await dialog().waitFor({ state: 'detached' });
      expect(await page.evaluate('document.activeElement.textContent')).toBe('À valider');
      await shows('La file des dépôts', 'déposés : 1');
      expect(await section('À valider').getByRole('row').count()).toBe(2);
    },
  );

  it('declines another, with a reason that everybody reads', { timeout: 120_000 }, async () => {
    await button('À valider', 'Écarter').click();
    await dialog().getByRole('button', { name: 'Confirmer' }).click();
    // The browser asks for the reason.
    expect(await dialog().locator('input:invalid').count()).toBe(1);
    await dialog().getByLabel('Motif').fill('Résultat d’un autre résident');
    await dialog().getByRole('button', { name: 'Confirmer' }).click();
    await said('Dépôt écarté.');
    await section('À valider').getByText('Aucun dépôt n’attend de décision.').waitFor();
    await filter('écartés');
    await section('Les dépôts').getByRole('cell', { name: 'Résultat d’un autre résident' }).waitFor();
  });

  it('what the DMP refused says why, and is put back in line', { timeout: 120_000 }, async () => {
    await fault({ kind: 'registryError', code: 'XDSRegistryMetadataError', context: 'Document01 typeCode' });
    await accept();
    await filter('échoués');
    await shows('La file des dépôts', 'Ce qui a échoué, et quoi faire');
    await shows('Les dépôts', 'Remettre en file');
    await section('Les dépôts').getByText('Le DMP refuse les métadonnées : Document01 typeCode').waitFor();
    await director.look('feed-refused');
    await clear();
    await button('Les dépôts', 'Remettre en file').click();
    await dialog().getByRole('button', { name: 'Confirmer' }).click();
    await said('Dépôt remis en file.');
    await shows('La file des dépôts', 'déposés : 2');
  });

  it('take-overs with their progress, and deposits in pages', { timeout: 120_000 }, async () => {
    const begun = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'name', valueString: 'Courriers 2016–2026' },
        { name: 'documents', valueInteger: 40 },
        { name: 'contactName', valueString: 'Léa FICTIVE' },
        { name: 'contactEmail', valueString: 'lea@verger.example' },
        { name: 'reference', valueString: 'courriers' },
      ],
    };
    const started = await fetch(`${stack.running.url}/$import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.nurse}`, 'content-type': json, prefer: 'respond-async' },
      body: JSON.stringify(begun),
    });
    expect(started.status, await started.text()).toBe(202);
    const takeover = new URL(started.headers.get('content-location')!).searchParams.get('takeover')!;
    const lines = Array.from({ length: 22 }, (_, i) => ({ ...note(), id: `l${i}` }));
    // A line that nobody knows the type of.
    lines.push({ ...note({ type: { system: 'http://loinc.org', code: '0000-0' } }), id: 'l22' });
    await send(
      'POST',
      `/$import-documents?takeover=${takeover}`,
      lines.map((one) => JSON.stringify(one)).join('\n'),
      200,
      {
        'content-type': 'application/fhir+ndjson',
      },
    );
    await shows('Reprises', /23 traité\(s\), 23 reçu\(s\), 40 prévu\(s\)/);
    await section('Reprises').getByText('déposés : 22').waitFor();
    await section('Reprises').getByText('refusés à l’entrée : 1').waitFor();
    expect(await section('Reprises').locator('progress').getAttribute('value')).toBe('23');
    await filter('déposés');
    const next = button('Les dépôts', 'Page suivante');
    await next.click();
    await expect.poll(() => section('Les dépôts').getByRole('row').count()).toBe(5);
    await button('Les dépôts', 'Page précédente').click();
    await expect.poll(() => section('Les dépôts').getByRole('row').count()).toBe(21);
    await director.look('feed');
  });

  it(
    'what waits to be announced: counted for the administrator, by name for the professional',
    { timeout: 120_000 },
    async () => {
      const hidden = [N, { system: VISIBILITY, code: 'INVISIBLE_PATIENT' }];
      await send('POST', '/DocumentReference', note({ title: 'Biopsie', securityLabel: hidden }), 201);
      await shows('La file des dépôts', '1 document(s) de la structure que le patient ne voit pas encore');
      await director.page.getByRole('button', { name: 'English' }).click();
      await director.page.getByRole('heading', { level: 1, name: 'Feed' }).waitFor();
      await director.page.getByText('deposited: 22').first().waitFor();
      await director.page.getByText('1 document(s) of the structure that the patient does not see yet').waitFor();
      await director.look('feed-en');
      // Neither title nor patient.
      expect(await director.page.locator('main').innerText()).not.toContain('Biopsie');
      expect(director.complaints).toEqual([]);
    },
  );

  it(
    'a professional finds it, and a resident by the identifier of the establishment',
    { timeout: 120_000 },
    async () => {
      const identity = readFileSync(path.join(root, 'docs/examples/identity.json'), 'utf8');
      await send('PUT', `/Patient?identifier=${encodeURIComponent(`${domain}|IPP-000042`)}`, identity, 201);
      const doctor = await stack.open();
      const { page } = doctor;
      await doctor.signIn('doctor');
      await page.getByRole('link', { name: 'À annoncer' }).click();
      await page.getByText('1 document(s)').waitFor();
      await doctor.look('announcements');
      await page.getByRole('link', { name: 'Biopsie' }).click();
      await page.getByRole('button', { name: 'Rendre visible du patient' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Confirmer' }).click();
      await page.locator('.announcer p', { hasText: 'Document visible du patient.' }).waitFor();
      await page.getByRole('link', { name: 'À annoncer' }).click();
      await page.getByText('Aucun document n’attend d’annonce.').waitFor();

      await page.getByRole('link', { name: 'Trouver un résident' }).click();
      const kind = page.getByLabel('Nature de l’identifiant');
      await kind.selectOption(domain);
      await page.getByLabel('Identifiant', { exact: true }).fill('IPP-999999');
      await page.getByRole('button', { name: 'Chercher' }).click();
      await page.getByRole('status').getByText('Aucun résident n’est connu sous cet identifiant.').waitFor();
      await doctor.look('find-local-unknown');
      await page.getByLabel('Identifiant', { exact: true }).fill(' IPP-000042 ');
      await page.getByRole('button', { name: 'Chercher' }).click();
      await page.locator('.entry').first().waitFor();
      await doctor.look('resident-by-local-id');
      expect(page.url()).toMatch(/#\/resident\/[0-9a-f-]{36}$/);
      expect(doctor.addresses.filter((url) => url.includes('IPP-'))).toEqual([]);
      expect(doctor.complaints).toEqual([]);
    },
  );

  it('a pause is told; what waits is cancelled, but what may have arrived is not, and says so', async () => {
    const { page } = director;
    await page.getByRole('button', { name: 'Français' }).click();
    await page.getByRole('heading', { level: 1, name: 'Alimentation' }).waitFor();
    await fault({ kind: 'http503' });
    await accept({ who: 'P2' });
    await filter('en attente');
    await shows('Les dépôts', 'Annuler le dépôt');
    await section('Les dépôts').getByText('tentative(s) : 1').waitFor();
    await shows('La file des dépôts', /Réessayez dans \d+ s.*Jusqu’au /);
    await button('Les dépôts', 'Annuler le dépôt').click();
    await dialog().getByRole('button', { name: 'Confirmer' }).click();
    await dialog().getByRole('alert').getByText('Ce dépôt est peut-être déjà dans le DMP').waitFor();
    await director.look('feed-uncertain');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });

    await clear();
    const { id } = await accept({ who: 'P2' });
    await filter('en file');
    await shows('Les dépôts', 'Annuler le dépôt');
    await director.look('feed-paused');
    await button('Les dépôts', 'Annuler le dépôt').click();
    await dialog().getByRole('button', { name: 'Confirmer' }).click();
    await said('Dépôt annulé.');
    await filter('annulés');
    await section('Les dépôts').getByRole('row').nth(1).waitFor();
    const read = await fetch(`${stack.running.url}/Task/${id!}`, {
      headers: { authorization: `Bearer ${tokens.nurse}` },
    });
    expect(await read.json()).toMatchObject({ status: 'cancelled' });
  }, 120_000);
});

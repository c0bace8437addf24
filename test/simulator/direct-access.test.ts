/** Links to the DMP's web site (TD0.9, TD0.10), followed over real HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { pages } from '../../simulator/web/direct-access.ts';
import { startFor } from './support/golden.ts';
import { createTestPki } from './support/pki.ts';

const ins = '236046999012376';

describe('direct access to the web site', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    const pki = await createTestPki();
    simulator = await startFor(pki, pki.ca);
  });
  afterAll(() => simulator.close());

  const open = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${simulator.webUrl}/AccesDirect${path}`, init);
    return { status: response.status, headers: response.headers, html: await response.text() };
  };

  const [TableauDeBord, DossierPatient, GestionDMPPatient, Documents, ParcoursDeSoins] = [
    'Tableau de bord', 'Dossier du patient', 'Gestion du DMP du patient', 'Documents', 'Parcours de soins',
  ]; // prettier-ignore
  const patientPages = {
    TableauDeBord,
    DossierPatient,
    GestionDMPPatient,
    Documents,
    ParcoursDeSoins,
    HistoriqueAcces: 'Historique des accès',
    VolontesEtDroits: 'Volontés et droits',
    CarnetVaccination: 'Carnet de vaccination',
  };

  it.each(Object.entries(patientPages))('%s opens on a patient, whose INS is masked', async (page, title) => {
    const { status, headers, html } = await open(`/${page}/${ins}`);
    expect(status).toBe(200);
    expect(html).toContain(`« ${title} »`);
    expect(html).toContain('Pro Santé Connect');
    expect(html).toContain('2••••••••••••76');
    expect(html).not.toContain(ins);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it.each(Object.keys(patientPages))('%s without a patient asks for one', async (page) => {
    for (const path of [`/${page}`, `/${page}/`]) {
      const { status, html } = await open(path);
      expect(status).toBe(200);
      expect(html).toContain('chercher le patient');
    }
  });

  it('the settings are nobody’s', async () => {
    const { status, html } = await open('/Parametrages');
    expect(status).toBe(200);
    expect(html).not.toContain('patient par INS');
    expect((await open(`/Parametrages/${ins}`)).status).toBe(404);
  });

  it('every page is told', () => {
    expect(Object.keys(pages).sort()).toEqual([...Object.keys(patientPages), 'Parametrages'].sort());
  });

  it.each(['', '/', '/Inconnue', '/constructor', `/Documents/${ins}/1`])('there is no page at "%s"', async (path) => {
    expect((await open(path)).status).toBe(404);
  });

  it.each(['123', '236046999012377', `${ins}0`, '%3Cb%3E', '236046999012%'])('%s is no INS', async (wrong) => {
    const { status, html } = await open(`/Documents/${wrong}`);
    expect(status).toBe(400);
    expect(html).not.toContain(wrong);
  });

  it('a page is only read, and not by a page of another site', async () => {
    expect((await open('/Documents', { method: 'POST' })).status).toBe(405);
    expect((await open('/Documents', { headers: { origin: 'https://example.invalid' } })).status).toBe(403);
  });
});

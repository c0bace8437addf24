/** The patient's will by the control port: each decision is enforced, no request or answer repeats who the patient is. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Exchange, Transaction } from '../../simulator/exchange.ts';
import { SoapFault } from '../../simulator/exchange.ts';
import { checkRights } from '../../simulator/rights.ts';
import { professionals, structures } from '../../simulator/seed/story.ts';
import type { Simulator } from '../../simulator/server.ts';
import { isVisible } from '../../simulator/xds/visibility.ts';
import { startFor } from './support/golden.ts';
import { control } from './support/http.ts';
import { createTestPki } from './support/pki.ts';
import { ask, type Asking, vihfOf } from './support/specific.ts';

const [P1, P2, P3, P4, P5] = ['236046999012376', '141112A99004563', '229072699003171', '150027499020861', '147096399001732'] as const; // prettier-ignore

let simulator: Simulator;
beforeAll(async () => {
  const pki = await createTestPki();
  simulator = await startFor(pki, pki.ca, { clock: new Date('2026-10-20T08:00:00Z') });
});
afterAll(() => simulator.close());
beforeEach(() => control(simulator, 'POST', 'reset'));

const patients = (path: string, value: string, body: Record<string, unknown> = {}) =>
  control(simulator, 'POST', `patients${path}`, { patient: { value }, ...body });
const decide = (value: string, holder: string, status: string) => patients('/authorization', value, { holder, status });

function rule(asking: Asking, transaction: Transaction): string {
  const world = simulator.world();
  try {
    checkRights({ vihf: vihfOf(asking), world } as unknown as Exchange, transaction);
    return 'ok';
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error;
    return /<d:code>(\w+)</.exec(error.detail ?? '')![1]!;
  }
}
const consults = (asking: Asking): string => rule(asking, 'TD3.1a');

describe('the patient’s will', () => {
  it('is shown as it stands', async () => {
    const state = await patients('', P1);
    expect(state).toEqual({
      dmp: 'active',
      treatingPhysician: professionals.fauconnet,
      authorizations: [
        { holder: professionals.fauconnet, status: 'VALIDE', start: '20250203101500', lastAction: '20261020063003' },
        { holder: structures.verger, status: 'VALIDE', start: '20260901120000', lastAction: '20261016082003' },
        { holder: professionals.bouchareb, status: 'INTERDIT', start: '20260412170000', lastAction: null },
      ],
      oppositions: { breakGlass: false, emergency: false },
      maskedInEmergencies: false,
    });
    expect(JSON.stringify(state)).not.toContain(P1);
  });

  it('a block closes everything to a professional at once, and is lifted', async () => {
    const maurel: Asking = { who: 'maurel', patient: P2 };
    expect(consults(maurel)).toBe('ok');
    await decide(P2, professionals.maurel, 'INTERDIT');
    for (const transaction of ['TD3.1a', 'TD3.2', 'TD1.6', 'TD1.3a'] as const)
      expect(rule(maurel, transaction)).toBe('PATIENT_BLOCKED');
    expect(rule({ ...maurel, mode: 'INDIRECTE' }, 'TD2.1')).toBe('PATIENT_BLOCKED');
    expect(consults({ ...maurel, purpose: 'bris_de_glace' })).toBe('PATIENT_BLOCKED');
    expect(await ask(simulator.world(), maurel, 'setAuthorization', { action: 'AJOUT' })).toMatchObject({
      status: 'DMPAuthorizationDenied',
    });
    await decide(P2, professionals.maurel, 'NON_EXISTE');
    expect(consults(maurel)).toBe('AUTHORIZATION_NONE');
    expect(await ask(simulator.world(), maurel, 'setAuthorization', { action: 'AJOUT' })).toMatchObject({
      status: 'DMPOk',
    });
    expect(consults(maurel)).toBe('ok');
  });

  it('a block of one professional stands before the authorisation of the structure', async () => {
    await decide(P1, professionals.leBihan, 'INTERDIT');
    expect(consults({ who: 'leBihan', patient: P1 })).toBe('PATIENT_BLOCKED');
    expect(consults({ who: 'maurel', patient: P1 })).toBe('ok');
  });

  it('a médecin traitant who is blocked or removed is so no more; one who has expired is', async () => {
    expect(await decide(P1, professionals.fauconnet, 'EXPIRE')).toMatchObject({
      treatingPhysician: professionals.fauconnet,
      authorizations: [{ status: 'EXPIRE', start: '20250203101500' }, {}, {}],
    });
    expect(consults({ who: 'fauconnet', patient: P1 })).toBe('AUTHORIZATION_EXPIRED');
    expect(await decide(P1, professionals.fauconnet, 'INTERDIT')).toMatchObject({ treatingPhysician: null });
    await control(simulator, 'POST', 'reset');
    expect(await decide(P1, professionals.fauconnet, 'NON_EXISTE')).toMatchObject({ treatingPhysician: null });
  });

  it('an authorisation is given, from now on', async () => {
    expect(await decide(P5, professionals.maurel, 'VALIDE')).toMatchObject({
      authorizations: [{}, { holder: professionals.maurel, status: 'VALIDE', start: '20261020080000' }],
    });
    expect(consults({ who: 'maurel', patient: P5 })).toBe('ok');
  });

  it('oppositions are set one by one', async () => {
    const breaking: Asking = { who: 'maurel', patient: P2, purpose: 'bris_de_glace' };
    const regulation: Asking = { who: 'maurel', patient: P2, purpose: 'centre_15' };
    expect([consults(breaking), consults(regulation)]).toEqual(['ok', 'ok']);
    await patients('/oppositions', P2, { breakGlass: true });
    expect([consults(breaking), consults(regulation)]).toEqual(['OPPOSITION', 'ok']);
    await patients('/oppositions', P2, { emergency: true });
    expect([consults(breaking), consults(regulation)]).toEqual(['OPPOSITION', 'OPPOSITION']);
    await patients('/oppositions', P2, { breakGlass: false, emergency: false });
    expect([consults(breaking), consults(regulation)]).toEqual(['ok', 'ok']);
  });

  it('masked documents are seen in emergencies where the patient lets them be', async () => {
    const seen = (purpose: 'normal' | 'bris_de_glace' | 'centre_15') => {
      const world = simulator.world();
      const masked = world.registry.byEntryUuid('urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31')!;
      const asking: Asking = { who: 'occupational', patient: P1, purpose };
      return isVisible(masked, { vihf: vihfOf(asking), world });
    };
    expect([seen('normal'), seen('bris_de_glace'), seen('centre_15')]).toEqual([false, false, false]);
    await patients('/masked', P1, { inEmergencies: true });
    expect([seen('normal'), seen('bris_de_glace'), seen('centre_15')]).toEqual([false, true, true]);
    await patients('/masked', P1, { inEmergencies: false });
    expect(seen('bris_de_glace')).toBe(false);
  });

  it('a DMP is closed and reopened', async () => {
    expect(await patients('/dmp', P1, { status: 'terminated', text: 'Au revoir' })).toMatchObject({
      dmp: 'terminated',
    });
    const patient = simulator.world().patients[0]!;
    expect(patient.closure).toEqual({ date: '20261020080000', code: 'FERMETURE_DEMANDE_PATIENT', text: 'Au revoir' });
    expect(await patients('/dmp', P1, { status: 'active' })).toMatchObject({ dmp: 'active', treatingPhysician: null });
    expect(await patients('/dmp', P3, { status: 'active' })).toMatchObject({ dmp: 'active' });
    // said again, it changes nothing
    await decide(P3, professionals.maurel, 'VALIDE');
    expect(await patients('/dmp', P3, { status: 'active' })).toMatchObject({ authorizations: [{}] });
  });
});

describe('what is not understood is refused, with the name of the member and no value', () => {
  it.each<[string, string, unknown, RegExp]>([
    ['no patient', '', {}, /patient/],
    ['a patient who is unknown', '', { patient: { value: '199990000000019' } }, /patient: no DMP/],
    ['a patient without DMP', '/dmp', { patient: { value: P4 }, status: 'active' }, /patient: no DMP/],
    ['an INS of another authority', '', { patient: { value: P1, oid: '1.2.250.1.213.1.4.8' } }, /patient: no DMP/],
    ['an unknown status', '/authorization', { patient: { value: P1 }, holder: '8', status: 'OUI' }, /status/],
    ['no holder', '/authorization', { patient: { value: P1 }, status: 'VALIDE' }, /holder/],
    ['an unknown member', '/oppositions', { patient: { value: P1 }, brisDeGlace: true }, /brisDeGlace/],
    ['an opposition that is no boolean', '/oppositions', { patient: { value: P1 }, breakGlass: 'yes' }, /breakGlass/],
    ['masked without saying', '/masked', { patient: { value: P1 } }, /inEmergencies/],
    ['a DMP that does not exist', '/dmp', { patient: { value: P1 }, status: 'none' }, /status/],
  ])('%s', async (_, path, body, message) => {
    const before = structuredClone(simulator.world().patients);
    const refusal = control(simulator, 'POST', `patients${path}`, body);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.not.toThrow(new RegExp(`${P1}|${P4}|199990000000019|OUI`));
    expect(simulator.world().patients).toEqual(before);
  });

  it('a web page is refused', async () => {
    const response = await fetch(`${simulator.controlUrl}/patients`, {
      method: 'POST',
      headers: { origin: 'https://example.org' },
      body: JSON.stringify({ patient: { value: P1 } }),
    });
    expect(response.status).toBe(403);
  });
});

/** The life of an authorisation: what TD0.3 does, what TD0.4 and TD1.6 then say, what the patient decides meanwhile. */
import { beforeEach, describe, expect, it } from 'vitest';

import { closeDmp, decide, reopenDmp } from '../../simulator/habilitations/life.ts';
import { professionals, structures } from '../../simulator/seed/story.ts';
import { readSettings, type Settings } from '../../simulator/settings.ts';
import { authorizationOf, createClock, createWorld, seeds, type World } from '../../simulator/world.ts';
import { ask, type Asking, type Fields, vihfOf, type Who } from './support/specific.ts';

const [P1, P2, P3, P4, P5, P6, P8] = [
  '236046999012376', '141112A99004563', '229072699003171', '150027499020861', '147096399001732', '238124299006619', '236043899007786',
] as const; // prettier-ignore

let world: World;
const start = (settings: Partial<Settings> = {}, instant = '2026-10-20T08:00:00Z'): void => {
  world = createWorld(seeds['story']!, { ...readSettings({}), ...settings }, createClock(new Date(instant)));
};
beforeEach(() => start());

const later = (days: number): void => world.clock.set(new Date(world.clock.now().getTime() + days * 86_400_000));
const patient = (value: string) => world.patients.find((p) => p.identifiers.some((id) => id.value === value))!;
const status = (who: Who, value: string) => authorizationOf(world, patient(value), vihfOf({ who }));

const set = (asking: Asking, action: string, role?: string) =>
  ask(world, asking, 'setAuthorization', { action, ...(role === undefined ? {} : { role }) });
type Row = Record<string, unknown>;
const holders = async (value: string, mode = 'TOUTE', who: Who = 'maurel'): Promise<Row[]> =>
  (await ask(world, { who, patient: value }, 'listAuthorizationByPatient', { mode }))['rows'] as Row[];
const listed = async (asking: Asking, fields: Fields = {}): Promise<Row[]> =>
  (await ask(world, asking, 'patientList', fields))['rows'] as Row[];
const idsOf = (rows: Row[]): string[] =>
  rows.map((r) => (r['patientIdentifier'] as { nationalId: string }[])[0]!.nationalId);

const refused = (subcode: string, rule: string) => ({ subcode, rule });
const ok = (context: string | null = null) => ({ status: 'DMPOk', context });

describe('AJOUT', () => {
  it('authorises from now on, and is seen everywhere', async () => {
    expect(status('maurel', P8)).toBeUndefined();
    expect(await set({ who: 'maurel', patient: P8 }, 'AJOUT')).toEqual(ok('Autorisation enregistrée'));
    expect(status('maurel', P8)).toBe('VALIDE');
    expect(await holders(P8)).toEqual([
      {
        nationalId: professionals.maurel,
        nationalIdType: '1.2.250.1.71.4.2.1',
        firstName: 'HÉLÈNE',
        lastName: 'MAUREL',
        codeSpeciality: ['G15_10/SM18'],
        libSpeciality: ['Médecin - Gériatrie (SM)'],
        startOfAuthorization: '20261020080000',
        lastActionDate: '20261020080000',
        mode: 'ACTIVE',
      },
    ]);
  });

  it('again changes nothing, not even the beginning', async () => {
    later(1);
    expect(await set({ who: 'maurel', patient: P2 }, 'AJOUT')).toEqual(
      ok('Autorisation déjà présente aucune action effectuée'),
    );
    expect(patient(P2).authorizations[0]!.start).toBe('20260615083000');
  });

  it('by an employee who is no professional authorises the structure, in both modes', async () => {
    for (const mode of ['DIRECTE', 'INDIRECTE_RENFORCEE'] as const) {
      start();
      await set({ who: 'secretary', mode, patient: P8 }, 'AJOUT');
      expect(patient(P8).authorizations.map((a) => a.holder)).toEqual([structures.verger]);
      expect(status('leBihan', P8)).toBe('VALIDE');
      expect(status('fauconnet', P8)).toBeUndefined();
      expect(await holders(P8)).toMatchObject([
        { nationalIdType: '1.2.250.1.71.4.2.2', lastName: 'EHPAD FICTIF LE VERGER' },
      ]);
    }
  });

  it('makes a doctor médecin traitant in the place of the former one, who keeps the access', async () => {
    expect(await set({ who: 'maurel', patient: P1 }, 'AJOUT', 'MEDECIN_TRAITANT')).toEqual(ok());
    expect(patient(P1).treatingPhysician).toBe(professionals.maurel);
    expect(status('fauconnet', P1)).toBe('VALIDE');
    const rights = (await holders(P1)).map((r) => [r['nationalId'], r['specificRight']]);
    expect(rights).toContainEqual([professionals.maurel, ['MEDECIN_TRAITANT']]);
    expect(rights).toContainEqual([professionals.fauconnet, undefined]);
    expect(await set({ who: 'maurel', patient: P1 }, 'AJOUT', 'MEDECIN_TRAITANT')).toEqual(
      ok('Autorisation déjà présente aucune action effectuée'),
    );
  });

  it.each<Who>(['leBihan', 'secretary'])('makes no médecin traitant of who is no doctor (%s)', async (who) => {
    expect(await set({ who, patient: P8 }, 'AJOUT', 'MEDECIN_TRAITANT')).toEqual(
      refused('DMPAccessDenied', 'RIGHTS_MATRIX'),
    );
    expect(patient(P8)).toMatchObject({ authorizations: [] });
    expect(patient(P8).treatingPhysician).toBeUndefined();
  });

  it('is refused to a professional whom the patient blocked, and nothing changes', async () => {
    const before = structuredClone(patient(P5));
    for (const [action, role] of [['AJOUT'], ['SUPPRESSION']] as [string, string?][])
      expect(await set({ who: 'leBihan', patient: P5 }, action, role)).toEqual({
        status: 'DMPAuthorizationDenied',
        context: "Le patient a bloqué l'accès de ce professionnel à son DMP",
      });
    expect(patient(P5)).toEqual(before);
  });

  it.each([
    ['closed', P3, 'DMPClosed'],
    ['absent', P4, 'DMPNotFound'],
    ['of nobody', '199990000000019', 'DMPNotFound'],
  ])('is refused when the DMP is %s, with a code of its own', async (_, value, code) => {
    expect(await set({ who: 'maurel', patient: value }, 'AJOUT')).toMatchObject({ status: code });
    expect(
      await ask(world, { who: 'maurel', patient: value }, 'listAuthorizationByPatient', { mode: 'TOUTE' }),
    ).toMatchObject({ status: code, rows: [] });
  });

  it('is not for a structure’s certificate, nor for emergencies', async () => {
    const denied = refused('DMPAccessDenied', 'RIGHTS_MATRIX');
    expect(await set({ who: 'maurel', mode: 'INDIRECTE', patient: P8 }, 'AJOUT')).toEqual(denied);
    expect(await set({ who: 'maurel', purpose: 'centre_15', patient: P2 }, 'AJOUT')).toEqual(denied);
    expect(await set({ who: 'maurel', purpose: 'bris_de_glace', patient: P2 }, 'AJOUT')).toEqual(denied);
  });
});

describe('SUPPRESSION', () => {
  it('removes the access', async () => {
    expect(await set({ who: 'maurel', patient: P2 }, 'SUPPRESSION')).toEqual(ok('Autorisation supprimée'));
    expect(status('maurel', P2)).toBeUndefined();
    expect(await holders(P2)).toEqual([]);
    expect(await set({ who: 'maurel', patient: P2 }, 'SUPPRESSION')).toEqual(
      ok('Autorisation absente aucune action effectuée'),
    );
  });

  it('removes an expired one too', async () => {
    expect(await set({ who: 'maurel', patient: P6 }, 'SUPPRESSION')).toEqual(ok('Autorisation supprimée'));
    expect(status('maurel', P6)).toBeUndefined();
  });

  it('leaves the structure’s', async () => {
    await set({ who: 'maurel', patient: P1 }, 'SUPPRESSION');
    expect(status('maurel', P1)).toBe('VALIDE');
  });

  it('by the médecin traitant also ends that role', async () => {
    await set({ who: 'fauconnet', patient: P1 }, 'SUPPRESSION');
    expect(status('fauconnet', P1)).toBeUndefined();
    expect(patient(P1).treatingPhysician).toBeUndefined();
  });

  it('of the role alone keeps the access; only the médecin traitant may, in DIRECTE', async () => {
    const role = (asking: Asking) => set(asking, 'SUPPRESSION', 'MEDECIN_TRAITANT');
    const denied = refused('DMPAccessDenied', 'RIGHTS_MATRIX');
    expect(await role({ who: 'maurel', mode: 'DIRECTE', patient: P1 })).toEqual(denied);
    expect(await role({ who: 'fauconnet', patient: P1 })).toEqual(denied);
    expect(await role({ who: 'fauconnet', mode: 'DIRECTE', patient: P1 })).toEqual(
      ok('Le rôle de médecin traitant DMP est retiré'),
    );
    expect(patient(P1).treatingPhysician).toBeUndefined();
    expect(status('fauconnet', P1)).toBe('VALIDE');
  });

  it('is not for an employee who is no professional', async () => {
    expect(await set({ who: 'secretary', patient: P1 }, 'SUPPRESSION')).toEqual(
      refused('DMPAccessDenied', 'RIGHTS_MATRIX'),
    );
    expect(status('leBihan', P1)).toBe('VALIDE');
  });
});

describe('a professional and their structure', () => {
  const cases = [
    ['VALIDE', 'INTERDIT', 'VALIDE'],
    ['INTERDIT', 'VALIDE', 'INTERDIT'],
    ['EXPIRE', 'VALIDE', 'VALIDE'],
    ['EXPIRE', 'INTERDIT', 'INTERDIT'],
    ['EXPIRE', 'EXPIRE', 'EXPIRE'],
    [undefined, 'VALIDE', 'VALIDE'],
    [undefined, 'EXPIRE', 'EXPIRE'],
    [undefined, 'INTERDIT', 'INTERDIT'],
    ['VALIDE', undefined, 'VALIDE'],
    [undefined, undefined, undefined],
  ] as const;
  it.each(cases)('%s in person, %s for the structure: %s', (own, theirs, expected) => {
    for (const [holder, status] of [
      [structures.verger, theirs],
      [professionals.maurel, own],
    ] as const)
      if (status !== undefined) patient(P8).authorizations.push({ holder, status });
    expect(status('maurel', P8)).toBe(expected);
  });
});

describe('duration', () => {
  it('an authorisation expires at its term, to the second, and AJOUT begins it anew', async () => {
    start({ authorizationDays: 30 });
    await set({ who: 'maurel', patient: P8 }, 'AJOUT');
    later(30);
    world.clock.set(new Date(world.clock.now().getTime() - 1000));
    expect(status('maurel', P8)).toBe('VALIDE');
    world.clock.set(new Date(world.clock.now().getTime() + 1000));
    expect(status('maurel', P8)).toBe('EXPIRE');
    expect(await holders(P8)).toEqual([]);
    expect(await listed({ who: 'maurel' })).toEqual([]);
    expect(await set({ who: 'maurel', patient: P8 }, 'AJOUT')).toEqual(ok('Autorisation enregistrée'));
    expect(status('maurel', P8)).toBe('VALIDE');
    later(29);
    expect(status('maurel', P8)).toBe('VALIDE');
  });

  it('a person’s that has expired does not stand before the structure’s', () => {
    start({ authorizationDays: 30 }, '2026-09-15T08:00:00Z');
    patient(P1).authorizations.push({ holder: professionals.maurel, status: 'EXPIRE' });
    expect(status('maurel', P1)).toBe('VALIDE');
    later(30); // the structure's too
    expect(status('maurel', P1)).toBe('EXPIRE');
  });

  it('0 days is no term; what was ended before its term stays ended', () => {
    start({ authorizationDays: 0 }, '2126-10-20T08:00:00Z');
    expect(status('maurel', P2)).toBe('VALIDE');
    expect(status('maurel', P6)).toBe('EXPIRE');
  });

  it.each([3_000_000, Number.MAX_SAFE_INTEGER])('a term of %i days is one that nobody reaches', (authorizationDays) => {
    start({ authorizationDays });
    expect([status('maurel', P2), status('maurel', P6)]).toEqual(['VALIDE', 'EXPIRE']);
  });

  it('blocks do not expire', () => {
    start({}, '2126-10-20T08:00:00Z');
    expect(status('leBihan', P5)).toBe('INTERDIT');
  });

  it('with the machine’s clock what the story calls valid is, whatever the date', () => {
    const clock = createClock();
    world = createWorld(seeds['story']!, readSettings({}), { ...clock, now: () => new Date('2042-01-01T00:00:00Z') });
    expect([status('maurel', P2), status('fauconnet', P1), status('leBihan', P1)]).toEqual(Array(3).fill('VALIDE'));
    expect(patient(P1).authorizations[0]!.lastAction! < '20420101000000').toBe(true);
  });
});

describe('lastActionDate', () => {
  it('moves with each access of the holder, the person’s own authorisation first', async () => {
    await holders(P1, 'TOUTE', 'leBihan');
    const dates = async () => Object.fromEntries((await holders(P1)).map((r) => [r['nationalId'], r['lastActionDate']]));
    expect(await dates()).toMatchObject({ [structures.verger]: '20261020080000', [professionals.fauconnet]: '20261020063003' });
    later(1);
    await set({ who: 'maurel', patient: P1 }, 'AJOUT');
    later(1);
    await holders(P1);
    expect(await dates()).toMatchObject({ [structures.verger]: '20261020080000', [professionals.maurel]: '20261022080000' });
  }); // prettier-ignore
});

describe('the list of authorised DMPs', () => {
  it('by the authorisation: the latest first, since a date; by the last document', async () => {
    await set({ who: 'maurel', patient: P8 }, 'AJOUT');
    const since = (startDate: string, dateType: string) => listed({ who: 'maurel' }, { startDate, dateType });
    expect(idsOf(await listed({ who: 'maurel' }))).toEqual([P8, P1, P2, '213052B99001288']);
    expect(idsOf(await since('20260901120000', 'LASTAUTORIZATION'))).toEqual([P8, P1]);
    expect(idsOf(await since('20260901120001', 'LASTAUTORIZATION'))).toEqual([P8]);
    expect(idsOf(await since('20261015120544', 'LASTDOC'))).toEqual([P1]);
    expect(await since('20261015120545', 'LASTDOC')).toEqual([]);
  });

  it('says when the list’s owner last came, and when a document last came or changed', async () => {
    expect(await listed({ who: 'fauconnet' })).toMatchObject([
      { MT: true, message: false, lastAccessDate: '20261020063003', lastUpdateDate: '20261016082003', lastAddDate: '20261015120544' },
    ]);
    expect(await listed({ who: 'maurel' })).toMatchObject([{ MT: false }, { MT: false, message: true }, {}]);
  }); // prettier-ignore

  it('does not hold what is expired, blocked or closed', async () => {
    decide(world, patient(P1), structures.verger, 'EXPIRE');
    decide(world, patient(P2), professionals.maurel, 'INTERDIT');
    closeDmp(patient('213052B99001288'), { date: '20261020080000', code: 'FERMETURE_DEMANDE_PATIENT' });
    expect(await listed({ who: 'maurel' })).toEqual([]);
  });

  it('of another professional of the structure, whoever asks there', async () => {
    for (const asking of [
      { who: 'secretary' },
      { who: 'secretary', mode: 'DIRECTE' },
      { who: 'leBihan' },
    ] satisfies Asking[])
      expect(idsOf(await listed(asking, { psOwnerId: professionals.maurel }))).toContain(P2);
    expect(idsOf(await listed({ who: 'secretary' }))).toEqual([P1]);
    expect(await ask(world, { who: 'secretary' }, 'patientList', { psOwnerId: professionals.fauconnet })).toEqual(
      refused('DMPAccessDenied', 'LIST_OWNER_STRUCTURE'),
    );
  });

  it('knows a professional’s structure from the moment they spoke for it', async () => {
    const byOwner = () =>
      ask(world, { who: 'secretary', structure: structures.valmont }, 'patientList', { psOwnerId: professionals.leBihan });
    expect(await byOwner()).toEqual(refused('DMPAccessDenied', 'LIST_OWNER_STRUCTURE'));
    await listed({ who: 'leBihan', structure: structures.valmont });
    expect(await byOwner()).toEqual({ ...ok(), rows: [] });
  }); // prettier-ignore

  it('with a structure’s certificate: new authorisations since a date, and no emergencies', async () => {
    const asking: Asking = { who: 'maurel', mode: 'INDIRECTE' };
    const fields = { startDate: '20260901000000', dateType: 'LASTAUTORIZATION' };
    expect(idsOf(await listed(asking, fields))).toEqual([P1]);
    expect(await ask(world, asking, 'patientList', { ...fields, dateType: 'LASTDOC' })).toEqual(
      refused('DMPAccessDenied', 'LIST_NEW_ONLY'),
    );
    expect(await ask(world, { ...asking, purpose: 'centre_15' }, 'patientList', fields)).toEqual(
      refused('DMPAccessDenied', 'RIGHTS_MATRIX'),
    );
  });
});

describe('who may come in', () => {
  it('active, blocked or both; a professional who is blocked learns nothing', async () => {
    const ids = async (mode?: string) => (await holders(P1, mode)).map((r) => r['nationalId']);
    expect(await ids('ACTIVE')).toEqual([professionals.fauconnet, structures.verger]);
    expect(await ids('INTERDITE')).toEqual([professionals.bouchareb]);
    expect(await ask(world, { who: 'maurel', patient: P1 }, 'listAuthorizationByPatient')).toEqual(
      await ask(world, { who: 'maurel', patient: P1 }, 'listAuthorizationByPatient', { mode: 'TOUTE' }),
    );
    expect(await ask(world, { who: 'leBihan', patient: P5 }, 'listAuthorizationByPatient', { mode: 'TOUTE' })).toEqual(
      refused('DMPAuthorizationDenied', 'PATIENT_BLOCKED'),
    );
  });

  it('names a professional whom only the VIHF knows', async () => {
    const vihf = { ...vihfOf({ who: 'leBihan' }), subjectName: 'ALIX DU MOULIN' };
    const { learn } = await import('../../simulator/habilitations/directory.ts');
    learn(world.directory, { ...vihf, nameId: '899700000001', roles: [{ ...vihf.roles[0]!, displayName: 'Infirmier' }] });
    patient(P8).authorizations.push({ holder: '899700000001', status: 'VALIDE' }, { holder: '1990900000', status: 'VALIDE' });
    expect(await holders(P8)).toMatchObject([
      { nationalIdType: '1.2.250.1.71.4.2.1', firstName: 'ALIX', lastName: 'DU MOULIN', codeSpeciality: ['G15_60'], libSpeciality: ['Infirmier'] },
      { nationalId: '1990900000', nationalIdType: '1.2.250.1.71.4.2.2', mode: 'ACTIVE' },
    ]);
  }); // prettier-ignore
});

describe('a DMP that was closed', () => {
  const closure = { date: '20261020080000', code: 'FERMETURE_DEMANDE_PATIENT' };

  it('has no authorisation while it is closed; reopened, it keeps the blocks only', () => {
    closeDmp(patient(P1), closure);
    expect(status('fauconnet', P1)).toBeUndefined();
    reopenDmp(world, patient(P1));
    expect(patient(P1)).toMatchObject({ dmp: 'active', authorizations: [{ holder: professionals.bouchareb }] });
    expect(patient(P1).treatingPhysician).toBeUndefined();
    expect(patient(P1).closure).toBeUndefined();
  });

  it('finds everything again under the setting', () => {
    start({ reopeningKeeps: true });
    closeDmp(patient(P1), closure);
    reopenDmp(world, patient(P1));
    expect(status('fauconnet', P1)).toBe('VALIDE');
    expect(patient(P1).treatingPhysician).toBe(professionals.fauconnet);
  });
});

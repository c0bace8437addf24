/** The rights matrix: column by column, transaction by transaction, and the patient's own choices. */
import { describe, expect, it } from 'vitest';

import type { Exchange, Transaction } from '../../simulator/exchange.ts';
import { SoapFault } from '../../simulator/exchange.ts';
import { checkRights, columnOf, rightFor } from '../../simulator/rights.ts';
import { professionals, structures } from '../../simulator/seed/story.ts';
import { readSettings } from '../../simulator/settings.ts';
import { roleSystems } from '../../simulator/vihf/roles.ts';
import type { Mode, Purpose, Vihf } from '../../simulator/vihf/types.ts';
import { createClock, createWorld, findPatient, seeds } from '../../simulator/world.ts';

const settings = readSettings({});
const world = createWorld(seeds['story']!, settings, createClock());
const roles = {
  doctor: [
    { code: '10', codeSystem: roleSystems.professions },
    { code: 'SM18', codeSystem: roleSystems.specialities },
  ],
  occupational: [
    { code: '10', codeSystem: roleSystems.professions },
    { code: 'SM25', codeSystem: roleSystems.specialities },
  ],
  nurse: [{ code: '60', codeSystem: roleSystems.professions }],
  secretary: [{ code: 'SECRETARIAT_MEDICAL', codeSystem: roleSystems.nonProfessionals }],
};
type Who = keyof typeof roles;

const [P1, P2, P3, P5, P6, P7, P8] = [
  '236046999012376', '141112A99004563', '229072699003171', '147096399001732', '238124299006619', '213052B99001288', '236043899007786',
] as const; // prettier-ignore

interface Case {
  mode: Mode;
  who: Who;
  purpose?: Purpose;
  nameId?: string;
  structure?: string;
  patient?: string;
}

function exchange(
  { mode, who, purpose = 'normal', nameId, structure, patient = P1 }: Case,
  requireAuthorization = true,
): Exchange {
  const vihf: Partial<Vihf> = {
    mode,
    purpose,
    nameId: nameId ?? professionals.maurel,
    structure: structure ?? structures.verger,
    roles: roles[who],
    patient: { value: patient, oid: '1.2.250.1.213.1.4.10' },
  };
  return { vihf, world: { ...world, settings: { ...settings, requireAuthorization } } } as unknown as Exchange;
}

/** The rule that refuses, or `ok`. */
function verdict(of: Case, transaction: Transaction, requireAuthorization = true): string {
  try {
    checkRights(exchange(of, requireAuthorization), transaction);
    return 'ok';
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error;
    return /<d:code>(\w+)</.exec(error.detail ?? '')![1]!;
  }
}

describe('columns of the matrices', () => {
  const column = (of: Case) => columnOf(exchange(of).vihf, findPatient(world, exchange(of).vihf.patient!));
  it.each<[Case, string | undefined]>([
    [{ mode: 'DIRECTE', who: 'doctor' }, 'M.n'],
    [{ mode: 'DIRECTE', who: 'doctor', purpose: 'centre_15' }, 'M.r'],
    [{ mode: 'DIRECTE', who: 'doctor', nameId: professionals.fauconnet }, 'MT.n'],
    [{ mode: 'DIRECTE', who: 'doctor', nameId: professionals.fauconnet, purpose: 'centre_15' }, 'M.r'],
    [{ mode: 'DIRECTE', who: 'doctor', nameId: professionals.fauconnet, patient: P2 }, 'M.n'],
    [{ mode: 'DIRECTE', who: 'occupational' }, 'MDT.n'],
    [{ mode: 'DIRECTE', who: 'occupational', purpose: 'bris_de_glace' }, 'M.b'],
    [{ mode: 'DIRECTE', who: 'nurse', purpose: 'bris_de_glace' }, 'NM.b'],
    [{ mode: 'DIRECTE', who: 'secretary' }, 'CPE.n'],
    [{ mode: 'DIRECTE', who: 'secretary', purpose: 'bris_de_glace' }, undefined],
    [{ mode: 'INDIRECTE', who: 'doctor' }, 'ES.n'],
    [{ mode: 'INDIRECTE', who: 'nurse', purpose: 'centre_15' }, 'ES.r'],
    [{ mode: 'INDIRECTE', who: 'nurse', purpose: 'bris_de_glace' }, undefined],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'secretary' }, 'PE.n'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'secretary', purpose: 'centre_15' }, undefined],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'occupational' }, 'M.n'],
  ])('%j → %s', (of, expected) => {
    expect(column(of)).toBe(expected);
  });
});

describe('who may do what', () => {
  const refused = 'RIGHTS_MATRIX';
  it.each<[Case, Transaction, string]>([
    // feeding: the structure may, AIR never
    [{ mode: 'INDIRECTE', who: 'nurse' }, 'TD2.1', 'ok'],
    [{ mode: 'INDIRECTE', who: 'nurse', patient: P8 }, 'TD2.1', 'ok'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor' }, 'TD2.1', refused],
    [{ mode: 'DIRECTE', who: 'doctor' }, 'TD2.1', 'ok'],
    [{ mode: 'DIRECTE', who: 'secretary' }, 'TD2.1', refused],
    // consultation: never the structure alone
    [{ mode: 'INDIRECTE', who: 'doctor' }, 'TD3.1a', refused],
    [{ mode: 'INDIRECTE', who: 'doctor' }, 'TD3.2', refused],
    [{ mode: 'INDIRECTE', who: 'doctor' }, 'TD3.1b', 'ok'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor' }, 'TD3.1a', 'ok'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor' }, 'TD3.2', 'ok'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'secretary' }, 'TD3.1a', refused],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'secretary' }, 'TD3.1b', 'ok'],
    [{ mode: 'DIRECTE', who: 'occupational' }, 'TD3.2', refused],
    [{ mode: 'INDIRECTE', who: 'doctor', purpose: 'bris_de_glace' }, 'TD0.2', refused],
    // the patient's authorisation
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor', patient: P6 }, 'TD3.1a', 'AUTHORIZATION_EXPIRED'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor', patient: P8 }, 'TD3.2', 'AUTHORIZATION_NONE'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor', patient: P8 }, 'TD3.1b', 'ok'],
    [{ mode: 'DIRECTE', who: 'doctor', patient: P8, purpose: 'bris_de_glace' }, 'TD3.1a', 'ok'],
    [{ mode: 'DIRECTE', who: 'doctor', patient: P5, purpose: 'centre_15' }, 'TD3.2', 'ok'],
    // the structure's authorisation serves its professionals
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'nurse', nameId: professionals.leBihan }, 'TD3.1a', 'ok'],
    [
      { mode: 'INDIRECTE_RENFORCEE', who: 'nurse', nameId: professionals.leBihan, structure: structures.valmont },
      'TD3.1a',
      'AUTHORIZATION_NONE',
    ],
    // oppositions and blocks
    [{ mode: 'DIRECTE', who: 'doctor', patient: P7, purpose: 'bris_de_glace' }, 'TD3.1a', 'OPPOSITION'],
    [{ mode: 'DIRECTE', who: 'doctor', patient: P8, purpose: 'centre_15' }, 'TD3.1a', 'OPPOSITION'],
    [{ mode: 'INDIRECTE', who: 'nurse', nameId: professionals.leBihan, patient: P5 }, 'TD2.1', 'PATIENT_BLOCKED'],
    [{ mode: 'INDIRECTE', who: 'nurse', nameId: professionals.leBihan, patient: P5 }, 'TD0.2', 'ok'],
    [
      {
        mode: 'INDIRECTE_RENFORCEE',
        who: 'nurse',
        nameId: professionals.leBihan,
        patient: P5,
        purpose: 'bris_de_glace',
      },
      'TD3.1a',
      'PATIENT_BLOCKED',
    ],
    // a closed DMP is the handler's to refuse
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor', patient: P3 }, 'TD3.1a', 'ok'],
  ])('%j %s → %s', (of, transaction, expected) => {
    expect(verdict(of, transaction)).toBe(expected);
  });

  it('authorisations can be set aside, blocks cannot', () => {
    expect(verdict({ mode: 'INDIRECTE_RENFORCEE', who: 'doctor', patient: P8 }, 'TD3.1a', false)).toBe('ok');
    expect(
      verdict({ mode: 'INDIRECTE', who: 'nurse', nameId: professionals.leBihan, patient: P5 }, 'TD2.1', false),
    ).toBe('PATIENT_BLOCKED');
  });

  it('regulation is for the structures that are told, when some are', () => {
    const rule = (regulationStructures: string[], of: Partial<Case>, transaction: Transaction = 'TD0.5'): string => {
      const asking = exchange({ mode: 'INDIRECTE', who: 'doctor', purpose: 'centre_15', patient: P5, ...of });
      const { settings: before } = asking.world;
      try {
        checkRights(
          { ...asking, world: { ...asking.world, settings: { ...before, regulationStructures } } },
          transaction,
        );
        return 'ok';
      } catch (error) {
        if (!(error instanceof SoapFault)) throw error;
        return /<d:code>(\w+)</.exec(error.detail ?? '')![1]!;
      }
    };
    const samu = { structure: structures.samu };
    expect([rule([], {}), rule([], samu)]).toEqual(['ok', 'ok']);
    expect([rule([structures.samu], {}), rule([structures.samu], samu)]).toEqual(['REGULATION_STRUCTURE', 'ok']);
    for (const transaction of ['TD0.2', 'TD2.1'] as const)
      expect(rule([structures.samu], {}, transaction)).toBe('REGULATION_STRUCTURE');
    expect(rule([structures.samu], { purpose: 'normal' }, 'TD2.1')).toBe('ok');
  });

  it.each<[Case, string]>([
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor' }, 'own'],
    [{ mode: 'INDIRECTE_RENFORCEE', who: 'doctor', purpose: 'bris_de_glace' }, 'pat'],
    [{ mode: 'DIRECTE', who: 'doctor', nameId: professionals.fauconnet }, 'y'],
    [{ mode: 'INDIRECTE', who: 'doctor' }, '-'],
  ])('masked documents: %j → %s', (of, expected) => {
    expect(rightFor(exchange(of), 'TD3.2 masked')).toBe(expected);
  });
});

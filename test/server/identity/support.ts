/** The identities of the care home on a real store, and a DMP that knows whom a test tells it. */
import type { Patient } from '@medplum/fhirtypes';
import type { ExistenceAnswer, PatientFacts } from '../../../mappings/hl7v3/facts.ts';
import type { LocalId } from '../../../mappings/identity/identifiers.ts';
import { extReliability, statusSystems } from '../../../mappings/identity/reliability.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { Caller } from '../../../server/auth/caller.ts';
import { loadConfig } from '../../../server/config.ts';
import type { Asker, IdentityRoom } from '../../../server/identity/room.ts';
import { INS_TEST, patients, type Who } from '../../support/resources.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { nurse } from '../../support/callers.ts';
import { FakeDmp } from '../fhir/support.ts';

export const domain = 'urn:oid:2.16.840.1.113883.19.7602.9';
export const structure = nurse.structure.id;
export const asker: Asker = { caller: nurse, requestId: 'r-1' };
export const elsewhere: Caller = { ...nurse, structure: { ...nurse.structure, id: '1990200776' } };

export interface Office extends IdentityRoom {
  store: TestStore['store'];
  dmp: FakeDmp;
  close(): Promise<void>;
}

/** By default the DMP knows everybody as the fixtures do. */
export async function openOffice(settings: Record<string, string> = {}): Promise<Office> {
  const { store, close } = await openTestStore();
  const dmp = new FakeDmp();
  dmp.answers['TD0.2'] = ({ patient }: { patient: { value: string } }) => answerFor(patient.value);
  return { config: loadConfig(settings), store, dmp, now: () => new Date('2026-11-20T10:00:00Z'), close };
}

export function answerFor(ins: string, over: Partial<PatientFacts> = {}): ExistenceAnswer {
  const known = Object.values(patients).find((p) => p.ins === ins);
  const facts: PatientFacts[] = known
    ? [
        {
          identifiers: [{ system: '1.2.250.1.213.1.4.10', value: ins }],
          status: 'active',
          name: { given: [known.given], usage: known.family, birth: known.family },
          sex: known.gender === 'female' ? 'F' : 'M',
          birthDate: known.birthDate.replaceAll('-', ''),
          ...over,
        },
      ]
    : [];
  return { interaction: 'PRPA_IN201308UV02', acknowledgement: 'AA', details: [], patients: facts };
}
export const nobody = (): ExistenceAnswer => answerFor('');

let serial = 0;
/** A local identifier that nobody used before. */
export const newLocal = (system = domain): LocalId => ({ system, value: `IPP-${process.pid}-${++serial}` });

/** A person as the care home knows her. */
export function known(who: Who, local: LocalId, status: string | null = 'VALI', more: Partial<Patient> = {}): Patient {
  const p = patients[who];
  return {
    resourceType: 'Patient',
    ...(status === null ? {} : { extension: [reliability(status)] }),
    identifier: [
      { use: 'usual', ...local },
      { use: 'official', system: INS_TEST, value: p.ins },
    ],
    active: true,
    name: [{ use: 'official', family: p.family, given: [p.given] }],
    gender: p.gender,
    birthDate: p.birthDate,
    ...more,
  };
}

export const reliability = (code: string): NonNullable<Patient['extension']>[number] => ({
  url: extReliability,
  extension: [{ url: 'identityStatus', valueCoding: { system: statusSystems.v2, code } }],
});

export const insOf = (who: Who): { value: string; oid: string } => ({
  value: patients[who].ins,
  oid: '1.2.250.1.213.1.4.10',
});

/** Keys of the issues with which something is refused; `accepted` when it is not. */
export async function refusal(step: Promise<unknown>): Promise<string[]> {
  try {
    await step;
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    return error.issues.filter((i) => (i.severity ?? 'error') === 'error').map((i) => i.key);
  }
  return ['accepted'];
}

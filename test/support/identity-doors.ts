/**
 * The doors on the identities that an establishment feeds, for the tests that walk everything that is declared and count every
 * call: each with its effect, and with what the DMP then hears.
 */
import type { Bundle, DocumentReference, Parameters, Patient, Resource } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { text } from './documents.ts';
import type { Counted } from './patient-doors.ts';
import { newOid, patientResource, simplified, type Who } from './resources.ts';
import type { Stack } from './stack.ts';

export const ippDomain = 'urn:oid:2.16.840.1.113883.19.7602.9';
const ipp = (value: string) => ({ system: ippDomain, value });
const at = (value: string): string => `/Patient?identifier=${encodeURIComponent(`${ippDomain}|${value}`)}`;

/** A person as the care home feeds her. */
export function fedResource(who: Who, value: string, more: Partial<Patient> = {}): Patient {
  const { id: _, ...patient } = patientResource(who);
  return { ...patient, identifier: [ipp(value), ...patient.identifier!], active: true, ...more };
}
const parameters = (...parameter: NonNullable<Parameters['parameter']>): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});
const feed = (stack: Stack, who: Who, value: string) => stack.put<Patient>(at(value), fedResource(who, value), 'nurse');
/** Of a document that says nothing of the identity (a CDA alone): what was fed says that it is qualified. */
export async function qualify(stack: Stack, who: Who): Promise<void> {
  expect((await feed(stack, who, `Q-${who}`)).status).toBe(201);
}
const pix = (stack: Stack, value: string) =>
  stack.get<Parameters>(`/Patient/$ihe-pix?sourceIdentifier=${encodeURIComponent(`${ippDomain}|${value}`)}`, 'nurse');
const match = (stack: Stack, more: Partial<Patient> = {}) =>
  stack.post<Bundle>('/Patient/$match', { ...patientResource('P1'), ...more }, 'nurse');
const start = (wrong: string): Parameters =>
  parameters(
    { name: 'wrong', valueString: wrong },
    { name: 'reason', valueString: 'INS rattaché par erreur à cette personne' },
  );
const correct = (stack: Stack, body: Parameters) => stack.post<Parameters>('/Patient/$correct-record', body, 'nurse');
const deposited = async (stack: Stack, who: Who): Promise<DocumentReference> => {
  const resource = simplified({ who, content: text(newOid()), contentType: 'text/plain' });
  return (await stack.post<DocumentReference>('/DocumentReference', resource, 'nurse')).body;
};

/** Declared thing → what shows that it works (`test/e2e/declared.test.ts`). */
export function declaredIdentityDoors(stackOf: () => Stack): Record<string, () => Promise<void>> {
  const fedTwice = async (value: string): Promise<void> => {
    const stack = stackOf();
    const made = await feed(stack, 'P2', value);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const changed = await stack.put<Patient>(
      at(value),
      fedResource('P2', value, { maritalStatus: { text: 'x' } }),
      'nurse',
    );
    expect([changed.status, changed.body.id, changed.body.maritalStatus?.text]).toEqual([200, made.body.id, 'x']);
  };
  return {
    'Patient update': async () => {
      const stack = stackOf();
      const { body } = await feed(stack, 'P2', 'D-1');
      const changed = await stack.put<Patient>(
        `/Patient/${body.id}`,
        fedResource('P2', 'D-1', { active: false }),
        'nurse',
      );
      expect([changed.status, changed.body.active]).toEqual([200, false]);
    },
    'Patient conditional patch': () => fedTwice('D-2'),
    'Patient delete': async () => {
      const stack = stackOf();
      const { body } = await feed(stack, 'P2', 'D-3');
      expect((await stack.request('DELETE', at('D-3'), 'nurse')).status).toBe(204);
      expect((await stack.get<Patient>(`/Patient/${body.id}`, 'nurse')).body.active).toBe(false);
    },
    'Patient $identity-history': async () => {
      const { body } = await feed(stackOf(), 'P2', 'D-4');
      const history = await stackOf().get<Parameters>(`/Patient/${body.id}/$identity-history`, 'nurse');
      expect(history.body.parameter?.map((p) => p.part?.[0]?.valueCode)).toEqual(['create']);
      expect((await stackOf().get('/Patient/unknown/$identity-history', 'nurse')).status).toBe(404);
    },
    'Patient $ihe-pix': async () => {
      await feed(stackOf(), 'P5', 'D-5');
      const { body } = await pix(stackOf(), 'D-5');
      expect(JSON.stringify(body)).toContain(patientResource('P5').identifier![0]!.value);
      expect((await pix(stackOf(), 'nobody')).status).toBe(404);
    },
    'Patient $match': async () => {
      const grade = async (more: Partial<Patient>) =>
        (await match(stackOf(), more)).body.entry?.[0]?.search?.extension?.[0]?.valueCode;
      expect([await grade({}), await grade({ gender: 'male' })]).toEqual(['certain', 'possible']);
    },
    'Patient $correct-record': async () => {
      const stack = stackOf();
      const { id, subject } = await deposited(stack, 'P2');
      const begun = await correct(stack, start(subject!.reference!));
      expect(JSON.stringify(begun.body)).toContain(`DocumentReference/${id}`);
      const correction = begun.body.parameter!.find((p) => p.name === 'correction')!.valueId!;
      const seen = await stack.get<Resource>(`/Patient/$correct-record?correction=${correction}`, 'nurse');
      expect(seen.body).toEqual(begun.body);
    },
  };
}

/** `test/e2e/calls.test.ts`. */
export function countedIdentityDoors(stackOf: () => Stack): Counted[] {
  const weak = 'INDIRECTE';
  const known: { id?: string } = {};
  const remember = async (): Promise<{ status: number }> => {
    const fed = await feed(stackOf(), 'P2', 'C-1');
    known.id = fed.body.id;
    return fed;
  };
  return [
    ['an identity, its INS for the first time', 'Patient.update', remember, 201, [`TD0.2 ${weak}`]],
    ['the same again', 'Patient.update', () => feed(stackOf(), 'P2', 'C-1'), 200, []],
    ['an identity as it was fed', 'Patient.read', () => stackOf().get(`/Patient/${known.id}`, 'nurse'), 200, []],
    [
      'its history',
      'Patient.$identity-history',
      () => stackOf().get(`/Patient/${known.id}/$identity-history`, 'nurse'),
      200,
      [],
    ],
    ['its other identifiers', 'Patient.$ihe-pix', () => pix(stackOf(), 'C-1'), 200, []],
    [
      'a patient by local identifier',
      'Patient.search-type',
      () => stackOf().get(at('C-1'), 'nurse'),
      200,
      [`TD0.2 ${weak}`],
    ],
    ['an unknown local identifier', 'Patient.search-type', () => stackOf().get(at('nobody'), 'nurse'), 200, []],
    ['is it this person?', 'Patient.$match', () => match(stackOf()), 200, [`TD0.2 ${weak}`]],
    ['who is this person?', 'Patient.$match', () => match(stackOf(), { identifier: undefined }), 400, []],
    [
      'what was fed to a wrong record',
      'Patient.$correct-record',
      () => correct(stackOf(), start(`${ippDomain}|C-1`)),
      200,
      [],
    ],
    [
      'the open corrections',
      'Patient.$correct-record',
      () => stackOf().get('/Patient/$correct-record', 'nurse'),
      200,
      [],
    ],
    ['an identity taken out', 'Patient.delete', () => stackOf().request('DELETE', at('C-1'), 'nurse'), 204, []],
  ];
}

/** Issue line 1: does this patient have a DMP? GET Patient → TD0.2 → fr-core Patient. */
import type { Bundle, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INS_TEST, patients, type Who } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const DMP = 'https://interop.esante.gouv.fr/ig/fhir/dmp/StructureDefinition';

describe('1. Does this patient have a DMP?', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.close());

  const ask = (who: string, kind: 'nurse' | 'doctor' = 'nurse', system: string = INS_TEST) => {
    const ins = who in patients ? patients[who as Who].ins : who;
    return stack.get<Bundle<Patient>>(`/Patient?identifier=${encodeURIComponent(`${system}|${ins}`)}`, kind);
  };

  it('answers an fr-core Patient with active, Mon espace santé link and médecin traitant', async () => {
    const { status, body } = await ask('P1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 1 });
    const patient = body.entry![0]!.resource!;
    expect(patient.active).toBe(true);
    expect(patient.extension).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ url: `${DMP}/dmp-rattachement-mes`, valueBoolean: true }),
        expect.objectContaining({ url: `${DMP}/dmp-medecin-traitant` }),
      ]),
    );
    expect(patient.identifier).toEqual(
      expect.arrayContaining([expect.objectContaining({ system: INS_TEST, value: patients.P1.ins })]),
    );
    expect(patient.identifier!.some((i) => i.system === 'urn:oid:1.2.250.1.213.1.4.2' && i.use === 'official')).toBe(
      false,
    );
  });

  it('returns identity traits tagged as coming from the DMP', async () => {
    const { body } = await ask('P1');
    const patient = body.entry![0]!.resource!;
    expect(patient.name!.some((n) => n.family === 'BASTIDE')).toBe(true);
    expect(patient.birthDate).toBe('1936-04-12');
    expect(patient.meta?.tag?.length).toBeGreaterThan(0);
  });

  it('says that a DMP is closed, when and why', async () => {
    const { body } = await ask('P3');
    const patient = body.entry![0]!.resource!;
    expect(patient.active).toBe(false);
    const closure = patient.extension!.find((e) => e.url === `${DMP}/dmp-fermeture`);
    expect(closure?.extension?.find((e) => e.url === 'dateFermeture')).toBeDefined();
    expect(closure?.extension?.find((e) => e.url === 'motifFermeture')).toBeDefined();
  });

  it('answers an empty Bundle when there is no DMP', async () => {
    const { status, body } = await ask('P4');
    expect(status).toBe(200);
    expect(body).toMatchObject({ type: 'searchset', total: 0 });
    expect((body.entry ?? []).filter((e) => e.search?.mode !== 'outcome')).toEqual([]);
  });

  it('keeps the INS out of every URL that it makes', async () => {
    const { body, headers } = await ask('P1');
    const urls = [...(body.link ?? []).map((l) => l.url), ...(body.entry ?? []).map((e) => e.fullUrl)];
    expect(JSON.stringify(urls)).not.toContain(patients.P1.ins);
    expect(JSON.stringify(headers)).not.toContain(patients.P1.ins);
    expect(body.entry![0]!.resource!.id).not.toContain(patients.P1.ins.slice(0, 6));
  });

  it('asks the DMP exactly once', async () => {
    await stack.resetCalls();
    await ask('P1');
    expect(await stack.calls()).toEqual(['TD0.2']);
  });

  it('warns about a wrong key on a test OID and refuses it on a production OID', async () => {
    const wrong = `${patients.P1.ins.slice(0, 13)}01`;
    const production = await ask(wrong, 'nurse', 'urn:oid:1.2.250.1.213.1.4.8');
    expect(production.status).toBeGreaterThanOrEqual(400);
    expect(production.status).toBeLessThan(500);
    expect(production.body).toMatchObject({ resourceType: 'OperationOutcome' });
    await stack.resetCalls();
    const test = await ask(wrong);
    expect(await stack.calls()).toEqual(['TD0.2']);
    // The simulator refuses a wrong key as the golden message does: the client sees the DMP's own refusal.
    expect(test.status).toBe(422);
  });
});

describe('1b. The setting that withholds the DMP’s identity traits', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ PATIENT_TRAITS: 'withhold' });
  });
  afterAll(() => stack.close());

  it('leaves out name, birth date, sex, address and telecom', async () => {
    const { body } = await stack.get<Bundle<Patient>>(
      `/Patient?identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`,
      'nurse',
    );
    const patient = body.entry![0]!.resource!;
    expect(patient.active).toBe(true);
    for (const trait of ['name', 'birthDate', 'gender', 'address', 'telecom'] as const)
      expect(patient[trait]).toBeUndefined();
  });
});

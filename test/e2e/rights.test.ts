/**
 * Issue 4, line 7: rights, explained. What `$my-rights` says is what then happens: each explanation is held against the door itself,
 * over real HTTP, TLS and the simulator, which enforces the matrices and the habilitations with code of its own.
 */
import type { Bundle, DocumentReference, OperationOutcome, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMatrix } from '../../simulator/habilitations/matrix.ts';
import type { TokenOptions } from '../support/outside-issuer.ts';
import { text } from '../support/documents.ts';
import { INS_TEST, patients, simplified, type Who } from '../support/resources.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

/** The deployer's file, for both sides: geriatricians of this one read no hospital letters. */
const habilitations = {
  version: '2026-10',
  source: 'Invented for this test',
  default: true,
  rows: [{ role: '10', specialtyCode: 'SM18', typeCode: '11490-0', allow: false }],
};

const folder = mkdtempSync(path.join(os.tmpdir(), 'habilitations-'));
const file = path.join(folder, 'matrix.json');
let stack: Stack;
beforeAll(async () => {
  writeFileSync(file, JSON.stringify(habilitations));
  stack = await startStack({ HABILITATION_MATRIX: file }, { habilitationMatrix: readMatrix(file) });
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

const of = (who: Who): string => `patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients[who].ins}`)}`;
const parts = (p: ParametersParameter, name: string): ParametersParameter[] =>
  (p.part ?? []).filter((x) => x.name === name);
const code = (p: ParametersParameter | undefined): string | undefined => p?.valueCodeableConcept?.coding?.[0]?.code;

interface Explained {
  allowed?: string;
  why: (string | undefined)[];
  notes: (string | undefined)[];
}
function rightsOf({ parameter = [] }: Parameters): Record<string, Explained> {
  const rights = parameter.filter(({ name }) => name === 'right');
  return Object.fromEntries(
    rights.map((p) => [
      code(parts(p, 'what')[0])!,
      { allowed: code(parts(p, 'allowed')[0]), why: parts(p, 'why').map(code), notes: parts(p, 'note').map(code) },
    ]),
  );
}
/** The answer for a kind of caller, or for a token made for it. */
async function explain(who: Kind | TokenOptions, patient?: Who): Promise<Parameters> {
  const url = `/$my-rights${patient ? `?${of(patient)}` : ''}`;
  const answer =
    typeof who === 'string' ? await stack.get<Parameters>(url, who) : await stack.as<Parameters>(who, 'GET', url);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}
const keysOf = (body: unknown): string[] =>
  (body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code ?? '') ?? []);

/** What the doors themselves answer: status, and the rows of the error table when they refuse. */
async function consult(who: Kind, patient: Who): Promise<[number, string[]]> {
  const { status, body } = await stack.get(`/DocumentReference?${of(patient)}&status=current`, who);
  return [status, status === 200 ? [] : keysOf(body)];
}
async function feed(who: Kind, patient: Who): Promise<[number, string[]]> {
  const resource = simplified({ who: patient, content: text(), contentType: 'text/plain' });
  const { status, body } = await stack.post('/DocumentReference', resource, who);
  return [status, status === 201 ? [] : keysOf(body)];
}

describe('7. Rights, explained', () => {
  it('in general: the nurse of the structure feeds and does not read, and so it is', async () => {
    const rights = rightsOf(await explain('nurse'));
    expect(rights['TD2.1']).toEqual({ allowed: 'yes', why: [], notes: [] });
    expect(await feed('nurse', 'P1')).toEqual([201, []]);
    expect(rights['TD3.1a']).toEqual({ allowed: 'no', why: ['dmp-rights-psc'], notes: [] });
    const [status, keys] = await consult('nurse', 'P1');
    expect(status).toBe(403);
    expect(keys).toContain('dmp-rights-psc');
  });

  it('in general: the doctor of Pro Santé Connect reads; this token does not feed, for want of its scope', async () => {
    const rights = rightsOf(await explain('doctor'));
    expect(rights['TD3.1a']!.allowed).toBe('yes');
    expect(await consult('doctor', 'P1')).toEqual([200, []]);
    expect(rights['TD2.1']).toMatchObject({ allowed: 'no', why: ['scope-missing'] });
    expect((await feed('doctor', 'P1'))[0]).toBe(403);
  });

  it('in general: the administrator, who is no professional, learns of existence and reads no record', async () => {
    const rights = rightsOf(await explain('admin'));
    expect(rights['TD0.2']!.allowed).toBe('yes');
    for (const right of ['TD3.1a', 'TD3.2', 'TD0.3 declare']) expect(rights[right]?.allowed, right).toBe('no');
    expect(rights['TD2.1']?.why).toEqual(['scope-missing']);
    expect((await consult('admin', 'P1'))[0]).toBe(403);
  });

  it('asks the DMP nothing in general, once for a patient, and changes nothing', async () => {
    await stack.resetCalls();
    await explain('doctor');
    expect(await stack.calls()).toEqual([]);
    await explain('doctor', 'P6');
    expect(await stack.calls()).toEqual(['TD0.2']);
  });

  it('P1 has consented and authorised: read by the doctor, fed by the nurse', async () => {
    const answer = await explain('doctor', 'P1');
    expect(answer.parameter).toContainEqual({ name: 'dmp', valueCode: 'active' });
    expect(answer.parameter).toContainEqual({ name: 'treatingPhysician', valueBoolean: false });
    expect(rightsOf(answer)['TD3.2']).toEqual({ allowed: 'yes', why: [], notes: [] });
    expect(rightsOf(await explain('nurse', 'P1'))['TD2.1']!.allowed).toBe('yes');
    expect(JSON.stringify(answer)).not.toContain(patients.P1.ins);
  });

  it('P5 has blocked the nurse: the explanation and the door say the same, and the doctor is not concerned', async () => {
    const rights = rightsOf(await explain('nurse', 'P5'));
    expect(rights['TD2.1']).toMatchObject({ allowed: 'no', why: ['authorization-blocked'] });
    expect((await feed('nurse', 'P5'))[0]).toBe(403);
    expect(rightsOf(await explain('doctor', 'P5'))['TD3.1a']!.why).not.toContain('authorization-blocked');
  });

  it('P6’s authorisation has run out: it will be declared at the first reading, and then it is', async () => {
    const before = rightsOf(await explain('doctor', 'P6'));
    expect(before['TD3.1a']).toEqual({ allowed: 'yes', why: [], notes: ['rights-authorization-declared'] });
    await stack.resetCalls();
    expect(await consult('doctor', 'P6')).toEqual([200, []]);
    expect(await stack.calls()).toContain('TD0.3');
    expect(rightsOf(await explain('doctor', 'P6'))['TD3.1a']).toEqual({ allowed: 'yes', why: [], notes: [] });
  });

  it('P4 has no DMP, P3’s is closed', async () => {
    expect(rightsOf(await explain('doctor', 'P4'))['TD3.1a']!.why).toContain('dmp-absent');
    expect(rightsOf(await explain('doctor', 'P3'))['TD3.1a']!.why).toContain('rights-dmp-closed');
  });

  it('an emergency token is explained for its own patient, and for no other', async () => {
    const token: TokenOptions = {
      person: 'doctor',
      purpose: 'bris_de_glace',
      reason: 'Détresse respiratoire, patient non communicant (cas fictif)',
      patient: patients.P2.ins,
    };
    const own = await explain(token);
    expect(own.parameter).toContainEqual({ name: 'purpose', valueCode: 'bris_de_glace' });
    expect(own.parameter).toContainEqual({ name: 'dmp', valueCode: 'active' });
    expect(rightsOf(own)['TD3.1a']).toEqual({ allowed: 'yes', why: [], notes: [] });
    await stack.resetCalls();
    // Of another patient not even what is on record is told.
    const other = encodeURIComponent(`urn:oid:1.2.250.1.213.1.4.10|${patients.P1.ins}`);
    const refused = await stack.as(token, 'GET', `/$my-rights?patient.identifier=${other}`);
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      403,
      expect.stringContaining('break-glass-patient'),
    ]);
    expect(await stack.calls()).toEqual([]);
    const confirmed = { family: 'AUTRE', given: 'ANGE-TOUSSAINT', birthDate: '1941-11-03' };
    expect(rightsOf(await explain({ ...token, confirmed }))['TD3.1a']!.why).toEqual(['break-glass-traits']);
  });

  it('« centre_15 » is explained as for regulation centres, which this establishment is not', async () => {
    const rights = rightsOf(await explain({ person: 'doctor', purpose: 'centre_15' }));
    expect(rights['TD0.5']!.why).toEqual(['regulation-only']);
  });

  it('the matrix of habilitations says which documents are not readable, and the DMP hides them', async () => {
    const matrix = (await explain('doctor')).parameter!.find((p) => p.name === 'habilitation')!;
    const [document] = parts(matrix, 'document');
    expect([parts(document!, 'type')[0]?.valueCode, parts(document!, 'readable')[0]?.valueBoolean]).toEqual([
      '11490-0',
      false,
    ]);
    expect(parts(matrix, 'otherwise')[0]?.valueBoolean).toBe(true);
    const nurse = (await explain('nurse')).parameter!.find((p) => p.name === 'habilitation')!;
    expect(parts(nurse, 'document')).toEqual([]);
    const { body } = await stack.get<Bundle<DocumentReference>>(
      `/DocumentReference?${of('P1')}&status=current`,
      'doctor',
    );
    const types = body.entry!.flatMap((e) => e.resource?.type?.coding?.map((c) => c.code) ?? []);
    expect(types.length).toBeGreaterThan(0);
    expect(types).not.toContain('11490-0');
    // It is there: without the matrix, others list it.
    const registered = stack.simulator.world().registry.documents();
    const letters = registered.filter((d) => d.entry.classifications.some((c) => c.nodeRepresentation === '11490-0'));
    expect(letters.length).toBeGreaterThan(0);
  });
});

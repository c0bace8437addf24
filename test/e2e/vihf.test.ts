/**
 * Issue 5, line 3, caller → VIHF: roles by profession and the secret access for minors, over real HTTP, TLS and the simulator, which
 * verifies and reads every assertion with code of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Bundle, DocumentReference, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TokenOptions } from '../support/outside-issuer.ts';
import { text } from '../support/documents.ts';
import { fedResource } from '../support/identity-doors.ts';
import { INS_TEST, patients, simplified, type Who } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const keysOf = (body: unknown): (string | undefined)[] =>
  (body as OperationOutcome).issue.filter((i) => i.severity === 'error').map((i) => i.details?.coding?.at(-1)?.code);
const consultation = (who: Who): string =>
  `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients[who].ins}`)}&status=current`;

const g15 = 'urn:oid:1.2.250.1.71.1.2.7';
const folder = mkdtempSync(path.join(os.tmpdir(), 'professions-'));
const file = path.join(folder, 'professions.json');
let stack: Stack;
beforeAll(async () => {
  const professions = [{ code: '93', system: '1.2.250.1.71.1.2.7', display: 'Psychologue' }];
  writeFileSync(file, JSON.stringify({ version: '2026', source: 'Invented for this test', professions }));
  stack = await startStack({ PROFESSIONS_FILE: file });
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  await stack.resetCalls();
});

interface Call {
  transaction?: string;
  mode?: string;
  secret?: true;
  outcome: string;
}
const calls = async (): Promise<Call[]> =>
  ((await (await fetch(`${stack.simulator.controlUrl}/calls`)).json()) as { calls: Call[] }).calls;
const consult = (who: Who, token: TokenOptions) =>
  stack.as<Bundle<DocumentReference>>({ person: 'doctor', ...token }, 'GET', consultation(who));
const deposit = (token: TokenOptions, who: Who = 'P1', securityLabel?: { system: string; code: string }[]) => {
  const resource = simplified({
    who,
    content: text(),
    contentType: 'text/plain',
    ...(securityLabel ? { securityLabel } : {}),
  });
  return stack.as<DocumentReference>({ scope: 'user/*.cruds', ...token }, 'POST', '/DocumentReference', resource);
};

describe('3. roles by profession', () => {
  const doctor = { system: g15, code: '10', display: 'Médecin' };

  it.each<[string, NonNullable<TokenOptions['roles']>, string]>([
    ['a doctor without specialty', [doctor], 'dmp-rights-specialty'],
    ['a pharmacist without section', [{ ...doctor, code: '21' }], 'dmp-rights-section'],
    [
      'somebody known by a role that is not said',
      [{ system: 'urn:oid:1.2.250.1.213.1.6.1.140', code: '99', display: 'Acteur' }],
      'dmp-rights-care-role',
    ],
    ['a profession that nobody knows', [{ ...doctor, code: '11' }], 'dmp-rights-profession'],
    [
      'two professions',
      [
        { ...doctor, code: '60' },
        { ...doctor, code: '50' },
      ],
      'dmp-rights-roles',
    ],
  ])('%s is told what is missing, and nothing goes out', async (_, roles, key) => {
    const refused = await consult('P1', { roles });
    expect([refused.status, keysOf(refused.body)]).toEqual([403, expect.arrayContaining([key])]);
    expect(await calls()).toEqual([]);
  });

  it('the deployer’s profession goes out, and the DMP takes it', async () => {
    const roles = [{ system: g15, code: '93', display: 'whatever' }];
    expect((await consult('P1', { roles })).status).toBe(200);
    expect(await calls()).toContainEqual(expect.objectContaining({ transaction: 'TD3.1a', outcome: 'ok' }));
  });

  it('an automaton feeds for the structure, in the name of who answers for it, and reads nothing', async () => {
    const roles = [{ system: 'urn:oid:1.2.250.1.213.1.1.4.6', code: 'AUTOMATE', display: 'Automate' }];
    const fed = await deposit({ person: 'nurse', roles });
    expect(fed.status, JSON.stringify(fed.body)).toBe(201);
    expect(await calls()).toContainEqual(
      expect.objectContaining({ transaction: 'TD2.1', mode: 'INDIRECTE', outcome: 'ok' }),
    );
    await stack.resetCalls();
    const refused = await consult('P1', { roles });
    expect([refused.status, keysOf(refused.body)]).toEqual([403, expect.arrayContaining(['dmp-rights-automaton'])]);
    expect(await calls()).toEqual([]);
  });
});

describe('3. secret access for minors', () => {
  const hidden = [
    { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' },
    {
      system: 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument',
      code: 'INVISIBLE_REPRESENTANTS_LEGAUX',
    },
  ];
  const labels = (d: DocumentReference | undefined) => d?.securityLabel?.flatMap((l) => l.coding?.map((c) => c.code));

  it('is said of every call about the patient, and of none without it', async () => {
    expect((await consult('P7', { secret: true })).status).toBe(200);
    const secret = await calls();
    expect(secret.map((c) => c.transaction)).toContain('TD3.1a');
    expect(
      secret.every((c) => c.secret === true && c.outcome === 'ok'),
      JSON.stringify(secret),
    ).toBe(true);
    await stack.resetCalls();
    expect((await consult('P7', {})).status).toBe(200);
    expect((await calls()).some((c) => c.secret)).toBe(false);
  });

  it('a deposit is hidden from the representatives when it says so, and not by the access; the professional sees both', async () => {
    const plain = await deposit({ person: 'nurse', secret: true }, 'P7');
    expect(plain.status, JSON.stringify(plain.body)).toBe(201);
    const marked = await deposit({ person: 'nurse', secret: true }, 'P7', hidden);
    expect(marked.status, JSON.stringify(marked.body)).toBe(201);
    expect((await calls()).filter((c) => c.transaction === 'TD2.1').map((c) => c.secret)).toEqual([true, true]);
    const { body } = await consult('P7', { secret: true });
    const found = (id: string | undefined) => labels(body.entry?.find((e) => e.resource?.id === id)?.resource);
    expect(found(marked.body.id)).toContain('INVISIBLE_REPRESENTANTS_LEGAUX');
    expect(found(plain.body.id)).toEqual(['N']);
  });

  it('is refused for who is certainly an adult, by a qualified identity alone, before anything is asked', async () => {
    expect((await consult('P2', { secret: true })).status, 'nothing is known here').toBe(200);
    const ipp = '/Patient?identifier=' + encodeURIComponent('urn:oid:2.16.840.1.113883.19.7602.9|SECRET-P2');
    expect((await stack.put<Patient>(ipp, fedResource('P2', 'SECRET-P2'), 'nurse')).status).toBe(201);
    await stack.resetCalls();
    const refused = await consult('P2', { secret: true });
    expect([refused.status, keysOf(refused.body)]).toEqual([403, expect.arrayContaining(['secret-adult'])]);
    const rights = await stack.as(
      { person: 'doctor', secret: true },
      'GET',
      `/$my-rights?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients.P2.ins}`)}`,
    );
    expect(JSON.stringify(rights.body)).toContain('secret-adult');
    expect(await calls()).toEqual([]);
    expect((await consult('P2', {})).status).toBe(200);
  });
});

/**
 * Issue 5, line 3, purposes: « bris de glace » opens one record, to a professional, for a short time, with a reason and the patient's
 * traits confirmed, unless the patient opposed it, and stays on record; « centre_15 » is for regulation centres.
 */
import type { AuditEvent, Bundle, DocumentReference, OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeToken, type TokenOptions } from '../support/outside-issuer.ts';
import { loadConfig } from '../../server/config.ts';
import { simplified, subscriptionTo, INS_TEST, consent, patients, type Who } from '../support/resources.ts';
import { text } from '../support/documents.ts';
import { startStack, type Kind, type Stack } from '../support/stack.ts';

const reason = 'Détresse respiratoire, patient non communicant (cas fictif)';
const urlOf = (who: Who): string =>
  `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${patients[who].ins}`)}&status=current`;
const keysOf = (body: unknown): string[] =>
  (body as OperationOutcome).issue.flatMap((i) => i.details?.coding?.map((c) => c.code ?? '') ?? []);
const textsOf = (body: unknown): string => (body as OperationOutcome).issue.map((i) => i.details?.text ?? '').join(' ');
const urgent = (who: Who, more: TokenOptions = {}): TokenOptions => ({
  person: 'doctor',
  purpose: 'bris_de_glace',
  reason,
  patient: patients[who].ins,
  confirmed: { family: patients[who].family, given: patients[who].given, birthDate: patients[who].birthDate },
  ...more,
});

describe('3. bris_de_glace', () => {
  let stack: Stack;
  const consult = (who: Who, token: TokenOptions) => stack.as<Bundle<DocumentReference>>(token, 'GET', urlOf(who));
  const trail = async () =>
    (await stack.get<Bundle<AuditEvent>>('/AuditEvent?date=ge2026&subtype=break-glass', 'admin')).body;
  const modes = async (): Promise<(string | undefined)[]> => {
    const { calls } = (await (await fetch(`${stack.simulator.controlUrl}/calls`)).json()) as {
      calls: { transaction?: string; purpose?: string }[];
    };
    return calls.map((c) => `${c.transaction} ${c.purpose}`);
  };

  beforeAll(async () => {
    stack = await startStack({ SUBSCRIPTION_ENDPOINTS: 'http://localhost' }, {}, { consents: false });
  });
  afterAll(() => stack.close());
  beforeEach(async () => {
    await stack.resetCalls();
  });

  it('opens the one record of the token without consent and authorisation, and says so to the DMP', async () => {
    const opened = await consult('P2', urgent('P2'));
    expect(opened.status, JSON.stringify(opened.body)).toBe(200);
    expect(opened.body.total).toBeGreaterThan(0);
    expect((await modes()).slice(0, 2)).toEqual(['TD1.3a bris_de_glace', 'TD3.1a bris_de_glace']);
  });

  it('is on record with its reason, stands out, and the structure’s administrator sees it; of the professionals only who did it', async () => {
    const before = (await trail()).total ?? 0;
    await consult('P2', urgent('P2'));
    const after = await trail();
    expect(after.total).toBe(before + 1);
    const written = JSON.stringify(after);
    expect(written).toContain(reason);
    expect(written).not.toContain(patients.P2.ins);
    const seenBy = async (kind: Kind) =>
      (await stack.get<Bundle>('/AuditEvent?date=ge2026&subtype=break-glass', kind)).body.total;
    expect([await seenBy('doctor'), await seenBy('nurse')]).toEqual([after.total, 0]);
  });

  it('examines a token once: the second call asks no more', async () => {
    const token = await makeToken(loadConfig(stack.environment), urgent('P2'));
    const twice = async () => {
      const answer = await fetch(`${stack.base}${urlOf('P2')}`, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(200);
    };
    await twice();
    await stack.resetCalls();
    await twice();
    expect(await stack.calls()).not.toContain('TD1.3a');
  });

  it('opens no other record, and asks the DMP nothing', async () => {
    const other = await consult('P1', urgent('P2'));
    expect([other.status, keysOf(other.body)]).toEqual([403, expect.arrayContaining(['break-glass-patient'])]);
    expect(await stack.calls()).toEqual([]);
  });

  it('refuses traits that are not the patient’s, by their names and never their values, on record too', async () => {
    const before = (await trail()).total ?? 0;
    const confirmed = { family: 'CAVALLINI', given: 'JULES', birthDate: '1941-11-04' };
    const refused = await consult('P2', urgent('P2', { confirmed }));
    expect([refused.status, keysOf(refused.body)]).toEqual([403, expect.arrayContaining(['break-glass-traits'])]);
    expect(textsOf(refused.body)).toMatch(/given_name.*birthdate/);
    expect(JSON.stringify(refused.body)).not.toContain('ANGE');
    expect((await trail()).total).toBe(before + 1);
    expect((await trail()).entry?.map((e) => e.resource?.outcome)).toContain('4');
  });

  it('refuses when the patient opposed it in the DMP, or here', async () => {
    const inDmp = await consult('P7', urgent('P7'));
    expect([inDmp.status, keysOf(inDmp.body)]).toEqual([403, expect.arrayContaining(['dmp-DMPAuthorizationDenied'])]);
    await stack.post('/Consent', consent('P8', 'break-glass', 'deny'), 'nurse');
    await stack.resetCalls();
    const here = await consult('P8', urgent('P8'));
    expect([here.status, keysOf(here.body)]).toEqual([403, expect.arrayContaining(['consent-break-glass-opposed'])]);
    expect(await stack.calls()).toEqual([]);
  });

  it.each<[string, TokenOptions, number]>([
    ['without a reason of substance', { reason: 'urgence' }, 401],
    ['without the confirmed traits', { confirmed: null }, 401],
    ['without its patient', { patient: undefined }, 401],
    ['longer than its time-box', { expires: '2h' }, 401],
    ['of a nurse of the establishment', { person: 'nurse' }, 403],
  ])('refuses a token %s', async (_, more, status) => {
    const refused = await consult('P2', urgent('P2', more));
    expect(refused.status, JSON.stringify(refused.body)).toBe(status);
    expect(await stack.calls()).toEqual([]);
    expect(JSON.stringify(refused.body)).not.toContain(patients.P2.ins);
  });

  it('reads, and does not feed, hide or subscribe', async () => {
    const deposit = await stack.as(
      urgent('P2', { scope: 'user/*.cruds' }),
      'POST',
      '/DocumentReference',
      simplified({ who: 'P2', content: text(), contentType: 'text/plain' }),
    );
    expect(deposit.status).toBeGreaterThanOrEqual(400);
    expect(await stack.calls()).not.toContain('TD2.1');
    const subscription = await stack.as(
      urgent('P1', { scope: 'user/*.cruds' }),
      'POST',
      '/Subscription',
      subscriptionTo('http://localhost:1/'),
    );
    expect(subscription.status).toBe(403);
  });
});

describe('3. centre_15', () => {
  const regulator: TokenOptions = { person: 'doctor', purpose: 'centre_15' };

  it('is refused to an establishment that is no regulation centre', async () => {
    const stack = await startStack({}, {}, { consents: false });
    try {
      const refused = await stack.as(regulator, 'GET', urlOf('P1'));
      expect([refused.status, keysOf(refused.body)]).toEqual([403, expect.arrayContaining(['regulation-only'])]);
      expect(await stack.calls()).toEqual([]);
    } finally {
      await stack.close();
    }
  });

  it('opens records at a regulation centre, unless the patient opposed it in the DMP or here', async () => {
    const stack = await startStack({ REGULATION_STRUCTURE: 'true' }, {}, { consents: false });
    try {
      expect((await stack.as(regulator, 'GET', urlOf('P1'))).status).toBe(200);
      const opposed = await stack.as(regulator, 'GET', urlOf('P8'));
      expect([opposed.status, keysOf(opposed.body)]).toEqual([
        403,
        ['DMPAuthorizationDenied', 'dmp-DMPAuthorizationDenied'],
      ]);
      await stack.post('/Consent', consent('P1', 'regulation', 'deny'), 'nurse');
      await stack.resetCalls();
      const here = await stack.as(regulator, 'GET', urlOf('P1'));
      expect([here.status, keysOf(here.body)]).toEqual([403, expect.arrayContaining(['consent-regulation-opposed'])]);
      expect(await stack.calls()).toEqual([]);
    } finally {
      await stack.close();
    }
  });
});

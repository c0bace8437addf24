/** As what a professional may act, and what a token exchange asks. */
import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { choiceId, choicesOf, choose, contextOfChoice, labelOf } from '../../../server/authorization/choices.ts';
import { readRequest } from '../../../server/authorization/exchange/request.ts';
import { tokenTypes } from '../../../server/authorization/exchange/token-types.ts';
import type { Professional, Situation } from '../../../server/authorization/psc/types.ts';
import { testPki, type TestPki } from '../dmp/pki.ts';
import { refusal } from './refusal.ts';
import { careHome, institute, structuresOf } from './registry.ts';

describe('choices', () => {
  const situation = (id: string, ...structureIds: string[]): Situation => ({
    id,
    family: 'MAUREL',
    given: 'HÉLÈNE',
    roles: [
      { code: '10', system: '1.2.250.1.71.1.2.7', display: 'Médecin' },
      { code: 'SM18', system: '1.2.250.1.71.4.2.5', display: 'Gériatrie' },
    ],
    structureIds,
  });
  const professional = (...situations: Situation[]): Professional => ({
    sub: 'f:1:899700101233',
    personId: '899700101233',
    family: 'MAUREL',
    given: 'HÉLÈNE',
    situations,
    authenticatedAt: new Date('2026-11-28T08:00:00Z'),
  });
  const both = structuresOf(careHome, institute);
  const client = { structures: [careHome.id, institute.id] };
  const ids = (...args: Parameters<typeof choicesOf>) => choicesOf(...args).map(choiceId);

  it('are the situations at structures in force that the client may act for', () => {
    const maurel = professional(situation('0.0', careHome.id), situation('0.1'), situation('1.0', 'x', institute.id));
    expect(ids(maurel, client, both)).toEqual(['0.0@1990100109', '1.0@1990200768']);
    expect(ids(maurel, { structures: [institute.id] }, both)).toEqual(['1.0@1990200768']);
    expect(ids(maurel, client, structuresOf(careHome))).toEqual(['0.0@1990100109']);
    expect(ids(maurel, { structures: [] }, both)).toEqual([]);
  });

  it('are all of them for who visits a structure, and none of another’s', () => {
    const visitor = { ...professional(situation('0'), situation('1', institute.id)), personId: '899700613278' };
    expect(ids(visitor, client, both)).toEqual(['0@1990100109', '1@1990100109', '1@1990200768']);
    // Where the directory has them, the directory counts.
    const known = { ...professional(situation('0', careHome.id), situation('1')), personId: '899700613278' };
    expect(ids(known, client, both)).toEqual(['0@1990100109']);
    // So does an administrator, who may have no other link with the structure.
    expect(ids({ ...professional(situation('0')), personId: '899700204581' }, client, both)).toEqual(['0@1990100109']);
    expect(ids(professional(situation('0')), client, both)).toEqual([]);
  });

  it('must be named when there are several, and are listed without saying of whom', () => {
    const choices = choicesOf(
      professional(situation('0.0', careHome.id), situation('1.0', institute.id)),
      client,
      both,
    );
    expect(choiceId(choose(choices, '1.0@1990200768'))).toBe('1.0@1990200768');
    for (const asked of [undefined, '0.0', '2.0@1990200768']) {
      const [error, description] = refusal(() => choose(choices, asked));
      expect(error).toBe('invalid_request');
      expect(description).toContain('0.0@1990100109 (Medecin, Geriatrie - EHPAD FICTIF LE VERGER)');
      expect(description).not.toMatch(/MAUREL|899700101233/);
    }
    expect(choiceId(choose(choices.slice(0, 1), undefined))).toBe('0.0@1990100109');
    expect(refusal(() => choose(choices.slice(0, 1), '1.0@1990200768'))[0]).toBe('invalid_request');
    expect(refusal(() => choose([], undefined))[0]).toBe('invalid_grant');
    expect(labelOf(choices[0]!)).toBe('Médecin, Gériatrie — EHPAD FICTIF LE VERGER');
  });

  it('become what a grant stands for: strength psc, an administrator when on the list', () => {
    const [choice] = choicesOf(professional(situation('0.0', careHome.id)), client, both);
    const now = new Date(1_795_852_860_000);
    const context = contextOfChoice(professional(choice!.situation), choice!, 7, now);
    expect(context).toMatchObject({
      person: { id: '899700101233', strength: 'psc', authenticatedAt: 1_795_852_800, isAdministrator: false },
      structure: { id: careHome.id },
      purpose: 'normal',
      endsAt: 7,
    });
    const nurse = { ...professional(choice!.situation), personId: '899700204581' };
    expect(contextOfChoice(nurse, choice!, 7, now).person.isAdministrator).toBe(true);
  });
});

describe('the parameters', () => {
  const audience = 'https://facade.example/fhir';
  let pki: TestPki;
  let certificate: X509Certificate;
  let given: Record<string, unknown>;
  const digest = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw);
  const read = (more: object = {}, held: X509Certificate | undefined = certificate) =>
    readRequest({ ...given, ...more }, held, audience);

  beforeAll(async () => {
    pki = await testPki();
    certificate = new X509Certificate(pki.client.certificate);
    given = {
      subject_token: 'a.b.c',
      subject_token_type: tokenTypes.access,
      scope: 'user/DocumentReference.rs',
      cnf: JSON.stringify({ 'x5t#S256': digest(pki.client.certificate).digest('base64url') }),
    };
  });

  it('are read, with the certificate in both encodings', () => {
    const expected = { subjectToken: 'a.b.c', scope: 'user/DocumentReference.rs' };
    expect(read()).toEqual(expected);
    expect(read({ subject_token_type: tokenTypes.jwt, situation: '0@1', resource: audience })).toEqual({
      ...expected,
      situation: '0@1',
    });
    const ans = Buffer.from(digest(pki.client.certificate).digest('hex')).toString('base64');
    expect(read({ cnf: JSON.stringify({ 'x5t#S256': ans }) })).toEqual(expected);
    expect(read({ cnf: ans })).toEqual(expected);
  });

  it.each<[string, object, string]>([
    ['no subject_token', { subject_token: undefined }, 'subject_token'],
    ['a subject_token that is none', { subject_token: 'a b' }, 'subject_token'],
    ['no subject_token_type', { subject_token_type: undefined }, 'subject_token_type'],
    ['an id token', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, 'subject_token_type'],
    ['a refresh token', { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'subject_token_type'],
    ['no scope', { scope: '' }, 'scope'],
    ['no cnf', { cnf: undefined }, 'cnf'],
    ['a cnf that is none', { cnf: '{}' }, 'cnf'],
    ['a cnf of another method', { cnf: '{"jkt":"x"}' }, 'cnf'],
    ['a cnf that is no JSON', { cnf: '{"x5t#S256"' }, 'cnf'],
    ['an actor', { actor_token: 'x' }, 'actor_token'],
    ['another resource', { resource: 'https://elsewhere.example' }, 'resource'],
    ['another kind of answer', { requested_token_type: tokenTypes.jwt }, 'requested_token_type'],
    ['an empty situation', { situation: '' }, 'situation'],
  ])('%s is refused, and named', (_, more, name) => {
    expect(refusal(() => read(more))).toEqual(['invalid_request', expect.stringContaining(name)]);
  });

  it('cnf is that of the certificate of the request, not of another, nor of one that is not shown', () => {
    const other = digest(pki.other.client.certificate).digest('base64url');
    expect(refusal(() => read({ cnf: JSON.stringify({ 'x5t#S256': other }) }))[0]).toBe('invalid_request');
    const both = JSON.stringify({ 'x5t#S256': digest(pki.client.certificate).digest('base64url'), jkt: 'x' });
    expect(refusal(() => read({ cnf: both }))[0]).toBe('invalid_request');
    expect(refusal(() => readRequest(given, undefined, audience))[0]).toBe('invalid_request');
  });
});

/** What a server's assertion must be, and the person that it names. */
import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { onlyPrimary } from '../../../server/registry/primary.ts';
import { toCaller } from '../../../server/auth/token.ts';
import { assertionProblem } from '../../../server/authorization/backend/assertion.ts';
import { assertedPerson } from '../../../server/authorization/backend/person.ts';
import { claimsOf } from '../../../server/authorization/context.ts';
import { loadConfig } from '../../../server/config.ts';
import { refusal } from './refusal.ts';
import { careHome, duiServer, structuresOf } from './registry.ts';

const now = new Date();
const seconds = Math.floor(now.getTime() / 1000);
const config = loadConfig({});

describe('an assertion', () => {
  const header = { alg: 'RS384', typ: 'JWT', kid: 'k1' };
  const claims = { iss: 'dui', sub: 'dui', aud: 'https://as.example/token', exp: seconds + 300, jti: 'j' };
  const problem = (more: object = {}, head: object = {}) =>
    assertionProblem(
      { ...claims, ...more },
      { ...header, ...head },
      { ...duiServer, jwksUri: 'https://dui.example/jwks' },
      now,
    );

  it('that is as it should be has no problem', () => {
    expect(problem()).toBeUndefined();
    expect(problem({ aud: ['https://as.example/token'] }, { typ: undefined })).toBeUndefined();
    expect(problem({}, { typ: 'client-authentication+jwt', jku: 'https://dui.example/jwks' })).toBeUndefined();
  });

  it.each<[string, object, object, string]>([
    ['lives too long', { exp: seconds + 331 }, {}, 'exp'],
    ['does not say until when', { exp: '1' }, {}, 'exp'],
    ['is for others, too', { aud: ['https://as.example/token', 'https://evil.example'] }, {}, 'aud'],
    ['has no id', { jti: '' }, {}, 'jti'],
    ['has an id that nobody can remember', { jti: 'x'.repeat(201) }, {}, 'jti'],
    ['is another client’s', { iss: 'other' }, {}, 'iss, sub'],
    ['is about another client', { sub: 'other' }, {}, 'iss, sub'],
    ['is something else', {}, { typ: 'at+jwt' }, 'typ'],
    ['names no key', {}, { kid: undefined }, 'kid'],
    ['names a key that is no name', {}, { kid: { $ne: 1 } }, 'kid'],
    ['brings its own key', {}, { jwk: { kty: 'RSA' } }, 'jwk'],
    ['brings its own certificate', {}, { x5c: ['MII'] }, 'x5c'],
    ['says where a certificate would be', {}, { x5u: 'https://evil.example' }, 'x5u'],
    ['says where other keys would be', {}, { jku: 'https://evil.example/jwks' }, 'jku'],
  ])('that %s', (_, more, head, expected) => {
    expect(problem(more, head)).toBe(expected);
  });
});

describe('the person', () => {
  const iua = {
    subject_name: 'YANN LE BIHAN',
    national_provider_identifier: '899700204581',
    subject_role: { system: 'urn:oid:1.2.250.1.71.1.2.7', code: '60', display: 'Infirmier' },
    subject_organization_id: careHome.id,
  };
  const read = (payload: object, client = duiServer) =>
    assertedPerson(new UnsecuredJWT({ iss: 'dui', ...payload }).encode(), client, 300, {
      config,
      structures: structuresOf(careHome),
      professions: new Map(),
      now: () => now,
    });
  const asserted = (more: object = {}, dmp: object = {}, beside: object = {}) =>
    read({ ...beside, extensions: { ihe_iua: { ...iua, ...more }, dmp } });

  it('is who the assertion says, at the structure, authenticated by it', () => {
    expect(asserted()).toEqual({
      person: {
        id: '899700204581',
        family: 'LE BIHAN',
        given: 'YANN',
        roles: [{ code: '60', system: '1.2.250.1.71.1.2.7', display: 'Infirmier' }],
        strength: 'local',
        authenticatedAt: seconds,
        isAdministrator: false,
      },
      structure: { id: careHome.id, name: careHome.name },
      purpose: 'normal',
      endsAt: seconds + 300,
    });
    const named = asserted(
      { subject_name: undefined },
      {},
      { family_name: 'LE BIHAN', given_name: 'YANN', auth_time: seconds - 60 },
    );
    expect(named.person).toMatchObject({ family: 'LE BIHAN', authenticatedAt: seconds - 60 });
  });

  it('is never one whom Pro Santé Connect authenticated', () => {
    expect(asserted({}, { authentication: 'psc' }).person.strength).toBe('local');
  });

  it('is an administrator only when the structure has them on its list', () => {
    expect(asserted({}, { structure_administrator: true }).person.isAdministrator).toBe(true);
    const other = asserted.bind(
      undefined,
      { national_provider_identifier: '899700613278' },
      { structure_administrator: true },
    );
    expect(refusal(other)).toEqual(['invalid_grant', expect.stringContaining('structure_administrator')]);
  });

  it('may use a secret connection, and act for an automaton', () => {
    expect(asserted({}, { secret_access: true }).secret).toBe(true);
    const automaton = { system: 'urn:oid:1.2.250.1.213.1.1.4.6', code: 'AUTOMATE', display: 'Automate' };
    expect(asserted({ subject_role: automaton }).person.roles[0]!.code).toBe('AUTOMATE');
  });

  it('must be there, even for an automaton: what to add is said', () => {
    for (const payload of [{}, { extensions: {} }, { extensions: null }, { extensions: { dmp: {} } }])
      expect(refusal(() => read(payload))).toEqual([
        'invalid_request',
        expect.stringMatching(
          /ihe_iua.*subject_name.*national_provider_identifier.*subject_role.*subject_organization_id/,
        ) as unknown,
      ]);
  });

  it.each<[string, object, object, string]>([
    ['no identifier', { national_provider_identifier: undefined }, {}, 'national_provider_identifier'],
    [
      'an identifier that breaks out',
      { national_provider_identifier: '899700204581^^^&1' },
      {},
      'national_provider_identifier',
    ],
    ['a name that ends the line', { subject_name: 'A\nB C' }, {}, 'subject_name'],
    ['no family name', { subject_name: 'YANN' }, {}, 'family_name'],
    ['no role', { subject_role: [] }, {}, 'subject_role'],
    ['a role of no code system', { subject_role: { code: '60' } }, {}, 'subject_role.system'],
    ['a purpose that is none', { purpose_of_use: 'curiosity' }, {}, 'purpose_of_use'],
    ['break-glass without a reason', { purpose_of_use: 'bris_de_glace' }, {}, 'access_reason'],
  ])('with %s is told so', (_, more, dmp, place) => {
    expect(refusal(() => asserted(more, dmp))).toEqual(['invalid_request', expect.stringContaining(place)]);
  });

  it('authenticated in the future is not', () => {
    expect(refusal(() => asserted({}, {}, { auth_time: seconds + 3600 }))).toEqual([
      'invalid_request',
      expect.stringContaining('auth_time'),
    ]);
  });

  it('of a structure that is not the client’s is not given', () => {
    expect(refusal(() => asserted({ subject_organization_id: '1990300444' }))[0]).toBe('invalid_grant');
    const elsewhere = { ...duiServer, structures: ['1990300444'] };
    const extensions = { ihe_iua: iua };
    expect(refusal(() => read({ extensions }, elsewhere))).toEqual([
      'invalid_grant',
      expect.stringContaining('subject_organization_id'),
    ]);
  });

  it('with break-glass is as complete as the token must be, and becomes the same caller', () => {
    const person_id = `urn:oid:1.2.250.1.213.1.4.10|279035121518989`;
    const confirmed_patient = { family_name: 'DUPONT', given_name: 'LEA', birthdate: '1979-03-12' };
    const access_reason = 'Patiente inconsciente, allergies inconnues';
    const context = asserted({ purpose_of_use: 'bris_de_glace', person_id }, { access_reason, confirmed_patient });
    const caller = toCaller(
      { ...claimsOf(context, 'p', config), sub: 'dui', client_id: 'dui', iat: seconds, exp: seconds + 300, jti: 'j' },
      config,
      onlyPrimary(config),
    );
    expect(caller).toMatchObject({
      personId: '899700204581',
      purpose: 'bris_de_glace',
      reason: access_reason,
      strength: 'local',
      emergency: { patient: { value: '279035121518989' }, confirmed: { family: 'DUPONT', birthDate: '1979-03-12' } },
    });
  });
});

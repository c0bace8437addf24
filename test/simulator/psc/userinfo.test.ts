/** userinfo, introspection, revocation and logout, in the format of Pro Santé Connect. */
import { describe, expect, it } from 'vitest';

import { isMember } from '../../../mappings/terminology/valuesets.ts';
import { people as everybody } from '../../../simulator/psc/people.ts';
import { subjectOf, userinfoOf } from '../../../simulator/psc/userinfo.ts';
import { Browser } from './support/browser.ts';
import {
  authorizationUrl,
  basic,
  getCode,
  getTokens,
  getUserinfo,
  people,
  post,
  redeemForm,
  pscOfTests,
} from './support/psc.ts';

const psc = pscOfTests();

const introspect = async (token: string, by = basic()) => (await post(psc, 'token/introspect', { token }, by)).json;
type Exercise = Info['SubjectRefPro']['exercices'][number];
interface Info extends Record<string, unknown> {
  SubjectRefPro: { exercices: (Record<string, unknown> & { activities: Record<string, string>[] })[] };
}
const infoOf = async (person: string) =>
  (await getUserinfo(psc, (await getTokens(psc, person)).access_token)).json as Info;

describe('userinfo', () => {
  it('of a doctor with two exercises: every field of an activity, many of them empty', async () => {
    const info = await infoOf(people.maurel);
    expect(info).toMatchObject({
      Secteur_Activite: 'SA17^1.2.250.1.71.4.2.4',
      SubjectOrganization: 'EHPAD FICTIF LE VERGER',
      SubjectOrganizationID: '',
      SubjectNameID: people.maurel,
      SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
      UITVersion: '1.0',
      Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
      otherIds: [{ identifiant: people.maurel, origine: 'RPPS', qualite: 1 }],
    });
    const [first, second] = info.SubjectRefPro.exercices as [Exercise, Exercise];
    expect(first.activities).toHaveLength(2);
    expect(first.activities[0]).toMatchObject({ ancienIdentifiantDeLaStructure: '1990100109', codeRole: '' });
    expect(Object.keys(first.activities[0]!)).toHaveLength(30);
    const { numeroFinessSite, numeroSiretSite, ancienIdentifiantDeLaStructure, codeModeExercice } =
      first.activities[1]!;
    expect([numeroFinessSite, numeroSiretSite, ancienIdentifiantDeLaStructure, codeModeExercice]).toEqual([
      '',
      '',
      '',
      'L',
    ]);
    expect(second).toMatchObject({ nomDexercice: 'MAUREL-ESTÈVE', codeSavoirFaire: 'SM54', codeTypeSavoirFaire: 'S' });
    expect(second.activities[0]).toMatchObject({ numeroFinessSite: '990200776', ancienIdentifiantDeLaStructure: '' });
  });
  it('of a pharmacist says the section', async () => {
    const [exercise] = (await infoOf('899700488903')).SubjectRefPro.exercices;
    expect(exercise).toMatchObject({ codeProfession: '21', codeSavoirFaire: '', codeTypeSavoirFaire: '' });
    expect(exercise!.activities[0]).toMatchObject({ codeSectionPharmacien: 'A', codeSecteurDactivite: 'SA33' });
  });
  it('of the director names nobody of the RPPS', async () => {
    const info = await infoOf(people.director);
    expect(info).toMatchObject({ sub: expect.stringMatching(/:3990100109\/DIR-01$/), otherIds: [] });
    expect(info.SubjectRefPro.exercices[0]).toMatchObject({ codeProfession: '99', activities: [{ codeRole: '312' }] });
  });
  it('of a nurse without activity has no activities at all', async () => {
    const info = await infoOf('899700613278');
    expect(info.SubjectRefPro.exercices).toEqual([
      { codeProfession: '60', nomDexercice: 'GUILLOUX', prenomDexercice: 'ANAÏS', codeTypeSavoirFaire: '' },
    ]);
    for (const member of ['Secteur_Activite', 'SubjectOrganization', 'otherIds'])
      expect(info).not.toHaveProperty(member);
  });
  it('is that of the token’s subject, by POST too', async () => {
    const { access_token: token } = await getTokens(psc, people.leBihan);
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${psc.issuer}/protocol/openid-connect/userinfo`, { method: 'POST', headers });
    const subject = subjectOf(everybody.find(({ id }) => id === people.leBihan)!);
    expect(await answer.json()).toMatchObject({ sub: subject, family_name: 'LE BIHAN' });
  });
  it('is refused without a token that is good', async () => {
    const url = `${psc.issuer}/protocol/openid-connect/userinfo`;
    const anonymous = await fetch(url);
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="esante-wallet"',
    ]);
    const { access_token: token } = await getTokens(psc);
    const body = new URLSearchParams({ access_token: token });
    expect((await fetch(url, { method: 'POST', body })).status).toBe(400);
    const changed = token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA');
    expect((await getUserinfo(psc, changed)).headers.get('www-authenticate')).toContain('error="invalid_token"');
    await psc.control('POST', 'clock', { aheadSeconds: 100 });
    expect((await getUserinfo(psc, token)).status).toBe(200);
    await psc.control('POST', 'clock', { aheadSeconds: 121 });
    expect(await getUserinfo(psc, token)).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
  });
});

it('everybody’s codes are those of the terminologies', () => {
  for (const person of everybody) {
    const profession = person.exercises[0]!.codeProfession;
    const system = profession === '99' ? '1.2.250.1.213.1.6.1.140' : '1.2.250.1.71.1.2.7';
    const codes = person.exercises.flatMap(({ codeProfession, codeSavoirFaire, activities }) => [
      [codeProfession, system],
      [codeSavoirFaire, '1.2.250.1.71.4.2.5'],
      ...(activities ?? []).flatMap(({ codeSectionPharmacien, codeRole }) => [
        [codeSectionPharmacien, '1.2.250.1.71.4.2.6'],
        [codeRole, '1.2.250.1.213.1.6.1.107'],
      ]),
    ]);
    for (const [code, oid] of codes)
      if (code !== undefined) expect([code, isMember('J65', code, oid!)]).toEqual([code, true]);
    for (const { codeSecteurDactivite: sector } of person.exercises.flatMap(({ activities }) => activities ?? []))
      expect([sector, isMember('J61', sector, '1.2.250.1.71.4.2.4')]).toEqual([sector, true]);
    expect(userinfoOf(person)['SubjectRole']).toEqual([`${profession}^1.2.250.1.213.1.1.5.5`]);
  }
});

describe('introspection', () => {
  it('of an access token, to any client: with SubjectNameID', async () => {
    const { access_token: token, id_token: _ } = await getTokens(psc);
    const state = await introspect(token, basic('plain-client'));
    expect(Object.keys(state).sort()).toEqual(
      'SubjectNameID acr active auth_time azp client_id email_verified exp iat iss jti nonce preferred_username scope session_state sub typ username'.split(
        ' ',
      ),
    );
    expect(state).toMatchObject({
      active: true,
      typ: 'Bearer',
      iss: psc.issuer,
      azp: 'dmp-fhir',
      client_id: 'dmp-fhir',
      nonce: 'nonce-1',
      SubjectNameID: people.maurel,
      username: people.maurel,
      scope: 'openid profile email scope_all',
    });
    expect(Number(state['exp']) - Number(state['iat'])).toBe(120);
  });
  it('of a refresh token: without SubjectNameID', async () => {
    const state = await introspect((await getTokens(psc)).refresh_token);
    expect(state).toMatchObject({ active: true, typ: 'Refresh' });
    expect(state).not.toHaveProperty('SubjectNameID');
  });
  it('of anything else: inactive, and no more', async () => {
    const tokens = await getTokens(psc);
    for (const token of ['x', tokens.id_token, `${tokens.access_token}x`])
      expect(await introspect(token)).toEqual({ active: false });
    await psc.control('POST', 'clock', { aheadSeconds: 121 });
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    expect(await introspect(tokens.refresh_token)).toMatchObject({ active: true });
    expect((await post(psc, 'token/introspect', {})).json['error']).toBe('invalid_request');
  });
});

describe('revocation', () => {
  const revoke = (token: string, by = basic()) => post(psc, 'revoke', { token }, by);
  it('of an access token takes that one; of a refresh token, all', async () => {
    const tokens = await getTokens(psc);
    expect((await revoke(tokens.access_token)).status).toBe(200);
    expect([await introspect(tokens.access_token), await introspect(tokens.refresh_token)]).toMatchObject([
      { active: false },
      { active: true },
    ]);
    const others = await getTokens(psc);
    await revoke(others.refresh_token);
    expect([await introspect(others.access_token), await introspect(others.refresh_token)]).toMatchObject([
      { active: false },
      { active: false },
    ]);
  });
  it('of an unknown token succeeds, of another client’s it does not', async () => {
    expect((await revoke('x')).status).toBe(200);
    const { access_token: token } = await getTokens(psc);
    expect((await revoke(token, basic('plain-client'))).json['error']).toBe('unauthorized_client');
    expect(await introspect(token)).toMatchObject({ active: true });
  });
});

describe('logout', () => {
  const leave = (parameters: Record<string, string>) =>
    new Browser().open(`${psc.issuer}/protocol/openid-connect/logout?${new URLSearchParams(parameters).toString()}`);
  const target = 'http://localhost:8080/bye';

  it('ends the session and its tokens, and sends the browser back with its state', async () => {
    const tokens = await getTokens(psc);
    await psc.control('POST', 'clock', { aheadSeconds: 600 }); // the id_token has expired: it still says whose session
    const { status, location } = await leave({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: target,
      state: 's 1',
    });
    expect([status, location?.href]).toEqual([303, `${target}?state=s+1`]);
    expect(await introspect(tokens.refresh_token)).toEqual({ active: false });
  });
  it('asks for a login again afterwards', async () => {
    const browser = new Browser();
    const code = await getCode(psc, people.maurel, {}, browser);
    expect((await browser.open(authorizationUrl(psc))).status).toBe(303);
    const { json } = await post(psc, 'token', redeemForm(code));
    expect((await leave({ id_token_hint: String(json['id_token']) })).html).toContain('Vous êtes déconnecté');
    expect((await browser.open(authorizationUrl(psc))).status).toBe(200);
  });
  it.each<[string, (tokens: Record<string, unknown>) => Record<string, string>]>([
    ['no hint', () => ({ post_logout_redirect_uri: target })],
    ['a hint that is no token', () => ({ id_token_hint: 'x' })],
    ['a hint of another kind', (t) => ({ id_token_hint: String(t['access_token']) })],
    ['another client', (t) => ({ id_token_hint: String(t['id_token']), client_id: 'jwt-client' })],
    [
      'another target',
      (t) => ({ id_token_hint: String(t['id_token']), post_logout_redirect_uri: 'https://x.invalid/' }),
    ],
  ])('with %s is refused, and the session stays', async (_, parameters) => {
    const tokens = await getTokens(psc);
    const { status, location, html } = await leave(parameters(tokens));
    expect([status, location, html.includes('role="alert"')]).toEqual([400, undefined, true]);
    expect(await introspect(tokens.refresh_token)).toMatchObject({ active: true });
  });
});

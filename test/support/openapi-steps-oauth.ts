/** The same as `openapi-steps.ts` for what stands beside the FHIR API: the authorization server, and the administration. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { assertion, assertionType, clientKey, type ClientKey } from './assertions.ts';
import { client, neighbours, type Neighbours } from './authorization.ts';
import type { Ask, Told, Walk } from './openapi-walk.ts';
import type { Stack } from './stack.ts';

const json = 'application/json';
const ciba = 'urn:openid:params:grant-type:ciba';

const expectStatus = ({ status, text }: Told, wanted: number): void => expect(status, text).toBe(wanted);

/** Clients of the walk: a server with a key, and an application without a browser. */
export async function walkNeighbours(): Promise<Neighbours & { key: ClientKey }> {
  const key = await clientKey('RS384');
  const plain = { redirectUris: [], postLogoutRedirectUris: [], origins: [], jwks: { keys: [key.jwk] } };
  const around = neighbours([
    client('dui', {
      ...plain,
      authMethod: 'private_key_jwt',
      grants: ['client_credentials'],
      scopes: ['system/DocumentReference.cruds', 'system/Patient.rs'],
    }),
    client('thick', { ...plain, authMethod: 'private_key_jwt', grants: [ciba] }),
  ]);
  return { ...around, key };
}

/** Every operation of the authorization server, and a refusal of each. */
export async function authorization(walk: Walk, stack: Stack, key: ClientKey): Promise<void> {
  const shown = async (id: string, path = 'token') => ({
    client_assertion_type: assertionType,
    client_assertion: await assertion(`${stack.origin}/oauth/${path}`, id, key),
  });
  const send = async (id: string, form: Record<string, string>, as = 'dui', path = 'token'): Promise<Told> =>
    walk.send(id, { body: { ...form, ...(await shown(as, path)) }, accept: json });

  const example = walk.example('oauthToken', 'application/x-www-form-urlencoded', 'backend') as Record<string, string>;
  const given = await send('oauthToken', example);
  expectStatus(given, 200);
  const { access_token: token = '' } = given.body as { access_token?: string };
  const asked = await send('oauthIntrospect', { token }, 'dui', 'introspect');
  expectStatus(asked, 200);
  expect(asked.body).toMatchObject({ active: true, client_id: 'dui' });
  expectStatus(await send('oauthRevoke', { token }, 'dui', 'revoke'), 200);
  expect((await send('oauthIntrospect', { token }, 'dui', 'introspect')).body).toEqual({ active: false });
  const {
    client_assertion: _a,
    client_assertion_type: _t,
    ...hint
  } = walk.example('oauthBackchannel', 'application/x-www-form-urlencoded') as Record<string, string>;
  expectStatus(await send('oauthBackchannel', hint, 'thick', 'backchannel'), 200);

  for (const id of ['oauthToken', 'oauthIntrospect', 'oauthRevoke', 'oauthBackchannel']) {
    expectStatus(await walk.send(id, { body: { colour: 'red' } }), 400);
    const headers = { authorization: `Basic ${Buffer.from('dui:wrong').toString('base64')}` };
    expectStatus(await walk.send(id, { headers, body: { ...hint, grant_type: 'client_credentials', token } }), 401);
  }
}

/** An administrator of the installation. */
export const installer = { person: 'doctor', scope: 'admin/registry.rw' } as const;

/** Every operation of the administration. */
export async function administration(walk: Walk, stack: Stack): Promise<void> {
  const send = async (id: string, ask: Ask = {}, status = 200): Promise<Told> => {
    const told = await walk.send(id, { who: installer, accept: json, ...ask });
    expectStatus(told, status);
    return told;
  };
  const structure = (await send('adminStructureAdd', {}, 201)).body as { id: string };
  const path = { id: structure.id };
  for (const id of ['adminStructure', 'adminStructureSet', 'adminStructureWithdraw', 'adminStructureRestore'])
    await send(id, { path });
  const { chain, key } = (await stack.certify({ id: structure.id, name: 'EHPAD FICTIF LES SAULES' })).seal;
  const added = await send('adminCertificateAdd', { path, body: { kind: 'SIGN', chain, key } }, 201);
  await send('adminStructureCertificates', { path });
  await send('adminCertificateWithdraw', { path: { ...path, certificate: (added.body as { id: string }).id } });
  for (const id of ['adminStructures', 'adminCertificates', 'adminFeed']) await send(id);
  await send('adminStructureHistory', { path });

  const made = (await send('adminClientAdd', {}, 201)).body as { id: string };
  const own = { path: { id: made.id } };
  for (const id of ['adminClient', 'adminClientSet', 'adminClientWithdraw', 'adminClientRestore']) await send(id, own);
  const body = {
    ...(walk.example('adminClientAdd', json) as object),
    id: `dui-${randomUUID()}`,
    authMethod: 'client_secret_basic',
    secret: 'x'.repeat(43),
  };
  const secret = (await send('adminClientAdd', { body }, 201)).body as { id: string };
  await send('adminClientSecret', { path: { id: secret.id } });
  await send('adminClients');
  await send('adminClientHistory', own);

  // Refused: what is there already, what is older, what is not allowed.
  await send('adminStructureAdd', {}, 409);
  for (const id of ['adminStructureSet', 'adminStructureWithdraw', 'adminStructureRestore'])
    await send(id, { path, headers: { 'if-match': 'W/"999999"' } }, 412);
  for (const id of ['adminClientSet', 'adminClientWithdraw', 'adminClientRestore'])
    await send(id, { ...own, headers: { 'if-match': 'W/"999999"' } }, 412);
  await send('adminClientAdd', { body: { name: 'X' } }, 422);
}

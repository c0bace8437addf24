/**
 * The authorization server over real HTTP, with the store, the façade and the DMP's simulator behind it: SMART's standalone launch as an
 * app and its browser walk it, every check of Inferno's SMART kit that applies (spec/fhir.md F.6; EHR launch and backend services
 * apart), and attacks. Pro Santé Connect is a fake behind its interface: `passPsc` and the parts are all that names it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import type { CapabilityStatement, Practitioner } from '@medplum/fhirtypes';
import { client, lesTilleuls, leVerger, neighbours, redirectUri, type Neighbours } from '../support/authorization.ts';
import { Browser } from '../support/browser.ts';
import { ask, authorize, codeOf, exchange, launch, logIn, walk } from '../support/login.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const confidential = client('dui', { authMethod: 'client_secret_basic', secret: 'a secret of the tests, long enough' });
const basic = `Basic ${Buffer.from(`${confidential.id}:${encodeURIComponent(confidential.secret!)}`).toString('base64')}`;

let world: Neighbours;
let stack: Stack;
let base: string;
beforeAll(async () => {
  world = neighbours([
    client('app'),
    client('other'),
    confidential,
    client('elsewhere', { structures: [lesTilleuls] }),
    client('both', { structures: [leVerger, lesTilleuls] }),
  ]);
  stack = await startStack({}, {}, { authorization: world.parts });
  base = stack.base;
}, 60_000);
afterAll(() => stack.close());
beforeEach(() => {
  world.psc.authenticated = 0;
  world.psc.refuses = undefined;
  world.events.length = 0;
});

const issuer = (): string => base.replace(/fhir$/, 'oauth');
const getJson = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(url, { headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};
const api = (path: string, token: string) =>
  fetch(`${base}${path}`, { headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json' } });
const documentsOf = (ins: string) =>
  `/DocumentReference?patient.identifier=${encodeURIComponent(`${INS_TEST}|${ins}`)}`;
const P1 = patients.P1.ins;
const P2 = patients.P2.ins;
const choosing = (ins: string) => ({ patient: { system: INS_TEST, value: ins } });

describe('the login, walked by an app and its browser', () => {
  it('gives tokens in the name of the professional, and they open the DMP', async () => {
    const { status, body } = await logIn(base, 'app');
    expect([status, body.token_type, body.expires_in]).toEqual([200, 'Bearer', 300]);
    expect(body.scope.split(' ')).toEqual([
      'openid',
      'fhirUser',
      'profile',
      'user/DocumentReference.rs',
      'user/Patient.rs',
      'online_access',
    ]);
    const found = await api(documentsOf(P1), body.access_token);
    expect(found.status).toBe(200);
  });
});

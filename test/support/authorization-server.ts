/**
 * The façade's authorization server for the tests of a file: over real HTTP, with the store, the façade and the DMP's simulator behind it.
 * Pro Santé Connect is a fake behind its interface: `passPsc` and the parts are all that names it.
 */
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Client } from '../../server/registry/types.ts';
import { Browser } from '../../tools/demo/browser.ts';
import { client, lesTilleuls, leVerger, neighbours } from './authorization.ts';
import { INS_TEST, patients } from './resources.ts';
import { startStack, type Stack } from './stack.ts';

export const P1 = patients.P1.ins;
export const P2 = patients.P2.ins;
/** Path of the search for the documents of a patient. */
export const documentsOf = (ins: string): string =>
  `/DocumentReference?status=current&patient.identifier=${encodeURIComponent(`${INS_TEST}|${ins}`)}`;
/** The answer to which patient it is about. */
export const choosing = (ins: string) => ({ patient: { system: INS_TEST, value: ins } });

/** Apps of one structure, of the other, and of both. */
export const apps: readonly Client[] = [
  client('app'),
  client('other'),
  client('elsewhere', { structures: [lesTilleuls] }),
  client('both', { structures: [leVerger, lesTilleuls] }),
];
/** An app that has a secret, and its header. */
export const confidential = client('dui', {
  authMethod: 'client_secret_basic',
  secret: 'a secret of the tests, long enough',
});
export const basic = `Basic ${Buffer.from(`${confidential.id}:${encodeURIComponent(confidential.secret!)}`).toString('base64')}`;

/**
 * One for all tests of a file; before each, Pro Santé Connect is as at first, and nothing has happened.
 * @param further clients beside `apps`
 * @returns `stack` holds nothing before the first test
 */
export function authorizationServer(further: readonly Client[], settings: Record<string, string> = {}) {
  const world = neighbours([...apps, ...further]);
  const { who } = world.psc;
  const stack = {} as Stack;
  beforeAll(async () => {
    Object.assign(stack, await startStack(settings, {}, { authorization: world.parts }));
  }, 60_000);
  afterAll(() => stack.close());
  beforeEach(() => {
    Object.assign(world.psc, { who, authenticated: 0, refuses: undefined });
    world.events.length = 0;
  });

  const issuer = (): string => stack.base.replace(/fhir$/, 'oauth');
  const getJson = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { headers });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
  };
  const api = (path: string, token: string, headers: Record<string, string> = {}) =>
    fetch(`${stack.base}${path}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json', ...headers },
    });
  /** As a client verifies an ID token: by what discovery says. */
  const verified = async (token: string) => {
    const { body } = await getJson(`${issuer()}/.well-known/openid-configuration`);
    const jwks = (await getJson(body['jwks_uri'] as string)).body as unknown as JSONWebKeySet;
    return jwtVerify(token, createLocalJWKSet(jwks), { issuer: issuer(), audience: 'app', algorithms: ['RS256'] });
  };
  const newBrowser = () => new Browser(stack.origin);
  return { world, stack, issuer, getJson, api, verified, newBrowser };
}

/** What the stand-in of Pro Santé Connect announces, where it is, and who may talk to it. */
import { request } from 'node:http';
import { Agent, fetch as undiciFetch } from 'undici';
import { describe, expect, it } from 'vitest';

import { endpoints } from '../../../simulator/psc/paths.ts';
import { authorizationUrl, pscOfTests } from './support/psc.ts';

const psc = pscOfTests();

interface Announced extends Record<string, unknown> {
  authorization_endpoint: string;
  jwks_uri: string;
  mtls_endpoint_aliases: Record<string, string>;
}
const document = async () => (await (await fetch(psc.discoveryUrl)).json()) as Announced;

it('stands under its non-standard name, and nothing under the standard one', async () => {
  expect(psc.discoveryUrl).toBe(`${psc.issuer}/.well-known/wallet-openid-configuration`);
  expect(await document()).toMatchObject({ issuer: psc.issuer, tls_client_certificate_bound_access_tokens: true });
  expect((await fetch(`${psc.issuer}/.well-known/openid-configuration`)).status).toBe(404);
});

it('announces what is served, and nothing else: each address answers', async () => {
  const announced = await document();
  const members = Object.keys(announced).filter((name) => /_endpoint$|_uri$/.test(name));
  expect(members.sort()).toEqual(
    Object.values(endpoints)
      .flatMap((row) => ('announced' in row ? [row.announced] : []))
      .sort(),
  );
  for (const member of members) expect((await fetch(String(announced[member]))).status, member).not.toBe(404);
  const agent = psc.tls();
  const aliases = Object.entries(announced.mtls_endpoint_aliases);
  expect(aliases.map(([member]) => member)).toContain('token_endpoint');
  for (const [member, url] of aliases) {
    expect(url.startsWith('https://localhost:'), member).toBe(true);
    expect((await undiciFetch(url, { method: 'POST', dispatcher: agent })).status, member).not.toBe(404);
  }
  expect(announced).toMatchObject({
    backchannel_token_delivery_modes_supported: ['poll'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256'],
  });
});

it('has the authorization endpoint at another host than the issuer', async () => {
  const announced = await document();
  expect(announced.authorization_endpoint).toBe(`${psc.walletUrl}/auth`);
  expect(new URL(announced.authorization_endpoint).host).not.toBe(new URL(psc.issuer).host);
  const elsewhere = authorizationUrl(psc).replace('127.0.0.1', 'localhost');
  expect((await fetch(elsewhere)).status).toBe(404);
  expect((await fetch(psc.discoveryUrl.replace('localhost', '127.0.0.1'))).status).toBe(404);
});

it('publishes public keys only', async () => {
  const { keys } = (await (await fetch((await document()).jwks_uri)).json()) as { keys: Record<string, string>[] };
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
});

describe('a request', () => {
  const status = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      request(psc.discoveryUrl, { headers }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
  it('for another name of this machine is refused', async () => {
    const { host } = new URL(psc.issuer);
    expect(await status({ host })).toBe(200);
    expect(await status({ host: host.replace('localhost', 'attacker.invalid') })).toBe(421);
  });
  it.each([
    ['another method', 405, { method: 'GET' }],
    ['another media type', 415, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }],
    ['too much', 413, { method: 'POST', body: new URLSearchParams({ a: 'x'.repeat(70_000) }) }],
  ])('with %s is refused: %i', async (_, expected, init) => {
    expect((await fetch(`${psc.issuer}/protocol/openid-connect/token`, init)).status).toBe(expected);
  });
});

it('over mutual TLS nobody gets in without a certificate of its authority', async () => {
  const url = `${psc.tlsUrl}/.well-known/wallet-openid-configuration`;
  expect((await undiciFetch(url, { dispatcher: psc.tls() })).status).toBe(200);
  await expect(undiciFetch(url, { dispatcher: psc.tls(false) })).rejects.toThrow();
  const distrusting = new Agent();
  await expect(undiciFetch(url, { dispatcher: distrusting })).rejects.toThrow();
  await distrusting.destroy();
});

/**
 * Clients of the authorization server that show a certificate, behind a proxy that ends the TLS: who they are by it (RFC 8705 §2.1), and
 * whom a token was given to (§3).
 */
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPki, type TestPki } from '../server/dmp/pki.ts';
import { client, neighbours, redirectUri, type Neighbours } from '../support/authorization.ts';
import { Browser } from '../../tools/demo/browser.ts';
import { ask, authorize, codeOf, launch } from '../support/login.ts';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let pki: TestPki;
let world: Neighbours;
let stack: Stack;
beforeAll(async () => {
  pki = await testPki();
  const tlsSubject = new X509Certificate(pki.client.certificate).subject.split('\n').reverse().join(',');
  world = neighbours([
    client('mutual', { authMethod: 'tls_client_auth', tlsSubject, boundTokens: true }),
    client('native', { boundTokens: true }),
  ]);
  stack = await startStack({ TRUSTED_PROXIES: '127.0.0.1' }, {}, { authorization: world.parts });
});
afterAll(() => stack.close());

const shown = (pem: string) => ({ 'client-cert': `:${new X509Certificate(pem).raw.toString('base64')}:` });
async function tokensOf(id: string, headers: Record<string, string>) {
  const request = launch(stack.base, id);
  const code = codeOf(await authorize(new Browser(stack.origin), request));
  const form = { grant_type: 'authorization_code', client_id: id, code, redirect_uri: redirectUri };
  return ask(stack.base, { ...form, code_verifier: request.verifier }, { headers });
}
const api = async (token: string, headers: Record<string, string>) => {
  const search = `identifier=${encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`)}`;
  const answer = await fetch(`${stack.base}/Patient?${search}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  return answer.status;
};

describe('a client with a certificate', () => {
  it('is who the certificate says, and its tokens are good with that certificate alone', async () => {
    const mine = shown(pki.client.certificate);
    const { status, body } = await tokensOf('mutual', mine);
    expect([status, body.token_type]).toEqual([200, 'Bearer']);
    expect(await api(body.access_token, mine)).toBe(200);
    expect(await api(body.access_token, {})).toBe(401);
    expect(await api(body.access_token, shown(pki.stranger.certificate))).toBe(401);
    expect(world.events.at(-1)).toMatchObject({
      kind: 'token',
      certificate: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
    const refresh = { grant_type: 'refresh_token', client_id: 'mutual', refresh_token: body.refresh_token! };
    const stolen = await ask(stack.base, refresh, { headers: shown(pki.stranger.certificate) });
    expect([stolen.status, stolen.body.error]).toEqual([401, 'invalid_client']);
    expect((await ask(stack.base, refresh, { headers: mine })).status).toBe(200);
  });

  it('is nobody without it, with another, or with one that a stranger’s request claims', async () => {
    for (const headers of [{}, shown(pki.stranger.certificate)]) {
      const { status, body } = await tokensOf('mutual', headers);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
  });

  it('that is an app on its own has its tokens bound as well', async () => {
    const mine = shown(pki.client.certificate);
    const without = await tokensOf('native', {});
    expect([without.status, without.body.error]).toEqual([400, 'invalid_grant']);
    const { body } = await tokensOf('native', mine);
    expect([await api(body.access_token, mine), await api(body.access_token, {})]).toEqual([200, 401]);
    const refresh = { grant_type: 'refresh_token', client_id: 'native', refresh_token: body.refresh_token! };
    const stolen = await ask(stack.base, refresh, { headers: shown(pki.stranger.certificate) });
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
  });
});

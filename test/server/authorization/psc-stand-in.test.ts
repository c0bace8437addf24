/**
 * The relying party of Pro Santé Connect against the simulator's stand-in, which knows nothing of it: a whole login with each way of
 * proving who asks, every spoilt id_token, and each of its professionals.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exportJWK, exportPKCS8, generateKeyPair, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { vihfRoles } from '../../../mappings/rights/professions.ts';
import { createProSanteConnect } from '../../../server/authorization/psc/relying-party.ts';
import type { ProSanteConnect } from '../../../server/authorization/psc/types.ts';
import { loadConfig } from '../../../server/config.ts';
import { idTokenFaults } from '../../../simulator/psc/faults.ts';
import { people } from '../../../simulator/psc/people.ts';
import { Browser } from '../../simulator/psc/support/browser.ts';
import { redirectUri, secret, startTestPsc, type TestPsc } from '../../simulator/psc/support/psc.ts';
import { pem } from '../../../tools/pki/issue.ts';

type Opened = NonNullable<Awaited<ReturnType<typeof createProSanteConnect>>>;
const dir = mkdtempSync(path.join(os.tmpdir(), 'dmp-fhir-stand-in-'));
const file = (name: string, text: string): string => {
  writeFileSync(path.join(dir, name), text);
  return path.join(dir, name);
};
const maurel = '899700101233';
const request = { redirectUri, state: 's'.repeat(22), nonce: 'n'.repeat(22), codeVerifier: 'v'.repeat(43) };

let stand: TestPsc;
const opened: Opened[] = [];
const ways: Record<string, () => Promise<Record<string, string>>> = {
  client_secret_basic: () =>
    Promise.resolve({ PSC_CLIENT_ID: 'dmp-fhir', PSC_CLIENT_SECRET_FILE: file('secret', secret) }),
  private_key_jwt: async () => ({
    PSC_CLIENT_ID: 'es256-client',
    PSC_CLIENT_KEY: file('key.pem', await exportPKCS8(clientKey)),
  }),
  tls_client_auth: () => {
    const intermediate = pem(stand.pki.organisations.certificate);
    return Promise.resolve({
      PSC_CLIENT_ID: 'tls-client',
      PSC_CLIENT_CERT: file('tls.pem', stand.pki.orgAuth.certificate + intermediate),
      PSC_CLIENT_KEY: file('tls.key', stand.pki.orgAuth.key),
      PSC_CA: file('ca.pem', pem(stand.pki.root.certificate)),
    });
  },
};
let clientKey: CryptoKey;

async function relyingParty(way = 'client_secret_basic'): Promise<ProSanteConnect> {
  const env = { PSC_DISCOVERY: stand.discoveryUrl, PSC_CLIENT_AUTH: way, ...(await ways[way]!()) };
  const psc = (await createProSanteConnect(loadConfig(env)))!;
  opened.push(psc);
  return psc;
}
const logIn = async (psc: ProSanteConnect, person = maurel) =>
  psc.callback(await new Browser().logIn((await psc.authorizationUrl(request)).href, person), request);
const rowOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'accepted',
    (e: unknown) => (e instanceof IssueError ? e.issues[0]!.key : e),
  );

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  clientKey = pair.privateKey;
  const common = { redirectUris: [redirectUri], postLogoutRedirectUris: ['http://localhost:8080/bye'] };
  const tlsSubjectDn = 'CN=DMP-FHIR AUTH DMP,OU=1990100109,O=EHPAD FICTIF LE VERGER,ST=Isère (38),C=FR';
  stand = await startTestPsc({
    clients: [
      { ...common, id: 'es256-client', jwks: { keys: [{ ...(await exportJWK(pair.publicKey)) }] } },
      { ...common, id: 'tls-client', tlsSubjectDn },
    ],
  });
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await stand.close();
  rmSync(dir, { recursive: true });
});

describe.each(Object.keys(ways))('with %s', (way) => {
  it('a login, its refresh, its token examined, and its end', async () => {
    const psc = await relyingParty(way);
    const session = await logIn(psc);
    expect(session.professional).toMatchObject({ personId: maurel, acr: 'eidas1' });
    const later = await psc.refresh(session);
    expect(later.professional.authenticatedAt).toEqual(session.professional.authenticatedAt);
    const { clientId, personId } = await psc.examine(later.accessToken);
    expect([clientId, personId]).toEqual([(await ways[way]!())['PSC_CLIENT_ID'], maurel]);
    const out = await psc.logoutUrl(session, 'http://localhost:8080/bye');
    await new Browser().open(out!.href);
    expect(await rowOf(psc.refresh(later))).toBe('psc-refused');
    expect(await rowOf(psc.examine(later.accessToken))).toBe('psc-refused');
  });
});

describe('what is spoilt is not believed', () => {
  it.each(idTokenFaults)('an id_token: %s', async (kind) => {
    const psc = await relyingParty();
    await stand.control('POST', 'faults', { kind });
    expect(await rowOf(logIn(psc))).toBe('psc-invalid');
    await stand.control('DELETE', 'faults');
  });

  it('a professional who refuses is nobody', async () => {
    const psc = await relyingParty();
    const back = await new Browser().logIn((await psc.authorizationUrl(request)).href, maurel, 'refuse');
    expect(await rowOf(psc.callback(back, request))).toBe('psc-refused');
  });

  it('another acr than was asked for is none', async () => {
    await stand.control('POST', 'settings', { acr: 'eidas3' });
    expect((await logIn(await relyingParty())).professional.acr).toBe('eidas3');
    await stand.control('POST', 'settings', { acr: 'eidas1' });
  });
});

describe('each professional', () => {
  it.each(people.map(({ id, about }) => [about, id]))('%s, has situations that a VIHF can say', async (_, id) => {
    const { professional } = await logIn(await relyingParty(), id);
    expect(professional.personId).toBe(id);
    for (const situation of professional.situations) expect(vihfRoles(situation.roles)).toBeInstanceOf(Object);
  });

  it('of two exercises has one situation for each activity', async () => {
    const { professional } = await logIn(await relyingParty());
    expect(professional.situations.map(({ id, structureIds, family }) => [id, family, structureIds])).toEqual([
      ['0.0', 'MAUREL', ['1990100109']],
      ['0.1', 'MAUREL', []],
      ['1.0', 'MAUREL-ESTÈVE', ['1990200776', '1990200768']],
    ]);
  });
});

/** Issue 7, line 2: the Postman collection, run by newman against the running stack, each request with its assertions. */
import { exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { people } from '../../tools/demo/people.ts';
import { runCollection } from '../../tools/postman/run.ts';
import { tasks } from '../../tools/postman/tasks.ts';
import { nurseAsserted } from '../support/assertions.ts';
import { client, neighbours, type Neighbours } from '../support/authorization.ts';
import { startStack, type Stack } from '../support/stack.ts';

/** Bits of RSA keys with which a server proves itself. */
const duiKeys = [2048, 3072];
const clientOf = (bits: number): string => `dui-${bits}`;
const scopes = people.nurse.scopes.map((scope) => scope.replace(/^user/, 'system'));
const keys = new Map<number, { privateKey: CryptoKey; publicKey: CryptoKey }>();

let around: Neighbours;
let stack: Stack;
beforeAll(async () => {
  for (const modulusLength of duiKeys)
    keys.set(modulusLength, await generateKeyPair('RS384', { modulusLength, extractable: true }));
  const dui = async (bits: number) =>
    client(clientOf(bits), {
      authMethod: 'private_key_jwt',
      grants: ['client_credentials'],
      scopes,
      ...{ redirectUris: [], postLogoutRedirectUris: [], origins: [] },
      jwks: { keys: [{ ...(await exportJWK(keys.get(bits)!.publicKey)), kid: 'one', alg: 'RS384', use: 'sig' }] },
    });
  around = neighbours(await Promise.all(duiKeys.map(dui)));
  stack = await startStack({}, {}, { consents: false, authorization: around.parts });
});
afterAll(() => stack.close());

const run = async () => {
  const [token_nurse, token_doctor, token_admin] = await Promise.all([
    stack.token('nurse'),
    stack.token('doctor'),
    stack.token('admin'),
  ]);
  return (await runCollection({ baseUrl: stack.origin, token_nurse, token_doctor, token_admin })).run;
};
const failed = ({ failures }: Awaited<ReturnType<typeof run>>) =>
  failures.map(({ source, error }) => `${source?.name}: ${error.test} ${error.message}`.slice(0, 800));

it('passes, and again on the same store', { timeout: 120_000 }, async () => {
  for (let n = 0; n < 2; n++) {
    const result = await run();
    expect(failed(result)).toEqual([]);
    expect(result.stats.requests.total).toBe(tasks.flatMap((t) => t.steps).length);
    expect(result.stats.assertions.total).toBeGreaterThanOrEqual(3 * result.stats.requests.total);
  }
});

it('fails where the server does not do what it says', { timeout: 120_000 }, async () => {
  const token = await stack.token('nurse', { scope: 'user/Patient.rs' });
  const { run: result } = await runCollection({
    baseUrl: stack.origin,
    token_nurse: token,
    token_doctor: token,
    token_admin: token,
  });
  expect(failed({ ...result }).some((f) => f.startsWith('Déposer un texte: status'))).toBe(true);
});

it.each(duiKeys)(
  'gets the nurse’s token of our own server, by an assertion that it signs itself (RSA %i)',
  {
    timeout: 120_000,
  },
  async (bits) => {
    const { privateKey } = keys.get(bits)!;
    around.events.length = 0;
    const { run: result } = await runCollection({
      baseUrl: stack.origin,
      clientId: clientOf(bits),
      tokenUrl: `${stack.origin}/oauth/token`,
      privateJwk: JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'one' }),
      iua_nurse: JSON.stringify(nurseAsserted.ihe_iua),
      scope_nurse: scopes.join(' '),
      // Whoever must have signed in by Pro Santé Connect has a token from there.
      token_doctor: await stack.token('doctor'),
      token_admin: await stack.token('admin'),
    });
    expect(failed(result)).toEqual([]);
    // Once: a token is used as long as it lasts.
    expect(around.events).toEqual([
      expect.objectContaining({
        ...{ kind: 'token', outcome: 'success', grantType: 'client_credentials' },
        ...{ client: clientOf(bits), person: nurseAsserted.ihe_iua.national_provider_identifier },
      }),
    ]);
  },
);

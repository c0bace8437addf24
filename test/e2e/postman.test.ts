/** Issue 7, line 2: the Postman collection, run by newman against the running stack, each request with its assertions. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCollection } from '../../tools/postman/run.ts';
import { tasks } from '../../tools/postman/tasks.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({}, {}, { consents: false });
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

/** A token endpoint that takes what SMART Backend Services sends, and nothing else. */
async function startTokenEndpoint(publicKey: Parameters<typeof jwtVerify>[1]) {
  const seen = new Set<string>();
  const asked: { person: string; lifetime: number }[] = [];
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk: Buffer) => (text += chunk.toString()));
    req.on('end', () => {
      const answer = async (): Promise<object> => {
        const form = new URLSearchParams(text);
        const { payload, protectedHeader } = await jwtVerify(form.get('client_assertion') ?? '', publicKey, {
          issuer: 'postman',
          subject: 'postman',
          audience: url,
          algorithms: ['RS384'],
        });
        if (form.get('grant_type') !== 'client_credentials' || protectedHeader.kid !== 'one') throw new Error('form');
        if (seen.has(payload.jti!)) throw new Error('replay');
        seen.add(payload.jti!);
        const person = (payload['extensions'] as { ihe_iua: { subject_name: string } }).ihe_iua.subject_name;
        asked.push({ person, lifetime: payload.exp! - payload.iat! });
        return { access_token: await stack.token(person as 'nurse'), token_type: 'Bearer', expires_in: 300 };
      };
      answer().then(
        (given) => res.end(JSON.stringify(given)),
        (error: unknown) => res.writeHead(400).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  return { url, asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

it.each([2048, 3072])(
  'gets its tokens by an assertion that it signs itself (RSA %i)',
  { timeout: 120_000 },
  async (modulusLength) => {
    const { privateKey, publicKey } = await generateKeyPair('RS384', { modulusLength, extractable: true });
    const endpoint = await startTokenEndpoint(publicKey);
    const people = ['nurse', 'doctor', 'admin'] as const;
    const iua = people.map((who) => [`iua_${who}`, JSON.stringify({ subject_name: who })] as const);
    const privateJwk = JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'one' });
    const environment = { baseUrl: stack.origin, clientId: 'postman', tokenUrl: endpoint.url, privateJwk };
    const { run: result } = await runCollection({ ...environment, ...Object.fromEntries(iua) });
    await endpoint.close();
    expect(failed(result)).toEqual([]);
    // Once each: a token is used as long as it lasts.
    expect(endpoint.asked.map((a) => a.person).sort()).toEqual([...people].sort());
    for (const { lifetime } of endpoint.asked) expect(lifetime).toBeLessThanOrEqual(300);
  },
);

/**
 * Where each line of issues 5, 6 and 7 is tested end to end (the proof of issue 6, line 7, are programs: `npm run test:crash` and `test:soak`,
 * whose verdicts `test/tools/crash.test.ts` and `soak.test.ts` hold). Of issue 5 also: where each line, each attack of line 5, and each of SMART's checks (spec/fhir.md F.6; the launch from an EHR excepted) is
 * tested end to end. A test that is renamed or removed is missed here.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const sourceOf = (file: string): string =>
  readFileSync(path.join(import.meta.dirname, `${file}.test.ts`), 'utf8').replaceAll(/\\u[0-9a-f]{4}/g, '');

type Row = readonly [what: string, file: string, ...titles: string[]];

function present(rows: readonly Row[]): void {
  it.each(rows)('%s: %s', (_, file, ...titles) => {
    const source = sourceOf(file);
    for (const title of titles) expect(source).toContain(`'${title}'`);
  });
}

describe('issue 6: each line has its tests', () => {
  it.each([
    ['1', ['asynchronous-deposit', 'queue']],
    ['3', ['limits']],
    ['4', ['takeover']],
    ['5', ['feeding-rules']],
    ['6', ['growing']],
  ])('%s: %j', (line, files) => {
    for (const file of files)
      expect(sourceOf(file).slice(0, 400), file).toMatch(new RegExp(`Issue 6,[\\s*]*line ${line}`));
  });

  it('2: the queue, in the same file as the durability of line 1', () => {
    expect(sourceOf('queue').slice(0, 400)).toMatch(/line 1 .*line 2/s);
  });
});

describe('issue 7: each line has its tests', () => {
  it.each([
    ['1', ['openapi', 'openapi-reference']],
    ['2', ['postman']],
    ['3', ['recipes']],
    [
      '4',
      [
        'console',
        'console-professional',
        'console-administrator',
        'console-feed',
        'console-takeover',
        'console-formats',
        'console-session',
        'console-integrator',
      ],
    ],
    ['5', ['operations', 'log']],
    ['6', ['documentation']],
  ])('%s: %j', (line, files) => {
    for (const file of files)
      expect(sourceOf(file).slice(0, 400), file).toMatch(new RegExp(`Issue 7, line ${line}`, 'i'));
  });
});

describe('issue 5: each line has its tests', () => {
  it.each([
    ['1', ['authorization-server', 'authorization-server-tokens', 'authorization-server-client']],
    ['1', ['backend-services', 'token-exchange', 'ciba', 'registration', 'whole-day']],
    ['2', ['resource-server']],
    ['3', ['vihf', 'structures', 'purposes']],
    ['4', ['audit', 'audit-trail', 'audit-subscription']],
    ['5', ['authorization-attacks', 'authorization-attacks-login', 'authorization-attacks-traces']],
    ['5', ['resource-server-attacks', 'structures-attacks', 'vihf-injection']],
  ])('%s: %j', (line, files) => {
    for (const file of files) expect(sourceOf(file).slice(0, 400), file).toMatch(new RegExp(`Issue 5, lines? ${line}`));
  });
});

const smart = 'authorization-server';
const tokens = 'authorization-server-tokens';
const attacks = 'authorization-attacks';
const resource = 'resource-server-attacks';
const backend = 'backend-services';

describe('5. each attack', () => {
  present([
    ['no algorithm', resource, 'a token that says it is not signed is not taken: %j'],
    ['confused algorithms', resource, 'the public key is no secret: %s'],
    ['wrong audience', resource, 'for another audience'],
    ['expired', resource, 'over'],
    ['replayed jti', backend, 'that was used before, also by many at once'],
    ['injected kid', backend, 'whose kid is SQL', 'whose kid is a path'],
    ['injected jku', resource, 'jku'],
    ['PKCE downgrade', smart, 'with PKCE of the method plain', 'with a challenge and no method', 'without PKCE'],
    ['redirect tricks', attacks, 'redirects', 'another host', 'by a way round'],
    ['scopes in a transaction', resource, 'scopes in a transaction'],
    ['another structure’s patient', 'structures-attacks', 'news of the patient', 'patients by id'],
    ['another structure’s document', 'structures-attacks', 'deletes none of its documents, by id or by uniqueId'],
    ['another structure’s audit', 'structures-attacks', 'the record of accesses by id'],
    ['another structure’s job', 'structures-attacks', 'a correction', 'subscriptions', 'what became of subscriptions'],
    ['forged Client-Cert', 'resource-server', 'forged by anybody else is as if it were not there'],
    [
      'a token without its certificate',
      'token-exchange',
      'a token opens nothing without the certificate, nor with another',
    ],
    ['VIHF injection by names', 'vihf-injection', 'a name with %s is a name', '%s is refused, and nothing is sent'],
    ['header injection', resource, 'header injection'],
    [
      'log injection',
      resource,
      'a client’s name that would write into the log is refused, and nothing of it is in the log',
    ],
  ]);
});

describe('5. each of SMART’s checks', () => {
  present([
    ['discovery: JSON whatever is accepted', smart, 'is JSON whatever is accepted: %s'],
    ['discovery: members, absolute URLs', smart, 'names absolute URLs, and everything that SMART requires'],
    ['discovery: CORS', smart, 'is open to pages of any origin'],
    ['CORS: token and API', smart, 'is for registered origins'],
    ['CORS: fhirUser', smart, 'lets the app fetch who its user is'],
    ['authorization: TLS 1.2', 'resource-server', 'is TLS 1.2 or later, and no HTTP beside it'],
    ['authorization: GET', smart, 'by GET leads back to the app with a code and the same state, and no error'],
    ['authorization: POST', smart, 'by POST too'],
    [
      'authorization: PKCE at the token',
      attacks,
      'are not got by leaving the verifier out, or by sending the challenge in its place',
    ],
    [
      'authorization: exact redirect',
      attacks,
      'to the token endpoint hold too: a code is good with the address that it was given for',
    ],
    ['token: public client, headers, members', smart, 'answers a public client as SMART wants'],
    ['token: symmetric', smart, 'answers a confidential client by its secret, and nobody without it'],
    ['token: asymmetric', 'authorization-server-client', 'proves who it is by a key of its own (private_key_jwt)'],
    ['token: errors', smart, 'refuses in JSON with 400'],
    ['refresh: with and without scope', tokens, 'gives new tokens, with and without a scope, each refresh token once'],
    ['refresh: never more', tokens, 'never gives more than was granted'],
    ['refresh: bound to the client', tokens, 'is for the client that was given the token'],
    ['OpenID: documents', smart, 'says the same in OAuth’s and OpenID’s documents, each at its own place'],
    ['OpenID: ID token, JWKS', tokens, 'signs an ID token that says who the user is'],
    ['OpenID: fhirUser resolves', tokens, 'serves who the user is, to the user alone'],
    [
      'introspection: active',
      tokens,
      'tells a client of its own token what SMART wants, and nothing else of the person',
    ],
    [
      'introspection: not active',
      tokens,
      'says no more than that a token is not active: unknown, revoked, of another client',
    ],
    [
      'backend: RS384, ES384, short token',
      backend,
      'with a %s key gets a short token, and deposits in the name of the person',
    ],
    ['backend: grant_type', smart, 'refuses in JSON with 400'],
    ['backend: client_assertion_type', backend, 'a client that says another kind of assertion'],
    ['backend: JWT', backend, 'with the wrong audience', 'that is expired', 'without jti', 'of another issuer'],
    ['backend: jku', backend, 'that says where its keys are'],
    ['backend: JWKS no longer than allowed', backend, 'with its keys at a URL may change them without us'],
    ['resource: expiry', tokens, 'opens no more once it has expired'],
    ['resource: aud', resource, 'for another audience', 'for a place of the same name'],
    ['resource: scope', 'access', 'asks for the scope of each interaction'],
    ['resource: inner requests', resource, 'what is granted passes: the refusals above are no accident'],
    ['resource: v1, v2, IHE', tokens, 'user/DocumentReference.rs', 'user/DocumentReference.read', 'ITI-67'],
    ['resource: patient/ scopes', tokens, 'with patient/ scopes reaches the patient of the launch, and nobody else'],
  ]);
});

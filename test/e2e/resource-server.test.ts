/** Issue 5, line 2 (resource server), over real HTTP and TLS: where a token is asked for, whom it is bound to, from where. */
import type { OperationOutcome } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INS_TEST, patients } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const P1 = encodeURIComponent(`${INS_TEST}|${patients.P1.ins}`);
const search = `/Patient?identifier=${P1}`;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ AUTH_SERVERS: 'https://as.ehpad.example' });
});
afterAll(() => stack.close());

describe('protected resource metadata', () => {
  it('is found from the refusal of a request without a token, as RFC 9728 §5 says', async () => {
    const refused = await fetch(`${stack.base}${search}`);
    expect(refused.status).toBe(401);
    const url = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate')!)![1]!;
    expect(url).toBe(`${stack.origin}/.well-known/oauth-protected-resource/fhir`);
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    const metadata = (await answer.json()) as Record<string, unknown>;
    // RFC 9728 §3.3: a client refuses metadata of another resource.
    expect(metadata['resource']).toBe(stack.base);
    expect(metadata['authorization_servers']).toEqual(['https://as.ehpad.example']);
    expect(metadata['scopes_supported']).toContain('user/DocumentReference.crus');
    expect(metadata['bearer_methods_supported']).toEqual(['header']);
  });

  it.each([
    ['no token', {}],
    ['a bad token', { authorization: 'Bearer abc' }],
    ['another scheme', { authorization: 'Basic dTpw' }],
  ])('every 401 names it: %s', async (_, headers) => {
    const answer = await fetch(`${stack.base}/List/1`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain(
      `resource_metadata="${stack.origin}/.well-known/oauth-protected-resource/fhir"`,
    );
    expect(((await answer.json()) as OperationOutcome).resourceType).toBe('OperationOutcome');
  });
});

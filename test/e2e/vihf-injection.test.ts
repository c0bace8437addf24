/**
 * Issue 5, line 5: VIHF injection by names. What a token says of a person, their roles or the reason of an emergency goes into a signed
 * assertion: as text, whatever it looks like, or not at all.
 */
import type { OperationOutcome } from '@medplum/fhirtypes';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../server/config.ts';
import { text } from '../support/documents.ts';
import { makeToken } from '../support/outside-issuer.ts';
import { outsideKeys } from '../support/outside-keys.ts';
import { newOid, simplified } from '../support/resources.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let config: Config;
beforeAll(async () => {
  stack = await startStack();
  config = loadConfig(stack.environment);
});
afterAll(() => stack.close());
beforeEach(() => stack.resetCalls());

type Change = (claims: Record<string, any>) => void; // eslint-disable-line @typescript-eslint/no-explicit-any -- claims of any form

/** The nurse's token with other claims, signed as it should be: an issuer that passes on what somebody typed. */
async function token(change: Change): Promise<string> {
  const claims: Record<string, unknown> = decodeJwt(await makeToken(config, { person: 'nurse' }));
  change(claims);
  const { key, kid } = (await outsideKeys(config.dataDir)).ES256;
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(key);
}
async function deposit(change: Change) {
  const uniqueId = newOid();
  const answer = await fetch(`${stack.base}/DocumentReference`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token(change)}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify(simplified({ content: text(uniqueId), contentType: 'text/plain', uniqueId })),
  });
  return { status: answer.status, body: (await answer.json()) as OperationOutcome };
}

const attribute = '</saml2:AttributeValue></saml2:Attribute><saml2:Attribute Name="Mode_Acces_Raison">';
const hostile: [string, string][] = [
  ['elements', `LE BIHAN${attribute}`],
  ['an end of the assertion', 'LE BIHAN</saml2:Assertion><saml2:Assertion ID="x">'],
  ['a comment', 'LE BIHAN<!-- -->'],
  ['CDATA', 'LE BIHAN]]><![CDATA[<x/>'],
  ['entities', 'LE BIHAN &xxe; &#60;x/&#62; &amp;'],
  ['quotes', `LE BIHAN" xmlns:x='y`],
  ['HL7 separators', 'LE BIHAN^^^&1.2.250.1.213.1.4.10&ISO|x~y\\'],
];

it.each(hostile)('a name with %s is a name', async (_, name) => {
  const { status, body } = await deposit((claims) => {
    claims['family_name'] = name;
    claims['extensions'].ihe_iua.subject_role[0].display = name;
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const { calls } = (await (await fetch(`${stack.simulator.controlUrl}/calls`)).json()) as {
    calls: { transaction?: string; outcome: string; structure?: string; requester?: string }[];
  };
  // The far end has verified the signature, and read the person and the structure, with code of its own.
  for (const call of calls) expect(call).toMatchObject({ outcome: 'ok', structure: stack.structures.primary.id });
  expect(calls.map((call) => call.transaction)).toContain('TD2.1');
});

it.each<[string, Change]>([
  ['a line break in a name', (c) => (c['family_name'] = 'LE\r\nBIHAN')],
  ['a zero in a name', (c) => (c['family_name'] = 'LE\u0000BIHAN')],
  ['half a character in a name', (c) => (c['given_name'] = 'YANN\ud800')],
  ['a name that turns the text around', (c) => (c['given_name'] = 'YANN\u202e')],
  ['markup as the person', (c) => (c['extensions'].ihe_iua.national_provider_identifier = `899700204581${attribute}`)],
  ['a comment in the person', (c) => (c['extensions'].ihe_iua.national_provider_identifier = '8997<!---->00204581')],
  ['markup as the structure', (c) => (c['extensions'].ihe_iua.subject_organization_id = `1990100109${attribute}`)],
  ['markup as the purpose', (c) => (c['extensions'].ihe_iua.purpose_of_use = `normal${attribute}`)],
  ['markup as a role', (c) => (c['extensions'].ihe_iua.subject_role[0].code = `60${attribute}`)],
])('%s is refused, and nothing is sent', async (_, change) => {
  const { status } = await deposit(change);
  expect([401, 403]).toContain(status);
  expect(await stack.calls()).toEqual([]);
});

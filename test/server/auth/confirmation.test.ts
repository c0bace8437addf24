import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { IssueError } from '../../../mappings/outcome.ts';
import { confirm, thumbprintOf } from '../../../server/auth/confirmation.ts';
import { testPki } from '../dmp/pki.ts';

let mine: X509Certificate;
let other: X509Certificate;
beforeAll(async () => {
  const pki = await testPki();
  mine = new X509Certificate(pki.client.certificate);
  other = new X509Certificate(pki.stranger.certificate);
});

const hex = () => createHash('sha256').update(mine.raw).digest('hex');
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const bound = (value: unknown) => ({ 'x5t#S256': value });

const shown = (certificate?: X509Certificate) =>
  ({
    scheme: 'Bearer',
    proofs: [],
    method: 'GET',
    url: 'https://x/fhir',
    ...(certificate ? { certificate } : {}),
  }) as const;
const held = (cnf: unknown, certificate?: X509Certificate) =>
  confirm(cnf, 'token', shown(certificate), () => Promise.resolve(true));

async function refusal(cnf: unknown, certificate?: X509Certificate): Promise<[string, unknown] | undefined> {
  try {
    await held(cnf, certificate);
    return undefined;
  } catch (e) {
    if (!(e instanceof IssueError)) throw e;
    const { key, values } = e.issues[0]!;
    return [key, values?.['reason'] ?? values?.['method']];
  }
}

describe('a token that is bound to a certificate', () => {
  it.each<[string, () => string]>([
    ['RFC 8705: base64url of the digest', () => thumbprintOf(mine)],
    ['the ANS’s example: base64 of its hexadecimal text', () => base64(hex())],
    ['the same in capitals', () => base64(hex().toUpperCase())],
    ['the same without padding', () => base64(hex()).replace(/=+$/, '')],
    ['the same as base64url', () => Buffer.from(hex()).toString('base64url')],
  ])('is good with that certificate, and with no other: %s', async (_, value) => {
    expect(await held(bound(value()), mine)).toBe(thumbprintOf(mine));
    expect(await refusal(bound(value()), other)).toEqual(['token-certificate-other', undefined]);
    expect(await refusal(bound(value()))).toEqual(['token-certificate-missing', undefined]);
  });

  it('says its thumbprint as OpenSSL computes it', () => {
    expect(Buffer.from(thumbprintOf(mine), 'base64url').toString('hex')).toBe(
      mine.fingerprint256.replaceAll(':', '').toLowerCase(),
    );
  });

  it.each<[string, () => unknown]>([
    ['empty', () => ''],
    ['hexadecimal as it is', hex],
    ['SHA-1', () => createHash('sha1').update(mine.raw).digest('base64url')],
    ['base64 of a text that is not hexadecimal', () => base64('z'.repeat(64))],
    ['with blanks', () => ` ${thumbprintOf(mine)}`],
    ['with a line more', () => `${thumbprintOf(mine)}\n`],
    ['a list', () => [thumbprintOf(mine)]],
    ['null', () => null],
  ])('in a form that is neither is refused: %s', async (_, value) => {
    expect(await refusal(bound(value()), mine)).toEqual(['token-invalid', 'cnf.x5t#S256']);
  });
});

describe('other confirmations', () => {
  it.each<[unknown, string, string]>([
    [{ jkt: 'abc' }, 'token-invalid', 'cnf.jkt'],
    [{ jwk: {} }, 'token-binding', 'cnf.jwk'],
    [{ 'a"\r\nX: y': 1 }, 'token-binding', 'cnf'],
    [{}, 'token-invalid', 'cnf'],
    [null, 'token-invalid', 'cnf'],
    ['x5t#S256', 'token-invalid', 'cnf'],
    [[], 'token-invalid', 'cnf'],
  ])('%j is refused', async (cnf, key, reason) => {
    expect(await refusal(cnf, mine)).toEqual([key, reason]);
  });

  it('beside the certificate count too: both bonds are checked', async () => {
    const both = { ...bound(thumbprintOf(mine)), jkt: 'a'.repeat(43) };
    expect(await refusal(both, mine)).toEqual(['token-proof-missing', undefined]);
  });

  it('by a key are refused where nobody remembers proofs', async () => {
    await expect(confirm({ jkt: 'a'.repeat(43) }, 'token', shown())).rejects.toMatchObject({
      issues: [{ key: 'token-binding' }],
    });
  });

  it('none is no bond', async () => {
    expect(await held(undefined)).toBeUndefined();
    expect(await held(undefined, mine)).toBeUndefined();
  });
});

import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { clientCertificateOf } from '../../../server/auth/client-certificate.ts';
import { trustedProxies } from '../../../server/auth/proxies.ts';
import { ConfigError, loadConfig } from '../../../server/config.ts';
import { testPki } from '../dmp/pki.ts';

let mine: X509Certificate;
let other: X509Certificate;
beforeAll(async () => {
  const pki = await testPki();
  mine = new X509Certificate(pki.client.certificate);
  other = new X509Certificate(pki.server.certificate);
});

const isTrusted = trustedProxies(['10.1.0.0/16']);
const header = (der: Buffer): string => `:${der.toString('base64')}:`;
/** @param tls what a TLSSocket says of its peer */
function request(remoteAddress: string | undefined, said?: string[], tls?: object): IncomingMessage {
  const own = Object.getOwnPropertyDescriptors({ ...tls, remoteAddress });
  const socket: unknown = Object.create(tls ? TLSSocket.prototype : null, own);
  return { socket, headersDistinct: said ? { 'client-cert': said } : {} } as unknown as IncomingMessage;
}
/** As TLSSocket shows it. */
const shown = (certificate: X509Certificate, authorized = true) => ({
  authorized,
  getPeerX509Certificate: () => certificate,
});
const raw = (req: IncomingMessage) => clientCertificateOf(req, isTrusted)?.raw;

describe('Client-Cert (RFC 9440)', () => {
  it('is believed of a trusted proxy', () => {
    expect(raw(request('10.1.2.3', [header(mine.raw)]))).toEqual(mine.raw);
    expect(raw(request('::ffff:10.1.2.3', [header(mine.raw)]))).toEqual(mine.raw);
  });

  it.each(['10.2.0.1', '127.0.0.1', '::1', '::ffff:10.2.0.1', undefined, 'unix'])(
    'is not looked at from anybody else: %s',
    (address) => {
      expect(raw(request(address, [header(mine.raw)]))).toBeUndefined();
      expect(raw(request(address, ['garbage']))).toBeUndefined();
    },
  );

  it('is what counts from a proxy that shows a certificate of its own', () => {
    expect(raw(request('10.1.2.3', [header(mine.raw)], shown(other)))).toEqual(mine.raw);
    expect(raw(request('10.1.2.3', undefined, shown(other)))).toBeUndefined();
  });

  it.each<[string, () => string[]]>([
    ['no byte sequence', () => [mine.raw.toString('base64')]],
    ['empty', () => ['::']],
    ['nothing', () => ['']],
    ['no base64', () => [':****:']],
    ['two in one', () => [`${header(mine.raw)}, ${header(other.raw)}`]],
    ['two headers', () => [header(mine.raw), header(other.raw)]],
    ['with parameters', () => [`${header(mine.raw)};a=1`]],
    ['PEM within', () => [header(Buffer.from(mine.toString()))]],
    ['more after the certificate', () => [header(Buffer.concat([mine.raw, other.raw]))]],
    ['half of it', () => [header(mine.raw.subarray(0, 200))]],
    ['URL-encoded PEM, as nginx says it', () => [encodeURIComponent(mine.toString())]],
  ])('of a trusted proxy that is not one certificate is refused: %s', (_, said) => {
    expect(() => raw(request('10.1.2.3', said()))).toThrow('client-certificate-malformed');
  });
});

describe('mutual TLS at the façade', () => {
  it('gives the certificate that was vouched for, whatever the header says', () => {
    expect(raw(request('10.2.0.1', [header(other.raw)], shown(mine)))).toEqual(mine.raw);
    expect(raw(request('10.2.0.1', undefined, shown(mine, false)))).toBeUndefined();
  });
});

describe('TRUSTED_PROXIES', () => {
  it('takes addresses and networks of both families', () => {
    const { TRUSTED_PROXIES } = loadConfig({ TRUSTED_PROXIES: '192.0.2.7, 2001:db8::/32,fd00::1' });
    const trusted = trustedProxies(TRUSTED_PROXIES!);
    for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '2001:db8:1::9', 'fd00::1'])
      expect(trusted(address), address).toBe(true);
    for (const address of ['192.0.2.8', '2001:db9::1', 'fd00::2', '', 'x', undefined])
      expect(trusted(address), address).toBe(false);
  });

  it('is nobody by default', () => {
    expect(trustedProxies([])('127.0.0.1')).toBe(false);
  });

  it.each([
    'localhost',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '10.0.0.1,',
    '10.0.0.0/08',
  ])('stops the start: %s', (TRUSTED_PROXIES) => {
    expect(() => loadConfig({ TRUSTED_PROXIES })).toThrow(ConfigError);
  });
});

/**
 * The structure's seal (certificat de cachet, ORG SIGN): its private key, and what its certificates say, read once.
 */
import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { derItems, distinguishedName } from './der.ts';

/** What a signature says of a certificate. */
export interface CertificateFacts {
  /** DER in base64, on one line */
  base64: string;
  /** RFC 2253-like */
  subject: string;
  issuer: string;
  /** decimal */
  serial: string;
  /** base64 of the digest of the DER */
  sha1: string;
  sha256: string;
  notAfter: Date;
}

export interface Seal {
  key: KeyObject;
  /** The signer, then the authorities above it in the order of the file. */
  certificates: readonly [CertificateFacts, ...CertificateFacts[]];
}

/** Splits a PEM bundle. */
export function pemBlocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** @throws Error when the block is not a certificate */
export function certificateFacts(pem: string): CertificateFacts {
  const x509 = new X509Certificate(pem);
  const der = x509.raw;
  const inside = (bytes: Buffer): Buffer => derItems(bytes)[0]?.value ?? Buffer.alloc(0);
  const fields = derItems(inside(inside(der)));
  // TBSCertificate: [0] version (absent in v1), serialNumber, signature, issuer, validity, subject (RFC 5280 §4.1)
  const first = fields[0]?.tag === 0xa0 ? 1 : 0;
  const issuer = fields[first + 2];
  const subject = fields[first + 4];
  if (!issuer || !subject) throw new RangeError('not an X.509 certificate');
  return {
    base64: der.toString('base64'),
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    serial: BigInt(`0x${x509.serialNumber}`).toString(),
    sha1: createHash('sha1').update(der).digest('base64'),
    sha256: createHash('sha256').update(der).digest('base64'),
    notAfter: new Date(x509.validTo),
  };
}

/**
 * @param key PEM of the private key
 * @param chain PEM of the signer's certificate, followed by its authorities
 * @throws Error when there is no certificate, or when the key is not the signer's
 */
export function createSeal(key: string | Buffer, chain: string): Seal {
  const [first, ...others] = pemBlocks(chain);
  if (first === undefined) throw new Error('no certificate in the PEM');
  const privateKey = createPrivateKey(key);
  if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('an RSA key is expected');
  if (!new X509Certificate(first).checkPrivateKey(privateKey))
    throw new Error('the key is not that of the certificate');
  return { key: privateKey, certificates: [certificateFacts(first), ...others.map(certificateFacts)] };
}

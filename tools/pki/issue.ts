/** Issues the certificates of a throw-away PKI: RSA 2048, SHA-256, nothing but `node:crypto` underneath. */
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  type Extension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto);

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

/** What the certificates of one PKI share. */
export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

export interface Authority {
  certificate: X509Certificate;
  /** Kept in memory only. */
  keys: webcrypto.CryptoKeyPair;
  validity: Validity;
}

export interface Issued {
  /** PEM of the certificate. */
  certificate: string;
  /** PEM, PKCS#8. */
  key: string;
}

/** What a leaf certificate is for. */
export const profiles = {
  /** ORG AUTH_CLI, and the authentication certificate of a card. */
  clientAuth: { usages: KeyUsageFlags.digitalSignature, extended: [ExtendedKeyUsage.clientAuth] },
  /** ORG SIGN (cachet), and the signature certificate of a card. */
  sign: {
    usages: (KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation) as KeyUsageFlags,
    extended: [ExtendedKeyUsage.emailProtection],
  },
  serverAuth: {
    usages: (KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment) as KeyUsageFlags,
    extended: [ExtendedKeyUsage.serverAuth],
  },
} as const;

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
// The first bit clear: a positive integer.
const newSerial = () => Buffer.concat([Buffer.of(1), randomBytes(15)]).toString('hex');

/** A root of its own. */
export async function createRoot(subject: Name, validity: Validity): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject,
    issuer: subject,
    ...validity,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys, validity };
}

/** An authority below another, that issues leaves only. */
export async function createIntermediate(issuer: Authority, subject: Name): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await issue(issuer, subject, keys.publicKey, [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]);
  return { certificate, keys, validity: issuer.validity };
}

/** @param hosts names and addresses of a server */
export async function issueLeaf(
  issuer: Authority,
  subject: Name,
  profile: keyof typeof profiles,
  hosts: readonly string[] = [],
): Promise<Issued> {
  const keys = await newKeys();
  const { usages, extended } = profiles[profile];
  const certificate = await issue(issuer, subject, keys.publicKey, [
    new BasicConstraintsExtension(false, undefined, false),
    new KeyUsagesExtension(usages, true),
    new ExtendedKeyUsageExtension([...extended]),
    ...(hosts.length === 0
      ? []
      : [
          new SubjectAlternativeNameExtension(
            hosts.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
          ),
        ]),
  ]);
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: pem(certificate), key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
}

async function issue(
  issuer: Authority,
  subject: Name,
  publicKey: webcrypto.CryptoKey,
  extensions: Extension[],
): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject,
    // The name object, not its text: its encoding must be the issuer's own, byte for byte.
    issuer: issuer.certificate.subjectName,
    ...issuer.validity,
    publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
    ],
  });
}

/** PEM with a newline at its end, so that several can stand in one file. */
export const pem = (certificate: X509Certificate): string => `${certificate.toString('pem')}\n`;

/** A throw-away PKI for these tests: a root, an authority, and the certificates of the two ends. Nothing touches the disk. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as never);

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };

export interface Identity {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
  /** PEM */
  cert: string;
  /** PEM, PKCS#8 */
  key: string;
}

async function issue(
  subject: x509.JsonName,
  extensions: x509.Extension[],
  issuer?: Identity,
  serialNumber = Buffer.from(webcrypto.getRandomValues(new Uint8Array(12))).toString('hex').replace(/^[89a-f]/, '4'),
): Promise<Identity> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject,
    issuer: issuer?.certificate.subjectName ?? subject,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2048-12-31'),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    certificate,
    keys,
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
}

const authority = [new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)];
const usage = (...purposes: x509.ExtendedKeyUsageType[]): x509.Extension[] => [
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation, true),
  new x509.ExtendedKeyUsageExtension(purposes),
];
const organisation = (cn: string): x509.JsonName => [
  { C: ['FR'] },
  { ST: ['Isère (38)'] },
  { O: ['EHPAD FICTIF LE VERGER'] },
  { OU: ['1990100109'] },
  { CN: [cn] },
];

export interface TestPki {
  root: Identity;
  authority: Identity;
  server: Identity;
  client: Identity;
  sign: Identity;
  /** A client certificate from somebody else's authority. */
  stranger: Identity;
}

/** Makes everything anew: about a second. */
export async function testPki(): Promise<TestPki> {
  const root = await issue([{ C: ['FR'] }, { O: ['TEST'] }, { CN: ['AC RACINE DE TEST'] }], authority);
  const ca = await issue([{ C: ['FR'] }, { O: ['TEST'] }, { CN: ['AC ORGANISATIONS DE TEST'] }], authority, root);
  const server = await issue(
    [{ CN: ['localhost'] }],
    [...usage(x509.ExtendedKeyUsage.serverAuth), new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }])],
    ca,
  );
  const client = await issue(organisation('DMP-FHIR AUTH'), usage(x509.ExtendedKeyUsage.clientAuth), ca);
  const sign = await issue(organisation('DMP-FHIR CACHET'), usage(x509.ExtendedKeyUsage.emailProtection), ca);
  const other = await issue([{ CN: ['AUTRE AC'] }], authority);
  const stranger = await issue(organisation('IMPOSTEUR'), usage(x509.ExtendedKeyUsage.clientAuth), other);
  return { root, authority: ca, server, client, sign, stranger };
}

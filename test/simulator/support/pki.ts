/**
 * A throw-away PKI for tests, in the shapes of IGC-Santé (auth.md §1.4): root, authorities of organisations and of
 * persons, and whatever leaf a test asks for. All leaves share one key pair: names and usages are what is tested.
 */
import 'reflect-metadata';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as never);

type CryptoKey = webcrypto.CryptoKey;

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

interface Pair {
  pem: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

async function newPair(modulusLength = 2048): Promise<Pair> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}

/** A private key and its certificate, PEM. `chain` is the certificate followed by its authority. */
export interface Identity {
  key: string;
  cert: string;
  chain: string;
}

export type Use = 'tls' | 'sign' | 'server';

export interface LeafOptions {
  use: Use;
  notBefore?: Date;
  notAfter?: Date;
  /** A key of its own, of this length. */
  modulusLength?: number;
  extensions?: x509.Extension[];
}

export interface TestPki {
  /** Root and intermediates, PEM: what a simulator trusts. */
  ca: string[];
  /** The key of every leaf, PEM. */
  key: string;
  server: Identity;
  /** A structure's certificate; the subject is that of the fixtures' structures for S1. */
  structure(unit: string, options: LeafOptions): Promise<Identity>;
  /** A card's certificate: multi-valued RDN. */
  card(id: string, options: LeafOptions & { given?: string; family?: string }): Promise<Identity>;
}

const from = new Date('2026-01-01T00:00:00Z');
const to = new Date('2048-12-31T23:59:59Z');

const usages: Record<Use, { flags: x509.KeyUsageFlags; extended: string }> = {
  tls: { flags: x509.KeyUsageFlags.digitalSignature, extended: x509.ExtendedKeyUsage.clientAuth },
  sign: {
    flags: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation,
    extended: x509.ExtendedKeyUsage.emailProtection,
  },
  server: {
    flags: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
    extended: x509.ExtendedKeyUsage.serverAuth,
  },
};

const organisation = (name: string): x509.JsonName => [
  { C: ['FR'] },
  { O: ['ESSAI (FICTIF)'] },
  { OU: ['0002 999100233'] },
  { CN: [name] },
];

let serial = 1;
const nextSerial = () => (serial++).toString(16).padStart(16, '0');

/** Makes a PKI; `prefix` names its authorities, so that two with the same names and other keys can be made. */
export async function createTestPki(prefix = 'ESSAI'): Promise<TestPki> {
  const [rootPair, caPair, leafPair] = await Promise.all([newPair(), newPair(), newPair()]);
  const rootName = organisation(`${prefix} AC RACINE`);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: new x509.Name(rootName),
    notBefore: from,
    notAfter: to,
    signingAlgorithm: algorithm,
    keys: rootPair,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const authority = (name: string) =>
    x509.X509CertificateGenerator.create({
      serialNumber: nextSerial(),
      subject: new x509.Name(organisation(name)),
      issuer: root.subject,
      notBefore: from,
      notAfter: to,
      signingAlgorithm: algorithm,
      publicKey: caPair.publicKey,
      signingKey: rootPair.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
  const organisations = await authority(`${prefix} AC ORGANISATIONS`);
  const persons = await authority(`${prefix} AC PERSONNES`);

  const leaf = async (
    issuer: x509.X509Certificate,
    subject: x509.JsonName,
    options: LeafOptions,
  ): Promise<Identity> => {
    const { flags, extended } = usages[options.use];
    const pair = options.modulusLength === undefined ? leafPair : await newPair(options.modulusLength);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: nextSerial(),
      subject: new x509.Name(subject),
      issuer: issuer.subject,
      notBefore: options.notBefore ?? from,
      notAfter: options.notAfter ?? to,
      signingAlgorithm: algorithm,
      publicKey: pair.publicKey,
      signingKey: caPair.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(flags, true),
        new x509.ExtendedKeyUsageExtension([extended]),
        ...(options.extensions ?? []),
      ],
    });
    const cert = certificate.toString('pem');
    return { key: pair.pem, cert, chain: `${cert}\n${issuer.toString('pem')}` };
  };

  return {
    ca: [root, organisations, persons].map((c) => c.toString('pem')),
    key: leafPair.pem,
    server: await leaf(organisations, [{ C: ['FR'] }, { CN: ['127.0.0.1'] }], {
      use: 'server',
      extensions: [
        new x509.SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
      ],
    }),
    structure: (unit, options) =>
      leaf(
        organisations,
        [
          { C: ['FR'] },
          { ST: ['Isère (38)'] },
          { O: ['EHPAD FICTIF LE VERGER'] },
          { OU: [unit] },
          { CN: [options.use === 'sign' ? 'LUMIDUI CACHET DMP' : 'LUMIDUI AUTH DMP'] },
        ],
        options,
      ),
    card: (id, options) =>
      leaf(
        persons,
        [
          { C: ['FR'] },
          { '2.5.4.12': ['Médecin'] },
          { CN: [id], '2.5.4.42': [options.given ?? 'Hélène'], '2.5.4.4': [options.family ?? 'MAUREL'] },
        ],
        options,
      ),
  };
}

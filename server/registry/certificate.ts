/**
 * What a structure's certificates must be (auth §1.4, IGC-Santé): AUTH_CLI opens the TLS, SIGN is the cachet. Their one OU is the
 * structure, which the DMP compares.
 */
import 'reflect-metadata';
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
} from '@peculiar/x509';
import type { Issue } from '../../mappings/outcome.ts';
import type { CertificateKind, StoredCertificate } from '../store/types.ts';

/** As IGC-Santé calls them. */
export const kindNames = { tls: 'AUTH_CLI', seal: 'SIGN' } as const satisfies Record<CertificateKind, string>;

/** Bits that must be set, and the one extended usage that must be there. */
const usages: Readonly<Record<CertificateKind, { bits: number; extended: string; said: string }>> = {
  tls: {
    bits: KeyUsageFlags.digitalSignature,
    extended: ExtendedKeyUsage.clientAuth,
    said: 'digitalSignature; clientAuth',
  },
  seal: {
    bits: KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation,
    extended: ExtendedKeyUsage.emailProtection,
    said: 'digitalSignature, nonRepudiation; emailProtection',
  },
};

export interface CertificateInput {
  kind: CertificateKind;
  /** PEM of the certificate, followed by its authorities. */
  chain: string;
  /** PEM of its private key, not encrypted. */
  key: string;
}

/** A certificate that was examined, as the store keeps it. */
export type ExaminedCertificate = Omit<StoredCertificate, 'id' | 'state' | 'addedAt'>;

const pems = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesOf(chain: string): X509Certificate[] | undefined {
  try {
    const found = (chain.match(pems) ?? []).map((pem) => new X509Certificate(pem));
    return found.length > 0 ? found : undefined;
  } catch {
    return undefined;
  }
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** The first certificate of a PEM text. @throws Error when there is none */
export function leafOf(chain: string): X509Certificate {
  const [leaf] = certificatesOf(chain) ?? [];
  if (leaf === undefined) throw new Error('No certificate in PEM.');
  return leaf;
}

/** SHA-256 of the DER, hex. */
export const fingerprintOf = (certificate: X509Certificate): string =>
  createHash('sha256').update(certificate.raw).digest('hex');

/** Whether its one OU is the structure. */
const isOf = (certificate: X509Certificate, structure: string): boolean => {
  const units = certificate.subject.split('\n').filter((line) => line.startsWith('OU='));
  return units.length === 1 && units[0] === `OU=${structure}`;
};

function isFor(certificate: X509Certificate, kind: CertificateKind): boolean {
  const parsed = new ParsedCertificate(certificate.raw);
  const { bits, extended } = usages[kind];
  const usage = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0;
  const purposes = parsed.getExtension(ExtendedKeyUsageExtension)?.usages ?? [];
  return !certificate.ca && (usage & bits) === bits && purposes.includes(extended);
}

/** Each certificate was issued by the one that follows it. */
const isChain = (certificates: readonly X509Certificate[]): boolean =>
  certificates.every((certificate, i) => {
    const issuer = certificates[i + 1];
    return issuer === undefined || (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));
  });

const isStrongRsa = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;

/**
 * What is wrong with a certificate of a structure; nothing of the key is said.
 * @returns the certificate as it is kept, or every issue that was found
 */
export function examine(
  { kind, chain, key }: CertificateInput,
  structure: string,
  now: Date,
): { certificate: ExaminedCertificate } | { issues: Issue[] } {
  const certificates = certificatesOf(chain);
  const [leaf] = certificates ?? [];
  if (certificates === undefined || leaf === undefined)
    return { issues: [{ key: 'certificate-unreadable', expression: 'chain' }] };
  const privateKey = privateKeyOf(key);
  const notAfter = new Date(leaf.validTo);
  const name = kindNames[kind];
  const checks: [isRight: boolean, issue: Issue][] = [
    [privateKey !== undefined && leaf.checkPrivateKey(privateKey), { key: 'certificate-key', expression: 'key' }],
    [isOf(leaf, structure), { key: 'certificate-structure', values: { structure } }],
    [isFor(leaf, kind), { key: 'certificate-usage', values: { kind: name, usage: usages[kind].said } }],
    [isStrongRsa(leaf.publicKey), { key: 'certificate-algorithm' }],
    [isChain(certificates), { key: 'certificate-chain' }],
    [notAfter > now, { key: 'certificate-expired', values: { date: notAfter.toISOString() } }],
  ];
  const issues = checks.filter(([isRight]) => !isRight).map(([, issue]): Issue => ({ expression: 'chain', ...issue }));
  if (issues.length > 0) return { issues };
  return {
    certificate: {
      kind,
      // What stands around the certificates in a file (comments, sometimes a key) is not kept.
      chain: certificates.map((certificate) => certificate.toString()).join(''),
      key,
      fingerprint: fingerprintOf(leaf),
      notBefore: new Date(leaf.validFrom),
      notAfter,
    },
  };
}

/**
 * The certificate of a kind that is used now: of those that are valid the one that began last, so that a new one takes over as
 * soon as it may; when none is valid any more, the one that ended last: the DMP refuses it, and its end is what the watch tells.
 * @returns undefined when there is none that was ever valid
 */
export function inForce<C extends Pick<StoredCertificate, 'kind' | 'state' | 'notBefore' | 'notAfter' | 'addedAt'>>(
  certificates: readonly C[],
  kind: CertificateKind,
  now: Date,
): C | undefined {
  const begun = certificates.filter((c) => c.kind === kind && c.state === 'active' && c.notBefore <= now);
  const later = (of: (c: C) => Date) => (a: C, b: C) => of(b).getTime() - of(a).getTime();
  const valid = begun
    .filter((c) => c.notAfter > now)
    .sort(later((c) => c.addedAt))
    .sort(later((c) => c.notBefore));
  return valid[0] ?? begun.sort(later((c) => c.notAfter))[0];
}

/**
 * X.509 certificates as the DMP looks at them: whose, of which kind, issued by whom. Signatures are checked by
 * node:crypto; what it does not show (names as sets, key usage, path length) is read from the DER.
 */
import { X509Certificate } from 'node:crypto';

import { nth, readDer, readOid, readOne, tags } from './der.ts';
import { type Name, nameFromDer, valuesOf } from './names.ts';

export interface Certificate {
  x509: X509Certificate;
  subject: Name;
  issuer: Name;
  notBefore: Date;
  notAfter: Date;
  keyUsage: Set<KeyUsage>;
  /** OIDs. */
  extendedKeyUsage: Set<string>;
  /** basicConstraints cA, with its path length (Infinity when unlimited). */
  authority: { pathLength: number } | undefined;
}

const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const;
export type KeyUsage = (typeof keyUsages)[number];

export const extendedKeyUsages = { clientAuth: '1.3.6.1.5.5.7.3.2', emailProtection: '1.3.6.1.5.5.7.3.4' } as const;

/** Reads a certificate in DER. @throws when it is not one */
export function readCertificate(der: Uint8Array): Certificate {
  const x509 = new X509Certificate(der);
  const fields = readDer(nth(readDer(readOne(x509.raw).content), 0).content);
  if (fields[0]?.tag === 0xa0) fields.shift(); // version
  // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, then optional [1], [2], [3]
  const extensions = new Map<string, Buffer>();
  const wrapped = fields.find((f) => f.tag === 0xa3);
  for (const extension of wrapped === undefined ? [] : readDer(readOne(wrapped.content).content)) {
    const parts = readDer(extension.content);
    extensions.set(readOid(nth(parts, 0).content), nth(parts, parts.length - 1).content);
  }
  return {
    x509,
    issuer: nameFromDer(nth(fields, 2).content),
    subject: nameFromDer(nth(fields, 4).content),
    notBefore: new Date(x509.validFrom),
    notAfter: new Date(x509.validTo),
    keyUsage: readKeyUsage(extensions.get('2.5.29.15')),
    extendedKeyUsage: new Set((x509.keyUsage as string[] | undefined) ?? []), // Node's name for the extended usages
    authority: readAuthority(extensions.get('2.5.29.19')),
  };
}

function readKeyUsage(extension: Buffer | undefined): Set<KeyUsage> {
  if (extension === undefined) return new Set();
  const bits = readOne(extension).content.subarray(1); // first octet: unused bits
  return new Set(keyUsages.filter((_, i) => ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0));
}

function readAuthority(extension: Buffer | undefined): Certificate['authority'] {
  if (extension === undefined) return undefined;
  const [ca, length] = readDer(readOne(extension).content);
  if (ca?.tag !== tags.boolean || ca.content[0] === 0) return undefined;
  return { pathLength: length?.tag === tags.integer ? length.content.readUIntBE(0, length.content.length) : Infinity };
}

/** Every certificate of PEM texts. */
export function readPem(...texts: string[]): Certificate[] {
  const blocks = texts.flatMap((t) => t.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []);
  return blocks.map((pem) => readCertificate(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')));
}

export const validAt = (certificate: Certificate, at: Date): boolean =>
  certificate.notBefore <= at && at <= certificate.notAfter;

const issued = (child: Certificate, parent: Certificate): boolean =>
  child.x509.checkIssued(parent.x509) && child.x509.verify(parent.x509.publicKey);

/**
 * The path from a certificate to a self-signed authority of `trusted`, leaf first. Every link is verified: signature,
 * basicConstraints with path length, keyCertSign. Dates are the caller's. @returns undefined when there is none
 */
export function chainOf(leaf: Certificate, trusted: readonly Certificate[]): Certificate[] | undefined {
  const extend = (path: Certificate[]): Certificate[] | undefined => {
    const last = path.at(-1) ?? leaf;
    if (path.length > 1 && issued(last, last)) return path;
    for (const parent of trusted) {
      if (path.includes(parent) || parent.authority === undefined || !parent.keyUsage.has('keyCertSign')) continue;
      if (parent.authority.pathLength < path.length - 1 || !issued(last, parent)) continue;
      const found = extend([...path, parent]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend([leaf]);
}

/** A signature certificate (ORG SIGN, CPS signature): not the one that opens TLS (auth.md §1.4). */
export const isSigning = (certificate: Certificate): boolean =>
  certificate.keyUsage.has('nonRepudiation') &&
  certificate.extendedKeyUsage.has(extendedKeyUsages.emailProtection) &&
  certificate.authority === undefined;

/** Who holds the key: a card (names a person, or a CPE without structure) or a structure (its OU is the Struct_IdNat). */
export function holderOf(
  certificate: Certificate,
): { kind: 'person'; id: string } | { kind: 'structure'; id: string } | undefined {
  const { subject } = certificate;
  const person = (['SN', 'GN', 'T'] as const).some((type) => valuesOf(subject, type).length > 0);
  const units = valuesOf(subject, 'OU');
  const [unit] = units;
  if (!person && unit !== undefined && units.length === 1) return { kind: 'structure', id: unit };
  const [name, ...others] = valuesOf(subject, 'CN');
  return name !== undefined && others.length === 0 ? { kind: 'person', id: name } : undefined;
}

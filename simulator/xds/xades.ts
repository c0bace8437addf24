/**
 * Verifies the signature document of a submission set: XML-DSig over a Manifest and XAdES 1.1.1 SignedProperties, then
 * the Manifest against the set and its documents (shared facts on the DMP §3.8). SHA-1 and SHA-256 are both taken:
 * what the real server accepts beside SHA-1 is not known.
 */
import { createHash, createVerify } from 'node:crypto';

import {
  attr,
  canonicalize,
  c14nOf,
  findAll,
  findOne,
  parseXml,
  type XmlDocument,
  type XmlElement,
  XmlRefused,
} from '../dom.ts';
import { type Certificate, chainOf, holderOf, isSigning, readCertificate, validAt } from '../vihf/certificate.ts';
import { nameFromText, sameName } from '../vihf/names.ts';
import type { SignatureRule } from './rules/signature.ts';

export interface XadesContext {
  setUniqueId: string;
  /** What must be signed: every document of the set but the signature itself. */
  documents: { uniqueId: string; bytes: Uint8Array }[];
  trusted: readonly Certificate[];
  now: Date;
  /** PS_IdNat and Struct_IdNat of the VIHF: one of them holds the key. */
  person: string;
  structure: string;
}

export interface XadesProblem {
  rule: SignatureRule;
  /** The reference concerned. */
  uri?: string;
}

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const manifestType = `${dsig}Manifest`;
const signedPropertiesType = 'http://uri.etsi.org/01903/v1.1.1#SignedProperties';
const purposeOfSignature = '1.2.840.10065.1.12.1.14';
/** DigestValue of the reference to the set: one zero octet. */
const setDigest = 'AA==';

const digests: Record<string, 'sha1' | 'sha256'> = {
  [`${dsig}sha1`]: 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
};
const signatures: Record<string, string> = {
  [`${dsig}rsa-sha1`]: 'RSA-SHA1',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'RSA-SHA256',
};

/** What is wrong with a signature document, outermost first; empty when it is right. */
export function verifyXades(bytes: Uint8Array, context: XadesContext): XadesProblem[] {
  let doc: XmlDocument | undefined;
  try {
    doc = parseXml(bytes);
    return verify(doc.root, context);
  } catch (error) {
    if (error instanceof XmlRefused || error instanceof Unreadable) return [{ rule: 'xades.form' }];
    throw error;
  } finally {
    doc?.dispose();
  }
}

class Unreadable extends Error {}

/** The one element that an XPath finds. @throws Unreadable */
function one(context: XmlElement, xpath: string): XmlElement {
  const [found, ...others] = findAll(context, xpath);
  if (found === undefined || others.length > 0) throw new Unreadable();
  return found;
}

const base64 = (element: XmlElement): Buffer => Buffer.from(element.content.replace(/\s/g, ''), 'base64');

function verify(root: XmlElement, context: XadesContext): XadesProblem[] {
  if (root.name !== 'Signature' || root.namespaceUri !== dsig) throw new Unreadable();
  const id = attr(root, 'Id') ?? '';
  const properties = one(root, 'ds:Object/xades:QualifyingProperties');
  if (id === '' || attr(properties, 'Target') !== `#${id}`) throw new Unreadable();
  const manifest = one(root, 'ds:Object/ds:Manifest');
  const signed = one(properties, 'xades:SignedProperties');
  const leaf = certificateOf(root);

  const algorithms = checkAlgorithms(root);
  if (algorithms !== undefined) return [algorithms];
  const chain = chainOf(leaf, context.trusted);
  if (chain === undefined) return [{ rule: 'xades.untrusted' }];
  if (!chain.every((c) => validAt(c, context.now))) return [{ rule: 'xades.expired' }];
  if (!isSigning(leaf)) return [{ rule: 'xades.kind' }];
  const holder = holderOf(leaf);
  if (holder === undefined || holder.id !== (holder.kind === 'person' ? context.person : context.structure))
    return [{ rule: 'xades.signer' }];
  if (!signatureHolds(root, leaf)) return [{ rule: 'xades.value' }];
  const references = checkSignedReferences(root, manifest, signed);
  if (references.length > 0) return references;
  return [...checkManifest(manifest, context), ...checkProperties(root, signed, chain)];
}

function certificateOf(root: XmlElement): Certificate {
  try {
    return readCertificate(base64(one(root, 'ds:KeyInfo/ds:X509Data/ds:X509Certificate')));
  } catch {
    throw new Unreadable();
  }
}

function checkAlgorithms(root: XmlElement): XadesProblem | undefined {
  const known =
    c14nOf(attr(one(root, 'ds:SignedInfo/ds:CanonicalizationMethod'), 'Algorithm')) !== undefined &&
    signatures[attr(one(root, 'ds:SignedInfo/ds:SignatureMethod'), 'Algorithm') ?? ''] !== undefined &&
    findAll(root, './/ds:DigestMethod').every((m) => digests[attr(m, 'Algorithm') ?? ''] !== undefined) &&
    findAll(root, './/ds:Transform').every((t) => c14nOf(attr(t, 'Algorithm')) !== undefined) &&
    findAll(root, './/ds:Transforms').every((t) => findAll(t, 'ds:Transform').length === 1);
  return known ? undefined : { rule: 'xades.algorithm' };
}

function signatureHolds(root: XmlElement, leaf: Certificate): boolean {
  const info = one(root, 'ds:SignedInfo');
  const method = c14nOf(attr(one(info, 'ds:CanonicalizationMethod'), 'Algorithm')) ?? 'inclusive';
  const algorithm = signatures[attr(one(info, 'ds:SignatureMethod'), 'Algorithm') ?? ''] ?? '';
  return createVerify(algorithm)
    .update(canonicalize(info, method))
    .verify(leaf.x509.publicKey, base64(one(root, 'ds:SignatureValue')));
}

/** SignedInfo must refer to the Manifest and to the SignedProperties that are read, and to nothing else. */
function checkSignedReferences(root: XmlElement, manifest: XmlElement, signed: XmlElement): XadesProblem[] {
  const references = findAll(root, 'ds:SignedInfo/ds:Reference');
  const wanted = [
    { type: manifestType, target: manifest },
    { type: signedPropertiesType, target: signed },
  ];
  if (references.length !== wanted.length) return [{ rule: 'xades.references' }];
  const problems: XadesProblem[] = [];
  for (const { type, target } of wanted) {
    const id = attr(target, 'Id') ?? '';
    const reference = references.find((r) => attr(r, 'Type') === type && attr(r, 'URI') === `#${id}`);
    // the same Id twice: which one was signed would be a guess
    const bearers = findAll(root, 'descendant-or-self::*[@Id]').filter((e) => attr(e, 'Id') === id);
    if (id === '' || reference === undefined || bearers.length !== 1) return [{ rule: 'xades.references' }];
    const method = c14nOf(attr(findOne(reference, 'ds:Transforms/ds:Transform'), 'Algorithm')) ?? 'inclusive';
    if (!digestHolds(reference, canonicalize(target, method))) problems.push({ rule: 'xades.digest', uri: `#${id}` });
  }
  return problems;
}

function digestHolds(reference: XmlElement, octets: Uint8Array): boolean {
  const algorithm = digests[attr(one(reference, 'ds:DigestMethod'), 'Algorithm') ?? ''] ?? 'sha256';
  return createHash(algorithm)
    .update(octets)
    .digest()
    .equals(base64(one(reference, 'ds:DigestValue')));
}

function checkManifest(manifest: XmlElement, context: XadesContext): XadesProblem[] {
  const problems: XadesProblem[] = [];
  const left = new Map(findAll(manifest, 'ds:Reference').map((r) => [attr(r, 'URI') ?? '', r]));
  if (left.size < findAll(manifest, 'ds:Reference').length) throw new Unreadable();
  const take = (uri: string): XmlElement | undefined => {
    const reference = left.get(uri);
    left.delete(uri);
    return reference;
  };
  const set = take(`urn:oid:${context.setUniqueId}`);
  if (set === undefined || one(set, 'ds:DigestValue').content.trim() !== setDigest)
    problems.push({ rule: 'xades.set' });
  for (const { uniqueId, bytes } of context.documents) {
    const uri = `urn:oid:${uniqueId}`;
    const reference = take(uri);
    if (reference === undefined) problems.push({ rule: 'xades.document.missing', uri });
    else if (!digestHolds(reference, octetsToDigest(reference, bytes)))
      problems.push({ rule: 'xades.document.digest', uri });
  }
  for (const uri of left.keys()) problems.push({ rule: 'xades.document.extra', uri });
  return problems;
}

/** Raw octets without a transform (DICOM), the canonical form of the whole document with one. */
function octetsToDigest(reference: XmlElement, bytes: Uint8Array): Uint8Array {
  const transform = findOne(reference, 'ds:Transforms/ds:Transform');
  const method = c14nOf(attr(transform, 'Algorithm'));
  if (method === undefined) return bytes;
  const doc = parseXml(bytes);
  try {
    return Buffer.from(doc.canonicalizeToString({ withComments: method.endsWith('WithComments') }));
  } finally {
    doc.dispose();
  }
}

function checkProperties(root: XmlElement, signed: XmlElement, chain: Certificate[]): XadesProblem[] {
  const problems: XadesProblem[] = [];
  const certificates = findAll(signed, 'xades:SignedSignatureProperties/xades:SigningCertificate/xades:Cert');
  const named = certificates.map((cert) => chain.findIndex((c) => designates(cert, c)));
  if (!named.includes(0) || named.includes(-1)) problems.push({ rule: 'xades.signingCertificate' });
  const time = findOne(signed, 'xades:SignedSignatureProperties/xades:SigningTime')?.content ?? '';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time) || Number.isNaN(Date.parse(time)))
    problems.push({ rule: 'xades.signingTime' });
  const purposes = findAll(root, "ds:Object/ds:SignatureProperties/ds:SignatureProperty[@Id='purposeOfSignature']");
  const [purpose] = purposes;
  if (
    purposes.length !== 1 ||
    purpose?.content.trim() !== purposeOfSignature ||
    attr(purpose, 'Target') !== `#${attr(root, 'Id') ?? ''}`
  )
    problems.push({ rule: 'xades.purpose' });
  return problems;
}

/** True when a xades:Cert is that certificate: its digest, its issuer, its serial number in decimal. */
function designates(cert: XmlElement, certificate: Certificate): boolean {
  const digest = one(cert, 'xades:CertDigest/ds:DigestValue');
  const algorithm = digests[attr(one(cert, 'xades:CertDigest/ds:DigestMethod'), 'Algorithm') ?? ''] ?? 'sha256';
  const issuer = nameFromText(one(cert, 'xades:IssuerSerial/ds:X509IssuerName').content);
  const serial = one(cert, 'xades:IssuerSerial/ds:X509SerialNumber').content.trim();
  return (
    createHash(algorithm).update(certificate.x509.raw).digest().equals(base64(digest)) &&
    issuer !== undefined &&
    sameName(issuer, certificate.issuer) &&
    serial === BigInt(`0x${certificate.x509.serialNumber}`).toString()
  );
}

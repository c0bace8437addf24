/** Independent judges of what we write: schemas and C14N of libxml2, signatures by xml-crypto and by xmlsec1. */
import { spawnSync } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import { XmlC14NMode, XmlDocument, XsdValidator, type XmlElement } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { SignedXml } from 'xml-crypto';
import type { TestPki } from './pki.ts';

xmlRegisterFsInputProviders();

export const ns = {
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  xad: 'http://uri.etsi.org/01903/v1.1.1#',
};

const compiled = new Map<string, XsdValidator>();

/** A validator of a schema of `shared/wire/xsd`; gives the complaints, none when valid. */
export function schema(dir: string, name: string): (xml: string) => string[] {
  const file = path.join(dir, 'wire/xsd', name);
  let validator = compiled.get(file);
  if (!validator) {
    const source = XmlDocument.fromBuffer(readFileSync(file), { url: file });
    validator = XsdValidator.fromDoc(source);
    source.dispose();
    compiled.set(file, validator);
  }
  return (xml) => {
    const doc = XmlDocument.fromString(xml);
    try {
      validator.validate(doc);
      return [];
    } catch (e) {
      return [String((e as { details?: { message: string }[] }).details?.map((d) => d.message) ?? e)];
    } finally {
      doc.dispose();
    }
  };
}

/** Canonical form of one element of a document, by libxml2. */
export function canonical(xml: string, xpath: string, how: { exclusive?: boolean; comments?: boolean } = {}): string {
  const doc = XmlDocument.fromString(xml);
  try {
    const element = doc.get(xpath, ns) as XmlElement;
    return element.canonicalizeToString({
      mode: how.exclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0,
      withComments: how.comments ?? false,
    });
  } finally {
    doc.dispose();
  }
}

/** Text of the first node of an XPath. */
export function textAt(xml: string, xpath: string): string {
  const doc = XmlDocument.fromString(xml);
  try {
    return doc.get(xpath, ns)?.content ?? '';
  } finally {
    doc.dispose();
  }
}

/** Whether xml-crypto takes the enveloped signature of an assertion, and for the whole of it. */
export function assertionVerifies(assertion: string, certificate: string): boolean {
  const root = new DOMParser().parseFromString(assertion, 'text/xml').documentElement!;
  const signatures = Array.from(root.childNodes).filter((n) => n.localName === 'Signature');
  if (signatures.length !== 1) return false;
  const verifier = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
  verifier.loadSignature(new XMLSerializer().serializeToString(signatures[0]!));
  return verifier.checkSignature(assertion) && verifier.getSignedReferences()[0]!.startsWith('<saml2:Assertion ');
}

/** Checks SignedInfo of a signature with node:crypto and libxml2's canonical form. */
export function signedInfoVerifies(xml: string, certificate: string, how: { exclusive: boolean }): boolean {
  const info = canonical(xml, '//ds:SignedInfo', { exclusive: how.exclusive, comments: !how.exclusive });
  const hash = textAt(xml, '//ds:SignatureMethod/@Algorithm').endsWith('sha256') ? 'sha256' : 'sha1';
  return verify(
    hash,
    Buffer.from(info),
    new X509Certificate(certificate).publicKey,
    Buffer.from(textAt(xml, '//ds:SignatureValue'), 'base64'),
  );
}

export const digest = (algorithm: 'sha1' | 'sha256', data: string | Uint8Array): string =>
  createHash(algorithm).update(data).digest('base64');

export const noXmlsec = spawnSync('xmlsec1', ['--version']).status === 0 ? undefined : 'xmlsec1 is not installed';

/** Whether xmlsec1 takes a signature, with the chain of the test PKI. */
export function xmlsecVerifies(xml: string, pki: TestPki, more: readonly string[]): boolean {
  const dir = mkdtempSync(path.join(tmpdir(), 'dmp-xmlsec-'));
  try {
    const file = (name: string, content: string): string => {
      writeFileSync(path.join(dir, name), content);
      return path.join(dir, name);
    };
    const ids = [`ID ${ns.saml}:Assertion`, `Id ${ns.ds}:Manifest`, `Id ${ns.xad}:SignedProperties`].flatMap((v) => [
      `--id-attr:${v.split(' ')[0]!}`,
      v.split(' ')[1]!,
    ]);
    const result = spawnSync('xmlsec1', [
      '--verify',
      ...more,
      ...ids,
      '--trusted-pem',
      file('root.pem', pki.root),
      '--untrusted-pem',
      file('ca.pem', pki.authority),
      file('message.xml', xml),
    ]);
    return result.status === 0;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

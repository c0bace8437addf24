/** Signing a VIHF for tests with xml-crypto, in any of the ways that a mutant needs. */
import { SignedXml } from 'xml-crypto';

import type { Identity } from './pki.ts';

export interface SignOptions {
  signer: Identity;
  signatureAlgorithm?: string;
  digestAlgorithm?: string;
  canonicalization?: string;
  transforms?: string[];
  /** InclusiveNamespaces/@PrefixList of the reference. */
  prefixes?: string[];
}

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
export const algorithms = {
  rsaSha1: `${dsig}rsa-sha1`,
  rsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  rsaSha512: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  sha1: `${dsig}sha1`,
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
  enveloped: `${dsig}enveloped-signature`,
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
} as const;

/** The assertion with its signature right after Issuer. */
export function signVihf(assertion: string, options: SignOptions): string {
  const certificate = options.signer.cert.replace(/-----[^-]+-----|\s/g, '');
  const signed = new SignedXml({
    privateKey: options.signer.key,
    signatureAlgorithm: options.signatureAlgorithm ?? algorithms.rsaSha256,
    canonicalizationAlgorithm: options.canonicalization ?? algorithms.exclusive,
    getKeyInfoContent: () => `<ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data>`,
    idAttribute: 'ID',
  });
  signed.addReference({
    xpath: "/*[local-name(.)='Assertion']",
    transforms: options.transforms ?? [algorithms.enveloped, algorithms.exclusive],
    digestAlgorithm: options.digestAlgorithm ?? algorithms.sha256,
    ...(options.prefixes === undefined ? {} : { inclusiveNamespacesPrefixList: options.prefixes }),
  });
  signed.computeSignature(assertion, {
    prefix: 'ds',
    location: { reference: "/*[local-name(.)='Assertion']/*[local-name(.)='Issuer']", action: 'after' },
  });
  return signed.getSignedXml();
}

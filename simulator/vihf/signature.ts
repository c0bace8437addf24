/**
 * The enveloped signature of a VIHF (dmp-wire §2.4). It must cover the very assertion that is read: same node, same ID,
 * the two allowed transforms. Checking takes the ds:Signature out of the tree, which is what the transform means.
 */
import { constants, createHash, verify } from 'node:crypto';

import {
  attr,
  canonicalize,
  children,
  findAll,
  findOne,
  inclusivePrefixes,
  nameOf,
  ns,
  pureText,
  type XmlElement,
} from '../dom.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { vihfFault, type VihfRule } from './rules.ts';

export type SignatureAlgorithm = 'rsa-sha1' | 'rsa-sha256';

const signatureMethods: Record<string, { name: SignatureAlgorithm; hash: string }> = {
  'http://www.w3.org/2000/09/xmldsig#rsa-sha1': { name: 'rsa-sha1', hash: 'sha1' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { name: 'rsa-sha256', hash: 'sha256' },
};
const digestMethods: Record<string, string> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
};
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const smallestKey = 2048;

const require = (condition: boolean, code: VihfRule): void => {
  if (!condition) throw vihfFault(code);
};

/** The only child of that name, or a refusal. */
function only(parent: XmlElement, xpath: string, code: VihfRule): XmlElement {
  const [found, ...more] = findAll(parent, xpath);
  if (found === undefined || more.length > 0) throw vihfFault(code);
  return found;
}

const base64 = (element: XmlElement, code: VihfRule): Buffer => {
  const text = pureText(element)?.replace(/\s/g, '');
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw vihfFault(code);
  return Buffer.from(text, 'base64');
};

/** The prefixes of a canonicalisation or transform element, which must be exclusive C14N without comments. */
function exclusivePrefixes(element: XmlElement, code: VihfRule): string[] {
  require(attr(element, 'Algorithm') === exclusive, code);
  const [content, ...more] = children(element);
  const list = content === undefined || nameOf(content) === `{${ns.ec}}InclusiveNamespaces`;
  require(list && more.length === 0, code);
  return inclusivePrefixes(element);
}

/**
 * Verifies the signature of an assertion. @returns the signer's certificate, not yet judged, and the algorithm;
 * undefined when the assertion is not signed. @throws SoapFault with the rule that failed
 */
export function verifySignature(
  assertion: XmlElement,
  id: string,
  acceptSha1: boolean,
): { certificate: Certificate; algorithm: SignatureAlgorithm } | undefined {
  const signatures = findAll(assertion, './/ds:Signature');
  const [signature, ...more] = signatures;
  if (signature === undefined) return undefined;
  const place = children(assertion).findIndex((c) => c.isSameNode(signature));
  require(more.length === 0 && place === 1, 'SIGNATURE_PLACE');

  const signedInfo = only(signature, 'ds:SignedInfo', 'SIGNATURE_REFERENCE');
  const method = signatureMethods[attr(findOne(signedInfo, 'ds:SignatureMethod'), 'Algorithm') ?? ''];
  if (method === undefined || (!acceptSha1 && method.name === 'rsa-sha1')) throw vihfFault('SIGNATURE_ALGORITHM');
  const canonicalization = only(signedInfo, 'ds:CanonicalizationMethod', 'SIGNATURE_ALGORITHM');
  const signedOctets = canonicalize(
    signedInfo,
    'exclusive',
    exclusivePrefixes(canonicalization, 'SIGNATURE_ALGORITHM'),
  );

  const reference = only(signedInfo, 'ds:Reference', 'SIGNATURE_REFERENCE');
  require(attr(reference, 'URI') === `#${id}`, 'SIGNATURE_REFERENCE');
  const [first, second, ...others] = findAll(reference, 'ds:Transforms/ds:Transform');
  if (second === undefined || others.length > 0) throw vihfFault('SIGNATURE_TRANSFORMS');
  require(attr(first, 'Algorithm') === enveloped, 'SIGNATURE_TRANSFORMS');
  const prefixes = exclusivePrefixes(second, 'SIGNATURE_TRANSFORMS');
  const hash = digestMethods[attr(findOne(reference, 'ds:DigestMethod'), 'Algorithm') ?? ''];
  if (hash === undefined || (!acceptSha1 && hash === 'sha1')) throw vihfFault('SIGNATURE_ALGORITHM');
  const digest = base64(only(reference, 'ds:DigestValue', 'SIGNATURE_REFERENCE'), 'SIGNATURE_REFERENCE');

  const value = base64(only(signature, 'ds:SignatureValue', 'SIGNATURE_VALUE'), 'SIGNATURE_VALUE');
  const certificate = keyOf(signature);
  const key = certificate.x509.publicKey;
  const strong = key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= smallestKey;
  require(strong, 'SIGNATURE_KEY');
  require(verify(method.hash, signedOctets, { key, padding: constants.RSA_PKCS1_PADDING }, value), 'SIGNATURE_VALUE');

  signature.remove();
  const actual = createHash(hash)
    .update(canonicalize(assertion, 'exclusive', prefixes))
    .digest();
  require(actual.equals(digest), 'SIGNATURE_DIGEST');
  return { certificate, algorithm: method.name };
}

function keyOf(signature: XmlElement): Certificate {
  const element = only(signature, 'ds:KeyInfo/ds:X509Data/ds:X509Certificate', 'SIGNATURE_KEY');
  require(findAll(signature, 'ds:KeyInfo/*').length === 1, 'SIGNATURE_KEY');
  try {
    return readCertificate(base64(element, 'SIGNATURE_KEY'));
  } catch {
    throw vihfFault('SIGNATURE_KEY');
  }
}

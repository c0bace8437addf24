/** Signs the golden signature document again with a key of the test PKI, after an edit of what it says. */
import { createHash, createSign, X509Certificate } from 'node:crypto';

import { canonicalize, findOne, withXml } from '../../../simulator/dom.ts';
import { type Edit, replace } from './edit-ebxml.ts';
import type { Identity } from './pki.ts';

const base64Of = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');

/** RFC 2253 text of the issuer; the test PKI has no multi-valued issuer. */
const issuerOf = (certificate: X509Certificate): string => certificate.issuer.split('\n').reverse().join(',');

function certElement(identity: Identity): string {
  const certificate = new X509Certificate(identity.cert);
  const digest = createHash('sha1').update(certificate.raw).digest('base64');
  return (
    `<xad:Cert><xad:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></xad:CertDigest><xad:IssuerSerial>` +
    `<ds:X509IssuerName>${issuerOf(certificate)}</ds:X509IssuerName>` +
    `<ds:X509SerialNumber>${BigInt(`0x${certificate.serialNumber}`)}</ds:X509SerialNumber></xad:IssuerSerial></xad:Cert>`
  );
}

/** Digest or signature values must name the algorithms that the text names. */
const isSha256 = (xml: string): boolean => xml.includes('xmldsig-more#rsa-sha256');

/**
 * The golden signature of td2-1/01 (prefixes `ds`, `xad`; references without transform), signed by `signer`.
 * @param edit changes the document before its digests are computed
 */
export function resign(golden: string, signer: Identity, edit: Edit = (text) => text): string {
  let xml = replace(/(<ds:X509Certificate>)[^<]*/, `$1${base64Of(signer.cert)}`)(golden);
  xml = replace(/(<xad:SigningCertificate>).*(<\/xad:SigningCertificate>)/s, `$1${certElement(signer)}$2`)(xml);
  xml = edit(xml);
  const hash = isSha256(xml) ? 'sha256' : 'sha1';
  const octets = (path: string, method: 'inclusive' | 'inclusiveWithComments'): Buffer =>
    withXml(Buffer.from(xml), (root) => canonicalize(findOne(root, path)!, method));
  const digest = (type: string, path: string): void => {
    const value = createHash(hash).update(octets(path, 'inclusive')).digest('base64');
    xml = xml.replace(
      new RegExp(`(<ds:Reference Type="${type}"[^>]*>.*?<ds:DigestValue>)[^<]*`, 's'),
      (_, head: string) => head + value,
    );
  };
  digest('http://www.w3.org/2000/09/xmldsig#Manifest', 'ds:Object/ds:Manifest');
  digest(
    'http://uri.etsi.org/01903/v1.1.1#SignedProperties',
    'ds:Object/xades:QualifyingProperties/xades:SignedProperties',
  );
  const signature = createSign(`RSA-${hash.toUpperCase()}`)
    .update(octets('ds:SignedInfo', 'inclusiveWithComments'))
    .sign(signer.key, 'base64');
  return xml.replace(/(<ds:SignatureValue>)[^<]*/, (_, head: string) => head + signature);
}

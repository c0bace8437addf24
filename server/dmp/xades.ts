/**
 * The XAdES 1.1.1 signature of a submission set: the text of the signature document (dmp-wire §3.8, kit form with explicit
 * transforms). The manifest says the digest of each document; the set itself is named with a single zero byte, as the DMP does.
 */
import { createHash } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { el, serialize, type Element } from '../../mappings/xml/build.ts';
import { canonicalDigest } from './c14n.ts';
import type { Seal } from './seal.ts';

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const xades = 'http://uri.etsi.org/01903/v1.1.1#';
const c14nWithComments = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
/** « Source »: why the set is signed (ASTM E1762). */
export const signaturePurpose = '1.2.840.10065.1.12.1.14';

const algorithms = {
  sha1: { signature: `${dsig}rsa-sha1`, digest: `${dsig}sha1` },
  sha256: {
    signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
  },
} as const;

export interface SignedDocument {
  /** OID */
  uniqueId: string;
  mimeType: string;
  content: Uint8Array;
}

/** XML documents are digested in canonical form, all others as they are (DICOM KOS: dmp-wire §3.8). */
const isXml = (mimeType: string): boolean => /^(text|application)\/(xml|[\w.-]+\+xml)\s*(;|$)/i.test(mimeType);

function reference(uri: string, algorithm: 'sha1' | 'sha256', digest: string, transform: boolean): Element {
  return el('ds:Reference', { URI: uri }, [
    transform ? el('ds:Transforms', {}, [el('ds:Transform', { Algorithm: c14nWithComments })]) : undefined,
    el('ds:DigestMethod', { Algorithm: algorithms[algorithm].digest }),
    el('ds:DigestValue', {}, [digest]),
  ]);
}

function manifest(setUniqueId: string, documents: readonly SignedDocument[], algorithm: 'sha1' | 'sha256'): Element {
  return el('ds:Manifest', { 'xmlns:ds': dsig, Id: 'IHEManifest' }, [
    reference(`urn:oid:${setUniqueId}`, algorithm, 'AA==', false),
    ...documents.map((d) => {
      const xml = isXml(d.mimeType);
      const digest = xml
        ? canonicalDigest(d.content, algorithm)
        : createHash(algorithm).update(d.content).digest('base64');
      return reference(`urn:oid:${d.uniqueId}`, algorithm, digest, xml);
    }),
  ]);
}

function qualifyingProperties(signatureId: string, seal: Seal, time: Date, algorithm: 'sha1' | 'sha256'): Element {
  const cert = (c: Seal['certificates'][number]): Element =>
    el('xad:Cert', {}, [
      el('xad:CertDigest', {}, [
        el('ds:DigestMethod', { Algorithm: algorithms[algorithm].digest }),
        el('ds:DigestValue', {}, [c[algorithm]]),
      ]),
      el('xad:IssuerSerial', {}, [el('ds:X509IssuerName', {}, [c.issuer]), el('ds:X509SerialNumber', {}, [c.serial])]),
    ]);
  return el('xad:QualifyingProperties', { 'xmlns:xad': xades, 'xmlns:ds': dsig, Target: `#${signatureId}` }, [
    el('xad:SignedProperties', { Id: 'S0-SignedProperties' }, [
      el('xad:SignedSignatureProperties', {}, [
        el('xad:SigningTime', {}, [time.toISOString()]),
        el('xad:SigningCertificate', {}, seal.certificates.map(cert)),
        el('xad:SignaturePolicyIdentifier', {}, [el('xad:SignaturePolicyImplied')]),
      ]),
    ]),
  ]);
}

/**
 * Signs a submission set.
 * @param set uniqueId of the set (OID) and its documents, in the order of the manifest
 * @param how seal, instant of signature, id of the Signature element (an NCName), digest
 * @returns the signature document, in UTF-8
 * @throws XmlError when a document that says it is XML is not
 */
export function signSet(
  set: { uniqueId: string; documents: readonly SignedDocument[] },
  how: { seal: Seal; time: Date; signatureId: string; digest: 'sha1' | 'sha256' },
): Buffer {
  const { signature: signatureAlgorithm, digest: digestAlgorithm } = algorithms[how.digest];
  const content = [
    manifest(set.uniqueId, set.documents, how.digest),
    el('ds:SignatureProperties', {}, [
      el('ds:SignatureProperty', { Id: 'purposeOfSignature', Target: `#${how.signatureId}` }, [signaturePurpose]),
    ]),
    qualifyingProperties(how.signatureId, how.seal, how.time, how.digest),
  ].map((e) => ({ content: serialize(e) }));
  const signer = new SignedXml({
    privateKey: how.seal.key,
    signatureAlgorithm,
    canonicalizationAlgorithm: c14nWithComments,
    objects: content,
    getKeyInfoContent: () =>
      `<ds:X509Data><ds:X509Certificate>${how.seal.certificates[0].base64}</ds:X509Certificate></ds:X509Data>`,
  });
  const object = "/*/*[local-name()='Signature']/*[local-name()='Object']";
  const signed = { transforms: [c14nWithComments], digestAlgorithm } as const;
  signer.addReference({
    ...signed,
    transforms: [c14nWithComments],
    xpath: `${object}/*[local-name()='Manifest']`,
    type: `${dsig}Manifest`,
  });
  signer.addReference({
    ...signed,
    transforms: [c14nWithComments],
    xpath: `${object}/*[local-name()='QualifyingProperties']/*[local-name()='SignedProperties']`,
    type: `${xades}SignedProperties`,
  });
  signer.computeSignature('<root/>', { prefix: 'ds', attrs: { Id: how.signatureId } });
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${signer.getSignatureXml()}`, 'utf8');
}

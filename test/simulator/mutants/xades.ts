/**
 * Mutants of the signature document: altered as it is where the signature does not cover what changes or must break,
 * signed again with the test PKI where only the rule after the signature is meant.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  both,
  drop,
  type Edit,
  identifier,
  object,
  part,
  replace,
  setIdentifier,
  within,
} from '../support/edit-ebxml.ts';
import type { Identity, TestPki } from '../support/pki.ts';
import { resign } from '../support/resign.ts';
import { edit, type Message } from '../support/xds.ts';
import type { Mutant } from './iti41.ts';

export interface XadesMutant extends Omit<Mutant, 'edit'> {
  change: (message: Message, pki: TestPki) => Message | Promise<Message>;
}

const cid = 'xades.3@lumidui.example.invalid';
const inSignature = (change: Edit): Edit => part(cid, change);
/** The signature document itself, without its MIME headers. */
const inXml = (change: Edit): Edit => inSignature(within(/<\?xml.*/s, change));

/** An edit of the signature, signed again with a key of the test PKI (the structure's, unless told). */
const signedAgain =
  (change: Edit, signer?: (pki: TestPki) => Promise<Identity>) =>
  async (message: Message, pki: TestPki): Promise<Message> => {
    const identity = await (signer ?? ((p: TestPki) => p.structure('1990100109', { use: 'sign' })))(pki);
    return edit(
      message,
      inXml((xml) => resign(xml, identity, change)),
    );
  };

const asIs =
  (change: Edit) =>
  (message: Message): Message =>
    edit(message, change);

const mutant = (
  name: string,
  rule: string,
  context: string,
  change: XadesMutant['change'],
  more: Partial<XadesMutant> = {},
): XadesMutant => ({
  name,
  rule,
  change,
  code: 'XDSRepositoryError',
  context,
  location: 'Signature01',
  ...more,
});

const prefix = 'Signature du lot : ';
const oid = (last: string): string => `urn:oid:2.16.840.1.113883.19.7601.3.${last}`;
const nothing: Edit = (text) => text;
const sha512 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512';

/** A certificate of the fixtures in the place of the signer's. */
const certificate =
  (dir: string, file: string): Edit =>
  (text) => {
    const pem = readFileSync(join(dir, 'wire/certs', `${file}.pem`), 'utf8').replace(/-----[^-]+-----|\s/g, '');
    return replace(/(<ds:X509Certificate>)[^<]*/, `$1${pem}`)(text);
  };

/** Document02 and its clone Document03, which the signature does not cover. */
const third: Edit = both(
  object(
    'Document02',
    (entry) =>
      entry +
      entry
        .replaceAll('Document02', 'Document03')
        .replace('20261012.2"', '20261012.3"')
        .replaceAll(/ id="([ce]\d+)"/g, ' id="$1x"'),
  ),
  within(
    /<rim:Association id="a41".*?<\/rim:Association>/s,
    (a) => a + a.replace('a41', 'a41x').replace('Document02', 'Document03'),
  ),
  within(
    /<xdsb:Document id="Document02">.*?<\/xdsb:Document>/,
    (d) => d + d.replace('Document02', 'Document03').replace('cda-n3.2', 'cda-n3.9'),
  ),
  part(
    'cda-n3.2@lumidui.example.invalid',
    (p) =>
      `${p}\r\n${p.replace('cda-n3.2', 'cda-n3.9').replace('<id root="2.16.840.1.113883.19.7601.3.50.20261012.2"/>', '<id root="2.16.840.1.113883.19.7601.3.50.20261012.3"/>')}`,
  ),
);
const withoutSecond: Edit = both(
  object('Document02', drop),
  within(/<rim:Association id="a41".*?<\/rim:Association>/s, drop),
  replace(/<xdsb:Document id="Document02">.*?<\/xdsb:Document>/, ''),
  part('cda-n3.2@lumidui.example.invalid', drop),
);

/** @param dir corpora, for the certificates of the fixtures; read when a mutant is applied */
export const xadesMutants = (dir: string): XadesMutant[] => [
  mutant('no XML', 'xades.form', 'Signature du lot illisible', asIs(inSignature(replace('</ds:Signature>', '')))),
  mutant(
    'another root',
    'xades.form',
    'Signature du lot illisible',
    asIs(inSignature(replace(/(<\/?)ds:Signature(?=[ >])/g, '$1ds:Sign'))),
  ),
  mutant(
    'two certificates',
    'xades.form',
    'Signature du lot illisible',
    asIs(inSignature(within(/<ds:X509Certificate>.*?<\/ds:X509Certificate>/s, (t) => t + t))),
  ),
  mutant(
    'QualifyingProperties of another signature',
    'xades.form',
    'Signature du lot illisible',
    asIs(inSignature(replace(/(<xad:QualifyingProperties[^>]*Target=")#[^"]*/, '$1#other'))),
  ),
  mutant(
    'no Manifest',
    'xades.form',
    'Signature du lot illisible',
    asIs(inSignature(replace(/<ds:Manifest.*<\/ds:Manifest>/s, ''))),
  ),
  mutant(
    'an algorithm that is not admitted',
    'xades.algorithm',
    `${prefix}algorithme non admis`,
    asIs(inSignature(replace('http://www.w3.org/2000/09/xmldsig#rsa-sha1', sha512))),
  ),
  mutant(
    'a transform that is not admitted',
    'xades.algorithm',
    `${prefix}algorithme non admis`,
    asIs(inSignature(replace(/(<ds:Transform Algorithm=")[^"]*/, '$1http://www.w3.org/TR/1999/REC-xslt-19991116'))),
  ),
  mutant(
    'two transforms',
    'xades.algorithm',
    `${prefix}algorithme non admis`,
    asIs(inSignature(within(/<ds:Transform .*?\/>/, (t) => t + t))),
  ),
  mutant(
    'an authority with the right names and another key',
    'xades.untrusted',
    `${prefix}certificat non reconnu`,
    asIs(inSignature(certificate(dir, 'org-sign-ehpad-imposteur'))),
  ),
  mutant(
    'an expired certificate',
    'xades.expired',
    `${prefix}certificat hors de sa période de validité`,
    asIs(inSignature(certificate(dir, 'org-sign-ehpad-expire'))),
  ),
  mutant(
    'the certificate of the TLS connection',
    'xades.kind',
    `${prefix}ce n’est pas un certificat de signature`,
    asIs(inSignature(certificate(dir, 'org-auth-ehpad'))),
  ),
  mutant(
    'another structure',
    'xades.signer',
    `${prefix}le signataire n’est ni la structure ni le professionnel du VIHF`,
    asIs(inSignature(certificate(dir, 'org-sign-samu'))),
  ),
  mutant(
    'another professional',
    'xades.signer',
    `${prefix}le signataire n’est ni la structure ni le professionnel du VIHF`,
    signedAgain(nothing, (pki) => pki.card('899700307715', { use: 'sign' })),
  ),
  mutant(
    'a right signer, but not the one who signed',
    'xades.value',
    `${prefix}valeur de signature fausse`,
    asIs(inSignature(certificate(dir, 'cps-sign-maurel'))),
  ),
  mutant(
    'an altered value',
    'xades.value',
    `${prefix}valeur de signature fausse`,
    asIs(inSignature(replace('<ds:SignatureValue>5B', '<ds:SignatureValue>5C'))),
  ),
  mutant(
    'an altered digest in SignedInfo',
    'xades.value',
    `${prefix}valeur de signature fausse`,
    asIs(inSignature(replace('zV4OZnuiSBL35xWeKIlcnb7FaVc=', 'zV4OZnuiSBL35xWeKIlcnb7FaVd='))),
  ),
  mutant(
    'a Manifest with another Id',
    'xades.references',
    `${prefix}Manifest et SignedProperties doivent être signés`,
    asIs(inSignature(replace('<ds:Manifest Id="IHEManifest">', '<ds:Manifest Id="Other">'))),
  ),
  mutant(
    'two elements with the Id of the Manifest',
    'xades.references',
    `${prefix}Manifest et SignedProperties doivent être signés`,
    asIs(inSignature(replace('<ds:SignatureProperties>', '<ds:SignatureProperties Id="IHEManifest">'))),
  ),
  mutant(
    'SignedProperties that are not signed',
    'xades.references',
    `${prefix}Manifest et SignedProperties doivent être signés`,
    signedAgain(replace(/<ds:Reference Type="http:\/\/uri\.etsi\.org[^>]*>.*?<\/ds:Reference>/s, '')),
  ),
  mutant(
    'an altered digest in the Manifest',
    'xades.digest',
    `${prefix}empreinte fausse de #IHEManifest`,
    asIs(inSignature(replace('fSR6mCcAx5wDrIjuKadIatrw4iU=', 'fSR6mCcAx5wDrIjuKadIatrw4iV='))),
  ),
  mutant(
    'an altered signing time',
    'xades.digest',
    `${prefix}empreinte fausse de #S0-SignedProperties`,
    asIs(inSignature(replace('2026-10-12T09:41:50', '2026-10-12T09:41:51'))),
  ),
  mutant(
    'another set than the signed one',
    'xades.set',
    `${prefix}référence au lot absente ou fausse`,
    asIs(
      identifier(
        'SubmissionSet01',
        'XDSSubmissionSet.uniqueId',
        setIdentifier('2.16.840.1.113883.19.7601.3.40.20261012.2'),
      ),
    ),
    { more: true },
  ),
  mutant(
    'a digest of the set that is not one zero octet',
    'xades.set',
    `${prefix}référence au lot absente ou fausse`,
    signedAgain(replace('>AA==<', '>AQ==<')),
  ),
  mutant(
    'a document that is not covered',
    'xades.document.missing',
    `${prefix}document non couvert ${oid('50.20261012.3')}`,
    asIs(third),
  ),
  mutant(
    'a document that is not in the lot',
    'xades.document.extra',
    `${prefix}référence inattendue ${oid('50.20261012.2')}`,
    asIs(withoutSecond),
  ),
  mutant(
    'a document altered after it was signed',
    'xades.document.digest',
    `${prefix}empreinte fausse du document ${oid('50.20261012.2')}`,
    asIs(part('cda-n3.2@lumidui.example.invalid', replace('deux fois par semaine', 'trois fois par semaine'))),
  ),
  mutant(
    'a comment added to a document',
    'xades.document.digest',
    `${prefix}empreinte fausse du document ${oid('50.20261012.1')}`,
    asIs(part('cda-n1.1@lumidui.example.invalid', replace('<title>', '<!-- x --><title>'))),
  ),
  mutant(
    'a digest of a document altered and signed',
    'xades.document.digest',
    `${prefix}empreinte fausse du document ${oid('50.20261012.1')}`,
    signedAgain(replace('fSR6mCcAx5wDrIjuKadIatrw4iU=', 'YPWseKe1r2f89ATZg8DD50Pa41I=')),
  ),
  mutant(
    'a SigningCertificate with another digest',
    'xades.signingCertificate',
    `${prefix}SigningCertificate ne désigne pas le signataire`,
    signedAgain(
      within(
        /<xad:CertDigest>.*?<\/xad:CertDigest>/s,
        replace(/(<ds:DigestValue>)[^<]*/, '$1YPWseKe1r2f89ATZg8DD50Pa41I='),
      ),
    ),
  ),
  mutant(
    'a SigningCertificate with another serial number',
    'xades.signingCertificate',
    `${prefix}SigningCertificate ne désigne pas le signataire`,
    signedAgain(replace(/(<ds:X509SerialNumber>)[^<]*/, '$11')),
  ),
  mutant(
    'a SigningCertificate with another issuer',
    'xades.signingCertificate',
    `${prefix}SigningCertificate ne désigne pas le signataire`,
    signedAgain(replace(/(<ds:X509IssuerName>)[^<]*/, '$1CN=AUTRE,C=FR')),
  ),
  mutant(
    'no SigningCertificate',
    'xades.signingCertificate',
    `${prefix}SigningCertificate ne désigne pas le signataire`,
    signedAgain(replace(/<xad:SigningCertificate>.*<\/xad:SigningCertificate>/s, '')),
  ),
  mutant(
    'no signing time',
    'xades.signingTime',
    `${prefix}SigningTime absent ou illisible`,
    signedAgain(replace(/<xad:SigningTime>.*<\/xad:SigningTime>/s, '')),
  ),
  mutant(
    'a signing time without zone',
    'xades.signingTime',
    `${prefix}SigningTime absent ou illisible`,
    signedAgain(replace(/(<xad:SigningTime>)[^<]*/, '$12026-10-12T09:41:50')),
  ),
  mutant(
    'another purpose',
    'xades.purpose',
    `${prefix}raison de la signature absente ou fausse`,
    asIs(inSignature(replace('>1.2.840.10065.1.12.1.14<', '>1.2.840.10065.1.12.1.1<'))),
  ),
  mutant(
    'no purpose',
    'xades.purpose',
    `${prefix}raison de la signature absente ou fausse`,
    asIs(inSignature(replace(/<ds:SignatureProperties>.*<\/ds:SignatureProperties>/s, ''))),
  ),
];

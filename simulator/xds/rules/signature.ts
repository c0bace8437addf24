/** The rules of the signature document of a set (XAdES 1.1.1, shared facts on the DMP §3.8); xades.ts verifies. */
import { identifier, uniqueIdOf } from '../metadata.ts';
import { setScheme } from '../vocabulary.ts';
import { verifyXades } from '../xades.ts';
import { signatureOf } from './associations.ts';
import { collect, type Finding, type Rule, setOf, type Submission } from './rule.ts';

const repository = (context: string): Rule => ({ code: 'XDSRepositoryError', context });

export const signatureRules = {
  'xades.form': repository('Signature du lot illisible'),
  'xades.algorithm': repository('Signature du lot : algorithme non admis'),
  'xades.untrusted': repository('Signature du lot : certificat non reconnu'),
  'xades.expired': repository('Signature du lot : certificat hors de sa période de validité'),
  'xades.kind': repository('Signature du lot : ce n’est pas un certificat de signature'),
  'xades.signer': repository('Signature du lot : le signataire n’est ni la structure ni le professionnel du VIHF'),
  'xades.value': repository('Signature du lot : valeur de signature fausse'),
  'xades.references': repository('Signature du lot : Manifest et SignedProperties doivent être signés'),
  'xades.digest': repository('Signature du lot : empreinte fausse de {uri}'),
  'xades.set': repository('Signature du lot : référence au lot absente ou fausse'),
  'xades.document.missing': repository('Signature du lot : document non couvert {uri}'),
  'xades.document.digest': repository('Signature du lot : empreinte fausse du document {uri}'),
  'xades.document.extra': repository('Signature du lot : référence inattendue {uri}'),
  'xades.signingCertificate': repository('Signature du lot : SigningCertificate ne désigne pas le signataire'),
  'xades.signingTime': repository('Signature du lot : SigningTime absent ou illisible'),
  'xades.purpose': repository('Signature du lot : raison de la signature absente ou fausse'),
} satisfies Record<string, Rule>;

export type SignatureRule = keyof typeof signatureRules;

/** Findings about the signature document, when there is one. */
export const checkSignatureDocument = (submission: Submission): Finding[] =>
  collect<SignatureRule>(signatureRules, (report) => {
    const signature = signatureOf(submission);
    if (signature === undefined) return;
    const octets = (id: string): Uint8Array => submission.documents.find((d) => d.id === id)?.bytes ?? new Uint8Array();
    const problems = verifyXades(octets(signature.id), {
      setUniqueId: identifier(setOf(submission), setScheme.uniqueId) ?? '',
      documents: submission.list.documents
        .filter((d) => d !== signature)
        .map((d) => ({ uniqueId: uniqueIdOf(d), bytes: octets(d.id) })),
      trusted: submission.trusted,
      now: submission.now,
      person: submission.vihf.nameId,
      structure: submission.vihf.structure,
    });
    for (const { rule, uri } of problems) report(rule, signature.id, uri === undefined ? {} : { uri });
  });

/** The error table: documents. */
import { row, type ErrorRow } from './row.ts';

export const documentErrors = {
  'document-empty': row(400, 'value', 'Le document est vide.', 'The document is empty.'),
  'document-type': row(
    415,
    'not-supported',
    'Le DMP ne prend pas « {given} ». Types pris : {supported}.',
    'The DMP does not take "{given}". Taken: {supported}.',
  ),
  'document-type-mismatch': row(
    422,
    'invalid',
    'Le contenu n’est pas du type annoncé ({given}).',
    'The content is not of the type announced ({given}).',
  ),
  'document-base64': row(
    400,
    'value',
    'Le contenu n’est pas en base64 (RFC 4648 §4 : alphabet avec + et /, complété par =). Encodez les octets du document.',
    'The content is not base64 (RFC 4648 §4: the alphabet with + and /, padded with =). Encode the octets of the document.',
  ),
  'hash-mismatch': row(
    422,
    'value',
    'L’empreinte annoncée n’est pas celle du contenu (SHA-1, base64). Recalculez-la ou omettez-la.',
    'The hash given is not that of the content (SHA-1, base64). Recompute it or leave it out.',
  ),
  'size-mismatch': row(
    422,
    'value',
    'La taille annoncée ({given}) n’est pas celle du contenu ({actual}).',
    'The size given ({given}) is not that of the content ({actual}).',
  ),
  'pdfa-expected': row(
    422,
    'business-rule',
    'Le PDF ne se déclare pas PDF/A-1, seul PDF que le CI-SIS permet.',
    'The PDF does not declare PDF/A-1, the only PDF that CI-SIS allows.',
  ),
  'cda-invalid': row(422, 'structure', 'Le CDA n’est pas valable : {detail}', 'The CDA is not valid: {detail}'),
  'cda-mismatch': row(
    422,
    'business-rule',
    'L’en-tête du CDA contredit les métadonnées : {element}.',
    'The CDA header contradicts the metadata: {element}.',
  ),
  'cda-lacks': row(
    422,
    'required',
    'Le CDA ne donne pas de quoi remplir {element} : {xpath} manque dans son en-tête, ou n’y a pas de valeur connue. Complétez le CDA.',
    'The CDA does not say what goes into {element}: {xpath} is missing in its header, or has no known value there. Complete the CDA.',
  ),
  'cda-patient': row(
    422,
    'business-rule',
    'Le patient du CDA n’est pas celui de la fiche (subject).',
    'The patient of the CDA is not the subject of the DocumentReference.',
  ),
  'unique-id-invalid': row(
    400,
    'value',
    'L’identifiant unique doit être un OID de 64 caractères au plus (urn:oid:…) ou un UUID (urn:uuid:…), de système urn:ietf:rfc:3986.',
    'The unique identifier must be an OID of at most 64 characters (urn:oid:…) or a UUID (urn:uuid:…), of system urn:ietf:rfc:3986.',
  ),
  duplicate: row(
    409,
    'duplicate',
    'Cet identifiant unique est déjà celui d’un autre document ou lot (autre contenu ou autre patient). Donnez-en un nouveau.',
    'This unique identifier already belongs to another document or set (other content or other patient). Give a new one.',
  ),
  'unique-id-repeated': row(
    400,
    'duplicate',
    'Cet identifiant unique figure deux fois dans la requête.',
    'This unique identifier occurs twice in the request.',
  ),
  'document-already-deposited': row(
    409,
    'duplicate',
    'Ce document a déjà été déposé dans un autre lot : retirez-le de celui-ci.',
    'This document was already deposited in another set: remove it from this one.',
  ),
  'deposit-pending': row(
    503,
    'transient',
    'Un dépôt de ce même document est en cours, ou son issue n’est pas encore connue. Réessayez dans une minute.',
    'A deposit of this same document is under way, or its outcome is not known yet. Try again in a minute.',
    true,
  ),
  'author-incomplete': row(
    400,
    'required',
    'L’auteur désigné n’a pas d’identifiant ou de nom lisible ici : contenez-le (« contained ») avec identifiant et nom.',
    'The author given has no identifier or name that can be read here: contain it (#id) with identifier and name.',
  ),
  'author-context': row(
    400,
    'required',
    'Le DMP veut la structure et la spécialité (ou profession) de l’auteur : donnez PractitionerRole.organization, et .specialty ou .code.',
    'The DMP wants the structure and the specialty (or profession) of the author: give PractitionerRole.organization, and .specialty or .code.',
  ),
  'custodian-is-depositor': row(
    200,
    'informational',
    'Le custodian enregistré est la structure déposante, quel que soit celui qui est indiqué.',
    'The custodian on record is the depositing structure, whichever is given.',
  ),
} as const satisfies Record<string, ErrorRow>;

/** The error table: relations between documents, and the PATCH entries of a set. */
import { row, type ErrorRow } from './row.ts';

export const relationErrors = {
  'relates-code': row(
    400,
    'not-supported',
    'La relation « {code} » ne se dépose pas : le lot est signé par la passerelle. Relations prises : replaces, transforms, appends.',
    'The relation "{code}" cannot be deposited: the gateway signs the set. Taken: replaces, transforms, appends.',
  ),
  'relates-combination': row(
    400,
    'business-rule',
    'Au plus un relatesTo de chaque sorte, et jamais replaces avec appends (CDA R2). Séparez ces relations en plusieurs documents.',
    'At most one relatesTo of each kind, and never replaces together with appends (CDA R2). Split them over several documents.',
  ),
  'target-unknown': row(
    422,
    'not-found',
    'Le document désigné est inconnu du DMP ou de cette passerelle. Désignez-le par son identifiant unique (identifier, urn:oid:…) ou par le DocumentReference/<id> d’une recherche.',
    'The document pointed at is not known to the DMP or to this gateway. Give its unique identifier (identifier, urn:oid:…) or the DocumentReference/<id> of a search.',
  ),
  'target-new': row(
    400,
    'business-rule',
    'relatesTo doit désigner un document qui est déjà dans le DMP, pas un document de la même requête.',
    'relatesTo must point at a document that is in the DMP already, not at one of the same request.',
  ),
  'target-inconsistent': row(
    400,
    'invalid',
    'La référence et l’identifiant désignent deux documents différents : n’en gardez qu’un.',
    'The reference and the identifier point at two different documents: keep one of them.',
  ),
  'target-other-patient': row(
    422,
    'business-rule',
    'Ce qui est désigné n’est pas de ce patient.',
    'What is pointed at does not belong to this patient.',
  ),
  'replaced-twice': row(
    400,
    'duplicate',
    'Deux documents de la requête remplacent le même : un document n’a qu’un remplaçant.',
    'Two documents of the request replace the same one: a document has one replacement only.',
  ),
  'patch-parameters': row(
    400,
    'structure',
    'Dans un lot, le PATCH d’un DocumentReference est un Parameters d’une seule opération : type = replace, path = DocumentReference.status, value = superseded (IHE.MHD.Patch.Parameters). Pour le reste, envoyez PATCH /fhir/DocumentReference/<id> hors du lot.',
    'In a set, the PATCH of a DocumentReference is a Parameters with one operation: type = replace, path = DocumentReference.status, value = superseded (IHE.MHD.Patch.Parameters). For anything else send PATCH /fhir/DocumentReference/<id> on its own.',
  ),
  'patch-unmatched': row(
    400,
    'business-rule',
    'Aucun document du lot ne remplace celui que cette entrée rend obsolète : ajoutez relatesTo (replaces) au nouveau document, ou retirez cette entrée.',
    'No document of the set replaces the one that this entry supersedes: add relatesTo (replaces) to the new document, or remove this entry.',
  ),
  'replace-without-patch': row(
    200,
    'informational',
    'Le document remplacé devient obsolète, bien que le lot n’ait pas l’entrée PATCH que MHD demande.',
    'The replaced document becomes superseded, although the set lacks the PATCH entry that MHD asks for.',
  ),
  'deposited-otherwise': row(
    409,
    'conflict',
    'Ce document est déjà déposé, avec d’autres relations (relatesTo). Donnez un nouvel identifiant unique à celui-ci.',
    'This document was already deposited, with other relations (relatesTo). Give this one a new unique identifier.',
  ),
  'cda-relation-unsaid': row(
    422,
    'business-rule',
    'L’en-tête du CDA a un relatedDocument typeCode={type} que DocumentReference.relatesTo ne dit pas : ajoutez relatesTo ({code}) vers ce document, ou retirez relatedDocument.',
    'The CDA header has a relatedDocument typeCode={type} that DocumentReference.relatesTo does not say: add relatesTo ({code}) to that document, or remove relatedDocument.',
  ),
  'cda-relation-missing': row(
    422,
    'business-rule',
    'DocumentReference.relatesTo dit {code}, mais l’en-tête du CDA ne le dit pas. Ajoutez-y relatedDocument typeCode={type}, avec parentDocument/id root={uniqueId}.',
    'DocumentReference.relatesTo says {code}, but the CDA header does not. Add relatedDocument typeCode={type} to it, with parentDocument/id root={uniqueId}.',
  ),
  'not-registered': row(
    502,
    'incomplete',
    'Le DMP a enregistré d’autres documents du lot, mais pas celui-ci. Déposez-le de nouveau, seul.',
    'The DMP registered other documents of the set, but not this one. Deposit it again, on its own.',
  ),
  'folder-unknown': row(
    422,
    'not-found',
    'Le classeur à compléter est inconnu : créez-le (POST List), ou cherchez-le d’abord (List?code=folder) pour en avoir l’identifiant.',
    'The folder to add to is not known: create it (POST List), or search for it first (List?code=folder) to get its id.',
  ),
  'folder-partial': row(
    200,
    'incomplete',
    'Les documents sont ajoutés au classeur ; le DMP n’en retire pas, et n’en change ni le titre, ni les codes, ni le commentaire.',
    'The documents were added to the folder; the DMP takes none out, and changes neither title, codes nor comment.',
  ),
  'fhir-document-unsupported': row(
    400,
    'not-supported',
    'Le DMP ne prend pas de document FHIR (Bundle). Envoyez un Binary : PDF, texte, RTF, JPEG, TIFF ou CDA.',
    'The DMP takes no FHIR document (Bundle). Send a Binary: PDF, text, RTF, JPEG, TIFF or CDA.',
  ),
  'dry-run': row(
    200,
    'informational',
    'Essai à blanc : rien n’a été envoyé ni enregistré. Tel quel, ce dépôt serait accepté, pour autant que l’on puisse le savoir sans écrire dans le DMP.',
    'Dry run: nothing was sent or stored. As it is, this deposit would be accepted, as far as can be known without writing to the DMP.',
  ),
  'dry-run-existing': row(
    200,
    'informational',
    'Essai à blanc : ce dépôt a déjà été fait à l’identique ; le renvoyer retrouverait le premier (200).',
    'Dry run: this very deposit was made already; sending it again would find the first (200).',
  ),
  'condition-unsupported': row(
    400,
    'not-supported',
    'La condition {element} doit être identifier=urn:ietf:rfc:3986|urn:oid:… (identifiant unique du document).',
    'The condition {element} must be identifier=urn:ietf:rfc:3986|urn:oid:… (unique identifier of the document).',
  ),
  'condition-several': row(
    412,
    'multiple-matches',
    'Plusieurs documents répondent à la condition {element} : précisez-la.',
    'Several documents meet the condition {element}: narrow it.',
  ),
  'exists-already': row(
    200,
    'informational',
    'Ce document existe déjà : rien n’a été déposé.',
    'This document exists already: nothing was deposited.',
  ),
} as const satisfies Record<string, ErrorRow>;

/** The error table: PATCH of a document's attributes. */
import { row, type ErrorRow } from './row.ts';

export const patchErrors = {
  'patch-malformed': row(400, 'structure', 'Le PATCH n’est pas valable : {detail}', 'The PATCH is not valid: {detail}'),
  'patch-path': row(
    400,
    'invalid',
    'Le chemin « {path} » n’est pas lisible ({detail}). Écrivez : {remedy}',
    'Path "{path}" cannot be read ({detail}). Write: {remedy}',
  ),
  'patch-value': row(
    400,
    'value',
    'La valeur de {element} après le PATCH n’est pas valable : {given}. Écrivez : {remedy}',
    'The value of {element} after the PATCH is not valid: {given}. Write: {remedy}',
  ),
  'patch-too-many': row(
    400,
    'too-costly',
    'Le PATCH compte plus de {max} opérations. Réduisez-le.',
    'The PATCH has more than {max} operations. Make it shorter.',
  ),
  'patch-not-applicable': row(
    422,
    'processing',
    'L’opération {index} du PATCH ne s’applique pas à ce document : {detail}. Relisez le document et adaptez le chemin.',
    'Operation {index} of the PATCH does not apply to this document: {detail}. Read the document again and adapt the path.',
  ),
  'patch-test-failed': row(
    409,
    'conflict',
    'Le « test » de l’opération {index} ne correspond pas au document : rien n’a été modifié. Relisez-le.',
    'The "test" of operation {index} does not match the document: nothing was changed. Read it again.',
  ),
  'patch-element': row(
    405,
    'not-supported',
    'L’élément {element} ne se modifie pas : seuls status, securityLabel et l’extension isArchived ({url}) changent par PATCH (PDSm flux 03).',
    'Element {element} cannot be changed: only status, securityLabel and the extension isArchived ({url}) change by PATCH (PDSm flux 03).',
  ),
  'patch-several': row(
    422,
    'business-rule',
    'Ce PATCH demande plusieurs changements ({changes}), dont chacun est une transaction du DMP : envoyez un PATCH pour chacun.',
    'This PATCH asks for several changes ({changes}), each a DMP transaction of its own: send one PATCH for each.',
  ),
  'patch-level': row(
    422,
    'business-rule',
    'Le niveau de confidentialité ({level}) d’un document du DMP ne se modifie pas : gardez-le, ou remplacez le document.',
    'The confidentiality level ({level}) of a document in the DMP cannot be changed: keep it, or replace the document.',
  ),
  'patch-label-ambiguous': row(
    422,
    'business-rule',
    'Ce PATCH écrit {level}, qui y est déjà, à côté de {visibility}, qui reste. Pour lever une restriction, retirez son étiquette : {remedy}',
    'This PATCH writes {level}, which is there already, beside {visibility}, which stays. To lift a restriction remove its label: {remedy}',
  ),
  'patch-hiding': row(
    422,
    'business-rule',
    'Un document déjà visible du patient ou de ses représentants ne peut plus leur être caché (TD3.3b rend seulement visible). Ces restrictions se posent au dépôt.',
    'A document that the patient or the representatives see already can no longer be hidden from them (TD3.3b only makes visible). These restrictions are set at deposit.',
  ),
  'patch-transition': row(
    422,
    'business-rule',
    'Ce document est {status} : seul un document en vigueur (current) s’archive, se désarchive ou se supprime.',
    'This document is {status}: only one in force (current) can be archived, unarchived or deleted.',
  ),
  'patch-deletion-incomplete': row(
    422,
    'business-rule',
    'Une suppression met aussi status à superseded ou entered-in-error.',
    'A deletion also sets status to superseded or entered-in-error.',
  ),
  'patch-identifier-unknown': row(
    404,
    'not-found',
    'Aucun document vu ici n’a cet identifiant. Ajoutez patient.identifier=<INS> pour le chercher dans le DMP.',
    'No document seen here has this identifier. Add patient.identifier=<INS> to look it up in the DMP.',
  ),
  'version-conflict': row(
    412,
    'conflict',
    'La ressource a changé : If-Match dit {given}, sa version est {current}. Relisez-la et recommencez.',
    'The resource has changed: If-Match says {given}, its version is {current}. Read it again and start over.',
  ),
  'not-author': row(
    403,
    'forbidden',
    'Seul l’auteur de ce document (ou sa structure) peut faire cela : {right}.',
    'Only the author of this document (or the author’s structure) may do this: {right}.',
  ),
  'status-otherwise': row(
    409,
    'conflict',
    'Le DMP dit que ce document n’est plus en vigueur ni archivé : il a déjà été remplacé ou supprimé.',
    'The DMP says that this document is no longer in force nor archived: it was replaced or deleted already.',
  ),
  patched: row(200, 'informational', 'Modification faite dans le DMP : {change}.', 'Changed in the DMP: {change}.'),
  'patched-nothing': row(
    200,
    'informational',
    'Le document est déjà ainsi : rien n’a été modifié dans le DMP.',
    'The document is like this already: nothing was changed in the DMP.',
  ),
  'patch-dry-run': row(
    200,
    'informational',
    'Essai à blanc : rien n’a été modifié. Ce PATCH ferait : {change} ({transaction}).',
    'Dry run: nothing was changed. This PATCH would do: {change} ({transaction}).',
  ),
  'rendition-unavailable': row(
    406,
    'not-supported',
    'Ce document n’existe pas en {given}. Formats disponibles : {available}.',
    'This document does not exist as {given}. Available: {available}.',
  ),
  'content-corrupt': row(
    502,
    'exception',
    'Le document reçu du DMP n’a pas l’empreinte ou la taille annoncée par le registre : il n’est pas transmis.',
    'The document received from the DMP does not have the hash or size of the registry: it is not passed on.',
    true,
  ),
} as const satisfies Record<string, ErrorRow>;

/** The error table: correcting what was fed to the wrong record. */
import { row, type ErrorRow } from './row.ts';

export const correctionErrors = {
  'correction-reason': row(
    400,
    'required',
    'Le motif (reason) doit dire pourquoi, en {min} caractères au moins.',
    'The reason must say why, in {min} characters at least.',
  ),
  'correction-step': row(400, 'value', 'Étape inconnue : step vaut {supported}.', 'Unknown step: step is {supported}.'),
  'correction-parameter': row(
    400,
    'value',
    'Le paramètre {name} ne va pas avec cette étape : {detail}.',
    'Parameter {name} does not go with this step: {detail}.',
  ),
  'correction-wrong-ambiguous': row(
    422,
    'multiple-matches',
    'L’INS de cette identité a changé : désignez le mauvais dossier (wrong) par son INS, ou par l’un de {patients}.',
    'The INS of this identity has changed: designate the wrong record (wrong) by its INS, or by one of {patients}.',
  ),
  'correction-same-record': row(
    422,
    'business-rule',
    'Le bon dossier (right) est le même que le mauvais (wrong).',
    'The right record (right) is the same as the wrong one (wrong).',
  ),
  'correction-document': row(
    422,
    'not-found',
    'Ce document n’est pas de cette correction : seuls se corrigent ceux que votre structure a versés dans ce dossier.',
    'This document is not part of this correction: only those that your structure fed to that record are corrected.',
  ),
  'correction-not-deleted': row(
    409,
    'conflict',
    'Supprimez d’abord ce document du mauvais dossier (step = delete), puis versez le bon.',
    'First delete this document from the wrong record (step = delete), then feed the right one.',
  ),
  'correction-deleted': row(
    409,
    'conflict',
    'Ce document est déjà supprimé du mauvais dossier : il ne peut plus y rester (step = feed ou drop).',
    'This document is deleted from the wrong record already: it can no longer stay there (step = feed or drop).',
  ),
  'correction-fed': row(
    409,
    'conflict',
    'Un document a déjà été versé à la place de celui-ci (DocumentReference/{document}).',
    'A document was fed in the place of this one already (DocumentReference/{document}).',
  ),
  'correction-right-missing': row(
    422,
    'required',
    'Indiquez d’abord le bon dossier (right).',
    'First give the right record (right).',
  ),
  'correction-right-fixed': row(
    409,
    'conflict',
    'Le bon dossier de cette correction est déjà indiqué : il ne change plus.',
    'The right record of this correction is given already: it does not change any more.',
  ),
  'correction-unique-id': row(
    422,
    'business-rule',
    'Le document réémis doit avoir un nouvel identifiant unique (masterIdentifier) : celui-ci est d’un document supprimé.',
    'The document that is issued again must have a new unique identifier (masterIdentifier): this one is of a deleted document.',
  ),
  'correction-obsolete': row(
    409,
    'business-rule',
    'Le DMP ne supprime pas ce document dans l’état où il le tient (version remplacée) : supprimez la version en vigueur, signalez celle-ci au support du DMP, puis step = drop.',
    'The DMP does not delete this document in the state in which it holds it (a version that was replaced): delete the version in force, report this one to the DMP’s support, then step = drop.',
  ),
  'correction-feeding': row(
    409,
    'conflict',
    'Un document est en cours de versement à la place de celui-ci : renvoyez le même (même identifiant unique), ou relisez la correction plus tard.',
    'A document is being fed in the place of this one: send the same again (same unique identifier), or read the correction again later.',
    true,
  ),
  'correction-busy': row(
    409,
    'conflict',
    'Cette correction est modifiée au même moment par quelqu’un d’autre. Relisez-la, puis recommencez.',
    'Somebody else changes this correction at the same time. Read it again, then try again.',
    true,
  ),
} as const satisfies Record<string, ErrorRow>;

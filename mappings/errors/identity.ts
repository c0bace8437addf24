/** The error table: identity. */
import { correctionErrors } from './identity-correction.ts';
import { identityFeedErrors } from './identity-feed.ts';
import { row, type ErrorRow } from './row.ts';

export const identityErrors = {
  'ins-format': row(
    400,
    'value',
    'Un INS compte 15 caractères (13 + clé) ; sa forme n’est pas valable.',
    'An INS has 15 characters (13 + key); its form is not valid.',
  ),
  'ins-key': row(
    422,
    'business-rule',
    'La clé de l’INS est fausse : vérifiez la saisie.',
    'The INS key is wrong: check what was entered.',
  ),
  'ins-oid': row(
    400,
    'value',
    'L’autorité d’affectation n’est pas celle d’un INS : attendu {expected}.',
    'The assigning authority is not that of an INS: expected {expected}.',
  ),
  'ins-environment': row(
    422,
    'business-rule',
    'Cet INS n’est pas de cet environnement ({environment}) : autorité {oid}.',
    'This INS does not belong to this environment ({environment}): authority {oid}.',
  ),
  'patient-unidentified': row(
    400,
    'required',
    'Le patient doit être désigné par son INS (subject.identifier, Patient?identifier=… ou un Patient connu).',
    'The patient must be given by INS (subject.identifier, Patient?identifier=… or a known Patient).',
  ),
  'patient-condition': row(
    400,
    'value',
    'La référence Patient?… porte un seul critère : identifier=<autorité ou domaine>|<identifiant>.',
    'The reference Patient?… has one criterion: identifier=<authority or domain>|<identifier>.',
  ),
  'patient-inconsistent': row(
    422,
    'business-rule',
    'Deux patients différents sont désignés dans la même requête.',
    'Two different patients are designated in one request.',
  ),
  'dmp-absent': row(404, 'not-found', 'Ce patient n’a pas de DMP.', 'This patient has no DMP.'),
  'dmp-closed': row(
    422,
    'business-rule',
    'Le DMP de ce patient est fermé : il ne peut pas être alimenté.',
    'This patient’s DMP is closed: it cannot be fed.',
  ),
  ...identityFeedErrors,
  ...correctionErrors,
} as const satisfies Record<string, ErrorRow>;

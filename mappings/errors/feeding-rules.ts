/** The error table: feeding rules, what an establishment decided to send (docs/feeding-rules.md). */
import { row, type ErrorRow } from './row.ts';

export const feedingRuleErrors = {
  'feeding-rule-automatic': row(
    200,
    'informational',
    'Règles d’alimentation de l’établissement (version {version}, décision {reference}), règle {rule} : envoi automatique.',
    'Feeding rules of the establishment (version {version}, decision {reference}), rule {rule}: sent automatically.',
  ),
  'feeding-rule-manual': row(
    202,
    'informational',
    'Règles d’alimentation de l’établissement (version {version}, décision {reference}), règle {rule} : proposé, à libérer par une personne (motif : {reason}).',
    'Feeding rules of the establishment (version {version}, decision {reference}), rule {rule}: proposed, for a person to release (reason: {reason}).',
  ),
  'feeding-rule-never': row(
    422,
    'business-rule',
    'L’établissement a décidé de ne pas envoyer ce document au DMP (version {version}, décision {reference}, règle {rule}) : {reason}. Adressez-vous à l’administrateur de la structure si c’est une erreur.',
    'The establishment decided not to send this document to the DMP (version {version}, decision {reference}, rule {rule}): {reason}. Ask the structure’s administrator if this is a mistake.',
  ),
  'feeding-rule-visibility': row(
    200,
    'informational',
    'Règles d’alimentation de l’établissement (version {version}, règle {rule}) : visibilité initiale ajoutée : {labels}.',
    'Feeding rules of the establishment (version {version}, rule {rule}): initial visibility added: {labels}.',
  ),
  'feeding-rules-unknown': row(
    404,
    'not-found',
    'La structure n’a pas enregistré cette version de règles d’alimentation. Consultez l’historique.',
    'The structure has recorded no such version of feeding rules. See the history.',
  ),
  'feeding-rules-version': row(
    412,
    'conflict',
    'Les règles d’alimentation ont changé : la dernière version est la {current}. Relisez-les et recommencez.',
    'The feeding rules have changed: the last version is {current}. Read them again and start over.',
  ),
  'feeding-rules-base': row(
    428,
    'required',
    'Dites quelle version vous remplacez : If-Match: W/"{current}" si c’est la dernière.',
    'Say which version you replace: If-Match: W/"{current}" if it is the last one.',
  ),
} as const satisfies Record<string, ErrorRow>;

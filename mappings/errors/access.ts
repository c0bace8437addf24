/** The error table: access. */
import { row, type ErrorRow } from './row.ts';

export const accessErrors = {
  'login-required': row(
    401,
    'login',
    'Un jeton d’accès est requis. Envoyez « Authorization: Bearer … ».',
    'An access token is required. Send "Authorization: Bearer …".',
  ),
  'token-invalid': row(
    401,
    'login',
    'Le jeton d’accès n’est pas valable ({reason}). Obtenez-en un nouveau.',
    'The access token is not valid ({reason}). Get a new one.',
  ),
  'token-keys-unavailable': row(
    503,
    'transient',
    'Les clés qui vérifient les jetons ne sont pas disponibles. Réessayez plus tard.',
    'The keys that verify tokens are not available. Try again later.',
    true,
  ),
  'scope-missing': row(
    403,
    'forbidden',
    'Le jeton ne porte pas la portée requise : {scope}.',
    'The token lacks the required scope: {scope}.',
  ),
  'structure-mismatch': row(
    403,
    'forbidden',
    'La structure du jeton n’est pas celle que cette passerelle représente auprès du DMP.',
    'The structure in the token is not the one that this gateway represents to the DMP.',
  ),
  'right-missing': row(
    403,
    'forbidden',
    'Le DMP n’accepte pas {transaction} pour cet appelant : il faut {right}.',
    'The DMP does not take {transaction} from this caller: {right} is needed.',
  ),
  'author-not-caller': row(
    403,
    'forbidden',
    'L’auteur du lot doit être l’appelant et sa structure (ceux du jeton).',
    'The author of the submission set must be the caller and the caller’s structure (those of the token).',
  ),
} as const satisfies Record<string, ErrorRow>;

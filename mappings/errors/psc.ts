/** The error table: Pro Santé Connect, as its relying party meets it (server/authorization/psc/). */
import { row, type ErrorRow } from './row.ts';

export const pscErrors = {
  'psc-unavailable': row(
    503,
    'transient',
    'Pro Santé Connect ne répond pas, ou pas comme il le devrait. Réessayez plus tard.',
    'Pro Santé Connect does not answer, or not as it should. Try again later.',
    true,
  ),
  'psc-refused': row(
    403,
    'forbidden',
    'Pro Santé Connect a refusé ({code}). Authentifiez-vous de nouveau.',
    'Pro Santé Connect has refused ({code}). Authenticate again.',
  ),
  'psc-invalid': row(
    502,
    'security',
    'Ce que Pro Santé Connect a répondu n’est pas valable ({reason}) : personne n’est authentifié. Recommencez ; si cela dure, signalez-le à l’exploitant.',
    'What Pro Santé Connect answered does not hold ({reason}): nobody is authenticated. Start again; if it lasts, report it to the operator.',
  ),
} as const satisfies Record<string, ErrorRow>;

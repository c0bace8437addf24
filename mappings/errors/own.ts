/** The error table: ours. */
import { row, type ErrorRow } from './row.ts';

export const ownErrors = {
  deposited: row(201, 'informational', 'Le document est déposé dans le DMP.', 'The document was deposited in the DMP.'),
  'database-unavailable': row(
    503,
    'transient',
    'La base de données de la passerelle est indisponible.',
    'The gateway’s database is unavailable.',
    true,
  ),
  'disk-unavailable': row(
    503,
    'transient',
    'La passerelle n’a plus de place sur son disque (DATA_DIR) pour ce document. Prévenez l’exploitant, puis réessayez.',
    'The gateway has no room left on its disk (DATA_DIR) for this document. Tell the operator, then try again.',
    true,
  ),
  internal: row(
    500,
    'exception',
    'Erreur interne. Donnez l’identifiant de requête à l’exploitant.',
    'Internal error. Give the request id to the operator.',
  ),
} as const satisfies Record<string, ErrorRow>;

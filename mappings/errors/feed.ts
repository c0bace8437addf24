/** The error table: deposits that were taken into the feed. */
import { row, type ErrorRow } from './row.ts';

export const feedErrors = {
  'feed-conflict': row(
    409,
    'duplicate',
    'Un autre dépôt de ce masterIdentifier attend déjà d’être transmis au DMP. Attendez-en la fin, annulez-le, ou déposez sous un nouvel identifiant.',
    'Another deposit of this masterIdentifier is waiting for the DMP already. Wait for its end, cancel it, or deposit under a new identifier.',
  ),
  'feed-interrupted': row(
    503,
    'transient',
    'L’essai a été interrompu (arrêt de la passerelle). Il sera repris : la passerelle cherchera d’abord dans le DMP ce qui a pu y arriver.',
    'The attempt was interrupted (the gateway stopped). It will be resumed: the gateway will first look in the DMP for what may have arrived there.',
    true,
  ),
  'feed-uncertain': row(
    409,
    'incomplete',
    'Un essai antérieur est peut-être arrivé au DMP. Remettez le dépôt en file ($requeue) : la passerelle le cherchera d’abord dans le DMP.',
    'An earlier attempt may have arrived in the DMP. Queue the deposit again ($requeue): the gateway will first look for it in the DMP.',
  ),
  'feed-structure': row(
    403,
    'expired',
    'La passerelle ne représente plus la structure au nom de laquelle ce dépôt avait été demandé. Une fois la structure enregistrée de nouveau, remettez-le en file ($requeue) ; sinon, déposez au nom d’une autre.',
    'The gateway no longer represents the structure in whose name this deposit was asked for. Once the structure is registered again, queue it again ($requeue); else deposit in the name of another.',
  ),
  'feed-client': row(
    403,
    'expired',
    'L’application qui avait demandé ce dépôt n’est plus enregistrée, ou plus pour cette structure. Une fois qu’elle l’est de nouveau, remettez-le en file ($requeue) ; sinon, déposez par une autre.',
    'The application that asked for this deposit is registered no more, or no more for this structure. Once it is again, queue it again ($requeue); else deposit through another.',
  ),
  'feed-unreadable': row(
    500,
    'exception',
    'La demande conservée ne peut plus être lue : elle a été altérée, ou vient d’une autre version. Déposez le document de nouveau.',
    'The request that was kept can no longer be read: it was altered, or comes from another version. Deposit the document again.',
  ),
} as const satisfies Record<string, ErrorRow>;

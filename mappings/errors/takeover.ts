/** The error table: take-overs of documents of the past. */
import { row, type ErrorRow } from './row.ts';

export const takeoverErrors = {
  'takeover-async': row(
    400,
    'required',
    'Une reprise se lance avec l’en-tête Prefer: respond-async ; son avancement se lit à Content-Location.',
    'A take-over is begun with the header Prefer: respond-async; how far it is stands at Content-Location.',
  ),
  'takeover-value': row(422, 'value', '{name} n’est pas valable : {detail}', '{name} is not valid: {detail}'),
  'takeover-unknown': row(
    404,
    'not-found',
    'Reprise inconnue. GET $import-status sans paramètre énumère les vôtres.',
    'Unknown take-over. GET $import-status without a parameter lists yours.',
  ),
  'takeover-unconfirmed': row(
    409,
    'business-rule',
    'Cette reprise dépasse {limit} documents par jour : prévenez d’abord la CNAM (le message est prêt dans $import-status), puis un administrateur de la structure le confirme ($import-change, action confirm).',
    'This take-over is beyond {limit} documents a day: tell the CNAM first (the message is ready in $import-status), then an administrator of the structure confirms it ($import-change, action confirm).',
  ),
  'takeover-state': row(
    409,
    'business-rule',
    'Impossible dans l’état « {state} » de cette reprise : {action}. Son état a peut-être changé entre-temps : relisez-le.',
    'Not possible in the state "{state}" of this take-over: {action}. Its state may have changed meanwhile: read it again.',
  ),
  'takeover-administrator': row(
    403,
    'forbidden',
    'Seul un administrateur de la structure confirme que la CNAM a été prévenue.',
    'Only an administrator of the structure confirms that the CNAM was told.',
  ),
  'takeover-beyond-plan': row(
    409,
    'business-rule',
    'Plus de lignes que prévu ({planned}) : annoncez une autre reprise pour le reste, la CNAM doit connaître les volumes.',
    'More lines than planned ({planned}): begin another take-over for the rest, the CNAM must know the volumes.',
  ),
  'takeover-many': row(
    409,
    'too-costly',
    'Il y a déjà {limit} reprises ouvertes : terminez-en ou annulez-en d’abord.',
    'There are {limit} open take-overs already: complete or cancel some first.',
  ),
  'takeover-line-id': row(
    422,
    'required',
    'Chaque ligne est un DocumentReference dont id est votre nom de la ligne, unique dans la reprise.',
    'Each line is a DocumentReference whose id is your name of the line, unique in the take-over.',
  ),
  'takeover-line-large': row(
    413,
    'too-long',
    'Ligne de plus de {limit} octets : aucun document permis n’est si grand.',
    'A line of more than {limit} bytes: no document that is allowed is so large.',
  ),
  'takeover-line-otherwise': row(
    409,
    'conflict',
    'Une autre ligne a déjà ce nom dans cette reprise.',
    'Another line has this name in this take-over already.',
  ),
  'takeover-lines': row(
    413,
    'too-long',
    'Plus de {limit} lignes en une fois : envoyez-les en plusieurs.',
    'More than {limit} lines at once: send them in several.',
  ),
  'takeover-cancelled': row(
    409,
    'business-rule',
    'La reprise a été annulée avant que ce document ne parte.',
    'The take-over was cancelled before this document was sent.',
  ),
  'takeover-not-begun': row(
    503,
    'transient',
    'La reprise n’a pas commencé : ses documents attendent le jour annoncé (begin).',
    'The take-over has not begun: its documents wait for the day that was announced (begin).',
    true,
  ),
  'takeover-paused': row(
    503,
    'transient',
    'La reprise est suspendue : ses documents attendent qu’elle continue ($import-change, action resume).',
    'The take-over is paused: its documents wait until it goes on ($import-change, action resume).',
    true,
  ),
} as const satisfies Record<string, ErrorRow>;

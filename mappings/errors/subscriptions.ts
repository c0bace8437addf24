/** The error table: subscriptions. */
import { row, type ErrorRow } from './row.ts';

export const subscriptionErrors = {
  'subscription-topic': row(
    422,
    'not-supported',
    'Ce sujet d’abonnement n’est pas servi. Sujets servis dans criteria : {supported}.',
    'This topic is not served. Topics for criteria: {supported}.',
  ),
  'subscription-filter': row(
    422,
    'value',
    'L’extension backport-filter-criteria doit être une recherche DocumentReference?… avec un patient ({detail}).',
    'The extension backport-filter-criteria must be a search DocumentReference?… with one patient ({detail}).',
  ),
  'subscription-purpose': row(
    403,
    'forbidden',
    'On ne s’abonne pas en bris de glace ni en centre 15 : ces accès valent pour une consultation.',
    'No subscription with break-glass or emergency call centre access: these are for one consultation.',
  ),
  'subscription-channel': row(
    422,
    'not-supported',
    'Seul le canal rest-hook est servi.',
    'Only the channel rest-hook is served.',
  ),
  'subscription-payload': row(
    422,
    'not-supported',
    'channel.payload : {detail}. Envoyez application/fhir+json ou application/fhir+xml, contenu empty ou id-only : les données de santé se lisent ici, avec un jeton.',
    'channel.payload: {detail}. Send application/fhir+json or application/fhir+xml, content empty or id-only: health data are read here, with a token.',
  ),
  'subscription-endpoint': row(
    422,
    'forbidden',
    'channel.endpoint n’est pas une adresse permise. Demandez à l’exploitant de l’ajouter à SUBSCRIPTION_ENDPOINTS (https, sans identifiants).',
    'channel.endpoint is not an allowed address. Ask the operator to add it to SUBSCRIPTION_ENDPOINTS (https, no credentials).',
  ),
  'subscription-header': row(
    422,
    'value',
    'channel.header n’est pas utilisable : {detail}. Écrivez « Nom: valeur », par exemple « Authorization: Bearer … ».',
    'channel.header cannot be used: {detail}. Write "Name: value", e.g. "Authorization: Bearer …".',
  ),
  'subscription-value': row(422, 'value', '{name} n’est pas valable : {detail}', '{name} is not valid: {detail}'),
  'subscription-status': row(
    422,
    'business-rule',
    'Seul status se modifie : off pour finir, requested pour reprendre un abonnement en error ou off ({detail}).',
    'Only status can be changed: off to end, requested to resume a subscription in error or off ({detail}).',
  ),
  'subscription-session-over': row(
    403,
    'expired',
    'La session du professionnel est finie, ou va l’être : reconnectez-vous, puis abonnez-vous.',
    'The professional’s session is over, or about to be: log in again, then subscribe.',
  ),
  'subscription-limit-caller': row(
    429,
    'throttled',
    'Vous avez déjà {limit} abonnements. Finissez-en un (DELETE), puis recommencez.',
    'You already have {limit} subscriptions. End one (DELETE), then try again.',
  ),
  'subscription-limit-patient': row(
    429,
    'throttled',
    'Ce patient a déjà {limit} abonnements. Recommencez quand l’un d’eux aura pris fin.',
    'This patient already has {limit} subscriptions. Try again when one of them has ended.',
  ),
  'subscription-ended-session': row(
    403,
    'expired',
    'Abonnement terminé : la session du professionnel, au nom de qui le DMP était interrogé, est finie. Abonnez-vous de nouveau depuis une nouvelle session.',
    'Subscription ended: the session of the professional in whose name the DMP was asked is over. Subscribe again from a new session.',
  ),
  'subscription-ended-time': row(
    403,
    'expired',
    'Abonnement terminé : son échéance (end) est passée.',
    'Subscription ended: its time (end) is over.',
  ),
  'subscription-ended-structure': row(
    403,
    'expired',
    'Abonnement terminé : la passerelle ne représente plus la structure au nom de laquelle il avait été demandé.',
    'Subscription ended: the gateway no longer represents the structure in whose name it was asked for.',
  ),
  'subscription-ended-client': row(
    403,
    'expired',
    'Abonnement terminé : l’application qui l’avait demandé n’est plus enregistrée, ou plus pour cette structure.',
    'Subscription ended: the application that asked for it is registered no more, or no more for this structure.',
  ),
  'subscription-ended-owner': row(
    410,
    'deleted',
    'Abonnement terminé par son titulaire.',
    'Subscription ended by its owner.',
  ),
  'subscription-unreachable': row(
    502,
    'processing',
    'Le destinataire ne répond pas ou refuse les notifications. Rétablissez-le, puis remettez l’abonnement à requested (PUT).',
    'The receiver does not answer or refuses notifications. Repair it, then set the subscription back to requested (PUT).',
  ),
  'subscription-refused': row(
    403,
    'forbidden',
    'Abonnement arrêté : le DMP refuse la recherche ({code}). Vérifiez l’autorisation du professionnel et l’état du DMP du patient.',
    'Subscription stopped: the DMP refuses the search ({code}). Check the professional’s authorisation and the state of the patient’s DMP.',
  ),

  'extension-value': row(
    400,
    'structure',
    'L’extension {url} porte {expected}, et rien d’autre.',
    'Extension {url} has {expected}, and nothing else.',
  ),
  'extension-context': row(
    400,
    'structure',
    'L’extension {url} n’a pas sa place ici : elle se met sur {contexts}.',
    'Extension {url} has no place here: it stands on {contexts}.',
  ),
} as const satisfies Record<string, ErrorRow>;

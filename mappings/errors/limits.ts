/** The error table: limits towards the DMP. */
import { row, type ErrorRow } from './row.ts';

export const limitErrors = {
  'feed-pace': row(
    429,
    'throttled',
    'Le DMP borne le nombre d’alimentations par seconde, et d’autres dépôts de la structure passent d’abord. Réessayez dans {seconds} s, ou demandez un dépôt asynchrone (Prefer: respond-async).',
    'The DMP bounds the deposits of a second, and others of the structure go first. Try again in {seconds} s, or ask for an asynchronous deposit (Prefer: respond-async).',
    true,
  ),
  'feed-daily-cap': row(
    429,
    'throttled',
    'La structure a déposé aujourd’hui autant de documents que permis ({cap}). Réessayez demain (heure de Paris) ; le plafond est le réglage FEED_DAILY_CAP.',
    'The structure has deposited as many documents as allowed today ({cap}). Try again tomorrow (Paris time); the cap is the setting FEED_DAILY_CAP.',
    true,
  ),
  'feed-set-over-cap': row(
    422,
    'too-costly',
    'Le lot compte {documents} documents, plus que permis en un jour ({cap}, réglage FEED_DAILY_CAP). Déposez-le en plusieurs lots.',
    'The set has {documents} documents, more than are allowed in a day ({cap}, setting FEED_DAILY_CAP). Deposit it as several sets.',
  ),
  'feed-breaker': row(
    503,
    'transient',
    'Le DMP n’a pas répondu aux derniers dépôts : il est laissé en repos. Réessayez dans {seconds} s, ou demandez un dépôt asynchrone (Prefer: respond-async).',
    'The DMP did not answer the last deposits: it is left alone for a while. Try again in {seconds} s, or ask for an asynchronous deposit (Prefer: respond-async).',
    true,
  ),
  'feed-window': row(
    503,
    'transient',
    'Les reprises d’historique attendent la fin des heures ouvrées (réglage FEED_TAKEOVER_HOURS). Rien n’est à faire : elles reprennent d’elles-mêmes.',
    'Take-overs of the past wait for the end of working hours (setting FEED_TAKEOVER_HOURS). Nothing is to be done: they go on by themselves.',
    true,
  ),
  'feed-backlog': row(
    429,
    'throttled',
    'Trop de dépôts de la structure attendent déjà leur envoi au DMP. Réessayez dans {seconds} s.',
    'Too many deposits of the structure are waiting for the DMP already. Try again in {seconds} s.',
    true,
  ),
  'feed-unconfirmed': row(
    409,
    'business-rule',
    'La reprise dépasse {documents} documents par jour : la CNAM doit en être prévenue d’abord. Envoyez-lui le message préparé, puis confirmez-le.',
    'The take-over exceeds {documents} documents a day: the CNAM must be told first. Send it the message that was prepared, then confirm that.',
  ),
} as const satisfies Record<string, ErrorRow>;

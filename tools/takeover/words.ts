/** What the command line says, French first. `{name}` places are filled. */
import { sentence } from '../../mappings/errors.ts';
import type { Language } from './types.ts';

const words = {
  checking: ['Vérification', 'Checking'],
  patients: ['Identités', 'Identities'],
  sending: ['Envoi à la façade', 'Sending to the façade'],
  delivering: ['Versement au DMP', 'Feeding the DMP'],
  lines: ['{total} lignes : {ready} bonnes, {refused} refusées.', '{total} lines: {ready} good, {refused} refused.'],
  sums: [
    '{total} lignes = {delivered} déposées + {refused} refusées + {pending} en attente.',
    '{total} lines = {delivered} delivered + {refused} refused + {pending} pending.',
  ],
  reason: ['Motif', 'Reason'],
  count: ['Nombre', 'Count'],
  where: ['Lignes', 'Lines'],
  more: ['…', '…'],
  'unknown-columns': ['Colonnes ignorées : {names}.', 'Columns passed over: {names}.'],
  report: ['Rapport : {file}', 'Report: {file}'],
  'report-files': [
    'Il contient les noms des fichiers, qui peuvent nommer des personnes : gardez-le comme eux.',
    'It holds the names of the files, which may name persons: keep it as you keep them.',
  ],
  dry: ['Essai : rien n’a été envoyé.', 'Dry run: nothing was sent.'],
  'needs-contact': [
    'Indiquez --contact-name et --contact-email : qui répond de la reprise auprès de la CNAM.',
    'Give --contact-name and --contact-email: who answers for the take-over towards the CNAM.',
  ],
  unconfirmed: [
    '{perDay} documents par jour : la CNAM doit être prévenue d’abord. « dmp-takeover notice » écrit le message, « dmp-takeover confirm » dit qu’il est parti.',
    '{perDay} documents a day: the CNAM must be told first. "dmp-takeover notice" writes the message, "dmp-takeover confirm" says that it has gone.',
  ],
  'notice-written': [
    'Message prêt : {file} (et {eml}, à ouvrir dans votre messagerie).',
    'Message ready: {file} (and {eml}, for your mail program).',
  ],
  'notice-none': [
    'Pas de message à écrire : la reprise est « {state} », ou vous n’êtes pas administrateur de la structure (--administrator).',
    'No message to write: the take-over is "{state}", or you are not the structure’s administrator (--administrator).',
  ],
  state: [
    'Reprise {takeover} : {state}, {received} lignes reçues.',
    'Take-over {takeover}: {state}, {received} lines received.',
  ],
  paused: ['En pause ({reason}) jusqu’au {until}.', 'Paused ({reason}) until {until}.'],
  'paused-open': ['En pause ({reason}).', 'Paused ({reason}).'],
  'not-begun': ['Aucune reprise n’a été lancée pour cette source.', 'No take-over was begun for this source.'],
  waiting: ['La façade demande d’attendre {seconds} s.', 'The façade asks to wait {seconds} s.'],
  'no-patient-system': [
    'Indiquez --patient-system : le domaine (urn:oid:…) de vos identifiants de patients.',
    'Give --patient-system: the domain (urn:oid:…) of your patient identifiers.',
  ],
  'manifest-unreadable': [
    '{file} : illisible ({detail}). UTF-8 ? Séparateur ; ou , ?',
    '{file}: not readable ({detail}). UTF-8? Separator ; or , ?',
  ],
  'manifest-headers': [
    'En-têtes — manquants : {lacking} ; en double : {twice}.',
    'Headers — missing: {lacking}; twice: {twice}.',
  ],
  'journal-other': [
    '{file} : ce journal est celui d’une autre façade ou d’une autre structure ; indiquez un autre --state.',
    '{file}: this journal belongs to another façade or structure; give another --state.',
  ],
  'manifest-empty': ['Aucune ligne.', 'No line.'],
  over: ['La reprise de cette source est « {state} ».', 'The take-over of this source is "{state}".'],
} as const satisfies Record<string, readonly [fr: string, en: string]>;

export type Word = keyof typeof words;
export type Say = (word: Word, values?: Record<string, string | number>) => string;

export const speaking =
  (language: Language): Say =>
  (word, values = {}) => {
    const [fr, en] = words[word];
    return sentence({ status: 0, code: '', fr, en }, language, values);
  };

/** French unless `--lang`, or the locale where neither says something else. */
export const languageOf = (given: string | undefined): Language => (given === 'en' ? 'en' : 'fr');

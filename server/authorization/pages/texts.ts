/** What the pages of a login say. */
import type { Language } from '../types.ts';
import { scopeTexts } from './scope-texts.ts';
import { stepTexts } from './step-texts.ts';

export type Text = Readonly<Record<Language, string>>;

export const texts = {
  ...stepTexts,
  ...scopeTexts,

  'error-title': { fr: 'La connexion n’a pas pu se faire', en: 'The login could not be done' },
  'error-client': {
    fr: 'L’application qui vous a envoyé ici n’est pas connue de ce serveur.',
    en: 'The application that sent you here is not known to this server.',
  },
  'error-redirect': {
    fr: 'L’adresse de retour de l’application n’est pas celle qu’elle a déclarée.',
    en: 'The return address of the application is not the one that it has registered.',
  },
  'error-expired': {
    fr: 'Cette connexion est trop ancienne, ou a été commencée dans un autre navigateur. Recommencez depuis l’application.',
    en: 'This login is too old, or was begun in another browser. Begin again from the application.',
  },
  'error-request': {
    fr: 'La demande de l’application n’est pas valable. Signalez-le à son éditeur.',
    en: 'The request of the application is not valid. Tell its vendor.',
  },
  'error-busy': {
    fr: 'Trop de tentatives depuis cette adresse. Réessayez dans quelques minutes.',
    en: 'Too many attempts from this address. Try again in a few minutes.',
  },
  'error-server': {
    fr: 'Ce serveur n’a pas pu traiter la demande. Réessayez plus tard.',
    en: 'This server could not do what was asked. Try again later.',
  },
  'error-reference': { fr: 'Référence à donner à l’assistance : {id}', en: 'Reference for the help desk: {id}' },
  'error-code': { fr: 'Code : {code}', en: 'Code: {code}' },

  'logout-title': { fr: 'Se déconnecter ?', en: 'Log out?' },
  'logout-question': {
    fr: 'Vos applications perdent l’accès, et votre session Pro Santé Connect est fermée.',
    en: 'Your applications lose their access, and your Pro Santé Connect session is closed.',
  },
  'logout-yes': { fr: 'Se déconnecter', en: 'Log out' },
  'logout-no': { fr: 'Rester connecté', en: 'Stay logged in' },
  'logout-done-title': { fr: 'Vous êtes déconnecté', en: 'You are logged out' },
  'logout-done': { fr: 'Vous pouvez fermer cette page.', en: 'You can close this page.' },
} as const satisfies Record<string, Text>;

export type TextKey = keyof typeof texts;

/** A text with its places filled; not HTML. */
export const say = (language: Language, key: TextKey, values: Readonly<Record<string, string>> = {}): string =>
  texts[key][language].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');

// @ts-check
/** The sentences in French; `{name}` stands for a value. `words-en.js` has the same keys (test/console/words.test.ts). */
import { administration } from './words-fr-admin.js';
import { care } from './words-fr-care.js';

export const fr = {
  brand: 'Console DMP',
  skip: 'Aller au contenu',
  nav: 'Pages',
  footer: 'Console de la façade FHIR du DMP.',
  documentation: 'Documentation',
  retry: 'Réessayer',
  again: 'Actualiser',
  loading: 'Chargement…',
  unreachable: 'Le serveur ne répond pas. Vérifiez le réseau, puis réessayez.',
  'signed-out': 'Votre session est terminée. Connectez-vous de nouveau.',

  'sign-in': 'Se connecter',
  'sign-in.administration': 'Se connecter comme administrateur',
  'sign-out': 'Se déconnecter',
  welcome: 'Le DMP des résidents',
  'welcome.text':
    'Trouver un résident, lire et déposer ses documents, recueillir ses choix. La connexion se fait par Pro Santé Connect.',
  demonstration: 'Environnement de démonstration : personnes et documents sont fictifs.',
  'oauth.access_denied': 'La connexion a été refusée ou abandonnée.',

  ...care,
  ...administration,
};

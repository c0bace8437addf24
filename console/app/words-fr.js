// @ts-check
/** The sentences in French; `{name}` stands for a value. `words-en.js` has the same keys (test/console/words.test.ts). */
export const fr = {
  brand: 'Console DMP',
  skip: 'Aller au contenu',
  nav: 'Pages',
  footer: 'Console de la façade FHIR du DMP.',
  documentation: 'Documentation',
  retry: 'Réessayer',
  loading: 'Chargement…',
  unreachable: 'Le serveur ne répond pas. Vérifiez le réseau, puis réessayez.',
  'signed-out': 'Votre session est terminée. Connectez-vous de nouveau.',

  'sign-in': 'Se connecter',
  'sign-out': 'Se déconnecter',
  welcome: 'Le DMP des résidents',
  'welcome.text':
    'Trouver un résident, lire et déposer ses documents, recueillir ses choix. La connexion se fait par Pro Santé Connect.',
  demonstration: 'Environnement de démonstration : personnes et documents sont fictifs.',
  'oauth.access_denied': 'La connexion a été refusée ou abandonnée.',

  find: 'Trouver un résident',
  'find.text': 'Par son INS, ou par un identifiant de votre établissement.',
  'find.kind': 'Nature de l’identifiant',
  'find.value': 'Identifiant',
  'find.hint': 'Les 15 caractères de l’INS, espaces permis. L’identifiant n’est jamais écrit dans une adresse.',
  'find.go': 'Chercher',
  'find.none': 'Aucun DMP n’est connu pour cet identifiant.',
  'ins.nir': 'INS (NIR)',
  'ins.nia': 'INS (NIA)',
  'ins.test': 'INS de test (NIR)',
  'local-id': 'Identifiant local ({domain})',

  emergency: 'Urgence : bris de glace',
  'emergency.text':
    'Ouvre le DMP d’un seul patient, pour un temps limité, quand il ne peut pas consentir. Le patient, ses traits et le motif sont demandés à l’étape suivante ; l’accès est tracé et visible du patient.',
  'emergency.go': 'Demander un accès en urgence',
  'emergency.banner': 'Accès en urgence (bris de glace) : un seul dossier, en lecture, tracé avec son motif.',

  resident: 'Résident',
};

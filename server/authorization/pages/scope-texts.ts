/** What scopes mean, in plain words. */
import type { Text } from './texts.ts';

export const scopeTexts = {
  'scope-openid': { fr: 'vous reconnaître', en: 'recognise you' },
  'scope-fhirUser': { fr: 'savoir quel professionnel vous êtes', en: 'know which professional you are' },
  'scope-profile': { fr: 'connaître votre nom', en: 'know your name' },
  'scope-launch/patient': {
    fr: 's’ouvrir pour un patient que vous choisissez',
    en: 'open for a patient that you choose',
  },
  'scope-online_access': {
    fr: 'rester connectée jusqu’à la fin de votre session (4 heures au plus)',
    en: 'stay connected until your session ends (4 hours at most)',
  },
  'scope-offline_access': {
    fr: 'rester connectée jusqu’à la fin de votre session (4 heures au plus)',
    en: 'stay connected until your session ends (4 hours at most)',
  },
  'scope-ITI-65': { fr: 'déposer des documents', en: 'deposit documents' },
  'scope-ITI-66': { fr: 'chercher des lots et des classeurs de documents', en: 'search sets and folders of documents' },
  'scope-ITI-67': { fr: 'chercher des documents', en: 'search documents' },
  'scope-ITI-68': { fr: 'lire des documents', en: 'read documents' },
  'scope-admin/registry.r': {
    fr: 'consulter les structures et les applications déclarées, si vous les administrez',
    en: 'read which structures and applications are registered, if you administer them',
  },
  'scope-admin/registry.rw': {
    fr: 'déclarer, modifier et retirer des structures et des applications, si vous les administrez',
    en: 'register, change and withdraw structures and applications, if you administer them',
  },
  'scope-of-patient': { fr: '{type} du patient choisi : {what}', en: '{type} of the chosen patient: {what}' },
  'scope-of-all': { fr: '{type} : {what}', en: '{type}: {what}' },

  'type-*': { fr: 'tout ce que sert cette passerelle', en: 'everything that this gateway serves' },
  'type-Patient': { fr: 'existence et identité des dossiers', en: 'existence and identity of records' },
  'type-DocumentReference': { fr: 'documents', en: 'documents' },
  'type-List': { fr: 'lots et classeurs de documents', en: 'sets and folders of documents' },
  'type-Binary': { fr: 'contenu des documents', en: 'content of documents' },
  'type-Bundle': { fr: 'lots à vérifier', en: 'bundles to check' },
  'type-Consent': { fr: 'consentements et oppositions', en: 'consents and objections' },
  'type-Subscription': { fr: 'abonnements', en: 'subscriptions' },
  'type-AuditEvent': { fr: 'registre des accès', en: 'record of accesses' },
  'type-Practitioner': { fr: 'votre fiche de professionnel', en: 'your own entry as a professional' },
  'may-c': { fr: 'créer', en: 'create' },
  'may-r': { fr: 'lire', en: 'read' },
  'may-u': { fr: 'modifier', en: 'change' },
  'may-d': { fr: 'supprimer', en: 'delete' },
  'may-s': { fr: 'chercher', en: 'search' },
} as const satisfies Record<string, Text>;

/** What the steps of a login say. */
import type { Text } from './texts.ts';

export const stepTexts = {
  continue: { fr: 'Continuer', en: 'Continue' },
  abort: { fr: 'Annuler et revenir à l’application', en: 'Cancel and go back to the application' },

  'start-title': { fr: 'Se connecter', en: 'Log in' },
  'start-who': {
    fr: 'L’application « {app} » demande à agir en votre nom auprès du DMP.',
    en: 'The application "{app}" asks to act for you with the DMP.',
  },
  'start-how': {
    fr: 'Vous vous identifiez auprès de Pro Santé Connect (e-CPS ou carte CPS), puis vous confirmez.',
    en: 'You identify yourself to Pro Santé Connect (e-CPS or CPS card), then you confirm.',
  },
  'start-go': { fr: 'Continuer avec Pro Santé Connect', en: 'Continue with Pro Santé Connect' },
  'psc-unavailable': {
    fr: 'Pro Santé Connect ne répond pas. Réessayez dans un moment.',
    en: 'Pro Santé Connect does not answer. Try again in a moment.',
  },
  'psc-refused': {
    fr: 'Pro Santé Connect n’a pas confirmé votre identité. Vous pouvez réessayer.',
    en: 'Pro Santé Connect did not confirm who you are. You can try again.',
  },
  'psc-invalid': {
    fr: 'La réponse de Pro Santé Connect n’est pas valable : personne n’est connecté. Réessayez.',
    en: 'The answer of Pro Santé Connect is not valid: nobody is logged in. Try again.',
  },
  'psc-lost': {
    fr: 'Ce retour de Pro Santé Connect a déjà servi, ou est trop ancien. Recommencez.',
    en: 'This return from Pro Santé Connect was used before, or is too old. Begin again.',
  },

  'situation-title': { fr: 'Votre situation d’exercice', en: 'How you practise' },
  'situation-legend': { fr: 'En quelle qualité, et pour quelle structure ?', en: 'As whom, and for which structure?' },
  'situation-wrong': { fr: 'Choisissez une des situations proposées.', en: 'Choose one of the situations offered.' },
  'refused-title': { fr: 'Accès impossible', en: 'No access' },
  'refused-structure': {
    fr: 'Aucune de vos situations d’exercice n’est rattachée à une structure pour laquelle l’application « {app} » est déclarée. Si vous y intervenez, demandez à son administrateur de vous ajouter à la liste de ses professionnels.',
    en: 'None of the ways in which you practise belongs to a structure for which the application "{app}" is registered. If you work there, ask its administrator to put you on the list of its professionals.',
  },

  'patient-title': { fr: 'Choisir le patient', en: 'Choose the patient' },
  'patient-why': {
    fr: 'L’application « {app} » s’ouvre pour un patient.',
    en: 'The application "{app}" opens for one patient.',
  },
  'patient-system': { fr: 'Type d’identifiant', en: 'Kind of identifier' },
  'patient-local': { fr: 'Identifiant de la structure (IPP)', en: 'Identifier of the structure (IPP)' },
  'patient-value': { fr: 'Identifiant', en: 'Identifier' },
  'patient-ins-wrong': {
    fr: 'Ce matricule INS n’est pas valable : 15 caractères, clé comprise. Vérifiez la saisie.',
    en: 'This INS is not valid: 15 characters with its key. Check what you typed.',
  },
  'patient-unknown': {
    fr: 'La structure ne connaît pas de patient actif sous cet identifiant.',
    en: 'The structure knows no active patient by this identifier.',
  },
  'patient-without-ins': {
    fr: 'L’identité de ce patient n’a pas d’INS : le DMP ne peut pas être consulté.',
    en: 'The identity of this patient has no INS: the DMP cannot be asked.',
  },

  'emergency-title': { fr: 'Bris de glace', en: 'Break-glass access' },
  'emergency-what': {
    fr: 'Vous ouvrez le dossier d’un patient sans son accord, en urgence, pour {minutes} minutes au plus. Cet accès est tracé, et le patient en est informé.',
    en: 'You open the record of a patient without consent, in an emergency, for {minutes} minutes at most. This access is on record, and the patient is told.',
  },
  'emergency-family': { fr: 'Nom du patient', en: 'Family name of the patient' },
  'emergency-given': { fr: 'Prénom', en: 'Given name' },
  'emergency-birth': { fr: 'Date de naissance', en: 'Date of birth' },
  'emergency-reason': { fr: 'Motif', en: 'Reason' },
  'emergency-traits-wrong': {
    fr: 'Indiquez le nom, le prénom et la date de naissance du patient.',
    en: 'Say the family name, the given name and the date of birth of the patient.',
  },
  'emergency-reason-wrong': {
    fr: 'Le motif doit dire pourquoi : au moins {least} caractères, deux mots différents, aucun INS.',
    en: 'The reason must say why: at least {least} characters, two different words, no INS.',
  },

  'consent-title': { fr: 'Confirmer l’accès', en: 'Confirm the access' },
  'consent-app': { fr: 'Application', en: 'Application' },
  'consent-who': { fr: 'Vous', en: 'You' },
  'consent-as': { fr: 'En qualité de', en: 'As' },
  'consent-where': { fr: 'Pour', en: 'For' },
  'consent-patient': { fr: 'Patient', en: 'Patient' },
  'consent-purpose': { fr: 'Finalité', en: 'Purpose' },
  'consent-what': { fr: 'L’application pourra :', en: 'The application may:' },
  'consent-secret': {
    fr: 'Connexion secrète : ce qui est fait pour un patient mineur reste invisible à ses représentants légaux.',
    en: 'Secret connection: what is done for a patient under age stays invisible to the legal representatives.',
  },
  'consent-yes': { fr: 'Autoriser', en: 'Allow' },
  'purpose-bris_de_glace': { fr: 'Bris de glace (urgence)', en: 'Break-glass (emergency)' },
  'purpose-centre_15': { fr: 'Régulation médicale (centre 15)', en: 'Emergency regulation (centre 15)' },
} as const satisfies Record<string, Text>;

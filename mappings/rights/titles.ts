/** The rights of the matrices in words. Published as CodeSystem `dmp-right`. */
import { ours } from '../canonicals.ts';
import type { Right } from './matrix.ts';

/** Code system of the rights, published. */
export const rightSystem = `${ours}/CodeSystem/dmp-right`;

export const titles: Readonly<Record<Right, readonly [fr: string, en: string]>> = {
  'TD0.2': [
    'Savoir si le patient a un DMP, et si l’on y est autorisé',
    'Whether the patient has a DMP, and the caller an authorisation',
  ],
  'TD0.3 declare': ['Se déclarer autorisé', 'Declare one’s own authorisation'],
  'TD0.3 remove': ['Supprimer son autorisation', 'Remove one’s own authorisation'],
  'TD0.3 become MT': ['Devenir médecin traitant DMP', 'Become the médecin traitant of the DMP'],
  'TD0.3 remove MT': ['Ne plus être médecin traitant DMP', 'Stop being the médecin traitant of the DMP'],
  'TD0.4': ['Lister les DMP où l’on est autorisé', 'List the DMPs that one is authorised to enter'],
  'TD0.5': ['Chercher un DMP sans INS', 'Search for a DMP without an INS'],
  'TD0.10': ['Ouvrir le site du DMP sur un patient', 'Open the DMP’s web site on a patient'],
  'TD1.1': ['Créer un DMP', 'Create a DMP'],
  'TD1.2': ['Réactiver un DMP', 'Reactivate a DMP'],
  'TD1.3a': ['Lire les données administratives', 'Read the administrative data'],
  'TD1.3b': ['Modifier les données administratives', 'Change the administrative data'],
  'TD1.4': ['Fermer un DMP', 'Close a DMP'],
  'TD1.6': ['Lister les professionnels autorisés et bloqués', 'List the professionals authorised and blocked'],
  'TD2.1': ['Alimenter le DMP', 'Feed the DMP'],
  'TD3.1a': ['Chercher des documents', 'Search for documents'],
  'TD3.1b': ['Retrouver la référence d’un document', 'Find the reference of a document'],
  'TD3.2': ['Lire un document', 'Read a document'],
  'TD3.2 masked': ['Lire un document masqué aux professionnels', 'Read a document hidden from professionals'],
  'TD3.3a': ['Masquer un document aux professionnels', 'Hide a document from professionals'],
  'TD3.3a unmask': ['Démasquer un document', 'Stop hiding a document from professionals'],
  'TD3.3b': ['Rendre un document visible au patient', 'Make a document visible to the patient'],
  'TD3.3c': ['Supprimer un document', 'Delete a document'],
  'TD3.3c patient': ['Supprimer un document déposé par le patient', 'Delete a document that the patient deposited'],
  'TD3.3d': ['Archiver ou désarchiver un document', 'Archive or unarchive a document'],
  'TD3.3d patient': ['Archiver un document déposé par le patient', 'Archive a document that the patient deposited'],
};

/** What the command line finds before anything is sent, in both languages. What the façade finds has its own table (docs/errors.md). */
import { errors, sentence } from '../../mappings/errors.ts';
import type { Finding, Language } from './types.ts';

export const findings = {
  columns: ['{count} colonnes au lieu de {expected}.', '{count} columns in the place of {expected}.'],
  json: ['Ce n’est pas un objet JSON.', 'Not a JSON object.'],
  missing: ['Il manque : {column}.', 'Missing: {column}.'],
  'type-unknown': [
    'Type de document inconnu : ni dans la table de correspondance, ni un code du DMP (JDV_J66).',
    'Unknown document type: neither in the mapping nor a code of the DMP (JDV_J66).',
  ],
  'class-unknown': [
    'La classe ne se déduit pas du type {code} : indiquez la colonne class (TRE_A03).',
    'The class does not follow from type {code}: give the column class (TRE_A03).',
  ],
  'code-unknown': ['{column} : code inconnu ({set}).', '{column}: unknown code ({set}).'],
  date: [
    '{column} : date illisible. Écrivez 2019-12-31, 31/12/2019 ou avec une heure.',
    '{column}: not a date. Write 2019-12-31, 31/12/2019, or with a time.',
  ],
  'date-implausible': [
    '{column} : date invraisemblable (dans l’avenir, avant 1900, ou la fin avant le début).',
    '{column}: implausible date (in the future, before 1900, or the end before the start).',
  ],
  'author-id': [
    'Auteur : author_id n’est ni un RPPS (11 chiffres) ni un PS_IdNat (identifiant interne : 3, FINESS, /, identifiant), ou author_profession n’est pas un code de TRE_G15.',
    'Author: author_id is neither an RPPS (11 digits) nor a PS_IdNat (internal identifier: 3, FINESS, /, identifier), or author_profession is no code of TRE_G15.',
  ],
  'author-incomplete': [
    'author, author_id et author_profession vont ensemble : le DMP veut le nom, l’identifiant et la profession de l’auteur. Sans eux, l’auteur est qui répond de la reprise.',
    'author, author_id and author_profession go together: the DMP wants the author’s name, identifier and profession. Without them, the author is who answers for the take-over.',
  ],
  'file-missing': ['Fichier introuvable ou illisible.', 'File not found or not readable.'],
  'file-outside': [
    'Fichier hors du dossier des documents (--documents) : il n’est pas lu.',
    'File outside of the folder of the documents (--documents): it is not read.',
  ],
  'file-empty': ['Fichier vide.', 'Empty file.'],
  'file-large': ['{size} octets : au-delà de {limit}.', '{size} bytes: more than {limit}.'],
  'file-format': [
    'Format que le DMP ne prend pas, ou fichier abîmé (PDF, CDA, JPEG, TIFF, RTF, texte UTF-8).',
    'A format that the DMP does not take, or a damaged file (PDF, CDA, JPEG, TIFF, RTF, UTF-8 text).',
  ],
  'pdf-encrypted': [
    'PDF protégé : le destinataire ne pourrait pas l’ouvrir.',
    'Encrypted PDF: its reader could not open it.',
  ],
  'pdf-not-archival': ['PDF qui ne se déclare pas PDF/A-1.', 'PDF that does not declare PDF/A-1.'],
  'cda-invalid': ['Document XML qui n’est pas un CDA lisible.', 'XML document that is no readable CDA.'],
  'cda-id': [
    'L’identifiant du CDA (ClinicalDocument.id) n’est pas un OID de 64 caractères au plus.',
    'The id of the CDA (ClinicalDocument.id) is no OID of at most 64 characters.',
  ],
  duplicate: [
    'Le même document du même patient qu’à la ligne {line}.',
    'The same document of the same patient as on line {line}.',
  ],
  'same-content': [
    'Le même contenu que la ligne {line}, pour un autre patient : vérifiez le classement.',
    'The same content as line {line}, for another patient: check where it belongs.',
  ],
  'patient-unknown': [
    'Patient inconnu de la façade : alimentez d’abord son identité (docs/identity.md).',
    'Patient not known to the façade: feed the identity first (docs/identity.md).',
  ],
  'patient-unqualified': [
    'L’identité n’est pas qualifiée : elle ne mène à aucun INS.',
    'The identity is not qualified: it leads to no INS.',
  ],
  'patient-ins': ['INS mal formé.', 'Malformed INS.'],
} as const satisfies Record<string, readonly [fr: string, en: string]>;

/** The sentence of a finding. */
export function said({ key, values = {}, text }: Finding, language: Language): string {
  if (text !== undefined) return text;
  const own = (findings as Record<string, readonly [string, string]>)[key];
  const [fr, en] = own ?? [];
  if (fr !== undefined && en !== undefined) return sentence({ status: 0, code: '', fr, en }, language, { ...values });
  return sentence((errors as Record<string, (typeof errors)['internal']>)[key] ?? errors.internal, language, {
    ...values,
  });
}

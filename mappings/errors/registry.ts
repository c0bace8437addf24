/** The error table: the registry of structures and clients. */
import { row, type ErrorRow } from './row.ts';

export const registryErrors = {
  'registry-administrator': row(
    403,
    'forbidden',
    'L’enregistrement des structures et des applications est réservé à leurs administrateurs : demandez un jeton d’administrateur.',
    'Structures and applications are registered by their administrators only: ask for an administrator’s token.',
  ),
  'registry-installation': row(
    403,
    'forbidden',
    'Ceci touche plus que votre structure : seul un administrateur de l’installation (INSTALLATION_ADMINISTRATORS) le peut.',
    'This concerns more than your structure: only an administrator of the installation (INSTALLATION_ADMINISTRATORS) may do it.',
  ),
  'registry-unknown': row(
    404,
    'not-found',
    'Rien d’enregistré sous cet identifiant qui vous soit ouvert. Consultez la liste.',
    'Nothing that is open to you is registered under this identifier. See the list.',
  ),
  'registry-exists': row(
    409,
    'duplicate',
    'Cet identifiant est déjà enregistré. Modifiez ce qui existe, rétablissez-le s’il est retiré, ou choisissez un autre identifiant.',
    'This identifier is registered already. Change what exists, restore it if it was withdrawn, or choose another identifier.',
  ),
  'registry-settings': row(
    409,
    'business-rule',
    'La structure {structure} est celle des paramètres (STRUCTURE_ID) : elle se modifie là (STRUCTURE_…, LPS_…, DMP_…).',
    'The structure {structure} is that of the settings (STRUCTURE_ID): it is changed there (STRUCTURE_…, LPS_…, DMP_…).',
  ),
  'registry-version': row(
    412,
    'conflict',
    'Cet enregistrement a changé : sa version est {current}. Relisez-le et recommencez.',
    'This entry has changed: its version is {current}. Read it again and start over.',
  ),
  'registry-required': row(422, 'required', 'Cette propriété est requise.', 'This property is required.'),
  'registry-property': row(
    422,
    'structure',
    'Propriétés inconnues ici : {names}. Retirez-les.',
    'Properties unknown here: {names}. Remove them.',
  ),
  'registry-value': row(
    422,
    'value',
    'Cette valeur n’est pas de la forme attendue : {expected}.',
    'This value has not the form that is expected: {expected}.',
  ),
  'registry-structure-id': row(
    422,
    'value',
    'Ce n’est pas un Struct_IdNat : 1 et le numéro FINESS, ou 3 et le numéro SIRET, clé juste en production.',
    'This is no Struct_IdNat: 1 and the FINESS number, or 3 and the SIRET number, with the right key in production.',
  ),
  'certificate-unreadable': row(
    422,
    'value',
    'Aucun certificat lisible : envoyez du PEM, le certificat d’abord, puis ses autorités.',
    'No certificate can be read: send PEM, the certificate first, then its authorities.',
  ),
  'certificate-key': row(
    422,
    'value',
    'La clé privée n’est pas celle du certificat, ou n’est pas lisible : envoyez du PEM non chiffré.',
    'The private key is not that of the certificate, or cannot be read: send PEM that is not encrypted.',
  ),
  'certificate-structure': row(
    422,
    'business-rule',
    'L’unique OU du certificat doit être la structure, {structure}. Commandez un certificat à son nom.',
    'The one OU of the certificate must be the structure, {structure}. Order a certificate in its name.',
  ),
  'certificate-usage': row(
    422,
    'business-rule',
    'Ce n’est pas un certificat {kind} : usages requis de la clé : {usage}.',
    'This is no {kind} certificate: usages that its key must have: {usage}.',
  ),
  'certificate-algorithm': row(
    422,
    'business-rule',
    'La clé doit être RSA, de 2048 bits au moins : le DMP ne prend pas d’autres signatures.',
    'The key must be RSA of 2048 bits at least: the DMP takes no other signatures.',
  ),
  'certificate-chain': row(
    422,
    'business-rule',
    'Les certificats ne se suivent pas : chacun doit être signé par celui qui le suit.',
    'The certificates do not follow each other: each must be signed by the next one.',
  ),
  'certificate-expired': row(
    422,
    'expired',
    'Ce certificat a pris fin le {date}. Commandez-en un nouveau.',
    'This certificate ended on {date}. Order a new one.',
  ),
  'certificate-known': row(
    409,
    'duplicate',
    'Ce certificat est déjà enregistré pour cette structure, peut-être retiré. Un certificat retiré ne revient pas : commandez-en un nouveau.',
    'This certificate is registered for this structure already, perhaps withdrawn. A withdrawn one does not come back: order a new one.',
  ),
} as const satisfies Record<string, ErrorRow>;

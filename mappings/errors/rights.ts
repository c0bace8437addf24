/** The error table: rights that a VIHF would need, missing before any call (server/dmp/rights.ts). */
import { row, type ErrorRow } from './row.ts';

export const rightErrors = {
  'dmp-rights-psc': row(
    403,
    'forbidden',
    'Cette opération du DMP demande une authentification par Pro Santé Connect.',
    'This DMP operation requires authentication by Pro Santé Connect.',
  ),
  'dmp-rights-rpps': row(
    403,
    'forbidden',
    'Cette opération du DMP est réservée aux professionnels qui ont un numéro RPPS.',
    'This DMP operation is for professionals who have an RPPS number.',
  ),
  'dmp-rights-purpose': row(
    403,
    'forbidden',
    'Ce mode d’accès n’est pas permis pour cette opération du DMP. Demandez un accès normal.',
    'This purpose of use is not allowed for this DMP operation. Ask for normal access.',
  ),
  'dmp-rights-reason': row(
    403,
    'forbidden',
    'Un accès « bris de glace » demande un motif. Indiquez-le.',
    'A break-glass access requires a reason. Give one.',
  ),
  'dmp-rights-role': row(
    403,
    'forbidden',
    'Le DMP demande de un à trois rôles pour l’appelant : sa profession, puis sa spécialité. Ajoutez-les au jeton.',
    'The DMP wants one to three roles for the caller: the profession, then the specialty. Add them to the token.',
  ),
  'dmp-rights-profession': row(
    403,
    'forbidden',
    'Le premier rôle de l’appelant n’est pas une profession connue du DMP (JDV_J65). Corrigez le jeton, ou déclarez la profession (PROFESSIONS_FILE).',
    'The caller’s first role is no profession that the DMP knows (JDV_J65). Correct the token, or declare the profession (PROFESSIONS_FILE).',
  ),
  'dmp-rights-specialty': row(
    403,
    'forbidden',
    'Pour cette profession, le DMP demande un deuxième rôle : la spécialité (TRE_R01). Ajoutez-la au jeton.',
    'For this profession the DMP wants a second role: the specialty (TRE_R01). Add it to the token.',
  ),
  'dmp-rights-section': row(
    403,
    'forbidden',
    'Pour cette profession, le DMP demande un deuxième rôle : la section du tableau de l’Ordre des pharmaciens (TRE_G05). Ajoutez-la au jeton.',
    'For this profession the DMP wants a second role: the section of the register of pharmacists (TRE_G05). Add it to the token.',
  ),
  'dmp-rights-care-role': row(
    403,
    'forbidden',
    'Pour cette profession, le DMP demande le rôle dans la prise en charge (TRE_R85). Ajoutez-le au jeton.',
    'For this profession the DMP wants the role in the care of the patient (TRE_R85). Add it to the token.',
  ),
  'dmp-rights-roles': row(
    403,
    'forbidden',
    'Un rôle de l’appelant ne peut pas suivre sa profession : une autre profession, une nomenclature inconnue, ou deux rôles de la même. Retirez-le du jeton.',
    'A role of the caller cannot follow the profession: another profession, an unknown code system, or two roles of the same. Remove it from the token.',
  ),
  'dmp-rights-automaton': row(
    403,
    'forbidden',
    'Cette opération du DMP demande une personne : un automate ne s’authentifie qu’au nom de la structure. Demandez-la au nom d’un professionnel.',
    'This DMP operation requires a person: an automaton is authenticated for the structure only. Ask for it on behalf of a professional.',
  ),
  'dmp-rights-structure': row(
    403,
    'forbidden',
    'Cette passerelle ne représente pas la structure de l’appelant, ou n’a pas ses certificats : rien n’est envoyé en son nom.',
    'This gateway does not represent the caller’s structure, or has not its certificates: nothing is sent in its name.',
  ),
  'dmp-rights-new-authorizations': row(
    403,
    'forbidden',
    'Sans Pro Santé Connect, la liste des DMP autorisés se limite aux nouvelles autorisations depuis une date : demandez celle-là, ou authentifiez-vous par Pro Santé Connect.',
    'Without Pro Santé Connect, the list of authorised DMPs is limited to the new authorisations since a date: ask for that one, or authenticate by Pro Santé Connect.',
  ),
  'secret-adult': row(
    403,
    'forbidden',
    'La connexion secrète est réservée aux mineurs, et l’identité qualifiée de ce patient est celle d’un majeur. Demandez un jeton sans connexion secrète.',
    'Secret access is for minors, and this patient’s qualified identity is an adult’s. Ask for a token without secret access.',
  ),
  'rights-matrix': row(
    403,
    'forbidden',
    'La matrice des droits du DMP ne permet pas {transaction} en mode {mode} pour ce profil et ce mode d’accès.',
    'The DMP’s matrix of rights does not allow {transaction} in mode {mode} for this profile and purpose.',
  ),
  'rights-no-door': row(
    404,
    'not-supported',
    'Cette passerelle n’a pas de point d’accès pour {transaction}.',
    'This gateway has no door to {transaction}.',
  ),
  'rights-dmp-closed': row(
    422,
    'business-rule',
    'Le DMP de ce patient est fermé : il n’est ni lu ni alimenté.',
    'This patient’s DMP is closed: it is neither read nor fed.',
  ),
  'rights-authorization-declared': row(
    200,
    'informational',
    'L’autorisation dans le DMP n’est pas valide ({status}) : elle sera déclarée à la première lecture, comme le patient y a consenti.',
    'The authorisation in the DMP is not valid ({status}): it will be declared at the first reading, as the patient has consented.',
  ),
  'dmp-rights': row(
    403,
    'forbidden',
    'Aucun mode d’authentification du DMP ne convient à cet appelant.',
    'No authentication mode of the DMP fits this caller.',
  ),
} as const satisfies Record<string, ErrorRow>;

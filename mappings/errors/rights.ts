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
    'Le DMP demande de un à trois rôles pour l’appelant : sa profession, puis sa spécialité.',
    'The DMP wants one to three roles for the caller: the profession, then the specialty.',
  ),
  'dmp-rights-specialty': row(
    403,
    'forbidden',
    'Le DMP demande la spécialité des médecins et des pharmaciens. Ajoutez-la au jeton.',
    'The DMP requires the specialty of doctors and pharmacists. Add it to the token.',
  ),
  'dmp-rights-new-authorizations': row(
    403,
    'forbidden',
    'Sans Pro Santé Connect, la liste des DMP autorisés se limite aux nouvelles autorisations depuis une date : demandez celle-là, ou authentifiez-vous par Pro Santé Connect.',
    'Without Pro Santé Connect, the list of authorised DMPs is limited to the new authorisations since a date: ask for that one, or authenticate by Pro Santé Connect.',
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

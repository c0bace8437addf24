/** The error table: what patients allow (consents of the structure, authorisations of the DMP). */
import { row, type ErrorRow } from './row.ts';

export const consentErrors = {
  'consent-feeding-missing': row(
    403,
    'forbidden',
    'La non-opposition du patient à l’alimentation n’est pas enregistrée. Recueillez-la, puis POST /Consent (catégorie feeding, permit).',
    'The patient’s non-opposition to feeding is not on record. Ask for it, then POST /Consent (category feeding, permit).',
  ),
  'consent-feeding-opposed': row(
    403,
    'forbidden',
    'Le patient s’oppose à l’alimentation de son DMP par cette structure : rien n’y est déposé.',
    'The patient objects to the feeding of the DMP by this structure: nothing is deposited.',
  ),
  'consent-consultation-missing': row(
    403,
    'forbidden',
    'Le consentement du patient à la consultation n’est pas enregistré. Recueillez-le, puis POST /Consent (catégorie consultation, permit).',
    'The patient’s consent to consultation is not on record. Ask for it, then POST /Consent (category consultation, permit).',
  ),
  'consent-consultation-refused': row(
    403,
    'forbidden',
    'Le patient refuse que cette structure consulte son DMP.',
    'The patient refuses that this structure reads the DMP.',
  ),
  'consent-break-glass-opposed': row(
    403,
    'forbidden',
    'Le patient s’est opposé à l’accès en bris de glace.',
    'The patient has objected to break-glass access.',
  ),
  'consent-regulation-opposed': row(
    403,
    'forbidden',
    'Le patient s’est opposé à l’accès par la régulation médicale.',
    'The patient has objected to access by emergency regulation.',
  ),
  'authorization-blocked': row(
    403,
    'forbidden',
    'Le patient a bloqué l’accès de ce professionnel à son DMP ; lui seul peut lever ce blocage.',
    'The patient has blocked this professional’s access to the DMP; only the patient can lift the block.',
  ),
  'authorization-missing': row(
    403,
    'forbidden',
    'Aucune autorisation valide dans le DMP ({status}). Avec l’accord du patient : POST /Consent (catégorie dmp-authorization).',
    'No valid authorisation in the DMP ({status}). With the patient’s agreement: POST /Consent (category dmp-authorization).',
  ),
  'consent-element': row(
    422,
    'business-rule',
    'Cet élément du Consent ne convient pas. Attendu : {detail}.',
    'This element of the Consent does not fit. Expected: {detail}.',
  ),
  'consent-block': row(
    422,
    'business-rule',
    'Un logiciel ne bloque pas un professionnel : le patient le fait lui-même, ou le médecin traitant sur le site du DMP.',
    'Software does not block a professional: the patient does, or the médecin traitant on the DMP’s web site.',
  ),
  'consent-actor': row(
    403,
    'forbidden',
    'Une autorisation du DMP ne se déclare que pour soi-même : l’acteur doit être l’appelant.',
    'An authorisation of the DMP is declared for oneself only: the actor must be the caller.',
  ),
  'consent-topic-fixed': row(
    422,
    'business-rule',
    'Le patient et la catégorie d’un Consent ne changent pas. Enregistrez-en un autre.',
    'The patient and the category of a Consent do not change. Record another one.',
  ),
  'consent-condition': row(
    400,
    'not-supported',
    'Un Consent se crée sans condition : il y en a un par patient et catégorie, et le nouveau remplace l’ancien. Cherchez-le, puis PUT avec If-Match.',
    'A Consent is created without a condition: there is one a patient and category, and the new one replaces the old. Search it, then PUT with If-Match.',
  ),
  'consent-authorizations-left-out': row(
    200,
    'incomplete',
    'Les autorisations enregistrées dans le DMP ne sont pas listées : il faut une authentification par Pro Santé Connect.',
    'The authorisations that stand in the DMP are not listed: that needs authentication by Pro Santé Connect.',
  ),
  'consent-authorizations-unlisted': row(
    200,
    'incomplete',
    'Les autorisations enregistrées dans le DMP ne sont pas listées : le DMP ne les donne pas ({code}). Ce que l’établissement a enregistré l’est.',
    'The authorisations that stand in the DMP are not listed: the DMP does not give them ({code}). What the establishment recorded is.',
  ),
  recorded: row(200, 'informational', 'C’est enregistré.', 'It is on record.'),
} as const satisfies Record<string, ErrorRow>;

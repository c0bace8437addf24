/** The error table: lists and searches of patients, the DMP's web site, and transactions that the DMP has withdrawn. */
import { row, type ErrorRow } from './row.ts';

export const patientErrors = {
  'traits-regulation-only': row(
    403,
    'forbidden',
    'La recherche d’un DMP par traits (TD0.5) est réservée à la régulation médicale (accès « centre_15 »). Cherchez le patient par son INS : Patient?identifier=…, par POST _search.',
    'The search of a DMP by traits (TD0.5) is for emergency regulation (centre_15 access). Search the patient by INS: Patient?identifier=…, by POST _search.',
  ),
  'traits-alone': row(
    400,
    'not-supported',
    'Le critère {name} ne se combine pas avec une recherche par traits (TD0.5). Cherchez par l’un ou par les autres.',
    'Criterion {name} does not go together with a search by traits (TD0.5). Search by the one or by the others.',
  ),
  'patients-without-ins': row(
    200,
    'incomplete',
    'Le DMP a répondu {count} patient(s) sans INS : ils ne sont pas listés, car aucune autre demande ne pourrait porter sur eux.',
    'The DMP answered {count} patient(s) without an INS: they are not listed, for no other request could be about them.',
  ),
  'web-page-patient': row(
    400,
    'value',
    'La page {page} du site du DMP n’est celle d’aucun patient. Demandez-la par Patient/$web-access.',
    'Page {page} of the DMP’s site is not about a patient. Ask for it by Patient/$web-access.',
  ),
  'transaction-withdrawn': row(
    501,
    'not-supported',
    'Le DMP a retiré la transaction {transaction}. Pour un DMP qui la prend encore, l’exploitant de la passerelle règle {setting}=true.',
    'The DMP has withdrawn transaction {transaction}. For a DMP that still takes it, the operator of the gateway sets {setting}=true.',
  ),
  'transaction-unpublished': row(
    501,
    'not-supported',
    'La transaction {transaction} (compte internet du patient) a été retirée des interfaces du DMP en juin 2024, et aucune source publique ne donne ses messages : la passerelle ne peut pas l’envoyer, quel que soit le réglage. Le patient active lui-même Mon espace santé.',
    'Transaction {transaction} (the patient’s internet account) was removed from the DMP’s interfaces in June 2024, and no public source gives its messages: the gateway cannot send it, whatever the setting. Patients open Mon espace santé themselves.',
  ),
  'administrative-condition': row(
    412,
    'conflict',
    'La condition {header} ne peut pas être vérifiée : ce que le DMP tient d’un patient n’a pas de version, et lui-même ne crée pas un DMP qui existe. Retirez cet en-tête.',
    'The condition {header} cannot be checked: what the DMP holds of a patient has no version, and the DMP itself creates none that exists. Leave this header out.',
  ),
  'administration-unknown': row(
    502,
    'incomplete',
    'La réponse du DMP s’est perdue : il a peut-être pris la demande ({transaction}). Relisez le patient (GET Patient/{patient}) avant de la renouveler.',
    'The DMP’s answer was lost: it may have taken the request ({transaction}). Read the patient again (GET Patient/{patient}) before you repeat it.',
  ),
  administered: row(
    200,
    'informational',
    'Le DMP a pris la demande ({transaction}).',
    'The DMP has taken the request ({transaction}).',
  ),
  'web-access-unset': row(
    501,
    'not-supported',
    'L’adresse du site web du DMP n’est pas configurée : renseignez {setting}.',
    'The address of the DMP’s web site is not configured: set {setting}.',
  ),
} as const satisfies Record<string, ErrorRow>;

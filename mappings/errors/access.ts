/** The error table: access. */
import { row, type ErrorRow } from './row.ts';

export const accessErrors = {
  'login-required': row(
    401,
    'login',
    'Un jeton d’accès est requis. Envoyez « Authorization: Bearer … ».',
    'An access token is required. Send "Authorization: Bearer …".',
  ),
  'token-invalid': row(
    401,
    'login',
    'Le jeton d’accès n’est pas valable ({reason}). Obtenez-en un nouveau.',
    'The access token is not valid ({reason}). Get a new one.',
  ),
  'token-binding': row(
    401,
    'login',
    'Le jeton est lié à son détenteur par un moyen que cette passerelle ne vérifie pas ({method}). Demandez un jeton lié à un certificat client (cnf.x5t#S256) ou à une clé DPoP (cnf.jkt).',
    'The token is bound to its holder in a way that this gateway does not check ({method}). Ask for one that is bound to a client certificate (cnf.x5t#S256) or to a DPoP key (cnf.jkt).',
  ),
  'token-certificate-missing': row(
    401,
    'login',
    'Le jeton est lié à un certificat client, et la requête n’en présente pas qui soit reconnu. Présentez ce certificat (TLS mutuel).',
    'The token is bound to a client certificate, and the request shows none that is recognised. Show that certificate (mutual TLS).',
  ),
  'token-certificate-other': row(
    401,
    'login',
    'Le jeton est lié à un autre certificat client que celui de la requête. Présentez le certificat pour lequel le jeton a été donné, ou demandez-en un nouveau.',
    'The token is bound to another client certificate than that of the request. Show the certificate that the token was given for, or get a new one.',
  ),
  'token-proof-missing': row(
    401,
    'login',
    'Le jeton est lié à une clé (DPoP, RFC 9449). Envoyez « Authorization: DPoP … » et, dans l’en-tête DPoP, une preuve signée de cette clé.',
    'The token is bound to a key (DPoP, RFC 9449). Send "Authorization: DPoP …" and, in the header DPoP, a proof signed with that key.',
  ),
  'token-proof-invalid': row(
    401,
    'login',
    'La preuve DPoP n’est pas valable ({reason}). Signez-en une nouvelle pour chaque requête (RFC 9449 §4).',
    'The DPoP proof is not valid ({reason}). Sign a new one for each request (RFC 9449 §4).',
  ),
  'client-certificate-malformed': row(
    400,
    'invalid',
    'L’en-tête Client-Cert du mandataire n’est pas un certificat (RFC 9440 : « :base64 du DER: », une seule fois). Corrigez la configuration du mandataire.',
    'The Client-Cert header of the proxy is not a certificate (RFC 9440: ":base64 of the DER:", once). Correct the configuration of the proxy.',
  ),
  'token-keys-unavailable': row(
    503,
    'transient',
    'Les clés qui vérifient les jetons ne sont pas disponibles. Réessayez plus tard.',
    'The keys that verify tokens are not available. Try again later.',
    true,
  ),
  'rate-limited': row(
    429,
    'throttled',
    'Trop de requêtes. Réessayez dans {seconds} s.',
    'Too many requests. Try again in {seconds} s.',
    true,
  ),
  'scope-missing': row(
    403,
    'forbidden',
    'Le jeton ne porte pas la portée requise : {scope}.',
    'The token lacks the required scope: {scope}.',
  ),
  'structure-mismatch': row(
    403,
    'forbidden',
    'La structure du jeton n’est pas celle que cette passerelle représente auprès du DMP.',
    'The structure in the token is not the one that this gateway represents to the DMP.',
  ),
  'right-missing': row(
    403,
    'forbidden',
    'Le DMP n’accepte pas {transaction} pour cet appelant : il faut {right}.',
    'The DMP does not take {transaction} from this caller: {right} is needed.',
  ),
  'author-not-caller': row(
    403,
    'forbidden',
    'L’auteur du lot doit être l’appelant et sa structure (ceux du jeton).',
    'The author of the submission set must be the caller and the caller’s structure (those of the token).',
  ),
  'launch-patient': row(
    403,
    'forbidden',
    'Cette portée (patient/…) n’ouvre que le dossier du patient pour lequel l’application a été lancée, et ce qui porte sur un seul patient. Demandez une portée user/…, ou relancez l’application pour ce patient.',
    'This scope (patient/…) opens the record of the patient that the app was launched for, and what is about one patient. Ask for a scope user/…, or launch the app again for this patient.',
  ),
  'break-glass-reason': row(
    403,
    'forbidden',
    'Le motif du « bris de glace » ne dit pas pourquoi : au moins {least} caractères, deux mots différents, et aucun INS. Demandez un nouvel accès avec un motif.',
    'The reason of the break-glass access does not say why: at least {least} characters, two different words, and no INS. Ask for a new access with a reason.',
  ),
  'break-glass-patient': row(
    403,
    'forbidden',
    'Cet accès « bris de glace » n’ouvre que le dossier du patient qu’il nomme. Demandez un accès pour ce patient, ou un accès normal.',
    'This break-glass access opens the record of the patient it names and nothing else. Ask for an access for this patient, or a normal one.',
  ),
  'break-glass-expired': row(
    403,
    'forbidden',
    'Cet accès « bris de glace » est échu : il dure {minutes} minutes. Si l’urgence continue, demandez un nouvel accès.',
    'This break-glass access is over: it lasts {minutes} minutes. If the emergency goes on, ask for a new access.',
  ),
  'break-glass-traits': row(
    403,
    'forbidden',
    'L’identité confirmée pour le « bris de glace » n’est pas celle du DMP : {traits}. Vérifiez l’identité du patient, puis demandez un nouvel accès.',
    'The identity confirmed for the break-glass access is not that of the DMP: {traits}. Check who the patient is, then ask for a new access.',
  ),
  'regulation-only': row(
    403,
    'forbidden',
    'L’accès « centre 15 » est réservé aux structures de régulation médicale : cet établissement n’en est pas une (REGULATION_STRUCTURE). Demandez un accès normal.',
    'The centre 15 access is for emergency regulation centres: this establishment is not one (REGULATION_STRUCTURE). Ask for normal access.',
  ),
  'purpose-normal-only': row(
    403,
    'forbidden',
    'Ce que le patient permet s’enregistre avec un accès normal. Demandez un jeton sans « centre 15 ».',
    'What the patient allows is recorded with normal access. Ask for a token without « centre 15 ».',
  ),
  'administrator-only': row(
    403,
    'forbidden',
    'Le registre des accès n’est ouvert qu’à l’administrateur de la structure : demandez un jeton d’administrateur, ou adressez-vous à lui.',
    'The record of accesses is open to the structure’s administrator only: ask for an administrator’s token, or turn to the administrator.',
  ),
} as const satisfies Record<string, ErrorRow>;

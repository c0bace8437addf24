/** The error table: the DMP, by its own codes and faults. */
import { row, type ErrorRow } from './row.ts';

export const dmpCodeErrors = {
  'dmp:DMPInvalidCertificate': row(
    502,
    'security',
    'Le DMP refuse le certificat de la structure. Vérifiez le certificat de cachet (SIGN).',
    'The DMP refuses the structure’s certificate. Check the SIGN certificate.',
  ),
  'dmp:DMPClosed': row(422, 'business-rule', 'Le DMP de ce patient est fermé.', 'This patient’s DMP is closed.'),
  'dmp:DMPInvalidData': row(
    422,
    'business-rule',
    'Le DMP refuse les données : {context}',
    'The DMP refuses the data: {context}',
  ),
  'dmp:DMPAccessDenied': row(403, 'forbidden', 'Le DMP refuse l’accès : {context}', 'The DMP denies access: {context}'),
  'dmp:DMPAuthorizationDenied': row(
    403,
    'forbidden',
    'Le patient n’a pas autorisé, ou a bloqué, cet accès à son DMP.',
    'The patient has not authorised, or has blocked, this access to the DMP.',
  ),

  'dmp:DMPAccessDeniedByRightsService': row(
    403,
    'forbidden',
    'Le service de droits du DMP refuse l’accès : {context}. Vérifiez la profession et la spécialité de l’appelant.',
    'The rights service of the DMP denies access: {context}. Check the caller’s profession and specialty.',
  ),
  'dmp:DMPFound': row(409, 'duplicate', 'Ce DMP existe déjà et il est ouvert.', 'This DMP exists already and is open.'),
  'dmp:DMPNotFound': row(404, 'not-found', 'Ce patient n’a pas de DMP.', 'This patient has no DMP.'),
  'dmp:DMPTooManyResults': row(
    422,
    'too-costly',
    'Trop de résultats : précisez la recherche (type, dates ; pour un patient : prénom, date de naissance, commune).',
    'Too many results: narrow the search (type, dates; for a patient: first name, birth date, town).',
  ),
  'dmp:PatientNotFound': row(
    404,
    'not-found',
    'Le DMP ne connaît pas ce patient. Vérifiez l’INS.',
    'The DMP does not know this patient. Check the INS.',
  ),
} as const satisfies Record<string, ErrorRow>;

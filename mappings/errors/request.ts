/** The error table: the request itself. */
import { row, type ErrorRow } from './row.ts';

export const requestErrors = {
  'body-malformed': row(
    400,
    'structure',
    'Le corps de la requête n’est pas lisible ({detail}). Corrigez la syntaxe JSON ou l’encodage annoncé.',
    'The request body cannot be read ({detail}). Fix the JSON syntax or the announced encoding.',
  ),
  'if-match': row(
    412,
    'value',
    'If-Match ({given}) ne nomme aucune version d’ici. Envoyez l’ETag que la lecture donne, par exemple W/"3".',
    'If-Match ({given}) names no version of here. Send the ETag that reading gives, for example W/"3".',
  ),
  'range-unsatisfiable': row(
    416,
    'value',
    'La plage demandée (Range) est hors du contenu, qui compte {length} octets. Demandez-en une autre.',
    'The requested Range lies outside the content, which has {length} bytes. Ask for another.',
  ),
  'xml-malformed': row(
    400,
    'structure',
    'Le corps de la requête n’est pas du XML accepté ({detail}) : XML 1.0 bien formé, en UTF-8, sans DOCTYPE. Corrigez-le.',
    'The request body is not XML that is accepted ({detail}): well-formed XML 1.0 in UTF-8, without DOCTYPE. Fix it.',
  ),
  'xml-unexpected': row(
    400,
    'structure',
    'En FHIR XML, {what} n’est pas permis ici (espace de noms http://hl7.org/fhir). Retirez-le ou corrigez-le.',
    'In FHIR XML, {what} is not allowed here (namespace http://hl7.org/fhir). Remove or fix it.',
  ),
  narrative: row(
    400,
    'invariant',
    'Le texte (narrative) n’est pas du XHTML permis par FHIR ({detail}). Retirez ce qui n’est pas permis.',
    'The narrative is not XHTML that FHIR allows ({detail}). Remove what is not allowed.',
  ),
  'query-malformed': row(
    400,
    'structure',
    'L’adresse ou le formulaire n’est pas lisible ({detail}). Corrigez l’encodage.',
    'The address or form cannot be read ({detail}). Fix its encoding.',
  ),
  'request-malformed': row(
    400,
    'structure',
    'La requête n’est pas du HTTP lisible : dans l’adresse, ce qui n’est pas ASCII s’écrit en %XX (UTF-8).',
    'The request is not readable HTTP: in the address, what is not ASCII is written as %XX (UTF-8).',
  ),
  'header-too-large': row(
    431,
    'too-long',
    'L’adresse et les en-têtes sont trop longs. Cherchez par POST _search.',
    'The address and headers are too long. Search by POST _search.',
  ),
  'request-timeout': row(
    408,
    'timeout',
    'La requête n’est pas arrivée en entier à temps. Renvoyez-la.',
    'The request did not arrive completely in time. Send it again.',
    true,
  ),
  'body-missing': row(
    400,
    'required',
    'La requête n’a pas de corps. Envoyez une ressource {expected}.',
    'The request has no body. Send a {expected} resource.',
  ),
  'media-type': row(
    415,
    'not-supported',
    'Type de contenu « {given} » non accepté. Envoyez {expected}.',
    'Content type "{given}" is not accepted. Send {expected}.',
  ),
  'not-acceptable': row(
    406,
    'not-supported',
    'Aucun des formats demandés n’est disponible. Demandez {available}.',
    'None of the requested formats is available. Ask for {available}.',
  ),
  'too-large': row(
    413,
    'too-long',
    'Le contenu dépasse la limite de {limit} octets. Réduisez-le.',
    'The content exceeds the limit of {limit} bytes. Make it smaller.',
  ),
  'unknown-route': row(
    404,
    'not-found',
    'Aucune ressource à cette adresse. Consultez /fhir/metadata.',
    'Nothing lives at this address. See /fhir/metadata.',
  ),
  'method-not-allowed': row(
    405,
    'not-supported',
    'La méthode {method} n’est pas permise ici. Méthodes permises : {allowed}.',
    'Method {method} is not allowed here. Allowed: {allowed}.',
  ),
  'search-by-post': row(
    405,
    'not-supported',
    'Une recherche par POST s’adresse à {path}, ses critères dans un formulaire (R4, comme MHD ITI-66 et ITI-67). Un POST ici serait une création, qui n’est pas permise : un lot ou un classeur se dépose dans une transaction (ITI-65). Méthodes permises : {allowed}.',
    'A search by POST goes to {path}, with its criteria in a form (R4, as MHD ITI-66 and ITI-67). A POST here would be a creation, which is not allowed: a set or a folder is deposited in a transaction (ITI-65). Allowed: {allowed}.',
  ),
  'resource-type-unsupported': row(
    404,
    'not-supported',
    'Le type de ressource {type} n’est pas servi. Types servis : {supported}.',
    'Resource type {type} is not served. Served types: {supported}.',
  ),
  'wrong-resource-type': row(
    400,
    'invalid',
    'Une ressource {expected} est attendue, {given} a été reçue.',
    'A {expected} resource is expected, {given} was received.',
  ),
  'not-found': row(404, 'not-found', 'La ressource {type} demandée est inconnue.', 'The requested {type} is unknown.'),
  deleted: row(410, 'deleted', 'Cette ressource a été supprimée.', 'This resource was deleted.'),
} as const satisfies Record<string, ErrorRow>;

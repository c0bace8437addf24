/**
 * Every reason for which a VIHF is refused: stable code → how the fault looks. The code travels in soap:Detail, so that
 * a test (and a developer in front of the simulator) knows which rule spoke. Sources: dmp-wire §2 and §5.
 */
import { faultNamespaces, senderFault, SoapFault, type Subcode } from '../exchange.ts';
import { escapeXml } from '../dom.ts';

const wsse = (local: string): Subcode => ({ namespace: faultNamespaces.wsse, local });
const token = wsse('InvalidSecurityToken'); // the assertion or its signature
const failed = wsse('FailedAuthentication'); // right signature, wrong signer or wrong content
const security = wsse('InvalidSecurity'); // the header around it
const certificate: Subcode = { namespace: faultNamespaces.soap, local: 'DMPInvalidCertificate' };

interface Rule {
  subcode: Subcode;
  fr: string;
}
const rule = (subcode: Subcode, fr: string): Rule => ({ subcode, fr });

export const vihfRules = {
  // --- the header
  SECURITY_ABSENT: rule(security, 'L’en-tête wsse:Security est absent ou multiple'),
  ASSERTION_NOT_ALONE: rule(security, 'wsse:Security doit contenir une assertion SAML 2.0 et rien d’autre'),

  // --- the assertion's form (§2.1)
  ASSERTION_FORM: rule(token, 'L’assertion du VIHF n’a pas la forme attendue'),
  ASSERTION_NESTED: rule(token, 'Le VIHF contient une autre assertion'),
  ASSERTION_COMMENT: rule(token, 'Le VIHF contient un commentaire ou une instruction de traitement'),
  ASSERTION_ID: rule(token, 'L’identifiant de l’assertion est absent, mal formé ou présent ailleurs dans le message'),
  ASSERTION_VERSION: rule(token, 'La version SAML de l’assertion n’est pas 2.0'),
  ISSUE_INSTANT: rule(token, 'IssueInstant est absent ou n’est pas un instant UTC'),
  ISSUE_INSTANT_AGE: rule(token, 'Le VIHF n’est pas encore valable ou ne l’est plus'),
  ISSUER_FORMAT: rule(token, 'Issuer n’est pas un nom X509SubjectName'),
  NAME_ID: rule(token, 'Subject doit contenir un NameID et rien d’autre'),
  NAME_ID_FORMAT: rule(token, 'NameID n’est pas un identifiant national de professionnel'),
  CONDITIONS: rule(token, 'Les conditions de l’assertion ne sont pas remplies'),
  AUDIENCE: rule(token, 'AudienceRestriction ne doit pas être renseigné'),
  AUTHN_INSTANT: rule(token, 'AuthnInstant est absent ou n’est pas un instant UTC'),
  AUTHN_CONTEXT: rule(token, 'AuthnContextClassRef est absent ou ne convient pas au mode d’authentification'),

  // --- the signature (§2.4)
  SIGNATURE_ABSENT: rule(token, 'Le VIHF n’est pas signé'),
  SIGNATURE_PLACE: rule(token, 'Le VIHF doit porter une seule signature, juste après Issuer'),
  SIGNATURE_ALGORITHM: rule(token, 'Algorithme de signature ou de forme canonique non accepté'),
  SIGNATURE_REFERENCE: rule(token, 'La signature doit porter sur l’assertion même, et sur elle seule'),
  SIGNATURE_TRANSFORMS: rule(token, 'Transformations de signature non acceptées'),
  SIGNATURE_KEY: rule(token, 'KeyInfo doit contenir un certificat X.509 et un seul'),
  SIGNATURE_VALUE: rule(token, 'La signature du VIHF est invalide'),
  SIGNATURE_DIGEST: rule(token, 'Le VIHF a été modifié après sa signature'),

  // --- the signer
  CERTIFICATE_UNTRUSTED: rule(certificate, 'Le certificat ayant signé le VIHF n’est pas issu d’une autorité reconnue'),
  CERTIFICATE_DATES: rule(certificate, 'Le certificat ayant signé le VIHF n’était pas ou n’est plus valable'),
  CERTIFICATE_KIND: rule(
    certificate,
    'Le certificat ayant signé le VIHF est invalide : ce n’est pas un certificat de signature',
  ),
  CERTIFICATE_HOLDER: rule(
    certificate,
    'Le certificat ayant signé le VIHF ne convient pas au mode d’authentification (carte ou structure)',
  ),
  ISSUER_NOT_SIGNER: rule(failed, 'Issuer n’est pas le sujet du certificat ayant signé le VIHF'),
  STRUCTURE_NOT_SIGNER: rule(
    failed,
    'Erreur d’authentification de la personne morale : la structure n’est pas celle du certificat de signature',
  ),
  STRUCTURE_NOT_TLS: rule(
    failed,
    'Erreur d’authentification de la personne morale : la structure n’est pas celle du certificat TLS',
  ),
  CARD_NOT_SIGNER: rule(failed, 'Le professionnel du VIHF n’est pas le porteur de la carte ayant signé'),
  CARD_NOT_TLS: rule(failed, 'Le professionnel du VIHF n’est pas le porteur de la carte de la connexion TLS'),

  // --- the attributes (§2.2, §2.3)
  ATTRIBUTE_MISSING: rule(token, 'Un attribut obligatoire du VIHF est absent ou vide'),
  ATTRIBUTE_REPEATED: rule(token, 'Un attribut du VIHF est répété ou porte plusieurs valeurs'),
  ATTRIBUTE_UNKNOWN: rule(token, 'Le VIHF porte un attribut inconnu'),
  ATTRIBUTE_VALUE: rule(token, 'Un attribut du VIHF n’a pas la forme attendue'),
  ROLE_FORM: rule(token, 'Un rôle du VIHF n’a pas la forme attendue'),
  ROLE_SYSTEM: rule(token, 'Le premier rôle du VIHF n’est pas une profession reconnue'),
  ROLE_SPECIALITY: rule(token, 'Aucune spécialité dans le VIHF pour un médecin ou un pharmacien'),
  ROLE_EXTRA: rule(token, 'Le VIHF porte un rôle qui ne convient pas à la profession'),
  VIHF_VERSION: rule(token, 'Version du VIHF non acceptée'),
  MODE: rule(token, 'Mode d’authentification inconnu ou absent'),
  AIR_CONTEXT: rule(token, 'AuthnContextDecl est absent ou non accepté en mode INDIRECTE_RENFORCEE'),
  AIR_PROFESSIONAL: rule(failed, 'Le mode INDIRECTE_RENFORCEE est réservé aux professionnels connus du RASS'),
  PURPOSE: rule(token, 'Mode d’accès (PurposeOfUse) inconnu'),
  PURPOSE_REASON: rule(token, 'Mode_Acces_Raison est obligatoire pour un bris de glace, et pour lui seul'),
  RESOURCE: rule(token, 'Ressource_URN n’est pas urn:dmp'),
  PATIENT_FORM: rule(token, 'Le patient du VIHF n’est pas un INS sous forme CX'),
} as const satisfies Record<string, Rule>;

export type VihfRule = keyof typeof vihfRules;

/** Content of soap:Detail: the rule that spoke and, where it helps, the name (never the value) of the culprit. */
export const detailOf = (code: string, place?: string): string =>
  `<d:erreur xmlns:d="urn:dmp-simulator:detail"><d:code>${escapeXml(code)}</d:code>${
    place === undefined ? '' : `<d:element>${escapeXml(place)}</d:element>`
  }</d:erreur>`;

/** A request that the DMP does not take, whatever its VIHF: the rule that spoke and, where it helps, an element's name. */
export const invalidData = (code: string, fr: string, place?: string): SoapFault =>
  senderFault('DMPInvalidData', fr, detailOf(code, place));

/** The fault of a rule. */
export function vihfFault(code: VihfRule, place?: string): SoapFault {
  const { subcode, fr } = vihfRules[code];
  const reason = place === undefined ? fr : `${fr} : ${place}`;
  return new SoapFault({ code: 'Sender', subcode, reason: { fr: reason }, detail: detailOf(code, place) });
}

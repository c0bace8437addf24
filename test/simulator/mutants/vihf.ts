/**
 * VIHF mutants: a valid assertion of one of the three modes with one thing changed before it is signed with the test
 * PKI (`edit`), in how it is signed (`sign`), after it was signed (`after`) or around it (`tls`, `minutes`), and the rule
 * that must refuse it.
 */
import type { VihfRule } from '../../../simulator/vihf/rules.ts';
import type { Edit } from '../support/edit.ts';
import { drop, element, swap, twice } from '../support/edit.ts';
import { algorithms, type SignOptions } from '../support/sign.ts';

/** Identities of the test PKI that a mutant may ask for by name. */
export type IdentityName =
  | 'structureSign' | 'structureTls' | 'otherStructureSign' | 'otherStructureTls'
  | 'cardSign' | 'cardTls' | 'otherCardSign' | 'otherCardTls'
  | 'impostorSign' | 'expiredSign' | 'weakSign'; // prettier-ignore

export interface VihfMutant {
  name: string;
  /** Which valid assertion it starts from: vihf/sha256/<base>-normal.xml without its signature. */
  base: 'directe' | 'indirecte' | 'indirecte_renforcee';
  rule: VihfRule;
  edit?: Edit;
  /** `none`: not signed. */
  sign?: 'none' | (Partial<Omit<SignOptions, 'signer'>> & { signer?: IdentityName });
  after?: Edit;
  tls?: IdentityName;
  /** The simulator's clock, in minutes after IssueInstant. */
  minutes?: number;
}

const xspa = 'urn:oasis:names:tc:xspa:1.0:';
const xacml = 'urn:oasis:names:tc:xacml:2.0:';

/** A whole saml2:Attribute by its Name. */
const attribute = (name: string): RegExp =>
  new RegExp(`<saml2:Attribute Name="${name.replaceAll('.', '\\.')}">.*?</saml2:Attribute>`, 'si');
const without = (name: string): Edit => swap(attribute(name), '');
const valued = (name: string, value: string): Edit =>
  swap(
    new RegExp(`(<saml2:Attribute Name="${name.replaceAll('.', '\\.')}"><saml2:AttributeValue[^>]*>)[^<]*`, 'i'),
    `$1${value}`,
  );
const added = (name: string, ...values: string[]): Edit =>
  swap(
    '</saml2:AttributeStatement>',
    `<saml2:Attribute Name="${name}">${values.map((v) => `<saml2:AttributeValue>${v}</saml2:AttributeValue>`).join('')}</saml2:Attribute></saml2:AttributeStatement>`,
  );
const role = (code: string, system: string) =>
  `<saml2:AttributeValue><Role xmlns="urn:hl7-org:v3" code="${code}" codeSystem="${system}"/></saml2:AttributeValue>`;
const roles = (...values: string[]): Edit =>
  swap(
    attribute(`${xacml}subject:role`),
    `<saml2:Attribute Name="${xacml}subject:role">${values.join('')}</saml2:Attribute>`,
  );
const professions = '1.2.250.1.71.1.2.7';
const specialities = '1.2.250.1.71.4.2.5';

const on =
  (base: VihfMutant['base']) =>
  (name: string, rule: VihfRule, rest: Omit<VihfMutant, 'name' | 'base' | 'rule'>): VihfMutant => ({
    name: `${base}: ${name}`,
    base,
    rule,
    ...rest,
  });
const indirect = on('indirecte');
const direct = on('directe');
const air = on('indirecte_renforcee');

const mandatory = [
  'Identifiant_Structure', 'Secteur_Activite', `${xspa}subject:subject-id`, `${xacml}subject:role`, 'VIHF_Version',
  'Ressource_URN', `${xspa}subject:purposeofuse`, 'LPS_Nom', 'LPS_Version', 'LPS_ID_HOMOLOGATION_DMP',
]; // prettier-ignore
const mandatoryTexts = mandatory.filter((name) => !/role|purposeofuse/.test(name));

const attributes: VihfMutant[] = [
  ...mandatory.map((name) => indirect(`${name} absent`, 'ATTRIBUTE_MISSING', { edit: without(name) })),
  ...mandatoryTexts.map((name) => indirect(`${name} empty`, 'ATTRIBUTE_MISSING', { edit: valued(name, ' ') })),
  indirect('attribute without value', 'ATTRIBUTE_MISSING', { edit: added('Mode_Acces_Raison') }),
  indirect('attribute twice', 'ATTRIBUTE_REPEATED', { edit: added('LPS_Nom', 'Autre') }),
  indirect('mode twice, in another case', 'ATTRIBUTE_REPEATED', { edit: added('Authentification_mode', 'DIRECTE') }),
  indirect('two values', 'ATTRIBUTE_REPEATED', { edit: swap(/(<saml2:Attribute Name="Identifiant_Structure">)/, '$1<saml2:AttributeValue>1990200776</saml2:AttributeValue>') }),
  indirect('misspelt attribute', 'ATTRIBUTE_UNKNOWN', { edit: added('LPS_Id', 'x') }),
  indirect('element that is not an attribute', 'ATTRIBUTE_UNKNOWN', { edit: swap('</saml2:AttributeStatement>', '<saml2:EncryptedAttribute/></saml2:AttributeStatement>') }),
  indirect('sector without system', 'ATTRIBUTE_VALUE', { edit: valued('Secteur_Activite', 'SA17') }),
  indirect('sector of another system', 'ATTRIBUTE_VALUE', { edit: valued('Secteur_Activite', 'SA17^1.2.250.1.71.4.2.5') }),
  indirect('structure with spaces', 'ATTRIBUTE_VALUE', { edit: valued('Identifiant_Structure', '1990100109 1990200776') }),
  indirect('element in a text value', 'ATTRIBUTE_VALUE', { edit: valued('LPS_Nom', 'a<b/>') }),
  indirect('unknown confidentiality', 'ATTRIBUTE_VALUE', { edit: added(`${xspa}resource:patient:hl7:confidentiality-code`, 'INVISIBLE_PATIENT^1.2.250.1.213.1.1.4.13') }),
  indirect('role of another namespace', 'ATTRIBUTE_VALUE', { edit: swap('<Role xmlns="urn:hl7-org:v3"', '<Role xmlns="urn:x"') }),
  indirect('role without code', 'ROLE_FORM', { edit: swap(/(<Role [^>]*?) code="[^"]*"/, '$1') }),
  indirect('four roles', 'ROLE_FORM', { edit: roles(...['10', 'SM18', 'SM26', 'SM59'].map((c, i) => role(c, i === 0 ? professions : specialities))) }),
  indirect('profession of an unknown system', 'ROLE_SYSTEM', { edit: roles(role('60', '1.2.3')) }),
  indirect('doctor without speciality', 'ROLE_SPECIALITY', { edit: roles(role('10', professions)) }),
  indirect('doctor with a pharmacist’s section', 'ROLE_SPECIALITY', { edit: roles(role('10', professions), role('A', '1.2.250.1.71.4.2.6')) }),
  indirect('pharmacist without section', 'ROLE_SPECIALITY', { edit: roles(role('21', professions)) }),
  indirect('nurse with a speciality', 'ROLE_EXTRA', { edit: roles(role('60', professions), role('SM18', specialities)) }),
  indirect('other version', 'VIHF_VERSION', { edit: valued('VIHF_Version', '2.0') }),
  indirect('unknown mode', 'MODE', { edit: valued('Authentification_Mode', 'SIMPLE') }),
  indirect('mode in lower case', 'MODE', { edit: valued('Authentification_Mode', 'indirecte') }),
  indirect('other resource', 'RESOURCE', { edit: valued('Ressource_URN', 'urn:mes') }),
  indirect('unknown purpose', 'PURPOSE', { edit: swap('code="normal"', 'code="recherche"') }),
  indirect('purpose of another system', 'PURPOSE', { edit: swap('codeSystem="1.2.250.1.213.1.1.4.248"', 'codeSystem="1.2.250.1.213.1.1.4.249"') }),
  direct('bris de glace without reason', 'PURPOSE_REASON', { edit: swap('code="normal"', 'code="bris_de_glace"') }),
  direct('reason without bris de glace', 'PURPOSE_REASON', { edit: added('Mode_Acces_Raison', 'Raison') }),
  indirect('patient without authority', 'PATIENT_FORM', { edit: valued(`${xacml}resource:resource-id`, '236046999012376') }),
  indirect('patient of another type', 'PATIENT_FORM', { edit: swap('ISO^NH', 'ISO^PI') }),
  indirect('patient of an unknown authority', 'PATIENT_FORM', { edit: swap('1.2.250.1.213.1.4.10', '1.2.250.1.213.1.4.2') }),
]; // prettier-ignore

const statement = element('AuthnStatement');
const assertion: VihfMutant[] = [
  indirect('SAML 1.1', 'ASSERTION_VERSION', { edit: swap('Version="2.0"', 'Version="1.1"') }),
  indirect('ID that is no name', 'ASSERTION_ID', { edit: swap(' ID="_', ' ID="0') }),
  indirect('IssueInstant in local time', 'ISSUE_INSTANT', { edit: swap(/(IssueInstant="[^"]*)Z"/, '$1+02:00"') }),
  indirect('IssueInstant absent', 'ISSUE_INSTANT', { edit: swap(/ IssueInstant="[^"]*"/, '') }),
  indirect('too old', 'ISSUE_INSTANT_AGE', { minutes: 61 }),
  indirect('from the future', 'ISSUE_INSTANT_AGE', { minutes: -61 }),
  indirect('Issuer of another format', 'ISSUER_FORMAT', { edit: swap('X509SubjectName', 'entity') }),
  indirect('Subject absent', 'ASSERTION_FORM', { edit: drop('Subject') }),
  indirect('AuthnStatement absent', 'ASSERTION_FORM', { edit: drop('AuthnStatement') }),
  indirect('AuthnStatement twice', 'ASSERTION_FORM', { edit: twice('AuthnStatement') }),
  indirect('AttributeStatement absent', 'ASSERTION_FORM', { edit: drop('AttributeStatement') }),
  indirect('statements in another order', 'ASSERTION_FORM', { edit: (xml) => swap('</saml2:Assertion>', `${statement.exec(xml)![0]}</saml2:Assertion>`)(xml.replace(statement, '')) }),
  indirect('empty advice', 'ASSERTION_FORM', { edit: swap('<saml2:AuthnStatement', '<saml2:Advice/><saml2:AuthnStatement') }),
  indirect('assertion within', 'ASSERTION_NESTED', { edit: swap('<saml2:AuthnStatement', '<saml2:Advice><saml2:Assertion/></saml2:Advice><saml2:AuthnStatement') }),
  indirect('comment', 'ASSERTION_COMMENT', { edit: swap('</saml2:NameID>', '<!-- x --></saml2:NameID>') }),
  indirect('processing instruction', 'ASSERTION_COMMENT', { edit: swap('</saml2:NameID>', '<?x y?></saml2:NameID>') }),
  indirect('NameID absent', 'NAME_ID', { edit: drop('NameID') }),
  indirect('SubjectConfirmation', 'NAME_ID', { edit: swap('</saml2:Subject>', '<saml2:SubjectConfirmation/></saml2:Subject>') }),
  indirect('NameID empty', 'NAME_ID_FORMAT', { edit: swap(/(NameID>)[^<]+/, '$1') }),
  indirect('NameID with two parts', 'NAME_ID_FORMAT', { edit: swap(/(NameID>)[^<]+/, '$1899700204581/A/B') }),
  indirect('conditions that have ended', 'CONDITIONS', { edit: swap('<saml2:AuthnStatement', '<saml2:Conditions NotOnOrAfter="2026-10-20T04:00:00.000Z"/><saml2:AuthnStatement') }),
  indirect('conditions that have not begun', 'CONDITIONS', { edit: swap('<saml2:AuthnStatement', '<saml2:Conditions NotBefore="2026-10-20T06:00:00.000Z"/><saml2:AuthnStatement') }),
  indirect('audience', 'AUDIENCE', { edit: swap('<saml2:AuthnStatement', '<saml2:Conditions><saml2:AudienceRestriction><saml2:Audience>x</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions><saml2:AuthnStatement') }),
  indirect('AuthnInstant absent', 'AUTHN_INSTANT', { edit: swap(/ AuthnInstant="[^"]*"/, '') }),
  indirect('AuthnContextClassRef absent', 'AUTHN_CONTEXT', { edit: drop('AuthnContextClassRef') }),
  indirect('AuthnContextClassRef unknown', 'AUTHN_CONTEXT', { edit: swap(/(AuthnContextClassRef>)[^<]*/, '$1Password') }),
  direct('card by password', 'AUTHN_CONTEXT', { edit: swap('classes:SmartcardPKI', 'classes:Password') }),
  indirect('AuthnContextDecl outside AIR', 'AIR_CONTEXT', { edit: swap('</saml2:AuthnContext>', '<saml2:AuthnContextDecl>APP_BROWSER_AUTH</saml2:AuthnContextDecl></saml2:AuthnContext>') }),
  air('AuthnContextDecl absent', 'AIR_CONTEXT', { edit: drop('AuthnContextDecl') }),
  air('AuthnContextDecl unknown', 'AIR_CONTEXT', { edit: swap('APP_BROWSER_AUTH', 'MOT_DE_PASSE') }),
  air('mode absent', 'AIR_CONTEXT', { edit: without('Authentification_Mode') }),
  air('professional who is not in the RASS', 'AIR_PROFESSIONAL', { edit: swap(/(NameID>)[^<]+/, '$13990100109/1234') }),
]; // prettier-ignore

const keyInfo = element('KeyInfo');
const signature: VihfMutant[] = [
  indirect('not signed', 'SIGNATURE_ABSENT', { sign: 'none' }),
  air('not signed', 'SIGNATURE_ABSENT', { sign: 'none' }),
  indirect('signature at the end', 'SIGNATURE_PLACE', { after: (xml) => xml.replace(element('Signature'), '').replace('<saml2:AuthnStatement', () => `${element('Signature').exec(xml)![0]}<saml2:AuthnStatement`) }),
  indirect('two signatures', 'SIGNATURE_PLACE', { after: twice('Signature') }),
  indirect('rsa-sha512', 'SIGNATURE_ALGORITHM', { sign: { signatureAlgorithm: algorithms.rsaSha512 } }),
  indirect('digest by sha512', 'SIGNATURE_ALGORITHM', { sign: { digestAlgorithm: algorithms.sha512 } }),
  indirect('inclusive canonical form of SignedInfo', 'SIGNATURE_ALGORITHM', { sign: { canonicalization: algorithms.inclusive } }),
  indirect('inclusive canonical form of the assertion', 'SIGNATURE_TRANSFORMS', { sign: { transforms: [algorithms.enveloped, algorithms.inclusive] } }),
  indirect('no enveloped transform', 'SIGNATURE_TRANSFORMS', { after: swap(/<ds:Transform Algorithm="[^"]*enveloped-signature"\s*\/>/, '') }),
  indirect('third transform', 'SIGNATURE_TRANSFORMS', { sign: { transforms: [algorithms.enveloped, algorithms.exclusive, algorithms.exclusive] } }),
  indirect('reference to the whole document', 'SIGNATURE_REFERENCE', { after: swap(/(<ds:Reference URI=")[^"]*/, '$1') }),
  indirect('reference to another element', 'SIGNATURE_REFERENCE', { after: swap(/(<ds:Reference URI=")[^"]*/, '$1#autre') }),
  indirect('two references', 'SIGNATURE_REFERENCE', { after: twice('Reference') }),
  indirect('no KeyInfo', 'SIGNATURE_KEY', { after: swap(keyInfo, '') }),
  indirect('two certificates', 'SIGNATURE_KEY', { after: twice('X509Certificate') }),
  indirect('key value beside the certificate', 'SIGNATURE_KEY', { after: swap('</ds:KeyInfo>', '<ds:KeyValue/></ds:KeyInfo>') }),
  indirect('certificate that is none', 'SIGNATURE_KEY', { after: swap(/(X509Certificate>)[^<]*/, '$1AAAA') }),
  indirect('key of 1024 bits', 'SIGNATURE_KEY', { sign: { signer: 'weakSign' } }),
  indirect('signature value altered', 'SIGNATURE_VALUE', { after: swap(/(SignatureValue>)...../, '$1AAAAA') }),
  indirect('digest altered', 'SIGNATURE_VALUE', { after: swap(/(DigestValue>)...../, '$1AAAAA') }),
  indirect('content altered', 'SIGNATURE_DIGEST', { after: swap('SA17^', 'SA16^') }),
  indirect('white space added', 'SIGNATURE_DIGEST', { after: swap('<saml2:Subject>', ' <saml2:Subject>') }),
]; // prettier-ignore

const signer: VihfMutant[] = [
  indirect('authority of the same names, other key', 'CERTIFICATE_UNTRUSTED', { sign: { signer: 'impostorSign' } }),
  indirect('certificate that has ended', 'CERTIFICATE_DATES', { sign: { signer: 'expiredSign' } }),
  indirect('TLS certificate', 'CERTIFICATE_KIND', { sign: { signer: 'structureTls' } }),
  direct('TLS certificate of the card', 'CERTIFICATE_KIND', { sign: { signer: 'cardTls' } }),
  indirect('signed by a card', 'CERTIFICATE_HOLDER', { sign: { signer: 'cardSign' }, edit: swap(/(<saml2:Issuer[^>]*>)[^<]*/, '$1CN=899700307715+SN=FAUCONNET+GN=Benoît,T=Médecin,C=FR') }),
  direct('signed by a structure', 'CERTIFICATE_HOLDER', { sign: { signer: 'structureSign' }, edit: swap(/(<saml2:Issuer[^>]*>)[^<]*/, '$1CN=LUMIDUI CACHET DMP,OU=1990100109,O=EHPAD FICTIF LE VERGER,ST=Isère (38),C=FR') }),
  indirect('Issuer of another name', 'ISSUER_NOT_SIGNER', { edit: swap('LUMIDUI CACHET DMP', 'AUTRE CACHET DMP') }),
  indirect('Issuer without a part', 'ISSUER_NOT_SIGNER', { edit: swap(',ST=Isère (38)', '') }),
  indirect('Issuer that is no name', 'ISSUER_NOT_SIGNER', { edit: swap(/(<saml2:Issuer[^>]*>)[^<]*/, '$1EHPAD') }),
  direct('Issuer with a part outside its set', 'ISSUER_NOT_SIGNER', { edit: swap(/(<saml2:Issuer[^>]*>CN=[0-9]+)\+/, '$1,') }),
  indirect('other structure than the signer’s', 'STRUCTURE_NOT_SIGNER', { edit: valued('Identifiant_Structure', '1990200776') }),
  indirect('other structure on the line', 'STRUCTURE_NOT_TLS', { tls: 'otherStructureTls' }),
  indirect('card on the line', 'STRUCTURE_NOT_TLS', { tls: 'cardTls' }),
  air('other structure on the line', 'STRUCTURE_NOT_TLS', { tls: 'otherStructureTls' }),
  direct('other holder than the signing card’s', 'CARD_NOT_SIGNER', { edit: swap(/(NameID>)[^<]+/, '$1899700101233') }),
  direct('other card on the line', 'CARD_NOT_TLS', { tls: 'otherCardTls' }),
  direct('unsigned, other card on the line', 'CARD_NOT_TLS', { sign: 'none', tls: 'otherCardTls' }),
  direct('unsigned, structure on the line', 'CARD_NOT_TLS', { sign: 'none', tls: 'structureTls' }),
  direct('signed, other structure on the line', 'STRUCTURE_NOT_TLS', { tls: 'otherStructureTls' }),
]; // prettier-ignore

export const vihfMutants: VihfMutant[] = [...attributes, ...assertion, ...signature, ...signer];

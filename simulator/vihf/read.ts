/**
 * The VIHF, verified and read (dmp-wire §2; modes and certificates: auth.md §1.3–1.4). From top to bottom: form of the
 * assertion, signature, signer, attributes, then what must agree with what.
 */
import { attr, children, findAll, hasComments, nameOf, ns, pureText, type XmlElement } from '../dom.ts';
import type { TlsPeer } from '../exchange.ts';
import type { Settings } from '../settings.ts';
import { readAttributes } from './attributes.ts';
import { type Certificate, chainOf, holderOf, isSigning, validAt } from './certificate.ts';
import { nameFromText, sameName } from './names.ts';
import { checkRoles } from './roles.ts';
import { vihfFault } from './rules.ts';
import { verifySignature } from './signature.ts';
import { type Mode, modes, type PatientKey, type Purpose, purposes, type Vihf } from './types.ts';

export interface VihfContext {
  settings: Settings;
  /** Roots and intermediates whose certificates may sign. */
  trusted: readonly Certificate[];
  tls: TlsPeer;
  now: Date;
}

const purposeSystem = '1.2.250.1.213.1.1.4.248';
const smartcard = 'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI';
/** INS, real (NIR, NIA), of test or of demonstration (dmp-wire §3.3). */
const cx = /^([0-9AB]{15})\^\^\^&(1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11))&ISO\^NH$/;
/** PS_IdNat with its first digit, possibly with an internal id; never two of them. */
const nameIdForm = /^[0-9A-Z]+(\/[0-9A-Za-z-]+)?$/;

/** The children an assertion may have, in SAML's order. */
const assertionChildren = ['Issuer', 'Signature', 'Subject', 'Conditions', 'AuthnStatement', 'AttributeStatement'];

/** Reads and judges an assertion. @throws SoapFault with the first rule that it breaks */
export function readVihf(assertion: XmlElement, context: VihfContext): Vihf {
  const form = checkForm(assertion);
  const signed = verifySignature(assertion, form.id, context.settings.vihfSha1);
  const issuer = readIssuer(form.issuer);
  const { text, roles, purpose } = readAttributes(form.attributes);
  checkRoles(roles);
  const authn = readAuthn(form.authn);
  const mode = modeOf(text.mode, signed?.certificate, context.tls);
  const vihf: Vihf = {
    mode,
    purpose: readPurpose(purpose.code, purpose.codeSystem, text.reason),
    ...(text.reason === undefined ? {} : { reason: text.reason }),
    nameId: form.nameId,
    ...(text.subjectName === undefined ? {} : { subjectName: text.subjectName }),
    structure: text.structure,
    sector: readSector(text.sector),
    roles,
    version: text.version,
    ...(text.patient === undefined ? {} : { patient: readPatient(text.patient) }),
    secret: text.confidentiality !== undefined,
    lps: {
      ...(text.lpsId === undefined ? {} : { id: text.lpsId }),
      name: text.lpsName,
      version: text.lpsVersion,
      homologation: text.lpsHomologation,
    },
    id: form.id,
    issueInstant: form.issueInstant,
    ...authn,
    issuer,
    ...(signed === undefined ? {} : { signature: signed.algorithm, signer: signed.certificate.x509.raw }),
  };
  if (text.resource !== 'urn:dmp') throw vihfFault('RESOURCE');
  if (!context.settings.vihfVersions.includes(vihf.version)) throw vihfFault('VIHF_VERSION');
  checkAge(vihf, form.conditions, context);
  checkSigner(vihf, signed?.certificate, context);
  checkMode(vihf, context);
  return vihf;
}

interface Form {
  id: string;
  issueInstant: Date;
  issuer: XmlElement;
  nameId: string;
  conditions: XmlElement | undefined;
  authn: XmlElement;
  attributes: XmlElement;
}

/** SAML's skeleton as the DMP uses it: nothing more than what is read. */
function checkForm(assertion: XmlElement): Form {
  if (findAll(assertion, './/saml2:Assertion').length > 0) throw vihfFault('ASSERTION_NESTED');
  if (hasComments(assertion)) throw vihfFault('ASSERTION_COMMENT');
  const found = children(assertion).map((c) =>
    c.namespaceUri === (c.name === 'Signature' ? ns.ds : ns.saml2) ? assertionChildren.indexOf(c.name) : -1,
  );
  if (found[0] !== 0 || found.some((place, i) => place < 0 || (i > 0 && place <= (found[i - 1] ?? 0) && place !== 1)))
    throw vihfFault('ASSERTION_FORM');
  if (attr(assertion, 'Version') !== '2.0') throw vihfFault('ASSERTION_VERSION');
  const id = attr(assertion, 'ID') ?? '';
  if (!/^[A-Za-z_][A-Za-z0-9._-]*$/.test(id) || findAll(assertion, `//*[@ID='${id}' or @Id='${id}']`).length !== 1)
    throw vihfFault('ASSERTION_ID');
  const child = (name: string) => children(assertion).find((c) => c.name === name && c.namespaceUri === ns.saml2);
  const issuer = child('Issuer');
  const [subject, authn, attributes] = [child('Subject'), child('AuthnStatement'), child('AttributeStatement')];
  if (issuer === undefined || subject === undefined || authn === undefined || attributes === undefined)
    throw vihfFault('ASSERTION_FORM');
  const [nameId, ...others] = children(subject);
  if (nameId === undefined || others.length > 0 || nameOf(nameId) !== `{${ns.saml2}}NameID`) throw vihfFault('NAME_ID');
  const value = pureText(nameId);
  if (value === undefined || !nameIdForm.test(value)) throw vihfFault('NAME_ID_FORMAT');
  const issueInstant = readInstant(attr(assertion, 'IssueInstant'));
  if (issueInstant === undefined) throw vihfFault('ISSUE_INSTANT');
  return {
    id,
    issueInstant,
    issuer,
    nameId: value,
    conditions: child('Conditions'),
    authn,
    attributes,
  };
}

/** xs:dateTime in UTC. */
function readInstant(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text)) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function readIssuer(issuer: XmlElement): string {
  const text = pureText(issuer);
  if (attr(issuer, 'Format') !== 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName' || text === undefined)
    throw vihfFault('ISSUER_FORMAT');
  return text;
}

function readAuthn(statement: XmlElement): Pick<Vihf, 'authnInstant' | 'authnContextClass' | 'authnContextDecl'> {
  const authnInstant = readInstant(attr(statement, 'AuthnInstant'));
  if (authnInstant === undefined) throw vihfFault('AUTHN_INSTANT');
  const [reference, ...references] = findAll(statement, 'saml2:AuthnContext/saml2:AuthnContextClassRef');
  const authnContextClass = reference === undefined ? '' : (pureText(reference) ?? '');
  if (references.length > 0 || !/^urn:oasis:names:tc:SAML:2\.0:ac:classes:\w+$/.test(authnContextClass))
    throw vihfFault('AUTHN_CONTEXT');
  const declarations = findAll(statement, 'saml2:AuthnContext/saml2:AuthnContextDecl');
  if (declarations.length > 1) throw vihfFault('AIR_CONTEXT');
  const authnContextDecl = declarations[0] === undefined ? undefined : (pureText(declarations[0]) ?? '');
  return { authnInstant, authnContextClass, ...(authnContextDecl === undefined ? {} : { authnContextDecl }) };
}

/** Absent outside AIR: the certificate says which it is (§2.2). */
function modeOf(text: string | undefined, signer: Certificate | undefined, tls: TlsPeer): Mode {
  if (text !== undefined) {
    const mode = modes.find((m) => m === text);
    if (mode === undefined) throw vihfFault('MODE');
    return mode;
  }
  const kind =
    signer === undefined ? (tls.organisationUnit === undefined ? 'person' : undefined) : holderOf(signer)?.kind;
  if (kind === undefined) throw vihfFault('MODE');
  return kind === 'person' ? 'DIRECTE' : 'INDIRECTE';
}

function readPurpose(code: string, codeSystem: string, reason: string | undefined): Purpose {
  const purpose = purposes.find((p) => p === code);
  if (purpose === undefined || codeSystem !== purposeSystem) throw vihfFault('PURPOSE');
  if ((purpose === 'bris_de_glace') !== (reason !== undefined)) throw vihfFault('PURPOSE_REASON');
  return purpose;
}

/** `code^codeSystem`, whose form the attribute's row has checked. */
function readSector(text: string): Vihf['sector'] {
  const [code = '', codeSystem = ''] = text.split('^');
  return { code, codeSystem };
}

function readPatient(text: string): PatientKey {
  const [, value, oid] = cx.exec(text) ?? [];
  if (value === undefined || oid === undefined) throw vihfFault('PATIENT_FORM');
  return { value, oid };
}

function checkAge(vihf: Vihf, conditions: XmlElement | undefined, { settings, now }: VihfContext): void {
  if (Math.abs(now.getTime() - vihf.issueInstant.getTime()) > settings.vihfAgeSeconds * 1000)
    throw vihfFault('ISSUE_INSTANT_AGE');
  if (conditions === undefined) return;
  if (children(conditions).length > 0) throw vihfFault('AUDIENCE');
  const bounds = (['NotBefore', 'NotOnOrAfter'] as const).map((name) => {
    const text = attr(conditions, name);
    const instant = readInstant(text);
    if (text !== undefined && instant === undefined) throw vihfFault('CONDITIONS');
    return instant;
  });
  if ((bounds[0] !== undefined && now < bounds[0]) || (bounds[1] !== undefined && now >= bounds[1]))
    throw vihfFault('CONDITIONS');
}

/** The certificate: from a known authority, valid then and now, for signing, of the right holder. */
function checkSigner(vihf: Vihf, signer: Certificate | undefined, context: VihfContext): void {
  if (signer === undefined) {
    // without a signature only the TLS card vouches for the holder (§2.4)
    if (vihf.mode !== 'DIRECTE') throw vihfFault('SIGNATURE_ABSENT');
    if (context.tls.organisationUnit !== undefined || context.tls.commonName !== vihf.nameId)
      throw vihfFault('CARD_NOT_TLS');
    return;
  }
  const chain = chainOf(signer, context.trusted);
  if (chain === undefined) throw vihfFault('CERTIFICATE_UNTRUSTED');
  if (!chain.every((c) => validAt(c, vihf.issueInstant) && validAt(c, context.now)))
    throw vihfFault('CERTIFICATE_DATES');
  if (!isSigning(signer)) throw vihfFault('CERTIFICATE_KIND');
  const name = nameFromText(vihf.issuer);
  if (name === undefined || !sameName(name, signer.subject)) throw vihfFault('ISSUER_NOT_SIGNER');
  const holder = holderOf(signer);
  if (holder?.kind !== (vihf.mode === 'DIRECTE' ? 'person' : 'structure')) throw vihfFault('CERTIFICATE_HOLDER');
  if (holder.kind === 'person' && holder.id !== vihf.nameId) throw vihfFault('CARD_NOT_SIGNER');
  if (holder.kind === 'structure' && holder.id !== vihf.structure) throw vihfFault('STRUCTURE_NOT_SIGNER');
}

/** What the mode of authentication demands beyond the signature (auth.md §1.3). */
function checkMode(vihf: Vihf, { settings, tls }: VihfContext): void {
  const card = tls.organisationUnit === undefined;
  if (vihf.mode === 'DIRECTE') {
    if (vihf.authnContextClass !== smartcard) throw vihfFault('AUTHN_CONTEXT');
    // a signed VIHF proves the card; the line may then be the card's or the structure's (replays of the fixtures)
    if (card ? tls.commonName !== vihf.nameId : tls.organisationUnit !== vihf.structure)
      throw vihfFault(card ? 'CARD_NOT_TLS' : 'STRUCTURE_NOT_TLS');
  } else {
    if (tls.organisationUnit !== vihf.structure) throw vihfFault('STRUCTURE_NOT_TLS');
    if (vihf.subjectName === undefined)
      throw vihfFault('ATTRIBUTE_MISSING', 'urn:oasis:names:tc:xspa:1.0:subject:subject-id');
  }
  if (vihf.mode === 'INDIRECTE_RENFORCEE') {
    if (!settings.airContexts.includes(vihf.authnContextDecl ?? '')) throw vihfFault('AIR_CONTEXT');
    if (!/^8\d{11}$/.test(vihf.nameId)) throw vihfFault('AIR_PROFESSIONAL');
  } else if (vihf.authnContextDecl !== undefined) throw vihfFault('AIR_CONTEXT');
}

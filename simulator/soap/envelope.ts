/**
 * SOAP 1.2 requests (dmp-wire §1.3): the HTTP content type, the envelope, the WS-Addressing headers and the one
 * assertion in wsse:Security. What is wrong leaves as a fault with its own detail code.
 */
import { attr, attrNs, children, nameOf, ns, pureText, type XmlElement } from '../dom.ts';
import { faultNamespaces, SoapFault, type FaultCode, type Subcode } from '../exchange.ts';
import { mediaType } from '../mtom.ts';
import { detailOf, vihfFault } from '../vihf/rules.ts';

const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous';
const wsa = (local: string): Subcode => ({ namespace: faultNamespaces.wsa, local });
const headerRequired = wsa('MessageAddressingHeaderRequired');
const invalidHeader = wsa('InvalidAddressingHeader');

/** Everything that the envelope itself can do wrong. */
export const soapRules = {
  SOAP_VERSION: { code: 'VersionMismatch', fr: 'Le message n’est pas une enveloppe SOAP 1.2' },
  SOAP_STRUCTURE: { code: 'Sender', fr: 'L’enveloppe doit contenir un en-tête puis un corps' },
  SOAP_BODY: { code: 'Sender', fr: 'Le corps doit contenir un élément et un seul' },
  MUST_UNDERSTAND: { code: 'MustUnderstand', fr: 'Un en-tête obligatoire n’est pas compris' },
  MUST_UNDERSTAND_VALUE: { code: 'Sender', fr: 'mustUnderstand n’est pas un booléen' },
  WSA_MESSAGE_ID: { code: 'Sender', subcode: headerRequired, fr: 'wsa:MessageID est absent ou répété' },
  WSA_MESSAGE_ID_FORM: { code: 'Sender', subcode: invalidHeader, fr: 'wsa:MessageID doit être un urn:uuid' },
  WSA_ACTION: { code: 'Sender', subcode: headerRequired, fr: 'wsa:Action est absent ou répété' },
  WSA_TO: { code: 'Sender', subcode: headerRequired, fr: 'wsa:To est absent ou répété' },
  WSA_REPLY_TO: { code: 'Sender', subcode: headerRequired, fr: 'wsa:ReplyTo est absent ou répété' },
  WSA_REPLY_ADDRESS: { code: 'Sender', subcode: invalidHeader, fr: 'wsa:ReplyTo doit être l’adresse anonyme' },
  ACTION_MISMATCH: {
    code: 'Sender',
    subcode: wsa('ActionMismatch'),
    fr: 'L’action ne correspond pas au corps du message',
  },
  ACTION_HTTP: {
    code: 'Sender',
    subcode: wsa('ActionMismatch'),
    fr: 'L’action HTTP ne correspond pas au corps du message',
  },
  NOT_SUPPORTED: {
    code: 'Sender',
    subcode: wsa('ActionNotSupported'),
    fr: 'Ce service ne prend pas en charge ce message',
  },
  MTOM_REQUIRED: { code: 'Sender', subcode: undefined, fr: 'Ce message doit être envoyé en MTOM (multipart/related)' },
} as const satisfies Record<string, { code: FaultCode; subcode?: Subcode | undefined; fr: string }>;

export type SoapRule = keyof typeof soapRules;

/** The fault of a rule. */
export function soapFault(code: SoapRule, place?: string): SoapFault {
  const row: { code: FaultCode; subcode?: Subcode | undefined; fr: string } = soapRules[code];
  return new SoapFault({
    code: row.code,
    ...(row.subcode === undefined ? {} : { subcode: row.subcode }),
    reason: { fr: row.fr },
    detail: detailOf(code, place),
  });
}

/** How the HTTP body is packed, or undefined when the media type is not the DMP's (→ HTTP 415). */
export function packaging(contentType: string | undefined): { multipart: boolean; action?: string } | undefined {
  const { type, parameters } = mediaType(contentType);
  const charset = parameters['charset'];
  if (charset !== undefined && !/^utf-8$/i.test(charset)) return undefined;
  const action = parameters['action'];
  const found = action === undefined ? {} : { action };
  if (type === 'application/soap+xml') return { multipart: false, ...found };
  const xop =
    type === 'multipart/related' &&
    parameters['type']?.toLowerCase() === 'application/xop+xml' &&
    mediaType(parameters['start-info']).type === 'application/soap+xml';
  return xop ? { multipart: true, ...found } : undefined;
}

export interface Envelope {
  messageId: string;
  action: string;
  assertion: XmlElement;
  body: XmlElement;
}

const understood = new Set([
  ...['MessageID', 'To', 'ReplyTo', 'Action', 'From', 'FaultTo', 'RelatesTo'].map((n) => `{${ns.wsa}}${n}`),
  `{${ns.wsse}}Security`,
]);

/** The MessageID, as soon as it can be read: a fault about the rest of the header still relates to it. */
export function messageIdOf(root: XmlElement): string | undefined {
  const header = children(root).find((c) => nameOf(c) === `{${ns.soap}}Header`);
  const ids = header === undefined ? [] : children(header).filter((c) => nameOf(c) === `{${ns.wsa}}MessageID`);
  const [id, ...others] = ids;
  return id === undefined || others.length > 0 ? undefined : pureText(id)?.trim() || undefined;
}

/** Reads an envelope. @throws SoapFault */
export function readEnvelope(root: XmlElement): Envelope {
  if (nameOf(root) !== `{${ns.soap}}Envelope`) throw soapFault('SOAP_VERSION');
  const [header, body, ...more] = children(root);
  if (header === undefined || body === undefined || more.length > 0) throw soapFault('SOAP_STRUCTURE');
  if (nameOf(header) !== `{${ns.soap}}Header` || nameOf(body) !== `{${ns.soap}}Body`) throw soapFault('SOAP_STRUCTURE');
  const blocks = children(header);
  checkMustUnderstand(blocks);
  const single = (local: string, code: SoapRule): XmlElement => {
    const [found, ...others] = blocks.filter((c) => nameOf(c) === `{${ns.wsa}}${local}`);
    if (found === undefined || others.length > 0) throw soapFault(code);
    return found;
  };
  const messageId = pureText(single('MessageID', 'WSA_MESSAGE_ID'))?.trim() ?? '';
  if (!/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(messageId)) throw soapFault('WSA_MESSAGE_ID_FORM');
  single('To', 'WSA_TO');
  const address = children(single('ReplyTo', 'WSA_REPLY_TO')).find((c) => nameOf(c) === `{${ns.wsa}}Address`);
  if (address === undefined || pureText(address)?.trim() !== anonymous) throw soapFault('WSA_REPLY_ADDRESS');
  const action = pureText(single('Action', 'WSA_ACTION'))?.trim() ?? '';
  if (action === '') throw soapFault('WSA_ACTION');
  const [content, ...others] = children(body);
  if (content === undefined || others.length > 0) throw soapFault('SOAP_BODY');
  return { messageId, action, assertion: readSecurity(blocks), body: content };
}

function checkMustUnderstand(blocks: XmlElement[]): void {
  for (const block of blocks) {
    // unprefixed on ReplyTo and Action is what the DMP's own samples write (dmp-wire §1.3)
    const value = attrNs(block, ns.soap, 'mustUnderstand') ?? attr(block, 'mustUnderstand');
    if (value !== undefined && !/^(true|false|1|0)$/.test(value)) throw soapFault('MUST_UNDERSTAND_VALUE', block.name);
    if (/^(true|1)$/.test(value ?? '') && !understood.has(nameOf(block)))
      throw soapFault('MUST_UNDERSTAND', block.name);
  }
}

function readSecurity(blocks: XmlElement[]): XmlElement {
  const [security, ...others] = blocks.filter((c) => nameOf(c) === `{${ns.wsse}}Security`);
  if (security === undefined || others.length > 0) throw vihfFault('SECURITY_ABSENT');
  const [assertion, ...more] = children(security);
  if (assertion === undefined || more.length > 0 || nameOf(assertion) !== `{${ns.saml2}}Assertion`)
    throw vihfFault('ASSERTION_NOT_ALONE');
  return assertion;
}

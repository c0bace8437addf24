/**
 * SOAP 1.2 envelopes: written in the form that the DMP's clients are seen to use, read by namespace and local name
 * (dmp-wire §1.3).
 */
import { child, childrenOf, type XmlNode } from '../../mappings/xml/tree.ts';

const soap = 'http://www.w3.org/2003/05/soap-envelope';
const wsa = 'http://www.w3.org/2005/08/addressing';
const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/**
 * The envelope, as text: the assertion and the body are put in as they are, for whoever re-serialises a signed assertion
 * breaks it. `mustUnderstand` is written without prefix and as `true`, as observed.
 * @param vihf signed assertion
 * @param body serialised content of the SOAP body
 */
export function writeEnvelope(message: { messageId: string; action: string; vihf: string; body: string }): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="${soap}"><soap:Header>` +
    `<MessageID xmlns="${wsa}">${escape(message.messageId)}</MessageID><To xmlns="${wsa}"/>` +
    `<ReplyTo xmlns="${wsa}" mustUnderstand="true"><Address>${wsa}/anonymous</Address></ReplyTo>` +
    `<Action xmlns="${wsa}" mustUnderstand="true">${escape(message.action)}</Action>` +
    `<wsse:Security xmlns:wsse="${wsse}">${message.vihf}</wsse:Security>` +
    `</soap:Header><soap:Body>${message.body}</soap:Body></soap:Envelope>`
  );
}

export interface SoapFault {
  /** local name, e.g. `Sender` */
  code: string;
  /** local name of the innermost Subcode */
  subcode?: string;
  /** all Subcodes, outermost first */
  subcodes: string[];
  /** by language */
  reasons: Record<string, string>;
  /** text of Detail */
  detail?: string;
}

export interface Envelope {
  action?: string;
  messageId?: string;
  relatesTo?: string;
  /** First element of the body. */
  root: XmlNode;
  fault?: SoapFault;
}

/** The document is XML but not a SOAP 1.2 envelope with something in its body. */
export class SoapError extends Error {
  override name = 'SoapError';
}

const localName = (qname: string | undefined): string => {
  const text = qname?.trim() ?? '';
  return text.slice(text.lastIndexOf(':') + 1);
};

/** All text below a node, in no particular order between an element and its children (enough for Detail). */
const deepText = (node: XmlNode): string => node.text.trim() + node.children.map(deepText).join('');

function readFault(node: XmlNode): SoapFault {
  const code = child(node, 'Code', soap);
  const subcodes: string[] = [];
  for (let sub = child(code, 'Subcode', soap); sub; sub = child(sub, 'Subcode', soap)) {
    const name = localName(child(sub, 'Value', soap)?.text);
    if (name !== '') subcodes.push(name);
  }
  const reasons: Record<string, string> = {};
  for (const text of childrenOf(child(node, 'Reason', soap), 'Text', soap)) {
    reasons[text.attrs['{http://www.w3.org/XML/1998/namespace}lang'] ?? ''] = text.text.trim();
  }
  const detail = child(node, 'Detail', soap);
  const subcode = subcodes.at(-1);
  return {
    code: localName(child(code, 'Value', soap)?.text) || 'Fault',
    ...(subcode === undefined ? {} : { subcode }),
    subcodes,
    reasons,
    ...(detail ? { detail: deepText(detail) } : {}),
  };
}

/** @throws SoapError */
export function readEnvelope(document: XmlNode): Envelope {
  if (document.name !== 'Envelope' || document.ns !== soap) throw new SoapError('not a SOAP 1.2 envelope');
  const header = child(document, 'Header', soap);
  const root = child(document, 'Body', soap)?.children[0];
  if (!root) throw new SoapError('an envelope with an empty body');
  const value = (name: string): string | undefined => child(header, name, wsa)?.text.trim() || undefined;
  return {
    action: value('Action'),
    messageId: value('MessageID'),
    relatesTo: value('RelatesTo'),
    root,
    ...(root.name === 'Fault' && root.ns === soap ? { fault: readFault(root) } : {}),
  };
}

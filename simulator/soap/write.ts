/** SOAP 1.2 answers in the server's style: header order Action, MessageID, To, RelatesTo (dmp-wire §1.3). */
import { randomUUID } from 'node:crypto';

import { escapeXml } from '../dom.ts';
import { type AnswerPart, faultNamespaces, SoapFault } from '../exchange.ts';
import { encodeMtom } from '../mtom.ts';

/** An HTTP answer, ready to send. */
export interface Reply {
  status: number;
  contentType: string;
  body: Buffer;
}

export const wsaFaultAction = 'http://www.w3.org/2005/08/addressing/soap/fault';

const block = (name: string, text: string) => `<${name} xmlns="${faultNamespaces.wsa}">${escapeXml(text)}</${name}>`;

/** An envelope around serialised content; no header at all when it answers no readable request. */
function envelope(action: string, relatesTo: string | undefined, content: string): string {
  const header =
    relatesTo === undefined
      ? ''
      : `<soap:Header>${block('Action', action)}${block('MessageID', `urn:uuid:${randomUUID()}`)}${block(
          'To',
          'http://www.w3.org/2005/08/addressing/anonymous',
        )}${block('RelatesTo', relatesTo)}</soap:Header>`;
  return `<soap:Envelope xmlns:soap="${faultNamespaces.soap}">${header}<soap:Body>${content}</soap:Body></soap:Envelope>`;
}

/** Packs an envelope as plain SOAP or as MTOM. */
function pack(status: number, action: string | undefined, xml: string, parts: AnswerPart[] | undefined): Reply {
  if (parts !== undefined) return { status, ...encodeMtom(xml, action ?? '', parts, randomUUID()) };
  const parameter = action === undefined ? '' : `; action="${action}"`;
  return { status, contentType: `application/soap+xml; charset=UTF-8${parameter}`, body: Buffer.from(xml) };
}

/** The answer of a handler. `parts` present, even empty: multipart/related. */
export const writeAnswer = (action: string, relatesTo: string, body: string, parts?: AnswerPart[]): Reply =>
  pack(200, action, envelope(action, relatesTo, body), parts);

/** A fault. Without `relatesTo` it has no header (a request that could not be read at all). */
export function writeFault(fault: SoapFault, action: string, relatesTo: string | undefined, multipart: boolean): Reply {
  const subcode = fault.subcode;
  const qname =
    subcode === undefined
      ? ''
      : subcode.namespace === faultNamespaces.soap
        ? `<soap:Value>soap:${subcode.local}</soap:Value>`
        : `<soap:Value xmlns:s="${escapeXml(subcode.namespace)}">s:${subcode.local}</soap:Value>`;
  const reasons = (['fr', 'en'] as const).flatMap((lang) => {
    const text = fault.reason[lang];
    return text === undefined ? [] : [`<soap:Text xml:lang="${lang}">${escapeXml(text)}</soap:Text>`];
  });
  const content =
    `<soap:Fault><soap:Code><soap:Value>soap:${fault.code}</soap:Value>` +
    (qname === '' ? '' : `<soap:Subcode>${qname}</soap:Subcode>`) +
    `</soap:Code><soap:Reason>${reasons.join('')}</soap:Reason>` +
    (fault.detail === undefined ? '' : `<soap:Detail>${fault.detail}</soap:Detail>`) +
    '</soap:Fault>';
  const known = relatesTo === undefined ? undefined : action;
  return pack(fault.httpStatus, known, envelope(action, relatesTo, content), multipart ? [] : undefined);
}

/** A request that is not readable XML or MTOM: the fault without header. */
export const unreadable = (): SoapFault =>
  new SoapFault({ code: 'Receiver', reason: { en: 'Error reading XMLStreamReader', fr: 'Message illisible' } });

/** Anything that went wrong inside. */
export const internal = (): SoapFault =>
  new SoapFault({ code: 'Receiver', reason: { fr: 'Service momentanément indisponible' } });

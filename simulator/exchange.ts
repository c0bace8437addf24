/**
 * What a transaction's handler sees and gives back: the contract between the SOAP layer and the transactions.
 * The envelope, the addressing headers, the VIHF and the rights are checked before a handler is called.
 */
import type { XmlElement } from 'libxml2-wasm';

import type { Part } from './mtom.ts';
import type { Certificate } from './vihf/certificate.ts';
import type { Vihf } from './vihf/types.ts';
import type { World } from './world.ts';

/** The last segment of `/si-dmp-server/v2/services/<service>` (dmp-wire §1.1). */
export type Service = 'patients' | 'patientsSpecific' | 'patientsPDQ' | 'habilitations' | 'registry' | 'repository';

/** Transactions by their DMP name; the rights matrix (rights.ts) has one row for each. */
export type Transaction =
  | 'TD0.2'
  | 'TD0.3'
  | 'TD0.4'
  | 'TD0.5'
  | 'TD1.1'
  | 'TD1.2'
  | 'TD1.3a'
  | 'TD1.3b'
  | 'TD1.4'
  | 'TD1.6'
  | 'TD2.1'
  | 'TD3.1a' // any query that returns metadata (LeafClass)
  | 'TD3.1b' // a query that returns references only (ObjectRef)
  | 'TD3.2'
  | 'TD3.3a'
  | 'TD3.3b'
  | 'TD3.3c'
  | 'TD3.3d';

/** Who holds the TLS client certificate. */
export interface TlsPeer {
  /** Common name: PS_IdNat for a card, free text for a structure. */
  commonName?: string;
  /** OU of a structure's certificate: its Struct_IdNat. Absent on a card. */
  organisationUnit?: string;
  /** Upper-case hexadecimal, no separator. */
  serialNumber: string;
}

/**
 * One request, verified. `body` (and any node reached from it) lives only until the handler's promise settles: the
 * document is then freed, so keep strings, never nodes.
 */
export interface Exchange {
  service: Service;
  /** wsa:Action of the request. */
  action: string;
  /** wsa:MessageID of the request. */
  messageId: string;
  /** The one child element of soap:Body. */
  body: XmlElement;
  /** MIME parts other than the root, by decoded Content-ID without angle brackets; find one with `partOf`. */
  parts: Map<string, Part>;
  /** The request came as multipart/related with an XOP root. */
  multipart: boolean;
  vihf: Vihf;
  tls: TlsPeer;
  /** Authorities that may issue a signer's certificate: of the VIHF, and of the signature of a set. */
  trusted: readonly Certificate[];
  world: World;
  /** The simulator's clock at reception. */
  now: Date;
}

/** One binary part of an answer, referred to by `cidHref(cid)` in the body. */
export interface AnswerPart {
  /** Content-ID without angle brackets, as written in the MIME header. */
  cid: string;
  contentType: string;
  body: Uint8Array;
}

export interface Answer {
  /** wsa:Action of the answer; the row's `responseAction` when absent. */
  action?: string;
  /** The body's child element, serialised, with its own namespace declarations. */
  body: string;
  parts?: AnswerPart[];
}

export type Handler = (exchange: Exchange) => Answer | Promise<Answer>;

/** One row of the dispatch table: a body element on a service. */
export interface HandlerRow {
  service: Service;
  /** Clark name of the body's child: `{urn:hl7-org:v3}PRPA_IN201307UV02`. */
  bodyName: `{${string}}${string}`;
  /** Every action accepted for this body (wsa:Action style first, soapAction style after; dmp-wire §1.2). */
  actions: readonly [string, ...string[]];
  responseAction: string;
  /** wsa:Action of a fault thrown by the handler or by the rights check. */
  faultAction: string;
  /** Names the transaction, from the message where one body carries several (3.1a / 3.1b, TD0.2 / TD1.3a). */
  transaction: (exchange: Exchange) => Transaction;
  /** `required`: a request that is not multipart/related is refused (ITI-41). */
  requestMtom?: 'required';
  /** `always`: the answer, faults included, is multipart/related (ITI-43). */
  answerMtom?: 'always';
  handler: Handler;
}

export type FaultCode = 'VersionMismatch' | 'MustUnderstand' | 'DataEncodingUnknown' | 'Sender' | 'Receiver';

/** A QName for a fault's subcode: in the SOAP namespace as the DMP writes its own codes (dmp-wire §5), or elsewhere. */
export interface Subcode {
  namespace: string;
  local: string;
}

export const faultNamespaces = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  wsse: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  wsa: 'http://www.w3.org/2005/08/addressing',
} as const;

export interface SoapFaultOptions {
  code: FaultCode;
  /** A bare name is put in the SOAP namespace: `DMPInvalidData` → `soap:DMPInvalidData`. */
  subcode?: string | Subcode;
  /** At least one sentence; French is what the DMP sends. */
  reason: { fr?: string; en?: string };
  /** Serialised content of soap:Detail. */
  detail?: string;
  /** 500 unless told. */
  httpStatus?: number;
}

/** A refusal that leaves as a SOAP 1.2 fault. */
export class SoapFault extends Error {
  readonly code: FaultCode;
  readonly subcode: Subcode | undefined;
  readonly reason: { fr?: string; en?: string };
  readonly detail: string | undefined;
  readonly httpStatus: number;

  constructor(options: SoapFaultOptions) {
    super(options.reason.fr ?? options.reason.en ?? options.code);
    this.name = 'SoapFault';
    this.code = options.code;
    this.subcode =
      typeof options.subcode === 'string'
        ? { namespace: faultNamespaces.soap, local: options.subcode }
        : options.subcode;
    this.reason = options.reason;
    this.detail = options.detail;
    this.httpStatus = options.httpStatus ?? 500;
  }
}

/** Sender fault with one of the DMP's own subcodes. */
export function senderFault(subcode: string, fr: string, detail?: string): SoapFault {
  return new SoapFault({ code: 'Sender', subcode, reason: { fr }, ...(detail === undefined ? {} : { detail }) });
}

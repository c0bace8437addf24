/**
 * Failures on demand: the next N calls, of one transaction or of any, go wrong in a chosen way. A failure applies once
 * the request was read and its VIHF accepted, so it never hides a refusal.
 */
import { z } from 'zod';

import type { Answer, HandlerRow } from '../exchange.ts';
import { SoapFault } from '../exchange.ts';
import { escapeXml } from '../dom.ts';

const common = {
  /** Transaction name (`TD2.1`…); any when absent. */
  transaction: z.string().optional(),
  /** How many calls. */
  times: z.int().min(1).default(1),
  /** `before`: nothing is processed; `after`: the DMP did the work and its answer is what is lost. */
  when: z.enum(['before', 'after']).default('before'),
};

export const injectedFault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('down'), ...common }),
  z.object({ kind: z.literal('delay'), ms: z.int().min(0), ...common }),
  z.object({ kind: z.literal('http503'), ...common }),
  z.object({ kind: z.literal('garbage'), ...common }),
  /** The answer stops after `bytes`; `reset` also breaks the connection there instead of ending the HTTP message. */
  z.object({ kind: z.literal('truncate'), bytes: z.int().min(0), reset: z.boolean().default(false), ...common }),
  z.object({ kind: z.literal('relatesTo'), ...common }),
  /** One byte of every document part is changed. */
  z.object({ kind: z.literal('corrupt'), ...common }),
  z.object({ kind: z.literal('registryError'), code: z.string(), context: z.string().default(''), ...common }),
  z.object({
    kind: z.literal('soapFault'),
    code: z.enum(['Sender', 'Receiver', 'MustUnderstand']).default('Receiver'),
    subcode: z.string().optional(),
    reason: z.string().default('Panne simulée'),
    ...common,
  }),
]);
export type InjectedFault = z.infer<typeof injectedFault>;

/** Kinds that let the transaction happen and spoil its answer. */
const spoilers = new Set<InjectedFault['kind']>(['delay', 'truncate', 'relatesTo', 'corrupt']);

/** True when the handler must run although the fault applies. */
export const letsThrough = (fault: InjectedFault): boolean => spoilers.has(fault.kind) || fault.when === 'after';

const rs = 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0';
const failure = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure';

/** A Failure of the answer's own kind. @throws SoapFault for a transaction whose answer knows no registry error */
export function registryFailure(row: HandlerRow, code: string, context: string): Answer {
  const list =
    `<rs:RegistryErrorList xmlns:rs="${rs}"><rs:RegistryError errorCode="${escapeXml(code)}" codeContext="${escapeXml(context)}" ` +
    'location="" severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"/></rs:RegistryErrorList>';
  const response = `<rs:RegistryResponse xmlns:rs="${rs}" status="${failure}">${list}</rs:RegistryResponse>`;
  const local = row.bodyName.slice(row.bodyName.indexOf('}') + 1);
  if (local === 'AdhocQueryRequest')
    return {
      body: `<query:AdhocQueryResponse xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" status="${failure}">${list}<rim:RegistryObjectList xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"/></query:AdhocQueryResponse>`,
    };
  if (local === 'RetrieveDocumentSetRequest')
    return {
      body: `<xdsb:RetrieveDocumentSetResponse xmlns:xdsb="urn:ihe:iti:xds-b:2007">${response}</xdsb:RetrieveDocumentSetResponse>`,
    };
  if (row.service !== 'registry' && row.service !== 'repository')
    throw new SoapFault({ code: 'Sender', subcode: code, reason: { fr: context === '' ? code : context } });
  return { body: response };
}

/** Changes one byte in the middle of every document, attached or inline. */
export function corrupt(answer: Answer): Answer {
  const spoil = (bytes: Uint8Array): Buffer => {
    const body = Buffer.from(bytes);
    const middle = body.length >> 1;
    if (body.length > 0) body.writeUInt8(body.readUInt8(middle) ^ 0x01, middle);
    return body;
  };
  const parts = answer.parts?.map((part) => ({ ...part, body: spoil(part.body) }));
  const body = answer.body.replace(
    /(<xdsb:Document>)([A-Za-z0-9+/=]+)(?=<)/g,
    (_, tag: string, inline: string) => tag + spoil(Buffer.from(inline, 'base64')).toString('base64'),
  );
  return { ...answer, body, ...(parts === undefined ? {} : { parts }) };
}

/**
 * A small projector of answers onto the terms of the fixtures' expected.json, on @xmldom/xmldom: it shares no code with
 * the simulator nor with the façade's readers.
 */
import { DOMParser, type Document, type Element } from '@xmldom/xmldom';

export type { Element } from '@xmldom/xmldom';

const soap = 'http://www.w3.org/2003/05/soap-envelope';
const hl7 = 'urn:hl7-org:v3';

/** Parses, refusing whatever xmldom would only warn about. */
export function parse(xml: string): Document {
  return new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(xml, 'text/xml');
}

/** Child elements, in order. */
export const kids = (element: Element): Element[] =>
  Array.from(element.childNodes).filter((n): n is Element => n.nodeType === 1);

/** Child elements of a local name, or of a path of local names. */
export function all(element: Element | undefined, path: string): Element[] {
  if (element === undefined) return [];
  let found = [element];
  for (const step of path.split('/')) found = found.flatMap((e) => kids(e).filter((k) => k.localName === step));
  return found;
}

export const first = (element: Element | undefined, path: string): Element | undefined => all(element, path)[0];

/** An attribute, null when absent. */
export const attribute = (element: Element | undefined, name: string): string | null =>
  element?.getAttribute(name) ?? null;

export const text = (element: Element | undefined): string | null => element?.textContent ?? null;

/** The SOAP part of an answer: the root of a multipart, or the body itself. */
export function soapOf(contentType: string, body: Buffer): string {
  const boundary = /multipart\/related.*boundary="([^"]+)"/i.exec(contentType)?.[1];
  if (boundary === undefined) return body.toString('utf8');
  const [, part] = body.toString('latin1').split(`--${boundary}`);
  const content = part!.slice(part!.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, '');
  return Buffer.from(content, 'latin1').toString('utf8');
}

export interface SoapAnswer {
  /** Local names of the header blocks, in order. */
  header: string[];
  action: string | null;
  messageId: string | null;
  to: string | null;
  relatesTo: string | null;
  /** The body's child. */
  content: Element;
}

/** Opens an envelope. */
export function openSoap(xml: string): SoapAnswer {
  const root = parse(xml).documentElement!;
  if (root.namespaceURI !== soap || root.localName !== 'Envelope') throw new Error('not a SOAP 1.2 envelope');
  const header = first(root, 'Header');
  const content = kids(first(root, 'Body')!);
  if (content.length !== 1) throw new Error('one child expected in the body');
  return {
    header: header === undefined ? [] : kids(header).map((k) => k.localName!),
    action: text(first(header, 'Action')),
    messageId: text(first(header, 'MessageID')),
    to: text(first(header, 'To')),
    relatesTo: text(first(header, 'RelatesTo')),
    content: content[0]!,
  };
}

export interface ProjectedFault {
  code: string;
  subcode: string | null;
  reasons: Record<string, string>;
  /** Absent when there is no Detail. */
  detail?: string;
}

const localOf = (qname: string | null): string | null =>
  qname === null ? null : qname.slice(qname.indexOf(':') + 1).trim();

/** A fault in the terms of expected.json, or undefined. */
export function projectFault(content: Element): ProjectedFault | undefined {
  if (content.namespaceURI !== soap || content.localName !== 'Fault') return undefined;
  const detail = first(content, 'Detail');
  return {
    code: localOf(text(first(content, 'Code/Value')))!,
    subcode: localOf(text(first(content, 'Code/Subcode/Value'))),
    reasons: Object.fromEntries(all(content, 'Reason/Text').map((t) => [attribute(t, 'xml:lang'), text(t)])),
    ...(detail === undefined ? {} : { detail: text(detail)! }),
  };
}

/** The simulator's own code inside soap:Detail: which rule spoke. */
export const ruleOf = (content: Element): string | null => text(first(content, 'Detail/erreur/code'));

const put = (target: Record<string, unknown>, name: string, value: unknown): void => {
  if (value !== null && value !== undefined) target[name] = value;
};

/** The HL7 message of an answer: inside the wrapper of 201311 and 201314, or the body's child itself. */
const hl7Of = (content: Element): Element =>
  content.namespaceURI === 'asip:ci-sis:gdp:2010' ? (kids(content)[0] ?? content) : content;

const number = (element: Element | undefined): number | undefined =>
  element === undefined ? undefined : Number(attribute(element, 'value'));
const boolean = (element: Element | undefined): boolean | undefined =>
  element === undefined ? undefined : attribute(element, 'value') === 'true';

/** An HL7 V3 answer in the terms of expected.json. */
export function projectHl7(answer: Element): Record<string, unknown> {
  const content = hl7Of(answer);
  if (content.namespaceURI !== hl7) throw new Error('not an HL7 V3 message');
  const control = first(content, 'controlActProcess');
  const acknowledgement = first(content, 'acknowledgement');
  const line = (code: string) =>
    all(content, 'attentionLine').find((l) => attribute(first(l, 'keyWordText'), 'code') === code);
  const out: Record<string, unknown> = {
    interaction: content.localName,
    acknowledgement: attribute(acknowledgement, 'typeCode') ?? attribute(first(acknowledgement, 'typeCode'), 'code'),
    details: all(acknowledgement, 'acknowledgementDetail').map((d) => ({
      code: attribute(first(d, 'code'), 'code'),
      text: text(first(d, 'text')),
    })),
    patients: ['registrationEvent', 'registrationRequest'].flatMap((name) =>
      all(control, `subject/${name}/subject1/patient`).map(projectPatient),
    ),
  };
  put(out, 'reasonCode', attribute(first(control, 'reasonCode'), 'code'));
  const query = first(control, 'queryAck');
  put(out, 'queryResponse', attribute(first(query, 'queryResponseCode'), 'code'));
  put(out, 'total', number(first(query, 'resultTotalQuantity')));
  put(out, 'current', number(first(query, 'resultCurrentQuantity')));
  put(out, 'remaining', number(first(query, 'resultRemainingQuantity')));
  put(out, 'authorization', attribute(first(line('AUTORISATION'), 'value'), 'code'));
  put(out, 'treatingPhysician', boolean(first(line('STATUT_MT'), 'value')));
  put(out, 'closureDate', attribute(first(control, 'subject/registrationEvent/effectiveTime'), 'value'));
  const issue = first(control, 'reasonOf/detectedIssueEvent');
  if (issue !== undefined)
    out['closureReason'] = { code: attribute(first(issue, 'code'), 'code'), text: text(first(issue, 'text')) };
  return out;
}

const projectAddress = (addr: Element | undefined): Record<string, string | null> | undefined =>
  addr === undefined ? undefined : Object.fromEntries(kids(addr).map((part) => [part.localName, text(part)]));

function projectPatient(patient: Element): Record<string, unknown> {
  const person = first(patient, 'patientPerson');
  const name = first(person, 'name');
  const family = (qualifier: string) => text(all(name, 'family').find((f) => attribute(f, 'qualifier') === qualifier));
  const out: Record<string, unknown> = {
    identifiers: all(patient, 'id').map((id) => ({ system: attribute(id, 'root'), value: attribute(id, 'extension') })),
    status: attribute(first(patient, 'statusCode'), 'code'),
    name: {
      prefix: text(first(name, 'prefix')),
      given: all(name, 'given').map(text),
      usage: family('SP'),
      birth: family('BR'),
    },
  };
  put(out, 'sex', attribute(first(person, 'administrativeGenderCode'), 'code'));
  put(out, 'birthDate', attribute(first(person, 'birthTime'), 'value'));
  put(out, 'deceased', boolean(first(person, 'deceasedInd')));
  put(out, 'address', projectAddress(first(person, 'addr')));
  put(out, 'matchPercent', number(first(patient, 'subjectOf1/queryMatchObservation/value')));
  const lists = {
    telecom: all(person, 'telecom').map((t) => ({ value: attribute(t, 'value'), use: attribute(t, 'use') })),
    relationships: all(person, 'personalRelationship').map(projectRelationship),
  };
  for (const [key, list] of Object.entries(lists)) if (list.length > 0) out[key] = list;
  const observations = ['subjectOf', 'subjectOf2'].flatMap((p) => all(patient, `${p}/administrativeObservation`));
  if (observations.length > 0)
    out['observations'] = Object.fromEntries(
      observations.map((o) => [attribute(first(o, 'code'), 'code'), boolean(first(o, 'value'))]),
    );
  return out;
}

function projectRelationship(relationship: Element): Record<string, unknown> {
  const name = first(relationship, 'relationshipHolder1/name');
  return {
    relation: attribute(first(relationship, 'code'), 'code'),
    name: {
      prefix: text(first(name, 'prefix')),
      given: text(first(name, 'given')),
      family: text(first(name, 'family')),
    },
    telecom: all(relationship, 'telecom').map((t) => attribute(t, 'value')),
    address: projectAddress(first(relationship, 'addr')),
  };
}

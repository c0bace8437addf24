/**
 * TD0.2, « test d'existence »: the query PRPA_IN201307UV02 and the facts of its answer PRPA_IN201308UV02 (and of the
 * other HL7 V3 answers of the DMP, whose shape is the same: 201306 of TD0.5, 201308 of TD1.3a, 201312–201316).
 *
 * Source: dmp-wire §6.
 */
import { defined } from '../defined.ts';
import type { PatientId } from '../ins.ts';
import { el, type Element } from '../xml/build.ts';
import { at, child, childrenOf, type XmlNode } from '../xml/tree.ts';

export const hl7 = 'urn:hl7-org:v3';
const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
/** The DMP as a device. */
const dmpDevice = '1.2.250.1.213.4.1.1.1';

/** root and extension of a message or query id */
export interface InstanceId {
  root: string;
  extension?: string;
}

export interface ExistenceQuery {
  patient: PatientId;
  messageId: InstanceId;
  queryId: InstanceId;
  /** yyyyMMddHHmmss, UTC */
  creationTime: string;
  /** The software that asks: OID of the installation and product name. */
  lps: { oid: string; name: string };
  /** P production, D debugging (what the samples show), T training. */
  processingCode?: 'P' | 'D' | 'T';
}

export interface PersonName {
  prefix?: string;
  given: string[];
  /** family name in use (qualifier SP) */
  usage?: string;
  /** family name at birth (qualifier BR) */
  birth?: string;
}

export type PostalAddress = Partial<
  Record<'streetAddressLine' | 'additionalLocator' | 'postalCode' | 'city' | 'country', string>
>;

/** One patient of an answer, as the message says it. */
export interface PatientFacts {
  /** in the order of the message; `system` is an OID */
  identifiers: { system: string; value: string }[];
  /** `active` | `terminated` */
  status?: string;
  name?: PersonName;
  /** M, F, U */
  sex?: string;
  /** HL7 TS, usually yyyyMMdd */
  birthDate?: string;
  deceased?: boolean;
  telecom?: { value: string; use?: string }[];
  address?: PostalAddress;
  relationships?: {
    relation: string;
    name: { prefix?: string; given?: string; family?: string };
    telecom: string[];
    address?: PostalAddress;
  }[];
  /** administrativeObservation: code → value, e.g. `RATTACHEMENT_ENS` */
  observations?: Record<string, boolean>;
  /** TD0.5 only */
  matchPercent?: number;
}

/** The facts of the answer. What a message does not say is absent. */
export interface ExistenceAnswer {
  /** local name of the interaction */
  interaction: string;
  /** AA accepted, AE application error, AR rejected */
  acknowledgement: string;
  details: { code: string; text?: string }[];
  /** `VALIDE`, `EXPIRE`, `INTERDIT`, `NON_EXISTE`… (wire spelling, dmp-wire §6) */
  authorization?: string;
  /** The requester is the patient's « médecin traitant DMP ». */
  treatingPhysician?: boolean;
  reasonCode?: string;
  /** `OK`, `NF` (no DMP), `AE` */
  queryResponse?: string;
  /** HL7 TS (UTC) */
  closureDate?: string;
  closureReason?: { code: string; text?: string };
  total?: number;
  current?: number;
  remaining?: number;
  patients: PatientFacts[];
}

const ii = (name: string, id: InstanceId): Element => el(name, { root: id.root, extension: id.extension });

const device = (name: string, typeCode: string, oid: string, software: string): Element =>
  el(name, { typeCode }, [
    el('device', { classCode: 'DEV', determinerCode: 'INSTANCE' }, [
      el('id', { root: oid }),
      el('softwareName', {}, [software]),
    ]),
  ]);

/** The body of the query, in the default namespace `urn:hl7-org:v3`. */
export function writeExistenceQuery(query: ExistenceQuery): Element {
  return el('PRPA_IN201307UV02', { xmlns: hl7, 'xmlns:xsi': xsi, ITSVersion: 'XML_1.0' }, [
    ii('id', query.messageId),
    el('creationTime', { value: query.creationTime }),
    el('interactionId', { root: '2.16.840.1.113883.1.6', extension: 'PRPA_IN201307UV02' }),
    el('processingCode', { code: query.processingCode ?? 'D' }),
    el('processingModeCode', { code: 'T' }),
    el('acceptAckCode', { code: 'AL' }),
    device('receiver', 'RCV', dmpDevice, 'DMP'),
    device('sender', 'SND', query.lps.oid, query.lps.name),
    el('attentionLine', { 'xsi:nil': 'true' }),
    el('controlActProcess', { classCode: 'CACT', moodCode: 'EVN' }, [
      el('reasonCode', { code: 'TEST_EXST', codeSystem: '1.2.250.1.213.1.1.4.11', displayName: 'Existence du DMP ?' }),
      el('queryByParameter', {}, [
        ii('queryId', query.queryId),
        el('statusCode', { code: 'new' }),
        el('parameterList', {}, [
          el('dataSource', { 'xsi:nil': 'true' }),
          el('patientIdentifier', {}, [
            el('value', { root: query.patient.oid, extension: query.patient.value }),
            el('semanticsText', {}, ['Patient.id']),
          ]),
        ]),
      ]),
    ]),
  ]);
}

/** What an answer says that it answers: to compare with what was sent. */
export function readAnsweredIds(node: XmlNode): { message?: InstanceId; query?: InstanceId } {
  const id = (n: XmlNode | undefined): InstanceId | undefined =>
    n?.attrs.root === undefined ? undefined : { root: n.attrs.root, extension: n.attrs.extension };
  return {
    message: id(at(node, 'acknowledgement', 'targetMessage', 'id')),
    query: id(at(node, 'controlActProcess', 'queryAck', 'queryId')),
  };
}

/**
 * Reads an HL7 V3 answer of the DMP.
 * @param node the interaction element, or a wrapper around it
 * @throws RangeError when the element is no HL7 V3 answer (the caller knows it as « garbage »)
 */
export function readExistenceAnswer(node: XmlNode): ExistenceAnswer {
  const message = interaction(node);
  if (!message) throw new RangeError('not an HL7 V3 interaction');
  const ack = child(message, 'acknowledgement', hl7);
  const act = child(message, 'controlActProcess', hl7);
  // The 2009 interactions carry typeCode as an attribute, 201306 (2008) as an element.
  const acknowledgement = ack?.attrs.typeCode ?? child(ack, 'typeCode')?.attrs.code;
  if (!ack || acknowledgement === undefined || !act) throw new RangeError('an HL7 V3 answer without acknowledgement');

  const queryAck = child(act, 'queryAck');
  const events = childrenOf(act, 'subject').flatMap((s) =>
    s.children.filter((c) => /^registration(Event|Request)$/.test(c.name)),
  );
  const issue = at(act, 'reasonOf', 'detectedIssueEvent');
  const issueCode = child(issue, 'code')?.attrs.code;
  const closed = events.find((e) => at(e, 'subject1', 'patient', 'statusCode')?.attrs.code === 'terminated');
  const patients = events.flatMap((e) => {
    const patient = at(e, 'subject1', 'patient');
    return patient ? [readPatient(patient)] : [];
  });
  const queryResponse = child(queryAck, 'queryResponseCode')?.attrs.code;
  // « Found » without anybody must not pass for « no DMP ».
  if (queryResponse === 'OK' && patients.length === 0) throw new RangeError('an HL7 V3 answer OK without patient');
  return defined<ExistenceAnswer>({
    interaction: message.name,
    acknowledgement,
    details: childrenOf(ack, 'acknowledgementDetail').map((d) =>
      defined({ code: child(d, 'code')?.attrs.code ?? '', text: textOf(child(d, 'text')) }),
    ),
    authorization: attention(message, 'AUTORISATION')?.attrs.code,
    treatingPhysician: boolean(attention(message, 'STATUT_MT')?.attrs.value),
    reasonCode: child(act, 'reasonCode')?.attrs.code,
    queryResponse,
    closureDate: child(closed, 'effectiveTime')?.attrs.value,
    closureReason:
      issueCode === undefined ? undefined : defined({ code: issueCode, text: textOf(child(issue, 'text')) }),
    total: quantity(queryAck, 'resultTotalQuantity'),
    current: quantity(queryAck, 'resultCurrentQuantity'),
    remaining: quantity(queryAck, 'resultRemainingQuantity'),
    patients,
  });
}

/** 201311 and 201314 are answered inside a wrapper of another namespace (dmp-wire §1, wire xsd). */
function interaction(node: XmlNode): XmlNode | undefined {
  if (node.ns === hl7 && /^PRPA_IN\d+UV\d+$/.test(node.name)) return node;
  const [only, ...others] = node.children;
  return only && others.length === 0 ? interaction(only) : undefined;
}

function attention(message: XmlNode, keyWord: string): XmlNode | undefined {
  const line = childrenOf(message, 'attentionLine').find((l) => child(l, 'keyWordText')?.attrs.code === keyWord);
  return child(line, 'value');
}

function readPatient(patient: XmlNode): PatientFacts {
  const person = child(patient, 'patientPerson');
  const telecom = childrenOf(person, 'telecom').flatMap((t) =>
    t.attrs.value === undefined ? [] : [defined({ value: t.attrs.value, use: t.attrs.use })],
  );
  const relationships = childrenOf(person, 'personalRelationship').map((r) => {
    const name = at(r, 'relationshipHolder1', 'name');
    return defined({
      relation: child(r, 'code')?.attrs.code ?? '',
      name: defined({
        prefix: textOf(child(name, 'prefix')),
        given: textOf(child(name, 'given')),
        family: textOf(child(name, 'family')),
      }),
      telecom: childrenOf(r, 'telecom').flatMap((t) => t.attrs.value ?? []),
      address: address(child(r, 'addr')),
    });
  });
  const observations: Record<string, boolean> = {};
  let matchPercent: number | undefined;
  for (const subject of patient.children.filter((c) => /^subjectOf\d?$/.test(c.name))) {
    const observation = child(subject, 'administrativeObservation');
    const code = child(observation, 'code')?.attrs.code;
    const value = boolean(child(observation, 'value')?.attrs.value);
    if (code !== undefined && value !== undefined) observations[code] = value;
    const match = at(subject, 'queryMatchObservation', 'value')?.attrs.value;
    if (match !== undefined) matchPercent = Number(match);
  }
  return defined<PatientFacts>({
    identifiers: childrenOf(patient, 'id').map((id) => ({
      system: id.attrs.root ?? '',
      value: id.attrs.extension ?? '',
    })),
    status: child(patient, 'statusCode')?.attrs.code,
    name: name(child(person, 'name')),
    sex: child(person, 'administrativeGenderCode')?.attrs.code,
    birthDate: child(person, 'birthTime')?.attrs.value,
    deceased: boolean(child(person, 'deceasedInd')?.attrs.value),
    telecom: telecom.length > 0 ? telecom : undefined,
    address: address(child(person, 'addr')),
    relationships: relationships.length > 0 ? relationships : undefined,
    observations: Object.keys(observations).length > 0 ? observations : undefined,
    matchPercent,
  });
}

function name(node: XmlNode | undefined): PersonName | undefined {
  if (!node) return undefined;
  const families = childrenOf(node, 'family');
  const family = (...qualifiers: (string | undefined)[]): string | undefined =>
    textOf(families.find((f) => qualifiers.includes(f.attrs.qualifier)));
  return defined<PersonName>({
    prefix: textOf(child(node, 'prefix')),
    given: childrenOf(node, 'given').flatMap((g) => textOf(g) ?? []),
    // A family name without qualifier is the one in use (HL7: the name as it is written).
    usage: family('SP', 'CL', undefined),
    birth: family('BR'),
  });
}

function address(node: XmlNode | undefined): PostalAddress | undefined {
  if (!node) return undefined;
  const found: PostalAddress = {};
  for (const part of ['streetAddressLine', 'additionalLocator', 'postalCode', 'city', 'country'] as const) {
    const lines = childrenOf(node, part).flatMap((n) => textOf(n) ?? []);
    if (lines.length > 0) found[part] = lines.join('\n');
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

const boolean = (value: string | undefined): boolean | undefined =>
  value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : undefined;

function quantity(queryAck: XmlNode | undefined, which: string): number | undefined {
  const value = child(queryAck, which)?.attrs.value;
  return value === undefined ? undefined : Number(value);
}

function textOf(node: XmlNode | undefined): string | undefined {
  const text = node?.text.trim();
  return text === undefined || text === '' ? undefined : text;
}

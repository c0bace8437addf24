/**
 * Reads a CDA header (`ClinicalDocument` up to its body) into `CdaHeader`. The base64 of an N1 body is stepped over.
 *
 * Source: HL7 CDA R2; CI-SIS « Structuration minimale de documents de santé ».
 */
import { isInsOid } from '../ins.ts';
import { IssueError, type Issue } from '../outcome.ts';
import type { XdsCode } from '../xds.ts';
import { at, child, childrenOf, XmlError, type XmlNode } from '../xml/tree.ts';
import { CdaHeadReader, Utf8 } from './head.ts';
import type { CdaActor, CdaHeader, CdaId, CdaName, CdaOrganization, CdaPatient, CdaServiceEvent } from './types.ts';

const step = 64 * 1024;

/**
 * Reads the header of a CDA, of level 1 or 3, also of an auto-présentable one.
 * @throws IssueError `cda-invalid` when it is not a well-formed CDA, or lacks id, code, effectiveTime or recordTarget
 */
export function readCdaHeader(bytes: Uint8Array): CdaHeader {
  const reader = new CdaHeadReader();
  let document: XmlNode;
  try {
    const utf8 = new Utf8();
    for (let i = 0; i < bytes.length; i += step) reader.write(utf8.write(bytes.subarray(i, i + step)));
    reader.write(utf8.write());
    document = reader.end();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new IssueError({ key: 'cda-invalid', values: { detail: `XML: ${error.reason}` } });
  }
  return headerOf(document, reader.nested);
}

/**
 * The header of a ClinicalDocument that was read at least up to its body.
 * @param selfPresenting it is not the root of its file
 * @throws IssueError `cda-invalid`
 */
export function headerOf(doc: XmlNode, selfPresenting: boolean): CdaHeader {
  const issues: Issue[] = [];
  const must = <T>(value: T | undefined, path: string): T => {
    if (value === undefined) issues.push({ key: 'cda-invalid', values: { detail: `ClinicalDocument/${path}` } });
    return value as T;
  };
  const facility = at(doc, 'componentOf', 'encompassingEncounter');
  const patients = childrenOf(doc, 'recordTarget').flatMap((r) => childrenOf(r, 'patientRole').map(patient));
  must(patients[0], 'recordTarget/patientRole');
  const header: CdaHeader = {
    selfPresenting,
    realms: childrenOf(doc, 'realmCode').flatMap((n) => n.attrs.code ?? []),
    templateIds: childrenOf(doc, 'templateId').flatMap((n) => n.attrs.root ?? []),
    id: must(ids(doc)[0], 'id'),
    code: must(code(child(doc, 'code')), 'code'),
    title: text(child(doc, 'title')),
    effectiveTime: must(child(doc, 'effectiveTime')?.attrs.value, 'effectiveTime'),
    confidentiality: code(child(doc, 'confidentialityCode')),
    languageCode: child(doc, 'languageCode')?.attrs.code,
    setId: ids(doc, 'setId')[0],
    versionNumber: child(doc, 'versionNumber')?.attrs.value,
    patients,
    authors: childrenOf(doc, 'author').map((a) => actor(a, child(a, 'assignedAuthor'))),
    legalAuthenticator: optional(child(doc, 'legalAuthenticator'), (n) => actor(n, child(n, 'assignedEntity'))),
    custodian: optional(at(doc, 'custodian', 'assignedCustodian', 'representedCustodianOrganization'), organization),
    serviceEvents: childrenOf(doc, 'documentationOf').flatMap((d) => {
      const event = child(d, 'serviceEvent');
      return event ? [serviceEvent(event)] : [];
    }),
    encounter: optional(facility, (n) => ({
      ids: ids(n),
      code: code(child(n, 'code')),
      ...interval(child(n, 'effectiveTime')),
    })),
    facility: code(at(facility, 'location', 'healthCareFacility', 'code')),
    orders: childrenOf(doc, 'inFulfillmentOf').flatMap((n) => ids(child(n, 'order'))),
    relatedDocuments: childrenOf(doc, 'relatedDocument').map((n) => {
      const parent = child(n, 'parentDocument');
      return {
        type: n.attrs.typeCode ?? '',
        id: ids(parent)[0],
        setId: ids(parent, 'setId')[0],
        versionNumber: child(parent, 'versionNumber')?.attrs.value,
      };
    }),
    body: body(child(doc, 'component')),
  };
  if (issues.length > 0) throw new IssueError(issues);
  return header;
}

function body(component: XmlNode | undefined): CdaHeader['body'] {
  if (child(component, 'structuredBody')) return { kind: 'N3' };
  const content = at(component, 'nonXMLBody', 'text');
  if (!content) return { kind: 'none' };
  const reference = child(content, 'reference')?.attrs.value;
  return {
    kind: 'N1',
    // HL7 ED: text/plain and TXT are the defaults.
    mediaType: content.attrs.mediaType ?? 'text/plain',
    encoding: content.attrs.representation === 'B64' ? 'B64' : 'TXT',
    ...(reference === undefined ? {} : { reference }),
  };
}

function patient(role: XmlNode): CdaPatient {
  const person = child(role, 'patient');
  return {
    ids: ids(role),
    name: optional(child(person, 'name'), name),
    sex: child(person, 'administrativeGenderCode')?.attrs.code,
    birthTime: child(person, 'birthTime')?.attrs.value,
  };
}

/** `participation` holds time and functionCode; `entity` is its assignedAuthor or assignedEntity. */
function actor(participation: XmlNode, entity: XmlNode | undefined): CdaActor {
  const person = child(entity, 'assignedPerson');
  const device = child(entity, 'assignedAuthoringDevice');
  const all = ids(entity);
  const functionCode = child(participation, 'functionCode');
  return {
    kind: person ? 'person' : device ? 'device' : 'organization',
    patient: all.some((id) => isInsOid(id.root)),
    ids: all,
    code: code(child(entity, 'code')),
    role: functionCode?.attrs.displayName ?? text(child(functionCode, 'originalText')),
    name: optional(child(person, 'name'), name),
    device: optional(device, (d) => ({
      model: text(child(d, 'manufacturerModelName')),
      software: text(child(d, 'softwareName')),
    })),
    organization: optional(child(entity, 'representedOrganization'), organization),
    telecoms: childrenOf(entity, 'telecom').flatMap((t) => t.attrs.value ?? []),
    time: child(participation, 'time')?.attrs.value ?? at(participation, 'time', 'low')?.attrs.value,
  };
}

function organization(node: XmlNode): CdaOrganization {
  return { ids: ids(node), name: text(child(node, 'name')), setting: code(child(node, 'standardIndustryClassCode')) };
}

function serviceEvent(event: XmlNode): CdaServiceEvent {
  return {
    ids: ids(event),
    code: code(child(event, 'code')),
    status: child(event, 'statusCode')?.attrs.code,
    ...interval(child(event, 'effectiveTime')),
    performer: optional(child(event, 'performer'), (p) => actor(p, child(p, 'assignedEntity'))),
  };
}

function interval(node: XmlNode | undefined): { low?: string; high?: string } {
  return { low: child(node, 'low')?.attrs.value ?? node?.attrs.value, high: child(node, 'high')?.attrs.value };
}

function name(node: XmlNode): CdaName {
  const parts = (which: string): { value: string; qualifier?: string }[] =>
    childrenOf(node, which).flatMap((n) => {
      const value = text(n);
      if (value === undefined) return [];
      return [n.attrs.qualifier === undefined ? { value } : { value, qualifier: n.attrs.qualifier }];
    });
  const own = text(node);
  return {
    prefix: parts('prefix').map((p) => p.value),
    given: parts('given'),
    family: parts('family'),
    suffix: parts('suffix').map((p) => p.value),
    ...(own === undefined ? {} : { text: own }),
  };
}

/** A code that is there; one with a nullFlavor, or without code, is none. */
function code(node: XmlNode | undefined): XdsCode | undefined {
  if (!node?.attrs.code) return undefined;
  const display = node.attrs.displayName;
  return { code: node.attrs.code, scheme: node.attrs.codeSystem ?? '', ...(display === undefined ? {} : { display }) };
}

function ids(node: XmlNode | undefined, which = 'id'): CdaId[] {
  return childrenOf(node, which).flatMap((n) => {
    if (!n.attrs.root) return [];
    return [n.attrs.extension ? { root: n.attrs.root, extension: n.attrs.extension } : { root: n.attrs.root }];
  });
}

function text(node: XmlNode | undefined): string | undefined {
  const found = node?.text.replace(/\s+/g, ' ').trim();
  return found === undefined || found === '' ? undefined : found;
}

function optional<T>(node: XmlNode | undefined, read: (node: XmlNode) => T): T | undefined {
  return node && read(node);
}

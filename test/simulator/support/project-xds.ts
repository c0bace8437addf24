/** Registry and repository answers in the terms of the fixtures' expected.json; on @xmldom/xmldom, like project.ts. */
import { createHash } from 'node:crypto';

import { all, attribute, type Element, first, kids, text } from './project.ts';

type Facts = Record<string, unknown>;

const lastWord = (urn: string | null): string | null => (urn === null ? null : urn.slice(urn.lastIndexOf(':') + 1));

const scheme = {
  entryAuthor: 'urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d',
  setAuthor: 'urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  classCode: 'urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a',
  typeCode: 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983',
  confidentialityCode: 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f',
  eventCodes: 'urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
  formatCode: 'urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d',
  healthcareFacilityTypeCode: 'urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practiceSettingCode: 'urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead',
  contentTypeCode: 'urn:uuid:aa543740-bdda-424e-8c96-df4873be8500',
  entryPatientId: 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  entryUniqueId: 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab',
  setPatientId: 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  setSourceId: 'urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832',
  setUniqueId: 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8',
  folderCodes: 'urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5',
  folderUniqueId: 'urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a',
};

/** Slot name → values. */
const slotsOf = (element: Element): Map<string, string[]> =>
  new Map(all(element, 'Slot').map((s) => [attribute(s, 'name')!, all(s, 'ValueList/Value').map((v) => text(v)!)]));

const localized = (element: Element, name: string): string | null =>
  attribute(first(element, `${name}/LocalizedString`), 'value');

const cx = (value: string | null | undefined): Facts | null => {
  if (value === null || value === undefined) return null;
  const [id, , , authority, type] = value.split('^');
  return { id, system: authority!.split('&')[1], type };
};

const xcn = (value: string | undefined): Facts | null => {
  if (value === undefined) return null;
  const c = value.split('^');
  return { id: c[0], family: c[1], given: c[2], authority: c[8]!.split('&')[1], nameType: c[9], idType: c[12] };
};

const xon = (value: string): Facts => {
  const c = value.split('^');
  return { name: c[0], id: c[9], authority: c[5]!.split('&')[1] };
};

function codesOf(element: Element, wanted: string): Facts[] {
  return all(element, 'Classification')
    .filter((c) => attribute(c, 'classificationScheme') === wanted)
    .map((c) => ({
      code: attribute(c, 'nodeRepresentation'),
      system: slotsOf(c).get('codingScheme')?.[0] ?? null,
      display: localized(c, 'Name'),
    }));
}

function authorsOf(element: Element, wanted: string): Facts[] {
  return all(element, 'Classification')
    .filter((c) => attribute(c, 'classificationScheme') === wanted)
    .map((c) => {
      const slots = slotsOf(c);
      const institution = slots.get('authorInstitution')?.[0];
      const [code, display, system] = (slots.get('authorSpecialty')?.[0] ?? '').split('^');
      return {
        person: xcn(slots.get('authorPerson')?.[0]),
        ...(institution === undefined ? {} : { institution: xon(institution) }),
        specialty: { code, system, display },
      };
    });
}

const identifierOf = (element: Element, wanted: string): string | null =>
  attribute(
    all(element, 'ExternalIdentifier').find((e) => attribute(e, 'identificationScheme') === wanted),
    'value',
  );

const named = [
  'creationTime',
  'languageCode',
  'legalAuthenticator',
  'hash',
  'size',
  'repositoryUniqueId',
  'serviceStartTime',
  'serviceStopTime',
  'sourcePatientId',
  'sourcePatientInfo',
  'urn:ihe:iti:xds:2013:referenceIdList',
];

function projectEntry(element: Element): Facts {
  const slots = slotsOf(element);
  const one = (name: string): string | null => slots.get(name)?.[0] ?? null;
  const confidentialityCodes = codesOf(element, scheme.confidentialityCode).map((c) => c['code']);
  return {
    entryUUID: attribute(element, 'id'),
    logicalId: attribute(element, 'lid'),
    version: attribute(first(element, 'VersionInfo'), 'versionName'),
    status: lastWord(attribute(element, 'status')),
    mimeType: attribute(element, 'mimeType'),
    title: localized(element, 'Name'),
    comments: localized(element, 'Description'),
    creationTime: one('creationTime'),
    serviceStartTime: one('serviceStartTime'),
    serviceStopTime: one('serviceStopTime'),
    languageCode: one('languageCode'),
    repositoryUniqueId: one('repositoryUniqueId'),
    hash: one('hash'),
    size: Number(one('size')),
    legalAuthenticator: xcn(one('legalAuthenticator') ?? undefined),
    sourcePatientId: cx(one('sourcePatientId')),
    sourcePatientInfo: [...(slots.get('sourcePatientInfo') ?? [])].sort(),
    referenceIds: (slots.get('urn:ihe:iti:xds:2013:referenceIdList') ?? []).map(cx),
    otherSlots: Object.fromEntries([...slots].filter(([name]) => !named.includes(name))),
    authors: authorsOf(element, scheme.entryAuthor),
    classCode: codesOf(element, scheme.classCode)[0],
    typeCode: codesOf(element, scheme.typeCode)[0],
    formatCode: codesOf(element, scheme.formatCode)[0],
    healthcareFacilityTypeCode: codesOf(element, scheme.healthcareFacilityTypeCode)[0],
    practiceSettingCode: codesOf(element, scheme.practiceSettingCode)[0],
    eventCodes: codesOf(element, scheme.eventCodes),
    confidentialityCodes,
    maskedToProfessionals: confidentialityCodes.includes('MASQUE_PS'),
    hiddenFromPatient: confidentialityCodes.includes('INVISIBLE_PATIENT'),
    hiddenFromLegalRepresentatives: confidentialityCodes.includes('INVISIBLE_REPRESENTANTS_LEGAUX'),
    patientId: cx(identifierOf(element, scheme.entryPatientId)),
    uniqueId: identifierOf(element, scheme.entryUniqueId),
  };
}

const projectSet = (element: Element): Facts => ({
  id: attribute(element, 'id'),
  status: lastWord(attribute(element, 'status')),
  uniqueId: identifierOf(element, scheme.setUniqueId),
  sourceId: identifierOf(element, scheme.setSourceId),
  patientId: cx(identifierOf(element, scheme.setPatientId)),
  submissionTime: slotsOf(element).get('submissionTime')?.[0] ?? null,
  title: localized(element, 'Name'),
  comments: localized(element, 'Description'),
  contentTypeCode: codesOf(element, scheme.contentTypeCode)[0],
  authors: authorsOf(element, scheme.setAuthor),
});

const projectFolder = (element: Element): Facts => ({
  id: attribute(element, 'id'),
  status: lastWord(attribute(element, 'status')),
  title: localized(element, 'Name'),
  lastUpdateTime: slotsOf(element).get('lastUpdateTime')?.[0] ?? null,
  uniqueId: identifierOf(element, scheme.folderUniqueId),
  codes: codesOf(element, scheme.folderCodes),
});

const projectAssociation = (element: Element): Facts => ({
  id: attribute(element, 'id'),
  type: lastWord(attribute(element, 'associationType')),
  source: attribute(element, 'sourceObject'),
  target: attribute(element, 'targetObject'),
});

const projectError = (element: Element): Facts => ({
  code: attribute(element, 'errorCode'),
  context: attribute(element, 'codeContext'),
  location: attribute(element, 'location'),
  severity: lastWord(attribute(element, 'severity')),
});

/** Status and errors of a RegistryResponse or AdhocQueryResponse. */
const projectStatus = (response: Element): Facts => ({
  status: lastWord(attribute(response, 'status')),
  errors: all(response, 'RegistryErrorList/RegistryError').map(projectError),
});

/** A part of a multipart answer, by Content-ID (percent escapes decoded). */
export function partsOf(contentType: string, body: Buffer): Map<string, Buffer> {
  const boundary = /boundary="([^"]+)"/i.exec(contentType)?.[1];
  const parts = new Map<string, Buffer>();
  if (boundary === undefined) return parts;
  for (const section of body.toString('latin1').split(`\r\n--${boundary}`).slice(1)) {
    const end = section.indexOf('\r\n\r\n');
    const id = /content-id:\s*<([^>]*)>/i.exec(section.slice(0, end))?.[1];
    if (id !== undefined) parts.set(decodeURIComponent(id), Buffer.from(section.slice(end + 4), 'latin1'));
  }
  return parts;
}

function projectDocument(response: Element, parts: Map<string, Buffer>): Facts {
  const content = first(response, 'Document');
  const href = attribute(first(content, 'Include'), 'href');
  const octets =
    href === null
      ? Buffer.from(text(content) ?? '', 'base64')
      : parts.get(decodeURIComponent(href.replace(/^cid:/, '')));
  if (octets === undefined) throw new Error(`no part for ${href}`);
  return {
    repositoryUniqueId: text(first(response, 'RepositoryUniqueId')),
    documentUniqueId: text(first(response, 'DocumentUniqueId')),
    mimeType: text(first(response, 'mimeType')),
    transport: href === null ? 'inline' : 'xop',
    size: octets.length,
    sha1: createHash('sha1').update(octets).digest('hex'),
  };
}

/** Order means nothing in a list of registry objects. */
const sorted = (facts: Facts[]): Facts[] =>
  [...facts].sort((a, b) => String(a['id'] ?? a['entryUUID']).localeCompare(String(b['id'] ?? b['entryUUID'])));

/** Any answer of ITI-41, ITI-18 or ITI-43. Lists of objects are sorted by id; empty ones are left out, as in the file. */
export function projectXds(content: Element, parts: Map<string, Buffer> = new Map()): Facts {
  switch (content.localName) {
    case 'RegistryResponse':
      return projectStatus(content);
    case 'RetrieveDocumentSetResponse':
      return {
        ...projectStatus(first(content, 'RegistryResponse')!),
        documents: all(content, 'DocumentResponse').map((d) => projectDocument(d, parts)),
      };
    case 'AdhocQueryResponse': {
      const list = first(content, 'RegistryObjectList');
      const packages = all(list, 'RegistryPackage');
      const isFolder = (p: Element): boolean => identifierOf(p, scheme.folderUniqueId) !== null;
      const facts: Facts = {
        ...projectStatus(content),
        totalResultCount: Number(attribute(content, 'totalResultCount')),
      };
      const lists: [string, unknown[]][] = [
        ['entries', sorted(all(list, 'ExtrinsicObject').map(projectEntry))],
        ['submissionSets', sorted(packages.filter((p) => !isFolder(p)).map(projectSet))],
        ['folders', sorted(packages.filter(isFolder).map(projectFolder))],
        ['associations', sorted(all(list, 'Association').map(projectAssociation))],
        ['objectRefs', all(list, 'ObjectRef').map((o) => attribute(o, 'id'))],
      ];
      for (const [name, values] of lists) if (values.length > 0) facts[name] = values;
      return facts;
    }
    default:
      throw new Error(`not an XDS answer: ${content.localName} ${kids(content).length}`);
  }
}

/** expected.json's facts of an answer, its object lists sorted likewise. */
export function expectedXds(facts: Facts): Facts {
  const out: Facts = { ...facts };
  for (const name of ['entries', 'submissionSets', 'associations'])
    if (Array.isArray(out[name])) out[name] = sorted(out[name] as Facts[]);
  return out;
}

/**
 * The table of DocumentEntry ↔ DocumentReference. One row per piece of metadata.
 * Sources: IHE MHD 4.2 (profile mappings, spec fhir B.1), PDSm comprehensive (A.3), ITI TF-3 §4.2.3.2, ITI-18
 * parameters (ITI TF-2 §3.18.4.1.2.3.7.1), dmp-wire §3.
 */
import type {
  Attachment,
  CodeableConcept,
  DocumentReference,
  DocumentReferenceContent,
  DocumentReferenceContext,
} from '@medplum/fhirtypes';
import { authorFromFhir, authorToFhir } from './author.ts';
import { availability, entryUuid, homeCommunity, logicalId, version } from './common-rows.ts';
import { mhdIdentifierTypes, uris } from './canonicals.ts';
import { coding, concept } from './codecs/coded.ts';
import { hash, size } from './codecs/content.ts';
import { dtm } from './codecs/dtm.ts';
import { cxIdentifier, datedCx, oidUri } from './codecs/identifiers.ts';
import { patientRows } from './document-entry-patient.ts';
import { legalAuthenticatorRow } from './document-entry-authenticator.ts';
import { stableDocument, statuses } from './ebrim/schemes.ts';
import { recurring } from './recurring.ts';
import { alone, type Draft, type Row, type RowOf, type Source } from './rows.ts';
import { extras, slotExtensions } from './slots.ts';
import { isLabelScheme, schemes } from './terminology/systems.ts';
import type { DocumentEntry, XdsAuthor, XdsCode } from './xds.ts';

type Doc = DocumentReference;
type DocRow<K extends keyof DocumentEntry> = Row<DocumentEntry, Doc, K>;

/** The resource that every row starts from: what PDSm fixes. */
export const documentSkeleton = (): Doc => ({
  resourceType: 'DocumentReference',
  status: 'current',
  content: [{ attachment: {} }],
});

const attachmentOf = (d: Draft<Doc>): Attachment => d.resource.content[0]?.attachment as Attachment;
/** A resource may come in before anybody has validated it. */
const contentIn = (s: Source<Doc>): DocumentReferenceContent | undefined => (s.resource as Partial<Doc>).content?.[0];
const attachmentIn = (s: Source<Doc>): Attachment | undefined => contentIn(s)?.attachment;
const contextOf = (d: Draft<Doc>): DocumentReferenceContext => (d.resource.context ??= {});
const attachmentPath = 'DocumentReference.content[0].attachment';

/** Reads with a codec; a value that has no XDS form is told. */
function told<V, W>(
  source: Source<Doc>,
  expression: string,
  value: V | undefined,
  encode: (value: V) => W | undefined,
  detail: string,
): W | undefined {
  if (value === undefined) return undefined;
  const wire = encode(value);
  if (wire === undefined) {
    source.issue({ key: 'value-invalid', expression, values: { element: expression.split('.').pop() ?? '', detail } });
  }
  return wire;
}

const noScheme = 'no coding of a system that has an OID';
const readConcept = (s: Source<Doc>, path: string, value: CodeableConcept | undefined): XdsCode | undefined =>
  told(s, path, value, concept.encode, noScheme);
const present = <T>(values: (T | undefined)[]): T[] => values.filter((v) => v !== undefined);
const concepts = (values: XdsCode[]): CodeableConcept[] | undefined => {
  const decoded = present(values.map((v) => concept.decode(v)));
  return decoded.length === 0 ? undefined : decoded;
};

const slotQuery = (name: string): string => `$XDSDocumentEntry${name}`;
const fromTo = (name: string): string[] => [slotQuery(`${name}From`), slotQuery(`${name}To`)];

/** A row for a dateTime. */
function timeRow<K extends 'creationTime' | 'serviceStartTime' | 'serviceStopTime'>(
  row: Pick<DocRow<K>, 'xds' | 'fhir' | 'search' | 'query'>,
  set: (draft: Draft<Doc>, value: string) => void,
  get: (source: Source<Doc>) => string | undefined,
): DocRow<K> {
  return {
    ...row,
    ebrim: `Slot ${row.xds}`,
    codec: 'DTM',
    loss: 'The DMP keeps UTC to the second: the zone and fractions of a second do not come back.',
    ...recurring(
      (value: string) => dtm.decode(value),
      (time, draft: Draft<Doc>) => set(draft, time),
    ),
    read: (s) => told(s, row.fhir.replace('content', 'content[0]'), get(s), dtm.encode, 'not a FHIR date or dateTime'),
  };
}

/** A row for a coded value of `context`. */
function contextCode<K extends 'healthcareFacilityTypeCode' | 'practiceSettingCode'>(
  xds: K,
  element: 'facilityType' | 'practiceSetting',
  search: string,
  query: string,
): DocRow<K> {
  return {
    xds,
    ebrim: `Classification ${xds}`,
    fhir: `DocumentReference.context.${element}`,
    codec: 'code',
    search: [search],
    query: [slotQuery(query)],
    loss: onlyOneCoding,
    ...recurring(
      (value: XdsCode) => concept.decode(value),
      (made, draft) => void (contextOf(draft)[element] = made),
    ),
    read: (s) => readConcept(s, `DocumentReference.context.${element}`, s.resource.context?.[element]),
  };
}

const onlyOneCoding = 'One coding is kept: the first whose system has an OID; text stands in for a missing display.';
const cdaIsWhatIsKept =
  'A PDF, text or image is wrapped in a CDA at deposit: what is read back describes the CDA, not the bytes that were given.';

/**
 * availabilityStatus ↔ status and isArchived. Deleted has no code in PDSm's value set (its issue #99 is open): PDSm4DMP
 * TD3.3c writes `entered-in-error`, and so do we.
 */
export const statusTable = [
  { urn: statuses.approved, status: 'current', archived: false },
  { urn: statuses.archived, status: 'current', archived: true },
  { urn: statuses.deprecated, status: 'superseded', archived: false },
  { urn: statuses.deleted, status: 'entered-in-error', archived: false },
] as const;

const status: DocRow<'availabilityStatus'> = {
  xds: 'availabilityStatus',
  ebrim: 'ExtrinsicObject/@status',
  fhir: 'DocumentReference.status, extension(pdsm-ext-is-archived)',
  query: [slotQuery('Status')],
  ...availability(statusTable),
};

const confidentialityLevels = ['N', 'R', 'V'];
const visibilities = ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'];

/**
 * The codes of one label. A level and visibilities may stand as several codings of one concept, and none may be lost: the
 * document would be seen by whom it was to be hidden from. Codings of other systems are translations, and left out.
 */
function readLabel(s: Source<Doc>, path: string, label: CodeableConcept): XdsCode[] {
  const given = label.coding ?? [];
  if (given.length < 2) return present([readConcept(s, path, label)]);
  const codings = given.map((each, i) => {
    const hides = visibilities.includes(each.code ?? '');
    return hides ? told(s, `${path}.coding[${i}]`, each, coding.encode, noScheme) : coding.encode(each);
  });
  const codes = present(codings).filter(({ code, scheme }) => isLabelScheme(scheme) || visibilities.includes(code));
  return codes.length > 0 ? codes : present([readConcept(s, path, label)]);
}

/** The level and the three visibilities are told by their code: published examples put N into the system of the others. */
function inItsSystem(label: XdsCode): XdsCode {
  if (!isLabelScheme(label.scheme)) return label;
  if (confidentialityLevels.includes(label.code)) return { ...label, scheme: schemes.confidentiality };
  return visibilities.includes(label.code) ? { ...label, scheme: schemes.visibility } : label;
}

/** id of an entry that the registry has not named yet. */
export const newEntryId = 'Document01';

export const documentEntryRows: readonly RowOf<DocumentEntry, Doc>[] = [
  {
    xds: 'uniqueId',
    ebrim: 'ExternalIdentifier XDSDocumentEntry.uniqueId',
    fhir: 'DocumentReference.masterIdentifier',
    codec: 'OID',
    search: ['identifier'],
    write: (value, draft) =>
      void (draft.resource.masterIdentifier = {
        use: 'usual',
        type: { coding: [{ system: mhdIdentifierTypes, code: 'uniqueId' }] },
        system: uris,
        value: oidUri.decode(value),
      }),
    read(s) {
      const given = s.resource.masterIdentifier;
      if (given === undefined) return undefined;
      const oid = given.system === uris || given.system === undefined ? oidUri.encode(given.value ?? '') : undefined;
      if (oid === undefined) s.issue({ key: 'unique-id-invalid', expression: 'DocumentReference.masterIdentifier' });
      return oid;
    },
  },
  {
    xds: 'id',
    ebrim: 'ExtrinsicObject/@id',
    fhir: "DocumentReference.identifier.where(use = 'official')",
    loss: 'The registry gives a new entryUUID at each submission and at each update of the metadata.',
    ...entryUuid,
  },
  {
    xds: 'logicalId',
    ebrim: 'ExtrinsicObject/@lid',
    fhir: "DocumentReference.identifier.where(type.coding.code = 'logicalId')",
    ...logicalId,
  },
  {
    xds: 'version',
    ebrim: 'VersionInfo/@versionName',
    fhir: 'DocumentReference.extension(xds-version)',
    ...version,
  },
  {
    xds: 'homeCommunityId',
    ebrim: 'ExtrinsicObject/@home',
    fhir: 'DocumentReference.extension(ihe-HomeCommunityId)',
    ...homeCommunity,
  },
  {
    xds: 'objectType',
    ebrim: 'ExtrinsicObject/@objectType',
    fhir: '(a stable document)',
    codec: 'URN',
    read: () => stableDocument,
  },
  status,
  {
    xds: 'typeCode',
    ebrim: 'Classification typeCode',
    fhir: 'DocumentReference.type',
    codec: 'code',
    search: ['type'],
    query: [slotQuery('TypeCode')],
    loss: onlyOneCoding,
    ...recurring(
      (value: XdsCode) => concept.decode(value),
      (type, draft: Draft<Doc>) => void (draft.resource.type = type),
    ),
    read: (s) => readConcept(s, 'DocumentReference.type', s.resource.type),
  },
  {
    xds: 'classCode',
    ebrim: 'Classification classCode',
    fhir: 'DocumentReference.category',
    codec: 'code',
    search: ['category'],
    query: [slotQuery('ClassCode')],
    loss: onlyOneCoding,
    ...recurring(
      (value: XdsCode) => concept.decode(value),
      (category, draft: Draft<Doc>) => void (draft.resource.category = [category]),
    ),
    read(s) {
      const given = s.resource.category ?? [];
      if (given.length > 1) {
        const values = { element: 'category', count: given.length, max: 1, rule: 'PDSm' };
        s.issue({ key: 'cardinality', expression: 'DocumentReference.category', values });
      }
      return readConcept(s, 'DocumentReference.category[0]', given[0]);
    },
  },
  {
    xds: 'patientId',
    ebrim: 'ExternalIdentifier XDSDocumentEntry.patientId',
    fhir: 'DocumentReference.subject.identifier',
    codec: 'CX',
    search: ['patient', 'patient.identifier'],
    query: [slotQuery('PatientId')],
    // Who deposits says the patient by other means too: the caller's word goes before this one.
    ...recurring(datedCx.decode, (identifier, draft: Draft<Doc>) => void (draft.resource.subject = { identifier })),
    read: ({ resource: { subject } }) => subject?.identifier && datedCx.encode(subject.identifier),
  },
  {
    xds: 'authors',
    ebrim: 'Classification author',
    fhir: 'DocumentReference.author (contained PractitionerRole, Device or Patient)',
    codec: 'XCN, XON, code',
    search: ['author.given', 'author.family', 'author.identifier'],
    query: [slotQuery('AuthorPerson')],
    loss: 'Of the author’s resources, what XDS has no place for: qualifications, further names and identifiers, addresses.',
    ...recurring(
      (value: XdsAuthor[]) =>
        value.length === 0
          ? undefined
          : alone((draft) => value.map((a, i) => authorToFhir(a, `author-${i + 1}`, draft))),
      ({ written, contained }, draft: Draft<Doc>) => {
        contained.forEach((c) => draft.contain(c));
        draft.resource.author = written;
      },
    ),
    read: (s) =>
      present((s.resource.author ?? []).map((r, i) => authorFromFhir(r, `DocumentReference.author[${i}]`, s))),
  },
  legalAuthenticatorRow,
  {
    xds: 'comments',
    ebrim: 'Description',
    fhir: 'DocumentReference.description',
    codec: 'string',
    search: ['description'],
    write: (value, draft) => void (draft.resource.description = value),
    read: (s) => s.resource.description,
  },
  {
    xds: 'confidentialityCodes',
    ebrim: 'Classification confidentialityCode',
    fhir: 'DocumentReference.securityLabel',
    codec: 'code',
    search: ['security-label'],
    query: [slotQuery('ConfidentialityCode')],
    loss: 'The system is read back in one spelling (TRE_A08, TRE_A07), whatever synonym was given.',
    ...recurring(concepts, (securityLabel, draft: Draft<Doc>) => void (draft.resource.securityLabel = securityLabel)),
    read(s) {
      const labels = s.resource.securityLabel ?? [];
      const codes = labels.flatMap((l, i) => readLabel(s, `DocumentReference.securityLabel[${i}]`, l));
      const seen = new Set<string>();
      return codes
        .map(inItsSystem)
        .filter(({ code, scheme }) => !seen.has(`${code} ${scheme}`) && seen.add(`${code} ${scheme}`));
    },
  },
  {
    xds: 'mimeType',
    ebrim: 'ExtrinsicObject/@mimeType',
    fhir: 'DocumentReference.content.attachment.contentType',
    codec: 'string',
    search: ['contenttype'],
    loss: cdaIsWhatIsKept,
    write: (value, draft) => void (attachmentOf(draft).contentType = value),
    read: (s) => attachmentIn(s)?.contentType,
  },
  {
    xds: 'languageCode',
    ebrim: 'Slot languageCode',
    fhir: 'DocumentReference.content.attachment.language',
    codec: 'string',
    search: ['language'],
    write: (value, draft) => void (attachmentOf(draft).language = value),
    read: (s) => attachmentIn(s)?.language,
  },
  {
    xds: 'size',
    ebrim: 'Slot size',
    fhir: 'DocumentReference.content.attachment.size',
    codec: 'bytes',
    loss: cdaIsWhatIsKept,
    write: (value, draft) => void (attachmentOf(draft).size = size.decode(value)),
    read: (s) => told(s, `${attachmentPath}.size`, attachmentIn(s)?.size, size.encode, 'not an unsigned integer'),
  },
  {
    xds: 'hash',
    ebrim: 'Slot hash',
    fhir: 'DocumentReference.content.attachment.hash',
    codec: 'SHA-1 hex / base64',
    loss: cdaIsWhatIsKept,
    write: (value, draft) => void (attachmentOf(draft).hash = hash.decode(value)),
    read: (s) => told(s, `${attachmentPath}.hash`, attachmentIn(s)?.hash, hash.encode, 'not a SHA-1 in base64'),
  },
  {
    xds: 'title',
    ebrim: 'Name',
    fhir: 'DocumentReference.content.attachment.title',
    codec: 'string',
    write: (value, draft) => void (attachmentOf(draft).title = value),
    read: (s) => attachmentIn(s)?.title,
  },
  timeRow(
    {
      xds: 'creationTime',
      fhir: 'DocumentReference.content.attachment.creation',
      search: ['creation', 'date'],
      query: fromTo('CreationTime'),
    },
    (draft, value) => void (attachmentOf(draft).creation = value),
    (s) => attachmentIn(s)?.creation,
  ),
  {
    xds: 'formatCode',
    ebrim: 'Classification formatCode',
    fhir: 'DocumentReference.content.format',
    codec: 'code',
    search: ['format'],
    query: [slotQuery('FormatCode')],
    loss: cdaIsWhatIsKept,
    ...recurring(
      (value: XdsCode) => coding.decode(value),
      (format, { resource: { content } }: Draft<Doc>) => {
        if (content[0]) content[0].format = format;
      },
    ),
    read: (s) => told(s, 'DocumentReference.content[0].format', contentIn(s)?.format, coding.encode, noScheme),
  },
  {
    xds: 'eventCodes',
    ebrim: 'Classification eventCodeList',
    fhir: 'DocumentReference.context.event',
    codec: 'code',
    search: ['event'],
    query: [slotQuery('EventCodeList')],
    loss: onlyOneCoding,
    ...recurring(concepts, (event, draft: Draft<Doc>) => void (contextOf(draft).event = event)),
    read: (s) =>
      present(
        (s.resource.context?.event ?? []).map((e, i) => readConcept(s, `DocumentReference.context.event[${i}]`, e)),
      ),
  },
  timeRow(
    {
      xds: 'serviceStartTime',
      fhir: 'DocumentReference.context.period.start',
      search: ['period', 'period-start'],
      query: fromTo('ServiceStartTime'),
    },
    (draft, value) => void ((contextOf(draft).period ??= {}).start = value),
    (s) => s.resource.context?.period?.start,
  ),
  timeRow(
    {
      xds: 'serviceStopTime',
      fhir: 'DocumentReference.context.period.end',
      search: ['period', 'period-end'],
      query: fromTo('ServiceStopTime'),
    },
    (draft, value) => void ((contextOf(draft).period ??= {}).end = value),
    (s) => s.resource.context?.period?.end,
  ),
  contextCode('healthcareFacilityTypeCode', 'facilityType', 'facility', 'HealthcareFacilityTypeCode'),
  contextCode('practiceSettingCode', 'practiceSetting', 'setting', 'PracticeSettingCode'),
  ...patientRows,
  {
    xds: 'referenceIdList',
    ebrim: 'Slot urn:ihe:iti:xds:2013:referenceIdList',
    fhir: 'DocumentReference.context.related.identifier',
    codec: 'CXi',
    search: ['related'],
    query: [slotQuery('ReferenceIdList')],
    loss: 'context.encounter comes back as context.related of type encounterId; references without identifier do not go.',
    write(value, draft) {
      const related = present(value.map((v) => cxIdentifier.decode(v))).map((identifier) => ({ identifier }));
      if (related.length > 0) contextOf(draft).related = related;
    },
    read(s) {
      const { related = [], encounter = [] } = s.resource.context ?? {};
      const encounterType = { coding: [{ system: uris, code: 'urn:ihe:iti:xds:2015:encounterId' }] };
      return [
        ...related.map((r, i) => ({ path: `DocumentReference.context.related[${i}]`, id: r.identifier })),
        ...encounter.map((r, i) => ({
          path: `DocumentReference.context.encounter[${i}]`,
          id: r.identifier && { ...r.identifier, type: encounterType },
        })),
      ].flatMap(({ path, id }) => {
        const wire = id === undefined ? undefined : cxIdentifier.encode(id);
        if (wire === undefined) {
          const values = {
            element: path.split('.').pop() ?? '',
            detail: 'an identifier with an OID is needed (referenceIdList)',
          };
          s.issue({ key: 'value-invalid', expression: path, values });
        }
        return wire ?? [];
      });
    },
  },
  ...((['repositoryUniqueId', 'uri'] as const).map((xds): DocRow<'repositoryUniqueId' | 'uri'> => {
    const name = xds === 'uri' ? 'URI' : xds;
    return {
      xds,
      ebrim: `Slot ${name}`,
      fhir: `DocumentReference.extension(xds-slot).where(name = '${name}')`,
      codec: 'string',
      write: (value, draft) =>
        void (draft.resource.extension ??= []).push(...slotExtensions.decode({ [name]: [value] })),
      read: (s) => slotExtensions.encode(s.resource.extension)[name]?.[0],
    };
  }) as unknown as RowOf<DocumentEntry, Doc>[]),
  {
    xds: 'slots',
    ebrim: 'Slot (any other)',
    fhir: 'DocumentReference.extension(xds-slot)',
    codec: 'strings',
    write(value, draft) {
      const extensions = slotExtensions.decode(value);
      if (extensions.length > 0) (draft.resource.extension ??= []).push(...extensions);
    },
    read(s) {
      const { repositoryUniqueId: _r, URI: _u, ...slots } = slotExtensions.encode(s.resource.extension);
      return slots;
    },
  },
  {
    xds: 'classifications',
    ebrim: 'Classification (any other)',
    fhir: 'DocumentReference.extension(xds-exact)',
    codec: 'JSON',
    accepts: extras.classifications,
  },
  {
    xds: 'externalIdentifiers',
    ebrim: 'ExternalIdentifier (any other)',
    fhir: 'DocumentReference.extension(xds-exact)',
    codec: 'JSON',
    accepts: extras.externalIdentifiers,
  },
];

/** Elements of FHIR that no XDS value fills, and what becomes of them. */
export const documentOnlyInFhir: readonly {
  fhir: string;
  reading: string;
  loss: string;
  search?: readonly string[];
}[] = [
  {
    fhir: 'DocumentReference.date',
    reading: 'creationTime; its first instant when it is a mere date',
    loss: 'XDS has one time of creation: attachment.creation wins over date.',
    search: ['date'],
  },
  {
    fhir: 'DocumentReference.custodian',
    reading: 'the institution of the first author, else the DMP',
    loss: 'Not in XDS; at deposit it is the depositing structure.',
  },
  {
    fhir: 'DocumentReference.relatesTo',
    reading: 'associations, by the caller',
    loss: 'Travels as associations (RPLC…), not in the entry.',
    search: ['relatesto'],
  },
  {
    fhir: 'DocumentReference.content.attachment.url',
    reading: 'repositoryUniqueId and uniqueId, behind a URL of the façade',
    loss: 'The URL given at deposit names a resource of the request.',
  },
  {
    fhir: 'DocumentReference.meta, text, implicitRules, language',
    reading: 'the façade’s own',
    loss: 'Not in XDS.',
  },
];

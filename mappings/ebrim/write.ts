/**
 * Writing ebRIM / ebRS requests: submissions (ITI-41, ITI-57), stored queries (ITI-18), retrievals (ITI-43).
 * Order of elements as `rim.xsd` wants it; ids, charset and language as in the DMP's messages (dmp-wire §3.2, §3.6).
 */
import { displayOf } from '../terminology/valuesets.ts';
import type { StoredQuery } from '../query.ts';
import type {
  Association,
  DocumentEntry,
  Extras,
  Folder,
  RegistryObjects,
  Slots,
  SubmissionSet,
  XdsAuthor,
  XdsCode,
} from '../xds.ts';
import { el, type Element } from '../xml/build.ts';
import {
  authorSlots,
  documentSlots,
  identifiers,
  namespaces,
  packageNodes,
  schemes,
  storedQueries,
} from './schemes.ts';

/** Largest rim:Value (type LongName). */
const valueLength = 256;

function anySlot(name: string, values: readonly string[]): Element {
  const list = values.map((v) => el('rim:Value', {}, [v]));
  return el('rim:Slot', { name }, [el('rim:ValueList', {}, list)]);
}

const slot = (name: string, values: readonly string[]): Element | undefined =>
  values.length === 0 ? undefined : anySlot(name, values);

const extraSlots = (slots: Slots): Element[] => Object.entries(slots).map(([n, v]) => anySlot(n, v));

function international(name: 'rim:Name' | 'rim:Description', value: string | undefined): Element | undefined {
  if (value === undefined) return undefined;
  return el(name, {}, [el('rim:LocalizedString', { charset: 'UTF8', value, 'xml:lang': 'FR' })]);
}

/** Writes the objects of one list; ids of classifications and identifiers count through the whole list: c01, c02, e03… */
class ObjectWriter {
  private count = 0;

  private id(prefix: string): string {
    return `${prefix}${String(++this.count).padStart(2, '0')}`;
  }

  private classification(
    object: string,
    attributes: Record<string, string | undefined>,
    children: (Element | undefined)[] = [],
  ): Element {
    return el('rim:Classification', { id: this.id('c'), ...attributes, classifiedObject: object }, children);
  }

  private author(object: string, scheme: string, author: XdsAuthor): Element {
    const slots = authorSlots.map(([name, field]) => {
      const value = author[field];
      return slot(name, value === undefined ? [] : typeof value === 'string' ? [value] : value);
    });
    return this.classification(object, { classificationScheme: scheme, nodeRepresentation: '' }, [
      ...slots,
      ...extraSlots(author.slots),
    ]);
  }

  /** CI-SIS wants a Name: the display of the value set, or the code itself, stands in where the entry has none. */
  private code(object: string, scheme: string, code: XdsCode): Element {
    return this.classification(object, { classificationScheme: scheme, nodeRepresentation: code.code }, [
      slot('codingScheme', [code.scheme]),
      international('rim:Name', code.display ?? displayOf(code.code, code.scheme) ?? code.code),
    ]);
  }

  private codes(object: string, scheme: string, codes: (XdsCode | undefined)[]): Element[] {
    return codes.filter((c) => c !== undefined).map((c) => this.code(object, scheme, c));
  }

  private extraClassifications(object: string, extras: Extras): Element[] {
    return (extras.classifications ?? []).map((c) =>
      this.classification(
        object,
        { classificationScheme: c.scheme, classificationNode: c.node, nodeRepresentation: c.code },
        [...extraSlots(c.slots), international('rim:Name', c.display)],
      ),
    );
  }

  private identifier(object: string, scheme: string, value: string, name: string | undefined): Element {
    const attributes = { id: this.id('e'), identificationScheme: scheme, registryObject: object, value };
    return el('rim:ExternalIdentifier', attributes, [international('rim:Name', name)]);
  }

  private identifiers<K extends string>(
    object: Extras & { id: string } & { [field in NoInfer<K>]: string },
    table: Record<K, readonly [string, string]>,
  ): Element[] {
    const known = (Object.entries(table) as [K, readonly [string, string]][]).map(([field, [scheme, name]]) =>
      this.identifier(object.id, scheme, object[field], name),
    );
    const extras = (object.externalIdentifiers ?? []).map((e) => this.identifier(object.id, e.scheme, e.value, e.name));
    return [...known, ...extras];
  }

  document(d: DocumentEntry): Element {
    const s = schemes.document;
    const slots = documentSlots.map(([name, field]) => {
      const value = d[field];
      return slot(name, value === undefined ? [] : typeof value === 'string' ? [value] : value);
    });
    return el(
      'rim:ExtrinsicObject',
      {
        id: d.id,
        home: d.homeCommunityId,
        // Only an update names a logical id; at first submission the registry sets id, lid and status itself.
        lid: d.logicalId,
        status: d.logicalId === undefined ? undefined : d.availabilityStatus,
        mimeType: d.mimeType,
        objectType: d.objectType,
      },
      [
        ...slots,
        ...extraSlots(d.slots),
        international('rim:Name', d.title),
        international('rim:Description', d.comments),
        d.version === undefined ? undefined : el('rim:VersionInfo', { versionName: d.version }),
        ...d.authors.map((a) => this.author(d.id, s.authors, a)),
        ...this.codes(d.id, s.classCode, [d.classCode]),
        ...this.codes(d.id, s.typeCode, [d.typeCode]),
        ...this.codes(d.id, s.confidentialityCodes, d.confidentialityCodes),
        ...this.codes(d.id, s.formatCode, [d.formatCode]),
        ...this.codes(d.id, s.healthcareFacilityTypeCode, [d.healthcareFacilityTypeCode]),
        ...this.codes(d.id, s.practiceSettingCode, [d.practiceSettingCode]),
        ...this.codes(d.id, s.eventCodes, d.eventCodes),
        ...this.extraClassifications(d.id, d),
        ...this.identifiers(d, identifiers.document),
      ],
    );
  }

  set(s: SubmissionSet): Element {
    return el('rim:RegistryPackage', { id: s.id, home: s.homeCommunityId }, [
      slot('submissionTime', [s.submissionTime]),
      slot('intendedRecipient', s.intendedRecipients),
      ...extraSlots(s.slots),
      international('rim:Name', s.title),
      international('rim:Description', s.comments),
      ...s.authors.map((a) => this.author(s.id, schemes.submissionSet.authors, a)),
      ...this.codes(s.id, schemes.submissionSet.contentTypeCode, [s.contentTypeCode]),
      this.classification(s.id, { classificationNode: packageNodes.submissionSet }),
      ...this.extraClassifications(s.id, s),
      ...this.identifiers(s, identifiers.submissionSet),
    ]);
  }

  folder(f: Folder): Element {
    return el('rim:RegistryPackage', { id: f.id, home: f.homeCommunityId, lid: f.logicalId }, [
      slot('lastUpdateTime', f.lastUpdateTime === undefined ? [] : [f.lastUpdateTime]),
      ...extraSlots(f.slots),
      international('rim:Name', f.title),
      international('rim:Description', f.comments),
      f.version === undefined ? undefined : el('rim:VersionInfo', { versionName: f.version }),
      ...this.codes(f.id, schemes.folder.codes, f.codes),
      this.classification(f.id, { classificationNode: packageNodes.folder }),
      ...this.extraClassifications(f.id, f),
      ...this.identifiers(f, identifiers.folder),
    ]);
  }

  association(a: Association): Element {
    const { type, source, target } = a;
    return el(
      'rim:Association',
      { id: a.id ?? this.id('a'), associationType: type, sourceObject: source, targetObject: target },
      extraSlots(a.slots),
    );
  }
}

/**
 * `lcm:SubmitObjectsRequest` with every object of the list (the sets first, as the DMP's messages have it).
 * The `status` of a document is written only together with its logical id (ITI-57): at a first submission the registry
 * sets it.
 */
export function writeSubmission(objects: RegistryObjects): Element {
  const writer = new ObjectWriter();
  return el('lcm:SubmitObjectsRequest', { 'xmlns:lcm': namespaces.lcm }, [
    el('rim:RegistryObjectList', { 'xmlns:rim': namespaces.rim }, [
      ...objects.submissionSets.map((s) => writer.set(s)),
      ...objects.folders.map((f) => writer.folder(f)),
      ...objects.documentEntries.map((d) => writer.document(d)),
      ...objects.associations.map((a) => writer.association(a)),
      ...objects.objectRefs.map((id) => el('rim:ObjectRef', { id })),
    ]),
  ]);
}

/** How a parameter's values are coded (ITI TF-2 §3.18.4.1.2.3.5): one quoted string, a number, else a list. */
function parameterKind(name: string, query: StoredQuery['query']): 'single' | 'number' | 'list' {
  if (/Time(From|To)$/.test(name)) return 'number';
  // one document is asked about, where the other queries by id take many
  if (query === 'GetRelatedDocuments' && /(EntryUUID|UniqueId)$/.test(name)) return 'single';
  return /PatientId$|^\$(homeCommunityId|patientId|XDSSubmissionSetAuthorPerson|XDSFolder(EntryUUID|UniqueId))$/.test(
    name,
  )
    ? 'single'
    : 'list';
}

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** `('a','b')`, in as many values as the length of rim:Value asks for. @throws RangeError when one value alone exceeds it */
function quotedList(values: readonly string[]): string[] {
  const lists: string[] = [];
  let current = '';
  for (const quoted of values.map(quote)) {
    if (quoted.length + 2 > valueLength) throw new RangeError('a query value longer than rim:Value can hold');
    if (current !== '' && current.length + 1 + quoted.length + 2 > valueLength) {
      lists.push(`(${current})`);
      current = '';
    }
    current = current === '' ? quoted : `${current},${quoted}`;
  }
  return current === '' ? lists : [...lists, `(${current})`];
}

/**
 * `query:AdhocQueryRequest`. Each member of a parameter's AND-list becomes a Slot of its own (same name), the
 * alternatives of a member share that slot (ITI TF-2 §3.18.4.1.2.3.5).
 * @throws RangeError when a single value exceeds what rim:Value can hold
 */
export function writeAdhocQuery(query: StoredQuery): Element {
  const slots = Object.entries(query.parameters).flatMap(([name, all]) => {
    const kind = parameterKind(name, query.query);
    return all.map((any) =>
      slot(name, kind === 'list' ? quotedList(any) : any.map((v) => (kind === 'single' ? quote(v) : v))),
    );
  });
  const leaf = query.returnType === 'LeafClass';
  return el('query:AdhocQueryRequest', { 'xmlns:query': namespaces.query, 'xmlns:rim': namespaces.rim }, [
    el('query:ResponseOption', { returnComposedObjects: String(leaf), returnType: query.returnType }),
    el('rim:AdhocQuery', { id: storedQueries[query.query] }, slots),
  ]);
}

/** `xdsb:RetrieveDocumentSetRequest` (ITI-43). */
export function writeRetrieveRequest(
  documents: readonly { repositoryUniqueId: string; uniqueId: string; homeCommunityId?: string }[],
): Element {
  return el(
    'xdsb:RetrieveDocumentSetRequest',
    { 'xmlns:xdsb': namespaces.xdsb },
    documents.map((d) =>
      el('xdsb:DocumentRequest', {}, [
        d.homeCommunityId === undefined ? undefined : el('xdsb:HomeCommunityId', {}, [d.homeCommunityId]),
        el('xdsb:RepositoryUniqueId', {}, [d.repositoryUniqueId]),
        el('xdsb:DocumentUniqueId', {}, [d.uniqueId]),
      ]),
    ),
  );
}

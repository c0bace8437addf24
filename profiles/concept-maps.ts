/**
 * The mapping as ConceptMaps, derived from the rows and tables by which the façade maps: what is published is what is done.
 */
import type { ConceptMap, ConceptMapGroup, ConceptMapGroupElement } from '@medplum/fhirtypes';
import { ours, uris } from '../mappings/canonicals.ts';
import { statusTable } from '../mappings/document-entry-rows.ts';
import { listStatuses } from '../mappings/list-rows.ts';
import { mappingTable, type MappingLine } from '../mappings/mapping-table.ts';
import { relationTable, relatesToCodes } from '../mappings/relates-to.ts';
import { codeSystemPairs, isOid, oidToSystem, schemes } from '../mappings/terminology/systems.ts';
import { a12, x04, x16, type Association } from '../mappings/terminology/tables/associations.ts';
import { displayOf, valueSets } from '../mappings/terminology/valuesets.ts';

interface Head {
  id: string;
  name: string;
  title: string;
  description: string;
}

const conceptMap = ({ id, name, title, description }: Head, group: ConceptMapGroup[]): ConceptMap => ({
  resourceType: 'ConceptMap',
  id,
  url: `${ours}/ConceptMap/${id}`,
  version: '0.1.0',
  name,
  title,
  status: 'draft',
  experimental: false,
  date: '2026-11-21',
  description: `Ours: ${description}`,
  group,
});

/** A code and what it becomes; `comment` where they are not the same (cmd-1). */
const element = (code: string, target: string, comment = '', display?: string): ConceptMapGroupElement => ({
  code,
  ...(display === undefined ? {} : { display }),
  target: [
    comment === '' ? { code: target, equivalence: 'equivalent' } : { code: target, equivalence: 'inexact', comment },
  ],
});

/** Code system of the attributes of an XDS object: their names in ITI TF-3 §4.2.3. */
const attributes = (object: string): string => `${ours}/CodeSystem/xds-attribute-${object}`;

/** Attributes ↔ elements, one group; elements that no attribute fills, another. */
function attributeMap(object: 'DocumentEntry' | 'SubmissionSet' | 'Folder', lines: readonly MappingLine[]): ConceptMap {
  const resource = object === 'DocumentEntry' ? 'DocumentReference' : 'List';
  const target = `http://hl7.org/fhir/StructureDefinition/${resource}`;
  const reach = ({ search, query }: MappingLine): string =>
    [
      search.length > 0 ? `Search: ${search.join(', ')}.` : '',
      query.length > 0 ? `Stored query: ${query.join(', ')}.` : '',
    ]
      .filter((s) => s !== '')
      .join(' ');
  const mapped = lines.filter((l) => l.xds !== '');
  const only = lines.filter((l) => l.xds === '');
  const id = `xds-${object.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()}-to-fhir`;
  return conceptMap(
    {
      id,
      name: `Xds${object}ToFhir`,
      title: `${object} (XDS) → ${resource} (FHIR)`,
      description: `where each attribute of an XDS ${object} stands in a FHIR ${resource}, which search parameters and stored query parameters reach it, and what does not come back after FHIR → DMP → FHIR (comment of the target).`,
    },
    [
      {
        source: attributes(object),
        target,
        element: mapped.map((line) => {
          const { target: [to] = [], ...from } = element(
            line.xds.slice(object.length + 1),
            line.fhir,
            line.loss,
            `${line.ebrim} (${line.codec})`,
          );
          const comment = [to?.comment ?? '', reach(line)].filter((s) => s !== '').join(' ');
          return {
            ...from,
            target: [{ ...to, ...(comment === '' ? {} : { comment }) }] as ConceptMapGroupElement['target'],
          };
        }),
      },
      {
        source: target,
        target: attributes(object),
        element: only.map((line) => ({
          code: line.fhir,
          target: [{ equivalence: 'unmatched', comment: `${line.codec}. ${line.loss}`.trim() }],
        })),
      },
    ],
  );
}

const statusMap = (
  id: string,
  name: string,
  resource: string,
  system: string,
  table: readonly { urn: string; status: string; archived: boolean }[],
): ConceptMap =>
  conceptMap(
    {
      id,
      name,
      title: `availabilityStatus → ${resource}.status`,
      description: `status of an XDS object and ${resource}.status. Archived is \`current\` with the extension isArchived = true.`,
    },
    [
      {
        source: uris,
        target: system,
        element: table.map(({ urn, status, archived }) =>
          element(urn, status, archived ? 'With the extension pdsm-ext-is-archived = true.' : ''),
        ),
      },
    ],
  );

function associationMap(): ConceptMap {
  const all = [
    ...Object.values(relationTable).map((r) => r.urn),
    'urn:ihe:iti:2007:AssociationType:signs',
    'urn:ihe:iti:2010:AssociationType:IsSnapshotOf',
  ];
  return conceptMap(
    {
      id: 'association-to-relates-to',
      name: 'AssociationToRelatesTo',
      title: 'Association → relatesTo.code',
      description: 'type of an XDS association between documents and DocumentReference.relatesTo.code.',
    },
    [
      {
        source: uris,
        target: 'http://hl7.org/fhir/document-relationship-type',
        element: all.map((urn) => {
          const codes = relatesToCodes(urn);
          const comment =
            codes.length > 1
              ? 'Said by two entries of relatesTo with the same target.'
              : urn.endsWith('IsSnapshotOf')
                ? 'The nearest code: a snapshot is a transformation of an on-demand document.'
                : '';
          return {
            code: urn,
            target: codes.map((code) => ({
              code,
              equivalence: comment === '' ? 'equivalent' : 'inexact',
              ...(comment === '' ? {} : { comment }),
            })),
          };
        }),
      },
    ],
  );
}

const confidentialityMap = (): ConceptMap =>
  conceptMap(
    {
      id: 'confidentiality',
      name: 'Confidentiality',
      title: 'confidentialityCode → securityLabel',
      description:
        'level of confidentiality and visibility: codingScheme of XDS and the system in which securityLabel is written. Any combination of visibilities stands beside one level.',
    },
    [...valueSets.J58.codes].map(([oid, codes]) => ({
      source: `urn:oid:${oid}`,
      target: oidToSystem(oid),
      element: [...codes].map((code) => element(code, code, '', displayOf(code, oid))),
    })),
  );

const systemMap = (): ConceptMap =>
  conceptMap(
    {
      id: 'code-systems',
      name: 'CodeSystems',
      title: 'codingScheme → Coding.system',
      description:
        'OID of a code system, as XDS and CDA write it, and its URL in FHIR; the second group has the other spellings that are understood. Any other OID is written urn:oid:….',
    },
    [
      {
        source: uris,
        target: uris,
        element: codeSystemPairs.map(([oid, url]) => element(isOid(oid) ? `urn:oid:${oid}` : oid, url)),
      },
      {
        source: uris,
        target: uris,
        element: codeSystemPairs.flatMap(([, url, ...synonyms]) => synonyms.map((s) => element(s, url))),
      },
    ],
  );

/** What follows from a code, by the ANS's association tables. The first table that has a code wins. */
function associationTables(tables: readonly Association[], keyed: boolean): ConceptMapGroup[] {
  const seen = new Set<string>();
  return tables.flat().flatMap(({ source, target, rows }) => {
    const found = Object.entries(rows).flatMap(([code, sources]) =>
      sources.split(/\s+/).flatMap((from) => {
        const key = `${source}|${from}`;
        if (seen.has(key)) return [];
        seen.add(key);
        return [element(from, code, '', displayOf(from, source))];
      }),
    );
    return found.length === 0
      ? []
      : [{ source: keyed ? oidToSystem(source) : 'urn:ietf:bcp:13', target: oidToSystem(target), element: found }];
  });
}

/** Every ConceptMap. */
export function conceptMaps(): ConceptMap[] {
  const { documentEntry, submissionSet, folder } = mappingTable();
  return [
    attributeMap('DocumentEntry', documentEntry),
    attributeMap('SubmissionSet', submissionSet),
    attributeMap('Folder', folder),
    statusMap(
      'document-status',
      'DocumentStatus',
      'DocumentReference',
      'http://hl7.org/fhir/document-reference-status',
      statusTable,
    ),
    statusMap('list-status', 'ListStatus', 'List', 'http://hl7.org/fhir/list-status', listStatuses),
    associationMap(),
    confidentialityMap(),
    systemMap(),
    conceptMap(
      {
        id: 'type-to-class',
        name: 'TypeToClass',
        title: 'typeCode → classCode',
        description: 'class that follows from a type when none is given: ASS_X16 (DMP), then ASS_X04 (CI-SIS).',
      },
      associationTables([x16, x04], true),
    ),
    conceptMap(
      {
        id: 'media-to-format',
        name: 'MediaToFormat',
        title: 'Media type → formatCode',
        description: `format (${schemes.format}) of a CDA that wraps a document of this media type: ASS_A12.`,
      },
      associationTables([a12], false),
    ),
  ];
}
